"""The record of a search: an Optuna study in a journal file or a database.

Each label is one finished trial, written in one step, so that a search that is killed leaves
whole labels only; the architecture is the trial's categorical parameters, everything else its
value, state and user attributes, so that Optuna's dashboard and analyses work on it. One user
attribute of the study says which search it belongs to; no other may go on in it.
"""

from __future__ import annotations

import importlib.util
import math
import time
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from archscout.errors import ArchscoutError, MissingExtraError, StorageError
from archscout.manifest import hide_password
from archscout.objectives import Direction, Label
from archscout.spaces.base import SearchSpace

if TYPE_CHECKING:
    from collections.abc import Iterator

    import optuna
    from sqlalchemy.engine import URL

FORMAT = 1
JOURNAL_ENDINGS = (".log", ".journal")
_ATTRIBUTE = "archscout"
# What a URL that names no driver may use, first the one that pip install is advised for.
_DRIVERS = {"postgresql": ("psycopg2", "psycopg"), "mysql": ("pymysql",)}
# Searches that start together in an empty database may all make its tables; one succeeds.
_ATTEMPTS, _PAUSE_SECONDS = 5, 0.2
_INSTALLS = {"postgresql": "'archscout[postgresql]'", "mysql": "pymysql"}


class Record(Protocol):
    """Where a search writes its labels."""

    def labels(self) -> list[Label]:
        """Labels of the earlier parts of this search, in buying order."""

    def add(self, label: Label) -> None:
        """Write one label; when this returns, it is kept."""

    def close(self) -> None:
        """Let other searches use the storage."""


class NoRecord:
    """Keeps nothing: the search lives in memory."""

    def labels(self) -> list[Label]:
        """There are none."""
        return []

    def add(self, label: Label) -> None:
        """Drop it."""

    def close(self) -> None:
        """Nothing to close."""


def open_record(
    storage: str | Path | None,
    space: SearchSpace,
    identity: Mapping[str, Any],
    *,
    name: str = "archscout",
) -> Record:
    """Open the record of a search, or make it.

    Args:
        storage: None for memory; a path of a journal (ending in .log or .journal) or of a
            folder, which then holds ``journal.log``; or a URL such as ``sqlite:///runs.db``
            or ``postgresql://user@host/runs``.
        space: the search space.
        identity: plain values that tell this search from others; ``direction`` among them.
        name: name of the Optuna study, for several searches in one storage.

    Returns:
        The record; close it when the search is over.

    Raises:
        StorageError: if it cannot be opened, is in use, or belongs to another search.
        MissingExtraError: if the driver of a database is not installed.
    """
    if storage is None:
        return NoRecord()
    text = str(storage)
    if "://" in text:
        opened, close = _open_database(text)
    else:
        opened, close = _open_journal(_journal_path(Path(storage)))
    try:
        where = hide_password(text)
        return StudyRecord(opened, space, identity, name=name, where=where, close=close)
    except BaseException:
        close()
        raise


def _journal_path(path: Path) -> Path:
    if path.suffix in JOURNAL_ENDINGS and not path.is_dir():
        return path
    if path.is_file():
        raise StorageError(
            f"got the storage {path}, expected a folder, a journal ending in .log or .journal, "
            f"or a URL: write sqlite:///{path} if it is a database"
        )
    return path / "journal.log"


def _open_journal(path: Path) -> tuple[optuna.storages.BaseStorage, Callable[[], None]]:
    from optuna.storages import JournalStorage

    from archscout.journal import SearchJournal

    journal = SearchJournal(path)
    try:
        with _said_in_one_sentence(str(path)):
            return JournalStorage(journal), journal.close
    except BaseException:
        journal.close()
        raise


def _open_database(url: str) -> tuple[optuna.storages.BaseStorage, Callable[[], None]]:
    from sqlalchemy.engine import make_url

    from archscout.journal import hold
    from archscout.strategies.optuna_params import quiet_optuna

    shown = hide_password(url)
    held = None
    with _said_in_one_sentence(shown):
        address = _with_driver(make_url(url))
        if address.drivername.startswith("sqlite") and address.database not in (None, ":memory:"):
            held = hold(Path(str(address.database)))
    try:
        with _said_in_one_sentence(shown), quiet_optuna():
            if held is not None:
                _make_sqlite(address)
            opened = _connect(address)
    except BaseException:
        if held is not None:
            held.release()
        raise

    def close() -> None:
        opened.remove_session()
        opened.engine.dispose()
        if held is not None:
            held.release()

    return opened, close


def _connect(address: URL) -> optuna.storages.RDBStorage:
    """Open a database and make Optuna's tables in it, where another search is not faster."""
    from optuna.storages import RDBStorage

    url = address.render_as_string(hide_password=False)
    for _ in range(_ATTEMPTS):
        try:
            return RDBStorage(url)
        except Exception as error:
            if not _was_made_by_another(error):
                raise
            time.sleep(_PAUSE_SECONDS)
    raise StorageError(
        f"the storage {hide_password(url)} is being made by other searches that started at the "
        "same time: start this one again"
    )


def _was_made_by_another(error: Exception) -> bool:
    """Whether something was there that had not been there a moment ago."""
    from sqlalchemy.exc import IntegrityError

    said = (error, error.__cause__)
    return any(isinstance(e, IntegrityError) or "already exists" in str(e) for e in said)


def _with_driver(address: URL) -> URL:
    """Name an installed driver where the URL names none: the default varies with SQLAlchemy."""
    for driver in _DRIVERS.get(address.drivername, ()):
        if importlib.util.find_spec(driver) is not None:
            return address.set(drivername=f"{address.drivername}+{driver}")
    return address


def _make_sqlite(address: URL) -> None:
    """Make a new database with Optuna's tables in one step.

    A kill between two statements would leave tables without their unique indices, and Optuna
    would not add them later.
    """
    from optuna.storages import RDBStorage

    path = Path(str(address.database))
    if path.exists() and path.stat().st_size:
        return
    part = path.with_name(f"{path.name}.part")
    for old in (part, part.with_name(f"{part.name}-journal")):
        old.unlink(missing_ok=True)
    made = RDBStorage(address.set(database=str(part)).render_as_string(hide_password=False))
    made.remove_session()
    made.engine.dispose()
    part.replace(path)


@contextmanager
def _said_in_one_sentence(where: str) -> Iterator[None]:
    """Turn whatever a storage raises into one sentence; drivers raise errors of any kind."""
    try:
        yield
    except ArchscoutError:
        raise
    except ImportError as error:
        kind = where.partition(":")[0].partition("+")[0]
        raise MissingExtraError(
            f"the storage {where} needs a database driver that is not installed: "
            f"run pip install {_INSTALLS.get(kind, 'the driver for ' + kind)}"
        ) from error
    except Exception as error:
        # Optuna wraps what its database says in a sentence that does not help.
        said = str(error.__cause__ or error).strip().partition("\n")[0]
        reason = hide_password(said).rstrip(".") or type(error).__name__
        raise StorageError(
            f"the storage {where} cannot be used ({reason}): check that it exists, may be "
            "written and is whole, or choose another"
        ) from error


class StudyRecord:
    """An Optuna study that belongs to one search."""

    def __init__(
        self,
        storage: optuna.storages.BaseStorage,
        space: SearchSpace,
        identity: Mapping[str, Any],
        *,
        name: str,
        where: str,
        close: Callable[[], None],
    ) -> None:
        import optuna

        from archscout.strategies.optuna_params import distributions, quiet_optuna

        direction: Direction = identity["direction"]
        self.close = close
        self._where = where
        self._space = space
        self._distributions = distributions(space)
        with _said_in_one_sentence(where), quiet_optuna():
            self._study = optuna.create_study(
                storage=storage,
                study_name=name,
                direction=direction,
                load_if_exists=True,
                sampler=optuna.samplers.RandomSampler(),
            )
            self._storage = storage
            self._id = storage.get_study_id_from_name(name)
            self._trials = self._count()
            self._belong({"format": FORMAT, **identity}, name)

    def _belong(self, identity: dict[str, Any], name: str) -> None:
        found = self._study.user_attrs.get(_ATTRIBUTE)
        if found is None and not self._trials:
            # One attribute, so that no kill can leave half of it.
            self._study.set_user_attr(_ATTRIBUTE, identity)
            return
        if not isinstance(found, dict):
            raise StorageError(
                f"the study {name!r} in {self._where} was not made by a search of archscout: "
                "choose another storage or name"
            )
        keys = [k for k in {**identity, **found} if identity.get(k) != found.get(k)]
        if keys:
            held = " and ".join(f"{k} {found.get(k)!r}" for k in keys)
            came = " and ".join(f"{k} {identity.get(k)!r}" for k in keys)
            raise StorageError(
                f"{self._where} holds a search with {held}, and this one has {came}: "
                "choose another storage or name, or continue with what it holds"
            )

    def _count(self) -> int:
        """Number of finished trials, those that others wrote too."""
        return self._storage.get_n_trials(self._id, _states())

    def labels(self) -> list[Label]:
        """Read the labels back, exactly as they were written.

        Raises:
            StorageError: if a trial is not a label, or two searches wrote at once.
        """
        with _said_in_one_sentence(self._where):
            trials = self._study.get_trials(deepcopy=False, states=_states())
        found: dict[int, Label] = {}
        try:
            for label in map(self._label, trials):
                first = found.setdefault(label.number, label)
                # Two searches that met here both bought this label; the first stands.
                if first.architecture != label.architecture:
                    raise ValueError(label.number)
            labels = [found[number] for number in sorted(found)]
            whole = sorted(found) == list(range(len(found)))
        except (KeyError, ValueError, TypeError):
            whole = False
        if not whole:
            raise StorageError(
                f"{self._where} holds trials that are not labels of one search in order: "
                "choose another storage or name"
            )
        return labels

    def _label(self, trial: optuna.trial.FrozenTrial) -> Label:
        from archscout.strategies.optuna_params import from_params

        attrs = trial.user_attrs
        return Label(
            int(attrs["number"]),
            from_params(self._space, trial.params),
            math.nan if trial.value is None else float(trial.value),
            float(attrs["seconds"]),
            str(attrs["error"]),
            dict(attrs["info"]),
        )

    def add(self, label: Label) -> None:
        """Write one label as one finished trial, in one step.

        Raises:
            StorageError: if it cannot be written, or another search wrote meanwhile.
        """
        from optuna.trial import TrialState, create_trial

        from archscout.strategies.optuna_params import to_params

        trial = create_trial(
            state=TrialState.FAIL if label.failed else TrialState.COMPLETE,
            value=None if label.failed else label.value,
            params=to_params(self._space, label.architecture),
            distributions=self._distributions,
            user_attrs={
                "number": label.number,
                "architecture": self._space.format(label.architecture),
                "seconds": label.seconds,
                "error": label.error,
                "info": dict(label.info),
            },
        )
        with _said_in_one_sentence(self._where):
            self._study.add_trial(trial)
            self._trials += 1
            others = self._count() != self._trials
        if others:
            raise StorageError(
                f"another search writes to {self._where} at the same time: "
                "let one end first, or choose another storage or name"
            )


def _states() -> tuple[optuna.trial.TrialState, ...]:
    from optuna.trial import TrialState

    return (TrialState.COMPLETE, TrialState.FAIL)

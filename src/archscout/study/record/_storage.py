"""The record of a search: an Optuna study in a journal file or a database.

Each label is one finished trial, written in one step, so that a search that is killed leaves
whole labels only; a failed label that is bought again is one more trial of the same number. The
architecture is the trial's categorical parameters, everything else its value, state and user
attributes, so that Optuna's dashboard and analyses work on it. One user
attribute of the study says which search it belongs to; no other may go on in it.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from archscout._common.paths import at_home
from archscout._common.plain import plain
from archscout._common.secrets import looks_like_address
from archscout.errors import StorageError
from archscout.objectives._label import Label
from archscout.objectives._objective import Direction
from archscout.spaces.base import SearchSpace
from archscout.study._history import in_order
from archscout.study.record._storage_place import Owner, StoragePlace

if TYPE_CHECKING:
    import optuna

    from archscout.study.record._journal import SearchJournal

FORMAT = 1
JOURNAL_ENDINGS = (".log", ".journal")
_ATTRIBUTE, _ATTEMPT = "archscout", "attempt"


class Record(Protocol):
    """Where a search writes its labels.

    Attributes:
        where: the storage in words, empty for memory.
    """

    where: str

    def history(self) -> list[Label]:
        """All measurements of the earlier parts of this search in their order.

        One whose number came before is a failed label that was bought again.
        """

    def add(self, label: Label, attempt: int = 1) -> None:
        """Write one measurement, the first or a later one of its label; then it is kept."""

    def close(self) -> None:
        """Let other searches use the storage."""


class _Held(Protocol):
    """A journal or a database that one search holds."""

    def check(self) -> None:
        """Raise `StorageError` if a label could be lost that is written now."""

    def close(self) -> None:
        """Let other searches use it."""


class NoRecord:
    """Keeps nothing: the search lives in memory."""

    where = ""

    def __init__(self) -> None:
        self._owner = Owner()

    def history(self) -> list[Label]:
        """There is none."""
        return []

    def add(self, label: Label, attempt: int = 1) -> None:
        """Drop it; raises `StorageError` in a process that was forked from the search."""
        self._owner.check("the search")

    def close(self) -> None:
        """Nothing to close."""


def open_record(
    storage: str | Path | None,
    space: SearchSpace,
    identity: Mapping[str, Any],
    *,
    name: str = "archscout",
) -> Record:
    """Open the record of a search, or make it; close it when the search is over.

    Args:
        storage: None for memory; a path of a journal (ending in .log or .journal) or of a
            folder, which then holds ``journal.log``; or a URL such as ``sqlite:///runs.db``
            or ``postgresql://user@host/runs``.
        space: the search space.
        identity: plain values that tell this search from others; ``direction`` among them.
        name: name of the Optuna study, for several searches in one storage.

    Raises:
        StorageError: if it cannot be opened, is in use, or belongs to another search.
        MissingExtraError: if the driver of a database is not installed.
    """
    if storage is None:
        return NoRecord()
    text = str(storage)
    place = StoragePlace(text)
    held: _Held
    opened: optuna.storages.BaseStorage
    if "://" in text:
        from archscout.study.record._databases import Database

        held = Database(text, name, place)
        opened = held.storage
    else:
        held, opened = _open_journal(_journal_path(text), place)
    try:
        return StudyRecord(opened, space, identity, name=name, place=place, held=held)
    except BaseException:
        held.close()
        raise


def _open_journal(
    path: Path, place: StoragePlace
) -> tuple[SearchJournal, optuna.storages.JournalStorage]:
    from optuna.storages import JournalStorage

    from archscout.study.record._journal import SearchJournal

    journal = SearchJournal(path)
    try:
        with place.in_one_sentence():
            return journal, JournalStorage(journal)
    except BaseException:
        journal.close()
        raise


def _journal_path(text: str) -> Path:
    """The journal that a text names, as a path that holds when the working directory changes."""
    if looks_like_address(text):
        raise StorageError(
            "got a storage that looks like the address of a database, expected a path or a URL "
            "with ://, as text: write it as in sqlite:///search.db or "
            "postgresql://user:password@host/database"
        )
    path = at_home(text)
    if path.suffix in JOURNAL_ENDINGS and not path.is_dir():
        return Path(os.path.realpath(path))
    if path.is_file():
        raise StorageError(
            f"got the storage {text}, expected a folder, a journal ending in .log or .journal, "
            f"or a URL: write sqlite:///{text} if it is a database"
        )
    return Path(os.path.realpath(path / "journal.log"))


class StudyRecord:
    """An Optuna study that belongs to one search."""

    def __init__(
        self,
        storage: optuna.storages.BaseStorage,
        space: SearchSpace,
        identity: Mapping[str, Any],
        *,
        name: str,
        place: StoragePlace,
        held: _Held,
    ) -> None:
        import optuna

        from archscout.strategies._optuna_params import distributions, quiet_optuna

        direction: Direction = identity["direction"]
        self._owner = Owner()
        self._held = held
        self._place = place
        self.where = str(place)
        self._space = space
        self._distributions = distributions(space)
        with place.in_one_sentence(), quiet_optuna():
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
                f"the study {name!r} in {self._place} was not made by a search of archscout: "
                "choose another storage or name"
            )
        keys = [k for k in {**identity, **found} if identity.get(k) != found.get(k)]
        if keys:
            held = " and ".join(f"{k} {found.get(k)!r}" for k in keys)
            came = " and ".join(f"{k} {identity.get(k)!r}" for k in keys)
            raise StorageError(
                f"{self._place} holds a search with {held}, and this one has {came}: "
                "choose another storage or name, or continue with what it holds"
            )

    def _count(self) -> int:
        """Number of finished trials, those that others wrote too."""
        return self._storage.get_n_trials(self._id, _states())

    def history(self) -> list[Label]:
        """Read all measurements back in their order, exactly as they were written."""
        with self._place.in_one_sentence():
            trials = self._study.get_trials(deepcopy=False, states=_states())
        try:
            return in_order(
                (self._label(trial), int(trial.user_attrs.get(_ATTEMPT, 1))) for trial in trials
            )
        except (LookupError, ValueError, TypeError, OverflowError):
            raise StorageError(
                f"{self._place} holds trials that are not labels of one search in order: "
                "choose another storage or name"
            ) from None

    def _label(self, trial: optuna.trial.FrozenTrial) -> Label:
        from archscout.strategies._optuna_params import from_params

        attrs = trial.user_attrs
        value = math.nan if trial.value is None else float(trial.value)
        seconds, error = float(attrs["seconds"]), str(attrs["error"])
        if not math.isfinite(value):
            # Infinity is a word of JSON's readers, and no label holds it.
            value, error = math.nan, error or f"measured {value}, expected a finite number"
        return Label(
            int(attrs["number"]),
            from_params(self._space, trial.params),
            value,
            seconds if 0.0 <= seconds < math.inf else 0.0,
            error,
            plain(dict(attrs["info"])),
        )

    def add(self, label: Label, attempt: int = 1) -> None:
        """Write one measurement as one finished trial, in one step; raises `StorageError`."""
        from optuna.trial import TrialState, create_trial

        from archscout.strategies._optuna_params import to_params

        self._owner.check(self._place)
        self._held.check()
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
                **({_ATTEMPT: attempt} if attempt > 1 else {}),
            },
        )
        with self._place.in_one_sentence():
            self._study.add_trial(trial)
            self._trials += 1
            others = self._count() != self._trials
        if others:
            raise StorageError(
                f"another search writes to {self._place} at the same time: "
                "let one end first, or choose another storage or name"
            )

    def close(self) -> None:
        """Let other searches use the storage; a forked process cannot do so for its parent."""
        if self._owner.is_here:
            self._held.close()


def _states() -> tuple[optuna.trial.TrialState, ...]:
    from optuna.trial import TrialState

    return (TrialState.COMPLETE, TrialState.FAIL)

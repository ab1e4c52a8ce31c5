"""The labels of a search that has not finished, read from its journal for a report."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archscout._common.saying import count
from archscout.errors import StorageError

if TYPE_CHECKING:
    from archscout.results.search import SearchResult
    from archscout.spaces import SearchSpace

STUDY = ATTRIBUTE = "archscout"
_TEXTS = ("space", "objective", "unit", "strategy", "dedup")


def read_unfinished(journal: Path, own: SearchSpace | None = None) -> SearchResult:
    """Make a result of the labels that a journal holds; the search may still be running.

    What is known only at the end is missing: test values, the audit, the noise ceiling. ``own``
    is the space where it has no name here.
    """
    from archscout._common.manifest import make_manifest
    from archscout.results.search import SearchResult
    from archscout.spaces import load_space
    from archscout.study._history import settled
    from archscout.study.record._journal import repair_journal
    from archscout.study.record._storage import open_record

    try:
        content = journal.read_bytes()
    except OSError as error:
        raise StorageError(f"the journal {journal} cannot be read ({error.strerror})") from None
    with tempfile.TemporaryDirectory() as folder:
        # A copy is read, so that a running search is left alone; its last line may be half
        # written, and is dropped, as is what comes after damage.
        copy = Path(folder) / "journal.log"
        copy.write_bytes(content)
        repair_journal(copy, shown=journal)
        identity = _identity(copy, journal)
        named = own is not None and own.name == identity["space"]
        space = own if own is not None and named else load_space(identity["space"])
        record = open_record(copy, space, identity)
        try:
            labels = settled(record.history())
        finally:
            record.close()
    if not labels:
        raise StorageError(f"the journal {journal} holds no label yet: wait for the first one")
    return SearchResult(
        space=space,
        strategy=f"{identity['strategy']}, not finished",
        objective=identity["objective"],
        unit=identity["unit"],
        direction=identity["direction"],
        labels=labels,
        seconds=math.fsum(label.seconds for label in labels),
        requests=len(labels),
        budget=len(labels),
        stopped=f"not finished: {count(len(labels), 'label')} so far",
        manifest=make_manifest(
            seed=identity["seed"],
            labels=len(labels),
            strategy=identity["strategy"],
            settings=identity["settings"],
            dedup=identity["dedup"],
        ),
    )


def _identity(copy: Path, journal: Path) -> dict[str, Any]:
    """What the journal says of its search."""
    from optuna.storages import JournalStorage

    from archscout.study.record._journal import SearchJournal

    opened = SearchJournal(copy)
    try:
        storage = JournalStorage(opened)
        attributes = storage.get_study_user_attrs(storage.get_study_id_from_name(STUDY))
        identity = attributes[ATTRIBUTE]
    except Exception:  # Optuna raises errors of any kind where lines are whole and make no sense.
        identity = None
    finally:
        opened.close()
    if not isinstance(identity, dict) or not _is_whole(identity):
        raise StorageError(
            f"the journal {journal} holds no search of archscout: name the folder of a search"
        )
    return identity


def _is_whole(found: dict[str, Any]) -> bool:
    return (
        all(isinstance(found.get(key), str) for key in _TEXTS)
        and found.get("direction") in ("maximize", "minimize")
        and isinstance(found.get("seed"), int)
        and isinstance(found.get("settings"), dict)
    )

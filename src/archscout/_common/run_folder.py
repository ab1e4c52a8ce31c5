"""The folder of a run: one call at a time works in it, and a killed one goes on.

``plan.json`` says whose folder it is. ``parts/`` holds a JSON a finished part of the work, with the
fingerprint of what it holds. Besides this folder only the record of labels and the checkpoints of a
training are kept and gone on with.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import inspect
import json
import logging
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ParamSpec, TypeVar
from urllib.parse import quote

import filelock

from archscout._common.locks import hold
from archscout._common.paths import at_home, from_here
from archscout._common.plain import plain
from archscout._common.writing import write_json
from archscout.errors import Interrupted, SettingsError, StorageError, kind_of

logger = logging.getLogger(__name__)

Taken = ParamSpec("Taken")
Returned = TypeVar("Returned")

_LOCK = ".held"


class RunFolder:
    """Keeps finished parts of one kind of work, which is told by its plan.

    Args:
        path: the folder; made if it is missing.
        plan: plain values that every part depends on: table, versions.
        kind: what the folder holds, such as ``"comparison"``, for errors.
        results: names of files that such a folder ends up with: without a plan beside them the
            folder is somebody else's.

    Raises:
        StorageError: if it belongs to other work or cannot be written.
    """

    def __init__(
        self, path: str | Path, plan: Mapping[str, Any], kind: str, results: Sequence[str] = ()
    ) -> None:
        # The working directory may change before the last part is written.
        self.path = Path(path).absolute()
        self.parts = self.path / "parts"
        self.kind = kind
        wanted = plain(plan)
        try:
            self.parts.mkdir(parents=True, exist_ok=True)
            found = self._read_plan(results)
            if found is None:
                write_json(self.path / "plan.json", wanted)
            elif found != wanted:
                different = list(_differences(found, wanted))
                raise StorageError(
                    f"folder {from_here(self.path)!r} holds another {kind} "
                    f"({'; '.join(different)}): name another folder, or repeat that one"
                )
        except OSError as error:
            raise cannot_write(self.path, error) from None

    def read(self, stem: str) -> dict[str, Any] | None:
        """What a part holds; None if it is missing or damaged, which is logged."""
        file = self._file(stem)
        if not file.exists():
            return None
        try:
            # Bytes: JSON tells its encoding, and other systems put a byte order mark first.
            facts: dict[str, Any] = json.loads(file.read_bytes())
            if facts.pop("sha256") != _digest(facts):
                raise ValueError("what it holds differs from its fingerprint")
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            self.discard(stem, error)
            return None
        return facts

    def discard(self, stem: str, reason: Exception) -> None:
        """Say that a part cannot be used; it stays until it is written anew."""
        logger.warning("part %s cannot be used and is run again: %s", self._file(stem).name, reason)

    def write(self, stem: str, facts: Mapping[str, Any]) -> None:
        """Keep a part; raises `StorageError` if it cannot be written."""
        described = plain(facts)
        try:
            write_json(self._file(stem), {**described, "sha256": _digest(described)})
        except OSError as error:
            raise cannot_write(self.path, error) from None

    def _file(self, stem: str) -> Path:
        return self.parts / f"{quote(stem, safe=' ')}.json"

    def _read_plan(self, results: Sequence[str]) -> dict[str, Any] | None:
        file = self.path / "plan.json"
        if not file.exists():
            foreign = [name for name in results if (self.path / name).exists()]
            if foreign:
                raise StorageError(
                    f"folder {from_here(self.path)!r} holds {foreign[0]} but no plan.json, so it "
                    "is not known what made it: name another folder"
                )
            return None
        try:
            found = json.loads(file.read_bytes())
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise StorageError(
                f"{from_here(file)!r} is damaged, so it is not known whose folder it is: name "
                "another folder, or delete this one"
            )
        return found


def owns_folder(kind: str) -> Callable[[Callable[Taken, Returned]], Callable[Taken, Returned]]:
    """Let a function hold the folder that its argument ``out`` names while it runs.

    Args:
        kind: what it does, such as ``"comparison"``, for messages.

    Raises:
        StorageError: if another call works in the folder, or it cannot be written.
        Interrupted: instead of KeyboardInterrupt, of which it is one; it says what is kept.
    """

    def decorate(function: Callable[Taken, Returned]) -> Callable[Taken, Returned]:
        signature = inspect.signature(function)

        @functools.wraps(function)
        def owning(*args: Taken.args, **named: Taken.kwargs) -> Returned:
            bound = signature.bind_partial(*args, **named)
            out = bound.arguments.get("out")
            folder = None
            if out is not None:
                if not isinstance(out, str | os.PathLike):
                    raise SettingsError(f"got {kind_of(out)} as out, expected the path of a folder")
                # The user's code may change the working directory before the last is written.
                folder = bound.arguments["out"] = at_home(out).absolute()
            made = _missing(folder)
            lock = None if folder is None else _take(folder, kind)
            try:
                return function(*bound.args, **bound.kwargs)
            except KeyboardInterrupt:
                kept = (
                    "nothing is kept, since no folder was named with out="
                    if folder is None
                    else f"what had ended is kept in {out}, and the same call goes on from there"
                )
                raise Interrupted(f"the {kind} was stopped: {kept}") from None
            finally:
                if folder is not None and lock is not None:
                    lock.release()
                    _forget(made)

        return owning

    return decorate


def _missing(folder: Path | None) -> list[Path]:
    """The folder and those above it that do not exist, the deepest first."""
    if folder is None:
        return []
    return [path for path in (folder, *folder.parents) if not path.exists()]


def _forget(made: list[Path]) -> None:
    """Take away folders that were made for a call that then put nothing into them."""
    with contextlib.suppress(OSError):
        if made and os.listdir(made[0]) == [_LOCK]:
            (made[0] / _LOCK).unlink()
            for folder in made:
                folder.rmdir()


def cannot_write(path: Path, error: OSError) -> StorageError:
    """The error for a folder that the system does not let us use."""
    return StorageError(
        f"cannot use the folder {from_here(path)!r} ({error.strerror or error}): name another one"
    )


def _differences(there: Mapping[str, Any], here: Mapping[str, Any]) -> Iterator[str]:
    """What differs, each in words; of plans within plans only the parts that differ."""
    for key in sorted({*there, *here}):
        one, other = there.get(key), here.get(key)
        if isinstance(one, dict) and isinstance(other, dict):
            yield from (f"{key}.{inner}" for inner in _differences(one, other))
        elif one != other:
            yield f"{key} {one!r} there, {other!r} here"


def _digest(facts: Mapping[str, Any]) -> str:
    written = json.dumps(facts, sort_keys=True, ensure_ascii=False) + "\n"
    return hashlib.sha256(written.encode("utf-8", "surrogatepass")).hexdigest()


def _take(folder: Path, kind: str) -> filelock.BaseFileLock:
    try:
        return hold(folder / _LOCK)
    except BlockingIOError:
        raise StorageError(
            f"the folder {from_here(folder)!r} is in use by another {kind}: wait until it ends, or "
            "name another folder"
        ) from None
    except OSError as error:
        raise cannot_write(folder, error) from None

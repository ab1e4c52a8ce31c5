"""The folder of many runs: finished ones are kept, so that a killed call goes on.

``plan.json`` says whose folder it is. ``parts/`` holds a JSON a finished run and, where it has
one, a text beside it; the JSON is written last, with the fingerprint of what belongs to it.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from archscout._common.paths import from_here
from archscout._common.plain import plain
from archscout._common.writing import write_json
from archscout.errors import StorageError

logger = logging.getLogger(__name__)


class PartsFolder:
    """Keeps finished runs of one kind of work, which is told by its plan.

    Args:
        path: the folder; made if it is missing.
        plan: plain values that every part depends on: table, versions.
        kind: what the folder holds, such as ``"comparison"``, for errors.
        results: names of files that such a folder ends up with: without a plan beside them the
            folder is somebody else's.

    Raises:
        StorageError: if it belongs to other work or cannot be written.

    Examples:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as path:
        ...     folder = PartsFolder(path, {"table": "mine"}, "ranking")
        ...     folder.write("forest.seed0", {"tau": 0.5})
        ...     folder.read("forest.seed0"), folder.read("forest.seed1")
        (({'tau': 0.5}, ''), None)
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

    def read(self, stem: str) -> tuple[dict[str, Any], str] | None:
        """Facts and text of a part; None if it is missing or damaged, which is logged."""
        text_file, facts_file = self._files(stem)
        if not facts_file.exists():
            return None
        try:
            # Bytes: JSON tells its encoding, and other systems put a byte order mark first.
            facts = json.loads(facts_file.read_bytes())
            text = text_file.read_text(encoding="utf-8-sig") if text_file.exists() else ""
            if facts.pop("sha256") != _digest(facts, text):
                raise ValueError("what it holds differs from its fingerprint")
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            self.discard(stem, error)
            return None
        return facts, text

    def discard(self, stem: str, reason: Exception) -> None:
        """Say that a part cannot be used; it stays until it is written anew."""
        name = self._files(stem)[1].name
        logger.warning("part %s cannot be used and is run again: %s", name, reason)

    def write(self, stem: str, facts: Mapping[str, Any], text: str = "") -> None:
        """Keep a part; an empty text gets no file.

        Raises:
            StorageError: if it cannot be written.
        """
        text_file, facts_file = self._files(stem)
        described = plain(facts)
        try:
            if text:
                text_file.write_text(text, encoding="utf-8")
            else:
                text_file.unlink(missing_ok=True)
            write_json(facts_file, {**described, "sha256": _digest(described, text)})
        except OSError as error:
            raise cannot_write(self.path, error) from None

    def _files(self, stem: str) -> tuple[Path, Path]:
        name = quote(stem, safe=" ")
        return self.parts / f"{name}.csv", self.parts / f"{name}.json"

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


def _differences(there: Mapping[str, Any], here: Mapping[str, Any]) -> Iterator[str]:
    """What differs, each in words; of plans within plans only the parts that differ."""
    for key in sorted({*there, *here}):
        one, other = there.get(key), here.get(key)
        if isinstance(one, dict) and isinstance(other, dict):
            yield from (f"{key}.{inner}" for inner in _differences(one, other))
        elif one != other:
            yield f"{key} {one!r} there, {other!r} here"


def cannot_write(path: Path, error: OSError) -> StorageError:
    """The error for a folder that the system does not let us use."""
    return StorageError(
        f"cannot use the folder {from_here(path)!r} ({error.strerror or error}): name another one"
    )


def _digest(facts: Mapping[str, Any], text: str) -> str:
    written = json.dumps(facts, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(f"{written}\n{text}".encode("utf-8", "surrogatepass")).hexdigest()

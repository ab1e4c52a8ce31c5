"""The file of a result: what it must hold, and a checksum by which an edit is found.

The best value and all that follows from the labels is computed from them, never read.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from archscout._common.writing import write_json
from archscout.errors import ArchscoutError, SettingsError, StorageError
from archscout.objectives._label import Attempt, Label
from archscout.spaces.base import SearchSpace

CHECKSUM = "sha256"
_DEEPEST = 64  # what is nested deeper was not written by a search
_LONGEST = 40  # letters of a wrong value that are shown
_EXPECTED = "give the folder or the result.json of a run"

_Number = Annotated[float, Field(allow_inf_nan=False)] | None
_Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
_Count = Annotated[int, Field(ge=0)]


_AS_WRITTEN = (
    *("strategy", "objective", "unit", "direction", "seconds", "wall_seconds"),
    *("requests", "repeats", "budget", "stopped"),
)
"""What a result is made of as it stands in the file."""


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="allow")


class _Attempt(_Part):
    seconds: _Amount
    error: str


class _LabelRow(_Part):
    number: _Count
    architecture: str
    value: _Number
    seconds: _Amount
    error: str
    info: dict[str, Any]
    attempts: list[_Attempt] = []


class _Best(_Part):
    architecture: str
    value: float


class _Standing(_Part):
    rank: Annotated[int, Field(ge=1)]
    of: Annotated[int, Field(ge=1)]

    @model_validator(mode="after")
    def _among(self) -> _Standing:
        if self.rank > self.of:
            raise ValueError("its rank is larger than its table")
        return self


class _Manifest(_Part):
    seed: int = 0
    command: list[str] | str = ""
    settings: dict[str, Any] = {}
    limits: list[dict[str, Any]] = []
    dedup: str = "exact"


class _File(_Part):
    best: _Best | None = None
    labels: list[_LabelRow]
    seconds: _Amount
    wall_seconds: _Amount
    unit: str
    direction: Literal["maximize", "minimize"]
    strategy: str
    objective: str
    space: str
    budget: _Count
    requests: _Count
    repeats: _Count
    stopped: str
    test_values: dict[str, _Number]
    audit: list[dict[str, Any]]
    standing: _Standing | None = None
    noise: dict[str, Any]
    manifest: _Manifest

    @model_validator(mode="after")
    def _in_order(self) -> _File:
        if [row.number for row in self.labels] != list(range(len(self.labels))):
            raise ValueError("its labels are not numbered in order")
        return self

    @model_validator(mode="after")
    def _best_of_labels(self) -> _File:
        sign = 1.0 if self.direction == "maximize" else -1.0
        good = [
            (sign * row.value, row.architecture) for row in self.labels if row.value is not None
        ]
        if self.best is not None:
            told = (sign * self.best.value, self.best.architecture)
            if not good or max(good, key=lambda row: row[0]) != told:
                raise ValueError("its best is not the best of its labels")
        return self


def write_result(path: Path, data: Mapping[str, Any]) -> None:
    """Write what `SearchResult.to_dict` gives, with its checksum."""
    text = _as_written(data)
    write_json(path, {**json.loads(text), CHECKSUM: _checksum(text)})


def read_result(path: Path, space: SearchSpace | None) -> dict[str, Any]:
    """Read what a result is made of; see `archscout.results.search.SearchResult.read`."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise StorageError(f"{path} cannot be read ({error.strerror}): {_EXPECTED}") from error
    try:
        data = json.loads(content, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise StorageError(f"{path} is not JSON: {_EXPECTED}") from error
    if isinstance(data, dict) and data.pop(CHECKSUM, None) not in (None, _checksum(content)):
        raise StorageError(
            f"{path} was changed after the search wrote it: bring the first version back, or "
            "delete it and start the same search again, which reads its labels from the record"
        )
    try:
        if not isinstance(data, dict):
            raise SettingsError(f"it holds a {type(data).__name__}")
        if _is_deep(data):
            raise SettingsError(f"it is nested deeper than {_DEEPEST} levels")
        return _from_dict(json.loads(_as_written(data)), space)
    except (ArchscoutError, ValueError, OverflowError) as error:
        reason = _first(error) if isinstance(error, ValidationError) else str(error).rstrip(".")
        raise StorageError(
            f"{path} is not the result of a search ({reason}): {_EXPECTED}"
        ) from error


def _from_dict(data: dict[str, Any], space: SearchSpace | None) -> dict[str, Any]:
    # A search without a table has no standing, which is written as an empty one.
    file = _File.model_validate({**data, "standing": data.get("standing") or None})
    if space is None:
        from archscout.spaces import recorded_space

        space = recorded_space(file.space, str(data["manifest"].get("space_from", "")))
    elif space.name != file.space:
        raise SettingsError(f"it is of space {file.space!r}, not {space.name!r}")
    return dict(
        {name: getattr(file, name) for name in _AS_WRITTEN},
        space=space,
        labels=[
            Label(
                row.number,
                space.parse(row.architecture),
                _number(row.value),
                row.seconds,
                row.error,
                data["labels"][row.number]["info"],
                tuple(Attempt(attempt.seconds, attempt.error) for attempt in row.attempts),
            )
            for row in file.labels
        ],
        audit=data["audit"],
        test_values={space.parse(k): _number(v) for k, v in file.test_values.items()},
        standing=data.get("standing") or {},
        noise={k: math.nan if v is None else v for k, v in file.noise.items()},
        manifest=data["manifest"],
    )


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number of JSON")


def _checksum(content: bytes) -> str:
    """Fingerprint of what a JSON text says, however it is spaced and its numbers are written."""
    said = json.loads(content, parse_int=float, parse_constant=_no_number)
    said.pop(CHECKSUM, None)
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _as_written(data: Any) -> bytes:
    """JSON in which halves of characters are question marks: a file cannot hold them."""
    return json.dumps(data, allow_nan=False, ensure_ascii=False).encode("utf-8", "replace")


def _is_deep(data: Any) -> bool:
    level = [data]
    for _ in range(_DEEPEST):
        nested = (
            item.values() if isinstance(item, dict) else item
            for item in level
            if isinstance(item, dict | list)
        )
        level = [inner for items in nested for inner in items]
    return bool(level)


def _first(error: ValidationError) -> str:
    """The first fault that pydantic found, and where."""
    fault = error.errors(include_url=False, include_context=False)[0]
    where = ".".join(map(str, fault["loc"]))
    if fault["type"] == "value_error":
        return fault["msg"].removeprefix("Value error, ")
    if fault["type"] == "missing":
        return f"{where} is missing"
    return f"{where} is wrong: {fault['msg']}, got {str(fault['input'])[:_LONGEST]!r}"

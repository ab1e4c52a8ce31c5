"""Notes of an objective: kept as plain values, or left out in words, and never the end."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from archscout.objectives._objective import Measurement
from archscout.reports import report
from archscout.results._load import load_result
from archscout.spaces.base import Architecture
from archscout.study._loop import search
from archscout.study._plain_info import plain_info
from archscout.testing._toy import ToySpace

SPACE = ToySpace()


class Color(Enum):
    RED = 1


class Unprintable:
    def __str__(self) -> str:
        raise SystemExit("no")

    __repr__ = __str__
    __format__ = None  # type: ignore[assignment]


class Text(str):
    def __str__(self) -> str:
        raise ValueError

    __repr__ = __str__


class Endless(Mapping[str, int]):
    def __getitem__(self, key: str) -> int:
        return 1

    def __len__(self) -> int:
        return 1

    def __iter__(self) -> Iterator[str]:
        number = 0
        while True:
            number += 1
            yield str(number)


class Raises(Endless):
    def __iter__(self) -> Iterator[str]:
        raise RecursionError


def circular() -> dict[str, Any]:
    info: dict[str, Any] = {}
    info["me"] = {"inner": [info]}
    return info


def deep(levels: int) -> list[Any]:
    nested: list[Any] = []
    for _ in range(levels):
        nested = [nested]
    return nested


def bomb() -> list[Any]:
    nested: list[Any] = ["x"]
    for _ in range(60):
        nested = [nested, nested]
    return nested


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (np.int64(3), 3),
        (np.float32(0.5), 0.5),
        (math.nan, None),
        ([1.0, math.inf, np.float64("nan")], [1.0, None, None]),
        (np.ones((2, 2)), [[1.0, 1.0], [1.0, 1.0]]),
        (torch.ones(2, requires_grad=True), [1.0, 1.0]),
        (torch.tensor(0.5), 0.5),
        (Color.RED, "Color.RED"),
        (b"\xff", "b'\\xff'"),
        (Text("abc"), "abc"),
        ({1: {"a", "b"}, None: (2, 3)}, {"1": ["a", "b"], "None": [2, 3]}),
        (True, True),
        (None, None),
        (Path("a/b"), "a/b"),
        ("\udcff", "\udcff"),
    ],
)
def test_what_can_be_kept_is_plain(value: Any, kept: Any) -> None:
    assert plain_info({"x": value, "y": 1}) == {"x": kept, "y": 1}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (circular(), "levels, or circular"),
        (deep(25), "more than 20 levels"),
        (deep(50_000), "more than 20 levels"),
        (bomb(), "left out: more than"),
        ("x" * 2_000_000, "1,000,000 characters"),
        (b"x" * 2_000_000, "1,000,000 characters"),
        (list(range(200_000)), "100,000 values"),
        (np.zeros(10**7), "100,000 values"),
        (torch.zeros(10**6), "100,000 values"),
        (range(10**9), "range(0, 1000000000)"),
        (10**5000, "64 bits"),
        (Unprintable(), "left out: "),
        ([Unprintable()], "left out: "),
        ({Unprintable(): 1}, "left out: "),
        (Endless(), "values"),
        (Raises(), "RecursionError"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_cannot_be_kept_is_left_out_in_words(value: Any, words: str) -> None:
    kept = plain_info({"before": 1, "x": value, "after": 2})
    assert (kept["before"], kept["after"]) == (1, 2)
    assert words in kept["x"]
    assert len(json.dumps(kept, allow_nan=False)) < 1000


def test_notes_of_any_mapping_end() -> None:
    assert len(plain_info(Endless())) == 1001
    assert "left out" in plain_info(Raises())["info"]
    assert plain_info({Unprintable(): 1, "a": 2})["a"] == 2


def test_a_search_keeps_its_labels_whatever_their_notes(tmp_path: Path) -> None:
    shared: dict[str, Any] = {"count": 0}
    wrong = [circular(), deep(5000), {"o": Unprintable()}, {"s": "\udcff\0"}, {3: math.nan}, shared]

    def odd(arch: Architecture) -> Measurement:
        shared["count"] += 1
        return Measurement(
            1.0 + arch.choices[0], info={"all": wrong[shared["count"] % 6], **shared}
        )

    results = [
        search(SPACE, odd, "random", labels=12, storage=tmp_path / "a.log") for _ in range(2)
    ]
    assert not any(label.failed for label in results[0].labels)
    assert [label.info["count"] for label in results[0].labels] == list(range(1, 13))
    assert repr(results[0].labels) == repr(results[1].labels)
    results[0].save(tmp_path)
    assert len(load_result(tmp_path, SPACE).labels) == 12
    assert report(results[0], tmp_path / "page.html").is_file()


def test_a_relative_journal_and_an_objective_that_goes_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "elsewhere").mkdir()

    def moves(arch: Architecture) -> float:
        os.chdir(tmp_path / "elsewhere")
        return 1.0

    assert len(search(SPACE, moves, "random", labels=3, storage="a.log").labels) == 3
    assert (tmp_path / "a.log").is_file()

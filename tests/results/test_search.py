"""Results: what is best, the frame, and JSON files that come back exactly."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from archscout._common.plain import plain
from archscout._common.writing import write_json
from archscout.errors import ArchscoutError, StorageError
from archscout.objectives._label import Label
from archscout.results._load import load_result
from archscout.results.search import SearchResult
from archscout.spaces.base import Architecture
from archscout.testing._toy import ToySpace

SPACE = ToySpace()
ARCHS = list(SPACE)


def make_result(values: list[float], **changes: Any) -> SearchResult:
    labels = [
        Label(i, ARCHS[i], value, 0.5 * i, "ValueError: no" if math.isnan(value) else "", {})
        for i, value in enumerate(values)
    ]
    fields: dict[str, Any] = {
        "space": SPACE,
        "strategy": "random",
        "objective": "points",
        "unit": "points",
        "direction": "maximize",
        "labels": labels,
        "budget": len(labels),
        "test_values": {label.architecture: math.nan for label in labels},
        "noise": {"kendall_tau": math.nan, "runs": 1},
    }
    return SearchResult(**{**fields, **changes})


def test_best_goes_by_search_values_alone_and_the_first_of_equals() -> None:
    result = make_result([1.0, math.nan, 3.0, 3.0, 2.0])
    result.test_values[ARCHS[4]] = 99.0
    assert result.best.architecture == ARCHS[2]
    assert math.isnan(result.best.test_value)
    lowest = make_result([math.nan, 2.0, 1.0, 1.0], direction="minimize")
    assert lowest.best.architecture == ARCHS[2]


@pytest.mark.parametrize("values", [[], [math.nan, math.nan]])
def test_without_a_success_there_is_no_best(values: list[float]) -> None:
    result = make_result(values)
    with pytest.raises(ArchscoutError, match="no label of"):
        _ = result.best
    assert result.to_dict()["best"] is None
    assert "best none" in repr(result)
    assert len(result.to_frame()) == len(values)


def test_the_frame_has_a_row_a_label_and_best_so_far() -> None:
    result = make_result([math.nan, 1.0, 3.0, 2.0])
    frame = result.to_frame()
    np.testing.assert_array_equal(frame["best_so_far"], [math.nan, 1.0, 3.0, 3.0])
    assert frame["failed"].tolist() == [True, False, False, False]
    assert frame["architecture"].tolist() == [SPACE.format(arch) for arch in ARCHS[:4]]
    assert "test_value" not in frame
    result.test_values[ARCHS[1]] = 7.0
    assert result.to_frame()["test_value"][1] == 7.0
    low = make_result([4.0, 5.0, 2.0], direction="minimize").to_frame()
    assert low["best_so_far"].tolist() == [4.0, 4.0, 2.0]
    noted = make_result([1.0])
    noted.labels[0] = Label(0, ARCHS[0], 1.0, info={"predicted": 0.9, "origin": "first"})
    assert noted.to_frame()["predicted"][0] == 0.9
    assert noted.to_frame()["origin"][0] == "first"


def test_a_saved_result_comes_back_exactly(tmp_path: Path) -> None:
    result = make_result(
        [0.1 + 0.2, math.nan, 1e-300],
        audit=[{"round": 0, "tau_before": None, "stopped": "no gain"}],
        seconds=1.5,
        wall_seconds=0.25,
        requests=4,
        repeats=1,
        stopped="all 3 labels were bought",
        standing={"rank": 2, "of": 105},
        manifest={"seed": 3, "settings": {"a": [1, 2]}},
    )
    result.test_values[ARCHS[0]] = 1 / 3
    path = result.save(tmp_path / "run")
    text = path.read_text()
    assert "NaN" not in text
    for place in (path, path.parent, str(path)):
        back = load_result(place, SPACE)
        assert back.to_dict() == result.to_dict()
        for name in (
            "labels", "test_values", "noise", "standing", "seconds", "audit", "manifest", "stopped",
        ):  # fmt: skip
            assert repr(getattr(back, name)) == repr(getattr(result, name))


def test_a_registered_space_is_found_by_itself(tmp_path: Path) -> None:
    from archscout.spaces import load_space

    space = load_space("nasbench201")
    arch = space.sample(np.random.default_rng(0), 1)[0]
    result = make_result([], space=space, labels=[Label(0, arch, 1.0)], test_values={})
    result.save(tmp_path)
    assert load_result(tmp_path).best.architecture == arch


def test_saving_replaces_the_old_file_and_leaves_nothing_else(tmp_path: Path) -> None:
    make_result([1.0]).save(tmp_path)
    make_result([2.0]).save(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["result.json"]
    assert load_result(tmp_path, SPACE).best.value == 2.0


def test_a_failed_write_keeps_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_json(path, {"a": 1})
    with pytest.raises(ValueError, match="Out of range"):
        write_json(path, {"a": math.nan})
    assert json.loads(path.read_text()) == {"a": 1}
    assert len(list(tmp_path.iterdir())) == 1


def test_an_unwritable_place_gets_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be written"):
        make_result([1.0]).save(tmp_path / "file")


def _without(key: str) -> Callable[[dict[str, Any]], Any]:
    return lambda data: {k: v for k, v in data.items() if k != key}


def _label(key: str, value: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda data: {**data, "best": None, "labels": [{**data["labels"][0], key: value}]}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda data: [], "holds a list"),
        (lambda data: {**data, "space": "nasbench301"}, "space 'nasbench301'"),
        (lambda data: {**data, "direction": "up"}, "direction"),
        (lambda data: {**data, "labels": 5}, "got '5'"),
        (lambda data: {**data, "noise": None}, "noise is wrong"),
        (_without("labels"), "labels is missing"),
        (_label("architecture", "x"), "'x'"),
        (_label("number", 3), "not numbered in order"),
        (_label("value", "high"), "'high'"),
    ],
)
def test_garbage_gets_one_sentence(
    tmp_path: Path, change: Callable[[dict[str, Any]], Any], words: str
) -> None:
    path = tmp_path / "result.json"
    path.write_text(json.dumps(change(make_result([1.0]).to_dict())))
    with pytest.raises(StorageError, match="is not the result of a search") as caught:
        load_result(path, SPACE)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[" * 100_000])
def test_what_is_not_json_gets_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "result.json"
    path.write_bytes(content)
    with pytest.raises(StorageError, match="is not JSON"):
        load_result(path)
    with pytest.raises(StorageError, match="nothing is at"):
        load_result(tmp_path / "missing")


def test_plain_values() -> None:
    class Odd:
        def __str__(self) -> str:
            return "odd"

    value = {
        1: np.float32(0.5),
        "nan": math.nan,
        "array": np.array([1.0, math.inf]),
        "flag": np.bool_(True),
        "set": {2, 1},
        "tuple": (1, None, Odd()),
        "arch": Architecture("toy", (1,)).choices,
    }
    assert plain(value) == {
        "1": 0.5, "nan": None, "array": [1.0, None], "flag": True,
        "set": [1, 2], "tuple": [1, None, "odd"], "arch": [1],
    }  # fmt: skip
    json.dumps(plain(value), allow_nan=False)

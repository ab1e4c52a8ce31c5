"""What measurements say of themselves reaches every table, beside what strategies say."""

from __future__ import annotations

import math
from typing import Any

import pytest

import archscout
from archscout.objectives._label import Label
from archscout.objectives._objective import Measurement
from archscout.results._load import load_result
from archscout.results._notes import info_columns, join_notes
from archscout.spaces.base import Architecture
from archscout.study.ledger import Ledger
from archscout.testing._toy import ToySpace


def labels(*infos: dict[str, Any]) -> list[Label]:
    return [Label(i, Architecture("any", (i,)), 1.0, info=info) for i, info in enumerate(infos)]


def test_values_of_a_measurement_are_columns_of_the_frame_and_the_csv(tmp_path) -> None:
    def measure(arch: Architecture) -> Measurement:
        info: dict[str, Any] = {"latency": 2.5, "loss": {"train": 0.5, "steps": [1, 2]}}
        return Measurement(1.0, info=info if arch.choices[0] else {"latency": 3.5, "host": "a"})

    result = archscout.search(ToySpace(), measure, "random", labels=30, seed=1)
    result.save(tmp_path)
    frame = load_result(tmp_path, ToySpace()).to_frame()
    shallow = [label.architecture.choices[0] == 0 for label in result.labels]
    assert any(shallow)
    assert frame["info.latency"].tolist() == [3.5 if it else 2.5 for it in shallow]
    assert frame["info.host"].isna().tolist() == [not it for it in shallow]
    assert set(frame["info.loss"].dropna()) == {'{"train": 0.5, "steps": [1, 2]}'}
    assert "info.latency" in frame.to_csv(index=False).partition("\n")[0]


def test_a_measurement_does_not_speak_for_the_strategy() -> None:
    def measure(arch: Architecture) -> Measurement:
        return Measurement(1.0, info={"predicted": 9.0, "origin": "gpu 3", "gpu": 3})

    ledger = Ledger(ToySpace(), measure, labels=2)
    first, second = list(ToySpace())[:2]
    plain_label = ledger.buy(first)
    noted = ledger.buy(second, info={"predicted": 0.5, "gpu": "mine"})
    assert "predicted" not in plain_label.info
    assert noted.info["predicted"] == 0.5
    columns = info_columns([plain_label, noted])
    assert columns["info.predicted"] == [9.0, 9.0]
    assert columns["info.origin"] == ["gpu 3", "gpu 3"]
    assert set(columns) == {"info.predicted", "info.origin", "info.gpu", "info.info.gpu"}


@pytest.mark.parametrize(
    ("measured", "strategy"),
    [
        ({"round": 1, "info.round": 2}, {"round": 3}),
        ({"info.round": 2, "round": 1}, {}),
        ({"a": 1, "info.a": 2, "info.info.a": 3}, {"a": 4}),
    ],
)
def test_no_value_is_lost_whatever_it_is_called(
    measured: dict[str, int], strategy: dict[str, int]
) -> None:
    joined = join_notes(measured, strategy)
    assert sorted(joined.values()) == sorted([*measured.values(), *strategy.values()])
    columns = info_columns(labels(joined))
    kept = [value for value in joined if value in ("round",)]
    assert len(columns) == len(joined) - len(kept)


def test_what_a_label_does_not_say_is_nan() -> None:
    (column,) = info_columns(labels({"a": None}, {}, {"a": 1})).values()
    assert math.isnan(column[0])
    assert math.isnan(column[1])
    assert column[2] == 1
    assert info_columns([]) == {}

"""Limits: amounts are read or refused, bounds are checked, costs come from the space."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archscout.errors import ParseError, SettingsError, UnknownNameError
from archscout.spaces import DARTS, NASBenchMacro, load_space
from archscout.spaces.limits._limit import Limit, amount_words, excess, parse_amount, parse_limits

SPACE = NASBenchMacro()


@pytest.mark.parametrize(
    ("text", "what", "value"),
    [
        ("60M", "macs", 60e6),
        (" 5.3m ", "params", 5.3e6),
        ("600e6", "macs", 600e6),
        ("1.2G", "macs", 1.2e9),
        (".5M", "macs", 5e5),
        ("900 k", "params", 9e5),
        ("7713280", "macs", 7713280),
        (60_000_000, "macs", 60e6),
        ("3.5ms", "latency", 3.5),
        ("3.5", "latency", 3.5),
        ("0.1s", "latency", 100.0),
        ("250us", "latency", 0.25),
    ],
)
def test_amounts(text: str, what: str, value: float) -> None:
    assert parse_amount(text, what) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    "text", ["", "M", "-5M", "0", "60MB", "1e30", "nan", "inf", "6 0", "5ms", "9_1M"]
)
def test_what_is_no_amount(text: str) -> None:
    with pytest.raises(ParseError, match="as an amount of MACs, expected"):
        parse_amount(text)


@given(st.text() | st.text(alphabet="0123456789.eE+-kKmMgGs ", max_size=12))
def test_arbitrary_text_is_a_positive_number_or_a_parse_error(text: str) -> None:
    for what in ("macs", "latency"):
        message = ""
        try:
            assert 0 < parse_amount(text, what) <= 1e18
        except ParseError as error:
            message = str(error)
        assert len(message) < 300


@given(st.integers(min_value=1, max_value=999_999), st.sampled_from([1, 1000, 10**6, 10**9]))
def test_words_of_an_amount_are_read_back(number: int, scale: int) -> None:
    assert parse_amount(amount_words(number * scale)) == pytest.approx(number * scale, rel=1e-12)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"what": "macs"}, "expected a bound"),
        ({"what": "macs", "most": 5, "least": 6}, "the lower not above the upper"),
        ({"what": "macs", "most": math.nan}, "expected a bound"),
        ({"what": "macs", "most": "60M"}, "parse_amount"),
        ({"what": "latency", "most": 5}, "a function of choices for latency"),
        ({"what": "macs", "most": 5, "measure": len}, "None for all others"),
    ],
)
def test_wrong_limits(arguments: dict[str, object], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        Limit(**arguments)  # type: ignore[arg-type]


def test_unknown_costs() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'macs'"):
        Limit("mac", most=5)
    with pytest.raises(UnknownNameError, match="no limit is named"):
        parse_limits({"max_flops": "5M"})


def test_settings_reach_the_cost_functions() -> None:
    cells = load_space("nasbench201")
    small = Limit("macs", most=1e9, settings={"resolution": 16, "classes": 120})
    rows = cells.all_choices()[::500]
    assert np.array_equal(small.costs(cells, rows), cells.macs_table(rows, 120, resolution=16))
    cifar = Limit("params", most=1e9, settings={"network": "cifar"})
    darts = DARTS()
    archs = darts.sample(np.random.default_rng(0), 5)
    assert np.array_equal(cifar.costs(darts, archs), darts.params_table(archs, "cifar"))
    wrong = Limit("params", most=1e9, settings={"resolution": 16})
    with pytest.raises(SettingsError, match="cannot count parameters with the settings"):
        wrong.costs(cells, rows)
    assert hash(small) != hash(wrong)


def test_excess_is_zero_at_both_ends_and_grows_outside() -> None:
    limit = Limit("macs", most=100, least=50)
    assert limit.excess(np.array([25.0, 50, 75, 100, 150])).tolist() == [0.5, 0, 0, 0, 0.5]
    both = [Limit("macs", most=60e6), Limit("params", most=1e6)]
    rows = SPACE.all_choices()
    kept = (SPACE.macs_table(rows) <= 60e6) & (SPACE.params_table(rows) <= 1e6)
    assert np.array_equal(excess(SPACE, both, rows) == 0, kept)
    assert 0 < kept.sum() < len(rows)


def test_latency_is_measured_by_a_function_that_is_checked() -> None:
    rows = SPACE.all_choices()[:4]
    fine = Limit("latency", most=1, measure=lambda choices: choices.sum(axis=1) / 2)
    assert fine.costs(SPACE, rows).tolist() == [0, 0.5, 1, 0.5]
    for wrong in (lambda choices: 1.0, lambda choices: np.full(len(choices), np.nan)):
        with pytest.raises(SettingsError, match="one finite number of milliseconds"):
            Limit("latency", most=1, measure=wrong).costs(SPACE, rows)


def test_the_record_tells_limits_apart() -> None:
    (limit,) = parse_limits({"max_macs": "60M", "min_macs": "50M"}, {"macs": {"resolution": 32}})
    assert limit.to_dict() == {
        "what": "macs", "most": 60e6, "least": 50e6, "settings": {"resolution": 32},
    }  # fmt: skip
    assert Limit(**limit.to_dict()) == limit
    assert (limit.text, Limit("params", least=5e6).text) == (
        "50M to 60M MACs", "at least 5M parameters",
    )  # fmt: skip
    assert parse_limits({"max_macs": None}) == ()

"""The MobileNet space: both notations, places of skips, twins, sampling, tokens, predictors."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import archscout
from archscout.errors import ParseError, UnknownNameError
from archscout.predictors._parts.presets import PRESETS
from archscout.spaces import MobileNet
from archscout.spaces.mobilenet._text import SKIP, STARTS, parse_blocks

SPACE = MobileNet()
SEMINAS = "6 5 1 7 4 2 5 3 5 2 5 3 3 5 7 3 1 6 3 3 6"
RANDOM_LABEL = "2 0 -1 2 2 0 2 4 0 4 4 2 4 2 4 2 0 0 0 2 2"


# --- text ---------------------------------------------------------------------------------
def test_published_architectures_in_their_own_notations() -> None:
    first, second = SPACE.parse(SEMINAS), SPACE.parse(RANDOM_LABEL)
    assert first.choices[:4] == (5, 4, 0, SKIP)
    assert second.choices[:4] == (2, 0, SKIP, 2)
    assert SPACE.format(first) == SEMINAS
    assert SPACE.format(second, "random-label") == RANDOM_LABEL
    assert SPACE.parse(SPACE.format(second)) == second
    assert SPACE.parse(SEMINAS.replace(" ", ", ")) == first


def test_a_text_that_fits_both_is_read_as_seminas_unless_told_otherwise() -> None:
    text = " ".join("12345" * 4 + "1")
    standard = SPACE.parse(text)
    assert SPACE.format(standard) == text
    other = SPACE.parse(text, notation="random-label")
    assert other == SPACE.parse(f"random-label: {text}") != standard
    assert other.choices == tuple(choice + 1 for choice in standard.choices)
    assert SPACE.parse(f"seminas:{text}", "seminas") == standard


@given(st.lists(st.integers(0, SKIP), min_size=21, max_size=21))
def test_every_architecture_goes_through_both_notations(choices: list[int]) -> None:
    for start in STARTS:
        choices[start] %= SKIP
    arch = SPACE.architectures(np.array([choices]))[0]
    assert SPACE.parse(SPACE.format(arch)) == arch
    assert SPACE.parse(SPACE.format(arch, "random-label"), "random-label") == arch


@given(st.text() | st.text(alphabet="0123456789 -,:٣"))
def test_arbitrary_text_never_raises_anything_but_a_parse_error(text: str) -> None:
    message = ""
    try:
        assert SPACE.parse(text) in SPACE
    except ParseError as error:
        message = str(error)
    assert len(message) < 500


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "got 0 integers"),
        (SEMINAS[:-2], "got 20 integers"),
        (SEMINAS.replace("6", "0"), "both 0 and 7"),
        ("7" + SEMINAS[1:], "got 7 at place 1 .* stage starts .* 1, 2, 3, 4, 5, 6$"),
        ("-1" + RANDOM_LABEL[1:], "got -1 at place 1 .* stage starts"),
        (SEMINAS.replace("1 7", "1 8"), "got 8 at place 4 .* 6, 7$"),
        (SEMINAS.replace("1 7", "1 x"), "got 'x' at place 4"),
        ("other: " + SEMINAS, "prefixes seminas:, random-label:"),
    ],
)
def test_errors_name_the_place(text: str, message: str) -> None:
    with pytest.raises(ParseError, match=message):
        SPACE.parse(text)


def test_notations_must_agree_and_exist() -> None:
    with pytest.raises(ParseError, match="leave one of the two out"):
        SPACE.parse("seminas: " + SEMINAS, "random-label")
    with pytest.raises(ParseError, match="got 6 at place 1"):
        SPACE.parse(SEMINAS, "random-label")
    for use in (lambda: SPACE.parse(SEMINAS, "rlnas"), lambda: SPACE.format(ARCH, "rlnas")):
        with pytest.raises(UnknownNameError, match="random-label"):
            use()


ARCH = SPACE.parse(SEMINAS)


# --- the space ----------------------------------------------------------------------------
def test_size_and_places_of_skips() -> None:
    assert math.prod(SPACE.option_counts.tolist()) == 6**6 * 7**15
    drawn = SPACE.sample_choices(np.random.default_rng(0), 2000)
    skipped = (drawn == SKIP).mean(axis=0)
    assert not skipped[list(STARTS)].any()
    others = np.delete(skipped, STARTS)
    assert ((others > 1 / 7 - 0.03) & (others < 1 / 7 + 0.03)).all()
    assert len(SPACE.neighbors(ARCH)) == 6 * 5 + 15 * 6


def test_it_says_that_it_cannot_be_listed() -> None:
    for use in (SPACE.__len__, SPACE.all_choices, lambda: list(SPACE)):
        with pytest.raises(TypeError, match="too large to be listed"):
            use()


def test_twins_differ_only_in_which_later_block_of_a_stage_is_skipped() -> None:
    rest = " 1" * 17
    twins = ["6 7 2 3", "6 2 7 3", "6 2 3 7"]
    assert {SPACE.canonical_id(SPACE.parse(t + rest)) for t in twins} == {twins[-1] + rest}
    others = ["2 6 3 7", "6 3 2 7", "6 2 7 7"]
    assert len({SPACE.canonical_id(SPACE.parse(t + rest)) for t in [*twins, *others]}) == 4
    # The last stage has one block and the skips of one stage are not those of the next.
    moved = SPACE.canonical_id(SPACE.parse("1 7 1 1 1 7 1 1" + " 1" * 13))
    assert moved == "1 1 1 7 1 1 1 7" + " 1" * 13


def test_tokens_are_the_integers_of_seminas() -> None:
    tokens = SPACE.encode([ARCH], "tokens")
    assert tokens.tolist() == [[int(word) for word in SEMINAS.split()]]
    spec = SPACE.token_spec()
    assert (spec.length, spec.vocabulary) == (21, 8)
    assert np.flatnonzero(~spec.allowed[:, SKIP + 1]).tolist() == list(STARTS)
    tokens[0, 0] = SKIP + 1
    assert not SPACE.decode(tokens)[1].any()


# --- what is made for any space -----------------------------------------------------------
def test_a_search_in_a_space_that_cannot_be_listed() -> None:
    def cheap(arch: archscout.Architecture) -> float:
        return -SPACE.macs(arch) / 1e6

    for strategy, settings in (("random", {}), ("evolution", {"population": 8, "sample": 4})):
        result = archscout.search(
            SPACE, cheap, strategy, labels=20, seed=0, settings=settings, dedup="isomorphic"
        )
        assert len({label.architecture for label in result.labels}) == 20


SMALL = replace(PRESETS["fast"], members=2, hidden=8, steps_first=10, unlabeled_batch=8)


@pytest.mark.parametrize(
    ("name", "settings", "least"),
    [("forest", {}, 0.2), ("gaussian-process", {}, 0.2), ("flow", {"preset": SMALL}, -1.0)],
)
def test_predictors_read_it(name: str, settings: dict[str, Any], least: float) -> None:
    rng = np.random.default_rng(0)
    archs = SPACE.sample(rng, 150)
    values = SPACE.macs_table(archs) / 1e6
    predictor = archscout.make_predictor(name, SPACE, rng, **settings)
    predicted = predictor.fit(archs[:50], values[:50]).predict(archs[50:]).mean
    assert predicted.shape == (100,)
    assert np.isfinite(predicted).all()
    assert np.corrcoef(predicted, values[50:])[0, 1] > least


@given(st.lists(st.sampled_from("1234567"), min_size=20, max_size=22))
def test_printed_integers_are_read_at_once_and_as_all_others_are(words: list[str]) -> None:
    def read(text: str) -> Any:
        try:
            return parse_blocks(text)
        except ParseError:
            return None

    assert read(" ".join(words)) == read(", ".join(words))

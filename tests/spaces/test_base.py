"""What every space inherits: checks of choices, sampling, change, with forbidden combinations."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

from archscout.errors import ParseError, SettingsError, UnlistedError
from archscout.spaces.base import Architecture, SearchSpace, Variable


class Pairs(SearchSpace):
    """Two decisions of three options; both may not be 2, and with ``strict`` none may differ."""

    name = "pairs"
    variables = (Variable("left", ("0", "1", "2")), Variable("right", ("0", "1", "2")))
    encodings = ()

    def __init__(self, *, strict: bool = False) -> None:
        self.strict = strict

    def valid(self, archs: Any) -> Any:
        rows = self.as_choices(archs)
        if self.strict:
            return rows[:, 0] == rows[:, 1]
        return ~(rows == 2).all(axis=1)

    def parse(self, text: str) -> Architecture:
        return Architecture(self.name, (int(text[0]), int(text[1])))

    def format(self, arch: Architecture) -> str:
        return "".join(map(str, arch.choices))

    def encode(self, archs: Any, kind: str = "onehot") -> Any:
        raise self._unknown_encoding(kind)

    def params(self, arch: Architecture, *args: Any, **settings: Any) -> int:
        return sum(arch.choices) * settings.get("times", 1)

    def macs(self, arch: Architecture, *args: Any, **settings: Any) -> int:
        return 2

    def build(self, arch: Architecture, *args: Any, **settings: Any) -> Any:
        raise SettingsError("there is no network of a pair")

    def __len__(self) -> int:
        raise TypeError("not listed")


SPACE = Pairs()


@pytest.mark.parametrize(
    ("archs", "message"),
    [
        ([Architecture("words", (0, 1))], "space 'words', expected 'pairs'"),
        ([Architecture("pairs", (0, 1, 2))], "3 choices, expected 2"),
        ([Architecture("pairs", (0, 3))], "option 3 at position 1 of architecture 0"),
        ([Architecture("pairs", (0, 1)), Architecture("pairs", (-1, 1))], "of architecture 1"),
        (["01"], "got str"),
        (np.zeros(2, int), "shape \\(2,\\)"),
        (np.zeros((1, 3), int), "expected \\(n, 2\\)"),
        (np.zeros((1, 2)), "type float64"),
        (np.array([[300, 0]]), "option 300"),
    ],
)
def test_choices_that_do_not_fit_are_refused(archs: Any, message: str) -> None:
    with pytest.raises(ParseError, match=message):
        SPACE.as_choices(archs)


def test_one_architecture_is_no_batch() -> None:
    with pytest.raises(ParseError, match="expected a list of them"):
        SPACE.as_choices(SPACE.parse("01"))  # type: ignore[arg-type]


def test_sampling_is_uniform_over_the_valid_ones() -> None:
    seen = Counter(SPACE.sample(np.random.default_rng(0), 8_000))
    assert len(seen) == 8
    assert Architecture("pairs", (2, 2)) not in seen
    assert all(850 < count < 1_150 for count in seen.values())


def test_neighbors_leave_out_the_invalid() -> None:
    near = {SPACE.format(arch) for arch in SPACE.neighbors(SPACE.parse("20"))}
    assert near == {"00", "10", "21"}


def test_mutation_without_a_valid_change_says_so() -> None:
    with pytest.raises(SettingsError, match="no single change of '11' is valid"):
        Pairs(strict=True).mutate(SPACE.parse("11"), np.random.default_rng(0))


def test_crossover_gives_a_valid_mixture_or_the_first_parent() -> None:
    rng = np.random.default_rng(0)
    first, second = SPACE.parse("02"), SPACE.parse("20")
    children = {SPACE.format(SPACE.crossover(first, second, rng)) for _ in range(100)}
    assert children == {"02", "20", "00"}


def test_batched_costs_pass_their_settings_on() -> None:
    rows = np.array([[0, 1], [1, 1]])
    assert SPACE.params_table(rows, times=3).tolist() == [3, 6]
    assert SPACE.macs_table([]).shape == (0,)


def test_canonical_ids_are_texts_where_nothing_else_is_known() -> None:
    assert SPACE.canonical_ids(np.array([[0, 1], [1, 1]])).tolist() == ["01", "11"]


def test_a_space_that_is_not_listed_says_so() -> None:
    class Large(SearchSpace):
        name = "large"
        variables = tuple(Variable(f"v{place}", range(10)) for place in range(7))

    for listed in (iter, len, SearchSpace.all_choices, lambda space: space.indices([])):
        with pytest.raises(UnlistedError, match="too large to be listed"):
            listed(Large())

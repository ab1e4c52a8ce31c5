"""The space kit passes sound spaces and names the broken promise of unsound ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from archscout.encodings import check_tokens, one_hot
from archscout.errors import ParseError, SettingsError
from archscout.spaces import load_space
from archscout.spaces.base import Architecture, SearchSpace, TokenSpec, Variable
from archscout.testing import check_space


class Words(SearchSpace):
    """Words of five letters a to d without two d in a row."""

    name = "words"
    variables = tuple(Variable(f"letter {i}", ("a", "b", "c", "d")) for i in range(5))
    encodings = ("onehot", "tokens")

    def parse(self, text: str) -> Architecture:
        arch = Architecture(self.name, tuple("abcd".find(letter) for letter in text))
        if arch not in self:
            raise ParseError(f"got {text!r}, expected five letters a to d, no two d in a row")
        return arch

    def format(self, arch: Architecture) -> str:
        return "".join("abcd"[choice] for choice in self.as_choices([arch])[0])

    def valid(self, archs: Any) -> Any:
        last = self.as_choices(archs) == 3
        return ~(last[:, 1:] & last[:, :-1]).any(axis=1)

    def encode(self, archs: Any, kind: str = "onehot") -> Any:
        if kind not in self.encodings:
            raise self._unknown_encoding(kind)
        choices = self.as_choices(archs)
        if kind == "onehot":
            return one_hot(choices, self.option_counts)
        return choices.astype(np.int64) + 1

    def token_spec(self, kind: str = "tokens") -> TokenSpec:
        if kind != "tokens":
            raise self._unknown_encoding(kind)
        return TokenSpec(np.array([[False, True, True, True, True]] * 5))

    def decode(self, tokens: Any, kind: str = "tokens") -> Any:
        choices = check_tokens(tokens, 5) - 1
        good = ((choices >= 0) & (choices < 4)).all(axis=1)
        good[good] = self.valid(choices[good])
        return np.where(good[:, None], choices, 0).astype(np.int8), good

    def params(self, arch: Architecture, *args: Any, **settings: Any) -> int:
        return sum(self.as_choices([arch])[0].tolist())

    def macs(self, arch: Architecture, *args: Any, **settings: Any) -> int:
        return 10 * self.params(arch)

    def build(self, arch: Architecture, *args: Any, **settings: Any) -> Any:
        import torch

        return torch.nn.Linear(1, self.params(arch), bias=False)

    def __len__(self) -> int:
        return len(self.all_choices())

    def all_choices(self) -> Any:
        grid = np.indices((4,) * 5).reshape(5, -1).T.astype(np.int8)
        return grid[self.valid(grid)]


class EndlessWords(Words):
    """The same, but declared too large to be listed."""

    def __len__(self) -> int:
        raise TypeError("too large")

    def all_choices(self) -> Any:
        return SearchSpace.all_choices(self)


def check(space: SearchSpace, **settings: int) -> None:
    check_space(space, np.random.default_rng(0), **settings)


@pytest.mark.slow
@pytest.mark.parametrize("space", [Words(), EndlessWords(), load_space("nasbench201")])
def test_sound_spaces_pass(space: SearchSpace) -> None:
    check(space)


def test_networks_are_counted_on_request() -> None:
    check(Words(), networks=3)
    broken = make_broken("build", lambda self, arch: Words.build(self, self.parse("ccccc")))
    check(broken)
    with pytest.raises(AssertionError, match="trainable parameters"):
        check(broken, networks=3)


def test_settings_of_the_kit_are_checked() -> None:
    with pytest.raises(SettingsError, match="samples=1"):
        check(Words(), samples=1)


def make_broken(method: str, replacement: Any) -> SearchSpace:
    return type("Broken", (Words,), {method: replacement})()


def with_wrong(method: str, wrong: Callable[..., Any]) -> Callable[..., Any]:
    """A method whose result goes through ``wrong`` together with its arguments."""
    sound = getattr(Words, method)
    return lambda self, *args, **settings: wrong(sound(self, *args, **settings), *args)


def first_neighbor_twice(near: list[Architecture], _: Architecture) -> list[Architecture]:
    return [near[0], *near[:-1]]


def unseeded(self: Words, rng: Any, n: int) -> Any:
    return SearchSpace.sample(self, np.random.default_rng() if n > 0 else rng, n)


def two_mutations(self: Words, arch: Architecture, rng: Any) -> Architecture:
    once = SearchSpace.mutate(self, arch, rng)
    again = SearchSpace.mutate(self, once, rng)
    return again if sum(a != b for a, b in zip(again.choices, arch.choices, strict=True)) else once


def raise_value_error(self: Words, text: str) -> Architecture:
    for letter in text:
        "abcd".index(letter)
    return Words.parse(self, text)


def start_token_allowed(spec: TokenSpec, *_: Any) -> TokenSpec:
    return TokenSpec(np.ones_like(spec.allowed))


def forbids_letter_a(spec: TokenSpec, *_: Any) -> TokenSpec:
    allowed = spec.allowed.copy()
    allowed[:, 1] = False
    return TokenSpec(allowed)


def accepts_two_d_in_a_row(self: Words, tokens: Any, kind: str = "tokens") -> Any:
    choices = check_tokens(tokens, 5) - 1
    good = ((choices >= 0) & (choices < 4)).all(axis=1)
    return np.where(good[:, None], choices, 0).astype(np.int8), good


BROKEN: dict[str, tuple[str, Any, str]] = {
    "name": ("name", "", "name '' is no text"),
    "variables of one name": ("variables", Words.variables[:1] * 5, "share a name"),
    "unseeded sample": ("sample", unseeded, "sample gave two results"),
    "too few samples": ("sample", with_wrong("sample", lambda a, *_: a[:3]), "gave 3 archi"),
    "negative samples": ("sample", lambda s, g, n: SearchSpace.sample(s, g, abs(n)), "-1"),
    "invalid samples": (
        "sample",
        lambda s, g, n: [Architecture("words", (3,) * 5) for _ in SearchSpace.sample(s, g, n)],
        "not valid",
    ),
    "parse another": ("parse", with_wrong("parse", lambda a, _: Words().parse("abcda")), "parse"),
    "parse error kind": ("parse", raise_value_error, "raised ValueError"),
    "texts shared": ("format", lambda s, a: "abcda", "parse\\(format"),
    "parse_many": (
        "parse_many",
        with_wrong("parse_many", lambda rows, _: rows[::-1]),
        "parse_many",
    ),
    "choices unchecked": (
        "as_choices",
        lambda s, a: a if isinstance(a, np.ndarray) else SearchSpace.as_choices(s, a),
        "choices of an option that does not exist",
    ),
    "choices wide": (
        "as_choices",
        with_wrong("as_choices", lambda c, _: c.astype(np.int64)),
        "int8",
    ),
    "canonical_id unstable": (
        "canonical_id",
        lambda s, a: str(np.random.default_rng().random()),
        "not stable",
    ),
    "canonical_ids": (
        "canonical_ids",
        with_wrong("canonical_ids", lambda ids, _: np.sort(ids)),
        "canonical_ids",
    ),
    "neighbor twice": ("neighbors", with_wrong("neighbors", first_neighbor_twice), "twice"),
    "neighbor missing": ("neighbors", with_wrong("neighbors", lambda a, _: a[1:]), "single"),
    "own neighbor": ("neighbors", with_wrong("neighbors", lambda a, x: [x, *a[1:]]), "0 decis"),
    "mutate not": ("mutate", lambda s, a, g: a, "mutate changed 0"),
    "mutate twice": ("mutate", two_mutations, "mutate changed 2"),
    "crossover sample": ("crossover", lambda s, a, b, g: s.sample(g, 1)[0], "neither parent"),
    "encode changes type": (
        "encode",
        with_wrong("encode", lambda a, *_: a.astype(np.float64)),
        "has type float64",
    ),
    "encode by batch": (
        "encode",
        with_wrong("encode", lambda a, *_: a - a.mean(0).astype(a.dtype) if len(a) else a),
        "depends on the others",
    ),
    "encode short": ("encode", with_wrong("encode", lambda a, *_: a[:-1]), "one row for each"),
    "encode NaN": (
        "encode",
        with_wrong("encode", lambda a, *_: a * np.float32("nan")),
        "not finite",
    ),
    "encode list": ("encode", with_wrong("encode", lambda a, *_: a.tolist()), "is list"),
    "encode all kinds": (
        "encode",
        lambda s, a, kind="onehot": Words.encode(s, a, kind if kind in s.encodings else "onehot"),
        "UnknownNameError",
    ),
    "mask allows start": (
        "token_spec",
        with_wrong("token_spec", start_token_allowed),
        "allows the start token",
    ),
    "mask too narrow": ("token_spec", with_wrong("token_spec", forbids_letter_a), "not allow"),
    "decode reversed": (
        "decode",
        with_wrong("decode", lambda r, *_: (r[0][:, ::-1], r[1])),
        "is not archs",
    ),
    "decode all valid": (
        "decode",
        lambda s, t, kind="tokens": ((np.asarray(t) - 1).astype(np.int8), np.ones(len(t), bool)),
        "does not flag|out of range|calls an invalid",
    ),
    "decode unflagged": ("decode", accepts_two_d_in_a_row, "calls an invalid archi"),
    "params float": ("params", lambda s, a: 1.5, "expected an int"),
    "macs negative": ("macs", lambda s, a: -1, "expected an int of 0 or more"),
    "params_table": (
        "params_table",
        with_wrong("params_table", lambda n, _: n + 1),
        "params_table differs",
    ),
    "length": ("__len__", lambda s: 7, "len\\(space\\) is 7"),
    "iteration": ("__iter__", lambda s: iter(s.sample(np.random.default_rng(0), 9)), "gave 9"),
    "listed twice": (
        "all_choices",
        lambda s: np.repeat(Words().all_choices(), 2, axis=0),
        "lists an architecture twice",
    ),
    "listed invalid": (
        "all_choices",
        lambda s: np.indices((4,) * 5).reshape(5, -1).T.astype(np.int8),
        "not valid",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("case", BROKEN)
def test_unsound_spaces_are_caught(case: str) -> None:
    method, replacement, message = BROKEN[case]
    with pytest.raises(AssertionError, match=message):
        check(make_broken(method, replacement))


class Six(SearchSpace):
    """Six promises are broken, two of them by errors of Python's own."""

    name = "six"
    variables = (Variable("a", (1, 2, 3)), Variable("b", ("x", "y")))

    def macs(self, arch: Architecture, *args: Any, **settings: Any) -> int:
        raise NotImplementedError

    def params(self, arch: Architecture, *args: Any, **settings: Any) -> Any:
        return 1.5

    def canonical_id(self, arch: Architecture) -> Any:
        return None

    def mutate(self, arch: Architecture, rng: np.random.Generator) -> Architecture:
        return arch

    def encode(self, archs: Any, kind: str = "onehot") -> Any:
        return len(archs) + kind

    def __len__(self) -> int:
        return 3


def test_all_broken_promises_are_told_at_once() -> None:
    with pytest.raises(AssertionError) as caught:
        check(Six())
    told = str(caught.value)
    for words in (
        "macs raised NotImplementedError: leave the method macs out",
        "params(Architecture",
        "canonical_id gave None, expected a text",
        "mutate changed 0 decisions",
        "encode(archs, 'onehot') raised TypeError (",
        "len(space) is 3, but all_choices has 6 rows",
    ):
        assert words in told
    assert told.count("\n") >= 6


@pytest.mark.parametrize("wrong", [EndlessWords, SearchSpace(), 3, "nasbench201", None], ids=repr)
def test_what_is_no_space_is_told_in_words(wrong: Any) -> None:
    with pytest.raises(AssertionError, match=r"expected an instance|a tuple of Variable"):
        check(wrong)


@given(st.sets(st.sampled_from(sorted(BROKEN)), min_size=2, max_size=4))
@settings(max_examples=8, deadline=None, derandomize=True)
def test_any_mixture_of_broken_promises_is_told_in_words(cases: set[str]) -> None:
    methods = {BROKEN[case][0]: BROKEN[case][1] for case in cases}
    with pytest.raises(AssertionError, match=r"\w+ \w+"):
        check(type("Broken", (Words,), methods)(), samples=4)

"""Spaces of one's own: a name and variables are enough, whatever the options are."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from numpy.typing import NDArray

import archscout
from archscout.errors import MissingMethodError, ParseError, SettingsError, UnknownNameError
from archscout.experiments._yardsticks import cost_counts
from archscout.predictors import make_predictor
from archscout.spaces.base import Architecture, Architectures, SearchSpace, Variable
from archscout.testing import check_space


class Minimal(SearchSpace):
    name = "minimal"
    variables = (
        Variable("width", (8, 16, 32)),
        Variable("kernel", ((3, 3), (5, 5), None)),
        Variable('odd, "name" =', ("a,b", "c=d", '"', " ", "", "ü\n")),
        Variable("bias", (True, False)),
    )


SMALL = {"mlp": {"members": 2, "hidden": 8, "steps": 20}, "forest": {"trees": 20}}


class Wide(SearchSpace):
    """More options than a byte can count."""

    name = "wide"

    def __init__(self, most: int = 300) -> None:
        self.variables = (Variable("units", range(most)), Variable("act", ("relu", "gelu")))


def test_a_name_and_variables_keep_every_promise() -> None:
    check_space(Minimal(), samples=6)
    check_space(Wide(), samples=2)
    assert len(Minimal()) == len(Minimal().all_choices()) == 3 * 3 * 6 * 2


@pytest.mark.parametrize("strategy", ["random", "local", "evolution", "optuna:tpe", "guided"])
@pytest.mark.parametrize("space", [Minimal(), Wide()], ids=["minimal", "wide"])
def test_it_is_searched_and_goes_on(space: SearchSpace, strategy: str, tmp_path: Path) -> None:
    rows: list[Any] = []
    for labels in (11, 12, 12):
        found = archscout.search(
            space, lambda arch: arch.choices[0], strategy, labels, storage=tmp_path / "run.log"
        )
        rows.append([label.architecture for label in found.labels])
    assert rows[0] == rows[1][:11]
    assert rows[1] == rows[2]
    whole = archscout.search(space, lambda arch: arch.choices[0], strategy, 12)
    assert [label.architecture for label in whole.labels] == rows[1]
    if space.name == "wide":
        assert whole.best.value > 127
        assert whole.best.architecture in space
        assert space.parse(space.format(whole.best.architecture)) == whole.best.architecture


def test_forty_thousand_options_are_drawn_changed_and_found_again(tmp_path: Path) -> None:
    space, rng = Wide(40_000), np.random.default_rng(0)
    assert space.choice_dtype == np.int32
    first, second = space.sample(rng, 2)
    assert min(first.choices[0], second.choices[0]) > 127
    for arch in (space.mutate(first, rng), space.crossover(first, second, rng)):
        assert arch in space
        assert space.parse(space.format(arch)) == arch
    near = space.neighbors(first)
    assert len(set(near)) == len(near) == 40_000
    assert space.indices([first, near[-1]]).tolist() == [
        2 * arch.choices[0] + arch.choices[1] for arch in (first, near[-1])
    ]
    found = [
        archscout.search(space, lambda arch: arch.choices[0], "random", 3, storage=tmp_path / "run")
        for _ in range(2)
    ]
    assert found[0].labels == found[1].labels
    assert found[0].best.value > 127


@pytest.mark.parametrize("predictor", ["forest", "mlp", "gaussian-process"])
@pytest.mark.parametrize("most", [300, 40_000])
def test_predictors_learn_options_above_127(predictor: str, most: int) -> None:
    space, rng = Wide(most), np.random.default_rng(0)
    rows = space.sample_choices(rng, 60)
    assert rows[:, 0].max() > 127
    model = make_predictor(predictor, space, rng, **SMALL.get(predictor, {})).fit(
        rows[:40], rows[:40, 0] / most
    )
    assert np.isfinite(model.predict(rows[40:]).mean).all()


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.uint16, np.int64, np.uint64])
def test_choices_that_do_not_fit_never_wrap(kind: type) -> None:
    space = Wide()
    fitting = np.array([[255, 1]], dtype=kind)
    assert space.as_choices(fitting).tolist() == [[255, 1]]
    assert space.as_choices(fitting).dtype == space.choice_dtype == np.int16
    small = archscout.load_space("nasbench201")
    wrapping = np.full((1, 6), 255, dtype=kind)  # -1 as int8
    for wrong in (wrapping, wrapping + kind(1), np.full((1, 6), 2**63, dtype=np.uint64)):
        if wrong.any():
            with pytest.raises(ParseError, match="expected 0 to 4"):
                small.as_choices(wrong)


def test_what_a_space_does_not_define_is_said_when_it_is_asked_for() -> None:
    space = Minimal()
    arch = space.sample(np.random.default_rng(0), 1)[0]
    for call, words in (
        (space.params, r"count parameters: write the method params\(arch\)"),
        (space.macs, r"count multiply-adds: write the method macs\(arch\)"),
        (space.build, r"build networks: write the method build\(arch\)"),
    ):
        with pytest.raises(MissingMethodError, match=words):
            call(arch)
    with pytest.raises(UnknownNameError, match="nothing"):
        space.encode([arch], "nothing")
    space.encodings = ("onehot", "graph")  # type: ignore[misc]
    with pytest.raises(MissingMethodError, match="encoding 'graph'"):
        space.encode([arch], "graph")


def test_a_cost_that_cannot_be_counted_or_says_nothing_is_left_out() -> None:
    class Flat(Minimal):
        def params(self, arch: Architecture, *args: Any, **settings: Any) -> int:
            return 7

    assert cost_counts(Minimal(), Minimal().all_choices()) == {}
    assert cost_counts(Flat(), Flat().all_choices()) == {}


class Colour(enum.Enum):
    RED = 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((3, "3"), "same text '3'"),
        ((1, True, "True"), "same text 'True'"),
        ((), "no options"),
        ("conv", "expected a tuple"),
        ({"a", "b"}, "expected a tuple"),
        ((object(),), "option of type object"),
        ((lambda: 0,), "option of type function"),
    ],
)
def test_options_without_a_text_of_their_own_are_refused(options: Any, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        Variable("v", options)


def test_options_of_every_usual_kind_have_a_text() -> None:
    options = (1, 1.5, True, None, "x", (3, "a"), Colour.RED, np.float32(0.5), np.mean, [1, 2])
    variable = Variable("v", options)
    assert variable.texts[:6] == ("1", "1.5", "True", "None", "x", "(3, a)")
    assert [variable.index(option) for option in options] == list(range(10))
    assert [variable.index(text) for text in variable.texts] == list(range(10))
    with pytest.raises(ParseError, match=r"expected one of 1, 1\.5"):
        variable.index("y")


texts = st.text(max_size=6) | st.text(alphabet=' ,="\\\n', max_size=5)


@given(
    st.lists(texts.filter(bool), min_size=1, max_size=3, unique=True),
    st.lists(texts, min_size=1, max_size=4, unique=True),
)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_every_text_reads_back(names: list[str], options: list[str]) -> None:
    class Any_(SearchSpace):
        name = "any"
        variables = tuple(Variable(name, options) for name in names)

    space = Any_()
    for arch in space.sample(np.random.default_rng(0), 5):
        text = space.format(arch)
        assert space.parse(text) == arch
        assert text.splitlines() in ([text], [])
        with pytest.raises(ParseError):
            space.parse(text + "?,")


@pytest.mark.parametrize(
    "text",
    ["", "width=8", "width=8,width=8,kernel=None", 'width="8', "width=9", "=", ",", "a" * 10**6],
)
def test_texts_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(ParseError, match="got"):
        Minimal().parse(text)


class Forbidding(SearchSpace):
    """Two decisions that may not be alike, with tokens, and costs for batches alone."""

    name = "forbidding"
    variables = (Variable("first", (1, 2, 3)), Variable("second", (1, 2)))
    encodings = ("onehot", "tokens")

    def valid(self, archs: Architectures) -> NDArray[np.bool_]:
        choices = self.as_choices(archs)
        return np.asarray(choices[:, 0] != choices[:, 1])

    def params_table(self, archs: Architectures, *args: int, **settings: int) -> NDArray[np.int64]:
        return np.asarray(self.as_choices(archs).sum(axis=1) * settings.get("width", 1))


def test_tokens_are_written_and_read_back_for_any_space_that_names_them() -> None:
    space = Forbidding()
    rows = space.all_choices()
    tokens = space.encode(rows, "tokens")
    assert (np.take_along_axis(space.token_spec().allowed[None], tokens[..., None], 2)).all()
    choices, good = space.decode(np.vstack([tokens, [[1, 1], [3, 3], [0, 1]]]))
    assert good.tolist() == [True] * len(rows) + [False] * 3
    assert np.array_equal(choices[: len(rows)], rows)
    assert not choices[len(rows) :].any()


def test_the_cost_of_one_comes_from_the_costs_of_many() -> None:
    space = Forbidding()
    arch = space.parse("first=3,second=2")
    assert (space.params(arch), space.params(arch, width=4)) == (3, 12)
    with pytest.raises(MissingMethodError, match="count multiply-adds"):
        space.macs(arch)

"""Constructors store, `check` refuses, `clone` makes the same anew, names are exported."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
import pytest
from pydantic import Field

import archscout.predictors
from archscout._common.settings import Whole
from archscout.errors import MissingMethodError, SettingsError, UnknownNameError
from archscout.predictors import (
    PREDICTORS,
    WRAPPERS,
    Forest,
    Posterior,
    Predictor,
    clone,
    list_predictors,
    make_predictor,
)
from archscout.spaces.base import SearchSpace
from archscout.testing._toy import ToySpace

SPACE = ToySpace()
RNG = np.random.default_rng(0)
WRAPPED = [f"{wrapper}:forest" for wrapper in WRAPPERS.names()]


@pytest.mark.parametrize("name", [*list_predictors(), *WRAPPED])
def test_every_constructor_only_stores_its_parameters(name: str) -> None:
    made = make_predictor(name, SPACE, np.random.default_rng(0))
    wrapper, _, rest = name.rpartition(":")
    settings = (WRAPPERS[wrapper] if wrapper else PREDICTORS[rest]).settings
    parameters = made.get_params()
    assert {name: parameters[name] for name in settings} == dict(settings)
    fresh = type(made)(SPACE, np.random.default_rng(0), **parameters)
    stored = {"space", "rng", *parameters}
    assert set(vars(fresh)) == stored, "the constructor does more than to store"
    assert made.rng.bit_generator.state == np.random.default_rng(0).bit_generator.state
    again = clone(made, RNG)
    assert (type(again), again.rng, again.space) == (type(made), RNG, SPACE)
    assert all(again.get_params()[name] is value for name, value in parameters.items())


@pytest.mark.parametrize("name", [*list_predictors(), *WRAPPERS.names()])
def test_every_class_is_exported_under_its_name(name: str) -> None:
    loaded = (WRAPPERS if name in WRAPPERS else PREDICTORS)[name].load()
    assert getattr(archscout.predictors, loaded.__name__) is loaded
    assert loaded.__name__ in archscout.predictors.__all__


def test_a_clone_is_unfitted_and_may_differ_in_a_parameter() -> None:
    rows = SPACE.all_choices()[:10]
    forest = Forest(SPACE, RNG, trees=3).fit(rows, np.arange(10.0))
    made = clone(forest, np.random.default_rng(1), smallest_leaf=2)
    assert (made.trees, made.smallest_leaf, forest.smallest_leaf) == (3, 2, 1)
    with pytest.raises(SettingsError, match="fit first"):
        made.predict(rows)
    with pytest.raises(TypeError, match="leaves"):
        clone(forest, RNG, leaves=2)


class Declares(Predictor):
    """Declares one range, and one hint that promises nothing."""

    def __init__(
        self,
        space: SearchSpace,
        rng: np.random.Generator,
        *,
        depth: Annotated[Whole, Field(ge=1)] = 1,
        plain: int = 2,
    ) -> None:
        super().__init__(space, rng)
        self.depth, self.plain = depth, plain

    def _fit(self, choices: Any, values: Any, unlabeled: Any) -> None:
        self.count_ = len(unlabeled)

    def _predict(self, choices: Any) -> Posterior:
        return Posterior(np.zeros(len(choices)), np.zeros(len(choices)))


def test_ranges_are_refused_by_fit_and_by_name_and_not_by_the_constructor() -> None:
    made = Declares(SPACE, RNG, depth=0)
    rows = SPACE.all_choices()[:3]
    for refused in (made.check, lambda: made.fit(rows, [1.0, 2.0, 3.0])):
        with pytest.raises(SettingsError, match="depth=0, expected a whole number of 1 or more"):
            refused()
    with pytest.raises(SettingsError, match="depth=0"):
        make_predictor(Declares, SPACE, RNG, depth=0)
    Declares(SPACE, RNG, depth=np.int64(3), plain="no promise").check()  # type: ignore[arg-type]


@pytest.mark.parametrize("wrapper", WRAPPERS.names())
def test_wrappers_refuse_what_their_predictor_refuses(wrapper: str) -> None:
    made = WRAPPERS[wrapper].load()(SPACE, RNG, make=lambda space, rng: Forest(space, rng, trees=0))
    for refused in (made.check, lambda: made.fit(SPACE.all_choices()[:8], np.arange(8.0))):
        with pytest.raises(SettingsError, match="trees=0"):
            refused()


@pytest.mark.parametrize(
    ("settings", "kind"),
    [
        ({"trees": "many"}, SettingsError),
        ({"trees": True}, SettingsError),
        ({"columns_tried": float("nan")}, SettingsError),
        ({"one_hot": "yes"}, SettingsError),
        ({"kind": "randon"}, UnknownNameError),
    ],
)
def test_other_kinds_than_numbers_are_refused(settings: dict[str, Any], kind: Any) -> None:
    with pytest.raises(kind, match=next(iter(settings))):
        make_predictor("forest", SPACE, RNG, **settings)


def test_a_class_that_writes_nothing_says_what_is_missing() -> None:
    rows = SPACE.all_choices()[:3]
    with pytest.raises(MissingMethodError, match="_fit"):
        Predictor(SPACE, RNG).fit(rows, [1.0, 2.0, 3.0])


def test_a_fit_hands_over_what_was_checked_and_counts_the_labels() -> None:
    rows = SPACE.all_choices()[:6]
    made = Declares(SPACE, RNG)
    assert made.fit(SPACE.architectures(rows[:4]), [1, 2, 3, 4], rows[4:]) is made
    assert (made.labels_, made.count_) == (4, 2)
    assert made.fit(rows[:3], [1, 2, 3]).count_ == 0

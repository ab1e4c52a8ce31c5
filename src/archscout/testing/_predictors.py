"""Conformance kit for predictors: what every one must do, whatever it learns and however well.

Each check is one function; `check_predictor` runs them all and raises `AssertionError` with one
sentence for each that fails, so it can stand alone in a test of a predictor of your own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archscout.errors import ParseError, SettingsError
from archscout.predictors import Posterior, Predictor, clone
from archscout.spaces.base import Architecture, Architectures, Choices, SearchSpace
from archscout.testing._promises import Promises, no_global_randomness, require, require_error

MakePredictor = Callable[[SearchSpace, np.random.Generator], Predictor]

# Batches of other sizes add up in another order; single precision keeps this share of the range.
_ROUNDING = 1e-3
_REFUSALS = (SettingsError, ParseError)


@dataclass(frozen=True)
class _Case:
    """What the checks learn from: labels, architectures without a label, and what to predict."""

    space: SearchSpace
    labeled: Choices
    values: NDArray[np.float64]
    unlabeled: Choices
    asked: Choices
    new: Callable[[], Predictor]
    seeded: Callable[[], np.random.Generator]

    def fitted(self, *, unlabeled: bool = True) -> Predictor:
        """A new predictor, fitted."""
        predictor = self.new()
        others = self.unlabeled if unlabeled else None
        require(
            predictor.fit(self.labeled, self.values, others) is predictor,
            "fit did not return the predictor itself",
        )
        return predictor


def check_predictor(
    make: MakePredictor, space: SearchSpace, rng: np.random.Generator, *, labels: int = 16
) -> None:
    """Check a predictor against the contract of `Predictor`.

    Args:
        make: function ``(space, rng) -> Predictor``, such as the class itself.
        space: a space with at least ``4 * labels`` architectures.
        rng: draws the architectures and their made-up values.
        labels: how many labels each fit learns from, 4 or more; as many more architectures
            come without a label, and as many again are predicted.

    Raises:
        AssertionError: with one sentence for each promise that the predictor breaks.
        SettingsError: if ``labels`` is out of range or the space too small.

    Examples:
        >>> from archscout.predictors import EncoderPredictorDecoder, Preset
        >>> from archscout.testing import ToySpace
        >>> def make(space, rng):
        ...     preset = Preset("flow", hidden=4, steps_first=2, steps_more=1)
        ...     return EncoderPredictorDecoder(space, rng, preset=preset)
        >>> check_predictor(make, ToySpace(), np.random.default_rng(0), labels=4)
    """
    case = _make_case(make, space, rng, labels)
    promises = Promises()
    with promises.of("predict before fit"):
        check_before_fit(case.new(), case.asked)
    for words, check in (
        ("the constructor", check_constructor),
        ("clone", check_clone),
        ("fit and predict", check_predictions),
        ("draws and scores", check_posterior),
        ("a second fit", check_reproducible),
        ("fit beside global randomness", check_own_randomness),
        ("predict in batches", check_batches),
        ("fit of wrong arguments", check_refusals),
        ("fit of odd labels", check_odd_labels),
        ("pseudo-labels", check_pseudo),
        ("fit of arguments that must not change", check_inputs_untouched),
    ):
        with promises.of(words):
            check(case)
    promises.tell()


def _make_case(
    make: MakePredictor, space: SearchSpace, rng: np.random.Generator, labels: int
) -> _Case:
    drawn = np.unique(space.sample_choices(rng, 50 * labels), axis=0)
    if labels < 4 or len(drawn) < 3 * labels:
        raise SettingsError(
            f"got labels={labels} and {len(drawn)} different architectures, expected at least "
            f"4 labels and {3 * labels} architectures: use another number or a larger space"
        )
    drawn = rng.permutation(drawn)
    weights = rng.normal(size=(len(space.variables), int(space.option_counts.max())))
    worth = weights[np.arange(drawn.shape[1]), drawn].sum(axis=1)
    seed = int(rng.integers(2**31))
    return _Case(
        space,
        drawn[:labels],
        90.0 + worth[:labels],
        drawn[labels : 2 * labels],
        drawn[2 * labels : 3 * labels],
        lambda: make(space, np.random.default_rng(seed)),
        lambda: np.random.default_rng(seed),
    )


def _predict(predictor: Predictor, archs: Architectures, when: str) -> Posterior:
    """Predict with the checks that hold for every posterior."""
    posterior = predictor.predict(archs)
    _check_moments(posterior, len(archs), when)
    return posterior


def _check_moments(posterior: Posterior, count: int, when: str) -> None:
    for name, array in (("mean", posterior.mean), ("spread", posterior.spread)):
        require(
            array.shape == (count,),
            f"the {name} of {count} architectures has shape {array.shape} {when}, "
            f"expected {(count,)}",
        )
        require(np.isfinite(array).all(), f"the {name} holds numbers that are not finite {when}")
    require((posterior.spread >= 0).all(), f"a spread is negative {when}")


def _same(one: Posterior, other: Posterior) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def _close(one: Posterior, other: Posterior, case: _Case) -> bool:
    within = _ROUNDING * float(np.ptp(case.values))
    return all(np.allclose(a, b, rtol=0, atol=within) for a, b in zip(one, other, strict=True))


def check_constructor(case: _Case) -> None:
    """Making a predictor stores its parameters, learns nothing, and draws nothing."""
    predictor = case.new()
    predictor.get_params()
    learnt = [name for name in vars(predictor) if name.endswith("_")]
    require(not learnt, f"the constructor stores {learnt}, as if it had learnt: leave that to fit")
    drawn = case.new().rng.bit_generator.state != case.seeded().bit_generator.state
    require(not drawn, "the constructor draws from rng: leave that to fit")


def check_clone(case: _Case) -> None:
    """A clone has the same parameters, has learnt nothing, and learns the same from the same."""
    predictor = case.new()
    before = predictor.get_params()
    predictor.fit(case.labeled, case.values, case.unlabeled)
    require(
        all(predictor.get_params()[name] is value for name, value in before.items()),
        "fit changes parameters of the constructor: store what is learnt under other names",
    )
    made = clone(predictor, case.seeded())
    require(
        type(made) is type(predictor)
        and all(made.get_params()[name] is value for name, value in before.items()),
        "a clone has other parameters",
    )
    check_before_fit(made, case.asked)
    made.fit(case.labeled, case.values, case.unlabeled)
    require(
        _same(_predict(predictor, case.asked, "after fit"), _predict(made, case.asked, "cloned")),
        "a clone with the same seed predicts something else",
    )


def check_posterior(case: _Case) -> None:
    """Draws and scores are finite and of the right shape, and stay what they were at `predict`."""
    predictor = case.fitted()
    posterior = _predict(predictor, case.asked, "after fit")
    _check_moments(posterior.scores, len(case.asked), "among the scores")
    drawn = posterior.draws(3)
    require(
        drawn.ndim == 2 and drawn.shape[1] == len(case.asked) and len(drawn) > 0,
        f"draws of {len(case.asked)} architectures have shape {drawn.shape}, expected (draws, "
        f"{len(case.asked)})",
    )
    require(np.isfinite(drawn).all(), "draws hold numbers that are not finite")
    scores = posterior.to_scores(np.sort(case.values))
    require((np.diff(scores) >= 0).all(), "to_scores does not rise with the values")
    early, late = (predictor.predict(case.asked) for _ in range(2))
    expected = [*early, *early.scores]
    predictor.fit(case.labeled, -case.values, case.unlabeled)
    require(
        all(np.array_equal(a, b) for a, b in zip(expected, [*late, *late.scores], strict=True)),
        "a later fit changes what was predicted before",
    )


def check_before_fit(predictor: Predictor, archs: Choices) -> None:
    """There is nothing to predict from before `fit`."""
    require_error(SettingsError, lambda: predictor.predict(archs), "predict before fit")


def check_predictions(case: _Case) -> None:
    """Mean and spread are finite arrays of the right shape, from either form of architectures."""
    for unlabeled in (False, True):
        predictor = case.fitted(unlabeled=unlabeled)
        with_or_without = f"after a fit with{'' if unlabeled else 'out'} unlabeled architectures"
        predicted = _predict(predictor, case.asked, with_or_without)
        listed = case.space.architectures(case.asked)
        require(
            _same(predicted, _predict(predictor, listed, with_or_without)),
            "architectures and their choices are predicted differently",
        )
        _predict(predictor, case.asked[:0], "for no architectures")
    archs = case.space.architectures(case.labeled)
    others = case.space.architectures(case.unlabeled)
    from_lists = case.new().fit(archs, case.values.tolist(), others)
    require(
        _same(predicted, _predict(from_lists, case.asked, "after a fit from lists")),
        "a fit from architectures and a list of values differs from one from arrays",
    )


def check_reproducible(case: _Case) -> None:
    """The same generator state and labels give the same predictions."""
    first = _predict(case.fitted(), case.asked, "after fit")
    second = _predict(case.fitted(), case.asked, "after fit")
    require(_same(first, second), "predictions differ between two fits from the same seed")


def check_own_randomness(case: _Case) -> None:
    """The global generators of random, numpy and torch are neither read nor advanced."""
    message = "the predictor draws from a global random generator: take all randomness from rng"
    with no_global_randomness(message):
        _predict(case.fitted(), case.asked, "after fit")


def check_batches(case: _Case) -> None:
    """A prediction depends neither on the order nor on the size of its batch, nor on the calls."""
    predictor = case.fitted()
    whole = _predict(predictor, case.asked, "after fit")
    again = _predict(predictor, case.asked, "when asked again")
    require(_same(whole, again), "predict gives other numbers when it is called again")
    back = _predict(predictor, case.asked[::-1], "in reverse order")
    require(
        _close(whole, Posterior(back.mean[::-1], back.spread[::-1]), case),
        "predictions depend on the order of the batch",
    )
    single = [_predict(predictor, case.asked[i : i + 1], "for one") for i in range(len(whole.mean))]
    joined = Posterior(
        np.concatenate([one.mean for one in single]), np.concatenate([one.spread for one in single])
    )
    require(_close(whole, joined, case), "predictions depend on the others of the batch")


def check_refusals(case: _Case) -> None:
    """What cannot be learnt from is refused in words."""
    labeled, values = case.labeled, case.values
    stranger = [Architecture(f"not {case.space.name}", tuple(labeled[0].tolist()))]
    outside = labeled.copy()
    outside[0, 0] = case.space.option_counts[0]
    failed, endless = values.copy(), values.copy()
    failed[1], endless[1] = np.nan, np.inf
    wrong: dict[str, tuple[Any, Any, Any]] = {
        "a value of NaN": (labeled, failed, None),
        "an infinite value": (labeled, endless, None),
        "one value too few": (labeled, values[:-1], None),
        "values of two columns": (labeled, np.stack([values, values], axis=1), None),
        "values that are words": (labeled, ["good"] * len(values), None),
        "no labels": (labeled[:0], values[:0], None),
        "one label": (labeled[:1], values[:1], None),
        "an architecture of another space": (
            case.space.architectures(labeled[1:]) + stranger,
            values,
            None,
        ),
        "an option that does not exist": (outside, values, None),
        "an unlabeled architecture of another space": (labeled, values, stranger),
    }
    for words, (archs, numbers, others) in wrong.items():
        fit = partial(case.new().fit, archs, numbers, others)
        require_error(_REFUSALS, fit, f"fit with {words}")
    predict = partial(case.fitted().predict, stranger)
    require_error(_REFUSALS, predict, "predict of another space's architecture")


def check_odd_labels(case: _Case) -> None:
    """Labels that teach little are no reason to fail."""
    labeled, values, others = case.labeled, case.values, case.unlabeled
    twice = np.concatenate([labeled, labeled[::-1]])
    odd: dict[str, tuple[Any, Any, Any]] = {
        "equal values": (labeled, np.full(len(values), 0.1), others),
        "one value apart from the rest": (labeled, np.where(values == values[0], 1e6, 0), others),
        "two labels": (labeled[:2], values[:2], others),
        "every label twice": (twice, np.concatenate([values, values[::-1] + 1.0]), others),
        "one architecture alone": (labeled[[0, 0, 0, 0]], values[:4], others),
        "unlabeled architectures that have labels": (labeled, values, labeled[::-1]),
        "the same unlabeled architecture again": (labeled, values, others[[0, 0, 0]]),
        "one unlabeled architecture": (labeled, values, others[:1]),
        "an empty list of unlabeled architectures": (labeled, values, []),
    }
    for words, (archs, numbers, unlabeled) in odd.items():
        _predict(case.new().fit(archs, numbers, unlabeled), case.asked, f"after {words}")
    again = case.fitted().fit(labeled[1:], -values[1:], others)
    _predict(again, case.asked, "after a second fit")


def check_pseudo(case: _Case) -> None:
    """Pseudo-labels are learnt, or refused in words if they are no numbers or too few."""
    predictor = case.fitted()
    guesses = _predict(predictor, case.unlabeled, "after fit").mean
    taught = predictor.fit_pseudo(case.labeled, case.values, case.unlabeled, guesses)
    require(taught is predictor, "fit_pseudo did not return the predictor itself")
    _predict(predictor, case.asked, "after fit_pseudo")
    wrong: Sequence[tuple[str, Any]] = (
        ("one pseudo-label too few", guesses[1:]),
        ("a pseudo-label of NaN", np.where(np.arange(len(guesses)) == 1, np.nan, guesses)),
    )
    for words, pseudo in wrong:
        fit = partial(predictor.fit_pseudo, case.labeled, case.values, case.unlabeled, pseudo)
        require_error(_REFUSALS, fit, f"fit_pseudo with {words}")


def check_inputs_untouched(case: _Case) -> None:
    """Nothing that is handed in is changed."""
    given: list[NDArray[Any]] = [case.labeled, case.values, case.unlabeled, case.asked]
    before = [array.copy() for array in given]
    predictor = case.fitted()
    guesses = predictor.predict(case.asked).mean
    kept = guesses.copy()
    predictor.fit_pseudo(case.labeled, case.values, case.asked, guesses)
    require(
        all(np.array_equal(a, b) for a, b in zip([*given, guesses], [*before, kept], strict=True)),
        "the predictor changed an array that it was given",
    )

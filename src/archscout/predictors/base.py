"""The contract of every predictor: learn from few labels, say mean, spread and draws."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, Self, TypeVar, dataclass_transform

import numpy as np
from numpy.typing import NDArray

from archscout._common.own_state import guard, own_state
from archscout.errors import MissingMethodError, SettingsError
from archscout.predictors._parts.checks import check_labels, check_pseudo_labels
from archscout.predictors._posterior import Floats, Posterior, as_posterior
from archscout.spaces.base import Architectures, Choices, SearchSpace

Values = Sequence[float] | NDArray[np.floating[Any]]
_Made = TypeVar("_Made")
_Kind = TypeVar("_Kind", bound="Predictor")


@dataclass_transform(kw_only_default=True, eq_default=False)
def parameters(cls: type[_Made]) -> type[_Made]:
    """Write a constructor that stores the annotated fields of a predictor's class, by keyword.

    Examples:
        >>> @parameters
        ... class Scaled(Predictor):
        ...     factor: float = 2.0
        >>> from archscout.testing import ToySpace
        >>> Scaled(ToySpace(), np.random.default_rng(0), factor=3.0).get_params()
        {'factor': 3.0}
    """
    return dataclass(kw_only=True, eq=False, repr=False)(cls)


@dataclass(eq=False, repr=False)
class Predictor:
    """Predicts the value of an architecture from few labeled ones.

    A class of your own writes two methods: ``_fit(choices, values, unlabeled)`` learns from
    arrays that have been checked, and ``_predict(choices)`` returns a `Posterior`, or mean and
    spread. Its constructor only stores its parameters, each under its own name, so that `clone`
    works; `parameters` writes such a constructor. What is learnt is stored by ``_fit``, in
    attributes whose names end in an underscore.

    What the process was set to (default dtype, gradients, `np.seterr`, threads) changes nothing
    in the predictors of this package, and those of another package run in the state that their
    user set.

    Args:
        space: the space whose architectures it sees.
        rng: the only source of randomness.

    Attributes:
        labels_: how many labels the last `fit` learnt from; there is none before.
    """

    space: SearchSpace
    rng: np.random.Generator

    def __init_subclass__(cls, **settings: Any) -> None:
        super().__init_subclass__(**settings)
        guard(cls, "check", "fit", "fit_pseudo", "predict", "_fit", "_fit_pseudo", "_predict")
        if "predict" in vars(cls):
            cls.predict = _with_posterior(cls.predict)  # type: ignore[method-assign]

    def get_params(self) -> dict[str, Any]:
        """The parameters of the constructor by name, without space and generator.

        Raises:
            SettingsError: if the constructor does not store each under its own name.
        """
        names = list(inspect.signature(type(self)).parameters)[2:]
        for name in names:
            if not hasattr(self, name):
                raise SettingsError(
                    f"{type(self).__name__} takes {name!r} and stores no attribute of that name, "
                    f"expected self.{name} = {name} in its constructor"
                )
        return {name: getattr(self, name) for name in names}

    def check(self) -> None:
        """Refuse parameters with which it could not learn; `fit` does so first.

        Raises:
            SettingsError: if one is out of the range that its annotation declares.
            UnknownNameError: if one is a name that does not exist.
        """
        # Loads pydantic, which listing predictors does not need.
        from archscout._common.settings import check_declared

        kind = type(self)
        written = "__dataclass_fields__" not in vars(kind)
        check_declared(kind.__init__ if written else kind, vars(self))

    @own_state()
    def fit(
        self, archs: Architectures, values: Values, unlabeled: Architectures | None = None
    ) -> Self:
        """Learn from ``n`` labeled architectures and, where it can, unlabeled ones.

        Args:
            archs: ``n`` architectures, at least 2.
            values: ``(n,)`` finite numbers, higher is better.
            unlabeled: architectures without values; predictors that cannot use them ignore them.

        Returns:
            The fitted predictor itself.

        Raises:
            SettingsError: if lengths differ, values are not finite, too few came, or a parameter
                is out of range.
        """
        self.check()
        choices, numbers = check_labels(self.space, archs, values)
        others = self.space.as_choices([] if unlabeled is None else unlabeled)
        self._fit(choices, numbers, others)
        self.labels_ = len(choices)
        return self

    @own_state()
    def fit_pseudo(
        self, archs: Architectures, values: Values, unlabeled: Architectures, pseudo: Values
    ) -> Self:
        """Learn from labels and pseudo-labels together.

        Here: from scratch, a pseudo-label like a label. Predictors that are taught step by
        step go on from what they have learnt instead.

        Args:
            archs: ``n`` labeled architectures.
            values: ``(n,)`` finite numbers, higher is better.
            unlabeled: ``m`` architectures without values.
            pseudo: ``(m,)`` values that were predicted for them.

        Returns:
            The fitted predictor itself.

        Raises:
            SettingsError: if there is not one finite pseudo-label for each unlabeled
                architecture, or as in `fit`.
        """
        choices, numbers = check_labels(self.space, archs, values)
        others = self.space.as_choices(unlabeled)
        self._fit_pseudo(choices, numbers, others, check_pseudo_labels(pseudo, len(others)))
        return self

    @own_state()
    def predict(self, archs: Architectures) -> Posterior:
        """Predict the values of ``n`` architectures.

        Returns:
            Mean, spread and draws; it unpacks as ``mean, spread``, ``(n,)`` each.

        Raises:
            SettingsError: before `fit`.
        """
        self._check_fitted()
        return as_posterior(self._predict(self.space.as_choices(archs)), self.rng)

    def _fit(self, choices: Choices, values: Floats, unlabeled: Choices) -> None:
        """Learn from choices ``(n, positions)``, values ``(n,)`` and choices ``(m, positions)``."""
        raise MissingMethodError(_missing(self, "_fit(choices, values, unlabeled)"))

    def _fit_pseudo(
        self, choices: Choices, values: Floats, unlabeled: Choices, pseudo: Floats
    ) -> None:
        self.fit(np.concatenate([choices, unlabeled]), np.concatenate([values, pseudo]))

    def _predict(self, choices: Choices) -> Posterior | tuple[Floats, Floats]:
        """What is said of choices ``(n, positions)``."""
        raise MissingMethodError(_missing(self, "_predict(choices)"))

    @property
    def _fitted(self) -> bool:
        return "labels_" in vars(self)

    def _check_fitted(self) -> None:
        if not self._fitted:
            raise SettingsError("this predictor has learnt nothing yet: call fit first")


PredictorFactory = Callable[[SearchSpace, np.random.Generator], Predictor]
"""Makes a predictor from space and generator, such as a class itself."""


def clone(predictor: _Kind, rng: np.random.Generator, **changes: Any) -> _Kind:
    """Make an unfitted predictor with the same parameters.

    Args:
        predictor: any predictor, fitted or not; it stays as it is.
        rng: the generator of the new one.
        changes: parameters that shall differ.

    Returns:
        A new predictor of the same class for the same space.

    Raises:
        SettingsError: if the class does not store its parameters.

    Examples:
        >>> from archscout.predictors import Forest
        >>> from archscout.testing import ToySpace
        >>> forest = Forest(ToySpace(), np.random.default_rng(0), trees=50)
        >>> clone(forest, np.random.default_rng(1), smallest_leaf=2).trees
        50
    """
    made = type(predictor)(predictor.space, rng, **{**predictor.get_params(), **changes})
    return made


def _with_posterior(predict: Callable[..., object]) -> Callable[..., Posterior]:
    """A class's own `predict` that gives a posterior also where it returns a pair."""

    @wraps(predict)
    def predicted(self: Predictor, archs: Architectures) -> Posterior:
        return as_posterior(predict(self, archs), self.rng)

    return predicted


def _missing(predictor: Predictor, method: str) -> str:
    kind = type(predictor).__name__
    return f"{kind} has no method {method}, expected one: see archscout.predictors.Predictor"

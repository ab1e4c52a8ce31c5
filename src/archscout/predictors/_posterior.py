"""What a fitted predictor says of some architectures: mean, spread and draws.

Source:
    One object in place of several calls: ``posterior(X)`` of BoTorch, Balandat et al., NeurIPS
    2020, arXiv 1910.06403.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from archscout._common.own_state import door_of
from archscout.errors import SettingsError, kind_of

Floats = NDArray[np.float64]
Moments = Callable[[], tuple[Floats, Floats]]
Draw = Callable[[int, np.random.Generator], Floats]
_Made = TypeVar("_Made")


class Posterior:
    """Mean, spread and draws of the values of ``n`` architectures.

    Values are in the unit that the predictor was fitted on. What costs time is worked out once,
    when it is first asked for, from what the predictor knew when it predicted: a later `fit`
    changes nothing here. ``mean, spread = posterior`` unpacks it.

    Args:
        mean: ``(n,)`` expected values.
        spread: ``(n,)`` one standard deviation; 0 says that the predictor states none.
        rng: draws where `draws` is given no generator; a predictor puts its own here.

    Raises:
        SettingsError: if the two are not arrays of numbers of one shape ``(n,)``.

    Examples:
        >>> posterior = Posterior([91.0, 93.5], [0.5, 0.0])
        >>> posterior.draws(3, np.random.default_rng(0)).shape
        (3, 2)
        >>> mean, spread = posterior
        >>> float(mean.max())
        93.5
    """

    def __init__(
        self, mean: ArrayLike, spread: ArrayLike, *, rng: np.random.Generator | None = None
    ) -> None:
        moments = _floats(mean), _floats(spread)
        if not moments[0].shape == moments[1].shape == (moments[0].size,):
            raise SettingsError(
                f"got a mean of shape {moments[0].shape} and a spread of shape "
                f"{moments[1].shape}, expected (n,) twice, one number for each architecture"
            )
        self.rng = rng
        self._find_moments: Moments = lambda: moments
        self._draw: Draw | None = None
        self._find_scores: Callable[[], Posterior] | None = None
        self._forward: Callable[[Floats], Floats] | None = None

    @classmethod
    def lazily(
        cls,
        moments: Moments,
        *,
        draw: Draw | None = None,
        scores: Callable[[], Posterior] | None = None,
        to_scores: Callable[[Floats], Floats] | None = None,
        rng: np.random.Generator | None = None,
    ) -> Posterior:
        """A posterior that is worked out when it is asked for.

        Args:
            moments: gives mean and spread, ``(n,)`` each.
            draw: gives ``(count, n)`` values from a count and a generator, or another number of
                rows; None draws normal numbers around the mean, each architecture on its own.
            scores: gives the posterior on the scale that the predictor learns on; None where that
                is the scale of the values.
            to_scores: brings values of any shape to that scale.
            rng: as for the class itself.
        """
        made = cls((), (), rng=rng)
        made._find_moments, made._draw = moments, draw
        made._find_scores, made._forward = scores, to_scores
        return made

    @cached_property
    def _moments(self) -> tuple[Floats, Floats]:
        return _in_its_state(self._find_moments)

    @property
    def mean(self) -> Floats:
        """Expected values, ``(n,)``."""
        return self._moments[0]

    @property
    def spread(self) -> Floats:
        """One standard deviation of each, ``(n,)``."""
        return self._moments[1]

    def __iter__(self) -> Iterator[Floats]:
        """Mean, then spread."""
        return iter(self._moments)

    @cached_property
    def scores(self) -> Posterior:
        """The posterior on the scale that the predictor learns on.

        Scores rise with values. Accuracies have a long tail below, where a spread in points says
        little about the chance to be the best; on the scale of ranks it says more.
        """
        if self._find_scores is None:
            return self
        found = _in_its_state(self._find_scores)
        found.rng = found.rng or self.rng
        return found

    def to_scores(self, values: ArrayLike) -> Floats:
        """Values on the scale of `scores`, same shape."""
        numbers = _floats(values)
        return numbers if self._forward is None else _in_its_state(self._forward, numbers)

    def draws(self, count: int, rng: np.random.Generator | None = None) -> Floats:
        """Draw values that are plausible after what was learnt, for Thompson sampling.

        Ensembles give what their members think and Gaussian processes whole functions, which
        keeps what architectures have in common; the others normal numbers around the mean.

        Args:
            count: rows that are wanted; an ensemble gives one for each member instead.
            rng: draws; None for the predictor's own generator.

        Returns:
            ``(draws, n)``; each row orders the architectures in one plausible way.

        Raises:
            SettingsError: if there is no generator.
        """
        rng = self.rng if rng is None else rng
        if rng is None:
            raise SettingsError("got no generator to draw with, expected rng: pass one")
        return _in_its_state(self._draw or self._draw_normal, count, rng)

    def _draw_normal(self, count: int, rng: np.random.Generator) -> Floats:
        mean, spread = self
        return mean + spread * rng.standard_normal((count, len(mean)))


def as_posterior(said: object, rng: np.random.Generator) -> Posterior:
    """What a predictor's own method gave, as a posterior that draws with ``rng`` by default.

    A pair of mean and spread is one too; anything else raises `SettingsError`.
    """
    if not isinstance(said, Posterior):
        if not (isinstance(said, tuple) and len(said) == 2):
            raise SettingsError(
                f"predict gave {kind_of(said)}, expected a Posterior or a pair of mean and spread"
            )
        said = Posterior(*said)
    if said.rng is None:
        said.rng = rng
    return said


def _floats(numbers: ArrayLike) -> Floats:
    try:
        return np.asarray(numbers, dtype=np.float64)
    except (TypeError, ValueError):
        raise SettingsError(
            f"got {numbers!s:.100}, expected one number for each architecture"
        ) from None


def _in_its_state(function: Callable[..., _Made], *given: Any) -> _Made:
    """Call a function in the state that it was written for; see `guard`."""
    with door_of(function):
        return function(*given)

"""SemiNAS: semi-supervised neural architecture search, put together from its parts.

An encoder-predictor-decoder learns from the labels, guesses the values of architectures that
nobody measured, learns from its guesses too, and the ascent of its latent space gives the
architectures to measure next.

Source:
    Luo et al., Semi-Supervised Neural Architecture Search, NeurIPS 2020, arXiv 2002.10389,
    algorithm 1. `paper-300` and `paper-2000` are the schedules of the authors' two releases
    for NAS-Bench-101, `paper-imagenet` that of the second for ImageNet. Deviations there:
    pseudo-labels need no table-wide statistics; labels of rejected architectures are counted;
    values are the objective's own unit.

Deviations of the default, ``fast``: a flow network instead of LSTMs, an ensemble, few labels a
round chosen by Thompson sampling among the decoded architectures and the seeds themselves, one
of them a random neighbour of the best, and pseudo-labels only where a held-out trial shows a
gain.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archscout.errors import SettingsError, unknown_name
from archscout.predictors._posterior import Posterior
from archscout.predictors.base import Predictor
from archscout.predictors.encoder_predictor_decoder import EncoderPredictorDecoder
from archscout.predictors.wrappers._pseudo_labels import PseudoLabels
from archscout.spaces.base import Choices, SearchSpace
from archscout.strategies._latent_ascent import LatentAscent
from archscout.strategies.predictor_guided import Plan, PredictorGuided

# Relative steps of the flow network; far ascents leave the region that the decoder knows.
_FLOW_STEPS = (0.1, 0.3)
_PAPER_STEPS = tuple(float(step) for step in range(1, 101))
_IMAGENET_STEPS = tuple(step / 10 for step in range(1, 1001))


def _paper(
    first: int, each: int, unlabeled: int, steps: tuple[float, ...] = _PAPER_STEPS
) -> tuple[Plan, LatentAscent, str]:
    ascent = LatentAscent(seeds=100, steps=steps, enough=each)
    return Plan(first=first, each=each, unlabeled=unlabeled), ascent, "in-order"


PLANS: dict[str, tuple[Plan, LatentAscent, str]] = {
    "fast": (
        Plan(first=16, each=5, share=0.08, explore=1, unlabeled=20_000),
        LatentAscent(seeds=32, fresh_seeds=32, steps=_FLOW_STEPS),
        "thompson",
    ),
    "lstm": _paper(first=20, each=10, unlabeled=2_000),
    "paper-300": _paper(first=100, each=100, unlabeled=10_000),
    "paper-2000": _paper(first=1100, each=300, unlabeled=10_000),
    "paper-imagenet": _paper(first=100, each=100, unlabeled=4_000, steps=_IMAGENET_STEPS),
}


def seminas(
    space: SearchSpace,
    rng: np.random.Generator,
    *,
    pool: Choices | None = None,
    preset: str = "fast",
    semi_supervised: bool = True,
    first: int | None = None,
    each: int | None = None,
    share: float | None = None,
    unlabeled: int | None = None,
    reject_below: float | None = None,
    best_seeds: bool = True,
) -> PredictorGuided:
    """Put SemiNAS together.

    Args:
        space: the search space.
        rng: the only source of randomness.
        pool: choices ``(n, positions)`` that can be measured, or None for the whole space.
        preset: ``"fast"``, ``"lstm"``, ``"paper-300"``, ``"paper-2000"`` or
            ``"paper-imagenet"``.
        semi_supervised: False gives the control: no unlabeled architectures anywhere, and
            the same rule for gradient steps, see `Supervised`.
        first: random labels before the first round, at least 4; None for the preset's.
        each: labels a round; None for the preset's.
        share: a round buys this share, 0..1, of the labels so far, where that is more than
            ``each``; None for the preset's.
        unlabeled: most unlabeled architectures a round; None for the preset's.
        reject_below: leave first architectures that measure below this out of the learning;
            their labels are counted. The released code does so at 0.9, uncounted.
        best_seeds: False reproduces the released code's slip of ascending from the worst.

    Returns:
        The strategy, before its first `ask`.

    Raises:
        UnknownNameError: if the preset does not exist.
        SettingsError: if a number is out of range.

    Examples:
        >>> from archscout.testing import ToySpace
        >>> seminas(ToySpace(), np.random.default_rng(0), first=8).minimum_labels
        9
    """
    if preset not in PLANS:
        raise unknown_name("preset of SemiNAS", preset, PLANS)
    plan, ascent, choose = PLANS[preset]
    if unlabeled is not None and unlabeled < 1:
        raise SettingsError(
            f"got unlabeled={unlabeled}, expected 1 or more: semi_supervised=False is the search "
            "without unlabeled architectures"
        )
    asked = {"first": first, "each": each, "share": share, "unlabeled": unlabeled}
    changes: dict[str, Any] = {name: value for name, value in asked.items() if value is not None}
    plan = replace(plan, reject_below=reject_below, **changes)
    enough = None if ascent.enough is None else plan.each
    ascent = replace(ascent, best_seeds=best_seeds, enough=enough)
    learner = (SemiSupervised if semi_supervised else Supervised)(space, rng, preset)
    return PredictorGuided(
        space, rng, pool=pool, learner=learner, source=ascent, choose=choose, plan=plan
    )


def nao(
    space: SearchSpace,
    rng: np.random.Generator,
    *,
    pool: Choices | None = None,
    preset: str = "fast",
    first: int | None = None,
    each: int | None = None,
) -> PredictorGuided:
    """Put NAO together: the search that SemiNAS builds on, from labels alone.

    The network, the rounds and the rule for gradient steps are those of `seminas`, whose arguments
    it takes, so that the two differ in nothing but the unlabeled architectures: NAO is the control
    of every claim about them.

    Source:
        Luo et al., Neural Architecture Optimization, NeurIPS 2018, arXiv 1808.07233. Deviation:
        the network; ``preset="lstm"`` takes the LSTMs of the paper.

    Examples:
        >>> from archscout.testing import ToySpace
        >>> nao(ToySpace(), np.random.default_rng(0), first=8).minimum_labels
        9
    """
    return seminas(
        space, rng, pool=pool, preset=preset, semi_supervised=False, first=first, each=each
    )


class SemiSupervised:
    """Learns from labels and pseudo-labels; carries its weights from round to round.

    The paper's presets use every pseudo-label, as published; ``fast`` asks a held-out trial.
    """

    uses_unlabeled = True

    def __init__(self, space: SearchSpace, rng: np.random.Generator, preset: str) -> None:
        make = partial(EncoderPredictorDecoder, preset=preset, warm_start=True)
        self.pseudo = PseudoLabels(space, rng, make=make, judged=preset == "fast")
        assert isinstance(self.pseudo.predictor, EncoderPredictorDecoder)
        self.model = self.pseudo.predictor

    def learn(
        self,
        choices: Choices,
        values: NDArray[np.float64],
        unlabeled: Choices,
        unlabeled_count: int,
    ) -> dict[str, Any]:
        """Learn from labels and pseudo-labels; the row says what the trial of them found."""
        before = self.model.steps_
        self.pseudo.fit(choices, values, unlabeled)
        return {**self.pseudo.audit_row(len(unlabeled)), "steps": self.model.steps_ - before}


class LabelsOnly(Predictor):
    """The same predictor without unlabeled architectures: `fit_pseudo` learns the labels longer.

    ``unlabeled_count`` tells with how many architectures `fit_pseudo` would learn.
    """

    def __init__(
        self,
        space: SearchSpace,
        rng: np.random.Generator,
        *,
        preset: str,
        unlabeled_count: Callable[[], int],
    ) -> None:
        super().__init__(space, rng)
        self.preset, self.unlabeled_count = preset, unlabeled_count

    @cached_property
    def model(self) -> EncoderPredictorDecoder:
        """The encoder-predictor-decoder that learns."""
        return EncoderPredictorDecoder(self.space, self.rng, preset=self.preset, warm_start=True)

    def _fit(self, choices: Choices, values: NDArray[np.float64], unlabeled: Choices) -> None:
        self.model.fit(choices, values)

    def _fit_pseudo(
        self,
        choices: Choices,
        values: NDArray[np.float64],
        unlabeled: Choices,
        pseudo: NDArray[np.float64],
    ) -> None:
        self.model.fit_control(choices, values, self.unlabeled_count())

    def _predict(self, choices: Choices) -> Posterior:
        return self.model.predict(choices)


class Supervised:
    """The control: labels alone, by the same rule.

    Where a round of pseudo-labels would follow, as many gradient steps on the labels do: always
    in the paper's presets; in ``fast`` if the same held-out trial shows that they help.
    """

    uses_unlabeled = False

    def __init__(self, space: SearchSpace, rng: np.random.Generator, preset: str) -> None:
        self._count = 0

        make = partial(LabelsOnly, preset=preset, unlabeled_count=self._last_count)
        self.pseudo = PseudoLabels(space, rng, make=make, judged=preset == "fast")
        assert isinstance(self.pseudo.predictor, LabelsOnly)
        self.model = self.pseudo.predictor.model

    def _last_count(self) -> int:
        return self._count

    def learn(
        self,
        choices: Choices,
        values: NDArray[np.float64],
        unlabeled: Choices,
        unlabeled_count: int,
    ) -> dict[str, Any]:
        """Learn from the labels alone; the trial is given the labeled ones as the others."""
        before = self.model.steps_
        self._count = unlabeled_count
        self.pseudo.fit(choices, values, choices)
        return {"pseudo_labels": 0, "steps": self.model.steps_ - before}

"""Pseudo-labels around any predictor, kept only while they help on held-out labels.

A predictor guesses the values of unlabeled architectures and learns from its own guesses.
That can help or harm, and no loss tells which; so before the pseudo-labels are used, copies
of the predictor try them on parts of the labels and are judged on the rest. The audit keeps
every round of these trials.

Source:
    The loop of SemiNAS (Luo et al., NeurIPS 2020, arXiv 2002.10389, algorithm 1), whose
    pseudo-labels are always used. Deviation: the held-out trial and the right to stop.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from archscout._common.settings import Flag, Number
from archscout.predictors._parts.ranges import OneOrMore, ShareInside
from archscout.predictors._posterior import Floats, Posterior
from archscout.predictors.base import Predictor, PredictorFactory, parameters
from archscout.predictors.encoder_predictor_decoder import EncoderPredictorDecoder
from archscout.spaces.base import Choices

MINIMUM_HELD_OUT = 4


@dataclass
class Trial:
    """A round of pseudo-labels, and what it did to held-out labels where it was tried."""

    round: int
    pseudo_labels: int = 0
    pseudo_spread: float = 0.0
    tau_before: float | None = None
    tau_after: float | None = None
    stopped: str = ""
    seconds: float = 0.0


@parameters
class PseudoLabels(Predictor):
    """Teaches a predictor on its own guesses for unlabeled architectures.

    `fit` teaches the predictor, then teaches it on pseudo-labels for as many rounds as they help.
    Mean, spread and draws are the predictor's own.

    Args:
        space: the search space.
        rng: the only source of randomness.
        make: makes the predictor, from space and generator; None for the fast
            encoder-predictor-decoder.
        rounds: most rounds of pseudo-labels, 1 or more.
        judged: whether a held-out trial decides how many rounds are used; otherwise, as
            published, all are.
        held_out: share of the labels that a trial holds out, between 0 and 1.
        splits: trials on different parts of the labels, averaged.
        gain: how much the held-out Kendall tau-b must rise for a round to be used.
        trial_growth: a later `fit` makes a new trial once the labels have grown by this
            factor, and keeps the last verdict until then. Where a trial left nothing to gain,
            because the held-out labels were ranked rightly without pseudo-labels, it is no
            verdict: any more labels bring a new one.

    Attributes:
        predictor: the wrapped predictor, made when it is first asked for.
        rounds_: rounds that the last `fit` used.
        audit_: one row for each round that the last `fit` tried, or used where it tried none;
            plain values, and in the last row why the rounds ended and what the trial cost.
    """

    make: PredictorFactory | None = None
    rounds: OneOrMore = 1
    judged: Flag = True
    held_out: ShareInside = 0.25
    splits: OneOrMore = 2
    gain: Number = 0.02
    trial_growth: Annotated[Number, Field(ge=1)] = 3.0

    _verdict = _tried_with = 0
    _next_trial = 0.0

    @cached_property
    def predictor(self) -> Predictor:
        """The wrapped predictor."""
        return self._make()

    def check(self) -> None:
        """Refuse a predictor also that could not learn."""
        super().check()
        self.predictor.check()

    def _fit(self, choices: Choices, values: Floats, unlabeled: Choices) -> None:
        trials: list[Trial] = []
        ended = ""
        rounds = 0
        if len(unlabeled) == 0:
            ended = "there are no unlabeled architectures"
        elif not self.judged:
            rounds, ended = self.rounds, "every round is used, untried"
        elif len(choices) >= self._next_trial:
            trials = self._try(choices, values, unlabeled)
            self._verdict = rounds = sum(trial.stopped == "" for trial in trials)
            self._tried_with = len(choices)
            self._next_trial = self._when_to_try_again(trials[-1], len(choices))
            trials[-1].stopped = trials[-1].stopped or "every round helped"
        else:
            rounds, ended = self._verdict, f"the trial with {self._tried_with} labels stands"
        self.rounds_ = rounds
        self.predictor.fit(choices, values, unlabeled if len(unlabeled) else None)
        used = self._teach(choices, values, unlabeled)
        if not trials:
            trials = used or [Trial(1)]
            trials[-1].stopped = ended
        self.audit_ = [vars(trial) for trial in trials]

    def audit_row(self, unlabeled: int) -> dict[str, Any]:
        """What the last `fit` did with pseudo-labels, for the audit of a search.

        Args:
            unlabeled: how many architectures `fit` was given without labels.
        """
        last = self.audit_[-1]
        return {
            "pseudo_labels": unlabeled * (self.rounds_ > 0),
            "pseudo_rounds": self.rounds_,
            "pseudo_spread": last["pseudo_spread"],
            "tau_before": last["tau_before"],
            "tau_after": last["tau_after"],
            "trial_seconds": last["seconds"],
            "stopped": last["stopped"],
        }

    def _when_to_try_again(self, last: Trial, labels: int) -> float:
        """With how many labels the next trial is made."""
        if last.tau_before is None:
            return 0  # The labels were too few: every fit tries.
        if self._verdict == 0 and self._nothing_left(last.tau_before):
            return labels + 1
        return self.trial_growth * labels

    def _nothing_left(self, tau: float) -> bool:
        """Whether a correlation is so high that it cannot rise by the gain, rounding aside."""
        return tau + self.gain > 1.0 + 1e-9

    def _teach(self, choices: Choices, values: Floats, others: Choices) -> list[Trial]:
        """As many rounds of pseudo-labels as are allowed, each fixed while it is learnt."""
        used = []
        for number in range(1, self.rounds_ + 1):
            guesses = self.predictor.predict(others).mean
            self.predictor.fit_pseudo(choices, values, others, guesses)
            used.append(Trial(number, len(others), float(guesses.std())))
        return used

    def _predict(self, choices: Choices) -> Posterior:
        return self.predictor.predict(choices)

    def _make(self) -> Predictor:
        return (self.make or EncoderPredictorDecoder)(self.space, self.rng)

    def _try(self, choices: Choices, values: Floats, others: Choices) -> list[Trial]:
        """Rounds on parts of the labels, judged on the rest; the last may say why it stopped."""
        held = round(self.held_out * len(choices))
        if min(held, len(choices) - held) < MINIMUM_HELD_OUT:
            reason = (
                f"{len(choices)} labels are too few to hold {self.held_out:.0%} out: a trial "
                f"needs {MINIMUM_HELD_OUT} to learn from and {MINIMUM_HELD_OUT} to judge by"
            )
            return [Trial(1, stopped=reason)]
        started = time.perf_counter()
        parts = []
        for _ in range(self.splits):
            order = self.rng.permutation(len(choices))
            parts.append((order[held:], order[:held]))
        probes = [self._make() for _ in parts]
        for probe, (kept, _) in zip(probes, parts, strict=True):
            probe.fit(choices[kept], values[kept], others)
        before = self._held_out_tau(probes, parts, choices, values)
        trials: list[Trial] = []
        for number in range(1, self.rounds + 1):
            trial = Trial(number, tau_before=before)
            trials.append(trial)
            chance = chance_tau(held * self.splits)
            if not before > chance:
                trial.stopped = (
                    f"the held-out correlation of {before:.2f} is no better than chance "
                    f"(up to {chance:.2f}): pseudo-labels would teach noise"
                )
                break
            if self._nothing_left(before):
                trial.stopped = (
                    f"the held-out correlation of {before:.3f} leaves nothing to gain: "
                    "pseudo-labels can be judged once there are more labels"
                )
                break
            trial.pseudo_labels = len(others)
            for probe, (kept, _) in zip(probes, parts, strict=True):
                guesses = probe.predict(others).mean
                trial.pseudo_spread += float(guesses.std()) / self.splits
                probe.fit_pseudo(choices[kept], values[kept], others, guesses)
            after = self._held_out_tau(probes, parts, choices, values)
            trial.tau_after = after
            if not after >= before + self.gain:
                moved = "fell" if after < before else "rose only"
                trial.stopped = (
                    f"the held-out correlation {moved} from {before:.3f} to {after:.3f}, "
                    f"less than the gain of {self.gain:g} that pseudo-labels must bring"
                )
                break
            before = after
        trials[-1].seconds = time.perf_counter() - started
        return trials

    def _held_out_tau(
        self,
        probes: list[Predictor],
        parts: list[tuple[NDArray[np.int64], NDArray[np.int64]]],
        choices: Choices,
        values: Floats,
    ) -> float:
        from archscout.stats import kendall_tau

        taus = [
            kendall_tau(probe.predict(choices[rest]).mean, values[rest])
            for probe, (_, rest) in zip(probes, parts, strict=True)
        ]
        return float(np.mean(np.nan_to_num(taus)))


def chance_tau(n: int) -> float:
    """Kendall correlation that two unrelated rankings of ``n`` exceed once in twenty times."""
    return 1.645 * math.sqrt(2 * (2 * n + 5) / (9 * n * (n - 1)))

"""One row of a ranking: what a worker is given, and what it measures."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np

from archscout._common.own_state import own_state
from archscout._common.reading import numbers
from archscout.errors import ArchscoutError
from archscout.experiments._frame import Job
from archscout.experiments.ranking._figures import calibration_figures, order_figures
from archscout.experiments.ranking._protocols import draw_labels, make_split, predictor_rng
from archscout.predictors import make_predictor
from archscout.predictors._posterior import Posterior
from archscout.results._rank_yardsticks import TARGETS, Protocol


@dataclass(frozen=True)
class RankJob(Job):
    """One predictor with one number of labels and one seed; the protocol says what is scored."""

    protocol: Protocol = "a"

    def __str__(self) -> str:
        return f"{self.candidate.name} with {self.labels} labels and seed {self.seed}"

    @property
    def stem(self) -> str:
        """Name of its files."""
        return f"{self.candidate.name}.{self.labels}labels.seed{self.seed}"

    @property
    def identity(self) -> dict[str, Any]:
        """Plain values that a kept record must have been made with."""
        return {**super().identity, "unlabeled": self.candidate.unlabeled_words}


@dataclass(frozen=True)
class RowRecord:
    """Figures of one fit, its times, and how many unlabeled architectures it was given."""

    unlabeled: int
    figures: dict[str, float]
    seconds_to_fit: float
    seconds_to_predict: float

    @property
    def wall_seconds(self) -> float:
        """How long fit and prediction took."""
        return self.seconds_to_fit + self.seconds_to_predict

    def to_part(self) -> dict[str, Any]:
        """Plain values."""
        facts = asdict(self)
        return {"given": facts.pop("unlabeled"), **facts}

    @classmethod
    def from_part(cls, facts: Mapping[str, Any]) -> Self:
        """Read what `to_part` gave."""
        return cls(
            int(facts["given"]),
            {name: float(figure) for name, figure in numbers(facts["figures"]).items()},
            float(facts["seconds_to_fit"]),
            float(facts["seconds_to_predict"]),
        )


@own_state()
def run_row(job: RankJob) -> RowRecord:
    """Fit, predict, and only then look at the values of what was not labeled.

    Figures against validation and test values are on all scored rows that have one; coverage is of
    what a label of each scored row would be that was not labeled.
    """
    table = job.benchmark.load()
    split = make_split(table, job.protocol)
    candidate = job.candidate
    draw = draw_labels(table, split, job.labels, candidate.unlabeled, job.seed)
    sign = 1.0 if table.direction == "maximize" else -1.0
    rng = predictor_rng(job.seed, job.labels)
    predictor = make_predictor(candidate.part, table.space, rng, **candidate.settings)

    started = time.perf_counter()
    others = table.choices[draw.unlabeled] if len(draw.unlabeled) else None
    predictor.fit(table.choices[draw.labeled], sign * draw.values[draw.labeled], others)
    fitted = time.perf_counter()
    mean, spread = predictor.predict(table.choices[split.scored])
    predicted = time.perf_counter()
    if not (np.isfinite(mean).all() and np.isfinite(spread).all()):
        raise ArchscoutError(f"{job} predicted numbers that are not finite")

    figures: dict[str, float] = {}
    for target, values in zip(TARGETS, (table.test_values, table.values), strict=True):
        found = order_figures(mean, sign * values[split.scored])
        figures |= {f"{target}_{name}": figure for name, figure in found.items()}
    unseen = ~np.isin(split.scored, draw.labeled)
    stated = Posterior(mean[unseen], spread[unseen])
    figures |= calibration_figures(stated, sign * draw.values[split.scored[unseen]])
    return RowRecord(len(draw.unlabeled), figures, fitted - started, predicted - fitted)

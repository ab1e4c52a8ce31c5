"""The strategy behind all predictor-guided search: learn, propose candidates, choose, measure.

What learns, where candidates come from and how they are chosen are parts that are passed in;
`archscout.strategies.guided` puts strategies together from them, and
`archscout.strategies.seminas` SemiNAS.
"""

from __future__ import annotations

import logging
import math
import time
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from archscout._common.memory import check_memory
from archscout._common.settings import Number, Whole, settings
from archscout.predictors.base import Predictor
from archscout.spaces.base import Architecture, Choices, SearchSpace
from archscout.strategies._candidates import Round, Source
from archscout.strategies._choosing import Beliefs, find_chooser
from archscout.strategies._success import Success
from archscout.strategies.base import Strategy

logger = logging.getLogger(__name__)

# Predictors look at so many architectures at once, in about so many bytes for each option.
_AT_ONCE, _BYTES = 32_768, 24


class Learner(Protocol):
    """Learns from the labels so far; its model then proposes and scores candidates.

    Attributes:
        model: the predictor that it teaches.
        uses_unlabeled: whether it is given unlabeled architectures; a control is not.
    """

    uses_unlabeled: bool

    @property
    def model(self) -> Predictor: ...

    def learn(
        self,
        choices: Choices,
        values: NDArray[np.float64],
        unlabeled: Choices,
        unlabeled_count: int,
    ) -> dict[str, Any]:
        """Learn from ``n`` labels, and return a row for the audit.

        Args:
            choices: ``(n, positions)``.
            values: ``(n,)``.
            unlabeled: ``(m, positions)``; none for a control.
            unlabeled_count: m, or what it would be: a control takes as many steps.
        """


@settings
class Plan:
    """How many labels are bought when.

    Args:
        first: labels of random architectures that come first, 4 or more.
        each: labels a round afterwards, at least; 1 or more.
        share: a round buys this share of the labels so far, where that is more: late labels
            change the predictor less.
        explore: labels of a round that go to random neighbours of the best five, whatever
            the predictor thinks of them: an ensemble can be sure and wrong.
        unlabeled: most unlabeled architectures a round.
        reject_below: first architectures whose told value (higher is better) is below this are
            bought, counted and then left out of the learning; the released code hides these
            labels. None keeps all.
    """

    first: Annotated[Whole, Field(ge=4, description="a predictor learns from no fewer labels")]
    each: Annotated[Whole, Field(ge=1)]
    share: Annotated[Number, Field(ge=0, le=1)] = 0.0
    explore: Annotated[Whole, Field(ge=0)] = 0
    unlabeled: Annotated[Whole, Field(ge=0)] = 0
    reject_below: Number | None = None


class PredictorGuided(Strategy):
    """Buys random architectures first, then round by round what a predictor points at.

    Args:
        space: the search space.
        rng: the only source of randomness.
        pool: choices ``(n, positions)`` that can be measured, or None for the whole space.
        learner: learns from the labels so far.
        source: proposes candidates.
        choose: a name of `archscout.strategies._choosing.CHOOSERS`.
        plan: how many labels are bought when.
    """

    def __init__(
        self,
        space: SearchSpace,
        rng: np.random.Generator,
        *,
        pool: Choices | None = None,
        learner: Learner,
        source: Source,
        choose: str,
        plan: Plan,
    ) -> None:
        super().__init__(space, rng, pool=pool)
        self.learner, self.source, self.plan = learner, source, plan
        self.choose = find_chooser(choose)
        self._seen: set[Architecture] = set()
        self._values: dict[Architecture, float] = {}
        self._failed: dict[Architecture, None] = {}
        self._success = Success(space, rng)
        self._rejected = 0
        self._queue: deque[Architecture] = deque()
        self._notes: dict[Architecture, dict[str, Any]] = {}
        self._round = 0
        options = int(space.option_counts.sum())
        check_memory(
            int(min(self._left(), _AT_ONCE)) * options * _BYTES,
            f"learning from architectures with {options:,} options in all",
            "choose a strategy that learns no predictor, such as local or evolution, or write the "
            "space as more decisions of fewer options",
        )

    @property
    def minimum_labels(self) -> int:
        """The first labels and one that was learnt."""
        return self.plan.first + 1

    def ask(self, n: int = 1) -> list[Architecture]:
        """Propose the next of the round; learn and start a new round when it is used up."""
        asked: list[Architecture] = []
        while len(asked) < n:
            if not self._queue:
                # A round is learnt only when the values of the last one are in.
                first_in = len(self._values) + len(asked) >= self.plan.first
                if asked and (self._round or first_in):
                    break
                self._refill(n - len(asked))
                if not self._queue:
                    break
            arch = self._queue.popleft()
            if arch in self._seen:
                continue
            self._seen.add(arch)
            asked.append(arch)
        return asked

    def tell(self, archs: Sequence[Architecture], values: Sequence[float]) -> None:
        """Keep what came to learn from; failed and rejected ones are not asked again.

        A failed one that was bought again comes twice; a value once told stays.
        """
        for arch, value in zip(archs, values, strict=True):
            self._seen.add(arch)
            if not math.isfinite(value):
                if arch not in self._values:
                    self._failed[arch] = None
                continue
            self._failed.pop(arch, None)
            floor = self.plan.reject_below
            if self._round == 0 and floor is not None and value < floor:
                self._rejected += 1
                continue
            self._values[arch] = float(value)

    def notes(self, arch: Architecture) -> Mapping[str, Any]:
        """``origin``, ``round``, and after the first round ``predicted`` and ``spread``."""
        return self._notes.get(arch, {})

    # --- parts ------------------------------------------------------------------------------
    def _refill(self, wanted: int) -> None:
        missing = self.plan.first - len(self._values)
        if self._round == 0 and missing > 0:
            self._random(max(1, min(wanted, missing)), "first")
        elif len(self._values) < 2:
            self._random(1, "random")
        elif self._left() > 0:
            self._learn()

    def _random(self, n: int, origin: str) -> None:
        for arch in self.sample_unseen(n, self._seen.union(self._queue)):
            self._queue.append(arch)
            self._notes[arch] = {"origin": origin, "round": self._round}

    def _learn(self) -> None:
        started = time.perf_counter()
        self._round += 1
        logger.info("round %d: learning", self._round)
        archs = list(self._values)
        choices = self.space.as_choices(archs)
        values = np.array([self._values[arch] for arch in archs])
        if self.learner.uses_unlabeled:
            unlabeled = self._unlabeled()
            count = len(unlabeled)
        else:
            unlabeled = self.space.as_choices([])
            count = int(min(self.plan.unlabeled, self._left()))
        row = self.learner.learn(choices, values, unlabeled, count)
        model = self.learner.model
        known = {arch.choices for arch in self._seen}
        now = Round(choices, values, unlabeled, known, self._within_pool, self.rng)
        rows, origins = self.source.propose(model, now)
        self._success.learn(choices, self.space.as_choices(list(self._failed)))
        likely = self._success.likely(rows)
        rows = rows[likely]
        origins = [origin for origin, kept in zip(origins, likely, strict=True) if kept]
        wanted = max(self.plan.each, int(self.plan.share * len(archs)))
        explore = min(self.plan.explore, wanted - 1)
        if len(rows):
            beliefs = Beliefs(model, rows, float(values.max()))
            places = self.choose(beliefs, wanted - explore, self.rng)
            predicted = model.predict(rows[places])
            for arch, place, mean, spread in zip(
                self.space.architectures(rows[places]), places, *predicted, strict=True
            ):
                self._queue.append(arch)
                self._notes[arch] = {
                    "origin": origins[place],
                    "round": self._round,
                    "predicted": float(mean),
                    "spread": float(spread),
                }
        self._explore(archs, values, explore)
        if len(self._queue) < wanted:
            self._random(wanted - len(self._queue), "random")
        self.audit.append(
            {
                "round": self._round,
                "labels": len(archs),
                "rejected": self._rejected,
                **({"failed": len(self._failed)} if self._failed else {}),
                **row,
                "candidates": len(rows),
                "seconds": time.perf_counter() - started,
            }
        )

    def _explore(self, archs: list[Architecture], values: NDArray[np.float64], count: int) -> None:
        """Queue random unseen neighbours of the best measured architectures."""
        best = np.argsort(-values, kind="stable")[:5]
        for _ in range(count):
            near = self.space.as_choices(self.space.neighbors(archs[int(self.rng.choice(best))]))
            near = near[self._success.likely(near)]
            taken = self._seen.union(self._queue)
            fresh = [a for a in self.space.architectures(self._within_pool(near)) if a not in taken]
            if fresh:
                arch = fresh[int(self.rng.integers(len(fresh)))]
                self._queue.append(arch)
                self._notes[arch] = {"origin": "neighbour", "round": self._round}

    def _within_pool(self, rows: Choices) -> Choices:
        """Those of the rows that can be bought, as the pool lists them."""
        if self._pool_index is None:
            return rows
        listed = self.space.representatives(rows)
        return listed[self._pool_index.rows(listed) >= 0]

    def _unlabeled(self) -> Choices:
        """Architectures that can be bought and were not: all, or as many as the plan says."""
        most = self.plan.unlabeled
        seen = {arch.choices for arch in self._seen}
        rows = self.pool
        if rows is None:
            try:
                rows = self.space.all_choices()
            except TypeError:
                rows = np.unique(self.space.sample_choices(self.rng, most), axis=0)
        if len(rows) > most + len(seen):
            rows = rows[self.rng.choice(len(rows), most + len(seen), replace=False)]
        fresh = np.array([tuple(row) not in seen for row in rows.tolist()], dtype=np.bool_)
        return rows[fresh][:most]

    def _left(self) -> float:
        """How many architectures can be bought and were not; infinite where none lists them."""
        if self._pool_index is not None:
            seen = self._pool_index.rows(self.space.as_choices(list(self._seen)))
            return self._pool_index.different - int(np.count_nonzero(seen >= 0))
        try:
            return len(self.space) - len(self._seen)
        except (TypeError, OverflowError):
            return math.inf

"""Where the architectures come from that a predictor-guided strategy chooses among.

`archscout.strategies._latent_ascent` is another such source.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from archscout._common.settings import Number, Whole, settings
from archscout.predictors.base import Predictor
from archscout.spaces.base import Choices
from archscout.strategies._evolution import child_of_two

PoolFilter = Callable[[Choices], Choices]


class Candidates(NamedTuple):
    """Choices ``(n, positions)``, all different, and where each came from, ``(n,)``."""

    choices: Choices
    origins: list[str]


class Round(NamedTuple):
    """What a source may look at when the predictor has learnt.

    Args:
        labeled: choices ``(n, positions)`` of measured architectures.
        values: ``(n,)`` their values, higher is better.
        unlabeled: choices ``(m, positions)`` that can be bought, none of them known.
        known: architectures that are no candidates.
        within_pool: gives those of some choices that can be bought; only they are candidates.
        rng: the strategy's generator.
    """

    labeled: Choices
    values: NDArray[np.float64]
    unlabeled: Choices
    known: set[tuple[int, ...]]
    within_pool: PoolFilter
    rng: np.random.Generator


class Source(Protocol):
    """Proposes candidates after the predictor has learnt."""

    def propose(self, model: Predictor, now: Round) -> Candidates:
        """Propose candidates with a fitted predictor."""


@settings
class Pool:
    """All unlabeled architectures, and the neighbours of the best measured ones.

    Where the space or the pool can be listed in whole the neighbours are among them already;
    elsewhere the unlabeled are a random draw, in which nothing lies close to the best.

    Args:
        near: how many of the best measured lend their neighbours, 0 or more.
    """

    near: Annotated[Whole, Field(ge=0)] = 5

    def propose(self, model: Predictor, now: Round) -> Candidates:
        """All of ``unlabeled`` first, then what neighbours are not among them."""
        listed = set(map(tuple, now.unlabeled.tolist()))
        found: dict[tuple[int, ...], str] = {}
        best = np.argsort(-now.values, kind="stable")[: self.near]
        for arch in model.space.architectures(now.labeled[best]):
            near = now.within_pool(model.space.as_choices(model.space.neighbors(arch)))
            collect(near, "neighbour", now.known | listed, found)
        rows = as_rows(found, now.unlabeled)
        origins = ["pool"] * len(now.unlabeled) + list(found.values())
        return Candidates(np.concatenate([now.unlabeled, rows]), origins)


@settings
class Offspring:
    """Children of the best: evolution in which the predictor stands in for the measurement.

    Each generation the parents have children by mutation and crossover; every child is a
    candidate, and the best predicted of parents and children are the next parents.

    Args:
        parents: how many have children; the first are the best measured, 2 or more.
        children: how many a generation, 1 or more.
        generations: 1 is SemiNAS with regularized evolution ("generate many, measure the best
            predicted"); many are evolution on the predictor alone.
        crossed: share of the children that have two parents, 0..1.

    Source:
        SemiNAS, arXiv 2002.10389, section 3.3 (one generation); Efficient Neural Architecture
        Search with Performance Prediction, arXiv 2108.01854 (many).
    """

    parents: Annotated[Whole, Field(ge=2)] = 20
    children: Annotated[Whole, Field(ge=1)] = 300
    generations: Annotated[Whole, Field(ge=1)] = 1
    crossed: Annotated[Number, Field(ge=0, le=1)] = 0.25

    def propose(self, model: Predictor, now: Round) -> Candidates:
        """All children of all generations that can be bought."""
        space, rng = model.space, now.rng
        found: dict[tuple[int, ...], str] = {}
        population = now.labeled[np.argsort(-now.values, kind="stable")[: self.parents]]
        for generation in range(1, self.generations + 1):
            parents = space.architectures(population)
            bred = [child_of_two(space, parents, self.crossed, rng) for _ in range(self.children)]
            children = space.as_choices(bred)
            collect(now.within_pool(children), "evolution", now.known, found)
            if generation < self.generations:
                everyone = np.unique(np.concatenate([population, children]), axis=0)
                order = np.argsort(-model.predict(everyone).mean, kind="stable")
                population = everyone[order[: self.parents]]
        return Candidates(as_rows(found, now.labeled), list(found.values()))


def collect(
    rows: Choices, origin: str, known: set[tuple[int, ...]], found: dict[tuple[int, ...], str]
) -> None:
    """Add those rows to ``found`` that are not known; the first origin of a row stays."""
    for row in map(tuple, rows.tolist()):
        if row not in known:
            found.setdefault(row, origin)


def as_rows(found: dict[tuple[int, ...], str], like: Choices) -> Choices:
    """The found architectures as choices ``(n, positions)`` of the type of others."""
    return np.array(list(found), dtype=like.dtype).reshape(len(found), like.shape[1])

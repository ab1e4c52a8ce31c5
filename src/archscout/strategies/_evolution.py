"""What evolution is made of, whoever measures: choice of parents, mutation and crossover."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from archscout.errors import SettingsError
from archscout.spaces.base import Architecture, Choices, SearchSpace


def fittest(
    alive: Sequence[Architecture],
    values: Mapping[Architecture, float],
    sample: int,
    rng: np.random.Generator,
) -> Architecture:
    """The best of a random sample of architectures, drawn with replacement.

    Source: Real et al., arXiv 1802.01548, algorithm 1.
    """
    picks = rng.integers(len(alive), size=sample)
    return max((alive[int(pick)] for pick in picks), key=values.__getitem__)


def mutated(
    space: SearchSpace, arch: Architecture, rng: np.random.Generator
) -> Architecture | None:
    """A mutation of ``arch``; None where no change of it is valid, which ends no search."""
    try:
        return space.mutate(arch, rng)
    except SettingsError:
        return None


def child_of_two(
    space: SearchSpace, parents: Sequence[Architecture], crossed: float, rng: np.random.Generator
) -> Architecture:
    """A child of two random parents with probability ``crossed``, else a mutation of one.

    A child that is its parent, which would be no candidate, is mutated too.
    """
    first, second = (parents[int(i)] for i in rng.integers(len(parents), size=2))
    child = space.crossover(first, second, rng) if rng.random() < crossed else first
    changed = mutated(space, first, rng) if child == first else child
    return first if changed is None else changed


def mutated_rows(
    space: SearchSpace, parents: Choices, probability: float, rng: np.random.Generator, n: int
) -> Choices:
    """Children ``(n, positions)`` of random parents; each decision changes with a probability.

    A decision that changes takes any other option equally often. Children may be invalid.
    """
    rows = parents[rng.integers(len(parents), size=n)]
    counts = space.option_counts
    changes = (rng.random(rows.shape) < probability) & (counts > 1)
    steps = rng.integers(1, np.maximum(counts, 2), rows.shape)
    return np.where(changes, (rows + steps) % counts, rows).astype(rows.dtype)


def crossed_rows(parents: Choices, rng: np.random.Generator, n: int) -> Choices:
    """Children ``(n, positions)`` of two random parents; each decision comes from either."""
    first, second = (parents[rng.integers(len(parents), size=n)] for _ in range(2))
    return np.where(rng.random(first.shape) < 0.5, first, second)

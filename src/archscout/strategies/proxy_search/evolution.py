"""A population search that maximises a cheap score within a space or its limits.

Source: Single Path One-Shot (Guo et al., ECCV 2020, arXiv 1904.00420), algorithm 1, with the
populations of random-label search (Zhang et al., CVPR 2021, arXiv 2101.11834). The best of all
generations are the parents of the next one, half of it by mutation and half by crossover.

Deviations, each from a slip in the released code:
- Mutation reaches every decision; there, of a DARTS network only the normal cell mutated.
- Mutation reaches every other option; there, ``none`` of NAS-Bench-201 could never return.
- It ends, and says why, when nothing new is found; there, it went on for ever.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from archscout._common.own_state import given, own_state
from archscout._common.settings import Number, Whole, settings
from archscout.errors import SettingsError
from archscout.spaces import plugin_of
from archscout.spaces.base import Choices, SearchSpace
from archscout.strategies._evolution import crossed_rows, mutated_rows
from archscout.strategies.proxy_search._result import (
    ProxySearchResult,
    Score,
    best_first,
    checked_scores,
)

_ROUNDS = 50
_BATCH = 4


@settings
class EvolutionPlan:
    """Sizes of a population search.

    Args:
        population: architectures of the first generation, drawn at random; 2 or more.
        parents: how many of the best so far have children, 2 or more.
        mutations: children a generation by mutation.
        crossovers: children a generation by crossover. Where fewer new ones than these are
            found, random ones fill the generation up.
        generations: how many generations there are, the first one included, 1 or more.
        mutation_probability: with which a decision of a mutated child changes, above 0 to 1.

    Raises:
        SettingsError: if a number is out of range.
    """

    population: Annotated[Whole, Field(ge=2)] = 50
    parents: Annotated[Whole, Field(ge=2)] = 10
    mutations: Annotated[Whole, Field(ge=0)] = 25
    crossovers: Annotated[Whole, Field(ge=0)] = 25
    generations: Annotated[Whole, Field(ge=1)] = 20
    mutation_probability: Annotated[Number, Field(gt=0, le=1)] = 0.1

    def __post_init__(self) -> None:
        if self.mutations + self.crossovers < 1:
            raise SettingsError("got no mutations and no crossovers, expected 1 or more children")


def plan_of(space: SearchSpace, **changes: Any) -> EvolutionPlan:
    """The published plan of a space, the usual one where it declares none, with changes.

    Examples:
        >>> from archscout.spaces import load_space
        >>> plan_of(load_space("nasbench201"), generations=5).population
        100
    """
    return EvolutionPlan(**{**plugin_of(space).evolution, **changes})


@own_state(one_thread=False)
def evolve(
    space: SearchSpace,
    score: Score,
    rng: np.random.Generator,
    plan: EvolutionPlan | None = None,
    *,
    on_generation: Callable[[dict[str, Any]], None] | None = None,
) -> ProxySearchResult:
    """Search a space, or a space within limits, for the highest score.

    No architecture is scored twice, and every one is valid in ``space``.

    Args:
        space: the space.
        score: gives ``(n,)`` numbers for choices ``(n, positions)``, higher is better; NaN is
            the lowest.
        rng: the only source of randomness.
        plan: sizes; None takes those of `plan_of`.
        on_generation: told the row of the history after each generation.

    Returns:
        All that was scored.

    Raises:
        SettingsError: if the score gives another shape.

    Examples:
        >>> from archscout.testing import ToySpace
        >>> found = evolve(
        ...     ToySpace(), lambda choices: choices.sum(axis=1), np.random.default_rng(0))
        >>> found.best_score, found.scored
        (10.0, 105)
    """
    plan = plan_of(space) if plan is None else plan
    found = _Found(space, rng)
    history: list[dict[str, Any]] = []
    stopped = f"all {plan.generations} generations were scored"
    for generation in range(plan.generations):
        made = _generation(found, plan, first=generation == 0)
        if not sum(made.values()):
            stopped = (
                f"nothing new was found in generation {generation + 1}, after {len(found.scores)} "
                "architectures"
            )
            break
        fresh = found.pending()
        scores = checked_scores(score, fresh)
        found.scores = np.concatenate([found.scores, scores])
        known = found.scores[~np.isnan(found.scores)]
        mean = float(np.nanmean(scores)) if not np.isnan(scores).all() else float("nan")
        history.append(
            {
                "generation": generation + 1,
                "best": float(known.max()) if len(known) else float("nan"),
                "mean": mean,
                "scored": len(found.scores),
                **made,
            }
        )
        if on_generation is not None:
            given(on_generation)(dict(history[-1]))
    return ProxySearchResult(space, found.as_array(), found.scores, history, stopped)


class _Found:
    """What was found so far, each once; those beyond the scores are still to be scored."""

    def __init__(self, space: SearchSpace, rng: np.random.Generator) -> None:
        self.space, self.rng = space, rng
        self.rows: dict[bytes, Choices] = {}
        self.scores = np.empty(0)

    def as_array(self) -> Choices:
        positions = len(self.space.variables)
        return np.array(list(self.rows.values()), self.space.choice_dtype).reshape(-1, positions)

    def pending(self) -> Choices:
        return self.as_array()[len(self.scores) :]

    def add(self, draw: Callable[[int], Choices], wanted: int, rounds: int = _ROUNDS) -> int:
        """Add up to ``wanted`` new valid ones; how many were added, fewer if they are rare."""
        added = 0
        for _ in range(rounds if wanted else 0):
            rows = self.space.as_choices(draw(_BATCH * wanted))
            for row in rows[self.space.valid(rows)]:
                key = row.tobytes()
                if added < wanted and key not in self.rows:
                    self.rows[key] = row
                    added += 1
            if added == wanted:
                break
        return added


def _generation(found: _Found, plan: EvolutionPlan, *, first: bool) -> dict[str, int]:
    """Find the members of a generation; how many came from where."""
    space, rng = found.space, found.rng
    wanted, made = plan.population, {"mutation": 0, "crossover": 0}
    if not first:
        parents = found.as_array()[best_first(found.scores)[: plan.parents]]
        wanted = plan.mutations + plan.crossovers
        made["mutation"] = found.add(
            lambda n: mutated_rows(space, parents, plan.mutation_probability, rng, n),
            plan.mutations,
        )
        missing = plan.mutations - made["mutation"]
        if missing and space.limits and len(found.rows) > 1:
            # Between tight limits hardly any change fits; the space's own mutation repairs.
            made["mutation"] += found.add(
                lambda n: _repaired(space, parents, rng, n), missing, rounds=1
            )
        made["crossover"] = found.add(lambda n: crossed_rows(parents, rng, n), plan.crossovers)
    random = found.add(lambda n: space.sample_choices(rng, n), wanted - sum(made.values()))
    return {**made, "random": random}


def _repaired(space: SearchSpace, parents: Choices, rng: np.random.Generator, n: int) -> Choices:
    chosen = space.architectures(parents[rng.integers(len(parents), size=n)])
    try:
        return space.as_choices([space.mutate(parent, rng) for parent in chosen])
    except SettingsError:
        return parents[:0]  # Nothing else is within the limits.

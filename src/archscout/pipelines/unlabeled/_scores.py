"""The scores that one search compares: the angle of an architecture and its nulls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from archscout.pipelines.unlabeled._trained import TrainedSupernet
from archscout.pipelines.unlabeled.settings import UnlabeledSettings
from archscout.proxies import make_proxy
from archscout.results.scores import ANGLE, FRESH, LIVE, MACS, ONE_EPOCH, TRUE, Scores
from archscout.results.unlabeled import Found
from archscout.spaces.base import SearchSpace
from archscout.strategies.proxy_search import Score, evolve, score_all
from archscout.supernets import make_supernet
from archscout.supernets.nulls import null_angle

# Far from the seeds that users count up from, so that no null shares its weights with a search.
_OTHER_SEED = 2**31


def make_scores(
    settings: UnlabeledSettings,
    space: SearchSpace,
    trained: TrainedSupernet,
    true: TrainedSupernet | None,
    costs: Mapping[str, Mapping[str, Any]],
) -> dict[str, Score]:
    """The angle first, then its nulls, counted as ``costs`` says."""
    classes = trained.supernet.settings["classes"]
    fresh = null_angle(
        lambda generator: make_supernet(
            settings.space, generator=generator, classes=classes, **settings.supernet_settings
        ),
        (settings.seed, _OTHER_SEED + settings.seed),
    )
    scores: dict[str, Score] = {
        ANGLE: trained.angle.angles,
        FRESH: fresh.angles,
        LIVE: make_proxy("live-params", space, **costs["params"]).score,
        MACS: make_proxy("macs", space, **costs["macs"]).score,
    }
    if trained.first_epoch is not None:
        scores[ONE_EPOCH] = trained.first_epoch.angles
    if true is not None:
        scores[TRUE] = true.angle.angles
    return scores


def compare(
    scores: Mapping[str, Score], space: SearchSpace, compared: int, rng: np.random.Generator
) -> Scores:
    """Score the same architectures by every score: all that can be listed, or a random draw."""
    try:
        choices, exhaustive = space.all_choices(), True
    except TypeError:
        drawn = np.unique(space.sample_choices(rng, compared), axis=0)
        choices, exhaustive = drawn, False
    columns = {name: np.asarray(score(choices), dtype=np.float64) for name, score in scores.items()}
    return Scores(space, choices, columns, exhaustive)


def find_best(
    scores: Mapping[str, Score],
    space: SearchSpace,
    exhaustive: bool,
    costs: Mapping[str, Mapping[str, Any]],
    seed: int,
) -> list[Found]:
    """The best architecture by every score: of all, or of a search with published sizes.

    Every search starts from the same population.
    """
    found = []
    for name, score in scores.items():
        if exhaustive:
            result = score_all(space, score)
        else:
            result = evolve(space, score, np.random.default_rng([seed, 1]))
        best = result.best
        found.append(
            Found(
                name,
                best,
                result.scored,
                result.stopped,
                space.params(best, **costs["params"]),
                space.macs(best, **costs["macs"]),
            )
        )
    return found

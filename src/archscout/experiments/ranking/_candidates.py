"""What is ranked: predictors with their settings and unlabeled architectures."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from archscout._common.numerals import read_whole
from archscout.errors import SettingsError
from archscout.experiments._candidates import Candidate, Parts, read_candidates
from archscout.predictors import check_predictor_name, make_predictor
from archscout.spaces.base import SearchSpace

ALL = "all"
Unlabeled = int | str


def read_predictors(
    predictors: Parts,
    unlabeled: Unlabeled,
    settings: Mapping[str, Mapping[str, Any]],
) -> list[Candidate]:
    """Check what is to be ranked; see `named_parts`.

    A text may end in ``@N`` or ``@all`` for unlabeled architectures of its own.

    Examples:
        >>> [(c.name, c.unlabeled) for c in read_predictors(["forest", "seminas@0"], 50, {})]
        [('forest', 50), ('seminas@0', 0)]
    """
    everywhere = read_unlabeled(unlabeled)
    found = []
    for candidate in read_candidates(predictors, settings, "predictor", "predictors"):
        part, number = candidate.part, everywhere
        if isinstance(part, str):
            name, at, count = part.rpartition("@")
            if at and not set(count) & {"/", ":"}:
                part, number = name, read_unlabeled(count)
            check_predictor_name(part)
        found.append(replace(candidate, part=part, unlabeled=number))
    return found


def read_unlabeled(value: Unlabeled) -> int | None:
    """Read a number of unlabeled architectures; ``"all"`` gives None."""
    if value == ALL:
        return None
    try:
        count = read_whole(value) if isinstance(value, str) else operator.index(value)
    except (TypeError, ValueError):
        count = -1
    if count < 0:
        raise SettingsError(
            f"got unlabeled={value!r}, expected a number of 0 or more architectures, or 'all'"
        )
    return count


def check_settings(candidates: Sequence[Candidate], space: SearchSpace) -> None:
    """Make every predictor once, so that wrong settings are refused before any has learnt."""
    for candidate in candidates:
        rng = np.random.default_rng(0)
        try:
            make_predictor(candidate.part, space, rng, **candidate.settings)
        except TypeError as error:
            raise SettingsError(
                f"predictor {candidate.part!r} does not take the settings "
                f"{dict(candidate.settings)} ({error}): leave them out or correct them"
            ) from None

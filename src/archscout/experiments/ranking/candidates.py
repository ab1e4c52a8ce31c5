"""What is ranked: predictors with their names, settings and unlabelled architectures."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from archscout._common.numerals import read_whole
from archscout.errors import SettingsError, listed
from archscout.experiments.named_parts import Parts, named_parts
from archscout.predictors import Predictor, check_predictor_name, make_predictor
from archscout.spaces.base import SearchSpace

ALL = "all"
Unlabelled = int | str


@dataclass(frozen=True)
class Candidate:
    """One predictor of a ranking.

    Args:
        label: what it is called in this ranking.
        predictor: its registered name or place, with wrappers, or its class or function.
        unlabelled: how many architectures without a label it is given; None for all there are.
        settings: its settings.
    """

    label: str
    predictor: str | Callable[..., Predictor]
    unlabelled: int | None
    settings: Mapping[str, Any] = field(default_factory=dict)


def read_candidates(
    predictors: Parts,
    unlabelled: Unlabelled,
    settings: Mapping[str, Mapping[str, Any]],
) -> list[Candidate]:
    """Check what is to be ranked.

    Args:
        predictors: see `archscout.experiments.named_parts.named_parts`. A text may end in
            ``@N`` or ``@all`` for unlabelled architectures of its own.
        unlabelled: number for all others, or ``"all"``.
        settings: by name in this ranking.

    Returns:
        The candidates, in order.

    Raises:
        UnknownNameError: if a predictor is not registered.
        SettingsError: if one is named twice, none is, or a number is wrong.

    Examples:
        >>> [(c.label, c.unlabelled) for c in read_candidates(["forest", "seminas@0"], 50, {})]
        [('forest', 50), ('seminas@0', 0)]
    """
    names = named_parts(predictors, "predictor", "predictors")
    if not names:
        raise SettingsError(
            "got no predictors, expected at least one: see archscout list predictors"
        )
    for name in settings:
        if name not in names:
            raise SettingsError(
                f"got settings for {name!r} and predictors {listed(names)}, expected settings "
                "of predictors that are ranked"
            )
    everywhere = read_unlabelled(unlabelled)
    found = []
    for label, given in names.items():
        part, own_count = given, everywhere
        if isinstance(given, str):
            name, at, count = given.rpartition("@")
            if at and not set(count) & {"/", ":"}:
                part, own_count = name, read_unlabelled(count)
            check_predictor_name(part)
        found.append(Candidate(label, part, own_count, dict(settings.get(label, {}))))
    return found


def read_unlabelled(value: Unlabelled) -> int | None:
    """Read a number of unlabelled architectures; ``"all"`` gives None.

    Raises:
        SettingsError: if it is neither.

    Examples:
        >>> read_unlabelled("1000"), read_unlabelled("all")
        (1000, None)
    """
    if value == ALL:
        return None
    try:
        count = read_whole(value) if isinstance(value, str) else operator.index(value)
    except (TypeError, ValueError):
        count = -1
    if count < 0:
        raise SettingsError(
            f"got unlabelled={value!r}, expected a number of 0 or more architectures, or 'all'"
        )
    return count


def check_settings(candidates: Sequence[Candidate], space: SearchSpace) -> None:
    """Make every predictor once, so that wrong settings are refused before any has learnt.

    Raises:
        ArchscoutError: if one refuses its settings.
    """
    for candidate in candidates:
        rng = np.random.default_rng(0)
        try:
            make_predictor(candidate.predictor, space, rng, **candidate.settings)
        except TypeError as error:
            raise SettingsError(
                f"predictor {candidate.predictor!r} does not take the settings "
                f"{dict(candidate.settings)} ({error}): leave them out or correct them"
            ) from None

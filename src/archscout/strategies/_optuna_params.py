"""Architectures as Optuna's categorical parameters, and quiet calls of Optuna."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution

from archscout.spaces.base import Architecture, SearchSpace


def distributions(space: SearchSpace) -> dict[str, BaseDistribution]:
    """One categorical distribution a variable of the space, over the texts of its options."""
    return {v.name: CategoricalDistribution(v.texts) for v in space.variables}


def to_params(space: SearchSpace, arch: Architecture) -> dict[str, str]:
    """The texts of the options that an architecture chooses, by variable name."""
    pairs = zip(space.variables, arch.choices, strict=True)
    return {variable.name: variable.texts[choice] for variable, choice in pairs}


def from_params(space: SearchSpace, params: Mapping[str, Any]) -> Architecture:
    """The architecture that parameters describe; it may be one that the space forbids.

    A variable that is missing raises `KeyError`, an option that does not exist `ParseError`.
    """
    return Architecture(space.name, tuple(v.index(params[v.name]) for v in space.variables))


@contextmanager
def quiet_optuna() -> Iterator[None]:
    """Let Optuna say only what goes wrong; the user's own verbosity comes back afterwards."""
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(max(before, optuna.logging.WARNING))
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", category=optuna.exceptions.ExperimentalWarning)
            yield
    finally:
        optuna.logging.set_verbosity(before)

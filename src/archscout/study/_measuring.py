"""One measurement by an objective: whatever it gives or raises becomes plain values."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from archscout._common.own_state import given
from archscout.errors import error_text, kind_of
from archscout.objectives._objective import Measurement, Objective, as_number
from archscout.spaces.base import Architecture
from archscout.study._plain_info import plain_info

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one measurement.

    Args:
        value: a finite number, or NaN if it failed.
        seconds: its price; that of the objective where one is given, else the time it took.
        error: empty, or why it failed.
        notes: plain values that the objective wants to keep.
        cause: what the objective raised, if it did.
    """

    value: float
    seconds: float
    error: str
    notes: dict[str, Any]
    cause: BaseException | None = None


def measure(objective: Objective, arch: Architecture, rng: np.random.Generator) -> Outcome:
    """Measure one architecture; only Ctrl-C ends more than this measurement.

    Every other exception of the objective, `sys.exit` too, is a failed measurement, which costs
    what it took.
    """
    value, error = math.nan, ""
    measured: object = None
    cause: BaseException | None = None
    started = time.perf_counter()
    try:
        measured = given(objective.measure)(arch, rng)
        value = as_number(measured.value if isinstance(measured, Measurement) else measured)
        if isinstance(measured, Measurement) and not isinstance(measured.info, Mapping):
            raise TypeError(f"info is {kind_of(measured.info)}, expected a mapping")
        if not math.isfinite(value):
            value, error = math.nan, f"measured {value}, expected a finite number"
    except KeyboardInterrupt:
        raise
    except BaseException as caught:
        # Whatever the objective raises is its own failure, not the search's.
        value = math.nan
        error, cause = error_text(caught), caught
        logger.debug("measuring %s failed", arch, exc_info=True)
    seconds = time.perf_counter() - started  # after the value was read: a GPU may be late
    if not isinstance(measured, Measurement):
        return Outcome(value, seconds, error, {}, cause)
    price = seconds if measured.seconds is None else _price(measured.seconds, seconds)
    notes = plain_info(measured.info) if isinstance(measured.info, Mapping) else {}
    return Outcome(value, price, error, notes, cause)


def measured_test_value(objective: Objective, arch: Architecture) -> float:
    """Test value of an architecture, NaN where the objective fails to give one."""
    with _losing_nothing(f"the test value of {arch}"):
        return as_number(given(objective.test_value)(arch))
    return math.nan


def known_noise(objective: Objective) -> dict[str, float]:
    """What an objective knows of its noise; empty where it fails to say so."""
    with _losing_nothing(f"the noise of {objective.name}"):
        noise = given(objective.noise)() or {}
        return {
            str(name): value if isinstance(value, int) else as_number(value)
            for name, value in noise.items()
        }
    return {}


def known_standing(objective: Objective, arch: Architecture) -> dict[str, int]:
    """``rank`` of an architecture and ``of`` how many; empty where nobody knows."""
    with _losing_nothing(f"the standing of {arch}"):
        standing = given(objective.standing)(arch)
        if standing:
            rank, of = int(standing["rank"]), int(standing["of"])
            if not 1 <= rank <= of:
                raise ValueError(f"rank {rank} of {of}")
            return {"rank": rank, "of": of}
    return {}


@contextmanager
def _losing_nothing(what: str) -> Iterator[None]:
    """The search is paid for by the time this is asked: what fails is said and left out."""
    try:
        yield
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        logger.warning("%s failed: %s", what, error_text(error))


def _price(given: object, seconds: float) -> float:
    try:
        price = as_number(given)
    except KeyboardInterrupt:
        raise
    except BaseException:
        price = math.nan
    if 0.0 <= price < math.inf:
        return price
    shown = given if isinstance(given, float) else kind_of(given)
    logger.warning(
        "%s came as the price in seconds, expected a number of 0 or more: the %.3g seconds that "
        "the measurement took are taken",
        shown,
        seconds,
    )
    return seconds

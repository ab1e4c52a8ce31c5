"""What a finished search says about itself: groups of labels, best cells, agreement, ranges."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from archscout.objectives._label import Label
from archscout.reports._words import finite

if TYPE_CHECKING:
    from archscout.results.search import SearchResult

logger = logging.getLogger(__name__)

OTHER = "other"
PSEUDO_COLUMNS = ("pseudo_labels", "pseudo_spread", "tau_before", "tau_after")


def origin(label: Label) -> str:
    """Where a label's proposal came from; empty if the strategy did not say."""
    return str(label.info.get("origin") or "")


def has_pseudo_labels(audit: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a strategy taught itself with pseudo-labels, or tried whether they help."""
    return any("tau_before" in row or row.get("pseudo_labels") for row in audit)


def by_origin(labels: list[Label], most: int = 4) -> dict[str, list[Label]]:
    """Group labels by origin, in order of appearance; the rarest share the group ``"other"``.

    There is one group ``""`` if no label names an origin.
    """
    counts = Counter(origin(label) for label in labels)
    kept = {name for name, _ in counts.most_common(most if len(counts) <= most else most - 1)}
    groups: dict[str, list[Label]] = {}
    for label in labels:
        name = origin(label)
        name = name if name in kept else OTHER
        groups.setdefault(name or (OTHER if len(counts) > 1 else ""), []).append(label)
    return groups


def predicted_labels(result: SearchResult) -> list[Label]:
    """Labels that were predicted before they were bought and did not fail."""
    return [
        label
        for label in result.labels
        if not label.failed and finite(label.info.get("predicted")) is not None
    ]


def best_labels(result: SearchResult, most: int = 5) -> list[Label]:
    """Best measured labels whose architectures compute different functions."""
    sign = -1.0 if result.direction == "maximize" else 1.0
    good = [label for label in result.labels if not label.failed]
    chosen: dict[str, Label] = {}
    for label in sorted(good, key=lambda label: (sign * label.value, label.number)):
        chosen.setdefault(result.space.canonical_id(label.architecture), label)
        if len(chosen) == most:
            break
    return list(chosen.values())


def revealed(result: SearchResult) -> list[tuple[Label, float]]:
    """Labels that did not fail with their revealed test values, where there are any."""
    pairs = []
    for label in result.labels:
        value = finite(result.test_values.get(label.architecture))
        if value is not None and not label.failed:
            pairs.append((label, value))
    return pairs


def agreement(first: list[float], second: list[float]) -> float | None:
    """Kendall's tau-b of two lists; None where fewer than three values or a constant forbid it."""
    from archscout.stats import kendall_tau

    if len(first) < 3:
        return None
    return finite(kendall_tau(first, second))


def costs(result: SearchResult, label: Label) -> dict[str, int | None]:
    """Parameters and multiply-adds of the network, None where the space cannot count them."""
    found: dict[str, int | None] = {}
    for name, method in (("parameters", "params"), ("MACs", "macs")):
        try:
            found[name] = int(getattr(result.space, method)(label.architecture))
        except Exception as error:
            # The labels are paid for: a count that fails must not lose their report.
            logger.debug("space %s does not count %s: %s", result.space.name, name, error)
            found[name] = None
    return found


def view(values: NDArray[np.floating[Any]], direction: str) -> tuple[float, float]:
    """Range of values worth showing: everything, unless far worse values would flatten the rest.

    NaN is ignored; one value at least is finite, and only the worse side is ever cut.
    """
    flip = 1.0 if direction == "maximize" else -1.0
    good = flip * values[np.isfinite(values)]
    best, worst = float(good.max()), float(good.min())
    # A quarter is robust to a fifth of failed trainings, which tables of cells do hold.
    usual = 2.0 * (best - float(np.quantile(good, 0.25)))
    low = best - usual if 0 < 2.0 * usual < best - worst else worst
    margin = 0.06 * (best - low) or 0.01 * abs(best) or 1.0
    ends = sorted((flip * (low - margin), flip * (best + margin)))
    return ends[0], ends[1]

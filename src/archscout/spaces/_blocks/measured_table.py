"""What the reader of a space's table gives: arrays, from which a benchmark is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from archscout.spaces.base import SearchSpace

RunMode = Literal["mean", "random"]
"""Whether a label is the mean over runs, or one run drawn at random."""

Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class MeasuredTable:
    """Measured values of architectures; `TableBenchmark` says what each field holds.

    Args:
        space: the space of the rows.
        choices: ``(n, positions)`` option indices.
        runs: ``(n, runs)`` or ``(n,)`` single runs of the search split, in ``unit``.
        name: short text for records and plots.
        test_values: ``(n,)`` sealed mean test values; None if there are none.
        seconds: ``(n,)`` seconds of one training; None if they are unknown.
        unit: of the values.
        direction: whether higher or lower values are better.
        dataset: name of the data set.
        run: what a label is.
        columns: further measured columns ``(n,)`` by name.
        provenance: where the numbers come from, in plain values.
    """

    space: SearchSpace
    choices: NDArray[np.integer[Any]]
    runs: Floats
    name: str
    test_values: Floats | None = None
    seconds: Floats | None = None
    unit: str = "percent"
    direction: Literal["maximize", "minimize"] = "maximize"
    dataset: str = ""
    run: RunMode = "mean"
    columns: Mapping[str, Floats] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)

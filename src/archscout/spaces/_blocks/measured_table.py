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
    """Measured values of architectures; `TableBenchmark` says what each field holds."""

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

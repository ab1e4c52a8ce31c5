"""Plain values for JSON and records."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np


def plain(value: Any) -> Any:
    """Turn a value into what JSON can hold: NaN and infinity become None, the rest text.

    Numbers and arrays of numpy, mappings, sequences and sets are taken apart.

    Examples:
        >>> plain({"mean": np.float64(0.5), "spread": float("nan"), "shape": (2, 3)})
        {'mean': 0.5, 'spread': None, 'shape': [2, 3]}
    """
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if value is None or isinstance(value, bool | str):
        result: Any = value
    elif isinstance(value, int):
        result = int(value)
    elif isinstance(value, float):
        result = float(value) if math.isfinite(value) else None
    elif isinstance(value, Mapping):
        result = {str(key): plain(item) for key, item in value.items()}
    elif isinstance(value, list | tuple):
        result = [plain(item) for item in value]
    elif isinstance(value, set | frozenset):
        result = sorted((plain(item) for item in value), key=str)
    else:
        result = str(value)
    return result

"""Notes beside a label: a strategy's about its proposal, and a measurement's about itself.

Both share one mapping in the record. Four names are the strategies'; a measurement's value of such
a name is kept as ``info.NAME``, so that neither hides the other.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from archscout.objectives._label import Label

STRATEGY_NOTES = ("predicted", "spread", "round", "origin")
PREFIX = "info."


def join_notes(measured: Mapping[str, Any], strategy: Mapping[str, Any]) -> dict[str, Any]:
    """Put the notes of a measurement and a strategy into one mapping; the latter keep names.

    Examples:
        >>> join_notes({"gpu": 1, "round": "warm"}, {"round": 3})
        {'gpu': 1, 'info.round': 'warm', 'round': 3}
    """
    joined: dict[str, Any] = {}
    for key, item in measured.items():
        name = PREFIX + key if key in strategy or key in STRATEGY_NOTES else key
        joined[_free(name, {*joined, *measured} - {key})] = item
    return {**joined, **strategy}


def info_columns(labels: Sequence[Label]) -> dict[str, list[Any]]:
    """What measurements say of themselves: by ``info.NAME``, in order, a value a label.

    A label that says nothing has NaN; lists and mappings become JSON.
    """
    names: dict[str, str] = {}
    for label in labels:
        for key in label.info:
            if key not in STRATEGY_NOTES and key not in names:
                name = key if key.startswith(PREFIX) else PREFIX + key
                names[key] = _free(name, names.values())
    return {name: [_cell(label.info.get(key)) for label in labels] for key, name in names.items()}


def _free(name: str, taken: Any) -> str:
    """The name, with one more prefix for each that has it already."""
    while name in taken:
        name = PREFIX + name
    return name


def _cell(item: Any) -> Any:
    if item is None:
        return math.nan
    if isinstance(item, Mapping | list | tuple):
        return json.dumps(item, ensure_ascii=False, default=str)
    return item

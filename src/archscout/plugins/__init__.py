"""Where parts come from: registered names, installed packages, ``module:Name``, ``FILE.py:Name``.

A `Registry` finds the spaces, benchmarks, strategies, predictors and proxies that commands and
functions are given by name. Code is imported when a part is asked for and no sooner.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archscout._common.lazy import lazily
from archscout.plugins._places import is_reference
from archscout.plugins._registry import Entry, Ready, Registry, first_line

if TYPE_CHECKING:
    from archscout.plugins._installed import broken
    from archscout.plugins._reference import (
        describe,
        load_reference,
        loaded_reference,
        reference_of,
    )
    from archscout.plugins._sending import Sent, additions, receive_additions, received, sendable

_PLACES = ("describe", "load_reference", "loaded_reference", "reference_of")
_INSTALLED = ("broken",)
_SENDING = ("Sent", "additions", "receive_additions", "received", "sendable")

__getattr__ = lazily(
    __name__,
    {
        **dict.fromkeys(_INSTALLED, "_installed"),
        **dict.fromkeys(_PLACES, "_reference"),
        **dict.fromkeys(_SENDING, "_sending"),
    },
)

__all__ = [
    "Entry",
    "Ready",
    "Registry",
    "Sent",
    "additions",
    "broken",
    "describe",
    "first_line",
    "is_reference",
    "load_reference",
    "loaded_reference",
    "receive_additions",
    "received",
    "reference_of",
    "sendable",
]

"""Public names of a package that are loaded when they are first used (PEP 562)."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any


def lazily(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """The ``__getattr__`` of a package.

    Args:
        package: its ``__name__``.
        homes: by public name, the module below the package that defines it, or one elsewhere by
            its whole name; after a colon, the name that it has there.

    Examples:
        >>> load = lazily("archscout", {"SearchSpace": "spaces.base"})
        >>> load("SearchSpace").__name__
        'SearchSpace'
        >>> load("Nothing")
        Traceback (most recent call last):
        AttributeError: module 'archscout' has no attribute 'Nothing'
    """

    def load(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        home, _, own_name = homes[name].partition(":")
        module = home if home.startswith("archscout.") else f"{package}.{home}"
        return getattr(importlib.import_module(module), own_name or name)

    return load

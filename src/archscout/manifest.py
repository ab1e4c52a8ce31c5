"""What made a result: versions, platform, seed, settings, command and time."""

from __future__ import annotations

import functools
import importlib.metadata
import platform
import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from archscout.plain import plain

PACKAGES = ("archscout", "torch", "numpy", "scipy", "optuna")


def hide_password(text: str) -> str:
    """Replace the password of a URL, so that no record or message shows it.

    Examples:
        >>> hide_password("--storage=postgresql://me:secret@host/runs")
        '--storage=postgresql://me:***@host/runs'
    """
    return re.sub(r"(://[^:/@\s]*):[^@\s]*@", r"\1:***@", text)


@functools.cache  # Finding one takes some milliseconds, and no search waits for new packages.
def package_version(name: str) -> str | None:
    """Version of an installed package without importing it; None if it is not installed."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def make_manifest(
    *, seed: int, labels: int, strategy: str, settings: Mapping[str, Any], **more: Any
) -> dict[str, Any]:
    """Describe the run that is starting, in plain values for JSON.

    Args:
        seed: the search's seed.
        labels: its budget.
        strategy: name of the strategy.
        settings: the strategy's settings.
        more: further facts to keep, such as ``dedup``.

    Returns:
        A dictionary with ``versions``, ``python``, ``platform``, ``command`` (passwords in URLs
        hidden), ``started`` (UTC, ISO 8601) and the arguments.

    Examples:
        >>> manifest = make_manifest(seed=3, labels=20, strategy="random", settings={})
        >>> manifest["seed"], sorted(manifest["versions"])[0]
        (3, 'archscout')
    """
    described = plain(
        {
            "versions": {name: package_version(name) for name in PACKAGES},
            "python": platform.python_version(),
            "platform": platform.platform(),
            "command": [hide_password(word) for word in sys.argv],
            "started": datetime.now(UTC).isoformat(timespec="seconds"),
            "seed": seed,
            "labels": labels,
            "strategy": strategy,
            "settings": settings,
            **more,
        }
    )
    assert isinstance(described, dict)
    return described

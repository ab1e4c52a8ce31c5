"""What made a result: versions, platform, seed, settings, command and time."""

from __future__ import annotations

import functools
import importlib.metadata
import os
import platform
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from archscout._common.paths import for_record
from archscout._common.plain import plain
from archscout._common.secrets import hide_secrets

PACKAGES = ("archscout", "torch", "numpy", "scipy", "optuna")


@functools.cache  # Finding one takes some milliseconds, and no search waits for new packages.
def package_version(name: str) -> str | None:
    """Version of an installed package without importing it; None if it is not installed."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def shown_command(words: Sequence[str]) -> list[str]:
    """A command for a record: without passwords, and of absolute paths what is not personal."""
    return [_shown_word(word) for word in hide_secrets(words)]


def _shown_word(word: str) -> str:
    for mark in (":///", "="):
        before, found, path = word.rpartition(mark)
        if os.path.isabs(path):
            return f"{before}{found}{for_record(path)}"
    return word


def make_manifest(
    *, seed: int, labels: int, strategy: str, settings: Mapping[str, Any], **more: Any
) -> dict[str, Any]:
    """Describe the run that is starting, in plain values for JSON; ``more`` are further facts."""
    described = plain(
        {
            "versions": {name: package_version(name) for name in PACKAGES},
            "python": platform.python_version(),
            "platform": f"{platform.system()} {platform.machine()}",
            "command": shown_command(sys.argv),
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

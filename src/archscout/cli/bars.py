"""The progress bar that all commands share: on stderr, and only where that is a terminal."""

from __future__ import annotations

import contextlib
import sys

from rich.progress import Progress, ProgressColumn

from archscout.cli.console import side_screen


def make_bar(*columns: ProgressColumn | str) -> Progress:
    """A bar that vanishes when its work is done.

    The stream itself is asked whether it is a terminal: variables such as ``FORCE_COLOR`` say
    how to write, and would put the bar into a file.
    """
    return Progress(*columns, console=side_screen(), disable=not _on_terminal(), transient=True)


def _on_terminal() -> bool:
    with contextlib.suppress(AttributeError, ValueError):  # closed, or none at all
        return sys.stderr.isatty()
    return False

"""Packages that only some work needs: a missing one is named with the command that installs it."""

from __future__ import annotations

import importlib

from archscout.errors import MissingExtraError


def missing(need: str, package: str, install: str) -> MissingExtraError:
    """The error for a package that is not there.

    Args:
        need: what needs it, such as ``"exporting to ONNX"``.
        package: its name, or what it is.
        install: what pip installs, in quotes where a shell would read brackets; after it, what
            else can be done.
    """
    return MissingExtraError(
        f"{need} needs {package}, which is not installed: run pip install {install}"
    )


def require(package: str, need: str, install: str) -> None:
    """Load a package, or raise the error of `missing`, which explains the arguments."""
    try:
        importlib.import_module(package)
    except ImportError:
        raise missing(need, package, install) from None

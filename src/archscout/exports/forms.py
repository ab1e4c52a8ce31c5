"""One call for every form in which a network leaves archscout."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from archscout.errors import SettingsError, unknown_name
from archscout.exports._files import Exported

FORMS = ("code", "weights", "onnx")


def export(
    run: str | Path,
    to: str = "code",
    out: str | Path | None = None,
    *,
    force: bool = False,
    settings: Mapping[str, Any] | None = None,
    space: str | None = None,
) -> Exported:
    """Write a network as plain PyTorch code, as weights, or as ONNX, and check it.

    Args:
        run: folder of a trained network or of a search, or its JSON file.
        to: ``"code"``, one Python file that needs only PyTorch; ``"weights"``, a safetensors
            file; or ``"onnx"``.
        out: folder of the files; None for the folder ``export`` in that of the run.
        force: whether existing files may be replaced.
        settings: arguments of the space's ``build``, for the best of a search only; its weights
            are freshly drawn, and the files say so.
        space: place of the class of the run's space, ``"module:Name"`` or ``"FILE.py:Name"``,
            where that has no name here.

    Returns:
        The files, and how far the logits of what was written are from the network's own.

    Raises:
        UnknownNameError: if there is no such form.
        SettingsError: if settings come for a network that has its own.
        MissingExtraError: for ``"onnx"``, if it is not installed.
        ArchscoutError: if the run cannot be read or written for, or what was written computes
            something else.

    Examples:
        >>> import tempfile
        >>> from archscout.training import SavedNetwork, save_network
        >>> sizes = {"channels": 4, "cells": 1}
        >>> with tempfile.TemporaryDirectory() as run:
        ...     _ = save_network(run, SavedNetwork("nasbench201", "334131", sizes, resolution=8))
        ...     done = export(run, "code")
        >>> done.files[0].name
        'network.py'
    """
    if to == "code":
        from archscout.exports._code import export_code

        return export_code(run, out, force=force, settings=settings, space=space)
    if to == "onnx":
        from archscout.exports._onnx import export_onnx

        return export_onnx(run, out, force=force, settings=settings, space=space)
    if to != "weights":
        raise unknown_name("form of an export", str(to), FORMS)
    if settings:
        raise SettingsError(
            f"got a setting ({', '.join(settings)}) for weights, whose network has its own: "
            "leave it out"
        )
    from archscout.exports._weights import export_weights

    return export_weights(run, out, force=force, space=space)

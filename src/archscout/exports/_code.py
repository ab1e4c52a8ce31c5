"""Exports a network as one readable Python file that needs only PyTorch."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from archscout._common.own_state import own_state
from archscout._common.writing import write_file
from archscout.errors import ArchscoutError
from archscout.exports._file_text import CODE, PARITY, file_text
from archscout.exports._files import Exported, out_folder, staged
from archscout.exports._parity import logits_of, random_images, run_exported
from archscout.exports._source import Source, read_source
from archscout.exports._weights import write_source_weights
from archscout.training._saved_network import WEIGHTS, network_settings
from archscout.training._weights_file import write_weights

_IMAGES = 2
_MOST_DIFFERENT = 1e-5


@own_state(one_thread=False)
def export_code(
    run: str | Path,
    out: str | Path | None = None,
    *,
    force: bool = False,
    settings: Mapping[str, Any] | None = None,
    space: str | None = None,
) -> Exported:
    """Write ``network.py``, its weights and the stored logits it is checked with.

    Args:
        run: folder of a trained network or of a search, or its JSON file.
        out: folder of the files; None for the folder ``export`` in that of the run.
        force: whether existing files may be replaced.
        settings: arguments of the space's ``build``, for the best of a search only; its weights
            are freshly drawn, and the file says so.
        space: place of the class of the run's space, ``"module:Name"`` or ``"FILE.py:Name"``,
            where that has no name here.

    Returns:
        The files, and how far the logits of the written file are from the network's own.

    Raises:
        ArchscoutError: if the run cannot be read or written for, or the written file computes
            something else.

    Examples:
        >>> import tempfile
        >>> from archscout.training import SavedNetwork, save_network
        >>> sizes = {"channels": 4, "cells": 1}
        >>> with tempfile.TemporaryDirectory() as run:
        ...     _ = save_network(run, SavedNetwork("nasbench201", "334131", sizes, resolution=8))
        ...     done = export_code(run)
        >>> [file.name for file in done.files], done.trained
        (['network.py', 'weights.safetensors', 'parity.safetensors'], False)
    """
    source = read_source(run, settings, space)
    text = network_text(source)
    names = (CODE, WEIGHTS, PARITY)
    with staged(source, out, names, force) as folder:
        write_file(folder / CODE, text)
        write_source_weights(source, folder / WEIGHTS)
        images = random_images(source, _IMAGES)
        write_weights(folder / PARITY, {"images": images, "logits": logits_of(source, images)})
        difference = run_exported(folder / CODE)
        if not difference <= _MOST_DIFFERENT:
            raise ArchscoutError(
                f"the written code computes logits that differ by {difference:.1e} from those of "
                f"the network, expected at most {_MOST_DIFFERENT:.0e}: this is a bug in "
                "archscout, or in the network_arguments of an own space"
            )
    files = tuple(out_folder(source, out) / name for name in names)
    return Exported(files, source.trained, difference, source.warning)


def network_text(source: Source) -> str:
    """The text of the Python file.

    Raises:
        SettingsError: if the class of the network cannot be written as one file.
        MissingMethodError: if the space does not say what the class is made with.
    """
    saved, space = source.saved, source.space
    settings = network_settings(space, saved.settings)
    return file_text(source, space.network_arguments(space.parse(saved.architecture), **settings))

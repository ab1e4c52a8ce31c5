"""Exports the weights of a network as a safetensors file that says what they belong to."""

from __future__ import annotations

import json
from pathlib import Path

from archscout._common.own_state import own_state
from archscout.errors import SettingsError
from archscout.exports._files import Exported, out_folder, staged
from archscout.exports._parity import logits_of, random_images
from archscout.exports._source import Source, read_source
from archscout.training._saved_network import WEIGHTS
from archscout.training._weights_file import read_weights, write_weights


@own_state(one_thread=False)
def export_weights(
    run: str | Path,
    out: str | Path | None = None,
    *,
    force: bool = False,
    space: str | None = None,
) -> Exported:
    """Write ``weights.safetensors`` in single precision, with the facts as metadata.

    Args:
        run: folder of a trained network, or its ``network.json``.
        out: folder of the file; None for the folder ``export`` in that of the run.
        force: whether an existing file may be replaced.
        space: place of the class of the run's space, ``"module:Name"`` or ``"FILE.py:Name"``,
            where that has no name here.

    Raises:
        SettingsError: if the run has no trained weights.
        ArchscoutError: if the run cannot be read or written for.

    Examples:
        >>> import tempfile
        >>> from archscout.training import SavedNetwork, make_network, save_network
        >>> saved = SavedNetwork("nasbench201", "334131", {"channels": 4, "cells": 1}, resolution=8)
        >>> with tempfile.TemporaryDirectory() as run:
        ...     _ = save_network(run, saved, make_network(saved).state_dict())
        ...     done = export_weights(run)
        >>> done.files[0].name, done.difference
        ('weights.safetensors', 0.0)
    """
    source = read_source(run, space=space)
    if not source.trained:
        raise SettingsError(
            f"{str(run)!r} has no trained weights to export: train its architecture first, or "
            "export code, which comes with freshly drawn weights"
        )
    expected = logits_of(source, random_images(source, 1))
    with staged(source, out, (WEIGHTS,), force) as folder:
        write_source_weights(source, folder / WEIGHTS)
        tensors, _ = read_weights(folder / WEIGHTS)
        source.network.load_state_dict(tensors, strict=True)
        again = logits_of(source, random_images(source, 1))
    difference = float((again - expected).abs().max())
    return Exported((out_folder(source, out) / WEIGHTS,), True, difference, source.warning)


def write_source_weights(source: Source, path: Path) -> None:
    """Write the weights of the source with its facts.

    The facts are one text: safetensors writes several in an order that changes.
    """
    facts = {"archscout": json.dumps(metadata(source))}
    write_weights(path, source.network.state_dict(), facts)


def metadata(source: Source) -> dict[str, str]:
    """Where the network comes from and how images are prepared, as texts by name."""
    saved = source.saved
    values = {
        "space": saved.space,
        "architecture": saved.architecture,
        "settings": json.dumps(dict(saved.settings)),
        "weights": source.weights_in_words,
        "run": source.origin,
        "archscout": source.writer,
        "images": saved.images,
        "training": saved.training,
        "date": saved.date,
        "mean": json.dumps(saved.mean) if saved.mean else "",
        "std": json.dumps(saved.std) if saved.std else "",
        "resolution": "" if saved.resolution is None else str(saved.resolution),
        "class_names": json.dumps(saved.class_names) if saved.class_names else "",
        "accuracy": "" if saved.accuracy is None else repr(saved.accuracy),
        "seed": "" if saved.seed is None else str(saved.seed),
    }
    printable = {name: text.encode("utf-8", "replace").decode() for name, text in values.items()}
    return {name: text for name, text in printable.items() if text}

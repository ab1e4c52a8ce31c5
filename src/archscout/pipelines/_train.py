"""Trains one architecture alone on images with classes, and keeps it as a network in a folder."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from archscout._common.manifest import make_manifest
from archscout._common.memory import lacks_memory, told_of_memory
from archscout._common.own_state import own_state
from archscout._common.paths import for_record
from archscout._common.run_folder import owns_folder
from archscout._common.saying import count
from archscout.errors import SettingsError, StorageError
from archscout.images._class_names import match_classes
from archscout.images._images import Images
from archscout.images._sets import load_sets
from archscout.images.augment import channel_statistics
from archscout.results.trained import TrainedRecord
from archscout.spaces import load_space, place_of
from archscout.spaces.base import Architecture, SearchSpace
from archscout.training._footprint import ADVICE, check_footprint
from archscout.training._loop import train
from archscout.training._presets import find_settings
from archscout.training._progress import OnProgress
from archscout.training._record import Trained
from archscout.training._saved_network import (
    NETWORK,
    WEIGHTS,
    SavedNetwork,
    make_network,
    save_network,
)
from archscout.training.evaluate import accuracy
from archscout.training.settings import TrainSettings

HELD_OUT = 0.1
"""Share of the images held out where nothing else is said."""

TRAINING = "training"
"""Folder of the training within that of the network."""


@dataclass(frozen=True)
class TrainedNetwork:
    """A network trained alone. Accuracies are in percent, higher is better.

    Args:
        network: with its final weights, in evaluation mode.
        saved: what it is and how it was trained.
        trained: losses and speed.
        train_images: number of images that it learnt from.
        validation: accuracy on the images held out; None if there are none.
        validation_images: number of them.
        test: accuracy on test images; None if there are none.
        test_images: number of them.
        chance: accuracy of always naming the commonest class of the training images, on the same
            images as ``saved.accuracy``; None without it.
        record: the same in plain values, as it is kept in the folder.
    """

    network: nn.Module
    saved: SavedNetwork
    trained: Trained
    train_images: int
    validation: float | None
    validation_images: int
    test: float | None
    test_images: int
    chance: float | None
    record: TrainedRecord


@own_state(one_thread=False)
@owns_folder("training")
@told_of_memory("training one network", ADVICE)
def train_network(
    space: SearchSpace | str,
    arch: Architecture | str,
    images: Images | str | Path,
    settings: TrainSettings | str = "alone",
    *,
    size: Mapping[str, Any] | None = None,
    validation: float | Images | None = None,
    test: Images | None = None,
    out: str | Path | None = None,
    on_progress: OnProgress | None = None,
) -> TrainedNetwork:
    """Train one architecture alone.

    Nothing is chosen by the held-out images: the weights after the last epoch are the result.

    Args:
        space: the space of the architecture, or the name of a registered one.
        arch: the architecture, or its text.
        images: with classes, or the folder or file that `load_sets` reads at 32 pixels.
        settings: how to train, or the name of a preset; its seed also decides the initial
            weights and which images are held out.
        size: arguments of the space's ``build``, such as ``{"channels": 16}``; the number of
            classes is that of the images.
        validation: share of the images held out, 0 for none; or the images that are held out.
            None takes the validation images of the folder or file, else a tenth of the images.
        test: images of the same classes, looked at once at the end; None takes those of
            the folder or file, if there are any. Both may lack some of the classes.
        out: folder for ``network.json``, ``weights.safetensors`` and, in ``training/``,
            checkpoints; the same call goes on from there. None keeps nothing.
        on_progress: see `archscout.training._loop.train`.

    Returns:
        The network and how good it is.

    Raises:
        SettingsError: if classes are missing, or arguments do not fit together.
        TrainingError: if the loss is no finite number.
        StorageError: if ``out`` holds another network.
        MemoryShortageError: if it does not fit into memory.

    Examples:
        >>> from dataclasses import replace
        >>> from archscout.spaces import NASBench201
        >>> from archscout.images import load_images
        >>> rng, space = np.random.default_rng(0), NASBench201()
        >>> images = load_images(rng.integers(0, 256, (20, 8, 8, 3), dtype=np.uint8), resolution=8)
        >>> images = replace(images, targets=np.arange(20) % 2, classes=("cat", "dog"))
        >>> done = train_network(space, space.parse("100100"), images, TrainSettings(epochs=1),
        ...                      size={"channels": 4, "cells": 1}, validation=0.3)
        >>> done.train_images + done.validation_images
        20
    """
    space = load_space(space) if isinstance(space, str) else space
    arch = space.parse(arch) if isinstance(arch, str) else arch
    if not isinstance(images, Images):
        # Those that were given take the place of those that lie there.
        sets = load_sets(
            images,
            validation=None if validation is None else False,
            test=None if test is None else False,
        )
        images, test = sets.train, test or sets.test
        validation = sets.validation if validation is None else validation
    validation = HELD_OUT if validation is None else validation
    settings = find_settings(settings)
    check_classes(images)
    test = matched(images, test, "test")
    learnt, held = hold_out(images, validation, settings.seed)
    saved = SavedNetwork(
        place_of(space), space.format(arch), {**(size or {}), "classes": len(images.classes)}
    )
    check_footprint(lambda: make_network(saved), images.side, min(settings.batch, len(learnt)))
    network = make_network(saved, torch.Generator().manual_seed(settings.seed))
    check_resolution(network, images.side)
    folder = None if out is None else Path(out) / TRAINING
    own = (NETWORK, WEIGHTS)
    if (
        folder is not None
        and not folder.exists()
        and any((folder.parent / n).exists() for n in own)
    ):
        raise StorageError(
            f"the folder {str(folder.parent)!r} holds a network that was not trained there: name "
            "another folder"
        )
    trained = train(
        network,
        learnt,
        _targets(learnt),
        settings,
        folder=folder,
        about={"architecture": saved.architecture, "size": saved.settings},
        on_progress=on_progress,
    )
    statistics = channel_statistics(learnt.pixels)
    scores = [
        None if part is None else accuracy(network, part.pixels, _targets(part), statistics)
        for part in (held, test)
    ]
    last = held if test is None else test
    saved = replace(
        saved,
        images=for_record(images.source),
        mean=statistics.mean,
        std=statistics.std,
        resolution=images.side,
        class_names=images.classes,
        training=describe(settings, trained, len(learnt)),
        accuracy=scores[0] if scores[1] is None else scores[1],
        version=version("archscout"),
        seed=settings.seed,
        date=datetime.date.today().isoformat(),
    )
    if out is not None:
        saved = save_network(out, saved, network.state_dict())
    record = TrainedRecord(
        saved,
        train_images=len(learnt),
        validation=scores[0],
        validation_images=0 if held is None else len(held),
        test=scores[1],
        test_images=0 if test is None else len(test),
        chance=None if last is None else _chance(learnt, last),
        parameters=sum(weight.numel() for weight in network.parameters()),
        losses=tuple(trained.losses),
        seconds=trained.seconds,
        images_per_second=trained.images_per_second,
        manifest=make_manifest(
            seed=settings.seed, labels=0, strategy="training", settings=asdict(settings)
        ),
    )
    if out is not None:
        record.save(out)
    return TrainedNetwork(
        network,
        saved,
        trained,
        record.train_images,
        record.validation,
        record.validation_images,
        record.test,
        record.test_images,
        record.chance,
        record,
    )


def describe(settings: TrainSettings, trained: Trained, images: int) -> str:
    """Say in words how a network was trained."""
    return (
        f"{count(settings.epochs, 'epoch')} over {count(images, 'image')}, batches of "
        f"{settings.batch}, SGD at {settings.learning_rate:g} ({settings.schedule}), "
        f"{trained.precision}"
    )


def _targets(images: Images) -> np.ndarray[Any, np.dtype[np.int64]]:
    assert images.targets is not None
    return images.targets


def check_classes(images: Images, needs: str = "which training one network needs") -> None:
    """Check that images are of at least two classes; ``needs`` tells the user what for."""
    if images.targets is None:
        raise SettingsError(
            f"the {len(images):,} images have no classes, {needs}: put them into one folder a class"
        )
    if len(images.classes) < 2:
        raise SettingsError(
            f"the images are all of class {images.classes[0]!r}, expected at least 2 classes"
        )


def matched(images: Images, other: Images | None, what: str) -> Images | None:
    """Other images with the classes, and of the size, of those to learn from."""
    if other is None:
        return None
    if other.side != images.side:
        raise SettingsError(
            f"the {what} images have {other.side} pixels a side, expected {images.side} as the "
            "training images: read them at the same resolution"
        )
    if other.targets is not None and other.classes == images.classes:
        return other
    return match_classes(other, images, what)


def hold_out(images: Images, validation: float | Images, seed: int) -> tuple[Images, Images | None]:
    """Part images into those to learn from and those held out: a share, or the given ones."""
    if isinstance(validation, Images):
        return images, matched(images, validation, "validation")
    return images.split(validation, seed) if validation else (images, None)


def check_resolution(network: nn.Module, side: int) -> None:
    """Check that images go through a network, which halves them; leaves it evaluating."""
    network.eval()
    try:
        with torch.no_grad():
            network(torch.zeros(2, 3, side, side))
    except RuntimeError as error:
        if lacks_memory(error):
            raise
        raise SettingsError(
            f"images of {side}x{side} pixels do not go through this network: take a higher "
            "resolution, a multiple of 4"
        ) from None


def _chance(learnt: Images, scored: Images) -> float:
    commonest = np.bincount(_targets(learnt), minlength=len(learnt.classes)).argmax()
    return float(100 * np.mean(_targets(scored) == commonest))

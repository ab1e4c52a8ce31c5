"""Trains the supernet of a search, and gives the angles of what it learnt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch

from archscout.errors import SettingsError
from archscout.images._images import Images
from archscout.pipelines.unlabeled.settings import UnlabeledSettings
from archscout.spaces._blocks.supernet import Supernet
from archscout.supernets import make_supernet
from archscout.supernets._random_labels import LabelSource
from archscout.supernets.angle import Angle, make_angle
from archscout.training._footprint import check_footprint
from archscout.training._loop import train
from archscout.training._path_sampling import SupernetPaths
from archscout.training._progress import TrainProgress
from archscout.training._record import Trained
from archscout.training._weights_file import read_weights

_FIRST = 1


def fresh_supernet(settings: UnlabeledSettings, classes: int, seed: int) -> Supernet:
    """The supernet of a search with weights drawn from a seed, if its training fits."""
    for name in ("classes", "generator"):
        if name in settings.supernet_settings:
            raise SettingsError(
                f"got {name} as a setting of the supernet, which the search sets itself: leave it "
                "out (the number of random classes is a setting of the search)"
            )

    make = partial(make_supernet, settings.space, classes=classes, **settings.supernet_settings)
    check_footprint(make, 1)
    return make(generator=torch.Generator().manual_seed(seed))


@dataclass(frozen=True, eq=False)
class TrainedSupernet:
    """A trained supernet and its angles; that after one epoch is None if there was only one."""

    supernet: Supernet
    angle: Angle
    first_epoch: Angle | None
    trained: Trained


def train_supernet(
    images: Images,
    source: LabelSource,
    settings: UnlabeledSettings,
    folder: Path,
    on_progress: Callable[[TrainProgress], None] | None,
) -> TrainedSupernet:
    """Train a supernet along drawn paths, or go on where an earlier call was stopped."""
    supernet = fresh_supernet(settings, source.classes, settings.seed)
    training = settings.supernet_training
    kept: Sequence[int] = (_FIRST,) if training.epochs > _FIRST else ()
    initial = {name: value.clone() for name, value in supernet.state_dict().items()}
    trained = train(
        supernet,
        images,
        source,
        training,
        paths=SupernetPaths(supernet, settings.sampling, settings.shared),
        folder=folder,
        keep_epochs=kept,
        on_progress=on_progress,
    )
    angle = make_angle(supernet, initial, supernet.state_dict())
    first = None
    if kept:
        weights, _ = read_weights(folder / f"epoch-{_FIRST}.safetensors")
        first = make_angle(supernet, initial, weights)
    return TrainedSupernet(supernet, angle, first, trained)

"""Trains the networks of the trust check, one after the other; finished ones are kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from torch import nn

from archscout._common.run_folder import RunFolder
from archscout.errors import SettingsError
from archscout.images._images import Images
from archscout.images.augment import channel_statistics
from archscout.results.scores import ANGLE
from archscout.results.trust import TrustCheck
from archscout.spaces.base import Architecture, SearchSpace
from archscout.strategies.proxy_search import Score
from archscout.training._loop import train
from archscout.training._progress import TrainProgress
from archscout.training.evaluate import accuracy
from archscout.training.settings import TrainSettings

OnNetwork = Callable[[int, TrainProgress], None]


class TrustSettings(Protocol):
    """What a search says of its trust check: how many networks, how trained and judged."""

    @property
    def trust(self) -> int: ...
    @property
    def alone_training(self) -> TrainSettings: ...
    @property
    def validation(self) -> float: ...
    @property
    def seed(self) -> int: ...


def check_trust(
    settings: TrustSettings,
    space: SearchSpace,
    images: Images,
    scores: Mapping[str, Score],
    *,
    judged: str = ANGLE,
    sizes: Mapping[str, Any],
    folder: RunFolder,
    validation: Images | None = None,
    on_progress: OnNetwork | None = None,
) -> TrustCheck:
    """Draw architectures uniformly, train each alone, and compare its accuracy with every score.

    The check is about the score called ``judged``. Networks are judged on the validation images;
    None takes a share of the others. Progress is told with the number of the network, from 0.
    """
    training = images
    if validation is None:
        training, validation = images.split(settings.validation, settings.seed)
    archs = draw_for_trust(settings, space)
    choices = space.as_choices(archs)
    accuracies = []
    for number, arch in enumerate(archs):
        kept = folder.read(f"alone-{number}")
        if kept is None or kept["architecture"] != space.format(arch):
            report = None if on_progress is None else partial(on_progress, number)
            generator = torch.Generator().manual_seed(settings.seed)
            network = space.build(arch, generator=generator, **sizes)
            value = _train_one(
                network,
                settings.alone_training,
                training,
                validation,
                folder=folder.path / "alone" / _name(space, arch),
                on_progress=report,
            )
            kept = {"architecture": space.format(arch), "accuracy": value}
            folder.write(f"alone-{number}", kept)
        accuracies.append(float(kept["accuracy"]))
    values = {name: np.asarray(score(choices), dtype=np.float64) for name, score in scores.items()}
    texts = [space.format(arch) for arch in archs]
    epochs = settings.alone_training.epochs
    return TrustCheck(texts, np.array(accuracies), values, epochs, settings.seed, judged)


def draw_for_trust(settings: Any, space: SearchSpace) -> list[Architecture]:
    """The architectures that a search trains alone; see `draw_different` for its errors."""
    return draw_different(space, settings.trust, np.random.default_rng([settings.seed, 2]))


def draw_different(space: SearchSpace, count: int, rng: np.random.Generator) -> list[Architecture]:
    """Draw architectures uniformly, each function at most once."""
    found: dict[str, Architecture] = {}
    for arch in space.sample(rng, 1000):
        found.setdefault(space.canonical_id(arch), arch)
        if len(found) == count:
            return list(found.values())
    raise SettingsError(
        f"1,000 draws gave {len(found)} different architectures within the limits, expected "
        f"{count} for the trust check: ask for fewer networks, or wider limits"
    )


def _train_one(
    network: nn.Module,
    settings: TrainSettings,
    training: Images,
    validation: Images,
    *,
    folder: Path,
    on_progress: Callable[[TrainProgress], None] | None,
) -> float:
    """Accuracy of one network on the held-out images, in percent."""
    assert training.targets is not None
    assert validation.targets is not None
    train(network, training, training.targets, settings, folder=folder, on_progress=on_progress)
    statistics = channel_statistics(training.pixels)
    return accuracy(network, validation.pixels, validation.targets, statistics)


def _name(space: SearchSpace, arch: Architecture) -> str:
    """A name of a folder for an architecture; their texts hold signs that no name may have."""
    return "".join(c if c.isalnum() else "-" for c in space.canonical_id(arch))[:80]

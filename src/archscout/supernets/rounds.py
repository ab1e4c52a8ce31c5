"""A supernet that is trained round by round on the architectures of a search, and scores them.

Source:
    SemiNAS (Luo et al., NeurIPS 2020, arXiv 2002.10389), ImageNet: one architecture a step,
    drawn uniformly from the newest; weights and the schedule go on from round to round.
    Deviation: running statistics can be measured anew for each architecture.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from archscout.errors import StorageError
from archscout.images._images import Images
from archscout.images.augment import channel_statistics
from archscout.spaces._blocks.supernet import Supernet
from archscout.spaces.base import Architecture, SearchSpace
from archscout.supernets._registry import make_supernet
from archscout.training._footprint import check_footprint
from archscout.training._loop import train
from archscout.training._path_sampling import PoolPaths
from archscout.training._progress import OnProgress
from archscout.training._recalibrate import recalibrated
from archscout.training._record import Trained
from archscout.training.evaluate import accuracy
from archscout.training.settings import TrainSettings

_PURPOSE = 1


@dataclass(frozen=True)
class RoundPlan:
    """How a supernet is trained in rounds.

    Args:
        training: of the supernet over all rounds, on one schedule; its epochs and its seed are
            those of this plan.
        epochs: passes over the images a round.
        first: architectures of the first round.
        each: architectures of every later round.
        rounds: after the first; the supernet is trained once more often.
        pool: ``"newest"`` trains on the architectures of the round alone, as published for
            ImageNet, ``"accumulated"`` on all so far, as published for speech.
        supernet: settings of the supernet, such as ``{"channels": 16}``.
        recalibration: batches of 128 training images on which the running statistics of each
            architecture are measured before it is scored; 0 takes those of the supernet.
        seed: decides the initial weights and all that the training draws.
    """

    training: TrainSettings
    epochs: int = 3
    first: int = 20
    each: int = 20
    rounds: int = 3
    pool: str = "newest"
    supernet: Mapping[str, Any] = field(default_factory=dict)
    recalibration: int = 4
    seed: int = 0


class SupernetRounds:
    """Trains round by round, and scores architectures on held-out images.

    Args:
        space: the space, or its name.
        plan: how.
        learnt: images with classes to train on.
        held: images with classes to score on.
        folder: keeps the training.
    """

    def __init__(
        self,
        space: SearchSpace | str,
        plan: RoundPlan,
        learnt: Images,
        held: Images,
        folder: Path,
    ) -> None:
        self.space, self.plan, self.folder = space, plan, folder
        self.learnt, self.held = learnt, held
        self.statistics = channel_statistics(learnt.pixels)

    def fresh(self) -> Supernet:
        """The supernet with its initial weights."""
        classes = len(self.learnt.classes)
        make = partial(make_supernet, self.space, classes=classes, **self.plan.supernet)
        check_footprint(make, self.learnt.side)
        return make(generator=torch.Generator().manual_seed(self.plan.seed))

    def train(
        self, number: int, pool: Sequence[Architecture], on_progress: OnProgress | None
    ) -> tuple[Supernet, Trained]:
        """Train to the end of a round, from the end of the last one or from a checkpoint.

        Args:
            number: of the round, from 0.
            pool: architectures whose paths are trained.
            on_progress: see `archscout.training._loop.train`.

        Raises:
            StorageError: if the folder's weights are those of a later round.
        """
        supernet, plan = self.fresh(), self.plan
        last = (number + 1) * plan.epochs
        assert self.learnt.targets is not None
        trained = train(
            supernet,
            self.learnt,
            self.learnt.targets,
            plan.training.change(epochs=plan.epochs * (plan.rounds + 1), seed=plan.seed),
            paths=PoolPaths(supernet.paths_of(list(pool))),
            folder=self.folder,
            stop_after=last,
            about={"supernet": supernet.settings},
            on_progress=on_progress,
        )
        if len(trained.losses) > last:
            raise StorageError(
                f"{self.folder} is trained beyond round {number}, whose accuracies are damaged or "
                "missing: name another folder, or delete this one"
            )
        return supernet, trained

    def accuracies(
        self,
        supernet: Supernet,
        archs: Sequence[Architecture],
        on_scored: Callable[[int, int], None] | None = None,
    ) -> NDArray[np.float64]:
        """Supernet accuracies ``(n,)`` in percent, all on the same held-out images.

        Args:
            supernet: a trained one.
            archs: ``n`` architectures.
            on_scored: told how many are scored, and of how many.
        """
        assert self.held.targets is not None
        found = []
        for number, path in enumerate(supernet.paths_of(list(archs))):
            if on_scored is not None:
                on_scored(number, len(archs))
            with self._recalibrated(supernet, path):
                found.append(
                    accuracy(supernet, self.held.pixels, self.held.targets, self.statistics, path)
                )
        return np.array(found)

    def _recalibrated(self, supernet: Supernet, path: NDArray[np.int8]) -> Any:
        if not self.plan.recalibration:
            return nullcontext()
        # A generator of its own: every architecture sees the same images.
        rng = np.random.default_rng([self.plan.seed, _PURPOSE])
        batches = self.plan.recalibration
        return recalibrated(
            supernet, self.learnt.pixels, self.statistics, rng, path, batches=batches
        )

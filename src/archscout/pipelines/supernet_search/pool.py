"""The supernet of a search: trained on the pool of each round, and asked for accuracies.

Source:
    SemiNAS (Luo et al., NeurIPS 2020, arXiv 2002.10389), ImageNet: one architecture a step,
    drawn uniformly from the newest; weights and the schedule go on from round to round.
    Deviation: running statistics can be measured anew for each architecture.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from archscout.errors import StorageError
from archscout.images.augment import channel_statistics
from archscout.images.images import Images
from archscout.pipelines.supernet_search.settings import SupernetSearchSettings
from archscout.spaces._blocks.supernet import Supernet
from archscout.spaces.base import Architecture
from archscout.supernets import make_supernet
from archscout.training.evaluate import accuracy
from archscout.training.footprint import check_footprint
from archscout.training.loop import train
from archscout.training.path_sampling import PoolPaths
from archscout.training.progress import OnProgress
from archscout.training.recalibrate import recalibrated
from archscout.training.record import Trained

_PURPOSE = 1


class PoolSupernet:
    """Trains round by round, and scores architectures on held-out images.

    Args:
        settings: of the search.
        learnt: images with labels to train on.
        held: images with labels to score on.
        folder: keeps the training.
    """

    def __init__(
        self, settings: SupernetSearchSettings, learnt: Images, held: Images, folder: Path
    ) -> None:
        self.settings, self.learnt, self.held, self.folder = settings, learnt, held, folder
        self.statistics = channel_statistics(learnt.pixels)

    def fresh(self) -> Supernet:
        """The supernet with its initial weights."""

        def make(generator: torch.Generator | None = None) -> Supernet:
            return make_supernet(
                self.settings.space,
                generator=generator,
                classes=len(self.learnt.classes),
                **self.settings.supernet_settings,
            )

        check_footprint(make, self.learnt.side)
        return make(torch.Generator().manual_seed(self.settings.seed))

    def train(
        self, number: int, pool: Sequence[Architecture], on_progress: OnProgress | None
    ) -> tuple[Supernet, Trained]:
        """Train to the end of a round, from the end of the last one or from a checkpoint.

        Args:
            number: of the round, from 0.
            pool: architectures whose paths are trained.
            on_progress: see `archscout.training.loop.train`.

        Raises:
            StorageError: if the folder's weights are those of a later round.
        """
        supernet = self.fresh()
        last = (number + 1) * self.settings.round_epochs(len(self.learnt))
        assert self.learnt.labels is not None
        trained = train(
            supernet,
            self.learnt,
            self.learnt.labels,
            self.settings.supernet_training(len(self.learnt)),
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
        assert self.held.labels is not None
        found = []
        for number, path in enumerate(supernet.paths_of(list(archs))):
            if on_scored is not None:
                on_scored(number, len(archs))
            with self._recalibrated(supernet, path):
                found.append(
                    accuracy(supernet, self.held.pixels, self.held.labels, self.statistics, path)
                )
        return np.array(found)

    def _recalibrated(self, supernet: Supernet, path: NDArray[np.int8]) -> Any:
        if not self.settings.recalibration:
            return nullcontext()
        # A generator of its own: every architecture sees the same images.
        rng = np.random.default_rng([self.settings.seed, _PURPOSE])
        batches = self.settings.recalibration
        return recalibrated(
            supernet, self.learnt.pixels, self.statistics, rng, path, batches=batches
        )

"""Which architectures each round adds: random ones first, then what SemiNAS proposes.

Proposals are kept in the folder. After a kill the strategy asks and hears again what it asked
and heard, so that it goes on as if it had never stopped; that happens only when it is needed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from archscout._common.parts_folder import PartsFolder
from archscout.pipelines.supernet_search.settings import SupernetSearchSettings
from archscout.spaces.base import Architecture, SearchSpace
from archscout.strategies.predictor_guided import PredictorGuided
from archscout.strategies.seminas import seminas

_PURPOSE = 0


class Proposals:
    """Proposes architectures round by round and learns from the newest accuracies of all.

    Args:
        space: the space, with its limits.
        settings: of the search.
        folder: keeps what was proposed.
    """

    def __init__(
        self, space: SearchSpace, settings: SupernetSearchSettings, folder: PartsFolder
    ) -> None:
        self.space, self.settings, self.folder = space, settings, folder
        self._told: list[tuple[list[Architecture], NDArray[np.float64]]] = []
        self._strategy: PredictorGuided | None = None
        self._asked = self._heard = 0

    def next(self, number: int) -> list[Architecture]:
        """The architectures of a round, all new; none if the space is used up."""
        kept = self.folder.read(f"proposed-{number}")
        if kept is None:
            strategy = self._caught_up()
            fresh = self._ask(strategy)
            rows = [
                {"architecture": self.space.format(arch), **strategy.notes(arch)} for arch in fresh
            ]
            kept = {"proposed": rows}, ""
            self.folder.write(f"proposed-{number}", kept[0])
        return [self.space.parse(row["architecture"]) for row in kept[0]["proposed"]]

    def tell(self, archs: list[Architecture], accuracies: NDArray[np.float64]) -> None:
        """Report the newest accuracies of all architectures; they replace the older ones."""
        self._told.append((list(archs), accuracies))

    def notes(self, rounds: int) -> list[dict[str, Any]]:
        """What the strategy noted of every architecture of so many rounds."""
        parts = [self.folder.read(f"proposed-{number}") for number in range(rounds)]
        return [row for part in parts if part is not None for row in part[0]["proposed"]]

    def _caught_up(self) -> PredictorGuided:
        if self._strategy is None:
            self._strategy = self._make()
        for number, (archs, accuracies) in enumerate(self._told):
            if self._asked == number:
                self._ask(self._strategy)
            if self._heard == number:
                self._strategy.tell(archs, list(map(float, accuracies)))
                self._heard += 1
        return self._strategy

    def _ask(self, strategy: PredictorGuided) -> list[Architecture]:
        wanted = self.settings.each if self._asked else self.settings.first
        self._asked += 1
        return strategy.ask(wanted)

    def _make(self) -> PredictorGuided:
        return seminas(
            self.space,
            np.random.default_rng([self.settings.seed, _PURPOSE]),
            preset=self.settings.strategy,
            semi_supervised=self.settings.semi_supervised,
            first=self.settings.first,
            each=self.settings.each,
            share=0.0,
            unlabelled=self.settings.unlabelled,
            best_seeds=self.settings.best_seeds,
        )

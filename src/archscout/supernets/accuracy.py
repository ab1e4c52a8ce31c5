"""Supernet accuracy as an objective: labels for the price of one training.

Weights move from round to round, so that accuracies of different rounds do not compare. What is
bought, once for each architecture, is its accuracy by the weights of its own round: that is its
label. In every later round the newer weights score all earlier architectures anew, as published.
These renewed values are no labels: the strategy hears them in place of the older ones, and they
are kept beside the labels, with their number.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archscout._common.own_state import own_state
from archscout._common.plain import plain
from archscout._common.run_folder import RunFolder
from archscout.errors import SettingsError
from archscout.images._images import Images
from archscout.objectives._objective import Measurement, Objective
from archscout.spaces.base import Architecture, SearchSpace
from archscout.supernets.round import Round
from archscout.supernets.rounds import RoundPlan, SupernetRounds
from archscout.training._stages import OnStage, StageClock


class SupernetAccuracy(Objective):
    """Accuracy of architectures with the weights of one supernet, in percent on held-out images.

    Args:
        space: the space, with limits or without.
        learnt: images with classes that the supernet is trained on.
        held: images of the same classes that score architectures.
        plan: the rounds, and how the supernet is trained in them.
        folder: keeps weights and accuracies; the same objective goes on there after a kill.
        on_stage: told what is under way; or the clock that takes its time.

    Attributes:
        archs: all architectures so far, in the order of their rounds.
        ended: the rounds so far; the last one's accuracies are those by the newest weights.

    Raises:
        SettingsError: if images have no classes.
        StorageError: if the folder holds accuracies of another supernet.

    Examples:
        >>> import tempfile
        >>> from dataclasses import replace
        >>> from archscout import search
        >>> from archscout.images import load_images
        >>> from archscout.spaces import load_space
        >>> from archscout.training import TrainSettings
        >>> pixels = np.random.default_rng(0).integers(0, 256, (24, 8, 8, 3), dtype=np.uint8)
        >>> images = replace(load_images(pixels, resolution=8), targets=np.arange(24) % 2,
        ...                  classes=("cat", "dog"))
        >>> learnt, held = images.split(0.5, 0)
        >>> plan = RoundPlan(TrainSettings(batch=4), epochs=1, first=3, each=2, rounds=1,
        ...                  supernet={"channels": 4})
        >>> space = load_space("nasbench-macro")
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     objective = SupernetAccuracy(space, learnt, held, plan, folder)
        ...     result = search(space, objective, "random", labels=5)
        >>> len(result.labels), [len(part.accuracies) for part in objective.ended]
        (5, [3, 5])
    """

    name, unit = "supernet accuracy", "percent"

    def __init__(
        self,
        space: SearchSpace,
        learnt: Images,
        held: Images,
        plan: RoundPlan,
        folder: str | Path,
        *,
        on_stage: OnStage | StageClock | None = None,
    ) -> None:
        for images in (learnt, held):
            if images.targets is None:
                raise SettingsError(
                    "got images without classes, expected some with classes to train a supernet on "
                    "and to score architectures with"
                )
        self.space: SearchSpace = space
        self.plan, self.rounds = plan, self
        self._identity = _identity(learnt, held, plan)
        self._folder = RunFolder(folder, self._identity, "supernet")
        self._clock = on_stage if isinstance(on_stage, StageClock) else StageClock(on_stage)
        self._supernet = SupernetRounds(space, plan, learnt, held, self._folder.path)
        self._scores: dict[Architecture, tuple[float, float]] = {}
        self._pool: list[Architecture] = []
        self.archs: list[Architecture] = []
        self.ended: list[Round] = []

    def identity(self) -> Mapping[str, Any]:
        """Plan and images: what all weights depend on."""
        return {"supernet": self._identity}

    def size(self, bought: int) -> int:
        """Architectures of the next round; 0 once all rounds are over."""
        if len(self.ended) > self.plan.rounds:
            return 0
        return self.plan.each if self.ended else self.plan.first

    @own_state(one_thread=False)
    def begin(self, archs: Sequence[Architecture]) -> dict[Architecture, float]:
        """Train on the new architectures, and score these and all earlier ones.

        Args:
            archs: ``n`` new ones.

        Returns:
            The newer accuracies of the earlier ones, in percent.

        Raises:
            StorageError: if the folder cannot be written, or its weights are of a later round.
            TrainingError: if the loss is no finite number.
        """
        older, number = list(self.archs), len(self.ended)
        self.archs += archs
        self._pool = list(archs) if self.plan.pool == "newest" else list(self.archs)
        ended = self._kept(number) or self._run(number, len(archs))
        self.ended.append(ended)
        values = ended.accuracies.tolist()
        price = ended.seconds / len(archs)
        fresh = zip(archs, values[len(older) :], strict=True)
        self._scores.update((arch, (value, price)) for arch, value in fresh)
        self._clock.start(f"round {number + 1}, proposing")
        return dict(zip(older, values, strict=False))

    def measure(self, arch: Architecture, rng: np.random.Generator) -> Measurement:
        """The accuracy by the weights of the architecture's round, and its share of the time.

        Raises:
            SettingsError: if it was in no round.
        """
        if arch not in self._scores:
            raise SettingsError(
                f"{self.space.format(arch)!r} was in no round of the supernet: search with this "
                "objective, or begin() a round with it"
            )
        return Measurement(*self._scores[arch])

    @own_state(one_thread=False)
    def newest(self, archs: Sequence[Architecture]) -> NDArray[np.float64]:
        """Accuracies ``(n,)`` of any architectures by the newest weights, in percent."""
        weights, _ = self._supernet.train(len(self.ended) - 1, self._pool, None)
        return self._supernet.accuracies(weights, archs)

    # --- inside -------------------------------------------------------------------------------
    def _run(self, number: int, proposed: int) -> Round:
        started = time.perf_counter()
        training = self._clock.start(f"round {number}")
        weights, trained = self._supernet.train(number, self._pool, training)
        self._clock.start(f"round {number}, scoring")
        scored = self._supernet.accuracies(
            weights,
            self.archs,
            lambda done, total: self._clock.tell(f"round {number}, scored {done} of {total}"),
        )
        ended = Round(
            number,
            proposed,
            len(self._pool),
            scored,
            trained.losses[-1],
            trained.updates,
            time.perf_counter() - started,
        )
        texts = [self.space.format(arch) for arch in self.archs]
        self._folder.write(f"scored-{number}", {**vars(ended), "architectures": texts})
        return ended

    def _kept(self, number: int) -> Round | None:
        """A finished round; None if it has to be run."""
        kept = self._folder.read(f"scored-{number}")
        texts = [self.space.format(arch) for arch in self.archs]
        if kept is None or kept.pop("architectures", None) != texts:
            return None
        return Round(**{**kept, "accuracies": np.array(kept["accuracies"], np.float64)})


def _identity(learnt: Images, held: Images, plan: RoundPlan) -> dict[str, Any]:
    described: dict[str, Any] = plain(
        {**asdict(plan), "images": [learnt.side, *learnt.checksum()], "held": held.checksum()}
    )
    return described

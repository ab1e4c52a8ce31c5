"""Where a training stands, and when that is written down."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from archscout.errors import TrainingError
from archscout.training._checkpoints import Checkpoint, TrainingFolder, checksum
from archscout.training._optimizer import momenta
from archscout.training._progress import Speed, TrainProgress
from archscout.training.settings import TrainSettings

CHECKPOINT_SECONDS = 30.0
_PROGRESS_SECONDS = 0.5
# No name of a weight has a colon.
_MOMENTUM = "momentum:"


@dataclass
class TrainingState:
    """The step that comes next, and the losses so far.

    Epoch and step are counted from 0. ``loss`` sums the losses of this epoch's steps, ``losses``
    holds the mean of every epoch that has ended. ``finished`` says whether all had ended before.
    """

    epoch: int = 0
    step: int = 0
    loss: Tensor = field(default_factory=lambda: torch.zeros(()))
    losses: list[float] = field(default_factory=list)
    updates: int = 0
    finished: bool = False

    def end_epoch(self, steps: int) -> None:
        """Go to the start of the next epoch."""
        self.losses.append(self.loss.item() / steps)
        self.updates += steps
        self.epoch, self.step = self.epoch + 1, 0
        self.loss = torch.zeros_like(self.loss)

    def progress(self, epochs: int, steps: int, rate: float, speed: Speed) -> TrainProgress:
        """What to tell the user after a step."""
        left = (epochs - self.epoch) * steps - self.step
        return TrainProgress(
            epoch=self.epoch + 1,
            epochs=epochs,
            step=self.step,
            steps=steps,
            loss=self.loss.item() / self.step,
            learning_rate=rate,
            images_per_second=speed.images_per_second,
            seconds_left=speed.seconds_for(left),
        )


@dataclass(frozen=True)
class Trained:
    """What came of a training.

    Args:
        losses: mean loss of every epoch, ``epochs`` numbers.
        updates: steps in all, those before a kill included.
        precision: ``"float32"`` or ``"bfloat16"``.
        images_per_second: of this call; each path of a round counts.
        seconds: of this call.
        resumed: epochs that had ended before this call.
        finished: whether all epochs have ended.
    """

    losses: tuple[float, ...]
    updates: int
    precision: str
    images_per_second: float
    seconds: float
    resumed: int
    finished: bool


class Record:
    """Reads and writes where a training stands; without a folder it keeps nothing."""

    def __init__(
        self,
        folder: str | Path | None,
        network: nn.Module,
        optimizer: torch.optim.SGD,
        *,
        settings: TrainSettings,
        facts: Mapping[str, Any],
        checkpoint_seconds: float,
    ) -> None:
        self.network, self.optimizer = network, optimizer
        self.precision = facts["precision"]
        self.checkpoint_seconds = checkpoint_seconds
        self.resumed = 0
        self._told = self._kept = time.monotonic()
        self.folder = None
        if folder is not None:
            identity = {**dataclasses.asdict(settings), **facts}
            # One thread or two: the weights are those of the same training.
            del identity["threads"]
            identity["initial_weights"] = checksum(network.state_dict())
            self.folder = TrainingFolder(folder, identity)

    def resume(self) -> TrainingState:
        """Load what the folder holds into network and optimiser; at first, the initial weights."""
        device = next(self.network.parameters()).device
        state = TrainingState(loss=torch.zeros((), device=device))
        if self.folder is None:
            return state
        self.folder.begin(self.network.state_dict())
        final = self.folder.finished()
        found = final or self.folder.latest()
        if found is None:
            return state
        tensors = self._tensors()
        for name, value in found.tensors.items():
            # Copied, not replaced: the memory format has to stay, for equal rounding.
            tensors[name].copy_(value)
        state.epoch, state.step = found.facts["epoch"], found.facts["step"]
        state.losses, state.updates = list(found.facts["losses"]), found.facts["updates"]
        state.loss.fill_(found.facts["loss"])
        state.finished = final is not None
        self.resumed = state.epoch
        return state

    def due(self, epoch_ends: bool) -> bool:
        """Whether it is time to tell or to write something."""
        now = time.monotonic()
        if not epoch_ends and now - self._told < min(_PROGRESS_SECONDS, self.checkpoint_seconds):
            return False
        self._told = now
        return True

    def keep_if_due(self, state: TrainingState) -> None:
        """Write a checkpoint if the last one is old enough."""
        if self.folder is not None and time.monotonic() - self._kept >= self.checkpoint_seconds:
            self.keep(state)

    def keep(self, state: TrainingState) -> None:
        """Write a checkpoint."""
        if self.folder is not None:
            self.folder.keep(Checkpoint(self._tensors(), _facts(state)))
            self._kept = time.monotonic()

    def keep_weights(self, epoch: int) -> None:
        """Keep the weights after an epoch, counted from 1."""
        if self.folder is not None:
            self.folder.keep_weights(f"epoch-{epoch}", self.network.state_dict())

    def end(self, state: TrainingState, speed: Speed, finished: bool) -> Trained:
        """Write the final weights, or a checkpoint if epochs are left."""
        self._check_weights()
        if self.folder is not None and not state.finished:
            if finished:
                self.folder.finish(Checkpoint(self.network.state_dict(), _facts(state)))
            else:
                self.keep(state)
        return Trained(
            tuple(state.losses),
            state.updates,
            self.precision,
            speed.images_per_second,
            speed.seconds,
            self.resumed,
            finished,
        )

    def _tensors(self) -> dict[str, Tensor]:
        moved = momenta(self.network, self.optimizer)
        return {
            **self.network.state_dict(),
            **{_MOMENTUM + name: value for name, value in moved.items()},
        }

    def _check_weights(self) -> None:
        """The last update comes after the last loss, so the weights themselves are looked at."""
        if not all(bool(weight.isfinite().all()) for weight in self.network.parameters()):
            raise TrainingError(
                "the last update left weights that are not finite: take a lower learning rate, "
                "or clip the gradients"
            )


def _facts(state: TrainingState) -> dict[str, Any]:
    return {
        "epoch": state.epoch,
        "step": state.step,
        "loss": state.loss.item(),
        "losses": state.losses,
        "updates": state.updates,
    }

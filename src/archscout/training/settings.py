"""All that decides how a supernet or a single network is trained.

Source: section and table of each published setting are in `archscout.training.presets`.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any, Literal

from archscout.errors import SettingsError, unknown_name

SCHEDULES = ("cosine", "linear", "step")
PRECISIONS = ("auto", "float32", "bfloat16")

MOST = 2**31 - 1
"""Largest whole number of a setting; beyond it no machine counts epochs or images."""

# The library of threads ends the process where it cannot make them.
_MOST_THREADS = 1024
LARGEST_SEED = 2**63 - 1
"""What a generator of PyTorch takes."""


@dataclass(frozen=True)
class TrainSettings:
    """Settings of the training loop. The optimiser is stochastic gradient descent.

    Args:
        epochs: passes over the images.
        batch: most images of a step; the batches of an epoch are as equal as can be.
        learning_rate: at the start.
        final_learning_rate: at the end of a ``"cosine"`` or ``"linear"`` schedule.
        schedule: ``"cosine"`` and ``"linear"`` change the learning rate every step, ``"step"``
            multiplies it by `step_factor` after every epoch.
        step_factor: see ``schedule``; above 0, at most 1.
        warmup_epochs: epochs in which the learning rate rises linearly from zero.
        momentum: from 0 to below 1.
        nesterov: whether the momentum is Nesterov's.
        weight_decay: factor of the squared weights in the loss, halved; 0 for none.
        decay_all: whether weights of one dimension, those of norms and biases, decay too.
        label_smoothing: share of the target given to all classes alike, from 0 to below 1.
        clip_norm: greatest norm of all gradients together; None does not clip.
        clip_value: greatest absolute value of a gradient; None does not clip.
        crop: pixels of padding for random crops, 0 for none; None takes an eighth of the side.
        flip: whether images are mirrored at random.
        precision: of the networks' arithmetic. ``"bfloat16"`` keeps weights and their updates in
            float32; ``"auto"`` takes it where the machine and the network gain from it.
        seed: decides the order of images, the paths and the augmentation.
        threads: threads of PyTorch. Results repeat exactly with one.

    Raises:
        SettingsError: if a value is out of range, or two contradict each other.
        UnknownNameError: if there is no such schedule or precision.

    Examples:
        >>> TrainSettings(epochs=3).change(batch=32).batch
        32
    """

    epochs: int = 20
    batch: int = 64
    learning_rate: float = 0.025
    final_learning_rate: float = 0.001
    schedule: Literal["cosine", "linear", "step"] = "cosine"
    step_factor: float = 1.0
    warmup_epochs: int = 0
    momentum: float = 0.9
    nesterov: bool = True
    weight_decay: float = 5e-4
    decay_all: bool = True
    label_smoothing: float = 0.0
    clip_norm: float | None = None
    clip_value: float | None = None
    crop: int | None = None
    flip: bool = True
    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    seed: int = 0
    threads: int = 1

    def __post_init__(self) -> None:
        for name, least in {
            "epochs": 1,
            "batch": 1,
            "warmup_epochs": 0,
            "seed": 0,
            "threads": 1,
        }.items():
            self._whole(name, least)
        if self.crop is not None:
            self._whole("crop", 0)
        self._number("learning_rate", 0, math.inf, above=True)
        self._number("final_learning_rate", 0, math.inf)
        self._number("step_factor", 0, 1, above=True)
        self._number("momentum", 0, 1, below=True)
        self._number("weight_decay", 0, math.inf)
        self._number("label_smoothing", 0, 1, below=True)
        for name in ("clip_norm", "clip_value"):
            if getattr(self, name) is not None:
                self._number(name, 0, math.inf, above=True)
        if self.clip_norm is not None and self.clip_value is not None:
            raise SettingsError("got both clip_norm and clip_value, expected at most one of them")
        if self.nesterov and not self.momentum:
            raise SettingsError("got nesterov without momentum: set nesterov=False, or a momentum")
        if self.warmup_epochs >= self.epochs:
            raise SettingsError(
                f"got {self.warmup_epochs} warm-up epochs of {self.epochs}, expected fewer than all"
            )
        for kind, value, known in (
            ("schedule", self.schedule, SCHEDULES),
            ("precision", self.precision, PRECISIONS),
        ):
            if value not in known:
                raise unknown_name(kind, str(value), known)

    def change(self, **settings: Any) -> TrainSettings:
        """These settings with some of them changed; raises `UnknownNameError` for other names."""
        known = [field.name for field in dataclasses.fields(self)]
        for name in settings:
            if name not in known:
                raise unknown_name("setting of training", name, known)
        return dataclasses.replace(self, **settings)

    def _whole(self, name: str, least: int) -> None:
        value = getattr(self, name)
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise SettingsError(f"got {name}={value!r}, expected a whole number from {least}")
        most = {"seed": LARGEST_SEED, "threads": _MOST_THREADS}.get(name, MOST)
        if value > most:
            raise SettingsError(f"got {name}={value!r}, expected at most {most:,}")

    def _number(
        self, name: str, least: float, most: float, *, above: bool = False, below: bool = False
    ) -> None:
        value = getattr(self, name)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        good = number and math.isfinite(value) and least <= value <= most
        if not good or (above and value == least) or (below and value == most):
            start = f"above {least}" if above else f"from {least}"
            end = "" if most == math.inf else f" to {'below ' if below else ''}{most}"
            raise SettingsError(f"got {name}={value!r}, expected a number {start}{end}")

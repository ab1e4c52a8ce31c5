"""All that decides how a supernet or a single network is trained.

Source: section and table of each published setting are in `archscout.training._presets`.
"""

from __future__ import annotations

import dataclasses
from typing import Annotated, Any, Literal

from pydantic import Field

from archscout._common.settings import Flag, Number, Whole, settings
from archscout.errors import SettingsError, unknown_name

MOST = 2**31 - 1
"""Largest whole number of a setting; beyond it no machine counts epochs or images."""

LARGEST_SEED = 2**63 - 1
"""What a generator of PyTorch takes."""


@settings
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

    epochs: Annotated[Whole, Field(ge=1, le=MOST)] = 20
    batch: Annotated[Whole, Field(ge=1, le=MOST)] = 64
    learning_rate: Annotated[Number, Field(gt=0)] = 0.025
    final_learning_rate: Annotated[Number, Field(ge=0)] = 0.001
    schedule: Literal["cosine", "linear", "step"] = "cosine"
    step_factor: Annotated[Number, Field(gt=0, le=1)] = 1.0
    warmup_epochs: Annotated[Whole, Field(ge=0, le=MOST)] = 0
    momentum: Annotated[Number, Field(ge=0, lt=1)] = 0.9
    nesterov: Flag = True
    weight_decay: Annotated[Number, Field(ge=0)] = 5e-4
    decay_all: Flag = True
    label_smoothing: Annotated[Number, Field(ge=0, lt=1)] = 0.0
    clip_norm: Annotated[Number, Field(gt=0)] | None = None
    clip_value: Annotated[Number, Field(gt=0)] | None = None
    crop: Annotated[Whole, Field(ge=0, le=MOST)] | None = None
    flip: Flag = True
    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    seed: Annotated[Whole, Field(ge=0, le=LARGEST_SEED)] = 0
    # The library of threads ends the process where it cannot make them.
    threads: Annotated[Whole, Field(ge=1, le=1024)] = 1

    def __post_init__(self) -> None:
        if self.clip_norm is not None and self.clip_value is not None:
            raise SettingsError("got both clip_norm and clip_value, expected at most one of them")
        if self.nesterov and not self.momentum:
            raise SettingsError("got nesterov without momentum: set nesterov=False, or a momentum")
        if self.warmup_epochs >= self.epochs:
            raise SettingsError(
                f"got {self.warmup_epochs} warm-up epochs of {self.epochs}, expected fewer than all"
            )

    def change(self, **changes: Any) -> TrainSettings:
        """These settings with some of them changed; raises `UnknownNameError` for other names."""
        known = [field.name for field in dataclasses.fields(self)]
        for name in changes:
            if name not in known:
                raise unknown_name("setting of training", name, known)
        return dataclasses.replace(self, **changes)

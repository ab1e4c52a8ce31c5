"""What a search without labels is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Annotated, Any, Literal

from pydantic import Field, InstanceOf

from archscout._common.settings import Flag, Number, Whole, settings
from archscout.pipelines.unlabeled._searched import check_space
from archscout.spaces import plugin_of
from archscout.spaces.limits._limit import Limit
from archscout.training._presets import PRESETS, reduced_training
from archscout.training.settings import TrainSettings


@settings
class UnlabeledSettings:
    """Settings of a search without labels; the defaults fit a laptop.

    Args:
        space: a space with a supernet and a vector of weights, by name.
        supernet: settings of the supernet, such as ``{"channels": 16, "cells": 5}``; those not
            given are the reduced ones of the space.
        kind: of labels: ``"random"``, ``"redrawn"`` every epoch, ``"true"`` or ``"shuffled"``.
        classes: how many random classes; None takes the number of true ones, or 10.
        sampling: of paths, ``"uniform"`` or ``"fair"``.
        shared: whether all cells of a step have the same operations; None does as published.
        training: of the supernet; None takes the reduced preset of the space.
        limits: on the networks, counted in the supernet's size.
        true_labels: whether to train a second supernet on true labels, where there are any, as
            one more null; it takes as long as the first.
        trust: networks trained alone for the trust check, where there are labels; 0 for none,
            else 4 or more. Fewer than 5 cannot show that the order is more than chance.
        trust_training: of those networks; None takes that of the supernet with a higher rate.
        validation: share of the images with classes that the trust check holds out.
        compared: architectures on which the angle and its nulls are compared, where the space
            cannot be listed.
        seed: decides all that is random.
        proxies: scores to compare with the angle beside its nulls, by name or place.

    Raises:
        UnknownNameError: if there is no such space or kind.
        SettingsError: if a number is out of range.

    Examples:
        >>> UnlabeledSettings("nasbench201").supernet_settings
        {'channels': 8, 'cells': 1}
    """

    space: str = "nasbench201"
    supernet: Mapping[str, Any] = field(default_factory=dict)
    kind: str = "random"
    classes: Whole | None = None
    sampling: str = "uniform"
    shared: Flag | None = None
    training: TrainSettings | None = None
    limits: Annotated[tuple[InstanceOf[Limit], ...], Field(strict=False)] = ()
    true_labels: Flag = True
    trust: Literal[0] | Annotated[Whole, Field(ge=4, description="0 for no trust check")] = 8
    trust_training: TrainSettings | None = None
    validation: Annotated[Number, Field(gt=0, lt=1)] = 0.2
    compared: Annotated[Whole, Field(ge=10)] = 1000
    seed: Annotated[Whole, Field(ge=0)] = 0
    proxies: Annotated[tuple[str, ...], Field(strict=False)] = ()

    def __post_init__(self) -> None:
        check_space(self.space, "unlabeled")

    @property
    def supernet_settings(self) -> dict[str, Any]:
        """Settings of the supernet, the reduced ones where nothing else is said."""
        return {**plugin_of(self.space).reduced, **self.supernet}

    @property
    def supernet_training(self) -> TrainSettings:
        """How the supernet is trained."""
        return (self.training or reduced_training(self.space)).change(seed=self.seed)

    @property
    def alone_training(self) -> TrainSettings:
        """How the networks of the trust check are trained: as long, at the rate of one network."""
        if self.trust_training is not None:
            return self.trust_training
        base, supernet = PRESETS["alone"], self.supernet_training
        return base.change(epochs=supernet.epochs, batch=supernet.batch, seed=self.seed)

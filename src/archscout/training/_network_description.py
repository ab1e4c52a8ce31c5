"""What a network is and where it comes from, in plain values."""

from __future__ import annotations

import dataclasses
import inspect
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archscout._common.plain import plain
from archscout.errors import SettingsError, unknown_name
from archscout.spaces import SearchSpace, plugin_of, recorded_space

if TYPE_CHECKING:
    import torch

NETWORK = "network.json"
_NOT_SETTINGS = ("arch", "generator")


@dataclass(frozen=True)
class SavedNetwork:
    """What a network is and where it comes from; all that is not known stays as it is here.

    Args:
        space: name of the search space, or the place of its class as
            `archscout.spaces.place_of` gives it.
        architecture: its text in that space.
        settings: arguments of the space's ``build``, such as ``{"classes": 10}``.
        weights: name of the file with the weights, beside ``network.json``; None for none.
        fingerprint: SHA-256 of that file; empty if it is not known.
        images: which images it was trained on.
        mean: one number a channel that was subtracted from pixels scaled to 0..1.
        std: one number a channel by which the result was divided.
        resolution: height and width of the images, in pixels.
        class_names: names of the classes in the order of the outputs.
        training: how it was trained, in words.
        accuracy: on images that it was not trained on, in percent, 0..100.
        version: version of archscout that made it.
        seed: the seed of its training.
        date: when it was trained, such as ``"2026-01-31"``.

    Raises:
        SettingsError: if a value has another type, or they contradict each other.

    Examples:
        >>> SavedNetwork("nasbench201", "334131", {"channels": 4, "cells": 1}).settings
        {'channels': 4, 'cells': 1}
    """

    space: str
    architecture: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    weights: str | None = None
    fingerprint: str = ""
    images: str = ""
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    resolution: int | None = None
    class_names: tuple[str, ...] = ()
    training: str = ""
    accuracy: float | None = None
    version: str = ""
    seed: int | None = None
    date: str = ""

    def __post_init__(self) -> None:
        texts = ("space", "architecture", "fingerprint", "images", "training", "version", "date")
        for name in texts:
            self._check(name, isinstance(getattr(self, name), str), "a text")
        self._check("settings", isinstance(self.settings, Mapping), "names and values")
        pixels = self.resolution is None or (_is_whole(self.resolution) and self.resolution > 0)
        self._check("resolution", pixels, "a whole number of pixels")
        self._check("seed", self.seed is None or _is_whole(self.seed), "a whole number")
        percent = self.accuracy is None or (_is_number(self.accuracy) and 0 <= self.accuracy <= 100)
        self._check("accuracy", percent, "percent from 0 to 100")
        for name in ("mean", "std", "class_names"):
            self._check(name, isinstance(getattr(self, name), list | tuple), "a list")
        for name in ("mean", "std"):
            numbers = getattr(self, name)
            self._check(name, all(map(_is_number, numbers)), "a list of numbers")
            self._check(name, len(numbers) in (0, 1, 3), "one number, or three, one a channel")
        self._check("std", all(value > 0 for value in self.std), "numbers above zero")
        self._check("std", len(self.std) == len(self.mean), "as many numbers as mean has")
        named = all(isinstance(name, str) for name in self.class_names)
        self._check("class_names", named, "a list of texts")
        classes = self.settings.get("classes")
        if self.class_names and _is_whole(classes):
            fits = len(self.class_names) == classes
            self._check("class_names", fits, f"{classes} names, one an output of the network")
        if self.weights is not None:
            self._check("weights", _is_file_name(self.weights), "a name of a file, no path")
        values = {key: _plain_setting(value) for key, value in self.settings.items()}
        object.__setattr__(self, "settings", plain(values))
        for name in ("mean", "std"):
            object.__setattr__(self, name, tuple(map(float, getattr(self, name))))
        object.__setattr__(self, "class_names", tuple(self.class_names))

    def _check(self, name: str, good: bool, expected: str) -> None:
        if not good:
            came = repr(getattr(self, name))
            came = came if len(came) <= 80 else came[:77] + "..."
            raise SettingsError(f"got {name}={came} of a network, expected {expected}")


def make_network(saved: SavedNetwork, generator: torch.Generator | None = None) -> torch.nn.Module:
    """Build the network without its trained weights.

    Args:
        saved: what it is.
        generator: draws the initial weights; None leaves them to PyTorch's own state.

    Raises:
        ArchscoutError: if there is no such space, architecture or setting.

    Examples:
        >>> saved = SavedNetwork("nasbench201", "334131", {"channels": 4, "cells": 1})
        >>> make_network(saved).classifier
        Linear(in_features=16, out_features=10, bias=True)
    """
    space = recorded_space(saved.space)
    settings = network_settings(space, saved.settings)
    return space.build(space.parse(saved.architecture), generator=generator, **settings)


def network_settings(space: SearchSpace, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Make arguments of the space's ``build`` from plain values."""
    arguments = inspect.signature(space.build).parameters
    known = [name for name in arguments if name not in _NOT_SETTINGS]
    for name in settings:
        if name not in known:
            raise unknown_name(f"setting of networks of space {space.name}", str(name), known)
    return plugin_of(space).typed(settings)


def _plain_setting(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    return value


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return _is_whole(value) or (isinstance(value, float) and math.isfinite(value))


def _is_file_name(name: Any) -> bool:
    """Whether it names a file of the same folder on any system, and not a hidden one."""
    return (
        isinstance(name, str)
        and bool(name)
        and name == Path(name).name
        and not name.startswith(".")
        and not set(name) & set('/\\:\0"')
        and name != NETWORK
    )

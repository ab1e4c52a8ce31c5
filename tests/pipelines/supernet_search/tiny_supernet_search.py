"""Images, settings and predictors small enough for searches on a supernet that take seconds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from archscout.images import Images, load_images
from archscout.pipelines.supernet_search import SupernetSearchSettings
from archscout.predictors._parts.presets import PRESETS, Preset
from archscout.spaces.limits._limit import Limit
from archscout.training.settings import TrainSettings

QUICK = TrainSettings(epochs=1, batch=32, learning_rate=0.05, precision="float32")
WIDTHS = {"stem": 4, "first": 4, "stages": [4, 4, 4, 4, 4, 4], "last": 8}
SUPERNETS: dict[str, dict[str, Any]] = {
    "mobilenet": {"widths": WIDTHS},
    "nasbench-macro": {"channels": 4},
    "nasbench201": {"channels": 4, "cells": 1},
}
# Two in five networks of this size keep it.
LIMITS = {"nasbench-macro": Limit("macs", most=115e3)}


def make_images(count: int = 96, side: int = 8, seed: int = 0, labelled: bool = True) -> Images:
    """Noise in which the class shifts the colour, so that there is something to learn."""
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % 3
    pixels = rng.integers(0, 160, (count, side, side, 3))
    pixels[np.arange(count), :, :, labels] += 60
    images = load_images(pixels.astype(np.uint8), resolution=side)
    if not labelled:
        return images
    return Images(
        images.pixels,
        images.names,
        images.fingerprints,
        labels.astype(np.int64),
        ("red", "green", "blue"),
        source="<noise>",
    )


def make_settings(space: str = "nasbench-macro", **changes: Any) -> SupernetSearchSettings:
    """A search that takes seconds."""
    usual: dict[str, Any] = {
        "supernet": SUPERNETS[space],
        "training": QUICK,
        "epochs": 1,
        "first": 6,
        "each": 6,
        "rounds": 2,
        "unlabeled": 40,
        "recalibration": 1,
        "final_training": QUICK,
        "limits": (LIMITS[space],) if space in LIMITS else (),
    }
    return SupernetSearchSettings(space, **{**usual, **changes})


def small_predictor() -> Preset:
    """The predictor's network and schedule, cut to what a test can wait for."""
    return replace(PRESETS["fast"], members=2, hidden=8, steps_first=12, steps_more=4)

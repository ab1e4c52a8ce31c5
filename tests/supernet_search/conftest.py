"""Images, settings and a finished search that the tests of this folder share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from archscout.spaces.limits import Limit
from archscout.supernet_search import (
    SupernetSearchResult,
    SupernetSearchSettings,
    search_supernet,
)
from archscout.training.images import Images, load_images
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
        "unlabelled": 40,
        "recalibration": 1,
        "final_training": QUICK,
        "limits": (LIMITS[space],) if space in LIMITS else (),
    }
    return SupernetSearchSettings(space, **{**usual, **changes})


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[SupernetSearchResult, Path]:
    """A search of NAS-Bench-Macro with everything in it, and its folder."""
    folder = tmp_path_factory.mktemp("supernet-search")
    settings = make_settings(finalists=2, trust=4)
    test = make_images(30, seed=1)
    return search_supernet(make_images(), settings, test=test, out=folder), folder

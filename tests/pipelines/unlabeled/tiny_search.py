"""Images and settings of searches that take seconds."""

from __future__ import annotations

import numpy as np

from archscout.images import Images, load_images
from archscout.pipelines.unlabeled import UnlabeledSettings
from archscout.training.settings import TrainSettings

QUICK = TrainSettings(epochs=2, batch=32, learning_rate=0.1, precision="float32")


def make_images(count: int = 96, side: int = 8, labelled: bool = True) -> Images:
    """Noise in which the class shifts the colour, so that there is something to learn."""
    rng = np.random.default_rng(0)
    labels = np.arange(count) % 3
    pixels = rng.integers(0, 160, (count, side, side, 3))
    pixels[np.arange(count), :, :, labels] += 90
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


def make_settings(space: str = "nasbench201", **changes: object) -> UnlabeledSettings:
    """A search that takes seconds."""
    supernets: dict[str, dict[str, object]] = {
        "nasbench201": {"channels": 4, "cells": 1},
        "darts": {"channels": 2, "cells": 3},
        "mobilenet": {"widths": {"stem": 4, "first": 4, "stages": [4] * 6, "last": 8}},
    }
    usual: dict[str, object] = {"trust": 4, "trust_training": QUICK, "compared": 40}
    return UnlabeledSettings(
        space, supernet=supernets[space], training=QUICK, **{**usual, **changes}
    )

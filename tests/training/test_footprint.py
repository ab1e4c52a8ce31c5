"""Memory of a training, counted before anything is allocated."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from PIL import Image
from tiny_networks import make_images
from torch import nn

from archscout._common import memory
from archscout.errors import MemoryShortageError, SettingsError
from archscout.images import load_images
from archscout.pipelines._train import train_network
from archscout.pipelines.supernet_search import SupernetSearchSettings, search_supernet
from archscout.pipelines.unlabeled import UnlabeledSettings, search_unlabeled
from archscout.spaces import load_space
from archscout.training._footprint import check_footprint, training_bytes
from archscout.training.settings import TrainSettings

IMAGES = make_images(40)


def test_weights_and_values_of_a_batch_are_counted():
    with torch.device("meta"):
        network = nn.Sequential(nn.Conv2d(3, 5, 3, padding=1), nn.Flatten(), nn.Linear(5 * 64, 2))
    weights = 5 * 27 + 5 + 2 * 320 + 2
    assert training_bytes(network, 8, 0) == 4 * 3 * weights
    assert training_bytes(network, 8, 10) == 4 * (3 * weights + 10 * (2 * 5 * 64 + 2))
    # Images do not go through: the weights are counted alone.
    assert training_bytes(network, 9, 10) == 4 * 3 * weights


def test_a_network_that_does_not_fit_is_never_allocated():
    with pytest.raises(
        MemoryShortageError, match=r"GB of memory, and .* are available: take a sma"
    ):
        check_footprint(lambda: nn.Linear(10**6, 10**6), side=8, batch=4)


def test_trainings_are_refused_with_the_numbers(monkeypatch, tmp_path):
    monkeypatch.setattr(memory, "available_bytes", lambda: 200_000)
    space = load_space("nasbench201")
    with pytest.raises(MemoryShortageError, match="steps of 36 images of 8x8 pixels"):
        train_network(
            space,
            space.parse("334131"),
            IMAGES,
            TrainSettings(epochs=1, batch=10**9 - 1),
            size={"channels": 4, "cells": 1},
            out=tmp_path / "net",
        )
    assert not (tmp_path / "net").exists()
    with pytest.raises(MemoryShortageError, match="training this network would take"):
        search_unlabeled(IMAGES, UnlabeledSettings(supernet={"channels": 64}, trust=0))
    supernet = SupernetSearchSettings("nasbench201", supernet={"channels": 64}, first=4)
    with pytest.raises(MemoryShortageError, match=r"learning from architectures .* would take"):
        search_supernet(IMAGES, supernet)
    # Enough for the predictor that proposes, and not for the supernet.
    monkeypatch.setattr(memory, "available_bytes", lambda: 20_000_000)
    with pytest.raises(MemoryShortageError, match="training this network would take"):
        search_supernet(IMAGES, supernet)


@pytest.mark.parametrize("resolution", [10**6, 10**12, 10**30])
def test_images_that_do_not_fit_are_refused(tmp_path, resolution):
    for source in (IMAGES.pixels, [(pixels, 0) for pixels in IMAGES.pixels]):
        with pytest.raises(MemoryShortageError, match=r"40 images of 1,000,0.* pixels would take"):
            load_images(source, resolution=resolution)
    Image.new("L", (8, 8)).save(tmp_path / "1.png")
    with pytest.raises(MemoryShortageError, match="lower resolution"):
        load_images(tmp_path, resolution=resolution)


@pytest.mark.parametrize(
    ("name", "value"), [("epochs", 10**12), ("batch", 10**400), ("seed", 2**63), ("threads", 5000)]
)
def test_numbers_beyond_all_counting_are_refused(name, value):
    with pytest.raises(SettingsError, match=f"got {name}=.*expected a whole number of at most"):
        TrainSettings(**{name: value})
    assert replace(TrainSettings(), seed=2**63 - 1).seed == 2**63 - 1


def test_numbers_beyond_the_images_or_the_space_are_refused():
    space = load_space("nasbench201")
    with pytest.raises(SettingsError, match="got crop=9 for images of 8 pixels"):
        train_network(
            space,
            space.parse("334131"),
            IMAGES,
            TrainSettings(epochs=1, crop=9),
            size={"channels": 4, "cells": 1},
        )
    with pytest.raises(SettingsError, match="first=7000, but space 'nasbench-macro' holds at most"):
        search_supernet(IMAGES, SupernetSearchSettings("nasbench-macro", first=7000))
    with pytest.raises(SettingsError, match="1,000 draws gave"):
        search_supernet(IMAGES, SupernetSearchSettings("nasbench-macro", trust=5000))
    for name in ("first", "each", "rounds", "epochs", "recalibration"):
        with pytest.raises(
            SettingsError, match=f"got {name}=1000000000000, expected a whole number of at most"
        ):
            SupernetSearchSettings(**{name: 10**12})

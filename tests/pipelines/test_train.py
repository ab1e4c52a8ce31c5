"""One architecture alone: what it learns, what is kept, what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from tiny_networks import make_images, same

from archscout.errors import SettingsError, StorageError
from archscout.images.augment import ChannelStatistics
from archscout.pipelines._train import train_network
from archscout.spaces import load_space
from archscout.training._saved_network import SavedNetwork, load_network, save_network
from archscout.training.evaluate import accuracy
from archscout.training.settings import TrainSettings

SPACE = load_space("nasbench201")
ARCH = SPACE.parse("200100")
IMAGES, TEST = make_images(60), make_images(30, seed=1)
QUICK = TrainSettings(epochs=2, batch=16, learning_rate=0.1, precision="float32")
SIZE = {"channels": 4, "cells": 1}


def go(images=IMAGES, settings=QUICK, **options):
    return train_network(SPACE, ARCH, images, settings, size=SIZE, **options)


def test_the_folder_holds_the_network_that_was_scored(tmp_path):
    done = go(test=TEST, out=tmp_path)
    saved, network = load_network(tmp_path)
    assert saved == done.saved
    assert same(network.state_dict(), done.network.state_dict())
    statistics = ChannelStatistics(saved.mean, saved.std)
    scored = accuracy(network, TEST.pixels, TEST.targets, statistics)
    assert scored == done.test == saved.accuracy
    assert (saved.class_names, saved.resolution) == (IMAGES.classes, 8)
    assert done.train_images + done.validation_images == 60
    assert done.chance == pytest.approx(100 / 3)
    assert "2 epochs" in saved.training


def test_the_same_call_reads_the_result_back(tmp_path):
    first = go(out=tmp_path)
    again = go(out=tmp_path)
    assert again.trained.resumed == 2
    assert again.validation == first.validation
    assert same(first.network.state_dict(), again.network.state_dict())


@pytest.mark.slow
def test_it_learns():
    done = go(settings=QUICK.change(epochs=25), test=TEST)
    assert done.test > 80


def test_nothing_may_be_held_out():
    done = go(validation=0)
    assert (done.validation, done.validation_images, done.saved.accuracy) == (None, 0, None)
    assert done.train_images == 60


def test_held_out_images_change_nothing():
    learnt, held = IMAGES.split(0.3, QUICK.seed)
    alone = go(learnt, validation=0)
    beside = go(validation=0.3)
    assert beside.validation_images == len(held)
    assert same(alone.network.state_dict(), beside.network.state_dict())


def test_seeds_draw_other_weights():
    first, second = (go(settings=QUICK.change(seed=seed), validation=0) for seed in (0, 1))
    assert not torch.equal(first.network.stem[0].weight, second.network.stem[0].weight)


@pytest.mark.parametrize(
    ("images", "options", "said"),
    [
        (replace(IMAGES, targets=None, classes=()), {}, "have no classes"),
        (replace(IMAGES, targets=np.zeros(60, np.int64), classes=("cat",)), {}, "2 classes"),
        (IMAGES, {"test": make_images(classes=4)}, "the training images have not: d;"),
        (IMAGES, {"test": make_images(side=12)}, "12 pixels"),
        (IMAGES, {"validation": 1.0}, "share of 1.0"),
        (make_images(side=5), {}, "higher resolution"),
    ],
)
def test_what_does_not_fit_is_one_sentence(images, options, said):
    with pytest.raises(SettingsError, match=said):
        go(images, **options)


def test_a_network_from_elsewhere_is_not_overwritten(tmp_path):
    save_network(tmp_path, SavedNetwork("nasbench201", "334131", {**SIZE, "classes": 3}))
    with pytest.raises(StorageError, match="not trained there"):
        go(out=tmp_path)


def test_another_architecture_in_the_folder_is_named(tmp_path):
    go(out=tmp_path)
    with pytest.raises(StorageError, match="architecture"):
        train_network(SPACE, SPACE.parse("333333"), IMAGES, QUICK, size=SIZE, out=tmp_path)


def test_parts_of_a_file_are_held_out_and_tested(tmp_path):
    rng = np.random.default_rng(0)
    parts = {"train": 20, "val": 6, "test": 4}
    arrays = {
        f"x_{name}": rng.integers(0, 256, (n, 8, 8), dtype=np.uint8) for name, n in parts.items()
    }
    arrays |= {f"y_{name}": np.arange(n) % 2 for name, n in parts.items()}
    np.savez(tmp_path / "a.npz", **arrays)
    quick = replace(QUICK, epochs=1)
    done = go(str(tmp_path / "a.npz"), quick)
    assert (done.train_images, done.validation_images, done.test_images) == (20, 6, 4)
    done = go(str(tmp_path / "a.npz"), quick, validation=0)
    assert (done.train_images, done.validation_images) == (20, 0)

"""Networks are built, trained, scored and handed out the same whatever the user set."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tiny_networks import TinySupernet, make_images, same, state_of

from archscout.exports._code import export_code
from archscout.exports._weights import export_weights
from archscout.images.augment import channel_statistics
from archscout.pipelines._train import TrainedNetwork, train_network
from archscout.proxies import make_proxy
from archscout.spaces import load_space
from archscout.supernets import make_supernet
from archscout.supernets.angle import make_angle
from archscout.training._loop import train
from archscout.training._path_sampling import SupernetPaths
from archscout.training._recalibrate import recalibrated
from archscout.training._saved_network import SavedNetwork, load_network, save_network
from archscout.training._saved_network import make_network as make_saved
from archscout.training.evaluate import predict_classes
from archscout.training.settings import TrainSettings
from hostile_states import STATES, everything, state_of_process

SPACE = load_space("nasbench201")
SIZE = {"channels": 4, "cells": 1}
IMAGES, TEST = make_images(40), make_images(20, seed=1)
QUICK = TrainSettings(epochs=2, batch=16, learning_rate=0.1, precision="float32")
SIZES: dict[str, dict[str, Any]] = {
    "nasbench101": {"channels": 7, "cells": 1},
    "nasbench201": SIZE,
    "darts": {"network": "cifar", "channels": 4, "cells": 3},
    "mobilenet": {
        "widths": {"stem": 4, "first": 2, "stages": [2, 2, 4, 4, 6, 6], "last": 8},
        "classes": 3,
    },
    "nasbench-macro": {"channels": 2},
}


def learn(precision: str, told: Any = None) -> TrainedNetwork:
    """A network alone, in a moment."""
    return train_network(
        SPACE,
        SPACE.parse("200100"),
        IMAGES,
        QUICK.change(precision=precision),
        size=SIZE,
        test=TEST,
        on_progress=told,
    )


def weights_and_numbers(done: TrainedNetwork) -> list[Any]:
    """All that was learnt and measured, as plain values."""
    weights = {name: weight.tolist() for name, weight in done.network.state_dict().items()}
    return [weights, *done.trained.losses, done.test, done.validation]


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_a_network_learns_the_same(precision: str) -> None:
    expected = weights_and_numbers(learn(precision))
    with everything():
        before, seen = state_of_process(), []
        done = learn(precision, lambda progress: seen.append(state_of_process()))
        assert state_of_process() == before
    assert weights_and_numbers(done) == expected
    assert seen == [before] * len(seen)
    assert seen


@pytest.mark.parametrize("state", ["no gradients", "inference", "device", "float64", "autocast"])
def test_a_supernet_learns_is_scored_and_measured_anew(state: str) -> None:
    def learnt() -> Any:
        supernet = TinySupernet()
        train(supernet, IMAGES, IMAGES.targets, QUICK, paths=SupernetPaths(supernet))
        path, statistics = np.array([[1]], dtype=np.int8), channel_statistics(IMAGES.pixels)
        rng = np.random.default_rng(0)
        with recalibrated(supernet, IMAGES.pixels, statistics, rng, path, batches=1):
            found = predict_classes(supernet, TEST.pixels, statistics, path)
        return found, state_of(supernet)

    network = TinySupernet()  # A network of the user's, made before.
    expected, weights = learnt()
    with STATES[state]():
        train(network, IMAGES, IMAGES.targets, QUICK, paths=SupernetPaths(network))
    assert same(state_of(network), weights)
    with STATES["no gradients"]():
        found, again = learnt()
    assert np.array_equal(found, expected)
    assert same(again, weights)


@pytest.mark.parametrize("name", SIZES)
def test_networks_are_built_saved_and_read_the_same(name: str, tmp_path: Path) -> None:
    space = load_space(name)
    text = space.format(space.sample(np.random.default_rng(0), 1)[0])
    saved = SavedNetwork(name, text, SIZES[name])

    def built() -> tuple[Any, Any]:
        made = make_saved(saved, torch.Generator().manual_seed(0))
        save_network(tmp_path, saved, made.state_dict())
        return made, load_network(tmp_path)[1]

    expected, _ = built()
    with everything():
        before = state_of_process()
        found = built()
        assert state_of_process() == before
    for network in found:
        assert same(state_of(network), state_of(expected))
        assert not any(weight.is_inference() for weight in network.parameters())
        assert all(weight.requires_grad for weight in expected.parameters())


@pytest.mark.slow
@pytest.mark.parametrize("name", ["nasbench201", "darts"])
def test_supernets_weights_inherited_and_angles_are_the_same(name: str) -> None:
    def measured() -> list[Any]:
        first, second = (
            make_supernet(name, channels=4, cells=3, generator=torch.Generator().manual_seed(seed))
            for seed in (0, 1)
        )
        angle = make_angle(first, first.state_dict(), second.state_dict())
        archs = first.space.sample(np.random.default_rng(0), 3)
        scores = make_proxy("angle", first.space, angle=angle).score(archs)
        return [state_of(first), state_of(first.inherit(archs[0])), scores.tolist()]

    expected = measured()
    with everything():
        before = state_of_process()
        found = measured()
        assert state_of_process() == before
    assert all(map(same, found[:2], expected[:2]))
    assert found[2] == expected[2]


def test_exports_are_written_and_checked_whatever_is_set(tmp_path: Path) -> None:
    saved = SavedNetwork("nasbench201", "334131", {**SIZE, "classes": 3})
    network = make_saved(saved, torch.Generator().manual_seed(0))
    save_network(tmp_path / "run", saved, network.state_dict())
    with everything():
        before = state_of_process()
        export_code(tmp_path / "run", tmp_path / "code")
        export_weights(tmp_path / "run", tmp_path / "weights")
        assert state_of_process() == before

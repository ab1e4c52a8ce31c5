"""Accuracy by running statistics, and running statistics measured anew."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from tiny_networks import TinySupernet, make_images, make_network, same, state_of

from archscout.errors import SettingsError
from archscout.images.augment import Augmentation, channel_statistics
from archscout.training._recalibrate import recalibrate, recalibrated
from archscout.training.evaluate import accuracy, predict_classes

IMAGES = make_images(30)
STATISTICS = channel_statistics(IMAGES.pixels)
PLAIN = Augmentation(STATISTICS, crop=0, flip=False)


def path(choice):
    return np.array([[choice]], dtype=np.int8)


def test_batches_change_nothing_and_the_mode_stays():
    network = make_network().train()
    before = state_of(network)
    whole, parts = (
        predict_classes(network, IMAGES.pixels, STATISTICS, batch=batch) for batch in (64, 7)
    )
    assert whole.tolist() == parts.tolist()
    assert network.training
    assert same(before, state_of(network))
    with torch.no_grad():
        logits = network.eval()(PLAIN(torch.from_numpy(IMAGES.pixels)))
    assert whole.tolist() == logits.argmax(dim=1).tolist()


def test_accuracy_is_a_percentage():
    network = make_network()
    found = predict_classes(network, IMAGES.pixels, STATISTICS)
    assert accuracy(network, IMAGES.pixels, found, STATISTICS) == 100
    wrong = (found + (np.arange(30) < 3)) % 3
    assert accuracy(network, IMAGES.pixels, wrong, STATISTICS) == pytest.approx(90)


def test_paths_of_a_supernet_differ():
    supernet = TinySupernet()
    found = {tuple(predict_classes(supernet, IMAGES.pixels, STATISTICS, path(c))) for c in range(3)}
    assert len(found) > 1


def test_accuracy_without_images_is_refused():
    with pytest.raises(SettingsError, match="at least one image"):
        accuracy(make_network(), IMAGES.pixels[:0], np.empty(0, np.int64), STATISTICS)


def test_recalibrated_statistics_are_those_of_the_images():
    network = make_network()
    network[1].running_mean.fill_(7)
    rng = np.random.default_rng(0)
    recalibrate(network, IMAGES.pixels, STATISTICS, rng, batch=64)
    with torch.no_grad():
        features = network[0](PLAIN(torch.from_numpy(IMAGES.pixels)))
    torch.testing.assert_close(network[1].running_mean, features.mean(dim=(0, 2, 3)))
    torch.testing.assert_close(network[1].running_var, features.var(dim=(0, 2, 3)))
    assert network[1].momentum == 0.1


def test_all_batches_weigh_the_same():
    network = make_network()
    recalibrate(network, IMAGES.pixels, STATISTICS, np.random.default_rng(0), batch=10)
    with torch.no_grad():
        features = network[0](PLAIN(torch.from_numpy(IMAGES.pixels)))
    assert network[1].num_batches_tracked == 3
    torch.testing.assert_close(network[1].running_mean, features.mean(dim=(0, 2, 3)))


def test_a_supernet_gets_its_statistics_back_even_after_an_error():
    supernet = TinySupernet().train()
    supernet.stem[1].running_mean.fill_(7)
    before = state_of(supernet)
    rng = np.random.default_rng(0)
    with recalibrated(supernet, IMAGES.pixels, STATISTICS, rng, path(1)) as inside:
        assert not same(before, state_of(inside))
        assert inside.choices[1][1].num_batches_tracked == 1
        assert inside.choices[0][1].num_batches_tracked == 0
    assert same(before, state_of(supernet))
    with (
        pytest.raises(RuntimeError),
        recalibrated(supernet, IMAGES.pixels, STATISTICS, rng, path(0)),
    ):
        raise RuntimeError
    assert same(before, state_of(supernet))
    assert supernet.training


def test_too_few_images_are_refused():
    with pytest.raises(SettingsError, match="at least 2"):
        recalibrate(make_network(), IMAGES.pixels[:1], STATISTICS, np.random.default_rng(0))

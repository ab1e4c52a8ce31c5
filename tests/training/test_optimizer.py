"""The optimiser, the sources of paths, and the choice of precision."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from tiny_networks import TinySupernet, make_network
from torch import nn

from archscout.errors import SettingsError
from archscout.training import _precision as precision
from archscout.training._optimizer import make_optimizer, momenta, update
from archscout.training._path_sampling import PoolPaths, SupernetPaths
from archscout.training.settings import TrainSettings


def decays(settings):
    network = make_network()
    made = make_optimizer(network, settings)
    of = {id(p): group["weight_decay"] for group in made.param_groups for p in group["params"]}
    return {name: of[id(weight)] for name, weight in network.named_parameters()}


def test_norms_and_biases_decay_only_if_asked_for():
    assert set(decays(TrainSettings(weight_decay=0.1)).values()) == {0.1}
    some = decays(TrainSettings(weight_decay=0.1, decay_all=False))
    assert {name for name, decay in some.items() if decay} == {"0.weight", "5.weight"}


def test_without_momentum_there_is_nothing_to_keep():
    network = make_network()
    settings = TrainSettings(momentum=0, nesterov=False)
    made = make_optimizer(network, settings)
    network(torch.ones(2, 3, 8, 8)).sum().backward()
    update(network, made, settings)
    assert momenta(network, made) == {}


@pytest.mark.parametrize("nesterov", [True, False])
def test_updates_are_those_of_pytorchs_defaults(nesterov):
    settings = TrainSettings(nesterov=nesterov)
    first, second = make_network(), make_network()
    made = make_optimizer(first, settings)
    plain = torch.optim.SGD(
        second.parameters(), settings.learning_rate, 0.9, weight_decay=5e-4, nesterov=nesterov
    )
    generator = torch.Generator().manual_seed(0)
    for _ in range(3):
        images = torch.randn(4, 3, 8, 8, generator=generator)
        for network, optimizer in ((first, made), (second, plain)):
            optimizer.zero_grad()
            network(images).square().sum().backward()
            optimizer.step()
    for one, other in zip(first.parameters(), second.parameters(), strict=True):
        torch.testing.assert_close(one, other)


def test_gradients_are_clipped():
    for settings in (TrainSettings(clip_norm=0.01), TrainSettings(clip_value=0.001)):
        network = make_network()
        made = make_optimizer(network, settings)
        (100 * network(torch.ones(2, 3, 8, 8))).sum().backward()
        update(network, made, settings)
        gradients = torch.cat([weight.grad.flatten() for weight in network.parameters()])
        if settings.clip_norm:
            assert gradients.norm() == pytest.approx(0.01, rel=1e-3)
        else:
            assert gradients.abs().max() == pytest.approx(0.001)


def test_paths_come_in_rounds():
    rng = np.random.default_rng(0)
    assert SupernetPaths(TinySupernet()).draw(rng, 5).shape == (5, 1, 1, 1)
    fair = SupernetPaths(TinySupernet(), "fair").draw(rng, 5)
    assert np.sort(fair.reshape(5, 3), axis=1).tolist() == [[0, 1, 2]] * 5


def test_a_pool_gives_its_own_paths_only():
    pool = np.array([[[0]], [[2]]], dtype=np.int8)
    drawn = PoolPaths(pool).draw(np.random.default_rng(0), 50)
    assert set(drawn.ravel().tolist()) == {0, 2}
    with pytest.raises(SettingsError, match="n from 1"):
        PoolPaths(pool[:0])


def test_precision_is_low_only_where_it_pays(monkeypatch):
    dense, depthwise = nn.Conv2d(8, 8, 3), nn.Conv2d(8, 8, 3, groups=8)
    for fast in (True, False):
        monkeypatch.setattr(precision, "_processor_has_bfloat16", lambda fast=fast: fast)
        found = precision.resolve_precision("auto", dense)
        assert found == ("bfloat16" if fast else "float32")
        assert precision.resolve_precision("auto", nn.Sequential(dense, depthwise)) == "float32"
        assert precision.resolve_precision("bfloat16", depthwise) == "bfloat16"

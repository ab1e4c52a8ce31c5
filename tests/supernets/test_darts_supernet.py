"""The supernets of DARTS and MobileNet: what their draws are, and pooling's norms."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from tiny_supernets import images, tiny
from torch import nn

from archscout.errors import SettingsError, UnknownNameError
from archscout.spaces.darts._cell import EDGES, INPUT_PAIRS, NODES, OPERATIONS
from archscout.supernets import make_supernet


@pytest.mark.slow
@pytest.mark.parametrize("sampling", ["uniform", "fair"])
@pytest.mark.parametrize("shared", [None, False])
def test_every_node_has_two_inputs(sampling: str, shared: bool | None) -> None:
    supernet = make_supernet("darts", channels=2, cells=6)
    paths = supernet.draw_paths(np.random.default_rng(0), 70, sampling, shared=shared)
    for node in NODES:
        into = [edge for edge, (_, target) in enumerate(EDGES) if target == node]
        assert ((paths[:, :, into] > 0).sum(axis=2) == 2).all()
    reduce = [2, 4]
    normal = [0, 1, 3, 5]
    alike = [(paths[:, kind] == paths[:, kind[:1]]).all() for kind in (reduce, normal)]
    assert alike == [shared is None] * 2
    assert not (paths[:, 0] == paths[:, 2]).all()


def test_draws_are_uniform_over_pairs_and_operations() -> None:
    supernet = make_supernet("darts", channels=2, cells=3)
    cells = supernet.draw_paths(np.random.default_rng(0), 20_000)[:, 0]
    for node in NODES:
        into = [edge for edge, (_, target) in enumerate(EDGES) if target == node]
        chosen = cells[:, into]
        pairs = [tuple(np.flatnonzero(row).tolist()) for row in chosen[:4000]]
        counts = np.array([pairs.count(pair) for pair in INPUT_PAIRS[node]])
        assert np.abs(counts * len(counts) / 4000 - 1).max() < 0.25
        operations = np.bincount(chosen[chosen > 0], minlength=len(OPERATIONS))
        assert operations[0] == 0
        assert np.abs(operations[1:] * 7 / operations.sum() - 1).max() < 0.05


def test_pools_have_norms_that_their_networks_keep() -> None:
    supernet = tiny("darts")
    edge = supernet.cells[0].edges[0]
    assert isinstance(edge["avg_pool_3x3"][1], nn.BatchNorm2d)
    assert edge["avg_pool_3x3"][1].affine
    pool = "('max_pool_3x3', 0), ('avg_pool_3x3', 1), " * 4
    arch = supernet.space.parse(
        f"Genotype(normal=[{pool}], normal_concat=range(2, 6), "
        f"reduce=[{pool}], reduce_concat=range(2, 6))"
    )
    with_norms, bare = supernet.inherit(arch), tiny("darts-bare").inherit(arch)
    count = [sum(isinstance(m, nn.BatchNorm2d) for m in n.modules()) for n in (with_norms, bare)]
    assert count[0] - count[1] == 3 * 8


def test_a_node_without_inputs_is_zero() -> None:
    supernet = tiny("darts")
    path = supernet.draw_paths(np.random.default_rng(0), 1)[0]
    path[:, 9:] = 0  # The last node has no input.
    assert torch.isfinite(supernet(images("darts"), path)).all()
    assert torch.isfinite(supernet(images("darts"), np.zeros_like(path))).all()


def test_published_sizes_are_the_defaults() -> None:
    assert make_supernet("darts").settings == {
        "network": "cifar",
        "channels": 16,
        "cells": 8,
        "classes": 10,
        "pool_norms": True,
    }


def test_bad_settings_are_refused() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'cifar'"):
        make_supernet("darts", network="cifar10")
    with pytest.raises(SettingsError, match="pool_norms"):
        make_supernet("darts", channels=2, cells=3, pool_norms=1)
    with pytest.raises(SettingsError, match="expected stem, first, stages, last"):
        make_supernet("mobilenet", widths={"stem": 4})
    with pytest.raises(SettingsError, match="no cells whose operations"):
        tiny("mobilenet").draw_paths(np.random.default_rng(0), 1, shared=True)
    with pytest.raises(UnknownNameError, match="no supernet is named"):
        make_supernet("nasbench101")

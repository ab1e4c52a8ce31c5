"""The supernet of NAS-Bench-201: what its draws are, and that only live edges run."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from tiny_supernets import images, tiny
from torch import nn

from archscout.spaces.nasbench201._cell import EDGES
from archscout.supernets import make_supernet

_SPECIAL = ["000000", "003000", "030300", "303030", "033000", "003330", "111111", "444444"]


@pytest.mark.slow
@pytest.mark.parametrize("text", _SPECIAL)
@pytest.mark.parametrize("training", [False, True])
def test_cells_with_dead_edges_compute_what_they_do_alone(text: str, training: bool) -> None:
    supernet = tiny("nasbench201")
    with torch.no_grad():
        for path in supernet.draw_paths(np.random.default_rng(0), 20):
            supernet(images("nasbench201"), path)
    supernet.train(training)
    arch = supernet.space.parse(text)
    alone = supernet.inherit(arch)
    with torch.no_grad():
        expected = alone(images("nasbench201"))
        assert torch.allclose(supernet(images("nasbench201"), supernet.path_of(arch)), expected)


@pytest.mark.parametrize(
    ("text", "run"), [("003300", 1), ("330330", 3), ("333300", 1), ("000000", 0)]
)
def test_only_live_edges_run(text: str, run: int) -> None:
    supernet = make_supernet("nasbench201", channels=4, cells=1)
    called = []
    for name, module in supernet.named_modules():
        if ".edges." in name and isinstance(module, nn.Conv2d):
            module.register_forward_hook(lambda *_, name=name: called.append(name))
    logits = supernet(images("nasbench201"), supernet.path_of(supernet.space.parse(text)))
    assert len(called) == 3 * run
    logits.sum().backward()
    with_gradients = [
        name for name, w in supernet.named_parameters() if ".edges." in name and w.grad is not None
    ]
    assert len(with_gradients) == 3 * run
    # A cell that hands on zeros cuts off all that is before the last one.
    assert (supernet.stem[0].weight.grad is None) == (run == 0)


def test_norms_of_cells_have_statistics_but_no_weights() -> None:
    norms = {
        name: module
        for name, module in tiny("nasbench201").named_modules()
        if isinstance(module, nn.BatchNorm2d)
    }
    inner = [norm for name, norm in norms.items() if ".edges." in name]
    outer = [norm for name, norm in norms.items() if ".edges." not in name]
    assert all(not norm.affine and norm.track_running_stats for norm in inner)
    assert all(norm.affine for norm in outer)
    assert (len(inner), len(outer)) == (3 * 2 * 6 * 2, 2 + 4)


def test_every_node_has_an_input_and_its_draws_are_uniform() -> None:
    supernet = make_supernet("nasbench201", channels=1, cells=1)
    cells = supernet.draw_paths(np.random.default_rng(0), 40_000).reshape(-1, 6)
    for node in (1, 2, 3):
        inputs = cells[:, [edge for edge, (_, target) in enumerate(EDGES) if target == node]]
        codes = inputs @ 5 ** np.arange(node)
        counts = np.bincount(codes, minlength=5**node)
        assert counts[0] == 0
        expected = len(cells) / (5**node - 1)
        assert np.abs(counts[1:] / expected - 1).max() < 5.5 / np.sqrt(expected)


def test_cells_are_drawn_independently_unless_shared() -> None:
    supernet = tiny("nasbench201")
    rng = np.random.default_rng(0)
    for sampling in ("uniform", "fair"):
        free = supernet.draw_paths(rng, 8, sampling)
        shared = supernet.draw_paths(rng, 8, sampling, shared=True)
        assert (shared == shared[:, :1]).all()
        assert (free != free[:, :1]).any(axis=(1, 2)).all()

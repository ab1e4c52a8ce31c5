"""Parameters, multiply-adds and the built network of NAS-Bench-201 agree with each other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from archscout.errors import ParseError, SettingsError
from archscout.spaces._blocks.block_network import ReLUConvNorm
from archscout.spaces.nasbench201.space import NASBench201

SPACE = NASBench201()
DATASETS = {
    "cifar10": {"classes": 10, "resolution": 32},
    "cifar100": {"classes": 100, "resolution": 32},
    "imagenet16_120": {"classes": 120, "resolution": 16},
}


@pytest.mark.parametrize(
    ("digits", "params", "macs"),
    [
        ("333333", 1_531_546, 220_119_690),
        ("334131", 802_426, 113_951_370),
        ("421211", 129_306, 15_647_370),
        ("000000", 73_306, 7_783_050),
    ],
)
def test_known_costs(digits: str, params: int, macs: int) -> None:
    arch = SPACE.parse(digits)
    assert (SPACE.params(arch), SPACE.macs(arch)) == (params, macs)


@pytest.mark.slow
@pytest.mark.parametrize("dataset", DATASETS)
def test_costs_equal_the_published_table(data_file: Callable[[str], Path], dataset: str) -> None:
    import pandas as pd

    columns = ["arch", f"{dataset}_params", f"{dataset}_mflops"]
    table = pd.read_csv(data_file("nasbench201.csv.gz"), usecols=columns)
    choices = SPACE.parse_many(table["arch"])
    assert len(np.unique(choices, axis=0)) == 15_625
    classes, resolution = DATASETS[dataset]["classes"], DATASETS[dataset]["resolution"]
    np.testing.assert_array_equal(
        SPACE.params_table(choices, classes=classes), table[f"{dataset}_params"]
    )
    published = table[f"{dataset}_mflops"].to_numpy()
    macs = SPACE.macs_table(choices, classes=classes, resolution=resolution) / 1e6
    half_a_digit = 0.5 * 10.0 ** (np.floor(np.log10(published)) - 5)  # six significant digits
    assert (np.abs(macs - published) <= half_a_digit * (1 + 1e-6)).all()


def test_tables_equal_single_counts() -> None:
    archs = SPACE.sample(np.random.default_rng(0), 5)
    settings = {"classes": 7, "channels": 8, "cells": 2}
    assert SPACE.params_table(archs, **settings).tolist() == [
        SPACE.params(arch, **settings) for arch in archs
    ]
    assert SPACE.macs_table(archs, resolution=64).tolist() == [
        SPACE.macs(arch, resolution=64) for arch in archs
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"classes": 100, "channels": 8, "cells": 1, "resolution": 16},
        {"classes": 3, "channels": 5, "cells": 2, "resolution": 8},
    ],
)
def test_the_built_network_costs_what_is_counted(settings: dict[str, int]) -> None:
    sizes = {name: value for name, value in settings.items() if name != "resolution"}
    side = settings.get("resolution", 32)
    for arch in [SPACE.parse("334131"), *SPACE.sample(np.random.default_rng(1), 4)]:
        network = SPACE.build(arch, **sizes).eval()
        built = sum(p.numel() for p in network.parameters() if p.requires_grad)
        assert built == SPACE.params(arch, **sizes)
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            logits = network(torch.zeros(1, 3, side, side))
        assert logits.shape == (1, settings.get("classes", 10))
        bias = settings.get("classes", 10)  # the counter leaves out the classifier's bias
        assert counter.get_total_flops() // 2 + bias == SPACE.macs(arch, **settings)


def test_the_cell_computes_its_sums() -> None:
    """Skips and pooling only: each node is the sum of its edges, padding is not averaged in."""
    features = torch.arange(2 * 4 * 5 * 5, dtype=torch.float32).reshape(2, 4, 5, 5)
    pool = torch.nn.functional.avg_pool2d
    expected = {
        "000000": torch.zeros_like(features),
        "000100": features,
        "110111": 3 * features,
        "111111": 4 * features,
        "000400": pool(features, 3, 1, 1, count_include_pad=False),
    }
    for digits, output in expected.items():
        network: Any = SPACE.build(SPACE.parse(digits), channels=4, cells=1)
        torch.testing.assert_close(network.body[0](features), output)


def test_stages_widths_and_operations() -> None:
    network: Any = SPACE.build(SPACE.parse("320000"), channels=4, cells=2)
    shapes = []
    features = network.stem(torch.zeros(2, 3, 16, 16))
    for block in network.body:
        features = block(features)
        shapes.append(tuple(features.shape[1:]))
    assert shapes == [(4, 16, 16)] * 2 + [(8, 8, 8)] * 3 + [(16, 4, 4)] * 3
    convolution, small = network.body[0].edges[0], network.body[0].edges[1]
    assert isinstance(convolution, ReLUConvNorm)
    assert [type(part).__name__ for part in convolution] == ["ReLU", "Conv2d", "BatchNorm2d"]
    assert convolution[1].kernel_size == (3, 3)
    assert small[1].kernel_size == (1, 1)


def test_the_network_learns() -> None:
    network = SPACE.build(SPACE.parse("334131"), classes=4, channels=4, cells=1)
    loss = network(torch.randn(8, 3, 16, 16)).logsumexp(dim=1).sum()
    loss.backward()
    assert all(torch.isfinite(p.grad).all() for p in network.parameters() if p.grad is not None)


def test_a_generator_decides_the_initial_weights() -> None:
    arch = SPACE.parse("334131")
    first, same, other = (
        SPACE.build(arch, channels=4, cells=1, generator=torch.Generator().manual_seed(seed))
        for seed in (0, 0, 1)
    )
    pairs = zip(first.parameters(), same.parameters(), other.parameters(), strict=True)
    drawn = [(a, b, c) for a, b, c in pairs if a.std() > 0]
    assert drawn
    assert all(torch.equal(a, b) and not torch.equal(a, c) for a, b, c in drawn)


@pytest.mark.parametrize(
    "settings",
    [
        {"classes": 0},
        {"channels": -1},
        {"cells": 0},
        {"channels": 16.0},
        {"cells": True},
        {"classes": "ten"},
        {"channels": 10**9},
    ],
)
def test_settings_out_of_range_are_refused(settings: dict[str, Any]) -> None:
    arch = SPACE.parse("334131")
    for method in (SPACE.params, SPACE.macs, SPACE.build):
        with pytest.raises(SettingsError, match=next(iter(settings))):
            method(arch, **settings)


@pytest.mark.parametrize("resolution", [0, 2, 30, 33, -4])
def test_resolutions_that_cannot_be_halved_twice_are_refused(resolution: int) -> None:
    with pytest.raises(SettingsError, match="resolution"):
        SPACE.macs(SPACE.parse("334131"), resolution=resolution)


@pytest.mark.slow
def test_architectures_of_other_spaces_are_refused() -> None:
    arch = SPACE.parse("334131")
    stranger = type(arch)("nasbench101", arch.choices)
    for method in (SPACE.params, SPACE.macs, SPACE.build, SPACE.format, SPACE.canonical_id):
        with pytest.raises(ParseError, match="nasbench101"):
            method(stranger)

"""Parameters, multiply-adds and the built network of NAS-Bench-101 agree with each other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from archscout.errors import ParseError, SettingsError
from archscout.spaces.base import Architecture
from archscout.spaces.nasbench101._costs import vertex_channels
from archscout.spaces.nasbench101._network import Cell
from archscout.spaces.nasbench101.space import NASBench101

SPACE = NASBench101()
CELLS = [
    "1:",  # only the projected input
    "7:mp",
    "45:mp|c1",
    "1205349:c3|mp|c3|c3|c1",
    "1:mp|c1",  # dead vertices are not built
]


def parse(text: str) -> Architecture:
    if text == "1:mp|c1":
        row = SPACE.as_choices([SPACE.parse("1:")])[0].tolist()
        row[21:23] = [2, 0]
        return Architecture(SPACE.name, tuple(row))
    return SPACE.parse(text)


@pytest.mark.slow
def test_costs_equal_the_published_rows(data_file: Callable[[str], Path]) -> None:
    import pandas as pd

    table = pd.read_csv(data_file("nasbench101_measured.csv.gz"), keep_default_na=False)
    texts = table["adj_bits"].astype(str) + ":" + table["ops"]
    choices = SPACE.parse_many(texts)
    assert len(choices) == 20_001
    np.testing.assert_array_equal(SPACE.params_table(choices), table["params"])
    np.testing.assert_array_equal(SPACE.macs_table(choices), table["macs"])


@pytest.mark.parametrize(
    ("text", "params", "macs"),
    [
        ("1205349:c3|mp|c3|c3|c1", 8_555_530, 1_261_835_264),
        ("1335845:c1|c1|c3|c1|c3", 5_878_154, 863_376_384),
        ("1330725:c3|mp|c1|mp|c1", 3_729_162, 552_997_888),
    ],
)
def test_known_costs(text: str, params: int, macs: int) -> None:
    arch = SPACE.parse(text)
    assert (SPACE.params(arch), SPACE.macs(arch)) == (params, macs)


def test_channels_are_shared_out_and_the_first_take_the_rest() -> None:
    # input feeds 1, 2, 3; these feed the output; 128 = 43 + 43 + 42
    three = SPACE.parse("907:c1|c1|c1")
    widths = vertex_channels(SPACE.as_choices([three]), 64, 128)[0].tolist()
    assert widths == [64, 43, 43, 42, 0, 0, 128]


@pytest.mark.slow
@pytest.mark.parametrize("text", CELLS)
@pytest.mark.parametrize(
    "settings", [{}, {"classes": 7, "channels": 10, "cells": 2}], ids=["full", "small"]
)
def test_the_network_has_the_counted_parameters(text: str, settings: dict[str, int]) -> None:
    arch = parse(text)
    network = SPACE.build(arch, **settings)
    built = sum(weight.numel() for weight in network.parameters() if weight.requires_grad)
    assert built == SPACE.params(arch, **settings)


def test_networks_of_random_written_cells_have_the_counted_costs() -> None:
    rows = SPACE.sample_written(np.random.default_rng(1), 6)
    settings = {"classes": 3, "channels": 7, "cells": 1}
    for arch in SPACE.architectures(rows):
        network = SPACE.build(arch, **settings).eval()
        built = sum(weight.numel() for weight in network.parameters())
        assert built == SPACE.params(arch, **settings)
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            logits = network(torch.zeros(1, 3, 8, 8))
        assert logits.shape == (1, 3)
        assert counter.get_total_flops() == 2 * SPACE.macs(arch, **settings, resolution=8)


@pytest.mark.slow
def test_the_full_network_has_the_counted_multiply_adds() -> None:
    arch = SPACE.parse("1330725:c3|mp|c1|mp|c1")
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        SPACE.build(arch).eval()(torch.zeros(1, 3, 32, 32))
    assert counter.get_total_flops() == 2 * SPACE.macs(arch)


def test_a_cell_computes_what_its_graph_says() -> None:
    # input -> 1 (pool), input -> 2 (pool), 1 -> 2, 1 and 2 -> output, input -> output
    vertices = SPACE.network_arguments(SPACE.parse("63:mp|mp"))["vertices"]
    torch.manual_seed(0)
    cell = Cell(vertices, [4, 3, 2, 5]).eval()
    features = torch.randn(2, 4, 6, 6)
    one, two, last = (cell.projections[name](features) for name in ("1", "2", "6"))
    pool = torch.nn.MaxPool2d(3, 1, 1)
    first = pool(one)
    second = pool(first[:, :2] + two)
    expected = torch.cat([first, second], dim=1) + last
    torch.testing.assert_close(cell(features), expected)


@pytest.mark.slow
def test_a_generator_decides_the_weights() -> None:
    def weights(seed: int) -> torch.Tensor:
        generator = torch.Generator().manual_seed(seed)
        network = SPACE.build(SPACE.parse("7:c3"), channels=8, cells=1, generator=generator)
        return torch.cat([weight.detach().ravel() for weight in network.parameters()])

    first = weights(0)
    assert torch.equal(first, weights(0))
    assert not torch.equal(first, weights(1))
    network = SPACE.build(SPACE.parse("7:c3"), generator=torch.Generator().manual_seed(0))
    kernel = next(m for m in network.modules() if isinstance(m, torch.nn.Conv2d)).weight
    assert abs(float(kernel.detach().std()) * kernel[0].numel() ** 0.5 - 1) < 0.05


@pytest.mark.slow
def test_a_network_learns() -> None:
    generator = torch.Generator().manual_seed(0)
    network = SPACE.build(
        SPACE.parse("45:c3|c1"), classes=2, channels=8, cells=1, generator=generator
    )
    images = torch.randn(16, 3, 8, 8, generator=generator)
    labels = torch.arange(16) % 2
    optimizer = torch.optim.Adam(network.parameters(), lr=0.01)
    losses = []
    for _ in range(20):
        loss = torch.nn.functional.cross_entropy(network(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.5 * losses[0]


@pytest.mark.parametrize(
    "wrong",
    [{"classes": 0}, {"channels": 4}, {"cells": True}, {"channels": 8.0}, {"cells": 10**6}],
)
def test_wrong_settings_are_refused(wrong: dict[str, Any]) -> None:
    arch = SPACE.parse("7:c3")
    for call in (SPACE.params, SPACE.macs, SPACE.build):
        with pytest.raises(SettingsError, match="expected a whole number"):
            call(arch, **wrong)


def test_a_resolution_that_cannot_be_halved_twice_is_refused() -> None:
    with pytest.raises(SettingsError, match="multiple of 4"):
        SPACE.macs(SPACE.parse("7:c3"), resolution=30)


def test_costs_of_what_is_no_cell_are_refused() -> None:
    nothing = Architecture(SPACE.name, (0,) * 26)
    for call in (SPACE.params, SPACE.macs, SPACE.build, SPACE.canonical_id):
        with pytest.raises(ParseError, match="does not accept"):
            call(nothing)

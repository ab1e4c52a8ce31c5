"""Parameters, multiply-adds and the built network of MobileNet agree with what is published."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from archscout.errors import SettingsError, UnknownNameError
from archscout.spaces import MobileNet
from archscout.spaces.mobilenet._costs import Widths

SPACE = MobileNet()
SEMINAS = SPACE.parse("6 5 1 7 4 2 5 3 5 2 5 3 3 5 7 3 1 6 3 3 6")
RANDOM_LABEL = SPACE.parse("2 0 -1 2 2 0 2 4 0 4 4 2 4 2 4 2 0 0 0 2 2")
TINY = Widths(4, 4, (4, 6, 6, 8, 8, 10), 12)


@pytest.mark.parametrize(
    ("arch", "widths", "params", "macs"),
    [
        (SEMINAS, "final", 6.319, 599.0),
        (SEMINAS, "search", 3.885, 339.2),
        (RANDOM_LABEL, "final", 5.256, 471.5),
    ],
)
def test_published_costs(arch: Any, widths: str, params: float, macs: float) -> None:
    assert round(SPACE.params(arch, widths) / 1e6, 3) == params
    assert round(SPACE.macs(arch, widths) / 1e6, 1) == macs


def test_share_of_networks_within_a_limit() -> None:
    """Published: a random network has 654M at final widths, and 20.6% of them are below 600M."""
    macs = SPACE.macs_table(SPACE.sample(np.random.default_rng(0), 5000)) / 1e6
    assert abs(macs.mean() - 654) < 4
    assert abs((macs < 600).mean() - 0.206) < 0.02


@pytest.mark.slow
@pytest.mark.parametrize(("widths", "resolution"), [("final", 224), ("search", 32), (TINY, 17)])
def test_the_built_network_costs_what_is_counted(widths: Any, resolution: int) -> None:
    for arch in [SEMINAS, *SPACE.sample(np.random.default_rng(1), 1)]:
        with torch.device("meta"):
            network = SPACE.build(arch, widths, classes=7).eval()
            images = torch.zeros(1, 3, resolution, resolution)
        built = sum(p.numel() for p in network.parameters() if p.requires_grad)
        assert built == SPACE.params(arch, widths, classes=7)
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            assert network(images).shape == (1, 7)
        assert counter.get_total_flops() == 2 * SPACE.macs(arch, widths, 7, resolution)


def test_strides_widths_and_residuals() -> None:
    with torch.device("meta"):
        network: Any = SPACE.build(SEMINAS)
        features = network.first(network.stem(torch.zeros(2, 3, 224, 224)))
    shapes = []
    for block in network.blocks:
        features = block(features)
        shapes.append(tuple(features.shape[1:3]))
    stages = [(32, 56), (56, 28), (112, 14), (128, 14), (256, 7)]
    assert shapes == [shape for shape in stages for _ in range(4)] + [(432, 7)]
    added = [getattr(block, "residual", "skip") for block in network.blocks]
    skip = {3: "skip", 14: "skip"}
    assert added == [skip.get(i, i not in (0, 4, 8, 12, 16, 20)) for i in range(21)]


def test_twins_are_one_network() -> None:
    """Skips move within a stage: the same weights in the same order give the same output."""
    first, second = (SPACE.parse(t + " 1" * 17) for t in ("2 7 3 1", "2 3 1 7"))
    one, other = (
        SPACE.build(arch, TINY, 5, generator=torch.Generator().manual_seed(0)).eval()
        for arch in (first, second)
    )
    images = torch.randn(2, 3, 32, 32, generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(one(images), other(images))


def test_a_generator_decides_the_initial_weights() -> None:
    first, same, other = (
        SPACE.build(SEMINAS, TINY, 5, generator=torch.Generator().manual_seed(seed))
        for seed in (0, 0, 1)
    )
    pairs = zip(first.parameters(), same.parameters(), other.parameters(), strict=True)
    drawn = [(a, b, c) for a, b, c in pairs if a.std() > 0]
    assert len(drawn) > 50
    assert all(torch.equal(a, b) and not torch.equal(a, c) for a, b, c in drawn)


def test_the_network_learns() -> None:
    network = SPACE.build(SEMINAS, TINY, classes=4)
    network(torch.randn(4, 3, 32, 32)).logsumexp(dim=1).sum().backward()
    assert all(torch.isfinite(p.grad).all() for p in network.parameters() if p.grad is not None)


@pytest.mark.parametrize("settings", [{"classes": 0}, {"classes": True}, {"classes": 10.0}])
def test_settings_out_of_range_are_refused(settings: dict[str, Any]) -> None:
    SPACE.params(SEMINAS, classes=1)
    SPACE.params(SEMINAS, classes=10)
    for method in (SPACE.params, SPACE.macs, SPACE.build):
        with pytest.raises(SettingsError, match="classes"):
            method(SEMINAS, **settings)


@pytest.mark.parametrize("resolution", [0, -1, 3000, 32.0])
def test_resolutions_out_of_range_are_refused(resolution: Any) -> None:
    with pytest.raises(SettingsError, match="resolution"):
        SPACE.macs(SEMINAS, resolution=resolution)


def test_wrong_widths_are_refused() -> None:
    with pytest.raises(UnknownNameError, match="'final'"):
        SPACE.params(SEMINAS, "finale")
    with pytest.raises(SettingsError, match="expected 'final' or 'search'"):
        SPACE.params(SEMINAS, 1.35)  # type: ignore[arg-type]
    with pytest.raises(SettingsError, match=r"stages\[2\]=0"):
        Widths(4, 4, (4, 6, 0, 8, 8, 10), 12)
    with pytest.raises(SettingsError, match="six widths"):
        Widths(4, 4, (4, 6), 12)

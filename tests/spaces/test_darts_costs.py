"""Parameters, multiply-adds and the built networks of DARTS agree with what is published."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from archscout.errors import SettingsError, UnknownNameError
from archscout.spaces import DARTS, plugin_of
from archscout.spaces.darts._network import FactorizedReduction, make_operation

SPACE = DARTS()
SHORT = {"max": "max_pool_3x3", "avg": "avg_pool_3x3", "skip": "skip_connect"}
SHORT |= {f"{kind}{k}": f"{kind}_conv_{k}x{k}" for kind in ("sep", "dil") for k in (3, 5)}


def genotype(normal: str, reduce: str) -> str:
    """Write out a genotype from words such as ``sep3-0``."""
    cells = []
    for words in (normal, reduce):
        pairs = [word.split("-") for word in words.split()]
        cells.append("[" + ", ".join(f"('{SHORT[o]}', {source})" for o, source in pairs) + "]")
    concat = "range(2, 6)"
    return (
        f"Genotype(normal={cells[0]}, normal_concat={concat}, "
        f"reduce={cells[1]}, reduce_concat={concat})"
    )


GENOTYPES = {
    "random labels, CIFAR-10": genotype(
        "sep5-0 sep3-1 dil3-0 sep5-2 sep3-0 dil5-3 dil5-1 dil3-2",
        "sep5-0 dil3-1 sep3-0 sep5-2 dil3-1 sep3-3 max-1 sep5-2",
    ),
    "random labels, ImageNet, 600M": genotype(
        "sep3-0 sep3-1 skip-1 sep3-2 sep3-1 sep3-2 skip-0 sep3-4",
        "sep3-0 max-1 sep3-0 skip-1 sep3-0 dil3-1 skip-0 sep3-1",
    ),
    "random labels, ImageNet": genotype(
        "sep3-0 sep3-1 sep3-1 sep3-2 sep3-0 sep5-1 sep3-0 sep3-1",
        "sep3-0 sep3-1 sep5-0 sep3-2 sep5-0 sep5-2 sep3-2 sep3-4",
    ),
    "DARTS, second order": genotype(
        "sep3-0 sep3-1 sep3-0 sep3-1 sep3-1 skip-0 skip-0 dil3-2",
        "max-0 max-1 skip-2 max-1 max-0 skip-2 skip-2 max-1",
    ),
}


@pytest.mark.parametrize(
    ("name", "channels", "macs", "params"),
    [
        ("random labels, CIFAR-10", 48, 628.4, 5.67),
        ("random labels, CIFAR-10", 46, 579.8, 5.26),
        ("random labels, ImageNet, 600M", 48, 596.0, 5.46),
        ("random labels, ImageNet", 48, 723.2, 6.62),
    ],
)
def test_published_costs(name: str, channels: int, macs: float, params: float) -> None:
    arch = SPACE.parse(GENOTYPES[name])
    assert round(SPACE.macs(arch, channels=channels) / 1e6, 1) == macs
    assert round(SPACE.params(arch, channels=channels) / 1e6, 2) == params


def test_costs_of_the_second_order_cell() -> None:
    """530M on ImageNet, not the literature's 574M; 3.35M parameters on CIFAR-10."""
    arch = SPACE.parse(GENOTYPES["DARTS, second order"])
    assert round(SPACE.macs(arch) / 1e6) == 530
    assert round(SPACE.params(arch, "cifar") / 1e6, 2) == 3.35


@pytest.mark.slow
@pytest.mark.parametrize(
    ("network", "settings", "resolution"),
    [
        ("imagenet", {}, None),
        ("imagenet", {"channels": 6, "cells": 5, "classes": 7}, 64),
        ("imagenet", {"channels": 4, "cells": 1}, 32),
        ("cifar", {"channels": 4, "cells": 8}, None),
        ("cifar", {"channels": 2, "cells": 2, "classes": 3}, 16),
    ],
)
def test_the_built_network_costs_what_is_counted(
    network: str, settings: dict[str, int], resolution: int | None
) -> None:
    side = resolution or {"imagenet": 224, "cifar": 32}[network]
    drawn = [] if not settings else SPACE.sample(np.random.default_rng(1), 3)
    for arch in [SPACE.parse(GENOTYPES["random labels, CIFAR-10"]), *drawn]:
        with torch.device("meta"):
            built = SPACE.build(arch, network, **settings).eval()
            images = torch.zeros(1, 3, side, side)
        trainable = sum(p.numel() for p in built.parameters() if p.requires_grad)
        assert trainable == SPACE.params(arch, network, **settings)
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            logits = built(images)
        classes = {"imagenet": 1000, "cifar": 10}[network]
        assert logits.shape == (1, settings.get("classes", classes))
        macs = SPACE.macs(arch, network, resolution=resolution, **settings)
        assert counter.get_total_flops() == 2 * macs


def test_tables_equal_single_counts() -> None:
    archs = SPACE.sample(np.random.default_rng(0), 5)
    settings = {"channels": 16, "cells": 8, "classes": 7}
    assert SPACE.params_table(archs, "cifar", **settings).tolist() == [
        SPACE.params(arch, "cifar", **settings) for arch in archs
    ]
    assert SPACE.macs_table(archs, "cifar", resolution=16).tolist() == [
        SPACE.macs(arch, "cifar", resolution=16) for arch in archs
    ]


def test_operations() -> None:
    features = torch.randn(2, 4, 8, 8, generator=torch.Generator().manual_seed(0))
    pool = torch.nn.functional
    for stride in (1, 2):
        average = make_operation("avg_pool_3x3", 4, stride)(features)
        expected = pool.avg_pool2d(features, 3, stride, 1, count_include_pad=False)
        torch.testing.assert_close(average, expected)
        for name in SHORT.values():
            shape = make_operation(name, 4, stride)(features).shape
            assert shape == (2, 4, 8 // stride, 8 // stride)
    assert make_operation("skip_connect", 4, 1)(features) is features
    kinds = [type(layer).__name__ for layer in make_operation("sep_conv_5x5", 4, 2)]
    assert kinds == 2 * ["ReLU", "Conv2d", "Conv2d", "BatchNorm2d"]
    dilated: Any = make_operation("dil_conv_5x5", 4, 1)
    assert (dilated[1].dilation, dilated[1].kernel_size) == ((2, 2), (5, 5))


def test_a_factorized_reduction_sees_every_second_pixel_twice() -> None:
    reduction = FactorizedReduction(1, 2).eval()
    with torch.no_grad():
        reduction.first.weight.fill_(1.0)
        reduction.second.weight.fill_(1.0)
    features = torch.arange(16.0).reshape(1, 1, 4, 4)
    result = reduction(features) * (1 + 1e-5) ** 0.5
    torch.testing.assert_close(result[0, 0], features[0, 0, ::2, ::2])
    torch.testing.assert_close(result[0, 1], features[0, 0, 1::2, 1::2])


@pytest.mark.slow
def test_places_of_reduce_cells_and_widths() -> None:
    arch = SPACE.parse(GENOTYPES["DARTS, second order"])
    for network, cells, side in (("imagenet", 14, 28), ("cifar", 20, 32)):
        with torch.device("meta"):
            built: Any = SPACE.build(arch, network, channels=4)
            earlier = built.stem(
                torch.zeros(1, 3, 224, 224)[..., : side * 8, : side * 8]
                if network == "imagenet"
                else torch.zeros(1, 3, side, side)
            )
            last = built.second_stem(earlier)
        shapes = []
        for cell in built.cells:
            earlier, last = last, cell(earlier, last)
            shapes.append(tuple(last.shape[1:3]))
        thirds = [cells // 3, 2 * cells // 3]
        lengths = np.diff([0, *thirds, cells]).tolist()
        expected = [(16 << k, side >> k) for k in range(3) for _ in range(lengths[k])]
        assert shapes == expected


def test_a_generator_decides_the_initial_weights_and_they_learn() -> None:
    arch = SPACE.parse(GENOTYPES["random labels, CIFAR-10"])
    first, same, other = (
        SPACE.build(
            arch, "cifar", channels=2, cells=3, generator=torch.Generator().manual_seed(seed)
        )
        for seed in (0, 0, 1)
    )
    pairs = zip(first.parameters(), same.parameters(), other.parameters(), strict=True)
    drawn = [(a, b, c) for a, b, c in pairs if a.std() > 0]
    assert all(torch.equal(a, b) and not torch.equal(a, c) for a, b, c in drawn)
    first(torch.randn(4, 3, 16, 16)).logsumexp(dim=1).sum().backward()
    assert all(torch.isfinite(p.grad).all() for p in first.parameters() if p.grad is not None)


@pytest.mark.parametrize(
    "settings",
    [{"channels": 7}, {"channels": 0}, {"cells": True}, {"classes": 10.0}, {"cells": 1000}],
)
def test_settings_out_of_range_are_refused(settings: dict[str, Any]) -> None:
    arch = SPACE.parse(GENOTYPES["DARTS, second order"])
    SPACE.params(arch, classes=10, cells=1)
    for method in (SPACE.params, SPACE.macs, SPACE.build):
        with pytest.raises(SettingsError, match=next(iter(settings))):
            method(arch, **settings)


def test_wrong_resolutions_and_networks_are_refused() -> None:
    arch = SPACE.parse(GENOTYPES["DARTS, second order"])
    for network, resolution in (("imagenet", 48), ("cifar", 30), ("cifar", 0)):
        with pytest.raises(SettingsError, match="resolution"):
            SPACE.macs(arch, network, resolution=resolution)
    with pytest.raises(UnknownNameError, match="did you mean 'cifar'"):
        SPACE.params(arch, "cifar10")


def test_the_network_suits_the_images() -> None:
    plugin = plugin_of("darts")
    complete = plugin.load("network_for")
    assert complete({"cells": 8}, 64) == {"cells": 8, "network": "cifar"}
    assert complete({}, 65) == {"network": "imagenet"}
    assert complete({"network": "cifar"}, 224) == {"network": "cifar"}
    assert (plugin.side({"network": "cifar"}), plugin.side({})) == (32, 224)

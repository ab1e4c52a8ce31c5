"""Parameters on live paths: by deletion in a network, and against measured accuracies."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.stats import kendalltau

from archscout.proxies import live_params, make_proxy
from archscout.spaces import load_space
from archscout.spaces.nasbench201.space import NASBench201


def test_live_parameters_are_those_that_get_a_gradient() -> None:
    """A brute force: run the network alone and look which parameters the output depends on."""
    space = NASBench201()
    rng = np.random.default_rng(0)
    texts = ["000000", "003000", "300300", "030300", "033000", "444444", "311313", "330003"]
    archs = [space.parse(text) for text in texts] + space.sample(rng, 30)
    counted = live_params(space, archs, channels=2, cells=1, classes=3)
    images = torch.randn(4, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    fixed = int(space.params(space.parse("000000"), channels=2, cells=1, classes=3))
    for arch, count in zip(archs, counted, strict=True):
        network = space.build(
            arch, channels=2, cells=1, classes=3, generator=torch.Generator().manual_seed(1)
        )
        # Behind a zero, a norm's shift would get a gradient: a convolution of nothing.
        kernels = {n: p for n, p in network.named_parameters() if ".edges." in n and p.ndim == 4}
        network.eval()
        with torch.no_grad():
            for kernel in kernels.values():
                kernel.abs_()  # Positive, so that no ReLU is shut by chance.
            for norm in network.modules():
                if isinstance(norm, torch.nn.BatchNorm2d):
                    norm.bias.fill_(0)
        network(images.abs()).sum().backward()
        live = [n for n, k in kernels.items() if k.grad is not None and k.grad.abs().sum() > 0]
        size = sum(kernels[n].numel() + 2 * kernels[n].shape[0] for n in live)
        assert fixed + size == count, space.format(arch)


@pytest.mark.parametrize("name", ["darts", "mobilenet", "nasbench-macro"])
def test_other_spaces_use_all_they_have(name: str) -> None:
    space = load_space(name)
    rows = space.sample_choices(np.random.default_rng(0), 5)
    assert live_params(space, rows).tolist() == space.params_table(rows).tolist()


@pytest.mark.parametrize(
    ("name", "column", "tau"),
    [
        ("live-params", "cifar10_test_200ep", 0.653),
        ("live-params", "cifar10_valid_200ep", 0.597),
        ("live-params", "cifar100_valid_200ep", 0.629),
        ("live-params", "imagenet16_120_valid_200ep", 0.594),
        ("params", "cifar10_test_200ep", 0.576),
    ],
)
def test_rank_correlation_with_measured_accuracy(
    name: str, column: str, tau: float, nasbench201_accuracies: dict[str, np.ndarray]
) -> None:
    space = NASBench201()
    scores = make_proxy(name, space).score(space.all_choices())
    measured = kendalltau(scores, nasbench201_accuracies[column]).statistic
    assert measured == pytest.approx(tau, abs=0.003)

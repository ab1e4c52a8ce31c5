"""Images and networks so small that an epoch takes milliseconds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from torch import nn

from archscout.images import Images, load_images


def make_images(count=40, side=8, classes=3, seed=0) -> Images:
    """Images with classes; the brightness of a channel tells the class."""
    rng = np.random.default_rng(seed)
    targets = np.arange(count) % classes
    pixels = rng.integers(0, 100, (count, side, side, 3))
    pixels[np.arange(count), :, :, targets % 3] += 120
    loaded = load_images(pixels.astype(np.uint8), resolution=side)
    return replace(loaded, targets=targets, classes=tuple("abcdefgh"[:classes]))


def make_network(classes=3, seed=0) -> nn.Module:
    """A convolution, a norm and a classifier."""
    network = nn.Sequential(
        nn.Conv2d(3, 4, 3, bias=False),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(4, classes),
    )
    return drawn(network, seed)


class TinySupernet(nn.Module):
    """One place with two convolutions to choose from; operation 2 is the identity."""

    def __init__(self, classes=3, seed=0):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 4, 3, bias=False), nn.BatchNorm2d(4))
        self.choices = nn.ModuleList(
            nn.Sequential(nn.Conv2d(4, 4, 1, bias=False), nn.BatchNorm2d(4)) for _ in range(2)
        )
        self.tail = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, classes))
        drawn(self, seed)

    def forward(self, images, path):
        features, choice = self.stem(images), int(path[0, 0])
        return self.tail(self.choices[choice](features) if choice < 2 else features)

    def round_size(self, sampling="uniform"):
        return 3 if sampling == "fair" else 1

    def draw_paths(self, rng, n, sampling="uniform", *, shared=None):
        if sampling == "fair":
            drawn_ones = rng.permuted(np.tile(np.arange(3), (n // 3, 1)), axis=1).ravel()
        else:
            drawn_ones = rng.integers(0, 3, n)
        return drawn_ones.astype(np.int8).reshape(n, 1, 1)


def drawn(network, seed):
    """Draw all weights from a generator."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for weight in network.parameters():
            if weight.dim() > 1:
                weight.copy_(torch.randn(weight.shape, generator=generator) / 3)
            elif weight.shape[0] == 3:
                weight.zero_()
    return network


def state_of(network):
    """A copy of weights and statistics."""
    return {name: value.clone() for name, value in network.state_dict().items()}


def same(first, second):
    """Whether two states are equal to the last bit."""
    return first.keys() == second.keys() and all(
        torch.equal(first[name], second[name]) for name in first
    )

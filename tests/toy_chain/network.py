"""The network of a toy chain."""

import torch
from torch import nn


class Cut(nn.Module):
    def forward(self, features):
        return torch.zeros_like(features)


def make_layer(choice, channels):
    if choice == 0:
        return Cut()
    kernel = (3, 5)[choice - 1]
    return nn.Conv2d(channels, channels, kernel, padding=kernel // 2, bias=False)


class ToyNetwork(nn.Module):
    def __init__(self, choices, classes, channels):
        super().__init__()
        self.stem = nn.Conv2d(3, channels, 3, padding=1, bias=False)
        self.blocks = nn.Sequential(*(make_layer(choice, channels) for choice in choices))
        self.pool = nn.Sequential(nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.classifier = nn.Linear(channels, classes)

    def forward(self, images):
        return self.classifier(self.pool(self.blocks(self.stem(images))))


def draw(network, generator):
    if generator is not None:
        with torch.no_grad():
            for weight in network.parameters():
                weight.uniform_(-0.3, 0.3, generator=generator)
    return network

"""Vectors of architectures written out, weight by weight, as released for each space."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import torch
from torch import Tensor

from archscout.spaces._blocks.supernet import Supernet
from archscout.spaces.base import Architecture

State = dict[str, Tensor]
NB201 = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")
DARTS = (
    "none",
    "max_pool_3x3",
    "avg_pool_3x3",
    "skip_connect",
    "sep_conv_3x3",
    "sep_conv_5x5",
    "dil_conv_3x3",
    "dil_conv_5x5",
)


def _norm(state: State, name: str, options: dict[str, bool]) -> list[Tensor]:
    keep = options.get("norms", True)
    return [state[f"{name}.weight"], state[f"{name}.bias"]] if keep else []


def _nasbench201(state: State, choices: tuple[int, ...], options: dict[str, bool]) -> list[Tensor]:
    """Four channels, two cells a stage: blocks 0 1 R 3 4 R 6 7."""
    vector = [state["stem.0.weight"], *_norm(state, "stem.1", options)]
    alive = False
    operation = dict(zip(((0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3)), choices, strict=True))
    for block in (0, 1, 3, 4, 6, 7):
        channels = {0: 4, 1: 4, 3: 8, 4: 8, 6: 16, 7: 16}[block]
        for path in ((0, 3), (0, 2, 3), (0, 1, 2, 3), (0, 1, 3)):
            edges = list(itertools.pairwise(path))
            if any(NB201[operation[edge]] == "none" for edge in edges):
                continue
            alive = True
            for edge in edges:
                name = NB201[operation[edge]]
                if "conv" in name:
                    number = list(operation).index(edge)
                    vector.append(state[f"body.{block}.edges.{number}.{name}.1.weight"])
                elif name == "avg_pool_3x3" and options.get("pooling", True):
                    vector.append(torch.full((channels, 3, 3), 1 / 9, dtype=torch.float64))
    if not alive:
        return []
    for block in (2, 5):
        for part in ("body.0", "body.1"):
            vector.append(state[f"body.{block}.{part}.1.weight"])
            vector += _norm(state, f"body.{block}.{part}.2", options)
        vector.append(state[f"body.{block}.shortcut.1.weight"])
    vector += _norm(state, "tail.0", options)
    return [*vector, state["classifier.weight"], state["classifier.bias"]]


def _paths_to(node: int) -> Iterator[tuple[int, ...]]:
    """Every way from an input, 0 or 1, to a node."""
    if node < 2:
        yield (node,)
        return
    for source in range(node):
        for path in _paths_to(source):
            yield (*path, node)


def _darts(
    state: State, supernet: Supernet, arch: Architecture, options: dict[str, bool]
) -> list[Tensor]:
    network, cells = supernet.settings["network"], supernet.settings["cells"]
    vector = [state["stem.0.weight"], *_norm(state, "stem.1", options)]
    if network == "imagenet":
        vector += [state["stem.3.weight"], *_norm(state, "stem.4", options)]
        vector += [state["second_stem.1.weight"], *_norm(state, "second_stem.2", options)]
    normal_cell, reduce_cell = supernet.space.edges([arch])[0].tolist()
    edges = [(source, node) for node in range(2, 6) for source in range(node)]
    paths = [path for node in range(2, 6) for path in _paths_to(node)]
    assert len(paths) == 30
    channels, shrinks = supernet.settings["channels"], network == "imagenet"
    for cell in range(cells):
        reduction = cell in (cells // 3, 2 * cells // 3)
        channels *= 2 if reduction else 1
        begin = f"cells.{cell}"
        if shrinks:
            vector += [state[f"{begin}.preprocess.0.{n}.weight"] for n in ("first", "second")]
            vector += _norm(state, f"{begin}.preprocess.0.norm", options)
        for number in (1,) if shrinks else (0, 1):
            vector.append(state[f"{begin}.preprocess.{number}.1.weight"])
            vector += _norm(state, f"{begin}.preprocess.{number}.2", options)
        shrinks = reduction
        operation = dict(zip(edges, reduce_cell if reduction else normal_cell, strict=True))
        for path in paths:
            steps = list(itertools.pairwise(path))
            if any(operation[step] == 0 for step in steps):
                continue
            for step in steps:
                name = DARTS[operation[step]]
                at = f"{begin}.edges.{edges.index(step)}.{name}"
                if "pool" in name:
                    if options.get("pooling", True):
                        vector.append(torch.full((channels, 3, 3), 1 / 9, dtype=torch.float64))
                    if supernet.settings["pool_norms"]:
                        vector += _norm(state, f"{at}.1", options)
                elif name == "skip_connect" and reduction and step[0] < 2:
                    vector += [state[f"{at}.first.weight"], state[f"{at}.second.weight"]]
                    vector += _norm(state, f"{at}.norm", options)
                elif name == "skip_connect":
                    if options.get("skips", True):
                        vector.append(torch.eye(channels, dtype=torch.float64))
                else:
                    for first in (0, 4) if name.startswith("sep") else (0,):
                        vector.append(state[f"{at}.{first + 1}.weight"])
                        vector.append(state[f"{at}.{first + 2}.weight"])
                        vector += _norm(state, f"{at}.{first + 3}", options)
    vector.append(state["classifier.weight"])
    return [*vector, state["classifier.bias"]] if network == "imagenet" else vector


def _mobilenet(state: State, choices: tuple[int, ...], options: dict[str, bool]) -> list[Tensor]:
    vector = [state["stem.0.weight"]]
    vector += [state[f"first.body.{layer}.0.weight"] for layer in (0, 1)]
    widths = [
        w
        for w, blocks in zip((4, 4, 6, 8, 8, 8), (4, 4, 4, 4, 4, 1), strict=True)
        for _ in range(blocks)
    ]
    for place, (choice, width) in enumerate(zip(choices, widths, strict=True)):
        if choice == 6:
            if options.get("skips", True):
                vector.append(torch.eye(width, dtype=torch.float64))
            continue
        kernel, expansion = ((3, 3), (3, 6), (5, 3), (5, 6), (7, 3), (7, 6))[choice]
        vector += _block(state, f"blocks.{place}.kernel{kernel}_expand{expansion}", options)
    return [*vector, state["last.0.weight"], state["classifier.weight"]]


def _macro(state: State, choices: tuple[int, ...], options: dict[str, bool]) -> list[Tensor]:
    vector = [state["stem.0.weight"]]
    widths = (8, 8, 16, 16, 16, 32, 32, 32)
    for place, (choice, width) in enumerate(zip(choices, widths, strict=True)):
        if choice:
            name = ("kernel3_expand3", "kernel5_expand6")[choice - 1]
            vector += _block(state, f"blocks.{place}.{name}", options)
        elif place in (0, 2, 5):
            vector.append(state[f"blocks.{place}.skip.0.weight"])
        elif options.get("skips", True):
            vector.append(torch.eye(width, dtype=torch.float64))
    return [*vector, state["last.0.weight"], state["classifier.weight"]]


def _block(state: State, begin: str, options: dict[str, bool]) -> list[Tensor]:
    vector = []
    for layer in (0, 1, 2):
        vector.append(state[f"{begin}.body.{layer}.0.weight"])
        if layer < 2:  # The third norm is left out.
            vector += _norm(state, f"{begin}.body.{layer}.1", options)
    return vector


def vector_of(
    supernet: Supernet, state: State, arch: Architecture, options: dict[str, bool]
) -> Tensor:
    """The vector of an architecture in double precision; empty where no path is alive."""
    name = supernet.space.name
    if name == "nasbench201":
        parts = _nasbench201(state, arch.choices, options)
    elif name == "darts":
        parts = _darts(state, supernet, arch, options)
    elif name == "mobilenet":
        parts = _mobilenet(state, arch.choices, options)
    else:
        parts = _macro(state, arch.choices, options)
    return torch.cat([part.double().flatten() for part in parts]) if parts else torch.empty(0)

"""How fast a supernet trains here, against a plain PyTorch loop over the same networks.

    python benchmarks/supernet_speed.py --channels 8 --cells 1 --resolution 16
    python benchmarks/supernet_speed.py --channels 16 --cells 5 --resolution 32 --images 384

The plain loop is what a textbook writes with PyTorch's defaults: a `Dataset` whose items are
pictures of Pillow, transformed one by one in Python and normalised; a `DataLoader`; memory as it
comes (channels first); float32; a supernet that runs all six edges of every cell, `none` as zeros;
`torch.optim.SGD` without options. Both draw paths from the same distribution, with the same batch,
images, settings of the optimiser, and one thread for the network. All contenders run in turn,
several rounds in one process; a table gives the median over rounds, and the median of the ratio
to the plain loop of the same round. Seconds are of the wall; processor seconds stand beside them,
because a wall clock is unfair to whoever ran while something else kept the machine busy.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader, Dataset

from archscout.images import Images, channel_statistics, load_images
from archscout.spaces.nasbench201._cell import EDGES, OPERATIONS
from archscout.spaces.nasbench201._network import NASBench201Network, make_operation
from archscout.spaces.nasbench201._supernet import NASBench201Supernet
from archscout.supernets import make_supernet
from archscout.training._inputs import Inputs
from archscout.training._loop import loss_of, train
from archscout.training._optimizer import make_optimizer, update
from archscout.training._path_sampling import SupernetPaths
from archscout.training.settings import TrainSettings

Clocks = tuple[float, float, int]
"""Wall seconds, processor seconds, images."""


# --- the plain loop --------------------------------------------------------------------------
class PlainDataset(Dataset[tuple[Tensor, int]]):
    """Pictures, each shifted, mirrored and normalised by itself."""

    def __init__(self, images: Images, crop: int) -> None:
        assert images.targets is not None
        self.pictures = [Image.fromarray(pixels) for pixels in images.pixels]
        self.targets = images.targets.tolist()
        self.crop, self.side = crop, images.side
        known = channel_statistics(images.pixels)
        self.mean = torch.tensor(known.mean).view(3, 1, 1)
        self.std = torch.tensor(known.std).view(3, 1, 1)
        self.rng = np.random.default_rng(0)

    def __len__(self) -> int:
        return len(self.pictures)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        picture = ImageOps.expand(self.pictures[index], self.crop)
        left, top = self.rng.integers(0, 2 * self.crop + 1, 2)
        picture = picture.crop((left, top, left + self.side, top + self.side))
        if self.rng.random() < 0.5:
            picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        tensor = torch.from_numpy(np.array(picture)).permute(2, 0, 1).contiguous()
        return (tensor.float() / 255 - self.mean) / self.std, self.targets[index]


class PlainCell(nn.Module):
    """All operations on all edges; one of each edge runs."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.edges = nn.ModuleList(
            nn.ModuleList(make_operation(name, channels, affine=False) for name in OPERATIONS)
            for _ in EDGES
        )

    def forward(self, features: Tensor, choices: list[int]) -> Tensor:
        nodes = [features]
        for node in range(1, 4):
            terms = [
                operations[choice](nodes[source])  # type: ignore[index]
                for operations, (source, target), choice in zip(
                    self.edges, EDGES, choices, strict=True
                )
                if target == node
            ]
            nodes.append(sum(terms[1:], terms[0]))
        return nodes[-1]


class PlainSupernet(nn.Module):
    """The skeleton of NAS-Bench-201 around plain cells."""

    def __init__(self, classes: int, channels: int, cells: int) -> None:
        super().__init__()
        around = NASBench201Network(["none"] * len(EDGES), classes, channels, cells)
        self.stem, self.tail, self.classifier = around.stem, around.tail, around.classifier
        blocks: list[nn.Module] = []
        for place, block in enumerate(around.body):
            searched = place % (cells + 1) != cells
            blocks.append(PlainCell(channels << place // (cells + 1)) if searched else block)
        self.blocks = nn.ModuleList(blocks)

    def forward(self, images: Tensor, path: list[list[int]]) -> Tensor:
        features, rows = self.stem(images), iter(path)
        for block in self.blocks:
            if isinstance(block, PlainCell):
                features = block(features, next(rows))
            else:
                features = block(features)
        logits: Tensor = self.classifier(self.tail(features))
        return logits


class Plain:
    """The plain loop: one epoch a call."""

    def __init__(self, images: Images, settings: TrainSettings, arguments: Any, workers: int):
        self.data = PlainDataset(images, images.side // 8)
        self.loader = DataLoader(self.data, settings.batch, shuffle=True, num_workers=workers)
        torch.manual_seed(0)
        size = (len(images.classes), arguments.channels, arguments.cells)
        self.network = PlainSupernet(*size)
        self.drawer = NASBench201Supernet(*size)
        self.rng = np.random.default_rng(0)
        self.optimizer = torch.optim.SGD(
            self.network.parameters(),
            lr=settings.learning_rate,
            momentum=settings.momentum,
            weight_decay=settings.weight_decay,
            nesterov=settings.nesterov,
        )

    def path(self) -> list[list[int]]:
        path: list[list[int]] = self.drawer.draw_paths(self.rng, 1)[0].tolist()
        return path

    def step(self, batch: Tensor, targets: Tensor) -> None:
        self.optimizer.zero_grad()
        cross_entropy(self.network(batch, self.path()), targets).backward()
        self.optimizer.step()

    def epoch(self) -> Clocks:
        return clocked(self.loader, lambda item: self.step(*item))

    def data_only(self) -> Clocks:
        return clocked(self.loader, lambda item: None)

    def network_only(self) -> Clocks:
        items = [next(iter(self.loader))] * len(self.loader)
        return clocked(items, lambda item: self.step(*item))


def clocked(batches: Any, step: Callable[[Any], None]) -> Clocks:
    """Time all steps but the first, which starts loading processes and is not counted."""
    found: Iterator[Any] = iter(batches)
    step(next(found))
    wall, processor, images = time.perf_counter(), time.process_time(), 0
    for item in found:
        step(item)
        images += len(item[1])
    return time.perf_counter() - wall, time.process_time() - processor, images


# --- archscout -------------------------------------------------------------------------------
class Ours:
    """The training loop of this package: one epoch a call."""

    def __init__(self, images: Images, settings: TrainSettings, arguments: Any):
        self.images, self.settings = images, settings
        self.supernet = make_supernet(
            "nasbench201",
            generator=torch.Generator().manual_seed(0),
            classes=len(images.classes),
            channels=arguments.channels,
            cells=arguments.cells,
        )

    def epoch(self) -> Clocks:
        processor = time.process_time()
        assert self.images.targets is not None
        done = train(
            self.supernet,
            self.images,
            self.images.targets,
            self.settings,
            paths=SupernetPaths(self.supernet),
        )
        return done.seconds, time.process_time() - processor, len(self.images)

    def _inputs(self) -> Inputs:
        assert self.images.targets is not None
        return Inputs(self.images, self.images.targets, self.settings, torch.device("cpu"))

    def data_only(self) -> Clocks:
        inputs = self._inputs()
        rows = inputs.batches(np.random.default_rng(0))
        return clocked(
            [(inputs, part) for part in rows], lambda item: item[0].augmented(item[1], 0)
        )

    def network_only(self) -> Clocks:
        inputs = self._inputs()
        optimizer = make_optimizer(self.supernet, self.settings)
        rows = inputs.batches(np.random.default_rng(0))
        batch, wanted = inputs.augmented(rows[0], 0), inputs.targets(0)[rows[0]]
        paths = SupernetPaths(self.supernet).draw(np.random.default_rng(0), len(rows))[:, 0]
        self.supernet.train()

        def step(item: Any) -> None:
            optimizer.zero_grad(set_to_none=True)
            loss_of(
                self.supernet,
                batch,
                wanted,
                item[0],
                smoothing=0.0,
                precision=self.settings.precision,
            ).backward()
            update(self.supernet, optimizer, self.settings)

        return clocked([(path, wanted) for path in paths], step)


# --- the measurement -------------------------------------------------------------------------
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--channels", type=int, default=8)
    parser.add_argument("--cells", type=int, default=1)
    parser.add_argument("--resolution", type=int, default=16)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--images", type=int, default=2560, help="images an epoch")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--source", help="images with classes; random pixels without")
    parser.add_argument("--profile", action="store_true", help="only show where a step's time goes")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    images = read(arguments)
    settings = TrainSettings(epochs=1, batch=arguments.batch, precision="float32")
    fast = settings.change(precision="bfloat16")
    plain = Plain(images, settings, arguments, workers=0)
    loaded = Plain(images, settings, arguments, workers=2)
    ours, ours_fast = Ours(images, settings, arguments), Ours(images, fast, arguments)
    contenders: dict[str, Callable[[], Clocks]] = {
        "plain, 0 loading processes": plain.epoch,
        "plain, 2 loading processes": loaded.epoch,
        "archscout, float32": ours.epoch,
        "archscout, bfloat16": ours_fast.epoch,
        "images alone: plain": plain.data_only,
        "images alone: archscout": ours.data_only,
        "network alone: plain": plain.network_only,
        "network alone: archscout, float32": ours.network_only,
        "network alone: archscout, bfloat16": ours_fast.network_only,
    }
    describe(arguments, images)
    if arguments.profile:
        profile({"float32": ours.network_only, "bfloat16": ours_fast.network_only})
        return
    found: dict[str, list[Clocks]] = {name: [] for name in contenders}
    for turn in range(arguments.rounds + 1):
        for name, run in contenders.items():
            clocks = run()
            if turn:  # The first round warms up.
                found[name].append(clocks)
    report(found)


def read(arguments: Any) -> Images:
    side, count = arguments.resolution, arguments.images
    if arguments.source:
        return load_images(arguments.source, resolution=side, limit=count)
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (count, side, side, 3), dtype=np.uint8)
    targets = rng.integers(0, 10, count)
    return replace(
        load_images(pixels, resolution=side), targets=targets, classes=tuple("0123456789")
    )


def describe(arguments: Any, images: Images) -> None:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    model = platform.processor()
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            model = next(line.split(":")[1].strip() for line in file if "model name" in line)
    except OSError:
        pass
    print(f"commit {commit}, torch {torch.__version__}, {os.cpu_count()} cores, {model}")
    print(f"load average {os.getloadavg()[0]:.1f}, {vars(arguments)}, {len(images)} images")


def profile(contenders: dict[str, Callable[[], Clocks]]) -> None:
    """Shares of a step, gathered by what the names of PyTorch's operators begin with."""
    groups = {
        "convolutions": ("aten::convolution_backward", "aten::mkldnn_convolution"),
        "batch norms": ("aten::native_batch_norm",),
        "pooling": ("aten::avg_pool2d",),
        "ReLU": ("aten::clamp_min", "aten::threshold_backward"),
        "sums of edges and gradients": ("aten::add",),
        "update": ("Optimizer.", "aten::_fused_sgd_"),
    }
    for name, run in contenders.items():
        run()
        with torch.profiler.profile(
            activities=[torch.profiler.ProfilerActivity.CPU], acc_events=True
        ) as seen:
            run()
        events = seen.key_averages()
        whole = sum(event.self_cpu_time_total for event in events)
        shares = {
            group: sum(e.self_cpu_time_total for e in events if e.key.startswith(begins)) / whole
            for group, begins in groups.items()
        }
        shares["all else"] = 1 - sum(shares.values())
        print(name + ": " + ", ".join(f"{group} {100 * s:.0f} %" for group, s in shares.items()))


def report(found: dict[str, list[Clocks]]) -> None:
    print("| | images/s | ms a batch of 64 | processor ms | times plain | by processor |")
    print("|---|---|---|---|---|---|")
    for name, clocks in found.items():
        first = name.split(":")[0] + ": plain" if ":" in name else "plain, 0 loading processes"
        walls = [wall / count for wall, _, count in clocks]
        processors = [cpu / count for _, cpu, count in clocks]
        ratios = [
            (one[0] / one[2]) / (other[0] / other[2])
            for one, other in zip(found[first], clocks, strict=True)
        ]
        cpu_ratios = [
            (one[1] / one[2]) / (other[1] / other[2])
            for one, other in zip(found[first], clocks, strict=True)
        ]
        print(
            f"| {name} | {1 / statistics.median(walls):,.0f} "
            f"| {64e3 * statistics.median(walls):.2f} | {64e3 * statistics.median(processors):.2f} "
            f"| {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f}) "
            f"| {statistics.median(cpu_ratios):.2f} |"
        )


if __name__ == "__main__":
    main()

"""``archscout train``: one architecture alone on images with classes."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from archscout._common.saying import count
from archscout.cli._command import spread
from archscout.cli._console import amount, duration, print_json, print_line, print_pairs
from archscout.cli._image_options import TrainingImages
from archscout.cli._naming import run_folder
from archscout.cli._options import (
    JsonOption,
    Pairs,
    SeedOption,
    how,
    out_folder,
    pairs,
    read_others,
    read_settings,
    writable_folder,
)
from archscout.plugins import describe

if TYPE_CHECKING:
    from archscout.pipelines._train import TrainedNetwork
    from archscout.training.settings import TrainSettings

what = partial(typer.Option, rich_help_panel="What to train")
REPORT = "report.html"


@spread
def run(
    *,
    arch: Annotated[
        str, typer.Argument(metavar="ARCH", help="Architecture in the standard text of its space.")
    ],
    space: Annotated[
        str, what(help="Search space (archscout list spaces), module:Name or FILE.py:Name.")
    ] = "nasbench201",
    channels: Annotated[
        int | None, what(help="Channels of the first stage.", show_default="that of the space")
    ] = None,
    cells: Annotated[
        int | None,
        what(
            help="Cells: of each stage for nasbench201, in all for darts.",
            show_default="that of the space",
        ),
    ] = None,
    size: Annotated[
        Pairs,
        pairs(
            what,
            "--size",
            "Another setting of the network, such as widths=search; may be repeated.",
        ),
    ] = None,
    source: TrainingImages,
    preset: Annotated[str, how(help="Settings to begin with.")] = "alone",
    epochs: Annotated[int | None, how(help="Passes.", show_default="that of the preset")] = None,
    batch: Annotated[
        int | None, how(help="Images a step.", show_default="that of the preset")
    ] = None,
    seed: SeedOption = 0,
    settings: Annotated[
        Pairs,
        pairs(
            how,
            "--set",
            "Another setting of the training, such as learning_rate=0.05 or threads=4; may "
            "be repeated.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        out_folder(
            "Folder of network.json, the weights and the report.",
            "runs/train-SPACE-ARCH-IMAGES-seedSEED",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Train one architecture alone on images with classes.

    The same command goes on where it was stopped, with exactly the same
    result. Export the network with archscout export.
    """
    from archscout.cli._bars import TrainBar
    from archscout.pipelines._train import check_classes, train_network
    from archscout.reports.report import report
    from archscout.spaces import load_space, plugin_of

    source.refuse_no_classes("training a network")
    loaded = load_space(space)
    architecture = loaded.parse(arch)
    training = training_settings(preset, epochs, batch, seed, settings)
    given = {"channels": channels, "cells": cells}
    shape: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    shape |= read_settings(size)
    plugin = plugin_of(loaded)
    if plugin.has("network_for"):
        shape = plugin.load("network_for")(shape, source.resolution)
    sets = source.read()
    if not as_json:
        print_line(sets.summary())
    # Labels are missing more often than anything else is wrong: say so before a folder is made.
    check_classes(sets.train)
    folder = out or run_folder(
        "train", describe(space), arch.strip(), source.images.resolve().stem, f"seed{seed}"
    )
    with TrainBar() as bar:
        done = train_network(
            loaded,
            architecture,
            sets.train,
            training,
            size=shape,
            validation=sets.validation if source.share is None else source.share,
            test=sets.test,
            out=writable_folder(folder),
            on_progress=bar.on_progress,
        )
    report(done, folder)
    if as_json:
        print_json(
            {
                "folder": str(folder),
                "report": str(folder / REPORT),
                "images": sets.summary(),
                "classes": list(sets.train.classes),
                **done.record.to_dict(),
            }
        )
    else:
        print_summary(done, folder)


def training_settings(
    preset: str, epochs: int | None, batch: int | None, seed: int, given: Pairs
) -> TrainSettings:
    """Settings of the training; what has an option of its own is refused among the pairs."""
    from archscout.training._presets import find_settings

    options = {"epochs": epochs, "batch": batch, "seed": seed}
    changes = {name: value for name, value in options.items() if value is not None}
    others = read_others("--set", given, {name: f"--{name}" for name in options})
    return find_settings(preset).change(**changes, **others)


def print_summary(done: TrainedNetwork, folder: Path) -> None:
    """Print the closing table."""
    trained, speed = done.trained, done.trained.images_per_second
    were = f"{count(trained.resumed, 'epoch')} {'was' if trained.resumed == 1 else 'were'}"
    print_line(f"{done.saved.space}: {done.saved.architecture}")
    print_pairs(
        {
            "validation accuracy": _accuracy(done.validation, done.validation_images),
            "test accuracy": _accuracy(done.test, done.test_images),
            "always the commonest class": _accuracy(done.chance),
            "parameters": f"{sum(weight.numel() for weight in done.network.parameters()):,}",
            "training": done.saved.training,
            "loss of the last epoch": f"{trained.losses[-1]:.4f}" if trained.losses else None,
            "time": f"{duration(trained.seconds)}, {speed:,.0f} images/s" if speed else None,
            "resumed": f"{were} trained by an earlier call" if trained.resumed else None,
            "warning": " ".join(done.record.warnings) or None,
            "network": str(folder),
            "report": str(folder / REPORT),
        }
    )


def _accuracy(value: float | None, images: int | None = None) -> str | None:
    """An accuracy, with the number of images that it is of."""
    if value is None:
        return None
    of = "" if images is None else f" of {count(images, 'image')}"
    return f"{amount(value, 'percent')}{of}"

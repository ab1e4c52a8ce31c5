"""``archscout train``: one architecture alone on images with classes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from archscout._common.saying import count
from archscout.cli.console import (
    INTERRUPTED,
    amount,
    complain,
    duration,
    print_json,
    print_line,
    print_pairs,
)
from archscout.cli.image_options import (
    IMAGES,
    LimitOption,
    NoClassesOption,
    TestOption,
    ValidationOption,
    read_sets,
    refuse_no_classes,
    share_of,
)
from archscout.cli.naming import run_folder
from archscout.cli.options import HOW, OUTPUT, JsonOption, read_settings, writable_folder
from archscout.errors import SettingsError
from archscout.plugins import describe

if TYPE_CHECKING:
    from archscout.images.sets import ImageSets
    from archscout.pipelines.train import TrainedNetwork
    from archscout.training.settings import TrainSettings

NETWORK_PANEL = "What to train"
REPORT = "report.html"


def run(
    *,
    arch: Annotated[
        str, typer.Argument(metavar="ARCH", help="Architecture in the standard text of its space.")
    ],
    images: Annotated[
        Path,
        typer.Argument(
            metavar="IMAGES",
            help="Images: a folder with a folder a class, .npz with classes, or IDX files.",
        ),
    ],
    space: Annotated[
        str,
        typer.Option(
            help="Search space (archscout list spaces), module:Name or FILE.py:Name.",
            rich_help_panel=NETWORK_PANEL,
        ),
    ] = "nasbench201",
    channels: Annotated[
        int | None,
        typer.Option(
            help="Channels of the first stage.",
            show_default="that of the space",
            rich_help_panel=NETWORK_PANEL,
        ),
    ] = None,
    cells: Annotated[
        int | None,
        typer.Option(
            help="Cells: of each stage for nasbench201, in all for darts.",
            show_default="that of the space",
            rich_help_panel=NETWORK_PANEL,
        ),
    ] = None,
    size: Annotated[
        list[str] | None,
        typer.Option(
            "--size",
            metavar="KEY=VALUE",
            help="Another setting of the network, such as widths=search; may be repeated.",
            rich_help_panel=NETWORK_PANEL,
        ),
    ] = None,
    resolution: Annotated[
        int, typer.Option(help="Height and width in pixels.", rich_help_panel=IMAGES)
    ] = 32,
    limit: LimitOption = None,
    no_classes: NoClassesOption = False,
    validation: ValidationOption = None,
    test: TestOption = None,
    preset: Annotated[
        str, typer.Option(help="Settings to begin with.", rich_help_panel=HOW)
    ] = "alone",
    epochs: Annotated[
        int | None,
        typer.Option(help="Passes.", show_default="that of the preset", rich_help_panel=HOW),
    ] = None,
    batch: Annotated[
        int | None,
        typer.Option(help="Images a step.", show_default="that of the preset", rich_help_panel=HOW),
    ] = None,
    seed: Annotated[int, typer.Option(help="Decides all that is random.", rich_help_panel=HOW)] = 0,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="Another setting of the training, such as learning_rate=0.05 or threads=4; may "
            "be repeated.",
            rich_help_panel=HOW,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Folder of network.json, the weights and the report.",
            show_default="runs/train-SPACE-ARCH-IMAGES-seedSEED",
            rich_help_panel=OUTPUT,
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Train one architecture alone on images with classes.

    The same command goes on where it was stopped, with exactly the same
    result. Export the network with archscout export.
    """
    from archscout.cli.bars import TrainBar
    from archscout.pipelines.train import check_classes, train_network
    from archscout.reports.report import report
    from archscout.spaces import load_space, plugin_of

    refuse_no_classes(no_classes, "training a network")
    loaded = load_space(space)
    architecture = loaded.parse(arch)
    training = training_settings(preset, epochs, batch, seed, settings or [])
    given = {"channels": channels, "cells": cells}
    shape: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    shape |= read_settings(size or [])
    plugin = plugin_of(loaded)
    if plugin.has("network_for"):
        shape = plugin.load("network_for")(shape, resolution)
    sets = read_sets(images, resolution=resolution, limit=limit, validation=validation, test=test)
    if not as_json:
        print_line(sets.summary())
    # Labels are missing more often than anything else is wrong: say so before a folder is made.
    check_classes(sets.train)
    share = share_of(validation)
    folder = out or run_folder(
        "train", describe(space), arch.strip(), images.resolve().stem, f"seed{seed}"
    )
    bar = TrainBar()
    try:
        with bar:
            done = train_network(
                loaded,
                architecture,
                sets.train,
                training,
                size=shape,
                validation=sets.validation if share is None else share,
                test=sets.test,
                out=writable_folder(folder),
                on_progress=bar.on_progress,
            )
    except KeyboardInterrupt:
        complain(f"stopped in {bar.place}: the same command goes on from the last checkpoint.")
        raise typer.Exit(INTERRUPTED) from None
    report(done, folder)
    if as_json:
        print_json(to_dict(done, sets, folder))
    else:
        print_summary(done, folder)


def training_settings(
    preset: str, epochs: int | None, batch: int | None, seed: int, pairs: list[str]
) -> TrainSettings:
    """Settings of the training; what has an option of its own is refused among the pairs."""
    from archscout.training.presets import find_settings

    changes: dict[str, Any] = {"epochs": epochs, "batch": batch, "seed": seed}
    changes = {key: value for key, value in changes.items() if value is not None}
    given = read_settings(pairs)
    for name in ("epochs", "batch", "seed"):
        if name in given:
            raise SettingsError(f"got --set {name}={given[name]}: use --{name} {given[name]}")
    return find_settings(preset).change(**changes, **given)


def to_dict(done: TrainedNetwork, images: ImageSets, folder: Path) -> dict[str, Any]:
    """What came of it in plain values."""
    return {
        "folder": str(folder),
        "report": str(folder / REPORT),
        "images": images.summary(),
        "classes": list(images.train.classes),
        **done.record.to_dict(),
    }


def print_summary(done: TrainedNetwork, folder: Path) -> None:
    """Print the closing table."""
    pairs = {}
    for name, value, images in (
        ("validation accuracy", done.validation, done.validation_images),
        ("test accuracy", done.test, done.test_images),
    ):
        if value is not None:
            pairs[name] = f"{amount(value, 'percent')} of {count(images, 'image')}"
    if done.chance is not None:
        pairs["always the commonest class"] = amount(done.chance, "percent")
    weights = sum(weight.numel() for weight in done.network.parameters())
    pairs["parameters"] = f"{weights:,}"
    pairs["training"] = done.saved.training
    if done.trained.losses:
        pairs["loss of the last epoch"] = f"{done.trained.losses[-1]:.4f}"
    if done.trained.images_per_second:
        speed = f"{done.trained.images_per_second:,.0f} images/s"
        pairs["time"] = f"{duration(done.trained.seconds)}, {speed}"
    if done.trained.resumed:
        were = "was" if done.trained.resumed == 1 else "were"
        epochs = count(done.trained.resumed, "epoch")
        pairs["resumed"] = f"{epochs} {were} trained by an earlier call"
    if done.record.warnings:
        pairs["warning"] = " ".join(done.record.warnings)
    pairs["network"] = str(folder)
    pairs["report"] = str(folder / REPORT)
    print_line(f"{done.saved.space}: {done.saved.architecture}")
    print_pairs(pairs)

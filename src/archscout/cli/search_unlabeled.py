"""``archscout search-unlabeled``: random-label search on images of one's own."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from archscout.cli.console import (
    INTERRUPTED,
    complain,
    duration,
    print_json,
    print_line,
    print_pairs,
    print_rows,
)
from archscout.cli.image_options import IMAGES, LimitOption, NoClassesOption, read_sets
from archscout.cli.limits import MaxLatencyOption, MaxMacsOption, MaxParamsOption
from archscout.cli.naming import run_folder
from archscout.cli.options import HOW, OUTPUT, JsonOption, read_settings, writable_folder
from archscout.errors import SettingsError
from archscout.plugins import describe

if TYPE_CHECKING:
    from archscout.images.sets import ImageSets
    from archscout.pipelines.unlabeled import UnlabeledResult, UnlabeledSettings

WHAT = "What to learn from"


def run(
    *,
    images: Annotated[
        str,
        typer.Argument(
            metavar="IMAGES",
            help="Folder of pictures, or a file .npz or .npy, or a folder of IDX files. Labels "
            "are not needed.",
        ),
    ],
    resolution: Annotated[
        int, typer.Option(help="Height and width in pixels.", rich_help_panel=IMAGES)
    ] = 16,
    limit: LimitOption = None,
    no_classes: NoClassesOption = False,
    kind: Annotated[
        str,
        typer.Option(
            "--labels",
            metavar="random|redrawn|shuffled|true",
            help="Labels of the supernet: random once, random anew each epoch, or the images' "
            "own, dealt to others or true.",
            rich_help_panel=WHAT,
        ),
    ] = "random",
    classes: Annotated[
        int | None,
        typer.Option(
            help="Number of random classes.",
            show_default="that of the images, else 10",
            rich_help_panel=WHAT,
        ),
    ] = None,
    space: Annotated[
        str, typer.Option(help="nasbench201, darts or mobilenet.", rich_help_panel=HOW)
    ] = "nasbench201",
    supernet: Annotated[
        list[str] | None,
        typer.Option(
            "--supernet",
            metavar="KEY=VALUE",
            help="A setting of the supernet, such as channels=16; may be given more than once.",
            rich_help_panel=HOW,
        ),
    ] = None,
    training: Annotated[
        list[str] | None,
        typer.Option(
            "--train",
            metavar="KEY=VALUE",
            help="A setting of the supernet's training, such as learning_rate=0.05.",
            rich_help_panel=HOW,
        ),
    ] = None,
    epochs: Annotated[
        int | None,
        typer.Option(help="Epochs of the supernet.", show_default="15", rich_help_panel=HOW),
    ] = None,
    sampling: Annotated[
        str, typer.Option(metavar="uniform|fair", help="Draws of paths.", rich_help_panel=HOW)
    ] = "uniform",
    shared: Annotated[
        bool | None,
        typer.Option(
            "--shared/--per-cell",
            help="Whether all cells of a step have the same operations.",
            show_default="as published",
            rich_help_panel=HOW,
        ),
    ] = None,
    max_macs: MaxMacsOption = None,
    max_params: MaxParamsOption = None,
    max_latency: MaxLatencyOption = None,
    trust: Annotated[
        int,
        typer.Option(
            help="Networks trained alone for the trust check, if there are classes; 0 for none. "
            "Fewer than 5 cannot show that the order is more than chance.",
            rich_help_panel=HOW,
        ),
    ] = 8,
    true_labels: Annotated[
        bool,
        typer.Option(
            "--true-labels/--no-true-labels",
            help="Train a second supernet on true labels, as one more null, if there are any.",
            rich_help_panel=HOW,
        ),
    ] = True,
    seed: Annotated[int, typer.Option(help="Decides all that is random.", rich_help_panel=HOW)] = 0,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Folder for weights, result and report.",
            show_default="runs/unlabeled-IMAGES-SPACE-seedSEED",
            rich_help_panel=OUTPUT,
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Search without labels: train on random ones, rank by how far weights turned.

    The result stands beside what needs no training. The same command goes on
    where it was stopped.
    """
    from archscout.pipelines.unlabeled import UnlabeledSettings
    from archscout.pipelines.unlabeled.searched import check_space
    from archscout.spaces.limits.limit import parse_limits
    from archscout.training.presets import reduced_training

    check_space(space, "unlabeled")
    changes = read_settings(training or ())
    for name, option in (("epochs", "--epochs"), ("seed", "--seed")):
        if name in changes:
            raise SettingsError(f"got --train {name}={changes[name]}, expected {option} for that")
    changes |= {} if epochs is None else {"epochs": epochs}
    settings = UnlabeledSettings(
        space=space,
        supernet=read_settings(supernet or ()),
        kind=kind,
        classes=classes,
        sampling=sampling,
        shared=shared,
        training=reduced_training(space).change(**changes),
        limits=parse_limits({"max_macs": max_macs, "max_params": max_params}),
        true_labels=true_labels,
        trust=trust,
        seed=seed,
    )
    folder = out or run_folder(
        "unlabeled", Path(images).resolve().name, describe(space), f"seed{seed}"
    )
    sets = read_sets(images, resolution=resolution, limit=limit, no_classes=no_classes, test=False)
    if not as_json:
        print_line(sets.summary())
    if max_latency is not None:
        from archscout.pipelines.unlabeled.trained import fresh_supernet

        fresh_supernet(settings, 2, seed)  # Wrong settings are refused before anything is measured.
        from archscout.cli.latency import latency_limit

        limit_of = latency_limit(max_latency, settings, sets.train, folder)
        settings = dataclasses.replace(settings, limits=(*settings.limits, limit_of))
    result = _search(sets, settings, folder)
    if as_json:
        own = list(sets.train.classes)
        print_json({**result.to_dict(), "classes": own, "folder": str(folder)})
    else:
        _print(result, folder)


def _search(sets: ImageSets, settings: UnlabeledSettings, folder: Path) -> UnlabeledResult:
    from archscout.cli.bars import StageBar
    from archscout.pipelines.unlabeled import search_unlabeled

    writable_folder(folder)
    try:
        with StageBar("starting") as bar:
            return search_unlabeled(
                sets.train,
                settings,
                validation=sets.validation,
                out=folder,
                on_stage=bar.on_stage,
            )
    except KeyboardInterrupt:
        complain("stopped; what was trained is kept: the same command goes on from there.")
        raise typer.Exit(INTERRUPTED) from None


def _print(result: UnlabeledResult, folder: Path) -> None:
    """Print what was found, its nulls and where the rest is."""
    from archscout._common.saying import say_tau

    space = result.scores.space
    rows: list[list[Any]] = []
    agreement = {row["way"]: row for row in result.scores.agreement()}
    trust = {} if result.trust is None else {row["way"]: row for row in result.trust.rows()}
    for found in result.found:
        row = trust.get(found.way)
        rows.append(
            [
                found.way,
                space.format(found.architecture),
                f"{found.params / 1e6:.3f}M",
                f"{found.macs / 1e6:.1f}M",
                say_tau(agreement[found.way]["tau"]),
                None
                if row is None
                else f"{say_tau(row['tau'])} [{say_tau(row['low'])}, {say_tau(row['high'])}]",
            ]
        )
    header = ["way", "puts first", "parameters", "MACs", "tau with the angle", "trust check"]
    print_rows("What each way puts first", header, rows)
    for finding in result.findings:
        print_line(f"- {finding}.")
    print_pairs(
        {
            "architecture": space.format(result.best),
            **({"warning": " ".join(result.warnings)} if result.warnings else {}),
            "winner named": result.verdict,
            "time": duration(sum(result.seconds.values())),
            "speed": f"{result.images_per_second:,.0f} images a second"
            if result.images_per_second
            else "trained by an earlier call",
            "report": str(folder / "report.html"),
            "next": f"archscout export {folder} --to code",
        }
    )

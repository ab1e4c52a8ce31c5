"""``archscout search-unlabeled``: random-label search on images of one's own."""

from __future__ import annotations

import dataclasses
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from archscout.cli._console import (
    duration,
    print_findings,
    print_json,
    print_line,
    print_pairs,
    print_rows,
)
from archscout.cli._image_options import LimitOption, NoClassesOption, ResolutionOption
from archscout.cli._naming import export_command, run_folder
from archscout.cli._options import (
    SEVERAL,
    JsonOption,
    MaxMacsOption,
    MaxParamsOption,
    Pairs,
    SeedOption,
    TrainingPairs,
    how,
    out_folder,
    pairs,
    read_names,
    read_settings,
    what,
    writable_folder,
)
from archscout.errors import SettingsError
from archscout.plugins import describe

if TYPE_CHECKING:
    from archscout.pipelines.unlabeled import UnlabeledResult

learn = partial(typer.Option, rich_help_panel="What to learn from")


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
    resolution: ResolutionOption = 16,
    limit: LimitOption = None,
    no_classes: NoClassesOption = False,
    kind: Annotated[
        str,
        learn(
            "--labels",
            metavar="random|redrawn|shuffled|true",
            help="Labels of the supernet: random once, random anew each epoch, or the images' "
            "own, dealt to others or true.",
        ),
    ] = "random",
    classes: Annotated[
        int | None,
        learn(help="Number of random classes.", show_default="that of the images, else 10"),
    ] = None,
    space: Annotated[str, how(help="nasbench201, darts or mobilenet.")] = "nasbench201",
    supernet: Annotated[
        Pairs, pairs(how, "--supernet", f"A setting of the supernet, such as channels=16{SEVERAL}")
    ] = None,
    training: TrainingPairs = None,
    epochs: Annotated[int | None, how(help="Epochs of the supernet.", show_default="15")] = None,
    sampling: Annotated[str, how(metavar="uniform|fair", help="Draws of paths.")] = "uniform",
    shared: Annotated[
        bool | None,
        how(
            "--shared/--per-cell",
            help="Whether all cells of a step have the same operations.",
            show_default="as published",
        ),
    ] = None,
    max_macs: MaxMacsOption = None,
    max_params: MaxParamsOption = None,
    max_latency: Annotated[
        str | None,
        what(
            metavar="AMOUNT",
            help="Search only networks that take at most so long for one image on this machine, "
            "such as 3.5ms; measured once, and kept in the folder.",
        ),
    ] = None,
    trust: Annotated[
        int,
        how(
            help="Networks trained alone for the trust check, if there are classes; 0 for none. "
            "Fewer than 5 cannot show that the order is more than chance."
        ),
    ] = 8,
    proxies: Annotated[
        str,
        how(
            metavar="NAMES",
            help="Proxies to compare with the angle too, with commas; see archscout list.",
        ),
    ] = "",
    true_labels: Annotated[
        bool,
        how(
            "--true-labels/--no-true-labels",
            help="Train a second supernet on true labels, as one more null, if there are any.",
        ),
    ] = True,
    seed: SeedOption = 0,
    out: Annotated[
        Path | None,
        out_folder(
            "Folder for weights, result and report.", "runs/unlabeled-IMAGES-SPACE-seedSEED"
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Search without labels: train on random ones, rank by how far weights turned.

    The result stands beside what needs no training. The same command goes on
    where it was stopped.
    """
    from archscout.cli._bars import ReadBar, StageBar
    from archscout.images._sets import load_sets
    from archscout.pipelines.unlabeled import UnlabeledSettings, search_unlabeled
    from archscout.pipelines.unlabeled._searched import check_space
    from archscout.spaces.limits._limit import parse_limits
    from archscout.training._presets import reduced_training

    check_space(space, "unlabeled")
    changes = read_settings(training)
    for name, option in (("epochs", "--epochs"), ("seed", "--seed")):
        if name in changes:
            raise SettingsError(f"got --train {name}={changes[name]}, expected {option} for that")
    changes |= {} if epochs is None else {"epochs": epochs}
    settings = UnlabeledSettings(
        space=space,
        supernet=read_settings(supernet),
        kind=kind,
        classes=classes,
        sampling=sampling,
        shared=shared,
        training=reduced_training(space).change(**changes),
        limits=parse_limits({"max_macs": max_macs, "max_params": max_params}),
        true_labels=true_labels,
        trust=trust,
        seed=seed,
        proxies=tuple(read_names(proxies)),
    )
    folder = out or run_folder(
        "unlabeled", Path(images).resolve().name, describe(space), f"seed{seed}"
    )
    with ReadBar() as reading:
        sets = load_sets(
            images,
            resolution=resolution,
            limit=limit,
            classes=not no_classes,
            test=False,
            progress=reading.on_read,
        )
    if not as_json:
        print_line(sets.summary())
    if max_latency is not None:
        from archscout.pipelines.unlabeled._trained import fresh_supernet

        fresh_supernet(settings, 2, seed)  # Wrong settings are refused before anything is measured.
        from archscout.cli._latency import latency_limit

        limit_of = latency_limit(max_latency, settings, sets.train, folder)
        settings = dataclasses.replace(settings, limits=(*settings.limits, limit_of))
    writable_folder(folder)
    with StageBar() as bar:
        result = search_unlabeled(
            sets.train, settings, validation=sets.validation, out=folder, on_stage=bar.on_stage
        )
    if as_json:
        own = list(sets.train.classes)
        print_json({**result.to_dict(), "classes": own, "folder": str(folder)})
    else:
        _print(result, folder, space)


def _print(result: UnlabeledResult, folder: Path, place: str) -> None:
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
    print_findings(result.findings)
    print_pairs(
        {
            "architecture": space.format(result.best),
            "warning": " ".join(result.warnings) or None,
            "winner named": result.verdict,
            "time": duration(sum(result.seconds.values())),
            "speed": f"{result.images_per_second:,.0f} images a second"
            if result.images_per_second
            else "trained by an earlier call",
            "report": str(folder / "report.html"),
            "next": export_command(folder, place),
        }
    )

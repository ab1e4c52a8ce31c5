"""``archscout search-supernet``: a search whose labels are supernet accuracies."""

from __future__ import annotations

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
from archscout.cli.limits import MaxMacsOption, MaxParamsOption
from archscout.cli.naming import run_folder
from archscout.cli.options import HOW, OUTPUT, JsonOption, read_settings, writable_folder
from archscout.errors import SettingsError
from archscout.plugins import describe

if TYPE_CHECKING:
    from archscout.images.sets import ImageSets
    from archscout.pipelines.supernet_search import SupernetSearchResult, SupernetSearchSettings

FINAL = "What to train in the end"
# Share of the images held out where none are given.
_HELD_OUT = 0.2


def run(
    *,
    images: Annotated[
        Path,
        typer.Argument(
            metavar="IMAGES",
            help="Images: a folder with a folder a class, .npz with classes, or IDX files.",
        ),
    ],
    resolution: Annotated[
        int, typer.Option(help="Height and width in pixels.", rich_help_panel=IMAGES)
    ] = 32,
    limit: LimitOption = None,
    no_classes: NoClassesOption = False,
    validation: ValidationOption = None,
    test: TestOption = None,
    space: Annotated[
        str, typer.Option(help="mobilenet, nasbench-macro or nasbench201.", rich_help_panel=HOW)
    ] = "mobilenet",
    max_macs: MaxMacsOption = None,
    max_params: MaxParamsOption = None,
    first: Annotated[
        int, typer.Option(help="Random architectures to begin with.", rich_help_panel=HOW)
    ] = 20,
    each: Annotated[
        int, typer.Option(help="Architectures proposed a round.", rich_help_panel=HOW)
    ] = 20,
    rounds: Annotated[
        int, typer.Option(help="Rounds of learning and proposing.", rich_help_panel=HOW)
    ] = 3,
    pool: Annotated[
        str,
        typer.Option(
            metavar="newest|accumulated",
            help="What the supernet is trained on: the newest architectures, or all so far.",
            rich_help_panel=HOW,
        ),
    ] = "newest",
    epochs: Annotated[
        int, typer.Option("--epochs-per-round", help="Passes a round.", rich_help_panel=HOW)
    ] = 3,
    updates: Annotated[
        int | None,
        typer.Option(
            help="About so many training steps a round instead of passes.", rich_help_panel=HOW
        ),
    ] = None,
    strategy: Annotated[
        str,
        typer.Option(
            help="What proposes architectures, such as evolution; see archscout list.",
            rich_help_panel=HOW,
        ),
    ] = "seminas",
    preset: Annotated[
        str | None,
        typer.Option(
            help="Preset of SemiNAS, such as paper-imagenet.",
            show_default="fast",
            rich_help_panel=HOW,
        ),
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="A setting of the strategy; may be given more than once.",
            rich_help_panel=HOW,
        ),
    ] = None,
    recalibration: Annotated[
        int,
        typer.Option(
            help="Batches on which an architecture's running statistics are measured before it "
            "is scored; 0 as in the released code.",
            rich_help_panel=HOW,
        ),
    ] = 4,
    channels: Annotated[
        int | None,
        typer.Option(
            help="Channels of the supernet, where the space has such a setting.",
            show_default="a small supernet",
            rich_help_panel=HOW,
        ),
    ] = None,
    supernet: Annotated[
        list[str] | None,
        typer.Option(
            "--supernet",
            metavar="KEY=VALUE",
            help="Another setting of the supernet, such as widths=search; may be repeated.",
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
    seed: Annotated[int, typer.Option(help="Decides all that is random.", rich_help_panel=HOW)] = 0,
    final_epochs: Annotated[
        int,
        typer.Option(help="Passes of each network alone; 0 trains none.", rich_help_panel=FINAL),
    ] = 30,
    finalists: Annotated[
        int, typer.Option(help="How many of the best are trained alone.", rich_help_panel=FINAL)
    ] = 1,
    network: Annotated[
        list[str] | None,
        typer.Option(
            "--network",
            metavar="KEY=VALUE",
            help="A setting in which the final network differs from the supernet, such as "
            "widths=final; limits are counted on it.",
            rich_help_panel=FINAL,
        ),
    ] = None,
    trust: Annotated[
        int,
        typer.Option(
            help="Random networks trained alone, to see what supernet accuracies are worth; "
            "0 for none. Fewer than 5 cannot show that the order is more than chance.",
            rich_help_panel=FINAL,
        ),
    ] = 0,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Folder for weights, result, report and the network.",
            show_default="runs/supernet-IMAGES-SPACE-seedSEED",
            rich_help_panel=OUTPUT,
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Search where a supernet's accuracy is the label; with SemiNAS, if nothing else is said.

    The best is trained alone. The same command goes on where it was stopped.
    """
    from archscout.pipelines.supernet_search import SupernetSearchSettings
    from archscout.pipelines.unlabeled.searched import check_space
    from archscout.spaces.limits.limit import parse_limits
    from archscout.training.presets import PRESETS, reduced_training

    refuse_no_classes(no_classes, "a search by supernet accuracy")
    check_space(space, "supernet")
    share = share_of(validation)
    shape = {} if channels is None else {"channels": channels}
    alone = PRESETS["alone"]
    if final_epochs < 0:
        raise SettingsError(f"got --final-epochs {final_epochs}, expected 0 or more")
    settings = SupernetSearchSettings(
        space=space,
        supernet={**shape, **read_settings(supernet or ())},
        training=reduced_training(space).change(**_without_epochs(training or ())),
        epochs=epochs,
        updates=updates,
        first=first,
        each=each,
        rounds=rounds,
        pool=pool,  # type: ignore[arg-type]  # The settings refuse other names.
        strategy=strategy,
        preset=preset,
        strategy_settings=read_settings(set_ or ()),
        limits=parse_limits({"max_macs": max_macs, "max_params": max_params}),
        validation=_HELD_OUT if share is None else share,
        recalibration=recalibration,
        network=read_settings(network or ()),
        final_training=alone.change(epochs=final_epochs) if final_epochs else alone,
        finalists=finalists if final_epochs else 0,
        trust=trust,
        seed=seed,
    )
    folder = out or run_folder(
        "supernet", Path(images).resolve().name, describe(space), f"seed{seed}"
    )
    sets = read_sets(images, resolution=resolution, limit=limit, validation=validation, test=test)
    if not as_json:
        print_line(sets.summary())
    result = _search(sets, settings, folder)
    if as_json:
        classes = list(sets.train.classes)
        print_json({**result.to_dict(), "classes": classes, "folder": str(folder)})
    else:
        _print(result, folder)


def _without_epochs(pairs: list[str] | tuple[str, ...]) -> dict[str, Any]:
    """Settings of the training; what has an option of its own is refused among the pairs."""
    given = read_settings(pairs)
    for name, option in (("epochs", "--epochs-per-round"), ("seed", "--seed")):
        if name in given:
            raise SettingsError(f"got --train {name}={given[name]}: use {option} {given[name]}")
    return given


def _search(
    sets: ImageSets, settings: SupernetSearchSettings, folder: Path
) -> SupernetSearchResult:
    from archscout.cli.bars import StageBar
    from archscout.pipelines.supernet_search import search_supernet

    # Labels are missing more often than anything else is wrong: say so before a folder is made.
    if sets.train.targets is not None:
        writable_folder(folder)
    try:
        with StageBar("starting") as bar:
            return search_supernet(
                sets.train,
                settings,
                validation=sets.validation,
                test=sets.test,
                out=folder,
                on_stage=bar.on_stage,
            )
    except KeyboardInterrupt:
        complain("stopped; what was trained is kept: the same command goes on from there.")
        raise typer.Exit(INTERRUPTED) from None


def _print(result: SupernetSearchResult, folder: Path) -> None:
    """Print what each round added, what was found and where the rest is."""
    rows = [
        [
            row["round"],
            row["proposed"],
            f"{row['mean']:.2f}",
            f"{row['best']:.2f}",
            f"{row['loss']:.3f}",
        ]
        for row in result.by_round()
    ]
    print_rows(
        "Supernet accuracies by the last weights, in percent",
        ["round", "architectures", "mean", "best", "loss"],
        rows,
    )
    for finding in result.findings:
        print_line(f"- {finding}.")
    alone = result.finalists[0] if result.finalists else None
    macs, params = result.macs[result.place], result.params[result.place]
    pairs = {
        "architecture": result.space.format(result.best),
        **({"warning": " ".join(result.warnings)} if result.warnings else {}),
        "labels": f"{len(result.architectures)} bought, {result.renewed} renewed by newer weights",
        "supernet accuracy": f"{result.accuracies[result.place]:.2f} percent",
        "alone": "not trained" if alone is None else f"{alone.validation:.2f} percent, held out",
        "parameters": f"{params / 1e6:.3f}M",
        "MACs": f"{macs / 1e6:.2f}M",
        "time": duration(sum(result.seconds.values())),
        "network": str(folder),
        "report": str(folder / "report.html"),
    }
    if alone is not None:
        if alone.test is not None:
            pairs["alone, test images"] = f"{alone.test:.2f} percent"
        pairs["next"] = f"archscout export {folder} --to code"
    print_pairs(pairs)

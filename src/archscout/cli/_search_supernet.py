"""``archscout search-supernet``: a search whose labels are supernet accuracies."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archscout.cli._command import spread
from archscout.cli._console import (
    duration,
    print_findings,
    print_json,
    print_line,
    print_pairs,
    print_rows,
)
from archscout.cli._image_options import TrainingImages
from archscout.cli._naming import export_command, run_folder
from archscout.cli._options import (
    JsonOption,
    MaxMacsOption,
    MaxParamsOption,
    Pairs,
    SeedOption,
    StrategyPairs,
    TrainingPairs,
    how,
    out_folder,
    pairs,
    read_others,
    read_settings,
    writable_folder,
)
from archscout.errors import SettingsError
from archscout.plugins import describe

if TYPE_CHECKING:
    from archscout.pipelines.supernet_search import SupernetSearchResult

final = partial(typer.Option, rich_help_panel="What to train in the end")
# Share of the images held out where none are given.
_HELD_OUT = 0.2


@spread
def run(
    *,
    source: TrainingImages,
    space: Annotated[str, how(help="mobilenet, nasbench-macro or nasbench201.")] = "mobilenet",
    max_macs: MaxMacsOption = None,
    max_params: MaxParamsOption = None,
    first: Annotated[int, how(help="Random architectures to begin with.")] = 20,
    each: Annotated[int, how(help="Architectures proposed a round.")] = 20,
    rounds: Annotated[int, how(help="Rounds of learning and proposing.")] = 3,
    pool: Annotated[
        str,
        how(
            metavar="newest|accumulated",
            help="What the supernet is trained on: the newest architectures, or all so far.",
        ),
    ] = "newest",
    epochs: Annotated[int, how("--epochs-per-round", help="Passes a round.")] = 3,
    updates: Annotated[
        int | None, how(help="About so many training steps a round instead of passes.")
    ] = None,
    strategy: Annotated[
        str, how(help="What proposes architectures, such as evolution; see archscout list.")
    ] = "seminas",
    preset: Annotated[
        str | None, how(help="Preset of SemiNAS, such as paper-imagenet.", show_default="fast")
    ] = None,
    set_: StrategyPairs = None,
    recalibration: Annotated[
        int,
        how(
            help="Batches on which an architecture's running statistics are measured before it "
            "is scored; 0 as in the released code."
        ),
    ] = 4,
    channels: Annotated[
        int | None,
        how(
            help="Channels of the supernet, where the space has such a setting.",
            show_default="a small supernet",
        ),
    ] = None,
    supernet: Annotated[
        Pairs,
        pairs(
            how,
            "--supernet",
            "Another setting of the supernet, such as widths=search; may be repeated.",
        ),
    ] = None,
    training: TrainingPairs = None,
    seed: SeedOption = 0,
    final_epochs: Annotated[int, final(help="Passes of each network alone; 0 trains none.")] = 30,
    finalists: Annotated[int, final(help="How many of the best are trained alone.")] = 1,
    network: Annotated[
        Pairs,
        pairs(
            final,
            "--network",
            "A setting in which the final network differs from the supernet, such as "
            "widths=final; limits are counted on it.",
        ),
    ] = None,
    trust: Annotated[
        int,
        final(
            help="Random networks trained alone, to see what supernet accuracies are worth; "
            "0 for none. Fewer than 5 cannot show that the order is more than chance."
        ),
    ] = 0,
    out: Annotated[
        Path | None,
        out_folder(
            "Folder for weights, result, report and the network.",
            "runs/supernet-IMAGES-SPACE-seedSEED",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Search where a supernet's accuracy is the label; with SemiNAS, if nothing else is said.

    The best is trained alone. The same command goes on where it was stopped.
    """
    from archscout.cli._bars import StageBar
    from archscout.pipelines.supernet_search import SupernetSearchSettings, search_supernet
    from archscout.pipelines.unlabeled._searched import check_space
    from archscout.spaces.limits._limit import parse_limits
    from archscout.training._presets import PRESETS, reduced_training

    source.refuse_no_classes("a search by supernet accuracy")
    check_space(space, "supernet")
    shape = {} if channels is None else {"channels": channels}
    if final_epochs < 0:
        raise SettingsError(f"got --final-epochs {final_epochs}, expected 0 or more")
    own = {"epochs": "--epochs-per-round", "seed": "--seed"}
    alone = PRESETS["alone"]
    settings = SupernetSearchSettings(
        space=space,
        supernet={**shape, **read_settings(supernet)},
        training=reduced_training(space).change(**read_others("--train", training, own)),
        epochs=epochs,
        updates=updates,
        first=first,
        each=each,
        rounds=rounds,
        pool=pool,  # type: ignore[arg-type]  # The settings refuse other names.
        strategy=strategy,
        preset=preset,
        strategy_settings=read_settings(set_),
        limits=parse_limits({"max_macs": max_macs, "max_params": max_params}),
        validation=_HELD_OUT if source.share is None else source.share,
        recalibration=recalibration,
        network=read_settings(network),
        final_training=alone.change(epochs=final_epochs) if final_epochs else alone,
        finalists=finalists if final_epochs else 0,
        trust=trust,
        seed=seed,
    )
    folder = out or run_folder(
        "supernet", source.images.resolve().name, describe(space), f"seed{seed}"
    )
    sets = source.read()
    if not as_json:
        print_line(sets.summary())
    # Labels are missing more often than anything else is wrong: say so before a folder is made.
    if sets.train.targets is not None:
        writable_folder(folder)
    with StageBar() as bar:
        result = search_supernet(
            sets.train,
            settings,
            validation=sets.validation,
            test=sets.test,
            out=folder,
            on_stage=bar.on_stage,
        )
    if as_json:
        classes = list(sets.train.classes)
        print_json({**result.to_dict(), "classes": classes, "folder": str(folder)})
    else:
        _print(result, folder, space)


def _print(result: SupernetSearchResult, folder: Path, space: str) -> None:
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
    print_findings(result.findings)
    alone = result.finalists[0] if result.finalists else None
    macs, params = result.macs[result.place], result.params[result.place]
    test = None if alone is None or alone.test is None else f"{alone.test:.2f} percent"
    print_pairs(
        {
            "architecture": result.space.format(result.best),
            "warning": " ".join(result.warnings) or None,
            "labels": f"{len(result.architectures)} bought, {result.renewed} renewed by newer "
            "weights",
            "supernet accuracy": f"{result.accuracies[result.place]:.2f} percent",
            "alone": "not trained"
            if alone is None
            else f"{alone.validation:.2f} percent, held out",
            "parameters": f"{params / 1e6:.3f}M",
            "MACs": f"{macs / 1e6:.2f}M",
            "time": duration(sum(result.seconds.values())),
            "network": str(folder),
            "report": str(folder / "report.html"),
            "alone, test images": test,
            "next": None if alone is None else export_command(folder, space),
        }
    )

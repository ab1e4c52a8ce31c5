"""Options that more than one command takes, and the reading of their values."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from archscout.errors import SettingsError, unknown_name

PROBLEM, HOW, OUTPUT = "What to search", "How to search", "Where results go"

SpaceOption = Annotated[
    str,
    typer.Option(
        help="Search space (archscout list spaces), module:Name or FILE.py:Name.",
        show_default="that of --benchmark, else nasbench201",
        rich_help_panel=PROBLEM,
    ),
]
OwnSpaceOption = Annotated[
    str | None,
    typer.Option(
        "--space",
        metavar="PLACE",
        help="Class of the run's space where that has no name here: module:Name or FILE.py:Name. "
        "Its code is imported; no code is that only the run names.",
    ),
]
BenchmarkOption = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Built-in table to search (archscout list benchmarks), module:Name or FILE.py:Name.",
        show_default="that of the space",
        rich_help_panel=PROBLEM,
    ),
]
DatasetOption = Annotated[
    str | None,
    typer.Option(
        help="Data set of the benchmark: cifar10, cifar100 or imagenet16_120 for nasbench201.",
        show_default="cifar10",
        rich_help_panel=PROBLEM,
    ),
]
TableOption = Annotated[
    Path | None,
    typer.Option(
        metavar="CSV",
        help="Your own table of measured architectures instead of the built-in benchmark.",
        rich_help_panel=PROBLEM,
    ),
]
MetricOption = Annotated[
    str,
    typer.Option(help="Metric of --table to search by.", rich_help_panel=PROBLEM),
]
SplitOption = Annotated[
    str,
    typer.Option(
        metavar="valid|test|train",
        help="Split of --table to search by.",
        rich_help_panel=PROBLEM,
    ),
]
UnitOption = Annotated[
    str | None,
    typer.Option(
        help="Unit of the metric in --table, such as percent, fraction or ms.",
        show_default="as the column's name says",
        rich_help_panel=PROBLEM,
    ),
]
DirectionOption = Annotated[
    str | None,
    typer.Option(
        metavar="maximize|minimize",
        help="Whether high or low values of the metric in --table are good.",
        show_default="as is usual for the metric",
        rich_help_panel=PROBLEM,
    ),
]
EpochsOption = Annotated[
    int | None,
    typer.Option(
        help="Training length to take, where the table holds several.",
        show_default="the longest",
        rich_help_panel=PROBLEM,
    ),
]
RunOption = Annotated[
    str,
    typer.Option(
        metavar="mean|random",
        help="Value of a label: the mean of an architecture's training runs, or one at random.",
        rich_help_panel=PROBLEM,
    ),
]
LabelsOption = Annotated[
    int,
    typer.Option(
        help="Budget: how many architectures are measured, each counted once.",
        rich_help_panel=HOW,
    ),
]
DedupOption = Annotated[
    str,
    typer.Option(
        metavar="exact|isomorphic",
        help="Which architectures count as the same and are bought once: equal ones, or also "
        "those that compute the same function.",
        rich_help_panel=HOW,
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print only JSON on stdout.", rich_help_panel=OUTPUT)
]


def one_of(kind: str, value: str, known: Sequence[str]) -> str:
    """Return ``value`` if it is known; else raise the error with the nearest match."""
    if value not in known:
        raise unknown_name(kind, value, known)
    return value


def read_settings(pairs: Sequence[str]) -> dict[str, Any]:
    """Read ``key=value`` pairs; a value is a number, true, false, null, a JSON list or a text.

    Examples:
        >>> read_settings(["epochs=50", "preset=fast"])
        {'epochs': 50, 'preset': 'fast'}
    """
    settings: dict[str, Any] = {}
    for pair in pairs:
        key, equals, text = pair.partition("=")
        key = key.strip().replace("-", "_")
        if not equals or not key.isidentifier():
            raise SettingsError(
                f"got --set {pair!r}, expected a name and a value as in --set epochs=50"
            )
        try:
            settings[key] = json.loads(text, parse_constant=_no_number)
        except SettingsError:
            raise
        except ValueError:
            settings[key] = text
    return settings


def _no_number(word: str) -> None:
    raise SettingsError(f"got {word} in --set, expected a finite number")


def writable_folder(path: Path) -> Path:
    """Make a folder where missing and check that files can be written into it.

    Raises:
        SettingsError: if that fails.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            pass
    except OSError as error:
        raise SettingsError(
            f"cannot write into the folder {str(path)!r} ({error.strerror}): "
            "name another one with --out"
        ) from None
    return path

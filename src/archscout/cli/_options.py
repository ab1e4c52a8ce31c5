"""Options that more than one command takes, and the reading of their values."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from archscout.errors import SettingsError, unknown_name

# An option in its panel of the help.
what = partial(typer.Option, rich_help_panel="What to search")
how = partial(typer.Option, rich_help_panel="How to search")
where = partial(typer.Option, rich_help_panel="Where results go")

NAMES = "; also module:Name or FILE.py:Name."
SEVERAL = "; may be given more than once."
DEDUPS = ("exact", "isomorphic")


def out_folder(holds: str, default: str) -> Any:
    """The option ``--out`` of a command: what its folder holds, and its name if none is given."""
    return where(metavar="FOLDER", help=holds, show_default=default)


def pairs(panel: Any, flag: str, help: str) -> Any:
    """An option that takes ``key=value``, again and again."""
    return panel(flag, metavar="KEY=VALUE", help=help)


Pairs = list[str] | None
OwnSpaceOption = Annotated[
    str | None,
    typer.Option(
        "--space",
        metavar="PLACE",
        help="Class of the run's space where that has no name here: module:Name or FILE.py:Name. "
        "Its code is imported; no code is that only the run names.",
    ),
]
MaxMacsOption = Annotated[
    str | None,
    what(
        metavar="AMOUNT",
        help="Search only architectures of at most so many multiply-adds, such as 60M.",
    ),
]
MaxParamsOption = Annotated[
    str | None,
    what(
        metavar="AMOUNT",
        help="Search only architectures of at most so many parameters, such as 5.3M.",
    ),
]
LabelsOption = Annotated[
    int, how(help="Budget: how many architectures are measured, each counted once.")
]
SeedOption = Annotated[int, how(help="Decides all that is random.")]
DedupOption = Annotated[
    str,
    how(
        metavar="|".join(DEDUPS),
        help="Which architectures count as the same and are bought once: equal ones, or also "
        "those that compute the same function.",
    ),
]
StrategyPairs = Annotated[Pairs, pairs(how, "--set", f"A setting of the strategy{SEVERAL}")]
TrainingPairs = Annotated[
    Pairs,
    pairs(how, "--train", "A setting of the supernet's training, such as learning_rate=0.05."),
]
JsonOption = Annotated[bool, where("--json", help="Print only JSON on stdout.")]


def one_of(kind: str, value: str, known: Sequence[str]) -> str:
    """Return ``value`` if it is known; else raise the error with the nearest match."""
    if value not in known:
        raise unknown_name(kind, value, known)
    return value


def read_names(text: str) -> list[str]:
    """The names in a text with commas."""
    return [name.strip() for name in text.split(",") if name.strip()]


def read_settings(given: Pairs) -> dict[str, Any]:
    """Read ``key=value`` pairs; a value is a number, true, false, null, a JSON list or a text."""
    settings: dict[str, Any] = {}
    for pair in given or ():
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


def read_others(flag: str, given: Pairs, own: Mapping[str, str]) -> dict[str, Any]:
    """Read the pairs of a flag; names that have an option of their ``own`` are refused."""
    settings = read_settings(given)
    for name, option in own.items():
        if name in settings:
            value = settings[name]
            raise SettingsError(f"got {flag} {name}={value}: use {option} {value}")
    return settings


def _no_number(word: str) -> None:
    raise SettingsError(f"got {word} in --set, expected a finite number")


def writable_folder(path: Path) -> Path:
    """Make a folder where missing and check that files can be written into it; else refuse it."""
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

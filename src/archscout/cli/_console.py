"""What the commands share for the eye: consoles, tables, numbers in words, JSON."""

from __future__ import annotations

import contextlib
import json
import logging
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from archscout._common.plain import plain

WIDE, NARROW = 200, 60
USAGE_ERROR, BUG, INTERRUPTED = 2, 1, 130


def screen() -> Console:
    """The console of results, on stdout; without a terminal nothing is folded."""
    return Console() if sys.stdout.isatty() else Console(width=WIDE, highlight=False)


def side_screen() -> Console:
    """The console of progress and complaints, on stderr, so that stdout holds results only."""
    return Console(stderr=True)


def complain(sentence: str) -> None:
    """Print one sentence on stderr; where that is closed or full, the exit code has to say it."""
    with contextlib.suppress(OSError):
        typer.echo(f"archscout: {sentence}", err=True)


def stop(sentence: str, code: int = USAGE_ERROR) -> NoReturn:
    """Print one sentence on stderr and end the command."""
    complain(sentence)
    raise typer.Exit(code) from None


def print_json(value: Mapping[str, Any] | Sequence[Any]) -> None:
    """Print plain values as JSON on stdout; numbers that JSON lacks become null."""
    typer.echo(json.dumps(plain(value), indent=2, allow_nan=False))


def print_pairs(pairs: Mapping[str, str | None]) -> None:
    """Print a closing table: a name and a text a row, below each other where that is too wide.

    A name whose text is None is left out.
    """
    console = screen()
    shown = {name: text for name, text in pairs.items() if text is not None}
    if console.width < NARROW:
        for name, text in shown.items():
            console.print(f"[bold]{escape(name)}[/bold]: {escape(text)}", soft_wrap=True)
        return
    table = Table(show_header=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, text in shown.items():
        table.add_row(escape(name), escape(text))
    console.print(table)


def print_rows(title: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table with a title and a header; a text of None is shown as a dash.

    Where columns would be too narrow to be read, each row is printed as pairs instead.
    """
    print_line(title)
    shown = [["-" if cell is None else str(cell) for cell in row] for row in rows]
    console = screen()
    if console.width < NARROW or console.width < 8 * len(header):
        for row in shown:
            console.print("")
            print_pairs(dict(zip(header, row, strict=True)))
        return
    table = Table()
    for name in header:
        table.add_column(escape(name), overflow="fold")
    for row in shown:
        table.add_row(*map(escape, row))
    console.print(table)


def print_line(text: str) -> None:
    """Print a line as it stands, however long."""
    screen().print(text, soft_wrap=True, markup=False, highlight=False)


def print_findings(findings: Iterable[str], warnings: Iterable[str] = ()) -> None:
    """Print warnings and findings, one line each."""
    for line in (*(f"Warning: {said}." for said in warnings), *(f"- {said}." for said in findings)):
        print_line(line)


class Warnings(logging.Handler):
    """Prints warnings that the library logs, one line each."""

    def __init__(self) -> None:
        super().__init__(level=logging.WARNING)

    def emit(self, record: logging.LogRecord) -> None:
        """Print the first line; the rest is for the record."""
        complain(record.getMessage().partition("\n")[0])


def amount(value: float, unit: str) -> str:
    """Print a value with its unit.

    Examples:
        >>> amount(91.606667, "percent"), amount(0.25, "score")
        ('91.61 percent', '0.25 score')
        >>> amount(-0.0, "loss")
        '0 loss'
    """
    number = f"{value:.2f}" if unit == "percent" else f"{value:.6g}"
    number = number.removeprefix("-") if float(number) == 0 else number
    return f"{number} {unit}".strip()


def duration(seconds: float) -> str:
    """Print a time in the two largest units that matter.

    Examples:
        >>> duration(3.21), duration(75), duration(7260), duration(190000)
        ('3.2 s', '1 min 15 s', '2 h 1 min', '2 d 4 h')
    """
    if seconds < 60:
        return f"{seconds:.1f} s"
    units = [("d", 86400), ("h", 3600), ("min", 60), ("s", 1)]
    left = round(seconds)
    parts: list[str] = []
    for name, size in units:
        count, left = divmod(left, size)
        if count or parts:
            parts.append(f"{count} {name}")
    return " ".join(parts[:2])

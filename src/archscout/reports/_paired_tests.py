"""What the pages of comparisons and rankings share: paired tests, notes and manifest."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

from archscout._common.saying import count, say_interval, say_p
from archscout.reports._manifest_rows import flat_rows
from archscout.reports._pages import Page
from archscout.results._ranking import Ranking
from archscout.results.comparison import Comparison

_HEADS = ("labels", "measure", "ahead by", "p, corrected", "wins / ties / losses")
Row = Mapping[Any, Any]


def add_head(page: Page, result: Comparison | Ranking) -> None:
    """Say first what limits the result, then what was found."""
    page.add_warnings(result, "Note:")
    page.head.append(page.parts.items([f"{finding}." for finding in result.findings]))


def add_tests(
    page: Page,
    result: Comparison | Ranking,
    kind: str,
    *,
    say: Callable[[Row, float], str],
    measures: Mapping[str, str] | None = None,
    unit: Callable[[Row], str] = lambda row: "",
    last: int | None = None,
) -> None:
    """Add the section of paired tests, if there are any.

    Args:
        kind: what is tested: ``"strategy"`` or ``"predictor"``.
        say: writes a number of a test.
        measures: short names of measures, where they have any.
        unit: gives for a test the word behind its numbers.
        last: number of labels whose tests come first; the others are folded away.
    """
    parts, tests = page.parts, result.tests.to_dict("records")
    if not tests:
        return

    def table(rows: list[dict[Any, Any]]) -> str:
        cells = []
        for row in rows:
            ends = (row[name] for name in ("mean_difference", "low", "high"))
            ahead = say_interval(ends, functools.partial(say, row))
            cells.append(
                [
                    row[kind],
                    row["labels"],
                    (measures or {}).get(row["measure"], row["measure"]),
                    f"{ahead} {unit(row)}".rstrip(),
                    say_p(row["p_holm"]),
                    f"{row['wins']} / {row['ties']} / {row['losses']}",
                ]
            )
        drawn: str = parts.table("Paired tests", [kind, *_HEADS], cells)
        return drawn

    first = [row for row in tests if last is None or row["labels"] == last]
    others = [row for row in tests if last is not None and row["labels"] != last]
    page.section(
        f"Paired tests against {result.baseline}",
        table(first),
        parts.small(
            f"Ahead by: mean paired difference in favour of the {kind}, with its 95 % bootstrap "
            f"interval; p by sign flips, corrected for {count(len(tests), 'test')}."
        ),
        parts.details("After fewer labels", [table(others)]) if others else "",
        parts.details(
            "All tests in sentences", [parts.items([f"{row['sentence']}." for row in tests])]
        ),
    )


def add_manifest(page: Page, result: Comparison | Ranking) -> None:
    """Add how the numbers were made."""
    page.section("How these numbers were made", page.parts.items(result.notes))
    page.section("Manifest", page.parts.pairs("Manifest", flat_rows(result.manifest)))

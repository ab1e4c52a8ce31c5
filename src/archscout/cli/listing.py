"""``archscout list``: what can be named in the other commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from archscout.cli.console import print_json, print_rows
from archscout.cli.options import JsonOption, one_of

if TYPE_CHECKING:
    from archscout.registry import Registry

KINDS = ("spaces", "benchmarks", "strategies", "predictors")


def run(
    kind: Annotated[
        str | None,
        typer.Argument(metavar="[spaces|benchmarks|strategies|predictors]", show_default="all"),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show the spaces, benchmarks, strategies and predictors with their sources."""
    kinds = KINDS if kind is None else (one_of("list", kind, KINDS),)
    found = {name: _registry(name) for name in kinds}
    if as_json:
        print_json({name: _entries(registry) for name, registry in found.items()})
        return
    for name, registry in found.items():
        rows = [(e["name"], e["summary"], e["source"] or None) for e in _entries(registry)]
        print_rows(name, ("name", "what it is", "source"), rows)


def _entries(registry: Registry) -> list[dict[str, str]]:
    return [
        {"name": name, "summary": registry[name].summary, "source": registry[name].source}
        for name in registry.names()
    ]


def _registry(kind: str) -> Registry:
    if kind == "spaces":
        from archscout.spaces import SPACES

        return SPACES
    if kind == "benchmarks":
        from archscout.benchmarks import BENCHMARKS

        return BENCHMARKS
    if kind == "strategies":
        from archscout.strategies import STRATEGIES

        return STRATEGIES
    from archscout.predictors import PREDICTORS

    return PREDICTORS

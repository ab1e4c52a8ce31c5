"""``archscout list``: what can be named in the other commands."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Annotated

import typer

from archscout.cli.console import complain, print_json, print_rows
from archscout.cli.options import JsonOption, one_of
from archscout.plugins import broken

if TYPE_CHECKING:
    from archscout.plugins import Registry

KINDS = ("spaces", "benchmarks", "strategies", "predictors", "proxies", "supernets")


def run(
    kind: Annotated[
        str | None,
        typer.Argument(metavar=f"[{'|'.join(KINDS)}]", show_default="all"),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show spaces, benchmarks, strategies, predictors, proxies and supernets with their sources."""
    kinds = KINDS if kind is None else (one_of("list", kind, KINDS),)
    found = {name: _entries(_registry(name)) for name in kinds}
    for problem in broken():
        complain(problem)
    if as_json:
        print_json(found)
        return
    for name, entries in found.items():
        rows = [(e["name"], e["summary"], e.get("package") or e["source"] or None) for e in entries]
        print_rows(name, ("name", "what it is", "source"), rows)


def _entries(registry: Registry) -> list[dict[str, str]]:
    entries = {name: registry[name] for name in registry.names()}
    return [
        {
            "name": name,
            "summary": entry.summary,
            "source": entry.source,
            **({"package": entry.package} if entry.package else {}),
        }
        for name, entry in entries.items()
    ]


_HOMES = {
    "spaces": "archscout.spaces:SPACES",
    "benchmarks": "archscout.benchmarks:BENCHMARKS",
    "strategies": "archscout.strategies:STRATEGIES",
    "predictors": "archscout.predictors:PREDICTORS",
    "proxies": "archscout.proxies:PROXIES",
    "supernets": "archscout.supernets:SUPERNETS",
}


def _registry(kind: str) -> Registry:
    module, _, name = _HOMES[kind].partition(":")
    registry: Registry = getattr(importlib.import_module(module), name)
    return registry

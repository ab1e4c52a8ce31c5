"""``archscout list``: what can be named in the other commands."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Annotated

import typer

from archscout.cli._console import complain, print_json, print_rows
from archscout.cli._options import JsonOption, one_of
from archscout.plugins import broken

if TYPE_CHECKING:
    from archscout.plugins import Registry

# A room holds the registry of its own name.
KINDS = ("spaces", "benchmarks", "strategies", "predictors", "proxies", "supernets")


def run(
    kind: Annotated[
        str | None, typer.Argument(metavar=f"[{'|'.join(KINDS)}]", show_default="all")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show spaces, benchmarks, strategies, predictors, proxies and supernets with their sources."""
    kinds = KINDS if kind is None else (one_of("list", kind, KINDS),)
    found = {name: _entries(name) for name in kinds}
    for problem in broken():
        complain(problem)
    if as_json:
        print_json(found)
        return
    for name, entries in found.items():
        rows = [(e["name"], e["summary"], e.get("package") or e["source"] or None) for e in entries]
        print_rows(name, ("name", "what it is", "source"), rows)


def _entries(kind: str) -> list[dict[str, str]]:
    registry: Registry = getattr(importlib.import_module(f"archscout.{kind}"), kind.upper())
    return [
        {
            "name": name,
            "summary": entry.summary,
            "source": entry.source,
            **({"package": entry.package} if entry.package else {}),
        }
        for name, entry in ((name, registry[name]) for name in registry.names())
    ]

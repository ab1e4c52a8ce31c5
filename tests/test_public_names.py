"""What users may rely on: the names that packages re-export, and nothing beside them.

``public_names.txt`` holds them. A name that leaves it breaks somebody's program, so the list
changes only together with CHANGELOG.md: ``python tests/test_public_names.py`` writes it anew.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from pathlib import Path
from typing import Any

import pytest

import archscout

LIST = Path(__file__).with_name("public_names.txt")
SOURCE = Path(archscout.__file__).parent
# Modules that are public as they stand.
MODULES = ("archscout.errors", "archscout.plugins")


def is_private(dotted: str) -> bool:
    return any(part.startswith("_") for part in dotted.split("."))


def packages() -> list[str]:
    found = pkgutil.walk_packages(archscout.__path__, "archscout.")
    return ["archscout", *(m.name for m in found if m.ispkg and not is_private(m.name)), *MODULES]


def public_names() -> list[str]:
    return sorted(
        f"{package}.{name}"
        for package in packages()
        for name in getattr(importlib.import_module(package), "__all__", ())
    )


def listed() -> list[str]:
    return LIST.read_text(encoding="utf-8").split()


def test_the_list_holds_every_public_name() -> None:
    assert public_names() == listed()


@pytest.mark.parametrize("dotted", listed())
def test_a_public_name_is_there_and_says_what_it_is(dotted: str) -> None:
    package, _, name = dotted.rpartition(".")
    value: Any = getattr(importlib.import_module(package), name)
    if not (inspect.isclass(value) or inspect.isfunction(value)):
        return
    assert inspect.getdoc(value), f"{dotted} has no docstring"
    shown = re.findall(r">>> (?:from|import) (archscout[\w.]*)", inspect.getdoc(value) or "")
    assert not [module for module in shown if is_private(module)], f"the example of {dotted}"
    if inspect.isfunction(value):
        untyped = [
            parameter
            for parameter in inspect.signature(value).parameters
            if parameter not in value.__annotations__
        ]
        assert not untyped, f"{dotted} has parameters without types: {untyped}"


def reexported() -> dict[str, set[str]]:
    """By module, the names that some public ``__init__`` takes from it."""
    taken: dict[str, set[str]] = {}
    for dotted in public_names():
        package, _, name = dotted.rpartition(".")
        value = getattr(importlib.import_module(package), name)
        taken.setdefault(getattr(value, "__module__", package), set()).add(
            getattr(value, "__name__", name)
        )
    return taken


def test_what_is_not_reexported_is_marked_private() -> None:
    taken = reexported()
    unmarked = []
    for path in SOURCE.rglob("*.py"):
        module = ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts)
        if path.name == "__init__.py" or is_private(module) or module in MODULES:
            continue
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            named = isinstance(node, ast.FunctionDef | ast.ClassDef) and not is_private(node.name)
            if named and node.name not in taken.get(module, ()):
                unmarked.append(f"{module}.{node.name}")
    assert not unmarked


if __name__ == "__main__":
    LIST.write_text("\n".join(public_names()) + "\n", encoding="utf-8")

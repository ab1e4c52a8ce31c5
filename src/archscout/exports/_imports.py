"""What an exported file imports, and what is written into it instead."""

from __future__ import annotations

import ast
import sys
from collections.abc import Collection
from pathlib import Path

import torch

from archscout.errors import SettingsError
from archscout.exports._definitions import Import


def packages_of(network: type) -> set[str]:
    """Top names of what is taken along: archscout, the package of a class, or files beside it."""
    top = network.__module__.split(".")[0]
    packages = {"archscout", top} - {"torch"}
    file = getattr(sys.modules[network.__module__], "__file__", None)
    installed = Path(torch.__file__).parents[1]
    if file and top == network.__module__ and Path(file).parent != installed:
        for name, module in list(sys.modules.items()):
            beside = getattr(module, "__file__", None)
            if "." not in name and beside and Path(beside).parent == Path(file).parent:
                packages.add(name)
    return packages


def import_lines(imports: Collection[Import]) -> str:
    """Import statements in the order of isort: the future, the standard library, all else."""
    lines = ["from __future__ import annotations"]
    inside = {one for one in imports if one[0].split(".")[0] in sys.stdlib_module_names}
    for group in (inside, set(imports) - inside):
        lines += [""] * bool(group)
        whole = sorted((origin, name) for origin, original, name in group if not original)
        lines += [f"import {_named(origin, name)}" for origin, name in whole]
        for origin in sorted({origin for origin, original, _ in group if original}):
            names = sorted((o, n) for where, o, n in group if where == origin and o)
            names.sort(key=lambda pair: (not pair[0].isupper(), not pair[0][0].isupper()))
            lines.append(f"from {origin} import {', '.join(_named(*pair) for pair in names)}")
    return "\n".join(lines)


def _named(original: str, name: str) -> str:
    return original if original == name else f"{original} as {name}"


def check_imports(text: str, packages: Collection[str]) -> None:
    """Check that no import of what was to be taken along is left, as inside a function."""
    for node in ast.walk(ast.parse(text)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = ["." * node.level + (node.module or "")]
        for name in names:
            if name.split(".")[0] in {*packages, ""}:
                raise SettingsError(
                    f"the network needs {name} inside a function or condition, which one file "
                    "cannot hold: import it at the top of the module"
                )

"""The source of a class with all that it needs, put together from the modules that define it.

From the class on, every name that is used is followed to its definition. Definitions of the
packages that are taken along become text, in an order in which Python can run them; what comes
from elsewhere, PyTorch and the standard library, stays an import.
"""

from __future__ import annotations

import ast
import graphlib
import importlib
import inspect
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from importlib.util import resolve_name
from typing import Any

from archscout.errors import SettingsError

Import = tuple[str, str, str]
"""Module, name in it (empty for the module itself), and name that it gets here."""


@dataclass(frozen=True)
class _Module:
    """The source of a module, its statements, and which of them binds which name."""

    lines: list[str]
    statements: list[ast.stmt]
    imports: dict[str, list[Import]]
    places: dict[str, list[int]]


@dataclass
class Definitions:
    """Collects definitions.

    Args:
        packages: top names of the packages whose definitions are taken along.

    Attributes:
        imports: what else is needed.
        names: all names that the texts define, with their modules.
    """

    packages: Collection[str]
    imports: set[Import] = field(default_factory=set)
    names: dict[str, str] = field(default_factory=dict)
    _modules: dict[str, _Module] = field(default_factory=dict)
    _taken: dict[str, set[int]] = field(default_factory=dict)
    _needs: dict[str, list[str]] = field(default_factory=dict)

    def take(self, what: type | Callable[..., Any]) -> None:
        """Take a class or function, and all that it needs.

        Raises:
            SettingsError: if its source cannot be read or put into one file.
        """
        package = what.__module__.split(".")[0]
        if package not in self.packages:
            raise SettingsError(
                f"the network is a {what.__name__} of {package}, which has no source in the space: "
                "let build return a class of the space's own"
            )
        module = self._module(what.__module__)
        if what.__qualname__ not in module.places:
            raise SettingsError(
                f"{what.__module__} does not define {what.__qualname__} at its top: only classes "
                "at the top of a module can be written as code"
            )
        self._take(what.__module__, what.__qualname__)

    def texts(self) -> list[str]:
        """The definitions, each module's behind those of the modules that it needs."""
        try:
            order = list(graphlib.TopologicalSorter(self._needs).static_order())
        except graphlib.CycleError as error:
            raise SettingsError(
                f"the modules {', '.join(error.args[1])} import each other in a circle: networks "
                "that are written as code need modules without one"
            ) from None
        return [
            _text(self._modules[name], place)
            for name in order
            for place in sorted(self._taken.get(name, ()))
        ]

    def _take(self, module_name: str, name: str) -> None:
        module = self._module(module_name)
        for imported in module.imports.get(name, ()):
            self._follow(module_name, imported)
        for place in module.places.get(name, ()):
            taken = self._taken.setdefault(module_name, set())
            if place in taken:
                continue
            taken.add(place)
            for bound in _bound(module.statements[place]):
                other = self.names.setdefault(bound, module_name)
                if other != module_name:
                    raise SettingsError(
                        f"{other} and {module_name} both define {bound}, which one file cannot: "
                        "rename one of them"
                    )
            for node in ast.walk(module.statements[place]):
                if isinstance(node, ast.Name):
                    self._take(module_name, node.id)

    def _follow(self, module_name: str, imported: Import) -> None:
        origin, original, name = imported
        if origin.split(".")[0] not in self.packages:
            self.imports.add(imported)
            return
        value = getattr(importlib.import_module(origin), original) if original else None
        if original != name or inspect.ismodule(value):
            raise SettingsError(
                f"{module_name} imports {original or origin} as {name}: a network that is written "
                "as code imports names from modules of its own package, and calls them the same"
            )
        # A package may hand on what one of its modules defines.
        defines = inspect.isclass(value) or inspect.isfunction(value)
        home = str(value.__module__) if defines else origin
        self._needs[module_name].append(home)
        self._take(home, name)

    def _module(self, name: str) -> _Module:
        if name not in self._modules:
            module = importlib.import_module(name)
            try:
                source = inspect.getsource(module)
            except (OSError, TypeError):
                raise SettingsError(
                    f"the source of {name} cannot be read, and code is written from it: put the "
                    "class of the network into a file, or export weights or onnx"
                ) from None
            self._modules[name] = _parse(source, module.__package__ or "")
            self._needs[name] = []
        return self._modules[name]


def _parse(source: str, package: str) -> _Module:
    module = _Module(source.splitlines(), ast.parse(source).body, {}, {})
    for place, statement in enumerate(module.statements):
        if isinstance(statement, ast.Import):
            for alias in statement.names:
                # import a.b binds a.
                bound = alias.asname or alias.name.split(".")[0]
                listed = module.imports.setdefault(bound, [])
                listed.append((alias.name, "", alias.asname or alias.name))
        elif isinstance(statement, ast.ImportFrom):
            origin = resolve_name("." * statement.level + (statement.module or ""), package)
            for alias in statement.names:
                bound = alias.asname or alias.name
                module.imports.setdefault(bound, []).append((origin, alias.name, bound))
        else:
            for name in _bound(statement):
                module.places.setdefault(name, []).append(place)
    return module


def _bound(statement: ast.stmt) -> list[str]:
    """Names that a statement at the top of a module defines."""
    if isinstance(statement, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        return [statement.name]
    names = [node for node in ast.walk(statement) if isinstance(node, ast.Name)]
    return [node.id for node in names if isinstance(node.ctx, ast.Store)]


def _text(module: _Module, place: int) -> str:
    """A statement with the comment above it, and the docstring below a constant."""
    statement = module.statements[place]
    decorators = getattr(statement, "decorator_list", [])
    first = min(part.lineno for part in (statement, *decorators)) - 1
    while first and module.lines[first - 1].startswith("#"):
        first -= 1
    last = statement.end_lineno
    after = module.statements[place + 1 : place + 2]
    if after and isinstance(statement, ast.Assign | ast.AnnAssign) and _is_text(after[0]):
        last = after[0].end_lineno
    return "\n".join(module.lines[first:last])


def _is_text(statement: ast.stmt) -> bool:
    value = getattr(statement, "value", None)
    return isinstance(statement, ast.Expr) and isinstance(getattr(value, "value", None), str)

"""What every command does with its options before it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from typer.core import TyperCommand

from archscout._common.paths import at_home


class Command(TyperCommand):
    """A command whose paths may begin with ``~``, and whose flags show no type in the help."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Parameters as the help shows them."""
        return without_types_of_flags(super().get_params(ctx))

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the arguments; a shell expands ``~`` only where it is not quoted."""
        rest: list[str] = super().parse_args(ctx, args)
        for name, value in ctx.params.items():
            ctx.params[name] = expand(value)
        return rest


def without_types_of_flags(params: list[Any]) -> list[Any]:
    """The same parameters; a flag takes no value, so that naming its type misleads."""
    for param in params:
        if getattr(param, "is_flag", False) and param.metavar is None:
            param.metavar = ""
    return params


def expand(value: Any) -> Any:
    """Put the home folder in the place of a leading ``~`` of a path; others pass through.

    Examples:
        >>> expand("~/runs") == str(Path.home() / "runs"), expand("a~b"), expand(Path("~/x")).name
        (True, 'a~b', 'x')
    """
    if not isinstance(value, str | Path) or not str(value).startswith("~"):
        return value
    return type(value)(at_home(str(value)))

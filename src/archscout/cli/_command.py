"""What every command does with its options before it runs."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Collection
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, get_args, get_type_hints

import typer
from typer.core import TyperCommand

from archscout._common.numerals import read_number, read_whole
from archscout._common.paths import at_home

_READERS: dict[Any, Callable[[str], float]] = {int: read_whole, float: read_number}


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


def spread(run: Callable[..., None], without: Collection[str] = ()) -> Callable[..., None]:
    """Let a command take a dataclass whole, and its users give the fields as options.

    Options of several commands, and what is done with them, are so declared once. Fields named
    ``without`` are no options of this command: they keep their defaults.

    Examples:
        >>> from archscout.cli._problem import Problem
        >>> @spread
        ... def run(*, problem: Problem, seeds: int = 20) -> None:
        ...     print(problem.slug, seeds)
        >>> run(dataset="cifar100", seeds=3)
        nasbench201-cifar100 3
    """
    parameters: list[inspect.Parameter] = []
    groups: dict[str, type] = {}
    for parameter in inspect.signature(run, eval_str=True).parameters.values():
        kind = parameter.annotation
        if isinstance(kind, type) and is_dataclass(kind):
            groups[parameter.name] = kind
            hints = get_type_hints(kind, include_extras=True)
            parameters += [
                field.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=hints[name])
                for name, field in inspect.signature(kind).parameters.items()
                if name not in without
            ]
        else:
            parameters.append(parameter)

    @functools.wraps(run)
    def command(**options: Any) -> None:
        for name, kind in groups.items():
            own = [field.name for field in fields(kind) if field.name in options]
            options[name] = kind(**{field: options.pop(field) for field in own})
        run(**options)

    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {part.name: part.annotation for part in parameters}
    return command


def read_plainly(command: Any) -> Any:
    """Let a command's options of whole and decimal numbers take digits of 0 to 9 only.

    Python takes ``9_1`` for 91, digits of any script, and ``nan`` for a number; a typing error
    must not become a budget.
    """
    if command is None or command.callback is None:
        return command
    hints = get_type_hints(command.callback)
    for option in command.params:
        reader = _reader(hints.get(option.name))
        if reader is not None and "process_value" not in vars(option):
            option.process_value = _checked(option, reader)
    return command


def _reader(kind: Any) -> Callable[[str], float] | None:
    """What reads a kind, or what stands in it, as in ``int | None`` and ``list[float]``."""
    inner = map(_reader, get_args(kind))
    return _READERS.get(kind) or next((reader for reader in inner if reader), None)


def _checked(option: Any, reader: Callable[[str], float]) -> Callable[[Any, Any], Any]:
    process = option.process_value

    def checked(ctx: Any, value: Any) -> Any:
        for text in value if isinstance(value, list | tuple) else [value]:
            if isinstance(text, str):
                try:
                    reader(text)
                except ValueError as error:
                    raise typer.BadParameter(f"{error}.", ctx=ctx, param=option) from None
        return process(ctx, value)

    return checked

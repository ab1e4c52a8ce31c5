"""Puts the commands together and decides what a user sees when something goes wrong."""

from __future__ import annotations

import io
import logging
import os
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from archscout._common.memory import lacks_memory, shortage
from archscout._common.secrets import hide_secrets
from archscout.cli import (
    _compare as compare,
)
from archscout.cli import (
    _export as export,
)
from archscout.cli import (
    _listing as listing,
)
from archscout.cli import (
    _rank as rank,
)
from archscout.cli import (
    _report as report,
)
from archscout.cli import (
    _search as search,
)
from archscout.cli import (
    _search_supernet as search_supernet,
)
from archscout.cli import (
    _search_unlabeled as search_unlabeled,
)
from archscout.cli import (
    _train as train,
)
from archscout.cli._command import Command, read_plainly, without_types_of_flags
from archscout.cli._console import BUG, INTERRUPTED, USAGE_ERROR, Warnings, complain, stop
from archscout.errors import ArchscoutError


class Commands(TyperGroup):
    """Runs a command and turns every error into one sentence and an exit code."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Parameters as the help shows them."""
        return without_types_of_flags(super().get_params(ctx))

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Accept ``--debug`` after the command too: that is where it is typed in need."""
        if "--debug" in args:
            args = ["--debug", *(arg for arg in args if arg != "--debug")]
        try:
            return super().parse_args(ctx, args)
        except Exception as error:
            if not _is_usage_error(error):
                raise
            stop(_usage_sentence(error))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Find a command, whose options read numbers as people write them."""
        return read_plainly(super().get_command(ctx, cmd_name))

    def invoke(self, ctx: Any) -> Any:
        """Run the command; with ``--debug`` errors keep their traceback."""
        if ctx.params.get("debug"):
            return super().invoke(ctx)
        try:
            return super().invoke(ctx)
        except ArchscoutError as error:
            stop(str(error))
        except KeyboardInterrupt:
            stop("stopped.", INTERRUPTED)
        except BrokenPipeError:
            _forget_the_reader()
            raise typer.Exit(0) from None
        except (typer.Exit, typer.Abort):
            raise
        except Exception as error:
            if _is_usage_error(error):
                stop(_usage_sentence(error))
            if lacks_memory(error):
                stop(shortage(" ".join(["archscout", *filter(None, [ctx.invoked_subcommand])])))
            if isinstance(error, OSError):
                _complain_of_refusal(error)
                raise typer.Exit(USAGE_ERROR) from None
            stop(
                f"unexpected {type(error).__name__}: {error}. This is a bug in archscout: "
                "please report it with the traceback that the same command with --debug shows.",
                BUG,
            )


def _is_usage_error(error: Exception) -> bool:
    """Whether typer found it in the arguments: the class of such errors moved between versions.

    The help that stands for a missing command comes the same way, and is no error.
    """
    named = hasattr(error, "format_message") and hasattr(error, "exit_code")
    return named and type(error).__name__ != "NoArgsIsHelpError"


def _usage_sentence(error: Any) -> str:
    """What typer says of the arguments, with the value that came and where to look."""
    said = str(error.format_message()).rstrip(". ").replace("\n", " ")
    reasons: list[dict[str, Any]] = getattr(error.__cause__ or error.__context__, "errors", list)()
    if reasons and "input" in reasons[0] and repr(reasons[0]["input"]) not in said:
        said += f" (got {reasons[0]['input']!r})"
    said = hide_secrets([said])[0]
    command = getattr(getattr(error, "ctx", None), "command_path", "archscout")
    return f"{said}{' See' if said.endswith('?') else ': see'} {command} --help"


app = typer.Typer(
    name="archscout",
    cls=Commands,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
_COMMANDS = {
    "Run": {
        "search": search,
        "search-unlabeled": search_unlabeled,
        "search-supernet": search_supernet,
        "compare": compare,
        "rank": rank,
        "train": train,
        "export": export,
    },
    "Look": {"report": report, "list": listing},
}
for _panel, _commands in _COMMANDS.items():
    for _name, _module in _commands.items():
        app.command(_name, cls=Command, rich_help_panel=_panel)(_module.run)


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"archscout {version('archscout')}")
        raise typer.Exit


@app.callback()
def options(
    ctx: typer.Context,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Show the version and stop."
        ),
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks of errors.")] = False,
) -> None:
    """Find good neural architectures when labels are scarce.

    [bold]archscout search[/bold] alone searches NAS-Bench-201 on CIFAR-10
    with SemiNAS and 150 labels, and writes a report.
    """
    logger, warnings = logging.getLogger("archscout"), Warnings()
    logger.addHandler(warnings)
    ctx.call_on_close(lambda: logger.removeHandler(warnings))


def _complain_of_refusal(error: OSError) -> None:
    if error.filename:
        complain(f"the system refused access to {error.filename!r}: {error.strerror or error}")
        return
    complain(f"the system refused access to a file or to stdout: {error.strerror or error}")
    _forget_the_reader()


def _forget_the_reader() -> None:
    """Go on without who read stdout and left, or could take no more.

    Python would complain about the rest of the output when it closes the stream.
    """
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def main() -> None:
    """Run the command line; this is the installed command ``archscout``."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that lacks a character shows a question mark in its place.
            stream.reconfigure(errors="replace")
    if "_ARCHSCOUT_COMPLETE" in os.environ:
        os.environ["COLUMNS"] = "1000"  # Shells read an answer a line: help must not be folded.
    try:
        app(prog_name="archscout")
    except SystemExit as ending:
        # typer and rich end with 1 where the reader left (as in `archscout list | head -1`).
        if not isinstance(ending.__context__, BrokenPipeError):
            raise
        _forget_the_reader()
        raise SystemExit(0) from None
    except OSError as error:  # of --help and --version, which come before any command
        _complain_of_refusal(error)
        raise SystemExit(USAGE_ERROR) from None

"""The command line: one file a command; `main` is what the installed command calls."""

from archscout.cli._app import app, main

__all__ = ["app", "main"]

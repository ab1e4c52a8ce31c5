"""The page of a result of any kind: one HTML file that opens offline."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from archscout._common.own_state import own_state
from archscout._common.paths import at_home
from archscout._common.writing import write_file
from archscout.errors import SettingsError, StorageError, kind_of
from archscout.results._load import KINDS, load_result


@own_state()
def report(result: Any, path: str | Path | None = None) -> Path:
    """Write the page of a result as one HTML file that opens offline.

    Args:
        result: what `search`, `compare`, `rank`, `search_unlabeled`, `search_supernet`, `train` or
            `load_result` handed back, or the folder of such a run.
        path: file to write, or a folder that then holds ``report.html``, ``comparison.html`` or
            ``ranking.html``; a missing folder of a file is made. An old file is replaced in one
            step, so that it is never half written. None takes the folder that was named.

    Returns:
        The file.

    Raises:
        SettingsError: if it is no result, or no path was given for one.
        StorageError: if the folder holds no finished run, or the file cannot be written.

    Examples:
        >>> import tempfile
        >>> from archscout import search
        >>> result = search("nasbench201", lambda arch: sum(arch.choices), "random", labels=5)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     report(result, folder).name
        'report.html'
    """
    if isinstance(result, str | Path):
        named = at_home(result)
        path = path or (named if named.is_dir() else named.parent)
        result = load_result(named)
    name, render = _page_of(result)
    if path is None:
        raise SettingsError("got no path for the page of a result, expected a file or a folder")
    file = at_home(path)
    file = file / name if file.is_dir() else file
    page = render()
    try:
        write_file(file, page)
    except OSError as error:
        raise StorageError(
            f"cannot write the report to {str(file)!r} ({error.strerror or error}): "
            "name a file in a folder that you may write to"
        ) from error
    return file


_PAGES = {
    "search": ("report.html", "_search_html", "render_search"),
    "compare": ("comparison.html", "_comparison_html", "render_comparison"),
    "rank": ("ranking.html", "_ranking_html", "render_ranking"),
    "search-unlabeled": ("report.html", "_unlabeled_html", "render_unlabeled"),
    "search-supernet": ("report.html", "_supernet_html", "render_supernet"),
    "train": ("report.html", "_train_html", "render_training"),
}
"""By the command that made a result: file of its page, module and function that makes the text."""


def _page_of(result: Any) -> tuple[str, Callable[[], str]]:
    """Name of the page of a result, and what makes its text."""
    result = getattr(result, "record", result)  # `train` hands its network back beside it
    for kind in KINDS:
        if isinstance(result, kind.load()):
            name, module, function = _PAGES[kind.command]
            home = importlib.import_module(f"archscout.reports.{module}")
            return name, functools.partial(getattr(home, function), result)
    raise SettingsError(
        f"got {kind_of(result)} as a result, expected what a run of archscout hands back, or the "
        "folder of one"
    )

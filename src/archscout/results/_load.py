"""Folders of runs: what each command leaves behind, and how it is read again."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archscout._common.paths import at_home
from archscout._common.secrets import show_storage
from archscout.errors import StorageError
from archscout.spaces import SearchSpace, load_space


@dataclass(frozen=True)
class Kind:
    """What one command leaves behind: the file that says so, and ``module:Class`` of the result."""

    file: str
    command: str
    home: str

    def load(self) -> Any:
        """The class, whose ``read`` reads the folder."""
        module, _, name = self.home.partition(":")
        return getattr(importlib.import_module(f"archscout.results.{module}"), name)


# In this order: searches leave a network beside their result.
KINDS = (
    Kind("result.json", "search", "search:SearchResult"),
    Kind("comparison.json", "compare", "comparison:Comparison"),
    Kind("ranking.json", "rank", "_ranking:Ranking"),
    Kind("unlabeled.json", "search-unlabeled", "unlabeled:UnlabeledResult"),
    Kind("supernet-search.json", "search-supernet", "supernet:SupernetSearchResult"),
    Kind("network.json", "train", "trained:TrainedRecord"),
)


def known_runs() -> str:
    """All that can be read, in words."""
    listed = [f"{kind.file} ({kind.command})" for kind in KINDS]
    return f"{', '.join(listed[:-1])} or {listed[-1]}"


def find_kind(path: Path) -> Kind | None:
    """What a folder, or the file that says it, holds; None if it is none of `KINDS`."""
    if path.is_dir():
        return next((kind for kind in KINDS if (path / kind.file).is_file()), None)
    return next((kind for kind in KINDS if kind.file == path.name), None)


def load_result(path: str | Path, space: SearchSpace | str | None = None) -> Any:
    """Read what a finished run left in its folder.

    Args:
        path: the folder of a search, comparison, ranking, search without labels, search on a
            supernet or training, or the JSON file in it that says what it is.
        space: needed only for a run of a space that has no name here, neither of archscout nor of
            an installed package: the place of its class, ``"module:Name"`` or ``"FILE.py:Name"``;
            of a search, an object of it will do too. No code is run that a record names.

    Returns:
        What the function that made it handed back: a `SearchResult`, `Comparison`, `Ranking`,
        `UnlabeledResult` or `SupernetSearchResult`; of a training its `TrainedRecord`. All have
        ``to_dict`` and ``save``, and `archscout.report` writes their page.

    Raises:
        StorageError: if nothing is there, it holds no finished run, or a file is damaged.

    Examples:
        >>> import tempfile
        >>> from archscout import load_space, search
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     result = search("nasbench201", lambda arch: sum(arch.choices), "random", labels=5)
        ...     _ = result.save(folder)
        ...     load_result(folder).best == result.best
        True
    """
    path = at_home(path)
    if not path.exists():
        raise StorageError(
            f"nothing is at {show_storage(str(path))!r}: name the folder of a finished run"
        )
    kind = find_kind(path)
    if kind is None and path.is_dir():
        raise StorageError(
            f"the folder {str(path)!r} holds no finished run, expected {known_runs()}: name "
            "another folder, or let the run finish"
        )
    if isinstance(space, str):
        space = load_space(space)
        if kind is not None and kind.file != KINDS[0].file:
            space = None  # Those records place the class, which is there now.
    if kind is None or kind.file == KINDS[0].file:  # any name will do for the file of a search
        return KINDS[0].load().read(path, space)
    if space is not None:
        raise StorageError(
            f"got an object of a space for {str(path)!r}, which holds {kind.file}: name its place, "
            "'module:Name' or 'FILE.py:Name', or leave it out"
        )
    return kind.load().read(path if path.is_dir() else path.parent)

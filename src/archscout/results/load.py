"""Folders of runs: what each command leaves behind, and how it is read again."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archscout._common.paths import at_home
from archscout._common.secrets import show_storage
from archscout.errors import StorageError

if TYPE_CHECKING:
    from archscout.spaces.base import SearchSpace


@dataclass(frozen=True)
class Kind:
    """What one command leaves behind.

    Args:
        file: name of the file that says what the run is.
        command: that wrote it.
        reader: module and function that read the folder, with a colon between.
        page: name of its page.
    """

    file: str
    command: str
    reader: str
    page: str = "report.html"

    def read(self, folder: Path) -> Any:
        """Read the folder."""
        module, _, name = self.reader.partition(":")
        reader: Callable[[Path], Any] = getattr(importlib.import_module(module), name)
        return reader(folder)


# In this order: searches leave a network beside their result.
KINDS = (
    Kind("result.json", "search", "archscout.results.search:load_result"),
    Kind(
        "comparison.json",
        "compare",
        "archscout.experiments.comparison.kept:read_comparison",
        "comparison.html",
    ),
    Kind("ranking.json", "rank", "archscout.experiments.ranking.kept:read_ranking", "ranking.html"),
    Kind("unlabeled.json", "search-unlabeled", "archscout.pipelines.unlabeled.kept:read_unlabeled"),
    Kind(
        "supernet-search.json",
        "search-supernet",
        "archscout.pipelines.supernet_search.kept:read_supernet_search",
    ),
    Kind("network.json", "train", "archscout.training.trained_record:read_trained"),
)


def known_runs() -> str:
    """All that can be read, in words.

    Examples:
        >>> known_runs()[:50]
        'result.json (search), comparison.json (compare), r'
    """
    listed = [f"{kind.file} ({kind.command})" for kind in KINDS]
    return f"{', '.join(listed[:-1])} or {listed[-1]}"


def find_kind(path: Path) -> Kind | None:
    """What a folder, or the file that says it, holds; None if it is none of `KINDS`."""
    if path.is_dir():
        return next((kind for kind in KINDS if (path / kind.file).is_file()), None)
    return next((kind for kind in KINDS if kind.file == path.name), None)


def load_result(path: str | Path, space: SearchSpace | None = None) -> Any:
    """Read what a finished run left in its folder.

    Args:
        path: the folder of a search, comparison, ranking, search without labels, search on a
            supernet or training, or the JSON file in it that says what it is.
        space: needed only for a search of a space that is not registered.

    Returns:
        What the function that made it handed back: a `SearchResult`, `Comparison`, `Ranking`,
        `UnlabeledResult` or `SupernetSearchResult`; of a training its `TrainedRecord`. All have
        ``report`` and ``to_dict``.

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
    from archscout.results import search as results

    path = at_home(path)
    if not path.exists():
        raise StorageError(
            f"nothing is at {show_storage(str(path))!r}: name the folder of a finished run"
        )
    kind = find_kind(path)
    if kind is not None and kind.file != results.FILE_NAME:
        if space is not None:
            raise StorageError(
                f"got a space for {str(path)!r}, which holds {kind.file}: only searches of spaces "
                "that are not registered need one"
            )
        return kind.read(path if path.is_dir() else path.parent)
    if path.is_dir() and kind is None:
        raise StorageError(
            f"the folder {str(path)!r} holds no finished run, expected {known_runs()}: name "
            "another folder, or let the run finish"
        )
    return results.load_result(path, space)

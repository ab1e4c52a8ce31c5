"""What is exported: a trained network, or the best architecture of a search."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from archscout._common.manifest import package_version
from archscout._common.paths import at_home, for_record
from archscout._common.secrets import show_storage
from archscout.errors import SettingsError, StorageError, listed
from archscout.results.search import FILE_NAME as RESULT
from archscout.results.search import SearchResult
from archscout.spaces import SearchSpace, load_space, place_of, plugin_of, recorded_space
from archscout.spaces._hollow import warnings_of
from archscout.training._saved_network import (
    NETWORK,
    SavedNetwork,
    load_network,
    make_network,
    read_network,
)

_FRESH_SEED = 0


@dataclass(frozen=True)
class Source:
    """A network to export.

    Args:
        saved: what it is.
        network: the network in evaluation mode, on the CPU, in single precision.
        folder: the folder of the run.
        origin: where it was read from, in words.
        writer: version of archscout that exports it.
    """

    saved: SavedNetwork
    network: nn.Module
    folder: Path
    origin: str
    writer: str

    @property
    def space(self) -> SearchSpace:
        """Its search space."""
        return recorded_space(self.saved.space)

    @property
    def trained(self) -> bool:
        """Whether the weights were trained; if not, they are freshly drawn."""
        return self.saved.weights is not None

    @property
    def weights_in_words(self) -> str:
        """What the weights are."""
        return "trained" if self.trained else f"NOT TRAINED, drawn with seed {_FRESH_SEED}"

    @property
    def warning(self) -> str:
        """What speaks against using the network; empty if nothing is known."""
        return " ".join(warnings_of(self.space, self.space.parse(self.saved.architecture)))

    @property
    def resolution(self) -> int:
        """Height and width of images that it is tried with."""
        if self.saved.resolution is not None:
            return self.saved.resolution
        return plugin_of(self.space).side(self.saved.settings)


def read_source(
    run: str | Path, settings: Mapping[str, Any] | None = None, space: str | None = None
) -> Source:
    """Read what is to be exported.

    Args:
        run: folder with ``network.json`` (a trained network), folder with ``result.json`` (a
            search, whose best architecture is taken), or one of these files.
        settings: arguments of the space's ``build``, where ``run`` is a search.
        space: place of the class of its space where that has no name here.

    Raises:
        StorageError: if it is neither, or damaged.
        SettingsError: if settings are given for a network that has its own, or do not fit.
    """
    if space is not None:
        load_space(space)  # Its class is there from now on, for whoever reads a record of it.
    path = at_home(run)
    if not path.exists():
        raise StorageError(f"nothing is at {show_storage(str(path))!r}: name the folder of a run")
    folder = path if path.is_dir() else path.parent
    names = [NETWORK, RESULT]
    if path.is_dir():
        names = [name for name in names if (path / name).is_file()]
        if not names:
            raise StorageError(
                f"the folder {str(path)!r} holds neither {NETWORK} nor {RESULT}: name the folder "
                "of a trained network or of a finished search"
            )
    is_network = names[0] == NETWORK if path.is_dir() else path.name == NETWORK
    if not is_network:
        saved, origin = _best_of_search(path, settings or {})
    else:
        saved, origin = read_network(path), for_record(path)
        if settings and saved.weights is not None:
            raise SettingsError(
                f"got settings {listed(sorted(settings))} for a trained network, whose settings "
                "cannot change: leave them out"
            )
        saved = dataclasses.replace(saved, settings={**saved.settings, **(settings or {})})
    if saved.weights is None:
        saved = _all_settings(saved)
        network = make_network(saved, torch.Generator().manual_seed(_FRESH_SEED))
    else:
        saved, network = load_network(path)
        saved = _all_settings(saved)
    return Source(
        saved,
        network.eval().float(),
        folder,
        origin,
        package_version("archscout") or "of unknown version",
    )


def _best_of_search(path: Path, settings: Mapping[str, Any]) -> tuple[SavedNetwork, str]:
    result = SearchResult.read(path)
    best = result.best
    saved = SavedNetwork(place_of(result.space), result.space.format(best.architecture), settings)
    seed = result.manifest.get("seed")
    return saved, (
        f"{for_record(path)}: best of {len(result.labels)} labels that {result.strategy} bought of "
        f"{result.objective}, seed {seed}"
    )


def _all_settings(saved: SavedNetwork) -> SavedNetwork:
    """Spell out the settings that were left to the space, and the standard text."""
    space = recorded_space(saved.space)
    defaults = {
        name: parameter.default
        for name, parameter in inspect.signature(space.build).parameters.items()
        if name not in ("arch", "generator") and parameter.default is not inspect.Parameter.empty
    }
    if saved.weights is None and saved.class_names and "classes" in defaults:
        defaults["classes"] = len(saved.class_names)
    return dataclasses.replace(
        saved,
        architecture=space.format(space.parse(saved.architecture)),
        settings={k: v for k, v in {**defaults, **saved.settings}.items() if v is not None},
    )

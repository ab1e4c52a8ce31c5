"""The best architectures by supernet accuracy, each trained alone; the best of them is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archscout.images._images import Images
from archscout.pipelines._train import train_network
from archscout.pipelines.supernet_search.settings import SupernetSearchSettings
from archscout.results._finalist import Finalist
from archscout.spaces.base import Architecture, SearchSpace
from archscout.training._progress import TrainProgress
from archscout.training._saved_network import SavedNetwork, load_network, save_network


def pick_finalists(
    space: SearchSpace, archs: Sequence[Architecture], accuracies: NDArray[np.float64], count: int
) -> list[int]:
    """Places of the best architectures, best first; each network at most once.

    Examples:
        >>> from archscout.spaces import NASBenchMacro
        >>> space = NASBenchMacro()
        >>> archs = [space.parse(text) for text in ("01222222", "10222222", "22222222")]
        >>> pick_finalists(space, archs, np.array([40.0, 50.0, 45.0]), 2)
        [1, 2]
    """
    found: dict[str, int] = {}
    for place in np.argsort(-accuracies, kind="stable").tolist():
        if len(found) == count:
            break
        found.setdefault(space.canonical_id(archs[place]), place)
    return list(found.values())


def train_finalists(
    settings: SupernetSearchSettings,
    space: SearchSpace,
    archs: Sequence[Architecture],
    accuracies: NDArray[np.float64],
    images: Images,
    *,
    validation: float | Images,
    test: Images | None,
    size: Mapping[str, Any],
    folder: Path,
    on_progress: Callable[[int, TrainProgress], None] | None,
) -> list[Finalist]:
    """Train the best of all scored architectures alone; the best on held-out images first.

    ``validation`` is the share of the images that is held out, or images that are, as in the
    search; ``folder`` gets a folder for each; ``on_progress`` is told which network is how far.
    """
    found = []
    for number, place in enumerate(pick_finalists(space, archs, accuracies, settings.finalists)):
        report = None if on_progress is None else partial(on_progress, number)
        own = folder / str(number)
        done = train_network(
            space,
            archs[place],
            images,
            settings.alone_training,
            size=size,
            validation=validation,
            test=test,
            out=own,
            on_progress=report,
        )
        assert done.validation is not None
        found.append(
            Finalist(
                space.format(archs[place]),
                float(accuracies[place]),
                done.validation,
                done.test,
                own,
                done.saved,
            )
        )
    return sorted(found, key=lambda finalist: -finalist.validation)


def keep_network(finalist: Finalist, out: Path) -> SavedNetwork:
    """Copy the network of a finalist into the folder of the search."""
    saved, network = load_network(finalist.folder)
    return save_network(out, saved, network.state_dict())

"""A search on a supernet, from images to a trained network: all stages, resumed after a kill.

The search is a study like any other, whose objective is `SupernetAccuracy`; SemiNAS is its
strategy where nothing else is said.

Source: Luo et al., Semi-Supervised Neural Architecture Search, NeurIPS 2020, arXiv 2002.10389,
algorithm 1 and its experiment on ImageNet. Beyond the paper: other strategies, limits inside the
search, a trust check, and two counts beside the result that need no training.
"""

from __future__ import annotations

import tempfile
import zlib
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any

import numpy as np

from archscout._common.manifest import make_manifest
from archscout._common.memory import told_of_memory
from archscout._common.own_state import own_state
from archscout._common.paths import for_record
from archscout._common.run_folder import RunFolder, owns_folder
from archscout.images._images import Images
from archscout.images._sets import load_sets
from archscout.pipelines._train import check_classes, hold_out, matched
from archscout.pipelines.supernet_search._checks import check_counts, check_network, check_sizes
from archscout.pipelines.supernet_search._finalists import keep_network, train_finalists
from archscout.pipelines.supernet_search.settings import SupernetSearchSettings
from archscout.pipelines.unlabeled._single_networks import check_trust, draw_for_trust
from archscout.pipelines.unlabeled._sizes import cost_settings, limited_space
from archscout.proxies import make_proxy
from archscout.reports.report import report
from archscout.results._finalist import FOLDER
from archscout.results.search import SearchResult
from archscout.results.supernet import MACS, PARAMS, SUPERNET, SupernetSearchResult
from archscout.spaces import load_space, place_of
from archscout.spaces.base import SearchSpace
from archscout.strategies import make_strategy
from archscout.strategies.base import Strategy
from archscout.study._loop import search
from archscout.supernets.accuracy import SupernetAccuracy
from archscout.supernets.round import Round
from archscout.training._footprint import ADVICE
from archscout.training._network_description import SavedNetwork
from archscout.training._saved_network import save_network
from archscout.training._stages import OnStage, StageClock

_PURPOSE = 0
_RESULTS = (*SupernetSearchResult.FILES, "report.html", "network.json")


@own_state(one_thread=False)
@owns_folder("search on a supernet")
@told_of_memory("the search on a supernet", ADVICE)
def search_supernet(
    images: Images | str | Path,
    settings: SupernetSearchSettings | None = None,
    *,
    validation: Images | None = None,
    test: Images | None = None,
    out: str | Path | None = None,
    on_stage: OnStage | None = None,
) -> SupernetSearchResult:
    """Search for an architecture with supernet accuracies as labels.

    Args:
        images: with classes, or the folder or file that `load_sets` reads at 32 pixels; a
            share is held out, and all architectures are scored on it.
        settings: what is asked for; None takes the defaults.
        validation: images of the same classes that are held out in its place; None
            takes those of the folder or file, if there are any.
        test: images of the same classes; the finalists are scored on them at the end.
            None likewise.
        out: folder for weights, labels, accuracies, result, page and the network; the same call
            goes on there after a kill. None keeps nothing.
        on_stage: told what is under way.

    Returns:
        All that was scored, and the best, trained alone.

    Raises:
        SettingsError: if images have no classes, or settings do not fit them or the space.
        StorageError: if the folder holds another search, or cannot be written.
        TrainingError: if a training diverges.
        MemoryShortageError: if it does not fit into memory.
    """
    settings = settings or SupernetSearchSettings()
    if not isinstance(images, Images):
        sets = load_sets(
            images,
            validation=None if validation is None else False,
            test=None if test is None else False,
        )
        images = sets.train
        validation, test = validation or sets.validation, test or sets.test
    with tempfile.TemporaryDirectory() if out is None else nullcontext(out) as folder:
        result = _search(
            images,
            settings,
            validation=validation,
            test=test,
            out=Path(folder),
            on_stage=on_stage,
        )
    if out is not None:
        if not result.finalists:
            save_network(out, result.network)
        result.save(out)
        report(result, out)
    return result


def _search(
    images: Images,
    settings: SupernetSearchSettings,
    *,
    validation: Images | None,
    test: Images | None,
    out: Path,
    on_stage: OnStage | None,
) -> SupernetSearchResult:
    check_classes(images, "which a search by supernet accuracy needs")
    test = matched(images, test, "test")
    validation = matched(images, validation, "validation")
    classes = len(images.classes)
    sizes = check_sizes(settings, classes)
    costs = cost_settings(settings.space, sizes, classes, images.side)
    # Limits that nothing keeps, and images that do not fit, are refused before any training.
    space = limited_space(settings.space, settings.limits, costs)
    check_counts(settings, space)
    if settings.trust:
        draw_for_trust(settings, space)
    check_network(space, sizes, images.side)
    share = settings.validation if validation is None else validation
    learnt, held = hold_out(images, share, settings.seed)
    assert held is not None
    folder = RunFolder(out, _plan(images, validation, settings), "search on a supernet", _RESULTS)
    clock = StageClock(on_stage)
    plan = settings.plan(len(learnt))
    objective = SupernetAccuracy(space, learnt, held, plan, out / "supernet", on_stage=clock)
    clock.start("round 0, proposing")
    found = _study(space, objective, settings, out)
    archs, rounds = objective.archs, objective.ended
    accuracies = rounds[-1].accuracies
    proposed = _proposed(found, rounds)
    manifest = make_manifest(
        seed=settings.seed,
        labels=len(archs),
        renewed=sum(len(part.accuracies) - part.proposed for part in rounds),
        strategy=found.strategy,
        settings=settings.to_dict(),
    )
    clock.start("networks alone")
    finalists = train_finalists(
        settings,
        space,
        archs,
        accuracies,
        images,
        validation=share,
        test=test,
        size={name: value for name, value in sizes.items() if name != "classes"},
        folder=out / FOLDER,
        on_progress=lambda number, progress: clock.tell(
            f"best network {number + 1} alone", progress
        ),
    )
    trust = None
    if settings.trust:
        clock.start("trust check")
        trust = check_trust(
            settings,
            space,
            images,
            {
                SUPERNET: lambda choices: objective.newest(space.architectures(choices)),
                PARAMS: make_proxy("params", space, **costs["params"]).score,
                MACS: make_proxy("macs", space, **costs["macs"]).score,
            },
            judged=SUPERNET,
            validation=validation,
            sizes=sizes,
            folder=folder,
            on_progress=lambda number, progress: clock.tell(
                f"random network {number + 1} alone", progress
            ),
        )
    if finalists:
        network = keep_network(finalists[0], out)
    else:
        best = archs[int(np.argmax(accuracies))]
        network = _untrained(settings, space.format(best), sizes, images, manifest)
    return SupernetSearchResult(
        space=space,
        architectures=archs,
        proposed=proposed,
        params=space.params_table(archs, **costs["params"]),
        macs=space.macs_table(archs, **costs["macs"]),
        rounds=rounds,
        held_out=len(held),
        finalists=finalists,
        alone_epochs=settings.alone_training.epochs,
        test_images=0 if test is None else len(test),
        trust=trust,
        why_no_trust="" if trust else "the trust check was not asked for",
        images=f"{for_record(images.source)}: {images.summary()}",
        seconds=clock.stop(),
        network=network,
        limits=[limit.text for limit in settings.limits],
        manifest=manifest,
    )


class _Seeded:
    """Makes a strategy of a registered name whose draws are those of nothing else here."""

    def __init__(self, name: str, seed: int) -> None:
        self.__qualname__, self.seed = name, seed

    def __call__(
        self, space: SearchSpace, rng: np.random.Generator, *, pool: Any = None, **settings: Any
    ) -> Strategy:
        rng = np.random.default_rng([self.seed, _PURPOSE])
        return make_strategy(self.__qualname__, space, rng, pool=pool, **settings)


def _study(
    space: SearchSpace, objective: SupernetAccuracy, settings: SupernetSearchSettings, out: Path
) -> SearchResult:
    """Buy the labels of all rounds; fewer where the space has no more architectures."""
    labels = settings.first + settings.rounds * settings.each
    with suppress(TypeError, OverflowError):
        labels = min(labels, len(space))
    # Nothing can be learnt of the first round alone.
    name = settings.strategy if settings.rounds else "random"
    return search(
        space,
        objective,
        _Seeded(name, settings.seed),
        labels,
        settings.seed,
        out / "journal.log",
        settings=settings.asked_of_strategy() if settings.rounds else {},
    )


def _proposed(found: SearchResult, rounds: Sequence[Round]) -> list[dict[str, Any]]:
    """Round and origin of every architecture, with what else the strategy noted."""
    numbers = [part.number for part in rounds for _ in range(part.proposed)]
    return [
        {"origin": found.strategy, **label.info, "round": number}
        for label, number in zip(found.labels, numbers, strict=True)
    ]


def _untrained(
    settings: SupernetSearchSettings,
    text: str,
    sizes: dict[str, Any],
    images: Images,
    manifest: dict[str, Any],
) -> SavedNetwork:
    return SavedNetwork(
        place_of(load_space(settings.space)),
        text,
        sizes,
        images=for_record(images.source),
        resolution=images.side,
        class_names=images.classes,
        training="not trained: found by a search on a supernet",
        version=str(manifest["versions"]["archscout"]),
        seed=settings.seed,
        date=str(manifest["started"])[:10],
    )


def _plan(
    images: Images, validation: Images | None, settings: SupernetSearchSettings
) -> dict[str, Any]:
    """What every part of the folder depends on."""
    assert images.targets is not None
    held = {} if validation is None else {"validation": validation.checksum()}
    return held | {
        "settings": settings.to_dict(),
        "images": len(images),
        "side": images.side,
        "pixels": zlib.crc32(np.ascontiguousarray(images.pixels).data),
        "labels": zlib.crc32(images.targets.tobytes()),
    }

"""Search without labels, from images to an architecture: all stages, each resumed after a kill.

Source: Zhang et al., Neural Architecture Search with Random Labels, CVPR 2021, arXiv 2101.11834.
Beyond the paper: every result stands beside its nulls, and a trust check trains some networks
alone.
"""

from __future__ import annotations

import dataclasses
import tempfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from archscout._common.manifest import make_manifest
from archscout._common.memory import told_of_memory
from archscout._common.own_state import own_state
from archscout._common.paths import for_record
from archscout._common.plain import plain
from archscout._common.run_folder import RunFolder, owns_folder
from archscout.images._images import Images
from archscout.images._sets import load_sets
from archscout.pipelines._train import matched
from archscout.pipelines.unlabeled._proxies import make_proxies
from archscout.pipelines.unlabeled._scores import compare, find_best, make_scores
from archscout.pipelines.unlabeled._single_networks import check_trust, draw_for_trust
from archscout.pipelines.unlabeled._sizes import build_settings, cost_settings, limited_space
from archscout.pipelines.unlabeled._trained import TrainedSupernet, fresh_supernet, train_supernet
from archscout.pipelines.unlabeled.settings import UnlabeledSettings
from archscout.plugins import describe
from archscout.reports.report import report
from archscout.results.unlabeled import UnlabeledResult
from archscout.spaces import place_of
from archscout.supernets._random_labels import LabelSource, label_source
from archscout.training._footprint import ADVICE
from archscout.training._network_description import SavedNetwork
from archscout.training._saved_network import save_network
from archscout.training._stages import OnStage, StageClock

_RESULTS = (*UnlabeledResult.FILES, "report.html", "network.json")
_SUPERNET, _TRUE, _ANGLES, _ALONE = (
    "supernet on {} labels",
    "supernet on true labels",
    "angles and nulls",
    "networks alone",
)


@own_state(one_thread=False)
@owns_folder("search without labels")
@told_of_memory("the search without labels", ADVICE)
def search_unlabeled(
    images: Images | str | Path,
    settings: UnlabeledSettings | None = None,
    *,
    validation: Images | None = None,
    out: str | Path | None = None,
    on_stage: OnStage | None = None,
) -> UnlabeledResult:
    """Search for an architecture on images without labels.

    Args:
        images: what to learn from, or the folder or file that `load_sets` reads at 32 pixels;
            class labels are used for true-label nulls and the trust check alone.
        settings: what is asked for; None takes the defaults.
        validation: images of the same classes, on which the trust check scores networks
            instead of on a share of the others.
        out: folder for weights, accuracies, result, page and the network's description; the
            same call goes on there after a kill. None keeps nothing.
        on_stage: told what is under way.

    Returns:
        The architecture with the largest angle, beside its nulls.

    Raises:
        SettingsError: if the settings do not fit the images or the space.
        StorageError: if the folder holds another search, or cannot be written.
        TrainingError: if a training diverges.
        MemoryShortageError: if it does not fit into memory.
    """
    settings = settings or UnlabeledSettings()
    if not isinstance(images, Images):
        sets = load_sets(images, validation=None if validation is None else False, test=False)
        images, validation = sets.train, validation or sets.validation
    if out is None:
        with tempfile.TemporaryDirectory() as folder:
            return _search(images, settings, validation, Path(folder), on_stage)
    result = _search(images, settings, validation, Path(out), on_stage)
    result.save(out)
    report(result, out)
    save_network(out, result.network)
    return result


def _search(
    images: Images,
    settings: UnlabeledSettings,
    validation: Images | None,
    out: Path,
    on_stage: OnStage | None,
) -> UnlabeledResult:
    checked = images.targets is not None and settings.trust > 0
    validation = matched(images, validation, "validation") if checked else None
    # What the networks of the trust check are judged on, no supernet may learn the labels of.
    taught = images
    if checked and validation is None:
        taught = images.split(settings.validation, settings.seed)[0]
    used = taught if settings.kind in ("true", "shuffled") else images
    source = label_source(settings.kind, used, settings.classes, settings.seed)
    own: LabelSource | None = None
    if settings.true_labels and images.targets is not None and settings.kind != "true":
        own = label_source("true", taught, None, settings.seed)
    own_classes = len(images.classes) if images.targets is not None else source.classes
    made = fresh_supernet(settings, source.classes, settings.seed).settings
    sizes = build_settings(settings.space, made, own_classes)
    costs = cost_settings(settings.space, made, own_classes, images.side)
    # What cannot work is refused before any training: limits, sides, proxies, too few networks.
    space = limited_space(settings.space, settings.limits, costs)
    space.macs_table(space.as_choices([]), **costs["macs"])
    proxies = make_proxies(settings.proxies, space, costs)
    if checked:
        draw_for_trust(settings, space)
    folder = RunFolder(out, _plan(images, validation, settings), "search without labels", _RESULTS)
    clock = StageClock(on_stage)
    manifest = make_manifest(
        seed=settings.seed,
        labels=0,
        strategy="random-label search",
        settings=_plain_settings(settings)
        | ({"proxies": [describe(name) for name in settings.proxies]} if proxies else {}),
    )
    stage = clock.start(_SUPERNET.format(settings.kind))
    trained = train_supernet(used, source, settings, out / "supernet", stage)
    true: TrainedSupernet | None = None
    if own is not None:
        true = train_supernet(taught, own, settings, out / "supernet-true", clock.start(_TRUE))
    clock.start(_ANGLES)
    scores = make_scores(settings, space, trained, true, costs) | proxies
    rng = np.random.default_rng([settings.seed, 0])
    compared = compare(scores, space, settings.compared, rng)
    found = find_best(scores, space, compared.exhaustive, costs, settings.seed)
    trust, why_not = None, ""
    if images.targets is None:
        why_not = "the images have no classes"
    elif not checked:
        why_not = "it was switched off"
    else:
        clock.start(_ALONE)
        trust = check_trust(
            settings,
            space,
            images,
            scores,
            sizes=sizes,
            folder=folder,
            validation=validation,
            on_progress=lambda number, progress: clock.tell(
                f"network {number + 1} of {settings.trust} alone", progress
            ),
        )
    return UnlabeledResult(
        scores=compared,
        found=found,
        labels=f"{settings.kind}, {source.classes} classes",
        images=f"{for_record(images.source)}: {images.summary()}",
        limits=[limit.text for limit in settings.limits],
        trust=trust,
        why_no_trust=why_not,
        seconds=clock.stop(),
        images_per_second=trained.trained.images_per_second,
        loss=list(trained.trained.losses),
        network=SavedNetwork(
            place_of(space),
            space.format(found[0].architecture),
            sizes,
            images=for_record(images.source),
            resolution=images.side,
            class_names=images.classes,
            training="not trained: found by random-label search",
            version=str(manifest["versions"]["archscout"]),
            seed=settings.seed,
            date=str(manifest["started"])[:10],
        ),
        manifest=manifest,
        uniform=space.uniform,
    )


def _plan(images: Images, validation: Images | None, settings: UnlabeledSettings) -> dict[str, Any]:
    """What every part of the folder depends on."""
    labels = None if images.targets is None else zlib.crc32(images.targets.tobytes())
    held = {} if validation is None else {"validation": validation.checksum()}
    return held | {
        "settings": _plain_settings(settings),
        "images": len(images),
        "side": images.side,
        "pixels": zlib.crc32(np.ascontiguousarray(images.pixels).data),
        "true_labels": labels,
    }


def _plain_settings(settings: UnlabeledSettings) -> dict[str, Any]:
    fields = {
        field.name: getattr(settings, field.name)
        for field in dataclasses.fields(settings)
        # No training depends on proxies: a finished search takes further ones.
        if field.name not in ("limits", "proxies")
    }
    fields["space"] = describe(settings.space)
    fields["training"] = dataclasses.asdict(settings.supernet_training)
    fields["trust_training"] = dataclasses.asdict(settings.alone_training)
    fields["limits"] = [limit.to_dict() for limit in settings.limits]
    described: dict[str, Any] = plain(fields)
    return described

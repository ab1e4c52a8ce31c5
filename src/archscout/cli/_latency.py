"""A limit on latency, which is measured on this machine once and kept in the folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from archscout._common.plain import plain
from archscout.cli._console import complain
from archscout.cli._options import writable_folder
from archscout.errors import StorageError

if TYPE_CHECKING:
    from archscout.images._images import Images
    from archscout.pipelines.unlabeled import UnlabeledSettings
    from archscout.spaces.limits._limit import Limit

FILE = "latency.json"


def latency_limit(amount: str, settings: UnlabeledSettings, images: Images, folder: Path) -> Limit:
    """Read or measure the table of latencies of the supernet's networks, and make the limit.

    The folder keeps the table, so that a search that goes on has the very same limit.
    """
    from archscout.pipelines.unlabeled._sizes import build_settings
    from archscout.spaces import load_space
    from archscout.spaces.limits._latency import LatencyTable, measure_latency
    from archscout.spaces.limits._limit import Limit, parse_amount

    most = parse_amount(amount, "latency")
    file = writable_folder(folder) / FILE
    classes = len(images.classes) or settings.classes or 10
    sizes = build_settings(settings.space, settings.supernet_settings, classes)
    if file.is_file():
        table = LatencyTable.load(file)
        there = (table.space, table.facts.get("resolution"), table.facts.get("settings"))
        if there != (load_space(settings.space).name, images.side, plain(sizes)):
            raise StorageError(
                f"{file} holds latencies of other networks ({there[0]}, {there[1]} pixels, "
                f"{there[2]}): name another folder with --out, or delete it"
            )
    else:
        complain("measuring the latency of networks; other work on this machine disturbs it")
        table = measure_latency(
            load_space(settings.space),
            np.random.default_rng(settings.seed),
            resolution=images.side,
            settings=sizes,
        )
        table.save(file)
    complain(f"latencies are estimated with a mean error of {table.error:.0%} on unseen networks")
    return Limit("latency", most=most, measure=table)

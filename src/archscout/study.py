"""The search: a strategy proposes, the ledger buys, the record keeps, until the labels are spent.

A search that was killed goes on by replay: the recorded labels are handed to the ledger, and
the same loop runs again from the start, so that the strategy comes into the very state in which
it was. The labels are then those of a search that nobody interrupted, in the same order.
"""

from __future__ import annotations

import inspect
import json
import logging
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from archscout.benchmarks import TableBenchmark
from archscout.benchmarks.within import table_within
from archscout.errors import SettingsError
from archscout.ledger import Dedup, Ledger
from archscout.manifest import make_manifest
from archscout.objectives import Label, Measurement, Objective, as_objective
from archscout.plain import plain
from archscout.results import SearchResult
from archscout.spaces import load_space
from archscout.spaces.base import Architecture, SearchSpace
from archscout.storage import Record, open_record
from archscout.strategies import STRATEGIES, make_strategy
from archscout.strategies.base import Strategy

logger = logging.getLogger(__name__)

REPEATS_IN_A_ROW = 1000
_OWN_ARGUMENTS = ("space", "rng", "pool")

StrategyFactory = Callable[..., Strategy]


@dataclass(frozen=True, slots=True)
class SearchProgress:
    """Where a search stands after a label.

    Args:
        label: the label that was just bought, or read back from the record.
        best: the best so far; None if all failed.
        bought: labels bought, this one included.
        budget: labels allowed.
        repeats: proposals that were known already and cost nothing.
    """

    label: Label
    best: Label | None
    bought: int
    budget: int
    repeats: int


def search(  # noqa: PLR0917 - these six are the public order
    space: SearchSpace | str,
    objective: Objective | Callable[[Architecture], float | Measurement],
    strategy: str | StrategyFactory = "seminas",
    labels: int = 150,
    seed: int = 0,
    storage: str | Path | None = None,
    *,
    settings: Mapping[str, Any] | None = None,
    dedup: Dedup = "exact",
    on_label: Callable[[SearchProgress], None] | None = None,
    name: str | None = None,
) -> SearchResult:
    """Search a space for the best architecture with a number of labels.

    Args:
        space: a search space, with limits or without, or the name of a registered one.
        objective: what is measured; a plain function ``architecture -> number`` will do. Of a
            table, or of what else has a pool, only what is within the space's limits counts.
        strategy: a registered name such as ``"evolution"`` or ``"optuna:tpe"``, or a function
            ``(space, rng) -> Strategy``; it is given ``pool`` if it takes that argument.
        labels: how many labels may be bought, 1 or more.
        seed: 0 or more; decides all that is random.
        storage: where labels are recorded, and where a search that was interrupted goes on:
            None for memory, a journal file (.log), a folder, or a database URL.
        settings: the strategy's settings, plain values.
        dedup: ``"exact"``, or ``"isomorphic"`` to buy functionally equal architectures once.
        on_label: called after each label, those read back from the record too.
        name: name of the search in the storage; several may share one.

    Returns:
        The result, with test values revealed.

    Raises:
        UnknownNameError: if a name is not registered.
        SettingsError: if arguments are out of range or do not fit each other.
        StorageError: if the storage cannot be used or holds another search.

    Examples:
        >>> from archscout.testing.toy import ToySpace
        >>> result = search(ToySpace(), lambda arch: sum(arch.choices), "local", labels=40)
        >>> result.best.value
        10.0
    """
    started = time.perf_counter()
    space = load_space(space) if isinstance(space, str) else space
    bench = as_objective(objective)
    own = getattr(bench, "space", space)
    if own.name != space.name:
        raise SettingsError(
            f"got an objective of space {own.name!r} for space {space.name!r}: "
            "pass the space that the objective measures"
        )
    if isinstance(bench, TableBenchmark):
        bench = table_within(bench, space)
    ledger = Ledger(space, bench, labels, seed=seed, dedup=dedup)
    labels, seed = ledger.budget, ledger.seed
    chosen, settings = _strategy_name(strategy), dict(settings or {})
    try:
        recorded = json.loads(json.dumps(settings, allow_nan=False))
    except (TypeError, ValueError):
        raise SettingsError(
            f"got settings {settings}, expected plain values (text, numbers, lists) that a "
            "record can hold: pass a function (space, rng) -> Strategy for anything else"
        ) from None
    limits = {"limits": [limit.to_dict() for limit in space.limits]} if space.limits else {}
    manifest = make_manifest(
        seed=seed, labels=labels, strategy=chosen, settings=settings, dedup=dedup, **limits
    )
    searcher = _make(strategy, space, np.random.default_rng(seed), ledger.pool, settings)
    check_first_round(searcher, chosen, labels)
    identity = {
        "space": space.name,
        "objective": bench.name,
        "unit": bench.unit,
        "direction": bench.direction,
        "strategy": chosen,
        "settings": recorded,
        "seed": seed,
        "dedup": dedup,
        **limits,
    }
    if isinstance(bench, TableBenchmark):
        identity["table"] = bench.digest(test=False)
    record = open_record(storage, space, identity, name=name or "archscout")
    try:
        bought, stopped = _run(searcher, ledger, record, bench.direction, on_label)
    finally:
        record.close()
    noise: dict[str, Any] = getattr(bench, "noise_ceiling", dict)()
    result = SearchResult(
        space=space,
        strategy=chosen,
        objective=bench.name,
        unit=bench.unit,
        direction=bench.direction,
        labels=bought,
        audit=[plain(row) for row in searcher.audit],
        seconds=math.fsum(label.seconds for label in bought),
        wall_seconds=time.perf_counter() - started,
        requests=ledger.requests,
        repeats=ledger.repeats,
        budget=labels,
        stopped=stopped,
        test_values=dict(ledger.reveal()),
        noise=noise,
        manifest=manifest,
    )
    if isinstance(bench, TableBenchmark) and not all(label.failed for label in bought):
        result.standing = bench.standing(result.best.architecture)
    return result


def check_first_round(searcher: Strategy, name: str, labels: int) -> None:
    """Refuse a budget that ends before the strategy has chosen anything.

    Raises:
        SettingsError: if ``labels`` is below the strategy's ``minimum_labels``.
    """
    least = searcher.minimum_labels
    if labels < least:
        raise SettingsError(
            f"got labels={labels}, expected {least} or more for strategy {name!r}, whose first "
            f"round needs {least - 1}: allow more labels or choose settings with a smaller "
            "first round"
        )


def _run(
    searcher: Strategy,
    ledger: Ledger,
    record: Record,
    direction: str,
    on_label: Callable[[SearchProgress], None] | None,
) -> tuple[list[Label], str]:
    """Ask, buy, record, tell; the labels in buying order and why it ended."""
    known = record.labels()[: ledger.budget]
    ledger.restore(known)
    if known:
        logger.info("going on after %d recorded labels", len(known))
    sign = 1.0 if direction == "maximize" else -1.0
    bought: list[Label] = []
    best: Label | None = None
    in_a_row = 0
    while ledger.left:
        asked = searcher.ask(1)
        if not asked:
            return bought, f"the strategy had nothing left to propose after {len(bought)} labels"
        for arch in asked[: ledger.left]:
            label = ledger.buy(arch, info=_notes(searcher, arch, sign))
            in_a_row += 1
            if ledger.bought > len(bought):
                in_a_row = 0
                bought.append(label)
                if len(bought) > len(known):
                    record.add(label)
                if not label.failed and (best is None or sign * (label.value - best.value) > 0):
                    best = label
                if on_label is not None:
                    on_label(
                        SearchProgress(label, best, len(bought), ledger.budget, ledger.repeats)
                    )
            searcher.tell([arch], [sign * label.value])
        if in_a_row >= REPEATS_IN_A_ROW:
            return bought, (
                f"the strategy repeated known architectures {in_a_row} times in a row "
                f"after {len(bought)} labels"
            )
    return bought, f"all {ledger.budget} labels were bought"


def _notes(searcher: Strategy, arch: Architecture, sign: float) -> dict[str, Any]:
    """The strategy's notes; what it predicted is turned into the objective's own direction."""
    notes = dict(searcher.notes(arch))
    if notes.get("predicted") is not None:
        notes["predicted"] = sign * notes["predicted"]
    return notes


def _strategy_name(strategy: str | StrategyFactory) -> str:
    if isinstance(strategy, str):
        STRATEGIES[strategy]  # raises with the nearest match before anything is opened
        return strategy
    if not callable(strategy):
        raise SettingsError(
            f"got a strategy of type {type(strategy).__name__}, expected a registered name or "
            "a function (space, rng) -> Strategy"
        )
    made = getattr(strategy, "func", strategy)  # functools.partial
    return str(getattr(made, "__qualname__", type(made).__qualname__))


def _make(
    strategy: str | StrategyFactory,
    space: SearchSpace,
    rng: np.random.Generator,
    pool: Any,
    settings: Mapping[str, Any],
) -> Strategy:
    for own in _OWN_ARGUMENTS:
        if own in settings:
            raise SettingsError(
                f"got the setting {own}={settings[own]!r}, which the search gives the strategy "
                "itself: leave it out"
            )
    if isinstance(strategy, str):
        return make_strategy(strategy, space, rng, pool=pool, **settings)
    taken = inspect.signature(strategy).parameters.values()
    takes_pool = any(p.name == "pool" or p.kind is p.VAR_KEYWORD for p in taken)
    made = strategy(space, rng, **({"pool": pool} if takes_pool else {}), **settings)
    if not isinstance(made, Strategy):
        raise SettingsError(
            f"got a {type(made).__name__} from the strategy function, expected a Strategy"
        )
    return made

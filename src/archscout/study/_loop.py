"""The search: a strategy proposes, the ledger buys, the record keeps, until the labels are spent.

A search that was killed goes on by replay: the recorded labels are handed to the ledger, and
the same loop runs again from the start, so that the strategy comes into the very state in which
it was. The labels are then those of a search that nobody interrupted, in the same order.
"""

from __future__ import annotations

import json
import logging
import math
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from archscout._common.arguments import as_mapping, told_in_words
from archscout._common.manifest import make_manifest
from archscout._common.own_state import given, own_state
from archscout._common.plain import plain
from archscout.errors import Interrupted, SettingsError
from archscout.objectives._function import as_objective
from archscout.objectives._objective import Measurement, Objective
from archscout.results.search import SearchResult
from archscout.spaces import place_of
from archscout.spaces._as_space import as_space
from archscout.spaces.base import Architecture, SearchSpace
from archscout.strategies.base import Strategy
from archscout.study._arguments import StrategyFactory, check_rest, make_searcher, strategy_name
from archscout.study._failures import Failures
from archscout.study._measuring import known_noise, known_standing
from archscout.study.buying import Buying, SearchProgress
from archscout.study.ledger import Dedup, Ledger
from archscout.study.record._storage import open_record

logger = logging.getLogger(__name__)


@own_state()
@told_in_words(
    direction="it belongs to the objective, FunctionObjective(function, direction='minimize')"
)
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
    keep_going: bool = False,
    retry_failed: bool = False,
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
        keep_going: do not stop when the objective fails three times in a row with the same error
            and has never succeeded.
        retry_failed: measure the failed labels of the record again, with a repaired objective.
            A label keeps its number and the price of every attempt; the budget stays as it is.

    Returns:
        The result, with test values revealed.

    Raises:
        UnknownNameError: if a name is not registered.
        SettingsError: if arguments are out of range or do not fit each other.
        StorageError: if the storage cannot be used or holds another search.
        Interrupted: instead of KeyboardInterrupt, of which it is one; it says what is kept.
        ObjectiveError: from what the objective raised, if it only fails; see ``keep_going``.

    Examples:
        >>> from archscout.testing import ToySpace
        >>> result = search(ToySpace(), lambda arch: sum(arch.choices), "local", labels=40)
        >>> result.best.value
        10.0
    """
    started = time.perf_counter()
    space = as_space(space)
    bench = as_objective(objective)
    bench = as_objective(given(bench.within)(space))
    ledger = Ledger(space, bench, labels, seed=seed, dedup=dedup)
    labels, seed = ledger.budget, ledger.seed
    chosen, settings = strategy_name(strategy), as_mapping(settings, "settings")
    check_rest(storage, on_label, name, retry_failed)
    on_label = given(on_label)
    try:
        recorded = json.loads(json.dumps(settings, allow_nan=False))
    except (TypeError, ValueError):
        raise SettingsError(
            f"got settings {settings}, expected plain values (text, numbers, lists) that a "
            "record can hold: pass a function (space, rng) -> Strategy for anything else"
        ) from None
    limits = {"limits": [limit.to_dict() for limit in space.limits]} if space.limits else {}
    home = place_of(space)
    manifest = make_manifest(
        seed=seed,
        labels=labels,
        strategy=chosen,
        settings=settings,
        dedup=dedup,
        **limits,
        **({"space_from": home} if home != space.name else {}),
    )
    searcher = make_searcher(strategy, space, np.random.default_rng(seed), ledger.pool, settings)
    check_first_round(searcher, chosen, labels)
    identity = {
        **plain(given(bench.identity)()),
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
    record = open_record(storage, space, identity, name=name or "archscout")
    try:
        failures = Failures(space, record.where, keep_going=keep_going)
        buying = Buying(searcher, ledger, record, failures=failures, on_label=on_label)
        stopped = buying.run(bench.rounds, retry_failed=retry_failed)
    except KeyboardInterrupt:
        raise Interrupted(_stop_sentence(ledger, record.where)) from None
    finally:
        record.close()
    bought = ledger.labels
    if ledger.restored:
        manifest["recorded_labels"] = ledger.restored
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
        noise=known_noise(bench),
        manifest=manifest,
    )
    if not all(label.failed for label in bought):
        result.standing = known_standing(bench, result.best.architecture)
    return result


def _stop_sentence(ledger: Ledger, where: str) -> str:
    """What is kept of a search that Ctrl-C stopped."""
    if not ledger.bought:
        lost = f": what {where} holds is kept" if where else ""
        return f"the search was stopped before it bought a label{lost}"
    kept = (
        f"which are kept in {where}: the same call goes on from there"
        if where
        else "which are lost: name a storage to keep them"
    )
    return f"the search was stopped after {ledger.bought} of {ledger.budget} labels, {kept}"


def check_first_round(searcher: Strategy, name: str, labels: int) -> None:
    """Refuse a budget that ends before the strategy has chosen anything."""
    least = searcher.minimum_labels
    if labels < least:
        raise SettingsError(
            f"got labels={labels}, expected {least} or more for strategy {name!r}, whose first "
            f"round needs {least - 1}: allow more labels or choose settings with a smaller "
            "first round"
        )

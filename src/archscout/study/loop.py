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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from archscout._common.arguments import as_mapping, told_in_words
from archscout._common.manifest import make_manifest
from archscout._common.own_state import given, own_state
from archscout._common.plain import plain
from archscout._common.saying import count
from archscout.errors import Interrupted, SettingsError
from archscout.objectives.function import as_objective
from archscout.objectives.label import Label
from archscout.objectives.objective import Measurement, Objective
from archscout.results.search import SearchResult
from archscout.spaces import place_of
from archscout.spaces.as_space import as_space
from archscout.spaces.base import Architecture, SearchSpace
from archscout.strategies.base import Strategy
from archscout.study.arguments import StrategyFactory, check_rest, make_searcher, strategy_name
from archscout.study.failures import Failures
from archscout.study.ledger import Dedup, Ledger
from archscout.study.measuring import known_noise, known_standing
from archscout.study.record.storage import Record, open_record

logger = logging.getLogger(__name__)

REPEATS_IN_A_ROW = 1000


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
        >>> from archscout.testing.toy import ToySpace
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
        stopped = _run(searcher, ledger, record, failures, on_label, retry_failed=retry_failed)
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
    failures: Failures,
    on_label: Callable[[SearchProgress], None] | None,
    *,
    retry_failed: bool,
) -> str:
    """Ask, buy, record, tell, until the labels are bought; why it ended."""
    known = [label for label in record.history() if label.number < ledger.budget]
    ledger.restore(known)
    if known:
        logger.info("going on after %d recorded labels", ledger.restored)
    sign = 1.0 if ledger.direction == "maximize" else -1.0
    best: Label | None = None

    def settle(measured: Label, new: bool) -> Label:
        """Record and report a measurement; the label that it gave."""
        nonlocal best
        label = ledger.labels[measured.number]
        if new:
            record.add(measured, len(label.attempts) or 1)
        else:
            failures.replayed(label)
        if not label.failed and (best is None or _better(label, best, sign)):
            best = label
        if on_label is not None:
            on_label(SearchProgress(label, best, ledger.bought, ledger.budget, ledger.repeats))
        if new:
            failures.measured(label, ledger.cause)
        return label

    def buy_again(failed: Label) -> None:
        new = ledger.due_again is None
        again = ledger.buy_again(failed, info=_notes(searcher, failed.architecture, sign))
        label = settle(again, new)
        searcher.tell([label.architecture], [sign * label.value])

    in_a_row = 0
    while True:
        while (failed := ledger.due_again) is not None:
            buy_again(failed)
        if retry_failed and not ledger.replaying:
            retry_failed = False
            for label in [label for label in ledger.labels if label.failed]:
                buy_again(label)
        if not ledger.left:
            all_of_them = count(ledger.budget, "label")
            return f"all {all_of_them} were bought" if ledger.budget > 1 else "1 label was bought"
        asked = searcher.ask(1)
        if not asked:
            return f"the strategy had nothing left to propose after {count(ledger.bought, 'label')}"
        for arch in asked[: ledger.left]:
            bought, new = ledger.bought, not ledger.replaying
            label = ledger.buy(arch, info=_notes(searcher, arch, sign))
            in_a_row += 1
            if ledger.bought > bought:
                in_a_row = 0
                settle(label, new)
            searcher.tell([arch], [sign * label.value])
        if in_a_row >= REPEATS_IN_A_ROW:
            return (
                f"the strategy repeated known architectures {in_a_row} times in a row "
                f"after {count(ledger.bought, 'label')}"
            )


def _better(label: Label, best: Label, sign: float) -> bool:
    """Whether a label is the better one; of equals the first bought is."""
    ahead = sign * (label.value - best.value)
    return ahead > 0 or (ahead == 0 and label.number < best.number)


def _notes(searcher: Strategy, arch: Architecture, sign: float) -> dict[str, Any]:
    """The strategy's notes; what it predicted is turned into the objective's own direction."""
    notes = dict(searcher.notes(arch))
    if notes.get("predicted") is not None:
        notes["predicted"] = sign * notes["predicted"]
    return notes

"""Asks a strategy, buys, records and tells, until the labels are spent."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from archscout._common.own_state import given
from archscout._common.saying import count
from archscout.objectives._label import Label
from archscout.objectives._objective import Rounds
from archscout.spaces.base import Architecture
from archscout.strategies.base import Strategy
from archscout.study._failures import Failures
from archscout.study.ledger import Ledger
from archscout.study.record._storage import Record

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


class Buying:
    """Buys the labels of one search, those of its record first."""

    def __init__(
        self,
        searcher: Strategy,
        ledger: Ledger,
        record: Record,
        *,
        failures: Failures,
        on_label: Callable[[SearchProgress], None] | None,
    ) -> None:
        self.searcher, self.ledger, self.record = searcher, ledger, record
        self.failures, self.on_label = failures, on_label
        self.best: Label | None = None
        self._sign = 1.0 if ledger.direction == "maximize" else -1.0

    def run(self, rounds: Rounds | None, *, retry_failed: bool) -> str:
        """Ask, buy, record, tell, until the labels are bought; why it ended.

        Without rounds one architecture is asked for at a time.
        """
        ledger = self.ledger
        known = [label for label in self.record.history() if label.number < ledger.budget]
        ledger.restore(known)
        if known:
            logger.info("going on after %d recorded labels", ledger.restored)
        in_a_row = 0
        while True:
            while (failed := ledger.due_again) is not None:
                self._buy_again(failed)
            if retry_failed and not ledger.replaying:
                retry_failed = False
                for label in [label for label in ledger.labels if label.failed]:
                    self._buy_again(label)
            if not ledger.left:
                bought = count(ledger.budget, "label")
                return f"all {bought} were bought" if ledger.budget > 1 else "1 label was bought"
            wanted = 1 if rounds is None else min(rounds.size(ledger.bought), ledger.left)
            so_far = count(ledger.bought, "label")
            if not wanted:
                return f"the rounds of the objective were over after {so_far}"
            asked = _ask(self.searcher, wanted)[: ledger.left]
            if not asked:
                return f"the strategy had nothing left to propose after {so_far}"
            renewed = {} if rounds is None else self._begin(rounds, asked)
            in_a_row = self._buy(asked, renewed, in_a_row)
            if in_a_row >= REPEATS_IN_A_ROW:
                return (
                    f"the strategy repeated known architectures {in_a_row} times in a row "
                    f"after {count(ledger.bought, 'label')}"
                )

    def _begin(self, rounds: Rounds, asked: list[Architecture]) -> dict[Architecture, float]:
        """Begin a round with what is new of it; newer values of what is not."""
        fresh = [arch for arch in asked if arch not in self.ledger]
        return dict(given(rounds.begin)(fresh)) if fresh else {}

    def _buy(
        self, asked: list[Architecture], renewed: dict[Architecture, float], in_a_row: int
    ) -> int:
        """Buy what was asked for, and tell the strategy; repeats in a row by now."""
        ledger, values = self.ledger, []
        for arch in asked:
            bought, new = ledger.bought, not ledger.replaying
            label = ledger.buy(arch, info=self._notes(arch))
            in_a_row += 1
            if ledger.bought > bought:
                in_a_row = 0
                self._settle(label, new)
            values.append(self._sign * label.value)
        newer = [self._sign * value for value in renewed.values()]
        self.searcher.tell([*renewed, *asked], [*newer, *values])
        return in_a_row

    def _buy_again(self, failed: Label) -> None:
        new = self.ledger.due_again is None
        again = self.ledger.buy_again(failed, info=self._notes(failed.architecture))
        label = self._settle(again, new)
        self.searcher.tell([label.architecture], [self._sign * label.value])

    def _settle(self, measured: Label, new: bool) -> Label:
        """Record and report a measurement; the label that it gave."""
        label = self.ledger.labels[measured.number]
        if new:
            self.record.add(measured, len(label.attempts) or 1)
        else:
            self.failures.replayed(label)
        if not label.failed and (self.best is None or self._better(label, self.best)):
            self.best = label
        if self.on_label is not None:
            ledger = self.ledger
            self.on_label(
                SearchProgress(label, self.best, ledger.bought, ledger.budget, ledger.repeats)
            )
        if new:
            self.failures.measured(label, self.ledger.cause)
        return label

    def _better(self, label: Label, best: Label) -> bool:
        """Whether a label is the better one; of equals the first bought is."""
        ahead = self._sign * (label.value - best.value)
        return ahead > 0 or (ahead == 0 and label.number < best.number)

    def _notes(self, arch: Architecture) -> dict[str, Any]:
        """The strategy's notes; what it predicted is turned into the objective's direction."""
        notes = dict(self.searcher.notes(arch))
        if notes.get("predicted") is not None:
            notes["predicted"] = self._sign * notes["predicted"]
        return notes


def _ask(searcher: Strategy, wanted: int) -> list[Architecture]:
    """Different architectures, fewer than wanted only where the strategy has no more."""
    asked = searcher.ask(wanted)
    while asked and len(asked) < wanted:
        more = [arch for arch in searcher.ask(wanted - len(asked)) if arch not in asked]
        if not more:
            break
        asked = [*asked, *more]
    return asked

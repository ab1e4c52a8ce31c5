"""The ledger: every label is bought here, counted, priced and kept; test values stay sealed."""

from __future__ import annotations

import itertools
import logging
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal

import numpy as np

from archscout._common.arguments import whole
from archscout._common.own_state import given
from archscout._common.plain import plain
from archscout.errors import (
    LabelBudgetError,
    SealedError,
    SettingsError,
    StorageError,
    unknown_name,
)
from archscout.objectives._function import as_objective
from archscout.objectives._label import Label
from archscout.objectives._objective import Direction, Measurement, Objective
from archscout.results._notes import join_notes
from archscout.spaces._as_space import as_space
from archscout.spaces._index import ChoiceIndex
from archscout.spaces.base import Architecture, SearchSpace
from archscout.study._arguments import allowed_pool
from archscout.study._history import check_order
from archscout.study._measuring import measure, measured_test_value

logger = logging.getLogger(__name__)

Dedup = Literal["exact", "isomorphic"]
_CHUNK = 4096


class Ledger:
    """Buys labels of an objective within a budget and remembers them.

    The randomness of a measurement comes from ``numpy.random.default_rng([seed, *choices])``,
    so it depends on the seed and the architecture alone, not on the order of buying.

    Args:
        space: the space of the architectures.
        objective: what is bought, or a plain function of an architecture.
        labels: budget, 1 or more, at most what the objective can measure.
        seed: seed of the measurements, 0 or more.
        dedup: ``"exact"`` buys each architecture once; ``"isomorphic"`` also buys only one of
            the twins that share a canonical id, and serves its label for the others.

    Attributes:
        labels: the bought labels in buying order.
        budget: number of labels that may be bought.
        pool: choices that can be bought, ``(n, positions)``; None for the whole space.
        seconds: their price so far, in the objective's seconds.
        repeats: requests that were served without buying.
        restored: number of labels taken over by `restore`.
        cause: what the last measurement raised, if it did.

    Raises:
        SettingsError: if the budget or the seed is out of range.

    Examples:
        >>> from archscout.spaces import load_space
        >>> space = load_space("nasbench201")
        >>> ledger = Ledger(space, lambda arch: sum(arch.choices), labels=2)
        >>> arch = space.architectures(np.array([[1, 2, 0, 0, 0, 4]]))[0]
        >>> ledger.buy(arch).value, ledger.buy(arch).value, ledger.left, ledger.repeats
        (7.0, 7.0, 1, 1)
    """

    def __init__(
        self,
        space: SearchSpace,
        objective: Objective | Callable[[Architecture], float | Measurement],
        labels: int,
        *,
        seed: int = 0,
        dedup: Dedup = "exact",
    ) -> None:
        if dedup not in ("exact", "isomorphic"):
            raise unknown_name("dedup", str(dedup), ("exact", "isomorphic"))
        self._space = space = as_space(space)
        self._objective = as_objective(objective)
        self.budget = whole(labels, "labels", 1)
        self.seed = whole(seed, "seed", 0)
        self.dedup: Dedup = dedup
        self.labels: list[Label] = []
        self.seconds = 0.0
        self.repeats = 0
        self.restored = 0
        self.cause: BaseException | None = None
        self._known: dict[Architecture | str, Label] = {}
        self._to_replay: deque[Label] = deque()
        self._test_values: dict[Architecture, float] | None = None
        pool = given(self._objective.pool)()
        self.pool = None if pool is None else allowed_pool(space, pool, self._objective.name)
        self._pool_index = (
            None if self.pool is None else ChoiceIndex(space.option_counts, self.pool)
        )
        self._check_budget()

    # --- what was bought ----------------------------------------------------------------------
    @property
    def bought(self) -> int:
        """Number of labels bought, failed ones included."""
        return len(self.labels)

    @property
    def left(self) -> int:
        """Number of labels that may still be bought."""
        return self.budget - len(self.labels)

    @property
    def requests(self) -> int:
        """Number of requests served: labels bought and repeats."""
        return len(self.labels) + self.repeats

    @property
    def direction(self) -> Direction:
        """Whether higher or lower values are better."""
        return self._objective.direction

    @property
    def best(self) -> Label | None:
        """Label with the best value, the first of equals; None while none has succeeded."""
        succeeded = [label for label in self.labels if not label.failed]
        choose = max if self.direction == "maximize" else min
        return choose(succeeded, key=lambda label: label.value, default=None)

    def value(self, arch: Architecture) -> float:
        """Value that was bought for ``arch``, NaN if its measurement failed.

        Raises:
            LabelBudgetError: if it was not bought.
        """
        label = self._known.get(self._key(arch))
        if label is None:
            raise LabelBudgetError(
                f"the value of {self._space.format(arch)!r} was not bought: buy a label for it "
                f"({self.left} of {self.budget} are left)"
            )
        return label.value

    def __getitem__(self, arch: Architecture) -> float:
        """Value that was bought for ``arch``; raises `LabelBudgetError` if it was not."""
        return self.value(arch)

    def __contains__(self, arch: object) -> bool:
        """Whether asking for ``arch`` again costs nothing."""
        return arch in self._space and self._key(arch) in self._known  # type: ignore[arg-type]

    def __len__(self) -> int:
        """Number of labels bought."""
        return len(self.labels)

    def __iter__(self) -> Iterator[Label]:
        """Iterate over the labels in buying order."""
        return iter(self.labels)

    # --- buying -------------------------------------------------------------------------------
    def buy(self, arch: Architecture, info: Mapping[str, Any] | None = None) -> Label:
        """Buy the label of an architecture, or serve it again at no cost if it is known.

        A measurement that raises, or gives no finite number, becomes a failed label: its value
        is NaN, its error says why, and it counts.

        Args:
            arch: what to measure.
            info: the strategy's notes, kept with a new label as plain values.

        Returns:
            The label. A twin under ``dedup="isomorphic"`` gets that of the bought architecture.

        Raises:
            ParseError: if ``arch`` is not of the space.
            SettingsError: if the space forbids ``arch``, or the objective cannot measure it.
            LabelBudgetError: if a new label is wanted and none is left, or after `reveal`.
            StorageError: if `restore` was given a label and another one is asked for.
        """
        if self._test_values is not None:
            raise LabelBudgetError(
                "a label was asked for after the test values were revealed, expected all buying "
                "before: start a new search to go on"
            )
        self._check_in_pool(arch)
        key = self._key(arch)
        known = self._known.get(key)
        if known is not None:
            self.repeats += 1
            return known
        if self.left < 1:
            raise LabelBudgetError(
                f"all {self.budget} labels are bought and {self._space.format(arch)!r} would be "
                "one more: search with a larger budget of labels"
            )
        label = (
            self._replay(arch) if self._to_replay else self._measure(arch, self.bought, info or {})
        )
        self.labels.append(label)
        self.seconds += label.seconds
        self._known[key] = label
        return label

    def buy_again(self, label: Label, info: Mapping[str, Any] | None = None) -> Label:
        """Measure a failed label again, beside the budget: it keeps its number and every price.

        Args:
            label: one of `labels` that failed.
            info: the strategy's notes.

        Returns:
            The new measurement, with its own price; `labels` holds what became of the label.

        Raises:
            SettingsError: if it is no failed label of this ledger.
        """
        mine = label.number < len(self.labels) and self.labels[label.number] is label
        if not (mine and label.failed):
            raise SettingsError(
                f"got label {label.number} to buy again, expected a failed one of this ledger"
            )
        if self.due_again is label:
            again = self._to_replay.popleft()
        else:
            again = self._measure(label.architecture, label.number, info or {})
        self.labels[label.number] = self._known[self._key(label.architecture)] = label.bought_again(
            again
        )
        self.seconds += again.seconds
        return again

    @property
    def due_again(self) -> Label | None:
        """The failed label that was bought again at this place of the record, if one was."""
        if self._to_replay and self._to_replay[0].number < len(self.labels):
            return self.labels[self._to_replay[0].number]
        return None

    @property
    def replaying(self) -> bool:
        """Whether labels of the record are still to be handed out."""
        return bool(self._to_replay)

    def restore(self, labels: Sequence[Label]) -> None:
        """Take over the recorded labels of an earlier part of the same search.

        `buy` and `buy_again` hand them out again, in their order and without measuring, while
        they are asked for exactly these; each counts as it did when it was measured.

        Args:
            labels: the measurements of the record in their order; one whose number came before
                is a failed label that was bought again.

        Raises:
            SettingsError: if something was bought before, or the record exceeds the budget.
            StorageError: if the record is not in buying order, or holds one architecture twice.
        """
        if self.labels or self._to_replay:
            raise SettingsError(
                f"got a record for a ledger that holds {len(self.labels) + len(self._to_replay)} "
                "labels, expected an empty one: restore before anything is bought"
            )
        different = len({label.number for label in labels})
        if different > self.budget:
            raise SettingsError(
                f"the record holds {different} labels and the budget is {self.budget}: "
                f"ask for labels={different} or more, or use another storage"
            )
        check_order(labels, self._key)
        self._to_replay.extend(labels)
        self.restored = different

    # --- test values --------------------------------------------------------------------------
    def reveal(self) -> dict[Architecture, float]:
        """End the search: buying is over, and the test values of what was bought are open.

        Returns:
            Test value of each bought architecture, NaN where the objective has none.
        """
        if self._test_values is None:
            self._test_values = {
                label.architecture: measured_test_value(self._objective, label.architecture)
                for label in self.labels
            }
        return dict(self._test_values)

    def test_value(self, arch: Architecture) -> float:
        """Test value of a bought architecture, once `reveal` has ended the search.

        Raises:
            SealedError: before `reveal`.
            LabelBudgetError: if ``arch`` was not bought.
        """
        if self._test_values is None:
            raise SealedError(
                f"the test value of {self._space.format(arch)!r} is sealed until the search is "
                "over: choose by validation values, and call reveal() at the end"
            )
        self.value(arch)
        return self._test_values[self._known[self._key(arch)].architecture]

    # --- inside -------------------------------------------------------------------------------
    def _key(self, arch: Architecture) -> Architecture | str:
        return arch if self.dedup == "exact" else self._space.canonical_id(arch)

    def _check_budget(self) -> None:
        available = self._available()
        if available is not None and self.budget > available:
            what = "architectures" if self.dedup == "exact" else "functionally distinct ones"
            where = f"space {self._space.name!r}" if self.pool is None else "the objective's pool"
            hint = f"ask for {available:,} labels or fewer" if available else "allow some"
            raise SettingsError(
                f"got labels={self.budget}, but {where} holds {available:,} {what}: {hint}"
            )

    def _available(self) -> int | None:
        """Number of labels that can be bought; None if it is unknown or surely enough."""
        if self._pool_index is not None:
            size = self._pool_index.different
        else:
            try:
                size = len(self._space)
            except (TypeError, OverflowError):
                return None
        if self.dedup == "exact" or self.budget > size:
            return size
        # Counting twins takes time in large spaces, so it ends once the budget is covered.
        ids: set[str] = set()
        for arch in self._all():
            ids.add(self._space.canonical_id(arch))
            if len(ids) >= self.budget:
                return None
        return len(ids)

    def _all(self) -> Iterator[Architecture]:
        rows = self._space.all_choices() if self.pool is None else self.pool
        chunks = (rows[start : start + _CHUNK] for start in range(0, len(rows), _CHUNK))
        return itertools.chain.from_iterable(map(self._space.architectures, chunks))

    def _check_in_pool(self, arch: Architecture) -> None:
        choices = self._space.as_choices([arch])
        if not self._space.valid(choices)[0]:
            raise SettingsError(
                f"got {arch.choices}, which space {self._space.name!r} does not allow: "
                "propose valid architectures only"
            )
        listed = self._space.representatives
        if self._pool_index is not None and self._pool_index.rows(listed(choices))[0] < 0:
            raise SettingsError(
                f"got {self._space.format(arch)!r}, which is not among the "
                f"{self._pool_index.different:,} architectures that {self._objective.name!r} can "
                "measure: propose from its pool()"
            )

    def _replay(self, arch: Architecture) -> Label:
        label = self._to_replay[0]
        if label.architecture != arch:
            raise StorageError(
                f"the record's label {label.number} is of "
                f"{self._space.format(label.architecture)!r} and the search now asks for "
                f"{self._space.format(arch)!r}: resume with the same space, strategy, settings, "
                "seed and version, or use another storage"
            )
        return self._to_replay.popleft()

    def _measure(self, arch: Architecture, number: int, info: Mapping[str, Any]) -> Label:
        self.cause = None  # its traceback holds what the failed measurement held
        came = measure(self._objective, arch, np.random.default_rng([self.seed, *arch.choices]))
        self.cause = came.cause
        if came.error:
            where = self._space.format(arch)
            logger.warning("label %d (%s) failed: %s", number, where, came.error)
        kept = join_notes(came.notes, plain(dict(info)))
        return Label(number, arch, came.value, came.seconds, came.error, kept)

    def __repr__(self) -> str:
        return f"Ledger({self._objective.name!r}, {self.bought} of {self.budget} labels bought)"

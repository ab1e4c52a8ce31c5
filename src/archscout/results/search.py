"""What a search hands back, and how it is kept in a JSON file.

`SearchResult` holds every label in buying order, what they cost, what the strategy learnt on
the way, the test values that were sealed until the end, and the manifest of the run.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from archscout._common.own_state import own_state
from archscout._common.paths import at_home
from archscout._common.plain import plain
from archscout._common.saying import count
from archscout._common.writing import told_if_unwritable
from archscout.errors import ArchscoutError
from archscout.objectives._label import Label
from archscout.objectives._objective import Direction
from archscout.results._notes import STRATEGY_NOTES, info_columns
from archscout.spaces.base import Architecture, SearchSpace

if TYPE_CHECKING:
    import pandas as pd

FILE_NAME = "result.json"


@dataclass(frozen=True, slots=True)
class Best:
    """The architecture with the best search value; ``test_value`` is NaN where there is none."""

    architecture: Architecture
    value: float
    test_value: float


@dataclass(repr=False)
class SearchResult:
    """All that a search bought and learnt.

    Args:
        space: the search space.
        strategy: its name.
        objective: its name.
        unit: unit of the values, such as ``"percent"``.
        direction: whether higher (``"maximize"``) or lower (``"minimize"``) is better.
        labels: every label in buying order, the failed ones too.
        audit: one row of plain values for each learning round of the strategy.
        seconds: price paid, the sum over the labels.
        wall_seconds: how long the search itself ran, in this process.
        requests: how many architectures the strategy asked for.
        repeats: how many of them were known already and cost nothing.
        budget: labels that the search was allowed.
        stopped: why it ended, in words.
        test_values: revealed after the end; NaN where there is none.
        standing: where the best stands in its table by mean values, as ``rank`` and ``of``; empty
            where there is no table.
        noise: what is known of the objective's noise, such as the noise ceiling of a table.
        manifest: versions, seed, settings, command, time.
    """

    space: SearchSpace
    strategy: str
    objective: str
    unit: str
    direction: Direction
    labels: list[Label]
    audit: list[dict[str, Any]] = field(default_factory=list)
    seconds: float = 0.0
    wall_seconds: float = 0.0
    requests: int = 0
    repeats: int = 0
    budget: int = 0
    stopped: str = ""
    test_values: dict[Architecture, float] = field(default_factory=dict)
    standing: dict[str, int] = field(default_factory=dict)
    noise: dict[str, Any] = field(default_factory=dict)
    manifest: dict[str, Any] = field(default_factory=dict)

    @property
    def best(self) -> Best:
        """The best by search values alone, the first bought of equals.

        Raises:
            ArchscoutError: if there is no label that did not fail.
        """
        good = [label for label in self.labels if not label.failed]
        if not good:
            why = f" (the first: {self.labels[0].error})" if self.labels else ""
            raise ArchscoutError(
                f"no label of {len(self.labels)} succeeded, so there is no best{why}: "
                "repair the objective and search again"
            )
        sign = 1.0 if self.direction == "maximize" else -1.0
        top = max(good, key=lambda label: sign * label.value)
        test_value = self.test_values.get(top.architecture, math.nan)
        return Best(top.architecture, top.value, test_value)

    @property
    def bought_again(self) -> int:
        """How many failed labels were bought again, each once or more."""
        return sum(bool(label.attempts) for label in self.labels)

    @property
    def warnings(self) -> list[str]:
        """What speaks against using the best, such as operations of which none has weights."""
        from archscout.spaces._hollow import warnings_of

        if all(label.failed for label in self.labels):
            return []
        return warnings_of(self.space, self.best.architecture)

    @own_state()
    def to_frame(self) -> pd.DataFrame:
        """One row a label, in buying order.

        Returns:
            Columns number, architecture (text), value, best_so_far, seconds, failed, error,
            test_value and attempts (where there are any), predicted, spread, round, origin, and
            ``info.NAME`` for what measurements gave in their ``info``: NaN where a label lacks
            it, lists and mappings as JSON. Numbers begin at 0.
        """
        import pandas as pd

        values = np.array([label.value for label in self.labels], dtype=np.float64)
        so_far = np.fmax if self.direction == "maximize" else np.fmin
        columns: dict[str, Any] = {
            "number": [label.number for label in self.labels],
            "architecture": [self.space.format(label.architecture) for label in self.labels],
            "value": values,
            "best_so_far": so_far.accumulate(values) if len(values) else values,
            "seconds": [label.seconds for label in self.labels],
            "failed": [label.failed for label in self.labels],
            "error": [label.error for label in self.labels],
        }
        tests = [self.test_values.get(label.architecture, math.nan) for label in self.labels]
        if not all(map(math.isnan, tests)):
            columns["test_value"] = tests
        if self.bought_again:
            columns["attempts"] = [len(label.attempts) or 1 for label in self.labels]
        for key in STRATEGY_NOTES:
            columns[key] = [label.info.get(key) for label in self.labels]
        columns |= info_columns(self.labels)
        return pd.DataFrame(columns)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON: NaN becomes None, architectures their standard text."""
        best: dict[str, Any] | None = None
        if any(not label.failed for label in self.labels):
            top = self.best
            best = {
                "architecture": self.space.format(top.architecture),
                "value": top.value,
                "test_value": top.test_value,
            }
        tests = {self.space.format(arch): value for arch, value in self.test_values.items()}
        result = plain(
            {
                "best": best,
                "warnings": self.warnings,
                "labels": [label.to_dict(self.space) for label in self.labels],
                "seconds": self.seconds,
                "wall_seconds": self.wall_seconds,
                "unit": self.unit,
                "direction": self.direction,
                "strategy": self.strategy,
                "objective": self.objective,
                "space": self.space.name,
                "budget": self.budget,
                "requests": self.requests,
                "repeats": self.repeats,
                "bought_again": self.bought_again,
                "stopped": self.stopped,
                "test_values": tests,
                "audit": self.audit,
                "standing": self.standing,
                "noise": self.noise,
                "manifest": self.manifest,
            }
        )
        assert isinstance(result, dict)
        return result

    @own_state()
    def save(self, folder: str | Path) -> Path:
        """Write ``result.json`` into a folder, in one step.

        Args:
            folder: made if it is missing.

        Returns:
            Path of the file.

        Raises:
            StorageError: if it cannot be written.
        """
        from archscout.results._search_file import write_result

        path = at_home(folder) / FILE_NAME
        with told_if_unwritable(path):
            write_result(path, self.to_dict())
        return path

    @classmethod
    @own_state()
    def read(cls, path: str | Path, space: SearchSpace | None = None) -> Self:
        """Read a result that `save` wrote.

        Args:
            path: the JSON file or the folder that holds ``result.json``.
            space: needed only for a space that is not registered.

        Returns:
            The result as it was.

        Raises:
            StorageError: if it cannot be read, is no result, was changed, or is of another space.
        """
        from archscout.results._search_file import read_result

        path = Path(path)
        return cls(**read_result(path / FILE_NAME if path.is_dir() else path, space))

    def __repr__(self) -> str:
        good = any(not label.failed for label in self.labels)
        best = f"{self.best.value:.6g} {self.unit}" if good else "none"
        return (
            f"SearchResult({self.strategy} on {self.objective}: "
            f"best {best} of {count(len(self.labels), 'label')})"
        )

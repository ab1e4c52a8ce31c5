"""A measured table as an objective: what others trained, bought again label by label."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from archscout._common.paths import at_home
from archscout._tables.units import check_unit, row_means
from archscout.benchmarks._limited import rows_within
from archscout.benchmarks._schema import Column
from archscout.errors import TableError, unknown_name
from archscout.objectives._objective import Direction, Measurement, Objective
from archscout.spaces._blocks.measured_table import RunMode
from archscout.spaces._index import ChoiceIndex
from archscout.spaces.base import Architecture, Choices, SearchSpace

Floats = NDArray[np.float64]


class TableBenchmark(Objective):
    """Measured values of architectures, each with the price that its training had.

    An architecture that the table does not hold is never guessed: measuring it raises.

    Args:
        space: the space whose architectures the rows are.
        choices: ``(n, positions)`` option indices, each architecture once; where the space lists
            one architecture for several that compute the same, the table holds and finds that.
        runs: ``(n, runs)`` or ``(n,)`` single runs of the search split, in ``unit``; NaN where
            a run is missing. A row without any value is a failed measurement.
        name: short text for records and plots.
        values: ``(n,)`` means of the search split; None takes the mean of the runs.
        test_values: ``(n,)`` mean test values, NaN where there is none; None means all NaN.
        seconds: ``(n,)`` seconds of one training, 0 or more; missing ones count as 0.
        unit: unit of the values; ``"percent"`` must lie in 0..100.
        direction: whether higher or lower values are better.
        dataset: name of the data set, or empty.
        run: ``"mean"`` measures the mean over runs, ``"random"`` one run drawn by the
            generator that `measure` is given.
        columns: further measured columns ``(n,)``, such as latency, by name.
        provenance: where the numbers come from; plain values for the manifest.

    Raises:
        TableError: if shapes differ, values leave their range, or an architecture repeats.

    Examples:
        >>> from archscout.spaces import load_space
        >>> space = load_space("nasbench201")
        >>> table = TableBenchmark(
        ...     space, np.array([[0, 1, 2, 3, 4, 0], [3, 3, 3, 3, 3, 3]]),
        ...     np.array([[60.0, 62.0], [91.0, np.nan]]), name="two cells")
        >>> table.optimum, table.rank(61.0), len(table.pool())
        (91.0, 2, 2)
    """

    def __init__(
        self,
        space: SearchSpace,
        choices: NDArray[np.integer[Any]],
        runs: NDArray[np.floating[Any]],
        *,
        name: str,
        values: NDArray[np.floating[Any]] | None = None,
        test_values: NDArray[np.floating[Any]] | None = None,
        seconds: NDArray[np.floating[Any]] | None = None,
        unit: str = "percent",
        direction: Direction = "maximize",
        dataset: str = "",
        run: RunMode = "mean",
        columns: Mapping[str, NDArray[np.floating[Any]]] | None = None,
        provenance: Mapping[str, Any] | None = None,
    ) -> None:
        if run not in ("mean", "random"):
            raise unknown_name("kind of run", str(run), ("mean", "random"))
        if direction not in ("maximize", "minimize"):
            raise unknown_name("direction", str(direction), ("maximize", "minimize"))
        self.space: SearchSpace = space
        self.name = name
        self.unit = unit
        self.direction: Direction = direction
        self.dataset = dataset
        self.run: RunMode = run
        written = space.as_choices(choices)
        rows = len(written)
        if rows == 0:
            raise TableError(f"table {name!r} has no rows: give it at least one architecture")
        self._check_valid(written)
        self.choices = _frozen(space.representatives(written), space.choice_dtype)
        self.runs = self._column(
            "runs", runs if np.ndim(runs) == 2 else np.atleast_1d(runs)[:, None]
        )
        means = row_means(self.runs)
        if values is not None:
            given = self._column("values", values)
            means = np.where(np.isnan(given), means, given)
        self.values = _frozen(means)
        missing = np.full(rows, math.nan)
        self.test_values = self._column(
            "test_values", missing if test_values is None else test_values
        )
        prices = self._column("seconds", np.zeros(rows) if seconds is None else seconds)
        self.seconds = _frozen(np.nan_to_num(prices, nan=0.0))
        extra = {key: self._column(key, column) for key, column in (columns or {}).items()}
        self.columns: Mapping[str, Floats] = MappingProxyType(extra)
        self.provenance: Mapping[str, Any] = MappingProxyType(dict(provenance or {}))
        self._index = ChoiceIndex(space.option_counts, self.choices)
        self._check()
        self._whole = self._index.different == _size(space)

    @classmethod
    def from_csv(
        cls,
        path: str | Path,
        *,
        space: SearchSpace | str,
        dataset: str | None = None,
        schema: Sequence[Column] | None = None,
        metric: str = "accuracy",
        split: str = "valid",
        epochs: int | None = None,
        run: RunMode = "mean",
        unit: str | None = None,
        direction: Direction | None = None,
        name: str | None = None,
    ) -> TableBenchmark:
        """Read a table from a CSV file (plain or gzipped), or from parquet with pyarrow.

        Without a schema the meaning of a column is read from its name, see
        `archscout.benchmarks._schema.infer_column`: ``cifar10_valid_200ep_run0``,
        ``arch,value`` and ``architecture,valid,test,seconds`` all work.

        Dialects of spreadsheets are understood, see `archscout._tables.csv_text`. Columns that
        are not needed are not read; where a needed one other than the metric has a cell that is no
        number, the cell counts as missing and a warning is logged.

        Args:
            path: the file; its first row names the columns.
            space: the space, or its name, that reads the architecture column.
            dataset: data set to take, needed only if the table holds several.
            schema: what each column means; columns that it does not name are ignored.
            metric: metric to search by; ``"accuracy"`` also takes a plain ``value`` column.
            split: split to search by; test values are sealed beside it unless it is ``"test"``.
            epochs: training length to take; None takes the longest that has the split.
            run: ``"mean"`` or ``"random"``, see `TableBenchmark`.
            unit: unit of the values if the column's own (or inferred) one is wrong.
            direction: likewise; None takes the column's.
            name: short text for records; None makes one of file, data set, split and epochs.

        Returns:
            The table.

        Raises:
            TableError: if the file cannot be read, lacks a column, holds wrong values, or is larger
                than `archscout._tables.limits.TableLimits` allows.
            MissingExtraError: if the file is parquet and pyarrow is not installed.

        Examples:
            >>> import tempfile
            >>> with tempfile.TemporaryDirectory() as folder:
            ...     path = Path(folder) / "mine.csv"
            ...     _ = path.write_text("arch,valid,test,seconds\\n"
            ...         "|none~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|,55.5,54,60\\n")
            ...     table = TableBenchmark.from_csv(path, space="nasbench201")
            >>> table.optimum, table.seconds.tolist(), table.name
            (55.5, [60.0], 'mine valid accuracy mean')
        """
        from archscout.benchmarks._build import table_arguments

        arguments = table_arguments(
            at_home(path),
            space=space,
            dataset=dataset,
            schema=schema,
            metric=metric,
            split=split,
            epochs=epochs,
            run=run,
            unit=unit,
            direction=direction,
            name=name,
        )
        return cls(**arguments)

    # --- the objective ----------------------------------------------------------------------
    def measure(self, arch: Architecture, rng: np.random.Generator) -> Measurement:
        """Look up one architecture: the mean over runs, or one run drawn by ``rng``.

        Raises:
            TableError: if the table does not hold it.
        """
        row = self._row(arch)
        seconds = float(self.seconds[row])
        if self.run == "mean":
            return Measurement(float(self.values[row]), seconds)
        measured = np.flatnonzero(~np.isnan(self.runs[row]))
        if not len(measured):
            return Measurement(math.nan, seconds)
        drawn = int(measured[rng.integers(len(measured))])
        return Measurement(float(self.runs[row, drawn]), seconds, {"run": drawn})

    def pool(self) -> Choices | None:
        """Choices that the table holds, ``(n, positions)``; None if it covers the space."""
        return None if self._whole else self.choices

    def within(self, space: SearchSpace) -> TableBenchmark:
        """Keep the rows that are within the limits of a space.

        Best value, ranks and pool are then those within the limits, and the name says so.

        Args:
            space: the space of the table, with limits or without.

        Returns:
            A table of ``space``; this one if it has the limits of ``space`` already.

        Raises:
            SettingsError: if the table is of another space or has other limits, or no row is left.

        Examples:
            >>> from archscout.spaces import load_space
            >>> from archscout.spaces import Limit
            >>> cells = load_space("nasbench201")
            >>> table = TableBenchmark(
            ...     cells, np.array([[0, 1, 2, 3, 4, 0], [3, 3, 3, 3, 3, 3]]),
            ...     np.array([60.0, 91.0]), name="two cells")
            >>> small = table.within(cells.within(Limit("macs", most=100e6)))
            >>> len(small), small.optimum, small.name
            (1, 60.0, 'two cells, at most 100M MACs')
        """
        super().within(space)
        if self.space.limits == space.limits:
            return self
        kept = rows_within(self.name, self.space, self.choices, space)
        words = " and ".join(limit.text for limit in space.limits)
        return TableBenchmark(
            space,
            self.choices[kept],
            self.runs[kept],
            name=f"{self.name}, {words}",
            values=self.values[kept],
            test_values=self.test_values[kept],
            seconds=self.seconds[kept],
            unit=self.unit,
            direction=self.direction,
            dataset=self.dataset,
            run=self.run,
            columns={key: column[kept] for key, column in self.columns.items()},
            provenance={**self.provenance, "limits": [limit.to_dict() for limit in space.limits]},
        )

    def identity(self) -> dict[str, str]:
        """Fingerprint of all numbers that a search sees."""
        return {"table": self.digest(test=False)}

    def test_value(self, arch: Architecture) -> float:
        """Mean test value, NaN where the table has none; raises `TableError` off the table."""
        return float(self.test_values[self._row(arch)])

    # --- yardsticks, for reports only ---------------------------------------------------------
    def rank(self, value: float) -> int:
        """1 plus the number of rows whose mean search value is strictly better than ``value``."""
        if math.isnan(value):
            return int(np.count_nonzero(~np.isnan(self.values))) + 1
        better = self.values > value if self.direction == "maximize" else self.values < value
        return int(np.count_nonzero(better)) + 1

    def standing(self, arch: Architecture) -> dict[str, int]:
        """Where an architecture stands by its mean search value: ``rank`` and ``of`` (rows).

        Raises:
            TableError: if the table does not hold it.
        """
        return {"rank": self.rank(float(self.values[self._row(arch)])), "of": len(self)}

    def digest(self, *, test: bool = True) -> str:
        """Fingerprint of the table's numbers: two tables that differ anywhere differ in it.

        Args:
            test: whether the test values count too, which no search sees.
        """
        digest = hashlib.sha256(f"{self.space.name} {self.unit} {self.direction}".encode())
        arrays = [self.choices, self.runs, self.values, self.test_values, self.seconds]
        for array in arrays if test else [*arrays[:3], self.seconds]:
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()[:16]

    @property
    def optimum(self) -> float:
        """Best mean search value."""
        return self._best(self.values)

    @property
    def test_optimum(self) -> float:
        """Best mean test value; NaN where the table has none."""
        return self._best(self.test_values)

    def noise(self) -> dict[str, float]:
        """What a second training would agree with the first: no predictor should score more.

        Returns:
            ``kendall_tau``: tau-b between two different single runs over all rows that have
            both, mean over the pairs of runs; ``run_std``: median over rows of the standard
            deviation over runs; ``runs``: most runs that a row has. The first two are NaN
            without a second run.
        """
        from archscout.stats import noise_ceiling

        return noise_ceiling(self.runs).to_dict()

    # --- inside -------------------------------------------------------------------------------
    def _row(self, arch: Architecture) -> int:
        row = self._index.row(self.space.representatives([arch])[0])
        if row < 0:
            raise TableError(
                f"got {self.space.format(arch)!r}, which table {self.name!r} does not hold: "
                f"choose among the {len(self.choices):,} architectures of its pool()"
            )
        return row

    def _best(self, values: Floats) -> float:
        if np.isnan(values).all():
            return math.nan
        return float(np.nanmax(values) if self.direction == "maximize" else np.nanmin(values))

    def _column(self, key: str, values: NDArray[np.floating[Any]]) -> Floats:
        array = _frozen(values)
        if len(array) != len(self.choices):
            raise TableError(
                f"table {self.name!r} got {len(array)} rows of {key}, expected "
                f"{len(self.choices)} as in choices"
            )
        return array

    def _check_valid(self, choices: Choices) -> None:
        allowed = self.space.valid(choices)
        if not allowed.all():
            raise TableError(
                f"row {int(np.argmin(allowed)) + 1} of table {self.name!r} is not a valid "
                f"architecture of space {self.space.name!r}: remove it"
            )

    def _check(self) -> None:
        first, later = self._index.repeated()
        if len(later):
            text = self.space.format(self.space.architectures(self.choices[first[:1]])[0])
            raise TableError(
                f"table {self.name!r} holds {text!r} in rows {first[0] + 1} and {later[0] + 1}: "
                "keep one row for each architecture"
            )
        if np.isnan(self.values).all():
            raise TableError(
                f"table {self.name!r} has no value in the search split: choose another column"
            )
        if (self.seconds < 0).any():
            raise TableError(
                f"row {int(np.argmax(self.seconds < 0)) + 1} of table {self.name!r} has negative "
                "seconds: give the price of a training as 0 or more"
            )
        for key in ("runs", "values", "test_values"):
            check_unit(getattr(self, key), self.unit, f"{key} of table {self.name!r}")

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.choices)

    def __repr__(self) -> str:
        return f"TableBenchmark({self.name!r}, {len(self)} rows of {self.space.name})"


def _frozen(values: Any, kind: DTypeLike = np.float64) -> NDArray[Any]:
    array = np.array(values, dtype=kind)
    array.setflags(write=False)
    return array


def _size(space: SearchSpace) -> int | None:
    try:
        return len(space)
    except (TypeError, OverflowError):
        return None

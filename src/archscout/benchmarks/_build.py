"""Turns a table file into the arrays of a `TableBenchmark`."""

from __future__ import annotations

import difflib
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archscout._tables.reader import TableFile, open_table
from archscout._tables.units import row_means
from archscout.benchmarks._gather import Gathered
from archscout.benchmarks._schema import ARCHITECTURE, Column, infer_column, infer_schema
from archscout.benchmarks._select import select
from archscout.errors import TableError, listed
from archscout.objectives._objective import Direction
from archscout.spaces import load_space
from archscout.spaces._blocks.measured_table import digest_of
from archscout.spaces._index import ChoiceIndex
from archscout.spaces.base import Choices, SearchSpace

logger = logging.getLogger(__name__)

Floats = NDArray[np.float64]


def table_arguments(
    path: Path,
    *,
    space: SearchSpace | str,
    dataset: str | None,
    schema: Sequence[Column] | None,
    metric: str,
    split: str,
    epochs: int | None,
    run: str,
    unit: str | None,
    direction: Direction | None,
    name: str | None,
) -> dict[str, Any]:
    """Arguments of `TableBenchmark` from a file and the arguments of its ``from_csv``."""
    space = load_space(space) if isinstance(space, str) else space
    table = open_table(path)
    chosen = select(
        _described(table, schema),
        source=table.source,
        dataset=dataset,
        metric=metric,
        split=split,
        epochs=epochs,
    )
    column = chosen.search.all[0]
    unit = unit or column.unit
    cells = Gathered(table, chosen, unit, space)
    choices = cells.choices
    mean, runs = cells.values(chosen.search, unit)
    arrays: dict[str, Floats] = {"values": mean, "runs": runs}
    if chosen.test is not None:
        arrays["test_values"] = cells.values(chosen.test, unit)[0]
    if chosen.seconds is not None:
        arrays["seconds"] = cells.values(chosen.seconds, "s")[0] * chosen.seconds_factor
    costs = {_short(c): cells.numbers[c.name] for c in chosen.costs}
    missing = int(np.count_nonzero(np.isnan(mean)))
    if missing:
        logger.warning(
            "%s: %d of %d rows have no value of %s and count as failed trainings",
            table.source,
            missing,
            len(mean),
            listed(repr(c.name) for c in chosen.search.all),
        )
    kept = _without_repeats(table.source, choices, {**arrays, **costs}, space)
    off = _means_off(mean[kept], runs[kept])
    if off:
        logger.info("%d rows of %s have a mean that is not that of their runs", off, table.source)
    words = [path.name.split(".")[0], chosen.dataset, split, column.metric]
    words += [f"{chosen.epochs}ep" if chosen.epochs else "", run]
    return {
        "space": space,
        "choices": choices[kept],
        **{key: values[kept] for key, values in arrays.items()},
        "columns": {key: values[kept] for key, values in costs.items()},
        "name": name or " ".join(word for word in words if word),
        "unit": unit,
        "direction": direction or column.direction,
        "dataset": chosen.dataset,
        "run": run,
        "provenance": {
            "source": path.name,
            "sha256": digest_of(path),
            "rows": len(kept),
            "metric": column.metric,
            "split": split,
            "epochs": chosen.epochs,
            "search columns": [c.name for c in chosen.search.all],
            "test columns": [c.name for c in chosen.test.all] if chosen.test else [],
            "seconds columns": [c.name for c in chosen.seconds.all] if chosen.seconds else [],
            "rows whose mean is not that of their runs": off,
            "seconds factor": chosen.seconds_factor,
        },
    }


def _described(table: TableFile, schema: Sequence[Column] | None) -> Sequence[Column]:
    """The given schema, checked against the file, or the inferred one."""
    if schema is None:
        return infer_schema(table.names)
    for column in schema:
        if column.name not in table.names:
            close = difflib.get_close_matches(column.name, table.names, n=1)
            hint = f"did you mean {close[0]!r}? " if close else ""
            raise TableError(
                f"{table.source} has no column {column.name!r} of the schema: {hint}It has "
                f"{listed(table.names)}"
            )
    if any(column.metric == ARCHITECTURE for column in schema):
        return schema
    found = [infer_column(name) for name in table.names]
    return [*schema, *(c for c in found if c is not None and c.metric == ARCHITECTURE)]


def _means_off(mean: Floats, runs: Floats) -> int:
    """Number of rows whose stated mean departs from their runs' by more than rounding."""
    own = row_means(runs)
    both = ~np.isnan(mean) & ~np.isnan(own)
    return int(np.count_nonzero(~np.isclose(mean[both], own[both], rtol=1e-4)))


def _without_repeats(
    source: str, choices: Choices, arrays: dict[str, Floats], space: SearchSpace
) -> NDArray[np.int64]:
    """Rows to keep: repeats with equal values go; repeats that differ are an error."""
    first, later = ChoiceIndex(space.option_counts, choices).repeated()
    if not len(later):
        return np.arange(len(choices))
    for key, values in arrays.items():
        one, other = values[first], values[later]
        differ = ((one != other) & ~(np.isnan(one) & np.isnan(other))).reshape(len(first), -1)
        if differ.any():
            place = int(differ.any(axis=1).argmax())
            row = choices[first[place]]
            raise TableError(
                f"{source} holds {space.format(space.architectures(row[None])[0])!r} in rows "
                f"{first[place] + 1} and {later[place] + 1} with different {key}: keep one row "
                "an architecture and put single runs in columns such as valid_run0, valid_run1"
            )
    logger.info("%s repeats %d rows with equal values; they count once", source, len(later))
    return np.delete(np.arange(len(choices)), later)


def _short(column: Column) -> str:
    """Name of a cost column without its data set: ``cifar10_latency_s`` is ``latency_s``."""
    return column.name.removeprefix(f"{column.dataset}_") if column.dataset else column.name

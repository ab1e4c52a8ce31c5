"""Chooses from a table's columns those that a search needs."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

from archscout.benchmarks._schema import ARCHITECTURE, COSTS, SECONDS, Column, infer_column
from archscout.errors import TableError, listed, unknown_name


@dataclass(frozen=True)
class Group:
    """The mean of one quantity and its single runs; either may be missing, not both."""

    mean: Column | None
    runs: tuple[Column, ...]

    @property
    def all(self) -> tuple[Column, ...]:
        """Every column of the group, the mean first."""
        return (*((self.mean,) if self.mean else ()), *self.runs)


@dataclass(frozen=True)
class Selection:
    """The columns that make a `TableBenchmark`; the factor brings seconds to the chosen epochs."""

    architecture: Column
    search: Group
    test: Group | None
    seconds: Group | None
    seconds_factor: float
    costs: tuple[Column, ...]
    dataset: str
    epochs: int | None

    @property
    def measured(self) -> tuple[Column, ...]:
        """The columns of measurements: searched by, sealed, and seconds."""
        groups = (self.search, self.test, self.seconds)
        return tuple(column for group in groups if group is not None for column in group.all)


def select(
    columns: Sequence[Column],
    *,
    source: str,
    dataset: str | None,
    metric: str,
    split: str,
    epochs: int | None,
) -> Selection:
    """Choose the columns for one data set, metric, split and training length.

    A column that does not state its data set or epochs fits any. Test values are taken at the
    chosen epochs only. Seconds stated for another training length are scaled to the chosen one.
    """
    if split not in ("valid", "test", "train"):
        raise unknown_name("split", split, ("valid", "test", "train"))
    texts = [c for c in columns if c.metric == ARCHITECTURE]
    if len(texts) != 1:
        raise TableError(
            f"{source} has {len(texts)} columns of architectures{_names(texts)}, expected one "
            "named 'arch' or 'architecture': rename it, or pass a schema from Python"
        )
    fits = [c for c in columns if c.metric == metric and c.split in (split, "")]
    if not fits and metric == "accuracy":
        fits = [c for c in columns if c.metric == "value" and c.split == split]
    if not fits:
        raise _none_fits(columns, source, metric, split)
    fits = _of_dataset(fits, source, dataset)
    fits, chosen = _of_epochs(fits, source, epochs)
    search = _group(fits, source)
    first = search.all[0]
    home = first.dataset
    here = [c for c in columns if c.dataset in (home, "")]
    seconds, factor = _seconds([c for c in here if c.metric == SECONDS], source, chosen)
    return Selection(
        architecture=texts[0],
        search=search,
        test=None if split == "test" else _test(here, source, first.metric, chosen),
        seconds=seconds,
        seconds_factor=factor,
        costs=tuple(c for c in here if c.metric in COSTS),
        dataset=dataset or home,
        epochs=chosen,
    )


def _none_fits(columns: Sequence[Column], source: str, metric: str, split: str) -> TableError:
    came = [c for c in columns if c.metric != ARCHITECTURE]
    close = difflib.get_close_matches(metric, sorted({c.metric for c in came}), n=1)
    hint = f"did you mean metric={close[0]!r}? " if close and close[0] != metric else ""
    named = f"{split}_{metric}"
    read = infer_column(named)
    if read is None or read.metric != metric:
        # Names tell only the usual metrics; any other can be called what it is: the value.
        named = "value" if split == "valid" else f"{split}_value"
    return TableError(
        f"{source} has no column of {split} {metric}, it has these measurements"
        f"{_names(came) or ': none'}: {hint}name one such as {named!r}, choose metric= and "
        "split= (--metric, --split), or pass a schema from Python"
    )


def _of_dataset(fits: list[Column], source: str, dataset: str | None) -> list[Column]:
    known = sorted({c.dataset for c in fits if c.dataset})
    plain = [c for c in fits if not c.dataset]
    if dataset is None:
        if len(known) + bool(plain) > 1:
            raise TableError(
                f"{source} holds several data sets: name one with dataset= (--dataset), such as "
                f"{listed(known)}"
            )
        return fits
    named = [c for c in fits if c.dataset == dataset]
    if named or plain:
        return named or plain
    close = difflib.get_close_matches(dataset, known, n=1, cutoff=0.4)
    hint = f"did you mean {close[0]!r}? " if close else ""
    raise TableError(f"{source} has no data set {dataset!r}: {hint}It holds {listed(known)}")


def _of_epochs(
    fits: list[Column], source: str, epochs: int | None
) -> tuple[list[Column], int | None]:
    if epochs is not None and epochs < 1:
        raise TableError(f"got epochs={epochs} for {source}, expected 1 or more")
    known = sorted({c.epochs for c in fits if c.epochs is not None})
    unstated = [c for c in fits if c.epochs is None]
    if epochs is None:
        if not known:
            return fits, None
        return [c for c in fits if c.epochs == known[-1]], known[-1]
    if epochs in known:
        return [c for c in fits if c.epochs == epochs], epochs
    if unstated:
        return unstated, epochs
    raise TableError(f"{source} has no values at epochs={epochs}: choose one of {listed(known)}")


def _group(fits: Sequence[Column], source: str) -> Group:
    means = [c for c in fits if c.run is None]
    runs = sorted((c for c in fits if c.run is not None), key=lambda c: c.run or 0)
    numbers = [c.run for c in runs]
    if len(means) > 1 or len(set(numbers)) != len(numbers):
        several = means if len(means) > 1 else runs
        raise TableError(
            f"several columns of {source} mean the same{_names(several)}: rename one, choose "
            "by metric=, dataset= or epochs= (--metric, --dataset, --epochs), or pass a schema "
            "from Python that names one"
        )
    return Group(means[0] if means else None, tuple(runs))


def _test(here: Sequence[Column], source: str, metric: str, epochs: int | None) -> Group | None:
    metrics = (metric, "accuracy") if metric == "value" else (metric,)
    for wanted in metrics:
        fits = [c for c in here if c.metric == wanted and c.split == "test"]
        exact = [c for c in fits if c.epochs == epochs] or [c for c in fits if c.epochs is None]
        named = [c for c in exact if c.dataset] or exact
        if named:
            return _group(named, source)
    return None


def _seconds(fits: Sequence[Column], source: str, epochs: int | None) -> tuple[Group | None, float]:
    fits = [c for c in fits if c.split == "train"] or [c for c in fits if not c.split]
    fits = [c for c in fits if c.dataset] or fits
    if not fits:
        return None, 1.0
    exact = [c for c in fits if c.epochs == epochs] or [c for c in fits if c.epochs is None]
    if exact or epochs is None:
        return _group(exact or fits, source), 1.0
    nearest = min((c.epochs for c in fits if c.epochs), key=lambda e: abs(e - epochs))
    return _group([c for c in fits if c.epochs == nearest], source), epochs / nearest


def _names(columns: Sequence[Column]) -> str:
    return f" ({listed(c.name for c in columns)})" if columns else ""

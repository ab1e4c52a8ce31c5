"""What the columns of a table mean: stated by the caller, or inferred from their names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from archscout.errors import SettingsError
from archscout.objectives._objective import Direction

ARCHITECTURE = "architecture"
SECONDS = "seconds"
# Metrics that count something, and all that price an architecture: `TableBenchmark.columns`.
COUNTS = ("params", "macs", "flops")
COSTS = (*COUNTS, "latency", "energy", "memory")


@dataclass(frozen=True)
class Column:
    """What one column of a table holds.

    Args:
        name: the column's name in the file.
        metric: ``"accuracy"``, ``"loss"``, ...; ``"architecture"`` marks the column that the
            space parses, ``"seconds"`` the price of one training.
        unit: unit of its numbers, such as ``"percent"`` or ``"fraction"``.
        direction: whether higher or lower is better.
        split: ``"valid"``, ``"test"``, ``"train"``, or empty where splits make no difference.
        epochs: training length, or None if it is not stated.
        run: number of the single run, or None for the mean over runs.
        dataset: data set, or empty if the table is about one only.

    Examples:
        >>> Column("my_score", metric="accuracy", unit="fraction", split="valid").run is None
        True
    """

    name: str
    metric: str = "accuracy"
    unit: str = "percent"
    direction: Direction = "maximize"
    split: str = "valid"
    epochs: int | None = None
    run: int | None = None
    dataset: str = ""

    def __post_init__(self) -> None:
        if self.split not in ("valid", "test", "train", ""):
            raise SettingsError(
                f"column {self.name!r} got split={self.split!r}, expected 'valid', 'test', "
                "'train' or '': choose one of them"
            )
        if self.direction not in ("maximize", "minimize"):
            raise SettingsError(
                f"column {self.name!r} got direction={self.direction!r}, expected 'maximize' "
                "or 'minimize': choose one of them"
            )


_SPLITS = {
    **dict.fromkeys(("valid", "val", "validation"), "valid"),
    "test": "test",
    **dict.fromkeys(("train", "training"), "train"),
}
_METRICS = {
    **dict.fromkeys(("accuracy", "acc", "top1", "acc1"), "accuracy"),
    **dict.fromkeys(("error", "err"), "error"),
    "loss": "loss",
    **dict.fromkeys(("value", "score", "objective", "reward"), "value"),
    **dict.fromkeys(("seconds", "second", "secs", "sec", "time"), SECONDS),
    "latency": "latency",
    "energy": "energy",
    **dict.fromkeys(("params", "parameters"), "params"),
    **dict.fromkeys(("macs", "madds", "mmacs"), "macs"),
    **dict.fromkeys(("flops", "mflops", "gflops"), "flops"),
    "memory": "memory",
}
_UNITS = {
    **dict.fromkeys(("percent", "pct"), "percent"),
    "fraction": "fraction",
    **{unit: unit for unit in ("s", "ms", "us", "j", "mj", "hours", "minutes", "bytes", "mb")},
}
_USUAL_UNITS = {
    "accuracy": "percent",
    "error": "percent",
    "loss": "loss",
    "value": "score",
    SECONDS: "s",
    "params": "parameters",
    "macs": "multiply-adds",
}
_ARCHITECTURES = {"arch", "architecture", "archs", "arch_str", "architecture_string", "cell"}
# Columns of spreads, ranks and row numbers are no measurements of one architecture.
_IGNORED = {"std", "stdev", "sd", "sem", "var", "variance", "min", "max", "median", "rank"}
_IGNORED |= {"index", "id", "hash", "predicted", "regret"}
_FILLERS = {"mean", "avg", "average", "final", "result"}

_EPOCHS = re.compile(
    r"(?<![a-z0-9])(?:(\d{1,9}) ?(?:ep|epochs?)|(?:ep|epochs?) ?(\d{1,9}))(?![a-z0-9])"
)
_RUN = re.compile(r"(?<![a-z0-9])(?:run|seed) ?(\d{1,9})(?![a-z0-9])")


def infer_column(name: str) -> Column | None:
    """Read from a column's name what it holds; None if the name says nothing known.

    Names are taken apart at everything that is no letter or digit, case aside:

    - ``arch``, ``architecture``, ``arch_str``, ``cell``: the architecture's text;
    - ``12ep``, ``ep12``, ``12_epochs``: epochs; ``run0``, ``seed0``: a single run;
    - ``valid``/``val``/``validation``, ``test``, ``train``: the split;
    - ``accuracy``/``acc``/``top1``, ``error``, ``loss``, ``value``/``score``, ``seconds``/
      ``time``, ``latency``, ``energy``, ``params``, ``macs``, ``flops``, ``memory``: the metric;
      a split alone means accuracy, and accuracy without a split means ``valid``;
    - ``percent``, ``fraction``, ``s``, ``ms``, ``j``, ``mj``: the unit; accuracy and error are
      in percent unless said otherwise;
    - words such as ``std``, ``min``, ``rank`` or ``index`` rule a column out;
    - what is left over is the data set.

    Args:
        name: the column's name.

    Returns:
        The meaning, or None.

    Examples:
        >>> column = infer_column("cifar10_valid_200ep_run1")
        >>> column.dataset, column.metric, column.split, column.epochs, column.run
        ('cifar10', 'accuracy', 'valid', 200, 1)
        >>> infer_column("index") is None
        True
    """
    text = re.sub(r"[^a-z0-9]+", "_", name.strip().lower()).strip("_")
    if text in _ARCHITECTURES:
        return Column(name, metric=ARCHITECTURE, unit="text", split="")
    epochs, text = _take(_EPOCHS, text.replace("_", " "))
    run, text = _take(_RUN, text)
    split = metric = unit = ""
    rest: list[str] = []
    for word in text.split():
        if word in _IGNORED:
            return None
        if word in _SPLITS and not split:
            split = _SPLITS[word]
        elif word in _METRICS and not metric:
            metric = _METRICS[word]
            unit = word if metric == "flops" else unit
        elif word in _UNITS and not unit:
            unit = _UNITS[word]
        elif word not in _FILLERS:
            rest.append(word)
    if not metric and (not split or split == "train"):
        return None
    metric = metric or "accuracy"
    if metric in ("accuracy", "error", "loss", "value"):
        split = split or "valid"
    if metric == SECONDS and unit not in ("", "s"):
        return None
    return Column(
        name,
        metric=metric,
        unit=unit or _USUAL_UNITS.get(metric, "unstated"),
        direction="maximize" if metric in ("accuracy", "value") else "minimize",
        split=split,
        epochs=epochs,
        run=run,
        dataset="_".join(rest),
    )


def infer_schema(names: Iterable[str]) -> tuple[Column, ...]:
    """Infer what each column holds, leaving out those whose names say nothing known."""
    found = (infer_column(name) for name in names)
    return tuple(column for column in found if column is not None)


def _take(pattern: re.Pattern[str], text: str) -> tuple[int | None, str]:
    """Cut the number that ``pattern`` finds out of ``text``."""
    found = pattern.search(text)
    if found is None:
        return None, text
    number = next(group for group in found.groups() if group is not None)
    return int(number), f"{text[: found.start()]} {text[found.end() :]}"

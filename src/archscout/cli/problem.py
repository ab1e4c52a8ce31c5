"""From the options of a command to the benchmark that is searched."""

from __future__ import annotations

import inspect
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archscout._common.paths import for_record
from archscout.cli.limits import limits_of
from archscout.cli.options import one_of
from archscout.errors import SettingsError
from archscout.plugins import describe, is_reference

if TYPE_CHECKING:
    from archscout.benchmarks import TableBenchmark
    from archscout.experiments import BenchmarkSpec
    from archscout.spaces.limits.limit import Limit

RUNS = ("mean", "random")
DEDUPS = ("exact", "isomorphic")
SPLITS = ("valid", "test", "train")
DIRECTIONS = ("maximize", "minimize")
DEFAULT_SPACE = "nasbench201"
DEFAULT_DATASET = "cifar10"
DEFAULT_METRIC = "accuracy"
DEFAULT_SPLIT = "valid"
# Options that later versions added: a record without them means these.
_ADDED = {"split": DEFAULT_SPLIT, "unit": None, "direction": None, "benchmark": None}


@dataclass(frozen=True)
class Problem:
    """What the options say about the benchmark that is searched.

    Args:
        space: name of the search space; empty for that of the benchmark, or the default.
        dataset: data set of the benchmark, or None for the default.
        table: the user's own table instead of a built-in benchmark.
        metric: metric of the table to search by.
        epochs: training length to take; None for the longest.
        run: ``"mean"`` or ``"random"``.
        split: split of the table to search by.
        unit: unit of the metric in the table; None for what the column's name says.
        direction: ``"maximize"`` or ``"minimize"``; None for what is usual for the metric.
        benchmark: name of a built-in benchmark; None for that of the space.
        max_macs: most multiply-adds of an architecture, such as ``"60M"``; None for no limit.
        max_params: most parameters of an architecture; None for no limit.

    Examples:
        >>> measured = Problem(benchmark="nasbench101-measured", epochs=36)
        >>> measured.space, measured.slug
        ('nasbench101', 'nasbench101-measured-cifar10-36epochs')
    """

    space: str = ""
    dataset: str | None = None
    table: Path | None = None
    metric: str = DEFAULT_METRIC
    epochs: int | None = None
    run: str = "mean"
    split: str = DEFAULT_SPLIT
    unit: str | None = None
    direction: str | None = None
    benchmark: str | None = None
    max_macs: str | None = None
    max_params: str | None = None

    def __post_init__(self) -> None:
        if self.space:
            return
        space = DEFAULT_SPACE
        if self.benchmark is not None:
            from archscout.benchmarks import benchmark_space

            space = benchmark_space(self.benchmark)
        object.__setattr__(self, "space", space)  # The dataclass is frozen for all others.

    def spec(self) -> BenchmarkSpec:
        """Describe the built-in benchmark, or the table that was named, within the limits.

        Raises:
            ArchscoutError: if a name is unknown or options do not fit each other.
        """
        return replace(self._whole(), limits=self.limits)

    @property
    def limits(self) -> tuple[Limit, ...]:
        """The limits that were named; raises `ParseError` if one is no amount."""
        return limits_of(self.max_macs, self.max_params, self.space, self.dataset)

    def _whole(self) -> BenchmarkSpec:
        """The benchmark without limits."""
        from archscout.experiments import BenchmarkSpec
        from archscout.spaces import SPACES

        if self.benchmark is None:
            SPACES[self.space]  # Raises with the nearest match.
        run = one_of("run mode", self.run, RUNS)
        if self.table is None:
            name, settings = self._built_in()
            if is_reference(name):  # Somebody's own, which may take no settings at all.
                dataset, settings = self.dataset, settings | ({"run": run} if run != "mean" else {})
            else:
                dataset, settings = self.dataset or DEFAULT_DATASET, {"run": run, **settings}
            return BenchmarkSpec.named(name, dataset=dataset, **settings)
        if self.benchmark is not None:
            raise SettingsError(
                f"got --benchmark {self.benchmark!r} and --table {str(self.table)!r}, expected "
                "one of them: leave the other out"
            )
        if self.direction is not None:
            one_of("direction", self.direction, DIRECTIONS)
        split = one_of("split", self.split, SPLITS)
        return BenchmarkSpec.from_csv(
            self.table,
            space=self.space,
            dataset=self.dataset,
            metric=self.metric,
            epochs=self.epochs,
            run=run,
            split=split if split != DEFAULT_SPLIT else None,
            unit=self.unit,
            direction=self.direction,
        )

    def _built_in(self) -> tuple[str, dict[str, Any]]:
        """Name and settings of the built-in benchmark; raises `ArchscoutError` if there is none."""
        from archscout.benchmarks import BENCHMARKS, benchmark_space
        from archscout.spaces import load_space, plugin_of

        for option, default in {"metric": DEFAULT_METRIC, **_ADDED}.items():
            if option != "benchmark" and getattr(self, option) != default:
                raise SettingsError(
                    f"--{option} says what a column of a table holds: name the table with --table"
                )
        own = plugin_of(self.space).benchmarks if self.benchmark is None else {}
        name = self.benchmark or next(iter(own), None)
        if name is not None and name not in BENCHMARKS and name in own:
            name = str(own[name].target)
        if name is None:
            raise SettingsError(
                f"space {self.space!r} has no built-in benchmark: name a table of measured "
                "architectures with --table"
            )
        space = load_space(self.space).name if is_reference(self.space) else self.space
        if benchmark_space(name) != space:
            raise SettingsError(
                f"benchmark {name!r} is of space {benchmark_space(name)!r} and --space says "
                f"{self.space!r}: leave --space out"
            )
        if self.epochs is None:
            return name, {}
        if "epochs" not in inspect.signature(BENCHMARKS[name].load()).parameters:
            raise SettingsError(
                f"got --epochs {self.epochs}, but benchmark {name!r} holds one length of training: "
                "leave --epochs out, or name a table with --table"
            )
        return name, {"epochs": self.epochs}

    def load(self) -> TableBenchmark:
        """Load the table; raises `ArchscoutError` if it cannot be read."""
        return self.spec().load()

    @property
    def slug(self) -> str:
        """Name of the problem for folders; what differs from the defaults is named too."""
        from archscout.spaces.limits.limit import amount_words

        if self.table is None:
            words = [describe(self.benchmark or self.space), self.dataset or DEFAULT_DATASET]
        else:
            # A table that was changed since is another problem, whose search starts anew.
            digest = self.load().digest()[:6]
            words = [
                describe(self.space),
                self.table.name.split(".")[0],
                digest,
                self.dataset or "",
            ]
            words.append(self.metric if self.metric != DEFAULT_METRIC else "")
            words.append(self.split if self.split != DEFAULT_SPLIT else "")
        words.append(f"{self.epochs}epochs" if self.epochs is not None else "")
        words.append(f"{self.run}-run" if self.run != "mean" else "")
        words += [f"{limit.what}{amount_words(limit.most)}" for limit in self.limits]
        return "-".join(word for word in words if word)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for the record."""
        table = None if self.table is None else for_record(self.table)
        dataset = self.dataset or (DEFAULT_DATASET if self.table is None else None)
        options = {**asdict(self), "table": table, "dataset": dataset}
        for name in ("space", "benchmark"):
            if options[name] is not None:
                options[name] = describe(options[name], code=True)
        for name in ("max_macs", "max_params"):
            del options[name]
        if self.limits:
            options["limits"] = [limit.to_dict() for limit in self.limits]
        if self.benchmark == self.space:
            options["benchmark"] = None
        return {k: v for k, v in options.items() if k not in _ADDED or v != _ADDED[k]}


def check_strategy(name: str) -> str:
    """Return the name if a strategy has it; else raise the error with the nearest match."""
    from archscout.strategies import STRATEGIES

    STRATEGIES[name]
    return name

"""From the options of a command to the benchmark that is searched."""

from __future__ import annotations

import inspect
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from archscout._common.paths import for_record
from archscout.cli._options import MaxMacsOption, MaxParamsOption, one_of, what
from archscout.errors import SettingsError
from archscout.plugins import describe, is_reference

if TYPE_CHECKING:
    from archscout.benchmarks import TableBenchmark
    from archscout.experiments import BenchmarkSpec
    from archscout.spaces.limits._limit import Limit

RUNS = ("mean", "random")
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
    """What the options say about the benchmark that is searched."""

    space: Annotated[
        str,
        what(
            help="Search space (archscout list spaces), module:Name or FILE.py:Name.",
            show_default="that of --benchmark, else nasbench201",
        ),
    ] = ""
    benchmark: Annotated[
        str | None,
        what(
            metavar="NAME",
            help="Built-in table to search (archscout list benchmarks), module:Name or "
            "FILE.py:Name.",
            show_default="that of the space",
        ),
    ] = None
    dataset: Annotated[
        str | None,
        what(
            help="Data set of the benchmark: cifar10, cifar100 or imagenet16_120 for nasbench201.",
            show_default="cifar10",
        ),
    ] = None
    table: Annotated[
        Path | None,
        what(
            metavar="CSV",
            help="Your own table of measured architectures instead of the built-in benchmark.",
        ),
    ] = None
    metric: Annotated[str, what(help="Metric of --table to search by.")] = DEFAULT_METRIC
    split: Annotated[str, what(metavar="|".join(SPLITS), help="Split of --table to search by.")] = (
        DEFAULT_SPLIT
    )
    unit: Annotated[
        str | None,
        what(
            help="Unit of the metric in --table, such as percent, fraction or ms.",
            show_default="as the column's name says",
        ),
    ] = None
    direction: Annotated[
        str | None,
        what(
            metavar="|".join(DIRECTIONS),
            help="Whether high or low values of the metric in --table are good.",
            show_default="as is usual for the metric",
        ),
    ] = None
    epochs: Annotated[
        int | None,
        what(
            help="Training length to take, where the table holds several.",
            show_default="the longest",
        ),
    ] = None
    run: Annotated[
        str,
        what(
            metavar="|".join(RUNS),
            help="Value of a label: the mean of an architecture's training runs, or one at random.",
        ),
    ] = "mean"
    max_macs: MaxMacsOption = None
    max_params: MaxParamsOption = None

    def __post_init__(self) -> None:
        if self.space:
            return
        space = DEFAULT_SPACE
        if self.benchmark is not None:
            from archscout.benchmarks import benchmark_space

            space = benchmark_space(self.benchmark)
        object.__setattr__(self, "space", space)  # The dataclass is frozen for all others.

    def spec(self) -> BenchmarkSpec:
        """The built-in benchmark, or the table that was named, within the limits."""
        return replace(self._whole(), limits=self.limits)

    @property
    def limits(self) -> tuple[Limit, ...]:
        """The limits that were named, on the networks that the data set's table holds."""
        from archscout.spaces import plugin_of
        from archscout.spaces.limits._limit import parse_limits

        texts = {"max_macs": self.max_macs, "max_params": self.max_params}
        return parse_limits(texts, plugin_of(self.space).table_networks.get(self.dataset or "", {}))

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
        from archscout.spaces.limits._limit import amount_words

        if self.table is None:
            words = [describe(self.benchmark or self.space), self.dataset or DEFAULT_DATASET]
        else:
            # A table that was changed since is another problem, whose search starts anew.
            digest = self.load().digest()[:6]
            table = self.table.name.split(".")[0]
            words = [describe(self.space), table, digest, self.dataset or ""]
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

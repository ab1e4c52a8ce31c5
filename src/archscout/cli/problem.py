"""From the options of a command to the benchmark that is searched."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archscout.cli.options import one_of
from archscout.errors import SettingsError

if TYPE_CHECKING:
    from archscout.benchmarks import TableBenchmark
    from archscout.comparison import BenchmarkSpec

RUNS = ("mean", "random")
DEDUPS = ("exact", "isomorphic")
DEFAULT_DATASET = "cifar10"
DEFAULT_METRIC = "accuracy"


@dataclass(frozen=True)
class Problem:
    """What the options say about the benchmark that is searched.

    Args:
        space: name of the search space.
        dataset: data set of the benchmark, or None for the default.
        table: the user's own table instead of the built-in benchmark.
        metric: metric of the table to search by.
        epochs: training length of the table to take; None for the longest.
        run: ``"mean"`` or ``"random"``.
    """

    space: str
    dataset: str | None
    table: Path | None
    metric: str
    epochs: int | None
    run: str

    def spec(self) -> BenchmarkSpec:
        """Describe the built-in benchmark of the space, or the table that was named.

        Raises:
            ArchscoutError: if a name is unknown or options do not fit each other.
        """
        from archscout.benchmarks import BENCHMARKS
        from archscout.comparison import BenchmarkSpec
        from archscout.spaces import SPACES

        SPACES[self.space]  # Raises with the nearest match.
        run = one_of("run mode", self.run, RUNS)
        if self.table is not None:
            return BenchmarkSpec.from_csv(
                self.table,
                space=self.space,
                dataset=self.dataset,
                metric=self.metric,
                epochs=self.epochs,
                run=run,
            )
        if (self.metric, self.epochs) != (DEFAULT_METRIC, None):
            raise SettingsError(
                "--metric and --epochs choose columns of a table: name the table with --table"
            )
        if self.space not in BENCHMARKS:
            raise SettingsError(
                f"space {self.space!r} has no built-in benchmark: name a table of measured "
                "architectures with --table"
            )
        return BenchmarkSpec.named(self.space, dataset=self.dataset or DEFAULT_DATASET, run=run)

    def load(self) -> TableBenchmark:
        """Load the table; raises `ArchscoutError` if it cannot be read."""
        return self.spec().load()

    @property
    def slug(self) -> str:
        """Name of the problem for folders; what differs from the defaults is named too."""
        words = [self.space]
        if self.table is None:
            words.append(self.dataset or DEFAULT_DATASET)
        else:
            # A table that was changed since is another problem, whose search starts anew.
            words += [self.table.name.split(".")[0], self.load().digest()[:6], self.dataset or ""]
            words.append(self.metric if self.metric != DEFAULT_METRIC else "")
            words.append(f"{self.epochs}epochs" if self.epochs is not None else "")
        words.append(f"{self.run}-run" if self.run != "mean" else "")
        return "-".join(word for word in words if word)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for the record."""
        table = None if self.table is None else str(self.table.resolve())
        dataset = self.dataset or (DEFAULT_DATASET if self.table is None else None)
        return {**asdict(self), "table": table, "dataset": dataset}


def check_strategy(name: str) -> str:
    """Return the name if a strategy has it; else raise the error with the nearest match."""
    from archscout.strategies import list_strategies

    return one_of("strategy", name, list_strategies())

"""How a worker process gets the same table: by description, not by copy."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archscout.errors import SettingsError, kind_of
from archscout.plugins import Sent, describe, is_reference, received, sendable
from archscout.spaces import SPACES, SearchSpace
from archscout.spaces._as_space import as_space

if TYPE_CHECKING:
    from archscout.benchmarks import TableBenchmark
    from archscout.spaces.limits._limit import Limit


@dataclass(frozen=True)
class BenchmarkSpec:
    """Describes a table so that any process can load it.

    Make one with `named` or `from_csv`; of a table that is there already, it is the table.

    Args:
        name: name of a registered benchmark, or empty for a file.
        path: absolute path of a table file, or empty for a registered benchmark.
        space: the space of a file's architectures, its name or its place; or empty.
        settings: further arguments of the loader, as sorted pairs.
        limits: limits that the architectures keep; the others are left out of the table.
        table: the table itself, or a copy of it on its way to a worker.

    Examples:
        >>> spec = BenchmarkSpec.named("nasbench201", dataset="cifar10", run="random")
        >>> spec.settings
        (('dataset', 'cifar10'), ('run', 'random'))
    """

    name: str = ""
    path: str = ""
    space: SearchSpace | str = ""
    settings: tuple[tuple[str, Any], ...] = ()
    limits: tuple[Limit, ...] = ()
    table: TableBenchmark | Sent | None = field(default=None, repr=False)

    @classmethod
    def named(cls, name: str, dataset: str | None = None, **settings: Any) -> BenchmarkSpec:
        """Describe ``load_benchmark(name, dataset, **settings)``."""
        return cls(name=name, settings=_pairs({"dataset": dataset, **settings}))

    @classmethod
    def from_csv(
        cls,
        path: str | Path,
        *,
        space: SearchSpace | str,
        dataset: str | None = None,
        **settings: Any,
    ) -> BenchmarkSpec:
        """Describe ``TableBenchmark.from_csv(path, space=space, dataset=dataset, **settings)``."""
        return cls(
            path=str(Path(path).resolve()),
            space=sendable(space, "space", space) if isinstance(space, str) else space,
            settings=_pairs({"dataset": dataset, **settings}),
        )

    def load(self) -> TableBenchmark:
        """Load the table, once in each process and for each change of its file.

        Raises:
            ArchscoutError: if it cannot be loaded.
        """
        written = (0, 0)
        if self.path and Path(self.path).exists():
            state = Path(self.path).stat()
            written = (state.st_mtime_ns, state.st_size)
        return _load(self, written)

    def sent(self, workers: int | None) -> BenchmarkSpec:
        """The description as workers are given it: a table is copied once, not for each job.

        Raises:
            SettingsError: if the table, or the class of its space, cannot be sent.
        """
        if self.table is None or workers == 1:
            return self
        return replace(self, table=sendable(self.table, "table", self.table.name))

    def to_dict(self) -> dict[str, Any]:
        """Plain values for the record; of a file only its name, so that folders can move."""
        name = self.table.name if self.table is not None else describe(self.name, code=True)
        kind = {"file": Path(self.path).name} if self.path else {"name": name}
        limits = [limit.to_dict() for limit in self.limits]
        space = describe(self.space) if isinstance(self.space, str) else self.space.name
        found = {**kind, "space": space, **dict(self.settings)}
        return {**found, "limits": limits} if limits else found


def as_spec(given: object, space: SearchSpace | str = "") -> BenchmarkSpec:
    """Take a description as it is, and make one of a table or of the name of a benchmark.

    The architectures of a file are of the very space that was asked for, where it is only named.

    Examples:
        >>> as_spec("nasbench201").name
        'nasbench201'
    """
    from archscout.benchmarks import TableBenchmark

    if isinstance(given, BenchmarkSpec):
        named = isinstance(space, SearchSpace) and given.space == space.name not in SPACES
        return replace(given, space=space) if named else given
    if isinstance(given, TableBenchmark):
        return BenchmarkSpec(table=given, space=given.space.name)
    hint = "BenchmarkSpec.named(name) or BenchmarkSpec.from_csv(path, space=...) makes one"
    if isinstance(given, str) and not given.endswith((".csv", ".gz", ".json", ".parquet")):
        return BenchmarkSpec.named(sendable(given, "benchmark", given))
    came = repr(given) if isinstance(given, str) else kind_of(given)
    raise SettingsError(
        f"got {came} as the benchmark, expected a registered name, a TableBenchmark or the "
        f"description of a table: {hint}"
    )


def table_of(spec: BenchmarkSpec, space: SearchSpace | str) -> TableBenchmark:
    """Load a table and check that it is of a space."""
    placed = not isinstance(space, str) or is_reference(space)
    name, table = as_space(space).name if placed else space, spec.load()
    if table.space.name != name:
        raise SettingsError(
            f"got space {name!r} and a table of {table.space.name!r}, expected the same: name the "
            "table's space"
        )
    return table


@functools.lru_cache(maxsize=4)
def _load(spec: BenchmarkSpec, written: tuple[int, int]) -> TableBenchmark:
    from archscout.benchmarks import TableBenchmark, load_benchmark

    settings = dict(spec.settings)
    if spec.limits:
        whole = _load(replace(spec, limits=()), written)
        return whole.within(whole.space.within(spec.limits))
    if spec.table is not None:
        table: TableBenchmark = received(spec.table)
        return table
    if spec.name:
        return load_benchmark(spec.name, **settings)
    return TableBenchmark.from_csv(spec.path, space=spec.space, **settings)


def _pairs(settings: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    pairs = []
    for key, value in sorted(settings.items()):
        if value is None:
            continue
        kept = tuple(value) if isinstance(value, list) else value
        try:
            hash(kept)
        except TypeError:
            raise SettingsError(
                f"got {key}={value!r}, expected a plain value or a list of them that a worker "
                "process can be given"
            ) from None
        pairs.append((key, kept))
    return tuple(pairs)

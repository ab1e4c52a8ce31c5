"""How a worker process gets the same table: by description, not by copy."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archscout.errors import SettingsError, kind_of

if TYPE_CHECKING:
    from archscout.benchmarks import TableBenchmark
    from archscout.spaces.limits.limit import Limit


@dataclass(frozen=True)
class BenchmarkSpec:
    """Describes a table so that any process can load it.

    Make one with `named` or `from_csv`.

    Args:
        name: name of a registered benchmark, or empty for a file.
        path: absolute path of a table file, or empty for a registered benchmark.
        space: name of the space of a file's architectures, or empty.
        settings: further arguments of the loader, as sorted pairs.
        limits: limits that the architectures keep; the others are left out of the table.

    Examples:
        >>> spec = BenchmarkSpec.named("nasbench201", dataset="cifar10", run="random")
        >>> spec.settings
        (('dataset', 'cifar10'), ('run', 'random'))
    """

    name: str = ""
    path: str = ""
    space: str = ""
    settings: tuple[tuple[str, Any], ...] = ()
    limits: tuple[Limit, ...] = ()

    @classmethod
    def named(cls, name: str, dataset: str | None = None, **settings: Any) -> BenchmarkSpec:
        """Describe ``load_benchmark(name, dataset, **settings)``."""
        return cls(name=name, settings=_pairs({"dataset": dataset, **settings}))

    @classmethod
    def from_csv(
        cls, path: str | Path, *, space: str, dataset: str | None = None, **settings: Any
    ) -> BenchmarkSpec:
        """Describe ``TableBenchmark.from_csv(path, space=space, dataset=dataset, **settings)``."""
        return cls(
            path=str(Path(path).resolve()),
            space=space,
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

    def to_dict(self) -> dict[str, Any]:
        """Plain values for the record; of a file only its name, so that folders can move."""
        kind = {"name": self.name} if self.name else {"file": Path(self.path).name}
        limits = [limit.to_dict() for limit in self.limits]
        found = {**kind, "space": self.space, **dict(self.settings)}
        return {**found, "limits": limits} if limits else found


def as_spec(given: object) -> BenchmarkSpec:
    """Take a description as it is, and make one of the name of a benchmark.

    Raises:
        SettingsError: if it is neither.

    Examples:
        >>> as_spec("nasbench201").name
        'nasbench201'
    """
    if isinstance(given, BenchmarkSpec):
        return given
    hint = "BenchmarkSpec.named(name) or BenchmarkSpec.from_csv(path, space=...) makes one"
    if isinstance(given, str) and not given.endswith((".csv", ".gz", ".json", ".parquet")):
        return BenchmarkSpec.named(given)
    came = repr(given) if isinstance(given, str) else kind_of(given)
    raise SettingsError(
        f"got {came} as the benchmark, expected a registered name or the description of a "
        f"table, which every process can load: {hint}"
    )


@functools.lru_cache(maxsize=4)
def _load(spec: BenchmarkSpec, written: tuple[int, int]) -> TableBenchmark:
    from archscout.benchmarks import TableBenchmark, load_benchmark

    settings = dict(spec.settings)
    if spec.limits:
        whole = _load(replace(spec, limits=()), written)
        return whole.within(whole.space.within(spec.limits))
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

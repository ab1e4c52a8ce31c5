"""What comparisons and rankings share: jobs, the folder that keeps them, progress, the run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Protocol, Self, TypeVar

from archscout._common.manifest import package_version
from archscout._common.plain import plain
from archscout._common.run_folder import RunFolder
from archscout.benchmarks import TableBenchmark
from archscout.errors import ArchscoutError, StorageError
from archscout.experiments._benchmark_spec import BenchmarkSpec
from archscout.experiments._candidates import Candidate
from archscout.reports._paper import write_plots
from archscout.reports.report import report
from archscout.results._experiment import ExperimentResult, respelled
from archscout.results._ranking import Ranking
from archscout.results.comparison import Comparison
from archscout.study._executors import JobFailure, run_in_processes

ELSEWHERE = {
    "direction": "the table knows its own, BenchmarkSpec.from_csv(path, direction='minimize')",
    "objective": "benchmark_spec describes the table that is the objective",
    "seed": "seeds says how many, or which",
}
"""What to do about arguments that are often expected of an experiment."""


@dataclass(frozen=True)
class Job:
    """One candidate with a number of labels to buy or to learn from, and a seed, on one table."""

    candidate: Candidate
    labels: int
    seed: int
    benchmark: BenchmarkSpec

    def __str__(self) -> str:
        return f"{self.candidate.name} with seed {self.seed}"

    @property
    def stem(self) -> str:
        """Name of its files."""
        return f"{self.candidate.name}.seed{self.seed}"

    @property
    def identity(self) -> dict[str, Any]:
        """Plain values that a kept record must have been made with."""
        return {
            "name": self.candidate.name,
            "registered": self.candidate.registered,
            "settings": plain(self.candidate.settings),
            "labels": self.labels,
            "seed": self.seed,
        }


class Record(Protocol):
    """What a job came to, which a folder keeps as plain facts."""

    @property
    def wall_seconds(self) -> float:
        """How long it took."""

    def to_part(self) -> dict[str, Any]:
        """The facts."""

    @classmethod
    def from_part(cls, facts: Mapping[str, Any]) -> Self:
        """Read what `to_part` gave; ``facts`` hold the identity of the job too."""


AnyJob = TypeVar("AnyJob", bound=Job)
AnyRecord = TypeVar("AnyRecord", bound=Record)


@dataclass(frozen=True, slots=True)
class ExperimentProgress:
    """What ``on_done`` is told after each search of a comparison or fit of a ranking.

    Args:
        name: of the strategy or predictor in this experiment.
        labels, seed: which of its jobs ended.
        done, total: jobs that have ended, and all.
        resumed: whether it was read from the folder and not run.
        wall_seconds: how long it took; 0 if it failed.
        failure: why it failed, or None.
    """

    name: str
    labels: int
    seed: int
    done: int
    total: int
    resumed: bool
    wall_seconds: float
    failure: str | None = None


class JobFolder(Generic[AnyRecord]):
    """Keeps the records of one experiment, which is told by its plan and the version of archscout.

    Raises:
        StorageError: if it belongs to another experiment or cannot be written.
    """

    def __init__(
        self,
        path: str | Path,
        plan: Mapping[str, Any],
        kind: str,
        result: type[ExperimentResult],
        record: type[AnyRecord],
    ) -> None:
        plan = {**plan, "archscout": package_version("archscout")}
        self._folder = RunFolder(path, plan, kind, result.FILES)
        self._record = record
        self.path = self._folder.path

    def load(self, job: Job) -> AnyRecord | None:
        """The kept record of a job, refused if something else made it; None if it has to be run."""
        facts = self._folder.read(job.stem)
        if facts is None:
            return None
        facts = {respelled(key): item for key, item in facts.items()}
        identity = job.identity
        try:
            made_by = {key: facts[key] for key in identity}
            record = self._record.from_part(facts)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            self._folder.discard(job.stem, error)
            return None
        if made_by != identity:
            different = ", ".join(
                f"{key} {made_by[key]!r} there and {identity[key]!r} here"
                for key in identity
                if made_by[key] != identity[key]
            )
            raise StorageError(
                f"folder {str(self.path)!r} holds {job.candidate.name!r} with {different}: name "
                "another folder"
            )
        return record

    def store(self, job: Job, record: AnyRecord) -> None:
        """Keep a record."""
        self._folder.write(job.stem, {**job.identity, **record.to_part()})

    def publish(self, result: Comparison | Ranking) -> None:
        """Write the result with its plots and its page."""
        result.save(self.path)
        write_plots(result, self.path)
        report(result, self.path)


def plan_of(table: TableBenchmark, spec: BenchmarkSpec, **more: Any) -> dict[str, Any]:
    """What every record of an experiment depends on."""
    return {
        "space": table.space.name,
        "benchmark": spec.to_dict(),
        "table": table.digest(),
        **more,
    }


def run_jobs(
    function: Callable[[AnyJob], AnyRecord],
    jobs: Sequence[AnyJob],
    workers: int | None,
    folder: JobFolder[AnyRecord] | None,
    on_done: Callable[[ExperimentProgress], None] | None,
    *,
    raised: tuple[type[ArchscoutError], ...],
) -> list[AnyRecord | JobFailure]:
    """Take kept records from the folder, run the other jobs, keep what they come to.

    Errors of the classes ``raised`` are wrong with every job: they are raised, not recorded.

    Returns:
        Records or `JobFailure` in the order of ``jobs``.
    """

    ended: dict[int, AnyRecord | JobFailure] = {}

    def end(place: int, result: AnyRecord | JobFailure, resumed: bool) -> None:
        ended[place] = result
        if on_done is None:
            return
        job = jobs[place]
        on_done(
            ExperimentProgress(
                name=job.candidate.name,
                labels=job.labels,
                seed=job.seed,
                done=len(ended),
                total=len(jobs),
                resumed=resumed,
                wall_seconds=0.0 if isinstance(result, JobFailure) else result.wall_seconds,
                failure=result.message if isinstance(result, JobFailure) else None,
            )
        )

    left = []
    for place, job in enumerate(jobs):
        found = None if folder is None else folder.load(job)
        if found is None:
            left.append(place)
        else:
            end(place, found, resumed=True)

    def keep(number: int, result: AnyRecord | JobFailure) -> None:
        place = left[number]
        if isinstance(result, JobFailure):
            if isinstance(result.error, raised):
                raise result.error
        elif folder is not None:
            folder.store(jobs[place], result)
        end(place, result, resumed=False)

    run_in_processes(function, [jobs[place] for place in left], workers, keep)
    return [ended[place] for place in range(len(jobs))]

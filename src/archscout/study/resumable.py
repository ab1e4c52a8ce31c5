"""Jobs whose results are kept as they end: what is kept already is not run again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from archscout.errors import ArchscoutError
from archscout.study.executors import JobFailure, run_in_processes

Job = TypeVar("Job")
Result = TypeVar("Result")
Job_contra = TypeVar("Job_contra", contravariant=True)


class Keeper(Protocol[Job_contra, Result]):
    """Where results are kept."""

    def load(self, job: Job_contra, /) -> Result | None:
        """The kept result of a job; None if it has to be run."""

    def store(self, job: Job_contra, result: Result, /) -> None:
        """Keep the result of a job."""


@dataclass(frozen=True, slots=True)
class Ended(Generic[Job, Result]):
    """One job that has ended.

    Args:
        job: which one.
        result: its result, or why there is none.
        done, total: jobs that have ended, and all.
        resumed: whether the result was kept already and the job not run.
    """

    job: Job
    result: Result | JobFailure
    done: int
    total: int
    resumed: bool


def run_and_keep(
    function: Callable[[Job], Result],
    jobs: Sequence[Job],
    workers: int | None,
    keeper: Keeper[Job, Result] | None,
    on_end: Callable[[Ended[Job, Result]], None],
    *,
    raised: tuple[type[ArchscoutError], ...] = (),
) -> list[Result | JobFailure]:
    """Take kept results, run the other jobs in processes, and keep what they give.

    Args:
        function: see `archscout.study.executors.run_in_processes`.
        jobs: all of them.
        workers: number of processes; None takes one a usable core.
        keeper: where results are kept; None keeps nothing. Failures are never kept.
        on_end: told of every job that has ended.
        raised: errors of jobs that are raised here, because they are wrong with every job.

    Returns:
        Results or `JobFailure` in the order of ``jobs``.

    Examples:
        >>> run_and_keep(abs, [-1, 2], 1, None, lambda ended: None)
        [1, 2]
    """
    ended: dict[int, Result | JobFailure] = {}

    def end(place: int, result: Result | JobFailure, resumed: bool) -> None:
        ended[place] = result
        on_end(Ended(jobs[place], result, len(ended), len(jobs), resumed))

    left = []
    for place, job in enumerate(jobs):
        found = None if keeper is None else keeper.load(job)
        if found is None:
            left.append(place)
        else:
            end(place, found, resumed=True)

    def keep(number: int, result: Result | JobFailure) -> None:
        place = left[number]
        if isinstance(result, JobFailure):
            if isinstance(result.error, raised):
                raise result.error
        elif keeper is not None:
            keeper.store(jobs[place], result)
        end(place, result, resumed=False)

    run_in_processes(function, [jobs[place] for place in left], workers, keep)
    return [ended[place] for place in range(len(jobs))]

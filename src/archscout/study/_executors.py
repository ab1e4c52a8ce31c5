"""Where jobs run: in this process, or side by side in processes with one thread each."""

from __future__ import annotations

import logging
import os
import signal
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, Generic, TypeVar

from loky import BrokenProcessPool, ProcessPoolExecutor
from loky.backend import get_context

from archscout import benchmarks
from archscout._common.arguments import whole
from archscout.errors import ArchscoutError, SettingsError, error_text
from archscout.plugins import additions, receive_additions, received, sendable

logger = logging.getLogger(__name__)
Job = TypeVar("Job")
Result = TypeVar("Result")

_THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
_WORKER = "ARCHSCOUT_WORKER"


@dataclass(frozen=True, slots=True)
class JobFailure:
    """Stands in the place of the result of a job that failed.

    Args:
        name: name of the job.
        message: what went wrong, in a sentence.
        details: traceback, empty if the process died.
        error: the exception, if it is one that archscout raises on purpose.
    """

    name: str
    message: str
    details: str = ""
    error: ArchscoutError | None = None

    def __str__(self) -> str:
        return f"{self.name}: {self.message}"


def usable_cores() -> int:
    """Number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


def run_in_processes(
    function: Callable[[Job], Result],
    jobs: Sequence[Job],
    workers: int | None = None,
    on_done: Callable[[int, Result | JobFailure], None] | None = None,
    *,
    name: Callable[[Job], str] = str,
) -> list[Result | JobFailure]:
    """Run ``function(job)`` for every job, several at a time; failures do not stop the rest.

    With one worker the jobs run in this process. With more, each worker is a fresh process
    of loky (which shares no state with this one, and imports no script) in which numpy and torch
    use one thread. A job that raises, or whose process dies twice (the second time alone, since a
    lack of memory may have been its neighbour's fault), gives a `JobFailure`. When this
    process is interrupted or killed, or ``on_done`` raises, the workers end at once.

    Args:
        function: importable by name, or of the script that runs; must not depend on global state.
        jobs: values that can be sent to a process.
        workers: number of processes, at least 1; None takes one a usable core.
        on_done: called in this process, in order of completion, with the job's place and its
            result.
        name: names a job in failures.

    Raises:
        SettingsError: if ``workers`` is below 1, or this process is such a worker itself.
        ArchscoutError: if worker processes cannot be started at all.
    """
    check_workers(workers)
    count = min(workers or usable_cores(), max(1, len(jobs)))
    tasks = [_Task(function, job, name(job)) for job in jobs]
    results: list[Result | JobFailure | None] = [None] * len(jobs)

    def finish(place: int, result: Result | JobFailure) -> None:
        results[place] = result
        if on_done is not None:
            on_done(place, result)

    if count == 1:
        for place, task in enumerate(tasks):
            finish(place, task())
    elif _WORKER in os.environ:
        raise SettingsError(
            "a worker process would start workers, as it does when it loads a class from a script: "
            "put the calling code of the script under if __name__ == '__main__':"
        )
    else:
        _run_pool(tasks, count, finish)
    return results  # type: ignore[return-value]


def check_workers(workers: int | None) -> None:
    """Refuse a number of processes below 1 with a `SettingsError`."""
    if workers is not None:
        whole(workers, "workers", 1)


@dataclass(frozen=True)
class _Task(Generic[Job, Result]):
    """One call that turns exceptions into values: not every exception survives the journey."""

    function: Callable[[Job], Result]
    job: Job
    name: str

    def __call__(self) -> Result | JobFailure:
        try:
            return self.function(self.job)
        except ArchscoutError as error:
            return JobFailure(self.name, str(error), traceback.format_exc(), error)
        except Exception as error:
            return JobFailure(self.name, error_text(error), traceback.format_exc())


def _run_pool(
    tasks: Sequence[_Task[Job, Result]],
    workers: int,
    finish: Callable[[int, Result | JobFailure], None],
) -> None:
    """Run tasks in a pool; after a death, the tasks that were in flight run again, alone."""
    waiting = list(range(len(tasks)))[::-1]
    while waiting:
        suspects = _run_until_death(tasks, waiting, workers, finish)
        for place in suspects:
            logger.warning("a worker process died; running %s again, alone", tasks[place].name)
            alone = [place]
            if _run_until_death(tasks, alone, 1, finish) or alone:
                finish(
                    place,
                    JobFailure(
                        tasks[place].name,
                        "its process died without a word (killed, out of memory, or a crash in "
                        "compiled code), also when it ran alone",
                    ),
                )


def _run_until_death(
    tasks: Sequence[_Task[Job, Result]],
    waiting: list[int],
    workers: int,
    finish: Callable[[int, Result | JobFailure], None],
) -> list[int]:
    """Run places from the end of ``waiting``; return those in flight when a worker died.

    At most one task a worker is handed over, so that only tasks that had begun are suspects.
    """
    flying: dict[Future[Result | JobFailure], int] = {}
    with _pool(workers) as pool:
        while waiting or flying:
            try:
                while waiting and len(flying) < workers:
                    task = tasks[waiting[-1]]
                    future = pool.submit(_call, sendable(task, "job", task.name))
                    flying[future] = waiting.pop()
            except BrokenProcessPool:
                if not flying:  # an idle process died: nobody is to blame
                    return []
                wait(flying)
            done, _ = wait(flying, return_when=FIRST_COMPLETED)
            dead = [flying.pop(f) for f in done if isinstance(f.exception(), BrokenProcessPool)]
            for future in done:
                if future in flying:
                    place, error = flying.pop(future), future.exception()
                    finish(
                        place,
                        future.result()
                        if error is None
                        else JobFailure(tasks[place].name, error_text(error)),
                    )
            if dead:
                wait(flying)  # a broken pool settles all of its futures
                for future, place in flying.items():
                    if future.exception() is None:
                        finish(place, future.result())
                    else:
                        dead.append(place)
                return sorted(dead)
    return []


def _call(sent: Any) -> Any:
    """Run a task that came to this worker."""
    return received(sent)()


@contextmanager
def _pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """A pool whose processes end at once when this block is left or this process dies."""
    context = get_context("loky")
    lifeline, ours = context.Pipe(duplex=False)
    pool = ProcessPoolExecutor(
        workers,
        context=context,
        initializer=_begin,
        initargs=(lifeline, additions()),
        env=dict.fromkeys((*_THREAD_VARIABLES, _WORKER), "1"),
    )
    try:
        try:
            pool.submit(os.getpid).result()
        except BrokenProcessPool:
            raise ArchscoutError("worker processes cannot be started: pass workers=1") from None
        yield pool
        pool.shutdown()
    finally:
        ours.close()
        lifeline.close()
        pool.shutdown(wait=False, kill_workers=True)


def _begin(lifeline: Connection, added: Mapping[str, Mapping[str, Any]]) -> None:
    """Prepare a worker: the parent alone handles Ctrl-C, and its death is ours."""
    receive_additions(added)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What is to be said of a table the parent has said, which reads the same one first.
    logging.getLogger(benchmarks.__name__).setLevel(logging.ERROR)
    threading.Thread(target=_end_with_parent, args=(lifeline,), daemon=True).start()


def _end_with_parent(lifeline: Connection) -> None:
    try:
        lifeline.recv()
    except (EOFError, OSError):
        os._exit(1)

"""Fit every predictor on every number of labels and every seed, and put them side by side."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from archscout._common.arguments import check_function, read_settings, told_in_words
from archscout._common.manifest import make_manifest
from archscout._common.own_state import given, own_state
from archscout._common.run_folder import owns_folder
from archscout.benchmarks import TableBenchmark
from archscout.errors import ArchscoutError, MissingExtraError, SettingsError, TableError
from archscout.experiments._benchmark_spec import BenchmarkSpec, as_spec, table_of
from archscout.experiments._candidates import Candidate, Parts, check_baseline
from archscout.experiments._frame import ELSEWHERE, ExperimentProgress, JobFolder, plan_of, run_jobs
from archscout.experiments._seeds import check_seeds
from archscout.experiments.ranking._candidates import Unlabeled, check_settings, read_predictors
from archscout.experiments.ranking._jobs import RankJob, RowRecord, run_row
from archscout.experiments.ranking._protocols import make_split, read_labels, read_protocol
from archscout.experiments.ranking._sentences import list_notes, list_warnings
from archscout.experiments.ranking._tables import rows_table, summary_table, tests_table
from archscout.experiments.ranking._yardsticks import measure_rank_yardsticks
from archscout.results._rank_yardsticks import CEILING
from archscout.results._ranking import Ranking
from archscout.spaces.base import SearchSpace
from archscout.study._executors import JobFailure, check_workers, usable_cores

logger = logging.getLogger(__name__)

LABELS = (20, 50, 100, 400)
UNLABELED = 1000
# What is wrong with the table or the installation is wrong with every row: raised, not recorded.
_WRONG_QUESTION = (MissingExtraError, TableError)


@told_in_words(predictor="predictors is a list of names", **ELSEWHERE)
@own_state()
@owns_folder("ranking")
def rank(
    space: SearchSpace | str,
    benchmark_spec: BenchmarkSpec | TableBenchmark | str,
    predictors: Parts,
    labels: int | str | Sequence[int | str] = LABELS,
    seeds: int | Sequence[int] = 20,
    *,
    protocol: str = "a",
    unlabeled: Unlabeled = UNLABELED,
    baseline: str | None = None,
    workers: int | None = None,
    out: str | Path | None = None,
    settings: Mapping[str, Mapping[str, Any]] | None = None,
    on_done: Callable[[ExperimentProgress], None] | None = None,
) -> Ranking:
    """Rank predictors on the same table, the same labels and the same seeds.

    Fits run side by side, one thread each. With ``out``, finished ones are kept there: the same
    call after a kill goes on, and more seeds, label counts or predictors are added to what is
    there. A fit that fails is recorded as such, and the rest goes on.

    Args:
        space: the space, or its name; the table must be of it.
        benchmark_spec: the table, or its description; a text names a registered benchmark.
        predictors: registered names such as ``"forest"`` or ``"pseudo:forest"``, places
            (``"module:Name"``, ``"FILE.py:Name"``), classes, functions ``(space, rng) ->
            Predictor``, or objects, of which each fit gets a new one; or a mapping from a name in
            this ranking to one of these, so that a predictor can stand beside itself. A text that
            ends in ``@0``, ``@1000`` or ``@all`` has so many unlabeled architectures.
        labels: numbers of labels, 2 or more each; a text such as ``"1%"`` is a share of the pool.
        seeds: how many (0, 1, ...), or which. Fewer than 20 are run, and every output says so.
        protocol: ``"a"``, random labels and the whole table scored, or ``"b"``, labels of one
            fixed half and the other half scored; see `archscout.experiments.ranking._protocols`.
        unlabeled: how many architectures without a label the predictors may look at, or
            ``"all"``.
        baseline: one of the predictors, which the others are tested against; None takes the first.
        workers: processes; None takes one a usable core, 1 stays in this process.
        out: folder for finished fits and all outputs; None keeps everything in memory.
        settings: by name in this ranking, the settings of a predictor.
        on_done: told after each fit.

    Returns:
        The ranking; with ``out`` it is saved there too.

    Raises:
        SettingsError, UnknownNameError: if the question is wrong.
        StorageError: if ``out`` belongs to another ranking or cannot be written.
        ArchscoutError: if every fit failed.

    Examples:
        >>> ranking = rank("nasbench201", "nasbench201", ["forest"], labels=8, seeds=2, workers=1,
        ...                settings={"forest": {"trees": 4}})
        >>> ranking.predictors, len(ranking.rows), ranking.label_counts
        (['forest'], 2, [8])
    """
    benchmark_spec = as_spec(benchmark_spec, space)
    settings = read_settings(settings)
    check_function(on_done, "on_done")
    candidates = read_predictors(predictors, unlabeled, settings)
    names = [candidate.name for candidate in candidates]
    baseline = _baseline(candidates, baseline)
    seed_list = check_seeds(seeds)
    check_workers(workers)
    chosen = read_protocol(protocol)
    table = table_of(benchmark_spec, space)
    split = make_split(table, chosen)
    label_counts = read_labels(labels, split)
    check_settings(candidates, table.space)
    sent = benchmark_spec.sent(workers)
    jobs = [
        RankJob(candidate, count, seed, sent, chosen)
        for count in label_counts
        for seed in seed_list
        for candidate in candidates
    ]
    plan = plan_of(table, benchmark_spec, protocol=chosen)
    folder = None if out is None else JobFolder(out, plan, "ranking", Ranking, RowRecord)
    manifest = make_manifest(
        seed=seed_list[0],
        labels=label_counts[-1],
        strategy="",
        settings=settings,
        seeds=seed_list,
        label_counts=label_counts,
        predictors={c.name: c.registered for c in candidates},
        unlabeled={c.name: c.unlabeled_words for c in candidates},
        protocol=chosen,
        benchmark=plan["benchmark"],
        table=plan["table"],
        workers=workers or usable_cores(),
    )
    for key in ("seed", "labels", "strategy"):  # what a search has one of, and a ranking has not
        del manifest[key]
    results = run_jobs(run_row, jobs, workers, folder, given(on_done), raised=_WRONG_QUESTION)
    _check_results(results)

    yardsticks = measure_rank_yardsticks(table, split)
    rows = rows_table(jobs, results, yardsticks)
    summary = summary_table(rows, names, label_counts, yardsticks)
    tests = tests_table(rows, names, label_counts, baseline, yardsticks)
    ranking = Ranking(
        space=table.space.name,
        benchmark=table.name,
        predictors=names,
        label_counts=label_counts,
        seeds=seed_list,
        baseline=baseline,
        rows=rows,
        summary=summary,
        tests=tests,
        warnings=list_warnings(yardsticks, len(seed_list), rows, baseline),
        notes=list_notes(yardsticks, baseline, len(tests), workers or usable_cores()),
        yardsticks=yardsticks,
        manifest=manifest,
    )
    if folder is not None:
        folder.publish(ranking)
    return ranking


def _check_results(results: Sequence[RowRecord | JobFailure]) -> None:
    failures = [result for result in results if isinstance(result, JobFailure)]
    for failure in failures:
        logger.info("%s\n%s", failure, failure.details)
    if len(failures) == len(results):
        raise ArchscoutError(f"no predictor could be fitted, first failure: {failures[0]}")


def _baseline(candidates: Sequence[Candidate], baseline: str | None) -> str:
    """Name of the baseline, the first where none is named."""
    names = [candidate.name for candidate in candidates]
    for name in ("parameter count", "MACs", CEILING):
        if name in names:
            raise SettingsError(f"got a predictor called {name!r}, which is a line of every table")
    if baseline is None:
        return names[0]
    return check_baseline(candidates, baseline, "predictors")

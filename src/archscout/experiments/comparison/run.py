"""Run every strategy on every seed, and put the results side by side."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from archscout._common.arguments import (
    check_function,
    read_settings,
    told_in_words,
    whole,
)
from archscout._common.manifest import make_manifest
from archscout._common.own_state import given, own_state
from archscout._common.run_folder import owns_folder
from archscout.benchmarks import TableBenchmark
from archscout.errors import (
    ArchscoutError,
    MissingExtraError,
    SettingsError,
    TableError,
    UnknownNameError,
)
from archscout.experiments._benchmark_spec import BenchmarkSpec, as_spec, table_of
from archscout.experiments._candidates import Candidate, Parts, check_baseline, read_candidates
from archscout.experiments._frame import ELSEWHERE, ExperimentProgress, JobFolder, plan_of, run_jobs
from archscout.experiments._seeds import check_seeds
from archscout.experiments.comparison._jobs import SearchJob, run_search
from archscout.experiments.comparison._sentences import list_notes, list_warnings
from archscout.experiments.comparison._tables import labels_table, summary_table, tests_table
from archscout.experiments.comparison._yardsticks import measure_yardsticks
from archscout.results._regrets import RunRecord, make_curves
from archscout.results.comparison import Comparison
from archscout.spaces.base import SearchSpace
from archscout.stats._leads import statistics_rng
from archscout.study._arguments import make_searcher, strategy_name
from archscout.study._executors import JobFailure, check_workers, usable_cores
from archscout.study.ledger import Dedup, Ledger

logger = logging.getLogger(__name__)

CHECKPOINTS = (50, 100, 150)
# What is wrong with the question is wrong with every seed: it is raised, not recorded.
_WRONG_QUESTION = (MissingExtraError, SettingsError, TableError, UnknownNameError)


@told_in_words(strategy="strategies is a list of names", **ELSEWHERE)
@own_state()
@owns_folder("comparison")
def compare(
    space: SearchSpace | str,
    benchmark_spec: BenchmarkSpec | TableBenchmark | str,
    strategies: Parts,
    labels: int = 300,
    seeds: int | Sequence[int] = 20,
    *,
    baseline: str = "random",
    workers: int | None = None,
    out: str | Path | None = None,
    settings: Mapping[str, Mapping[str, Any]] | None = None,
    dedup: Dedup = "exact",
    on_done: Callable[[ExperimentProgress], None] | None = None,
    checkpoints: Sequence[int] = CHECKPOINTS,
) -> Comparison:
    """Compare strategies on the same table and the same seeds.

    Searches run side by side, one thread each. With ``out``, finished ones are kept there: the
    same call after a kill goes on, and more seeds or strategies are added to what is there.

    Args:
        space: the space, or its name; the table must be of it.
        benchmark_spec: the table, or its description; a text names a registered benchmark.
        strategies: registered names, places (``"module:Name"``, ``"FILE.py:Name"``), classes or
            functions ``(space, rng) -> Strategy``; or a mapping from a name in this comparison to
            one of these, so that a strategy can stand beside itself with other settings.
        labels: budget of each search, at least 1.
        seeds: how many (0, 1, ...), or which. Fewer than 20 are run, and every output says so.
        baseline: one of the strategies; the others are tested against it.
        workers: processes; None takes one a usable core, 1 stays in this process.
        out: folder for finished searches and all outputs; None keeps everything in memory.
        settings: by name in this comparison, the settings of a strategy.
        dedup: what the ledger takes for the same architecture.
        on_done: told after each search.
        checkpoints: numbers of labels at which to test, besides the last one.

    Returns:
        The comparison; with ``out`` it is saved there too.

    Raises:
        SettingsError, UnknownNameError: if the question is wrong.
        StorageError: if ``out`` belongs to another comparison or cannot be written.
        ArchscoutError: if every search of the baseline or of all strategies failed.

    Examples:
        >>> spec = BenchmarkSpec.named("nasbench201", dataset="cifar10")
        >>> result = compare(
        ...     "nasbench201", spec, ["random", "local"], labels=5, seeds=2, workers=1)
        >>> result.strategies, len(result.labels)
        (['random', 'local'], 20)
    """
    benchmark_spec = as_spec(benchmark_spec, space)
    settings = read_settings(settings)
    candidates = read_candidates(strategies, settings, "strategy", "strategies")
    for candidate in candidates:
        strategy_name(candidate.part)  # Raises with the nearest match.
    baseline = check_baseline(candidates, baseline, "strategies")
    chosen = {candidate.name: candidate.registered for candidate in candidates}
    seed_list = check_seeds(seeds)
    labels = whole(labels, "labels", 1)
    checkpoints = [whole(point, "a checkpoint", 1) for point in checkpoints]
    check_function(on_done, "on_done")
    check_workers(workers)
    table = table_of(benchmark_spec, space)
    _check_question(table, candidates, labels, dedup)
    sent = benchmark_spec.sent(workers)
    jobs = [
        SearchJob(candidate, labels, seed, sent, dedup)
        for seed in seed_list
        for candidate in candidates
    ]
    plan = plan_of(table, benchmark_spec, labels=labels, dedup=dedup)
    folder = None if out is None else JobFolder(out, plan, "comparison", Comparison, RunRecord)
    manifest = make_manifest(
        seed=seed_list[0],
        labels=labels,
        strategy=", ".join(chosen),
        settings=settings,
        seeds=seed_list,
        strategies=chosen,
        benchmark=plan["benchmark"],
        table=plan["table"],
        dedup=dedup,
        workers=workers or usable_cores(),
    )
    results = run_jobs(run_search, jobs, workers, folder, given(on_done), raised=_WRONG_QUESTION)
    runs = [result for result in results if isinstance(result, RunRecord)]
    failures = [result for result in results if isinstance(result, JobFailure)]
    for failure in failures:
        logger.warning("%s\n%s", failure, failure.details)
    if all(run.strategy != baseline for run in runs):
        raise ArchscoutError(
            f"no search of the baseline {baseline!r} succeeded, first failure: {failures[0]}"
        )

    yardsticks = measure_yardsticks(table, statistics_rng())
    curves = [
        make_curves(name, [run for run in runs if run.strategy == name], yardsticks, labels)
        for name in chosen
        if any(run.strategy == name for run in runs)
    ]
    points = sorted({*(point for point in checkpoints if point < labels), labels})
    tests = tests_table(curves, baseline, points, yardsticks)
    comparison = Comparison(
        space=table.space.name,
        benchmark=table.name,
        budget=labels,
        seeds=seed_list,
        baseline=baseline,
        labels=labels_table(curves, yardsticks),
        summary=summary_table(curves, yardsticks, labels),
        tests=tests,
        warnings=list_warnings(curves, yardsticks, len(seed_list), labels, failures),
        notes=list_notes(yardsticks, baseline, dedup, len(tests)),
        yardsticks=yardsticks,
        curves=curves,
        manifest=manifest,
    )
    if folder is not None:
        folder.publish(comparison)
    return comparison


def _check_question(
    table: TableBenchmark, candidates: Sequence[Candidate], labels: int, dedup: Dedup
) -> None:
    """Refuse what a search would refuse, before any has run and anything is written."""
    from archscout.study._loop import check_first_round

    Ledger(table.space, table, labels, dedup=dedup)
    for candidate in candidates:
        rng = np.random.default_rng(0)
        made = make_searcher(candidate.part, table.space, rng, table.pool(), candidate.settings)
        check_first_round(made, candidate.name, labels)

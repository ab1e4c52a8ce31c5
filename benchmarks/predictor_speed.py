"""How long each predictor takes to fit and predict, and how much memory.

Two jobs, each in a process of its own with one thread: on NAS-Bench-201, fit 500 labels with
10,000 unlabeled cells and predict all 15,625; on NAS-Bench-101, fit the same numbers and
predict all 423,624 cells (needs ARCHSCOUT_DATA). Processor time says what the work costs,
wall time what a user waited; on a machine that does other work the second is larger.

Run:
    python benchmarks/predictor_speed.py
    python benchmarks/predictor_speed.py --predictors mlp,forest --jobs nasbench201
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from archscout import load_benchmark, make_predictor
from archscout.predictors import list_predictors

LABELS, UNLABELED = 500, 10_000
TABLES = {"nasbench201": "nasbench201", "nasbench101": "nasbench101-measured"}


def measure(name: str, job: str) -> dict:
    """Fit and predict once, in this process."""
    import torch

    torch.set_num_threads(1)
    benchmark = load_benchmark(TABLES[job])
    space, everything = benchmark.space, benchmark.space.all_choices()
    rng = np.random.default_rng(0)
    order = rng.permutation(len(benchmark.choices))[:LABELS]
    unlabeled = everything[rng.choice(len(everything), UNLABELED, replace=False)]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    model = make_predictor(name, space, rng)
    times = [(time.perf_counter(), time.process_time())]
    model.fit(benchmark.choices[order], benchmark.values[order], unlabeled)
    times.append((time.perf_counter(), time.process_time()))
    predicted = model.predict(everything).mean
    times.append((time.perf_counter(), time.process_time()))
    (fit_wall, fit), (predict_wall, predict) = np.diff(np.array(times), axis=0)
    return {
        "predictor": name,
        "job": job,
        "cells": len(predicted),
        "fit_processor": fit,
        "predict_processor": predict,
        "wall": fit_wall + predict_wall,
        "table_gib": before,
        "peak_gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
    }


def main() -> None:
    """Run what is missing in the file, one process a row, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("runs/predictor-speed.csv"))
    parser.add_argument("--predictors", default=",".join(list_predictors()))
    parser.add_argument("--jobs", default=",".join(TABLES))
    parser.add_argument("--one", nargs=2, metavar=("PREDICTOR", "JOB"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(*options.one)))
        return
    options.out.parent.mkdir(parents=True, exist_ok=True)
    for job in options.jobs.split(","):
        for name in options.predictors.split(","):
            done = pd.read_csv(options.out) if options.out.exists() else None
            if done is not None and ((done.predictor == name) & (done.job == job)).any():
                continue
            command = [sys.executable, __file__, "--one", name, job]
            run = subprocess.run(command, capture_output=True, text=True, check=False)
            if run.returncode:
                print(f"{name} on {job} failed: {run.stderr.strip().splitlines()[-1]}")
                continue
            row = pd.DataFrame([json.loads(run.stdout)])
            row.to_csv(options.out, mode="a", header=done is None, index=False)
    print(pd.read_csv(options.out).round(2).to_string(index=False))


if __name__ == "__main__":
    main()

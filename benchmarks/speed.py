"""How long the main job takes, and one round of SemiNAS: the fast preset against the paper's.

The main job is timed as a whole process, from start to report, with its peak memory. A round is
100 labels and 10,000 unlabeled architectures: learn, guess, learn from the guesses. The paper's
round is run in full with six tokens an architecture; with the published 35 tokens, which take
several times as long, only ``--steps`` steps are timed and the schedule is multiplied out.

Run:
    python benchmarks/speed.py            # about 15 minutes
    python benchmarks/speed.py --quick    # the main job alone
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace

import numpy as np
import torch

from archscout import load_benchmark
from archscout.predictors import PRESETS, Preset
from archscout.predictors.encoder_predictor_decoder import EncoderPredictorDecoder
from archscout.predictors.wrappers._pseudo_labels import PseudoLabels

LABELS, UNLABELED = 100, 10_000


def main_job() -> None:
    """Run ``archscout search`` in a process of its own; print wall seconds and peak memory."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "archscout", "search", "--out", folder, "--json"]
        started = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
    print(f"main job: {seconds:.1f} s, {peak:.2f} GiB")


def one_round(preset: str | Preset) -> tuple[float, int]:
    """Seconds and gradient steps of one round."""
    benchmark = load_benchmark("nasbench201", dataset="cifar10")
    rng = np.random.default_rng(0)
    order = rng.permutation(len(benchmark.choices))
    known, others = order[:LABELS], order[LABELS : LABELS + UNLABELED]

    def make(space, rng):
        return EncoderPredictorDecoder(space, rng, preset=preset)

    wrapped = PseudoLabels(benchmark.space, rng, make=make, judged=False)
    started = time.perf_counter()
    wrapped.fit(benchmark.choices[known], benchmark.values[known], benchmark.choices[others])
    return time.perf_counter() - started, wrapped.predictor.steps_


def main() -> None:
    """Print the figures as lines."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="the main job alone")
    parser.add_argument("--steps", type=int, default=300, help="steps timed with 35 tokens")
    options = parser.parse_args()
    torch.set_num_threads(1)
    main_job()
    if options.quick:
        return
    one_round("fast")  # the first call pays for what is loaded on demand
    fast, steps = one_round("fast")
    print(f"fast round: {fast:.2f} s, {steps} steps")
    paper = PRESETS["paper-2000"]
    epochs = round(options.steps / 110)
    short = replace(paper, epochs_first=options.steps, epochs_more=epochs)
    seconds, taken = one_round(short)
    whole = paper.epochs_first + paper.epochs_more * -(
        -(LABELS * paper.upsample + UNLABELED) // 100
    )
    estimate = seconds / taken * whole
    print(
        f"paper-2000 round, 35 tokens: {seconds / taken * 1000:.1f} ms a step over {taken} steps, "
        f"so about {estimate / 60:.0f} min for {whole} steps: {estimate / fast:.0f} times the fast"
    )
    seconds, taken = one_round(replace(paper, tokens="tokens"))
    print(
        f"paper-2000 round, 6 tokens: {seconds / 60:.1f} min, {taken} steps: "
        f"{seconds / fast:.0f} times the fast"
    )


if __name__ == "__main__":
    main()

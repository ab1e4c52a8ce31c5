"""Strategies under a limit on multiply-adds, on NAS-Bench-Macro, 20 paired seeds.

This is ``archscout compare --max-macs 60M`` with the settings of docs/results/nasbench-macro.md.
ARCHSCOUT_DATA must name the folder with nasbench_macro.csv.gz. A run that was stopped goes on
where it was.

Run:
    python benchmarks/limited_search.py --out runs/limited-search
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from archscout.experiments import BenchmarkSpec, compare
from archscout.reports._comparison_words import reach_words
from archscout.spaces.limits._limit import parse_limits

STRATEGIES = "random,evolution,local,seminas,guided"


def main() -> None:
    """Run the comparison and print its rows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("runs/limited-search"))
    parser.add_argument("--max-macs", default="60M")
    parser.add_argument("--strategies", default=STRATEGIES)
    parser.add_argument("--labels", type=int, default=100)
    parser.add_argument("--seeds", type=int, default=20)
    options = parser.parse_args()
    spec = BenchmarkSpec(
        "nasbench-macro",
        settings=(("dataset", "cifar10"),),
        limits=parse_limits({"max_macs": options.max_macs}),
    )
    table = spec.load()
    macs = table.space.macs_table(table.choices)
    networks = len(np.unique(table.space.canonical_ids(table.choices)))
    print(f"{len(table)} codes of {networks} networks: best {table.optimum:.2f} percent")
    for row in np.flatnonzero(macs == macs.max()):
        text = table.space.format(table.space.architectures(table.choices[[row]])[0])
        print(f"largest: {text}, {macs[row] / 1e6:.2f}M, {table.values[row]:.2f} percent")
    # Codes that differ only in where a stage is skipped are one network, bought once.
    comparison = compare(
        table.space,
        spec,
        options.strategies.split(","),
        options.labels,
        options.seeds,
        out=options.out,
        workers=1,
        dedup="isomorphic",
        on_done=lambda done: print(f"{done.done} of {done.total}: {done.name}", flush=True),
    )
    for row in comparison.summary.to_dict("records"):
        regret = [f"{row[f'validation_regret_{part}']:.3f}" for part in ("median", "low", "high")]
        reached = "" if row["labels"] == 1 else reach_words(row, 1, options.labels)
        print(f"{row['strategy']}: regret {regret}, labels to the best {reached}")
    print("\n".join([*comparison.findings, *comparison.warnings]))


if __name__ == "__main__":
    main()

"""SemiNAS against its control and the baselines on NAS-Bench-201, three data sets, 20 seeds.

This is ``archscout compare`` with the settings of docs/results/search-nasbench201.md; test
values need ARCHSCOUT_DATA to name a folder with nasbench201.csv.gz, and without it the
comparison reports validation regret alone. A run that was stopped goes on where it was.

Run:
    python benchmarks/search_quality.py --out runs/search-quality
"""

from __future__ import annotations

import argparse
from pathlib import Path

from archscout.comparison import BenchmarkSpec, compare

STRATEGIES = ("random", "evolution", "local", "optuna:tpe", "nao", "seminas")


def main() -> None:
    """Run the comparisons one after the other."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("runs/search-quality"))
    parser.add_argument("--datasets", default="cifar10,cifar100,imagenet16_120")
    parser.add_argument("--labels", type=int, default=300)
    parser.add_argument("--seeds", type=int, default=20)
    options = parser.parse_args()
    for dataset in options.datasets.split(","):
        folder = options.out / dataset
        compare(
            "nasbench201",
            BenchmarkSpec.named("nasbench201", dataset=dataset),
            STRATEGIES,
            options.labels,
            options.seeds,
            baseline="seminas",
            out=folder,
        )
        print(f"{dataset}: see {folder / 'comparison.html'}")


if __name__ == "__main__":
    main()

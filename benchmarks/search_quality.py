"""Strategies side by side on measured tables, 20 paired seeds.

This is ``archscout compare`` with the settings of docs/results; test values need ARCHSCOUT_DATA
to name a folder with nasbench201.csv.gz, and without it the comparison reports validation
regret alone. A run that was stopped goes on where it was.

Run:
    python benchmarks/search_quality.py --out runs/search-quality
    python benchmarks/search_quality.py --out runs/guided --labels 150 \
        --strategies random,evolution,local,seminas,guided,guided-forest,weaknas
    python benchmarks/search_quality.py --out runs/guided-101 --benchmark nasbench101-measured \
        --datasets cifar10 --dedup isomorphic --baseline guided \
        --strategies random,evolution,local,seminas,guided
    python benchmarks/search_quality.py --out runs/weaknas --labels 150 --baseline weaknas \
        --strategies weaknas --settings '{"weaknas": {"predictor_settings": {"size": "published"}}}'
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from archscout import load_benchmark
from archscout.experiments import BenchmarkSpec, compare

STRATEGIES = "random,evolution,local,optuna:tpe,nao,seminas"


def main() -> None:
    """Run the comparisons one after the other."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("runs/search-quality"))
    parser.add_argument("--benchmark", default="nasbench201")
    parser.add_argument("--datasets", default="cifar10,cifar100,imagenet16_120")
    parser.add_argument("--strategies", default=STRATEGIES)
    parser.add_argument("--baseline", default="seminas")
    parser.add_argument("--labels", type=int, default=300)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--dedup", choices=["exact", "isomorphic"], default="exact")
    parser.add_argument("--settings", type=json.loads, default={}, help="JSON, by strategy")
    parser.add_argument("--workers", type=int, default=None)
    options = parser.parse_args()
    for dataset in options.datasets.split(","):
        folder = options.out / dataset
        compare(
            load_benchmark(options.benchmark, dataset=dataset).space.name,
            BenchmarkSpec.named(options.benchmark, dataset=dataset),
            options.strategies.split(","),
            options.labels,
            options.seeds,
            baseline=options.baseline,
            out=folder,
            settings=options.settings,
            dedup=options.dedup,
            workers=options.workers,
        )
        print(f"{dataset}: see {folder / 'comparison.html'}")


if __name__ == "__main__":
    main()

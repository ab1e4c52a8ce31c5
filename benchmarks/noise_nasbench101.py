"""An estimate of the noise ceiling of the measured NAS-Bench-101 rows.

Those rows are single runs, so nothing beside them says what another training would score. Cells
of 3 to 5 vertices were trained again by others, three times each at 108 epochs: their spread
between runs, by accuracy, stands for the noise here. The measured values take the part of the
true ones, and noise is added. Because they hold noise already they are spread wider than true
values, so both figures are a little too high.

Run (needs ARCHSCOUT_DATA):
    python benchmarks/noise_nasbench101.py
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import numpy as np
import pandas as pd

from archscout.stats import kendall_tau

# The median of a variance from three runs is this share of its mean (chi-squared, 2 degrees).
MEDIAN_SHARE = np.log(2)
EDGES = (0.0, 0.88, 0.9, 0.91, 0.92, 0.93, 1.0)


def main() -> None:
    """Print the spread between runs by accuracy, and the ceiling it implies."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    folder = Path(os.environ["ARCHSCOUT_DATA"])
    runs = pd.read_csv(folder / "nasbench101_small_cells_retrained.csv.gz")
    runs = runs[runs.epochs == 108]
    groups = runs.groupby("hash").val_acc
    cells = pd.DataFrame({"mean": groups.mean(), "variance": groups.var(), "runs": groups.count()})
    cells = cells[cells["runs"] == 3]
    wide = runs[runs["hash"].isin(cells.index)].pivot(index="hash", columns="repeat")["val_acc"]
    pairs = [kendall_tau(wide[a], wide[b]) for a, b in ((1, 2), (1, 3), (2, 3))]
    print(f"{len(cells)} retrained cells; tau-b between two single runs {np.mean(pairs):.3f}")
    measured = pd.read_csv(folder / "nasbench101_measured.csv.gz").valid_108ep.to_numpy()
    place = np.digitize(cells["mean"], EDGES[1:-1])
    variances = [cells.variance[place == i].median() for i in range(len(EDGES) - 1)]
    spread = np.sqrt(np.array(variances) / MEDIAN_SHARE)
    counts = np.bincount(place, minlength=len(EDGES) - 1)
    for low, high, sigma, count in zip(EDGES, EDGES[1:], spread, counts, strict=False):
        share = ((measured >= low) & (measured < high)).mean()
        print(
            f"{low:.2f}..{high:.2f}: {100 * sigma:.3f} points ({count} cells), "
            f"{100 * share:.0f} % of the measured rows"
        )
    sigma = spread[np.digitize(measured, EDGES[1:-1])]
    rng, known, twice = np.random.default_rng(0), [], []
    for _ in range(5):
        noisy = measured + rng.normal(size=(2, len(measured))) * sigma
        known.append(kendall_tau(measured, noisy[0]))
        twice.append(kendall_tau(*noisy))
    print(f"tau-b of a single run with the true values: {np.mean(known):.3f}")
    print(f"tau-b of a single run with another: {np.mean(twice):.3f}")


if __name__ == "__main__":
    main()

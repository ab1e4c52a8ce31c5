"""The plots that comparisons and rankings leave in their folder, for papers."""

from __future__ import annotations

import functools
from pathlib import Path

from archscout._common.run_folder import cannot_write
from archscout._common.writing import write_file
from archscout.reports.comparison_curves import anytime_curves
from archscout.reports.curves import Curves
from archscout.reports.paper import write_png
from archscout.reports.ranking_curves import calibration_curves, tau_curves
from archscout.results.comparison import Comparison
from archscout.results.ranking import Ranking


def write_plots(result: Comparison | Ranking, folder: Path) -> None:
    """Write ``anytime.png``, or ``tau.png`` and ``calibration.png``, into a folder."""
    plots: dict[str, Curves | list[Curves]]
    if isinstance(result, Comparison):
        plots = {"anytime.png": anytime_curves(result)}
    else:
        plots = {"tau.png": tau_curves(result), "calibration.png": calibration_curves(result)}
    try:
        for name, curves in plots.items():
            write_file(folder / name, functools.partial(write_png, curves))
    except OSError as error:
        raise cannot_write(folder, error) from None

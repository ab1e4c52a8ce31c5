"""Checks and means of measured values: catches numbers that are not in their unit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from archscout.errors import TableError


def check_unit(values: NDArray[np.float64], unit: str, what: str) -> None:
    """Refuse infinite values, percent beyond 0..100 and fractions beyond 0..1."""
    finite = values[~np.isnan(values)]
    if not len(finite):
        return

    def row(wrong: NDArray[np.bool_]) -> str:
        place = int(np.argwhere(wrong)[0][0])
        return f"row {place + 1} of {what} is {values[wrong].flat[0]:g}"

    if np.isinf(finite).any():
        raise TableError(f"{row(np.isinf(values))}, expected a finite number or an empty cell")
    if unit == "percent":
        wrong = (values < 0) | (values > 100)
        if wrong.any():
            raise TableError(
                f"{row(wrong)}, expected percent within 0..100: correct it, or declare its unit "
                'with unit="..." (--unit)'
            )
        if finite.max() <= 1.0 and finite.max() > 0.0:
            raise TableError(
                f"{what} has no value above {finite.max():g}, expected percent within 0..100: "
                "if these are fractions, end the column's name in _fraction or declare "
                'unit="fraction" (--unit fraction)'
            )
    if unit == "fraction":
        wrong = (values < 0) | (values > 1)
        if wrong.any():
            raise TableError(
                f"{row(wrong)}, expected fractions within 0..1: if the values are in percent, "
                'declare unit="percent" (--unit percent)'
            )


def row_means(runs: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean of each row ``(n, runs)`` over what is not NaN, ``(n,)``; NaN where all is."""
    here = ~np.isnan(runs)
    count = here.sum(axis=1)
    total = np.where(here, runs, 0.0).sum(axis=1)
    means: NDArray[np.float64] = np.divide(
        total, count, out=np.full(len(runs), np.nan), where=count > 0
    )
    return means

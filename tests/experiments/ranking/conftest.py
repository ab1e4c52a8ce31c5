"""A made-up table of 300 cells, whose quality grows with convolutions."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest

from archscout.spaces import load_space

ROWS = 300
WriteTable = Callable[..., Path]


@pytest.fixture(scope="session")
def write_table() -> WriteTable:
    """Writes the table; some rows may lack their value, or their test value."""

    def write(
        path: Path,
        *,
        runs: int = 2,
        broken: Iterable[int] = (),
        untested: Iterable[int] = (),
        test: bool = True,
        rows: int = ROWS,
        backwards: bool = False,
    ) -> Path:
        space = load_space("nasbench201")
        rng = np.random.default_rng(1)
        choices = space.all_choices()[rng.permutation(len(space))[:ROWS]]
        quality = 80 + 1.5 * (choices == 3).sum(1) + (choices == 2).sum(1) - (choices == 0).sum(1)
        quality = quality + rng.normal(0, 0.3, ROWS)
        noise = rng.normal(0, 0.6, (ROWS, 3))
        missing, unknown = set(broken), set(untested)
        lines = []
        for place, arch in enumerate(space.architectures(choices)[:rows]):
            valid = ["" if place in missing else quality[place] + n for n in noise[place, :runs]]
            tested = ["" if place in unknown else quality[place] + 3] if test else []
            lines.append([space.format(arch), *valid, 60.0, *tested])
        header = ["arch", *(f"valid_run{run}" for run in range(runs)), "seconds"]
        with path.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(header + ["test"] * test)
            writer.writerows(lines[::-1] if backwards else lines)
        return path

    return write


@pytest.fixture(scope="session")
def table(write_table: WriteTable, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The table as it comes."""
    return write_table(tmp_path_factory.mktemp("table") / "made.csv")

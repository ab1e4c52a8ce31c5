"""Fixtures that several test files share."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, settings

from archscout.spaces import load_space

# Examples are the same in every run and none fails for being slow: a loaded machine is no fault.
settings.register_profile(
    "archscout",
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("archscout")


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of measured data; skips where there is none."""
    text = os.environ.get("ARCHSCOUT_DATA")
    if not text:
        pytest.skip("ARCHSCOUT_DATA is not set to a folder of measured data")
    folder = Path(text)
    if not folder.is_dir():
        pytest.skip(f"ARCHSCOUT_DATA is {text!r}, which is no folder")
    return folder


@pytest.fixture(scope="session")
def data_file(data_folder: Path) -> Callable[[str], Path]:
    """Gives the path of a file in the data folder; skips where it is missing."""

    def find(name: str) -> Path:
        path = data_folder / name
        if not path.is_file():
            pytest.skip(f"the folder named by ARCHSCOUT_DATA has no {name}")
        return path

    return find


@pytest.fixture(scope="session")
def nasbench201_accuracies(data_file: Callable[[str], Path]) -> dict[str, np.ndarray]:
    """Measured accuracies of NAS-Bench-201 by column, in the order of `all_choices`."""
    table = pd.read_csv(data_file("nasbench201.csv.gz"))
    space = load_space("nasbench201")
    order = np.argsort(space.indices(space.parse_many(table["arch"])))
    columns = [name for name in table.columns if name.endswith("_200ep")]
    return {name: table[name].to_numpy()[order] for name in columns}

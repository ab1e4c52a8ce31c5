"""Train, export and load again by the names at the top of the package."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import archscout
from archscout.errors import SettingsError, UnknownNameError
from archscout.training import TrainSettings


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    for name in ("cat", "dog"):
        folder = tmp_path / "pictures" / name
        folder.mkdir(parents=True)
        for n in range(6):
            Image.fromarray(rng.integers(0, 255, (32, 32, 3), dtype=np.uint8)).save(
                folder / f"{n}.png"
            )
    return tmp_path / "pictures"


def test_a_folder_of_pictures_becomes_a_file_of_code(pictures: Path, tmp_path: Path) -> None:
    size = {"channels": 4, "cells": 1}
    settings = TrainSettings(epochs=1)
    run = tmp_path / "run"
    done = archscout.train("nasbench201", "334131", pictures, settings, size=size, out=run)
    assert done.train_images + done.validation_images == 12
    assert [f.name for f in archscout.export(run, "weights").files] == ["weights.safetensors"]
    assert archscout.export(run).files[0].name == "network.py"
    with pytest.raises(UnknownNameError, match="did you mean 'weights'"):
        archscout.export(run, "weight")
    with pytest.raises(SettingsError, match="has its own"):
        archscout.export(run, "weights", settings={"channels": 4})

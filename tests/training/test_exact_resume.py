"""A training that is killed at any moment goes on and ends with exactly the same weights."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dying import environment

SCRIPT = Path(__file__).parent / "killed_training.py"


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked")
def test_killed_trainings_end_with_equal_bits(tmp_path):
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(tmp_path), "float32"],
        capture_output=True,
        text=True,
        check=False,
        env=environment(),
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["kills"] == found["moments"], "a training ended before its kill"
    assert found["equal"]
    assert found["losses"]
    assert found["left"] == ["final.safetensors", "initial.safetensors"]

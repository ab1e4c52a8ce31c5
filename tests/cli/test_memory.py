"""The command line where memory runs out: one sentence and exit code 2, whatever the error was."""

from __future__ import annotations

import errno

import numpy as np
import pytest
from typer.testing import CliRunner

from archscout.cli import app


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        np.linalg.LinAlgError("out of memory"),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"),
        OverflowError("Python int too large to convert to C long"),
        OSError(errno.ENOMEM, "Cannot allocate memory"),
    ],
)
def test_no_lack_of_memory_is_called_a_bug(monkeypatch, error):
    def fail():
        raise error

    monkeypatch.setattr(app.registered_commands[-1], "callback", fail)
    done = CliRunner().invoke(app, ["list"])
    assert done.exit_code == 2
    assert "archscout list needs more memory" in done.stderr
    assert "bug" not in done.stderr


@pytest.mark.parametrize(
    "command", [["train", "334131"], ["search-supernet"], ["search-unlabeled"]]
)
@pytest.mark.parametrize("resolution", ["1000000", "1" + "0" * 12])
def test_images_beyond_memory_are_refused_with_the_numbers(tmp_path, command, resolution):
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (30, 8, 8, 3), dtype=np.uint8)
    np.savez(tmp_path / "x.npz", x=pixels, y=np.arange(30) % 2)
    place = ["--out", str(tmp_path / "out")]
    done = CliRunner().invoke(
        app, [*command, str(tmp_path / "x.npz"), "--resolution", resolution, *place]
    )
    assert done.exit_code == 2
    assert "of memory, and" in done.stderr
    assert "take a lower resolution" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_number_of_too_many_digits_is_called_so(tmp_path):
    words = ["train", "334131", str(tmp_path), "--resolution", "1" + "0" * 30]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 2
    assert "has more than 18 digits" in done.stderr

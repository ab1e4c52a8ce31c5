"""A leading ~ is the home folder wherever Python takes a path."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import archscout
from archscout.reports import report
from archscout.testing._toy import ToySpace


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_results_are_written_and_read_at_home(home: Path) -> None:
    result = archscout.search(
        ToySpace(), lambda arch: sum(arch.choices), "random", 4, storage="~/a.log"
    )
    assert result.save("~/run") == home / "run" / "result.json"
    assert report(result, "~/run/report.html") == home / "run" / "report.html"
    archscout.compare("nasbench201", "nasbench201", ["random"], 3, 1, workers=1, out="~/compared")
    assert (home / "compared" / "comparison.json").is_file()
    assert archscout.load_result("~/compared").strategies == ["random"]
    assert not (home / "~").exists()


def test_tables_and_images_are_read_at_home(home: Path) -> None:
    (home / "mine.csv").write_text(
        "arch,valid,test,seconds\n|none~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|,55,54,60\n"
    )
    table = archscout.TableBenchmark.from_csv("~/mine.csv", space="nasbench201")
    assert table.optimum == 55.0
    np.save(home / "pixels.npy", np.zeros((3, 8, 8, 3), dtype=np.uint8))
    assert len(archscout.load_images("~/pixels.npy", resolution=8)) == 3

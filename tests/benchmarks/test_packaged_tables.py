"""Tables that the spaces of installed packages declare are found by name, and no sooner."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from archscout.benchmarks import BENCHMARKS, benchmark_space, load_benchmark
from archscout.errors import UnknownNameError
from archscout.spaces import declarations
from installed_packages import install

CODE = """
import numpy as np
from archscout.benchmarks import TableBenchmark
from archscout.plugins import Entry
from archscout.spaces import SearchSpace, SpacePlugin, Variable

class Huts(SearchSpace):
    name = "huts"
    variables = (Variable("size", (1, 2, 3)),)

def load_huts():
    return TableBenchmark(Huts(), np.arange(3)[:, None], np.array([50.0, 70, 60]), name="all huts")

PLUGIN = SpacePlugin("huts", Huts, benchmarks={"hut-table": Entry("huts_lab:load_huts", "huts")})
Huts.plugin = PLUGIN
"""


@pytest.fixture(params=["PLUGIN", "Huts"])
def package(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    points = {"huts": f"huts_lab:{request.param}", "broken": "huts_lab:Missing"}
    install(monkeypatch, tmp_path, "huts-lab", points, {"huts_lab.py": CODE})


@pytest.mark.usefixtures("package")
def test_a_table_of_a_packaged_space_is_loaded_by_name() -> None:
    table = load_benchmark("hut-table")
    assert (table.name, table.optimum) == ("all huts", 70.0)
    assert benchmark_space("hut-table") == "huts"
    assert BENCHMARKS["hut-table"].package == "huts-lab 1.0"
    assert "hut-table" in BENCHMARKS
    assert "hut-table" in BENCHMARKS.names("hut*")


@pytest.mark.usefixtures("package")
def test_a_package_is_not_imported_for_names_that_are_there() -> None:
    load_benchmark("nasbench201")
    assert benchmark_space("nasbench201") == "nasbench201"
    assert "huts_lab" not in sys.modules
    with pytest.raises(UnknownNameError, match="did you mean 'hut-table'"):
        load_benchmark("hut-tabel")


def test_without_the_package_nothing_is_left_of_it(package: None, tmp_path: Path) -> None:
    assert "huts" in [plugin.name for plugin in declarations(packages=True)]
    assert "huts" not in [plugin.name for plugin in declarations()]
    sys.path.remove(str(tmp_path))
    assert "hut-table" not in BENCHMARKS
    assert "huts" not in [plugin.name for plugin in declarations(packages=True)]

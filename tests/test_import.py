"""`import archscout` is light, and every public name works in every way it can be reached."""

from __future__ import annotations

import subprocess
import sys

import pytest

import archscout

HEAVY = ["torch", "optuna", "pandas", "scipy", "sklearn", "matplotlib", "plotly", "rich", "typer"]


def run_python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.slow
@pytest.mark.parametrize(
    "statement",
    [
        "import archscout",
        "import archscout; archscout.load_space; archscout.ArchscoutError; dir(archscout)",
        "import archscout; archscout.list_strategies(); archscout.list_predictors()",
        "from archscout import Architecture, Label, Measurement, SearchSpace, Strategy, Predictor",
        "from archscout import Ledger, SearchResult, TableBenchmark, load_benchmark, load_result",
    ],
)
def test_import_loads_nothing_heavy(statement: str) -> None:
    loaded = run_python(
        f"import sys; {statement}; print([name for name in {HEAVY} if name in sys.modules])"
    )
    assert loaded == "[]"


def test_command_line_loads_no_torch_until_it_is_needed() -> None:
    loaded = run_python(
        "import sys, archscout.cli; "
        "print([name for name in ('torch', 'optuna', 'pandas', 'scipy') if name in sys.modules])"
    )
    assert loaded == "[]"


@pytest.mark.parametrize("name", archscout.__all__)
def test_public_name_is_there(name: str) -> None:
    value = getattr(archscout, name)
    assert value is getattr(archscout, name)
    assert name in dir(archscout)
    if name != "__version__":
        assert value.__module__.startswith("archscout.")
        assert value.__doc__


def test_a_missing_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'serach'"):
        archscout.serach  # noqa: B018
    assert not hasattr(archscout, "serach")


@pytest.mark.slow
@pytest.mark.parametrize(
    "statement",
    [
        "import archscout.experiments.comparison",
        "from archscout.experiments import compare",
        "import archscout; archscout.compare; import archscout.experiments.comparison",
        "import archscout.cli, archscout.cli._compare, archscout.cli._search",
    ],
)
def test_compare_and_search_stay_functions(statement: str) -> None:
    code = f"{statement}; import archscout as a; print(callable(a.compare), callable(a.search))"
    assert run_python(code) == "True True"


@pytest.mark.slow
def test_star_import_gives_the_public_names() -> None:
    code = "from archscout import *; print(callable(search), len(load_space('nasbench201')))"
    assert run_python(code) == "True 15625"


@pytest.mark.slow
def test_a_module_of_a_like_name_hides_no_function() -> None:
    code = (
        "import archscout, archscout.exports._onnx, archscout.training._loop; "
        "import archscout.experiments.comparison; "
        "print(all(callable(getattr(archscout, n)) for n in "
        "('train', 'export', 'search_unlabeled', 'compare', 'rank', 'search')))"
    )
    assert run_python(code) == "True"


def test_every_space_and_limit_has_a_name_beside_load_space() -> None:
    code = (
        "from archscout.spaces import DARTS, Limit, MobileNet, NASBench101, NASBench201\n"
        "from archscout.spaces import NASBenchMacro\n"
        "print(len(NASBenchMacro().within(Limit('macs', most=60e6))))"
    )
    assert run_python(code) == "4075"

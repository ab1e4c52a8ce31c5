"""The programs of the guides run as they stand, and every name that the docs use exists."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import archscout

DOCS = Path(__file__).parents[1] / "docs"


def program(page: Path) -> str:
    """All Python of a page, in its order."""
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return "\n\n".join(blocks)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["own-network", "own-method", "own-parts"])
def test_the_program_of_a_guide_runs(name: str, tmp_path: Path) -> None:
    script = tmp_path / "guide.py"
    script.write_text(program(DOCS / "guides" / f"{name}.md"), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script)], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_commits_of_the_guide_make_the_package_that_the_tests_install(tmp_path: Path) -> None:
    text = (DOCS / "guides" / "own-parts.md").read_text(encoding="utf-8")
    (begun,) = re.findall(r"^```toml\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    (tmp_path / "pyproject.toml").write_text(begun, encoding="utf-8")
    commits = re.findall(r"^```diff\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    for commit in commits:
        subprocess.run(
            ["git", "apply", "--whitespace=nowarn", "-"],
            cwd=tmp_path, input=commit.encode(), check=True,
        )  # fmt: skip
    made, package = (
        {
            file.relative_to(root): file.read_bytes()
            for file in root.rglob("*.*")
            if file.suffix in (".py", ".toml")
        }
        for root in (tmp_path, Path(__file__).parent / "plugin_package")
    )
    assert made == package
    # A file and its entry each.
    assert [commit.count("+++ ") for commit in commits] == [2] * 4


def test_the_space_of_the_guide_is_the_one_that_the_tests_try() -> None:
    text = (DOCS / "guides" / "own-space.md").read_text(encoding="utf-8")
    shown = dict(re.findall(r"`toy_chain/(\w+\.py)`:\n\n```python\n(.*?\n)```", text, re.DOTALL))
    folder = Path(__file__).parent / "toy_chain"
    assert shown == {file.name: file.read_text(encoding="utf-8") for file in folder.glob("*.py")}


@pytest.mark.parametrize("page", [DOCS.parent / "README.md", *sorted(DOCS.rglob("*.md"))], ids=str)
def test_names_at_the_top_of_the_package_exist(page: Path) -> None:
    text = program(page)
    used = set(re.findall(r"\barchscout\.(\w+)\(", text))
    for names in re.findall(r"^from archscout import (.+)$", text, re.MULTILINE):
        used |= set(re.findall(r"\w+", names))
    assert {name for name in used if not hasattr(archscout, name)} == set()


@pytest.mark.parametrize("page", [DOCS.parent / "README.md", *sorted(DOCS.rglob("*.md"))], ids=str)
def test_calls_name_arguments_that_exist(page: Path) -> None:
    for call in filter(lambda node: isinstance(node, ast.Call), ast.walk(ast.parse(program(page)))):
        target = call.func
        if isinstance(target, ast.Attribute) and ast.unparse(target.value) == "archscout":
            known = inspect.signature(getattr(archscout, target.attr))
            named = {word.arg: None for word in call.keywords if word.arg}
            known.bind_partial(*call.args, **named)

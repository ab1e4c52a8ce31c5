"""Results that an earlier version wrote are read, say the same, and get their page."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

import archscout
from archscout import results
from archscout.results._load import find_kind

EARLIER = Path(__file__).parent / "earlier"
CLASSES = {
    "search": results.SearchResult,
    "comparison": results.Comparison,
    "ranking": results.Ranking,
    "unlabeled": results.UnlabeledResult,
    "supernet": results.SupernetSearchResult,
    "training": results.TrainedRecord,
}
FILES = {"training": "trained.json"}


def as_now(text: str, file: Path) -> str:
    """The text of a file in today's spelling; notes are kept as they were written."""
    if file.parent.name != "ranking":
        return text
    named = re.compile(".*" if file.suffix == ".csv" else ' *"(unlabelled|protocol_words)".*')
    lines = text.splitlines(keepends=True)
    return "".join(
        line.replace("labelled", "labeled") if named.match(line) else line for line in lines
    )


def written(folder: Path, name: str) -> dict[str, Any]:
    kind = find_kind(folder)
    assert kind is not None
    file = folder / FILES.get(name, kind.file)
    data: dict[str, Any] = json.loads(as_now(file.read_text("utf-8"), file))
    data.pop("sha256", None)
    return data


@pytest.mark.parametrize("name", CLASSES)
def test_it_is_read_as_it_was_written(name: str, tmp_path: Path) -> None:
    result = archscout.load_result(EARLIER / name)
    assert type(result) is CLASSES[name]
    assert json.loads(json.dumps(result.to_dict())) == written(EARLIER / name, name)
    shutil.copytree(EARLIER / name, tmp_path / name)
    result.save(tmp_path / name)
    for file in (EARLIER / name).iterdir():
        said = as_now(file.read_text("utf-8"), file)
        assert (tmp_path / name / file.name).read_text("utf-8") == said


@pytest.mark.parametrize("name", CLASSES)
def test_its_page_is_written_from_the_folder_and_from_the_result(name: str, tmp_path: Path) -> None:
    shutil.copytree(EARLIER / name, tmp_path / name)
    page = archscout.report(tmp_path / name)
    assert page.parent == tmp_path / name
    result = archscout.load_result(EARLIER / name)
    other = archscout.report(result, tmp_path / "page.html")
    assert other.read_text("utf-8") == page.read_text("utf-8")
    said = other.read_text("utf-8").partition("<script>")[0]
    for words in written(EARLIER / name, name).get("warnings", []):
        assert words.partition("'")[0] in said


def test_what_is_no_result_is_told(tmp_path: Path) -> None:
    with pytest.raises(archscout.ArchscoutError, match="got a dict as a result"):
        archscout.report({}, tmp_path)
    with pytest.raises(archscout.ArchscoutError, match="got no path"):
        archscout.report(archscout.load_result(EARLIER / "search"))
    with pytest.raises(archscout.ArchscoutError, match="holds no finished run"):
        archscout.report(tmp_path)

"""What systems leave beside pictures is neither a class nor a bad file."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from archscout.images import load_images

LEFT = [
    *("$RECYCLE.BIN", "lost+found", "System Volume Information", "__MACOSX", ".Trashes", "@eaDir"),
    *(".ipynb_checkpoints", "Thumbs.db", ".DS_Store", "._cat", "Desktop.ini", "RECYCLER"),
    *("FOUND.001", "$WINDOWS.~BT", "$Extend"),
    *("#recycle", "LOST.DIR", ".Trash-1000", ".git", "__pycache__", ".Spotlight-V100", "Icon\r"),
]


def picture(path: Path, value: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", (8, 8), value).save(path, format="PNG")


@pytest.mark.parametrize("left", LEFT)
def test_they_are_no_classes_and_no_bad_files(tmp_path: Path, left: str) -> None:
    for place, name in enumerate(("cat", "dog")):
        picture(tmp_path / name / "1.png", place)
        # Some are in every folder.
        picture(tmp_path / name / left / "1.png", 50)
        (tmp_path / name / ("._1.png")).write_bytes(b"\x00\x05\x16\x07")
    picture(tmp_path / left / "1.png", 60)
    images = load_images(tmp_path, resolution=8)
    assert images.names == ("cat/1.png", "dog/1.png")
    assert images.classes == ("cat", "dog")
    assert images.skipped == ()


@pytest.mark.parametrize("left", LEFT)
def test_as_files_they_are_passed_over(tmp_path: Path, left: str) -> None:
    picture(tmp_path / "cat.png", 1)
    (tmp_path / left).write_bytes(b"hello")
    assert load_images(tmp_path, resolution=8).skipped == ()


def test_beside_parts_they_are_not_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for number, name in enumerate(("train/a", "train/b", "test/a", "test/b", "__MACOSX/._train")):
        picture(tmp_path / name / "1.png", number)
    assert load_images(tmp_path, resolution=8).classes == ("a", "b")
    assert caplog.text == ""

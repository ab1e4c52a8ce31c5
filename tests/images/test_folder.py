"""Folders of pictures: nesting, classes, what is skipped, limits; nothing depends on threads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from archscout.errors import ImageError
from archscout.images import Images, Skipped, load_images


def write(path: Path, value: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (12, 10), (value, 0, 0)).save(path)


def fill(folder: Path, names: list[str]) -> Path:
    for value, name in enumerate(names):
        write(folder / name, value)
    return folder


def load(folder: Path, **settings: Any) -> Images:
    return load_images(folder, resolution=8, **settings)


def test_a_folder_of_any_nesting(tmp_path: Path) -> None:
    images = load(fill(tmp_path, ["b.png", "a/deep/er/c.png", "a/d.png"]))
    assert images.names == ("a/d.png", "a/deep/er/c.png", "b.png")
    assert images.pixels[:, 0, 0, 0].tolist() == [2, 1, 0]
    assert images.targets is None
    assert images.classes == ()
    assert images.source == str(tmp_path)
    assert len(set(images.fingerprints.tolist())) == 3


def test_the_first_level_gives_the_classes(tmp_path: Path) -> None:
    images = load(fill(tmp_path, ["dog/1.png", "cat/x/2.png", "cat/3.png"]))
    assert images.classes == ("cat", "dog")
    assert images.targets is not None
    assert dict(zip(images.names, images.targets.tolist(), strict=True)) == {
        "cat/3.png": 0,
        "cat/x/2.png": 0,
        "dog/1.png": 1,
    }


@pytest.mark.parametrize(
    "names", [["cat/1.png", "cat/2.png"], ["cat/1.png", "dog/1.png", "1.png"], ["1.png"]]
)
def test_no_classes_where_folders_do_not_part_all_images(tmp_path: Path, names: list[str]) -> None:
    assert load(fill(tmp_path, names)).targets is None


def test_a_folder_without_images_is_no_class(tmp_path: Path) -> None:
    fill(tmp_path, ["cat/1.png"])
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.txt").write_text("hello")
    assert load(tmp_path).targets is None


def test_bad_files_are_counted_and_named(tmp_path: Path) -> None:
    fill(tmp_path, ["c.png", "f/d.png"])
    (tmp_path / "a.txt").write_text("hello")
    (tmp_path / "b.jpg").write_bytes(b"")
    (tmp_path / "e.png").write_bytes((tmp_path / "c.png").read_bytes()[:45])
    (tmp_path / ".hidden.png").write_bytes((tmp_path / "c.png").read_bytes())
    images = load(tmp_path)
    assert images.names == ("c.png", "f/d.png")
    assert images.pixels[:, 0, 0, 0].tolist() == [0, 1]
    assert images.skipped == (
        Skipped(".hidden.png", "hidden"),
        Skipped("a.txt", "not an image"),
        Skipped("b.jpg", "empty"),
        Skipped("e.png", "damaged or cut short"),
    )
    assert images.summary() == (
        "read 2 images (8x8, no classes), skipped 4: 1 hidden (.hidden.png), "
        "1 not an image (a.txt), 1 empty (b.jpg), 1 for other reasons"
    )


def test_nothing_left_is_one_error_with_the_reasons(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="it is empty"):
        load(tmp_path)
    for name in "abcde":
        (tmp_path / f"{name}.txt").write_text("hello")
    (tmp_path / "f.png").touch()
    with pytest.raises(ImageError, match=r"5 not an image \(such as a.txt\), 1 empty \(f.png\)"):
        load(tmp_path)


def test_loops_of_links_end(tmp_path: Path) -> None:
    fill(tmp_path, ["a/1.png", "z/2.png"])
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    (tmp_path / "a" / "side").symlink_to(tmp_path / "z")
    (tmp_path / "z" / "back").symlink_to(tmp_path / "a")
    (tmp_path / "a" / "self").symlink_to(tmp_path / "a" / "self")
    images = load(tmp_path)
    # Images keep the name of where they really lie.
    assert images.names == ("a/1.png", "z/2.png")
    again = "a link to a folder that was read"
    assert {("a/up", again), ("a/side", again)} < set(images.skipped)


def test_links_lead_out_of_the_folder(tmp_path: Path) -> None:
    fill(tmp_path / "else", ["1.png"])
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "there").symlink_to(tmp_path / "else")
    assert load(tmp_path / "here").names == ("there/1.png",)


def test_threads_change_nothing(tmp_path: Path) -> None:
    fill(tmp_path, [f"{n % 3}/{n}.png" for n in range(80)])
    for name in ("0/x.txt", "1/31.png", "2/7.txt"):
        (tmp_path / name).write_text("hello")
    one, four = load(tmp_path, workers=1), load(tmp_path, workers=4)
    assert one.names == four.names
    assert one.skipped == four.skipped
    assert (one.pixels == four.pixels).all()
    assert (one.fingerprints == four.fingerprints).all()
    values = {f"{n % 3}/{n}.png": n for n in range(80)}
    assert one.pixels[:, 4, 4, 0].tolist() == [values[name] for name in one.names]


def test_a_limit_counts_images_and_mixes_classes(tmp_path: Path) -> None:
    fill(tmp_path, [f"{n // 40}/{n}.png" for n in range(120)])
    for n in range(100):
        (tmp_path / "0" / f"{n}.txt").write_text("hello")
    images = load(tmp_path, limit=30)
    assert len(images) == 30
    assert list(images.names) == sorted(images.names)
    assert images.targets is not None
    assert np.bincount(images.targets).tolist() == [10, 10, 10]
    whole = load(tmp_path)
    rows = [whole.names.index(name) for name in images.names]
    assert (whole.pixels[rows] == images.pixels).all()
    assert (whole.fingerprints[rows] == images.fingerprints).all()
    assert len(load(tmp_path, limit=1000)) == 120


def test_progress_ends_at_the_total(tmp_path: Path) -> None:
    fill(tmp_path, [f"{n}.png" for n in range(70)])
    (tmp_path / "a.txt").write_text("hello")
    seen: list[tuple[int, int]] = []
    load(tmp_path, progress=lambda done, total: seen.append((done, total)))
    assert len(seen) > 1
    assert seen == sorted(seen)
    assert seen[-1] == (71, 71)


def test_a_stop_in_progress_stops_the_reading(tmp_path: Path) -> None:
    fill(tmp_path, [f"{n}.png" for n in range(40)])

    def stop(*_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load(tmp_path, progress=stop)


def test_a_folder_has_no_test_part(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="folder of the test images"):
        load(fill(tmp_path, ["1.png"]), split="test")


def test_odd_files_cause_no_warnings(tmp_path: Path, recwarn: pytest.WarningsRecorder) -> None:
    broken = b"Exif\x00\x00MM\x00*\xff\xff\xff\xff"
    Image.new("RGB", (8, 8)).save(tmp_path / "a.jpg", exif=broken)
    load(tmp_path)
    assert [warning for warning in recwarn if "PIL" in str(warning.filename)] == []

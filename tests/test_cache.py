import os
from pathlib import Path

import numpy as np
import pytest

from archscout.cache import cache_folder, cached, is_cached

SHAPES = {"a": (3,), "b": (-1, 2)}


class Builder:
    """Counts how often the arrays are built."""

    def __init__(self):
        self.built = 0

    def __call__(self):
        self.built += 1
        return {"a": np.arange(3.0), "b": np.zeros((4, 2), dtype=np.int8)}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("ARCHSCOUT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_the_second_time_comes_from_the_cache(folder):
    build = Builder()
    assert not is_cached("k")
    first, second = cached("k", SHAPES, build), cached("k", SHAPES, build)
    assert build.built == 1
    assert is_cached("k")
    assert np.array_equal(first["a"], second["a"])
    assert second["b"].dtype == np.int8
    assert [path.name for path in folder.iterdir()] == ["k.npz"]
    cached("other", SHAPES, build)
    assert build.built == 2


@pytest.mark.parametrize("damage", ["cut", "flip", "empty", "other", "objects", "lacking"])
def test_a_damaged_file_is_built_again(folder, damage):
    build = Builder()
    cached("k", SHAPES, build)
    path = folder / "k.npz"
    data = path.read_bytes()
    if damage == "cut":
        path.write_bytes(data[: len(data) // 2])
    elif damage == "flip":
        place = data.index(np.arange(3.0).tobytes()) + 9
        path.write_bytes(data[:place] + bytes([data[place] ^ 255]) + data[place + 1 :])
    elif damage == "empty":
        path.write_bytes(b"")
    elif damage == "other":
        np.savez(path, a=np.arange(4.0), b=np.zeros((4, 2)))
    elif damage == "objects":
        np.savez(path, a=np.array([{}, {}, {}]), b=np.zeros((4, 2)))
    else:
        np.savez(path, a=np.arange(3.0))
    again = cached("k", SHAPES, build)
    assert build.built == 2
    assert again["a"].tolist() == [0.0, 1.0, 2.0]
    cached("k", SHAPES, build)
    assert build.built == 2


class Trap:
    """Unpickling it would create the file that it names."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


def test_a_file_with_objects_runs_nothing(folder, tmp_path):
    build = Builder()
    cached("k", SHAPES, build)
    trapped = np.array([Trap(tmp_path / "trap"), None, None])
    np.savez(folder / "k.npz", a=trapped, b=np.zeros((4, 2)))
    assert cached("k", SHAPES, build)["a"].tolist() == [0.0, 1.0, 2.0]
    assert build.built == 2
    assert not (tmp_path / "trap").exists()


def test_without_a_writable_folder_it_works_without_a_cache(tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    monkeypatch.setenv("ARCHSCOUT_CACHE", str(blocked / "cache"))
    build = Builder()
    assert cached("k", SHAPES, build)["a"].tolist() == [0.0, 1.0, 2.0]
    cached("k", SHAPES, build)
    assert build.built == 2


def test_a_failed_build_or_write_leaves_nothing_behind(folder, monkeypatch):
    def fail():
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        cached("k", SHAPES, fail)

    def full_disk(*_):
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", full_disk)
    assert cached("k", SHAPES, Builder())["a"].tolist() == [0.0, 1.0, 2.0]
    assert list(folder.iterdir()) == []


def test_the_folder(monkeypatch):
    monkeypatch.setenv("ARCHSCOUT_CACHE", "")
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    monkeypatch.setattr("sys.platform", "linux")
    assert cache_folder() == Path("/somewhere/archscout")
    monkeypatch.setenv("ARCHSCOUT_CACHE", "/chosen")
    assert cache_folder() == Path("/chosen")

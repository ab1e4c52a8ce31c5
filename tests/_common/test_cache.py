import os
import sys
from pathlib import Path

import numpy as np
import pytest

from archscout._common import cache
from archscout._common.cache import cache_folder, cached, is_cached

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


@pytest.mark.skipif(sys.platform != "linux", reason="the variable is Linux's")
def test_the_folder(monkeypatch):
    monkeypatch.setenv("ARCHSCOUT_CACHE", "")
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert cache_folder() == Path("/somewhere/archscout")
    monkeypatch.setenv("ARCHSCOUT_CACHE", "/chosen")
    assert cache_folder() == Path("/chosen")


@pytest.mark.skipif(sys.platform != "linux", reason="the variable is Linux's")
def test_a_tilde_and_relative_paths(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("ARCHSCOUT_CACHE", "~/chosen")
    assert cache_folder() == tmp_path / "chosen"
    monkeypatch.setenv("ARCHSCOUT_CACHE", "~no-such-user-here/chosen")
    assert cache_folder() is None
    monkeypatch.delenv("ARCHSCOUT_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert cache_folder() in (None, tmp_path / ".cache" / "archscout")


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="permissions of POSIX")
class TestTrust:
    """What another user may have written is neither read nor written over."""

    @pytest.fixture(autouse=True)
    def forget_warnings(self):
        cache._say.cache_clear()

    def _poison(self, folder):
        """Put other numbers in place of the cached ones, with a digest that fits them."""
        poison = {"a": np.full(3, 7.0), "b": np.zeros((4, 2), dtype=np.int8)}
        cached("k", SHAPES, lambda: poison)
        return folder / "k.npz"

    def test_the_folder_is_the_users_alone(self, folder):
        cached("k", SHAPES, Builder())
        assert folder.stat().st_mode & 0o777 == 0o700
        assert (folder / "k.npz").stat().st_mode & 0o077 == 0

    @pytest.mark.parametrize("which", ["folder", "file"])
    @pytest.mark.parametrize("mode", [0o777, 0o1777, 0o707])
    def test_what_everybody_may_write_to_is_not_trusted(self, folder, which, mode, caplog):
        path = self._poison(folder)
        (folder if which == "folder" else path).chmod(mode)
        before = path.read_bytes()
        assert not is_cached("k")
        for _ in range(2):
            assert cached("k", SHAPES, Builder())["a"].tolist() == [0.0, 1.0, 2.0]
        assert path.read_bytes() == before
        assert caplog.text.count("everybody may write to") == 1

    def test_what_belongs_to_another_user_is_not_trusted(self, folder, monkeypatch, caplog):
        path = self._poison(folder)
        owner = path.stat().st_uid
        plain = os.stat

        class Foreign:
            def __init__(self, state):
                self.state = state

            def __getattr__(self, name):
                return owner + 1 if name == "st_uid" else getattr(self.state, name)

        monkeypatch.setattr(Path, "stat", lambda self, **more: Foreign(plain(self, **more)))
        assert cached("k", SHAPES, Builder())["a"].tolist() == [0.0, 1.0, 2.0]
        assert "belongs to another user" in caplog.text

    def test_a_link_is_neither_followed_nor_replaced(self, folder, tmp_path, caplog):
        path = self._poison(folder)
        path.rename(tmp_path / "elsewhere.npz")
        path.symlink_to(tmp_path / "elsewhere.npz")
        assert cached("k", SHAPES, Builder())["a"].tolist() == [0.0, 1.0, 2.0]
        assert path.is_symlink()
        assert "a link in place of a file" in caplog.text

    def test_a_group_that_is_not_the_users_own_is_not_trusted(self, folder):
        path = self._poison(folder)
        folder.chmod(0o770)
        state = folder.stat()
        own = state.st_gid in (state.st_uid, 0)
        assert is_cached("k") == own
        assert path.exists()


def test_numbers_that_do_not_match_their_digest_are_made_again(folder, caplog):
    build = Builder()
    cached("k", SHAPES, build)
    with np.load(folder / "k.npz") as file:
        arrays = dict(file)
    np.savez(folder / "k.npz", **{**arrays, "a": np.full(3, 7.0)})
    assert cached("k", SHAPES, build)["a"].tolist() == [0.0, 1.0, 2.0]
    assert "do not match its digest" in caplog.text


def test_entries_of_earlier_versions_are_made_again_without_a_word(folder, caplog):
    folder.mkdir(mode=0o700)
    np.savez(folder / "k.npz", a=np.full(3, 7.0), b=np.zeros((4, 2)))
    assert cached("k", SHAPES, Builder())["a"].tolist() == [0.0, 1.0, 2.0]
    assert not caplog.records

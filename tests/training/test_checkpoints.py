"""Files of a training: what is damaged is not used, what is foreign is refused."""

from __future__ import annotations

import logging

import pytest
import torch
from safetensors.torch import save_file

from archscout.errors import StorageError
from archscout.training._checkpoints import CHECKPOINT, PREVIOUS, Checkpoint, TrainingFolder

IDENTITY = {"seed": 1}


def checkpoint(step):
    return Checkpoint({"weight": torch.full((50,), float(step))}, {"step": step})


@pytest.fixture
def folder(tmp_path):
    made = TrainingFolder(tmp_path / "training", IDENTITY)
    made.keep(checkpoint(1))
    made.keep(checkpoint(2))
    return made


def test_the_newest_is_found(folder):
    assert folder.latest().facts == {"step": 2}
    assert folder.latest().tensors["weight"].tolist() == [2.0] * 50


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "noise", "gone"])
def test_a_damaged_checkpoint_gives_way_to_the_one_before(folder, damage, caplog):
    path = folder.path / CHECKPOINT
    content = path.read_bytes()
    path.write_bytes(
        {
            "cut": content[:-10],
            "flipped": content[:-1] + bytes([content[-1] ^ 1]),
            "empty": b"",
            "noise": b"\xff" * 300,
            "gone": b"",
        }[damage]
    )
    if damage == "gone":
        path.unlink()
    with caplog.at_level(logging.WARNING):
        assert folder.latest().facts == {"step": 1}
    assert bool(caplog.records) == (damage != "gone")


def test_without_a_whole_one_it_begins_anew(folder):
    for name in (CHECKPOINT, PREVIOUS):
        (folder.path / name).write_bytes(b"no checkpoint")
    assert folder.latest() is None


def test_a_checkpoint_that_cannot_be_written_leaves_the_last(folder, monkeypatch):
    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StorageError, match="No space left"):
        folder.keep(checkpoint(3))
    assert folder.latest().facts == {"step": 2}


def test_foreign_files_are_refused(folder):
    with pytest.raises(StorageError, match=r"seed 1 there, 2 here"):
        TrainingFolder(folder.path, {"seed": 2}).latest()
    save_file({"weight": torch.zeros(1)}, folder.path / CHECKPOINT)
    with pytest.raises(StorageError, match="not written by this training"):
        folder.latest()


def test_a_file_in_the_place_of_the_folder_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="name another"):
        TrainingFolder(tmp_path / "file", IDENTITY)

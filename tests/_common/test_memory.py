"""Lack of memory: what is refused by its size, and which errors say that memory ran out."""

from __future__ import annotations

import errno

import numpy as np
import pytest
import torch

from archscout._common import memory
from archscout.errors import ArchscoutError, MemoryShortageError


@pytest.mark.parametrize(
    "allocate",
    [
        lambda: np.empty((10**6, 10**6, 10**3)),
        lambda: np.empty((10**12, 10**12)),
        lambda: np.empty(10**30),
        lambda: torch.empty(10**10, 10**10),
        lambda: torch.empty(10**15),
        lambda: [0] * 10**18,
        lambda: float(10**400),
    ],
)
def test_what_cannot_be_allocated_is_told_in_words(allocate):
    with (
        pytest.raises(
            MemoryShortageError, match=r"the work needs more memory.*: take less"
        ) as told,
        memory.told_of_memory("the work", "take less"),
    ):
        allocate()
    assert isinstance(told.value, ArchscoutError | MemoryError)


@pytest.mark.parametrize(
    ("error", "lacks"),
    [
        (OSError(errno.ENOMEM, "Cannot allocate memory"), True),
        (OSError(errno.ENOENT, "No such file"), False),
        (RuntimeError("CUDA out of memory. Tried to allocate 2 GiB"), True),
        (RuntimeError("can't start new thread"), True),
        (RuntimeError("shapes do not fit"), False),
        (KeyError("out of memory"), False),
    ],
)
def test_other_errors_stay_as_they_are(error, lacks):
    assert memory.lacks_memory(error) == lacks
    with (
        pytest.raises(MemoryShortageError if lacks else type(error)),
        memory.told_of_memory("the work", "take less"),
    ):
        raise error


def test_the_numbers_are_said_before_anything_is_allocated(monkeypatch):
    monkeypatch.setattr(memory, "available_bytes", lambda: 2 * 2**30)
    memory.check_memory(2**31, "it", "take less")
    with pytest.raises(
        MemoryShortageError, match=r"it would take 3 GB .* 2 GB are available: take"
    ):
        memory.check_memory(3 * 2**30, "it", "take less")
    monkeypatch.setattr(memory, "available_bytes", lambda: None)
    memory.check_memory(10**30, "it", "take less")


def test_a_container_may_take_its_limit_and_drops_copies_of_files(tmp_path):
    (tmp_path / "max").write_text("1000\n")
    (tmp_path / "current").write_text("900\n")
    assert memory._of_container(str(tmp_path), "max", "current") == 100
    (tmp_path / "memory.stat").write_text("anon 100\ninactive_file 700\nactive_file 100\n")
    assert memory._of_container(str(tmp_path), "max", "current") == 900
    (tmp_path / "max").write_text("max\n")
    assert memory._of_container(str(tmp_path), "max", "current") is None
    assert memory._of_container(str(tmp_path / "none"), "max", "current") is None

"""The official hash: MD5 in arrays equals hashlib, twins share a hash, rows of the table agree."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archscout.spaces.nasbench101 import _hash as nasbench101_hash
from archscout.spaces.nasbench101._enumeration import enumerate_cells, split_by_size
from archscout.spaces.nasbench101._hash import hash_cell, hash_cells
from archscout.spaces.nasbench101._md5 import md5_words, padded_rows
from archscout.spaces.nasbench101.space import NASBench101

SPACE = NASBench101()


@given(st.integers(0, 260), st.integers(1, 5), st.randoms(use_true_random=False))
@settings(max_examples=40)
def test_md5_of_arrays_equals_hashlib(length: int, count: int, random: Random) -> None:
    messages = [random.randbytes(length) for _ in range(count)]
    size = 4 * padded_rows(length)
    padded = b"".join((message + b"\x80").ljust(size, b"\0") for message in messages)
    words = np.frombuffer(padded, "<u4").reshape(count, -1).T.astype(np.uint32)
    digests = md5_words(words, length).T.astype("<u4")
    for message, digest in zip(messages, digests, strict=True):
        assert digest.tobytes() == hashlib.md5(message).digest()


def test_md5_in_several_parts_equals_hashlib() -> None:
    count = 40_000
    words = np.stack([np.arange(count), np.full(count, 0x80)]).astype(np.uint32)
    digests = md5_words(words, 4)
    for place in (0, 13_333, 13_334, 26_667, count - 1):
        expected = hashlib.md5(place.to_bytes(4, "little")).digest()
        assert digests[:, place].astype("<u4").tobytes() == expected


@pytest.mark.parametrize("vertices", range(2, 8))
def test_hashes_of_arrays_equal_single_hashes(vertices: int) -> None:
    rows = enumerate_cells().sizes[vertices - 2].rows
    rows = rows[:: max(1, len(rows) // 200)]
    together = [digest.tobytes().hex() for digest in hash_cells(rows, vertices)]
    assert together == [hash_cell(row, vertices) for row in rows.tolist()]


def test_threads_and_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = enumerate_cells().sizes[4].rows[:700]
    whole = hash_cells(rows, 6, workers=1)
    monkeypatch.setattr(nasbench101_hash, "_BLOCK", 64)
    np.testing.assert_array_equal(hash_cells(rows, 6, workers=1), whole)
    np.testing.assert_array_equal(hash_cells(rows, 6, workers=3), whole)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1:", "043721b9c7fe8c5fad811d47d83132ec"),
        ("1205349:c3|mp|c3|c3|c1", "00005c142e6f48ac74fdcf73e3439874"),
        ("1335845:c1|c1|c3|c1|c3", "0000718c96730a92ea6d5242f8ce77e2"),
        ("1330725:c3|mp|c1|mp|c1", "0000cb5372fad9d62c470df699ac6d52"),
    ],
)
def test_known_hashes(text: str, expected: str) -> None:
    assert SPACE.canonical_id(SPACE.parse(text)) == expected


@pytest.mark.slow
def test_hashes_equal_the_published_rows(data_file: Callable[[str], Path]) -> None:
    with gzip.open(data_file("nasbench101_measured.csv.gz"), "rt") as file:
        rows = [line.rstrip("\n").split(",")[:5] for line in file][1:]
    assert len(rows) == 20_001
    choices = SPACE.parse_many(f"{bits}:{operations}" for _, _, _, bits, operations in rows)
    hashes = [row[1] for row in rows]
    digests = np.empty((len(rows), 16), dtype=np.uint8)
    for vertices, cells, places in split_by_size(choices):
        digests[places] = hash_cells(cells, vertices)
    assert [digest.tobytes().hex() for digest in digests] == hashes
    # the published cells are the listed ones, so a table of them is found without a search
    np.testing.assert_array_equal(SPACE.representatives(choices), choices)
    np.testing.assert_array_equal(SPACE.from_canonical_ids(hashes), choices)

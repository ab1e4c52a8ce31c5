"""The listed cells: how many, each once, and every written cell finds its own."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from archscout._common import cache
from archscout.errors import ParseError
from archscout.spaces.nasbench101 import _hash_table as nasbench101_hash_table
from archscout.spaces.nasbench101._cell import edge_place
from archscout.spaces.nasbench101._enumeration import enumerate_cells, split_by_size
from archscout.spaces.nasbench101._hash import hash_cell, hash_cells
from archscout.spaces.nasbench101.space import NASBench101

SPACE = NASBench101()


def test_numbers_of_cells_are_the_published_ones() -> None:
    counts = [len(size.rows) for size in enumerate_cells().sizes]
    assert np.cumsum(counts)[1:].tolist() == [7, 91, 2_532, 64_542, 423_624]
    assert len(SPACE) == len(SPACE.all_choices()) == 423_624


@pytest.mark.slow
def test_listed_cells_differ_are_valid_and_pruned() -> None:
    rows = SPACE.all_choices()
    codes = np.packbits(np.concatenate([rows[:, :21], rows[:, 21:] & 1, rows[:, 21:] >> 1], 1), 1)
    assert len(np.unique(codes.view("V4").ravel())) == len(rows)
    assert SPACE.valid(rows).all()
    np.testing.assert_array_equal(SPACE.prune(rows), rows)
    np.testing.assert_array_equal(SPACE.indices(rows), np.arange(len(rows)))
    assert not rows.flags.writeable


@pytest.mark.parametrize("vertices", [2, 3, 4, 5])
def test_small_cells_equal_a_search_through_everything(vertices: int) -> None:
    """Plain loops over all graphs and operations, told apart by the official hash."""
    edges = [(x, y) for y in range(vertices) for x in range(y)]
    first: dict[str, list[int]] = {}
    for bits in range(1 << len(edges)):
        graph = [edge for edge in edges if bits >> edge_place(*edge) & 1]
        sources, targets = {x for x, _ in graph}, {y for _, y in graph}
        if (
            len(graph) > 9
            or sources != set(range(vertices - 1))
            or targets != set(range(1, vertices))
        ):
            continue
        # conv3x3 (our option 1) comes before conv1x1 (0) in the official order
        for operations in itertools.product((1, 0, 2), repeat=vertices - 2):
            row = [bits >> i & 1 for i in range(len(edges))] + list(operations)
            first.setdefault(hash_cell(row, vertices), row)
    assert enumerate_cells().sizes[vertices - 2].rows.tolist() == list(first.values())


def test_written_cells_find_the_listed_cell_of_their_hash() -> None:
    written = SPACE.sample_written(np.random.default_rng(0), 3000)
    listed = SPACE.representatives(written)
    assert (listed != written).any(axis=1).mean() > 0.9
    for vertices, rows, places in split_by_size(written):
        same = listed[places]
        for size, others, order in split_by_size(same):
            assert size == vertices
            np.testing.assert_array_equal(
                hash_cells(rows, vertices)[order], hash_cells(others, vertices)
            )


@pytest.mark.slow
def test_the_table_of_hashes(data_file: Callable[[str], Path]) -> None:
    hashes = SPACE.canonical_ids(SPACE.all_choices())
    assert len(np.unique(hashes)) == len(SPACE)
    places = np.random.default_rng(0).integers(0, len(SPACE), 50)
    archs = SPACE.architectures(SPACE.all_choices()[places])
    assert [SPACE.canonical_id(arch) for arch in archs] == hashes[places].tolist()
    np.testing.assert_array_equal(
        SPACE.from_canonical_ids(hashes[places].tolist()), SPACE.all_choices()[places]
    )
    # the rows of the published pool are spread evenly over the ascending hashes
    import pandas as pd

    table = pd.read_csv(data_file("nasbench101_measured.csv.gz"), usecols=["hash"])
    assert set(table["hash"]) <= set(hashes.tolist())


@pytest.mark.parametrize("text", ["", "0" * 32, "g" * 32, "043721b9", None])
def test_what_is_no_hash_of_a_cell_is_refused(text: str) -> None:
    with pytest.raises(ParseError, match="32 hexadecimal digits"):
        SPACE.from_canonical_ids([text])


def test_wrong_hashes_in_the_cache_are_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    good = nasbench101_hash_table.hash_table().digests
    monkeypatch.setenv("ARCHSCOUT_CACHE", str(tmp_path))
    wrong = good.copy()
    wrong[5, 5] ^= 1
    cache.cached(nasbench101_hash_table._KEY, {"digests": wrong.shape}, lambda: {"digests": wrong})
    monkeypatch.setattr(nasbench101_hash_table, "_make", lambda: {"digests": good})
    with caplog.at_level(logging.WARNING):
        table = nasbench101_hash_table.hash_table()
    np.testing.assert_array_equal(table.digests, good)
    assert "damaged" in caplog.text


def test_a_table_that_exists_is_used_for_smaller_batches(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    choices = SPACE.sample_choices(np.random.default_rng(0), 2000)
    monkeypatch.setattr(nasbench101_hash_table, "is_cached", lambda key: False)
    direct = SPACE.canonical_ids(choices)
    monkeypatch.setattr(nasbench101_hash_table, "is_cached", lambda key: True)
    monkeypatch.delattr(nasbench101_hash_table, "hash_cells")
    np.testing.assert_array_equal(SPACE.canonical_ids(choices), direct)

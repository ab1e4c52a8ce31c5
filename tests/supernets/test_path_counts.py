"""Counts of paths against the list of all paths."""

from __future__ import annotations

import itertools

import numpy as np

from archscout.spaces._blocks.path_counts import path_counts
from archscout.spaces.darts._cell import EDGES as DARTS_EDGES
from archscout.spaces.nasbench201._cell import EDGES, live_edges


def _all_paths(there, edges, starts, ends):
    """Every path as a tuple of edges, by walking."""
    paths, growing = [], [((), start) for start in starts]
    while growing:
        path, node = growing.pop()
        if path and node in ends:
            paths.append(path)
        for edge, (source, target) in enumerate(edges):
            if there[edge] and source == node:
                growing.append(((*path, edge), target))
    return paths


def test_counts_are_those_of_listed_paths() -> None:
    rng = np.random.default_rng(0)
    for edges, starts, ends in ((EDGES, [0], [3]), (DARTS_EDGES, [0, 1], [2, 3, 4, 5])):
        there = rng.random((40, len(edges))) < 0.7
        counts = path_counts(there, edges, starts, ends)
        for row, count in zip(there, counts, strict=True):
            listed = list(itertools.chain.from_iterable(_all_paths(row, edges, starts, ends)))
            assert np.bincount(listed, minlength=len(edges)).tolist() == count.tolist()


def test_numbers_of_paths_are_the_published_ones() -> None:
    assert len(_all_paths([True] * 6, EDGES, [0], [3])) == 4
    assert len(_all_paths([True] * 14, DARTS_EDGES, [0, 1], [2, 3, 4, 5])) == 30


def test_live_edges_are_those_on_some_path() -> None:
    cells = np.indices((2,) * 6, dtype=np.int8).reshape(6, -1).T * 3
    counts = path_counts(cells > 0, EDGES, [0], [3])
    assert np.array_equal(live_edges(cells), counts > 0)

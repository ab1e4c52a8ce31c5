"""The split by size: rows of both sides, and what counts as size."""

from __future__ import annotations

import numpy as np
import pytest

from archscout.errors import ParseError, SettingsError, UnknownNameError
from archscout.experiments.ranking.splits import split_by_size
from archscout.spaces import load_space
from archscout.testing._toy import ToySpace

SPACE = load_space("nasbench201")


def test_both_sides_together_are_all_rows_in_order() -> None:
    cells = SPACE.sample_choices(np.random.default_rng(0), 300)
    small, large = split_by_size(SPACE, cells, largest=5)
    assert sorted([*small, *large]) == list(range(300))
    assert (np.diff(small) > 0).all()
    assert (np.diff(large) > 0).all()


@pytest.mark.parametrize(("by", "full"), [("vertices", 8), ("edges", 10)])
def test_cells_of_nasbench201_count_what_computes(by: str, full: int) -> None:
    # All convolutions; all skips (the input alone, once a path); one convolution, one way.
    cells = [SPACE.parse(text) for text in ("333333", "111111", "000300")]
    small, large = split_by_size(SPACE, cells, full - 1, by)  # type: ignore[arg-type]
    assert (small.tolist(), large.tolist()) == ([1, 2], [0])


def test_cells_of_nasbench101_count_as_the_benchmark_does() -> None:
    space = load_space("nasbench101")
    cells = space.sample_choices(np.random.default_rng(0), 500)
    graph = space.encode(cells, "graph")
    live = (graph.adjacency.sum(axis=1) > 0).sum(axis=1) + 1  # The input reads nothing.
    for largest in range(int(live.min()), int(live.max())):
        np.testing.assert_array_equal(
            split_by_size(space, cells, largest).small, np.flatnonzero(live <= largest)
        )
    edges = graph.adjacency.sum(axis=(1, 2))
    np.testing.assert_array_equal(
        split_by_size(space, cells, 7, "edges").large, np.flatnonzero(edges > 7)
    )


def test_a_split_with_an_empty_side_is_refused() -> None:
    cells = SPACE.sample_choices(np.random.default_rng(0), 50)
    for largest in (0, 8):
        with pytest.raises(SettingsError, match=f"largest={largest} for 50 architectures"):
            split_by_size(SPACE, cells, largest)
    with pytest.raises(SettingsError, match="6 to 6 vertices"):
        split_by_size(ToySpace(), ToySpace().all_choices(), 6)
    with pytest.raises(SettingsError, match="0 architectures"):
        split_by_size(SPACE, cells[:0], 5)


def test_other_sizes_and_other_spaces_are_refused() -> None:
    cells = SPACE.sample_choices(np.random.default_rng(0), 5)
    with pytest.raises(UnknownNameError, match="vertices"):
        split_by_size(SPACE, cells, 5, by="vertex")  # type: ignore[arg-type]
    with pytest.raises(ParseError):
        split_by_size(load_space("nasbench101"), SPACE.architectures(cells), 5)

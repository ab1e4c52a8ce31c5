"""Array helpers that all spaces share."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archscout.encodings import (
    GraphEncoding,
    check_tokens,
    flow_graph,
    one_hot,
    operation_positions,
    sequence_from_graph,
)
from archscout.errors import ParseError


@given(st.lists(st.integers(1, 6), min_size=1, max_size=8), st.integers(0, 10), st.integers(0, 99))
def test_one_hot_marks_each_choice_once(counts: list[int], n: int, seed: int) -> None:
    choices = np.random.default_rng(seed).integers(0, counts, (n, len(counts)))
    marked = one_hot(choices, counts)
    assert marked.shape == (n, sum(counts))
    assert marked.dtype == np.float32
    blocks = np.split(marked, np.cumsum(counts)[:-1], axis=1)
    for position, block in enumerate(blocks):
        assert (block.sum(axis=1) == 1).all()
        np.testing.assert_array_equal(block.argmax(axis=1), choices[:, position])


@given(st.integers(2, 9), st.integers(1, 4), st.integers(0, 99))
def test_sequences_hold_the_whole_graph(vertices: int, n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    adjacency = np.triu(rng.integers(0, 2, (n, vertices, vertices)), 1).astype(np.int8)
    operations = rng.integers(1, 5, (n, vertices))
    operations[:, 0] = 0
    tokens = sequence_from_graph(GraphEncoding(adjacency, operations, ("input", *"abcd")))
    assert tokens.shape == (n, (vertices + 2) * (vertices - 1) // 2)
    places = operation_positions(vertices)
    np.testing.assert_array_equal(tokens[:, places], operations[:, 1:] + 2)
    columns = [adjacency[:, :vertex, vertex] for vertex in range(1, vertices)]
    rest = np.delete(tokens, places, axis=1)
    np.testing.assert_array_equal(rest, np.concatenate(columns, axis=1) + 1)


def test_seven_vertices_give_the_published_length() -> None:
    assert operation_positions(7).tolist() == [1, 4, 8, 13, 19, 26]
    assert operation_positions(8)[-1] + 1 == 35


@pytest.mark.parametrize(
    "tokens", [[1, 2, 3], [[1, 2]], [[1.5, 2.0, 3.0]], [["a", "b", "c"]], [[1], [2, 3]], 5]
)
def test_tokens_of_the_wrong_form_are_refused(tokens: object) -> None:
    with pytest.raises(ParseError, match="expected"):
        check_tokens(tokens, 3)  # type: ignore[arg-type]


@pytest.mark.parametrize("vertices", [8, 9, 12, 40])
def test_a_flow_through_very_many_skips_is_cut_off_and_never_lost(vertices: int) -> None:
    # Everything feeds everything later, and all between input and output are skips.
    adjacency = np.triu(np.ones((1, vertices, vertices), dtype=np.int8), 1)
    operations = np.ones((1, vertices), dtype=np.int64)
    operations[0, [0, -1]] = 0, 2
    graph = GraphEncoding(adjacency, operations, ("input", "skip", "output"))
    flow = flow_graph(graph, identity=["skip"])
    ways = 2 ** (vertices - 2)
    assert flow.adjacency.dtype == graph.adjacency.dtype
    assert flow.adjacency[0, 0, -1] == min(ways, 127)
    assert flow.adjacency.sum(dtype=np.int64) == min(ways, 127)

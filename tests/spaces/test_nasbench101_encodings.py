"""Encodings of NAS-Bench-101 cells: exact forms, and tokens back to cells."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archscout.errors import ParseError, UnknownNameError
from archscout.spaces.nasbench101._cell import EDGES, OPERATIONS
from archscout.spaces.nasbench101.space import NASBench101

SPACE = NASBench101()
# input -> 1 (pool) -> 2 (conv1x1) -> output, and input -> output
SMALL = SPACE.parse("45:mp|c1")
LARGE = SPACE.parse("1205349:c3|mp|c3|c3|c1")
OP_PLACES = [1, 4, 8, 13, 19, 26]
written_cells = st.tuples(
    *[st.integers(0, 1)] * len(EDGES), *[st.integers(0, len(OPERATIONS) - 1)] * 5
).map(lambda row: np.array([row], dtype=np.int8))


def test_one_hot_of_a_small_cell() -> None:
    encoded = SPACE.encode([SMALL], "onehot")
    assert encoded.shape == (1, 36)
    assert np.flatnonzero(encoded[0, :21]).tolist() == [0, 2, 15, 17]
    assert encoded[0, 21:].reshape(5, 3).tolist() == [[0, 0, 1], [1, 0, 0]] + [[0, 0, 0]] * 3


def test_sequence_in_the_order_of_columns() -> None:
    sequence = SPACE.encode([LARGE], "sequence")[0].tolist()
    matrix = SPACE.encode([LARGE], "graph").adjacency[0]
    expected: list[int] = []
    for vertex, operation in zip(range(1, 7), [4, 5, 4, 4, 3, 6], strict=True):
        expected += [*(matrix[:vertex, vertex] + 1).tolist(), operation]
    assert sequence == expected
    assert SPACE.encode([LARGE], "tokens")[0].tolist() == expected[:-1]


def test_graph_marks_vertices_that_the_cell_lacks() -> None:
    graph = SPACE.encode([SMALL, LARGE], "graph")
    names = [[graph.vocabulary[i] for i in row] for row in graph.operations.tolist()]
    assert names[0] == ["input", "maxpool3x3", "conv1x1-bn-relu", *["absent"] * 3, "output"]
    assert "absent" not in names[1]
    assert np.argwhere(graph.adjacency[0]).tolist() == [[0, 1], [0, 6], [1, 2], [2, 6]]
    assert not np.tril(graph.adjacency).any()


@pytest.mark.slow
def test_tokens_of_all_cells_decode_to_themselves() -> None:
    rows = SPACE.all_choices()
    # all small cells, and every fifth of those with seven vertices
    rows = np.concatenate([rows[:64_542], rows[64_542::5]])
    for kind in ("tokens", "sequence"):
        tokens = SPACE.encode(rows, kind)
        choices, valid = SPACE.decode(tokens, kind)
        assert valid.all()
        np.testing.assert_array_equal(choices, rows)


@pytest.mark.slow
@given(written_cells)
@settings(max_examples=100)
def test_tokens_of_written_cells_decode_to_themselves_if_valid(row: np.ndarray) -> None:
    for kind in ("tokens", "sequence"):
        choices, valid = SPACE.decode(SPACE.encode(row, kind), kind)
        assert valid.tolist() == SPACE.valid(row).tolist()
        np.testing.assert_array_equal(choices, row if valid[0] else np.zeros_like(row))


def test_masks() -> None:
    spec = SPACE.token_spec("sequence")
    assert (spec.length, spec.vocabulary, spec.start) == (27, 7, 0)
    for place in range(27):
        expected = [3, 4, 5, 6] if place in OP_PLACES else [1, 2]
        assert np.flatnonzero(spec.allowed[place]).tolist() == expected
    short = SPACE.token_spec("tokens")
    assert (short.length, short.vocabulary) == (26, 6)
    np.testing.assert_array_equal(short.allowed, spec.allowed[:26, :6])


def padded(vertices: int, tokens: list[int]) -> np.ndarray:
    assert len(tokens) == (vertices + 2) * (vertices - 1) // 2
    return np.array([tokens + [0] * (27 - len(tokens))])


def test_padded_sequences_of_small_cells_are_read() -> None:
    choices, valid = SPACE.decode(padded(4, [2, 5, 1, 2, 3, 2, 1, 2, 6]), "sequence")
    assert valid.all()
    assert SPACE.architectures(choices) == [SMALL]
    choices, valid = SPACE.decode(padded(2, [2, 6]), "sequence")
    assert SPACE.architectures(choices) == [SPACE.parse("1:")]


BROKEN = {
    "output token at a live vertex": [2, 6, 1, 2, 3, 2, 1, 2, 6],
    "no output token": [2, 5, 1, 2, 3, 2, 1, 2, 5],
    "an operation among the edges": [3, 5, 1, 2, 3, 2, 1, 2, 6],
    "an edge among the operations": [2, 2, 1, 2, 3, 2, 1, 2, 6],
    "zero inside": [2, 5, 0, 2, 3, 2, 1, 2, 6],
    "one token short": [2, 5, 1, 2, 3, 2, 1, 2],
    "one token more": [2, 5, 1, 2, 3, 2, 1, 2, 6, 1],
    "disconnected": [2, 5, 1, 2, 3, 1, 1, 1, 6],
    "unknown token": [2, 7, 1, 2, 3, 2, 1, 2, 6],
    "negative token": [2, 5, 1, 2, -1, 2, 1, 2, 6],
    "nothing": [],
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_sequences_are_flagged(case: str) -> None:
    tokens = BROKEN[case]
    good = SPACE.encode([LARGE], "sequence")
    both = np.concatenate([np.array([tokens + [0] * (27 - len(tokens))]), good])
    choices, valid = SPACE.decode(both, "sequence")
    assert valid.tolist() == [False, True]
    assert not choices[0].any()


def test_cells_of_more_than_nine_edges_are_flagged() -> None:
    tokens = np.full((1, 26), 2)
    tokens[0, OP_PLACES[:-1]] = 3
    assert not SPACE.decode(tokens)[1].any()
    sequence = np.concatenate([tokens, [[6]]], axis=1)
    assert not SPACE.decode(sequence, "sequence")[1].any()


def test_an_output_token_at_a_dead_vertex_is_removed_with_it() -> None:
    sequence = SPACE.encode([SMALL], "sequence")
    sequence[0, OP_PLACES[3]] = 6
    choices, valid = SPACE.decode(sequence, "sequence")
    assert valid.all()
    assert SPACE.architectures(choices) == [SMALL]


@pytest.mark.parametrize("kind", ["tokens", "sequence"])
def test_tokens_of_the_wrong_form_raise(kind: str) -> None:
    length = SPACE.token_spec(kind).length
    for wrong in (np.ones((2, length + 1), int), np.ones(length, int), np.ones((1, length))):
        with pytest.raises(ParseError):
            SPACE.decode(wrong, kind)


def all_paths(row: Any) -> set[tuple[int, ...]]:
    """Operation sequences of all paths, found by walking."""
    follows = {x: [y for a, y in EDGES if a == x and row[EDGES.index((a, y))]] for x in range(7)}
    found, open_ends = set(), [(0, ())]
    while open_ends:
        vertex, operations = open_ends.pop()
        for target in follows[vertex]:
            if target == 6:
                found.add(operations)
            else:
                open_ends.append((target, (*operations, int(row[20 + target]))))
    return found


def test_paths_equal_a_walk() -> None:
    names = [s for length in range(6) for s in itertools.product(range(3), repeat=length)]
    assert len(names) == 364
    rows = np.concatenate(
        [SPACE.sample_written(np.random.default_rng(0), 60), SPACE.all_choices()[:60]]
    )
    encoded = SPACE.encode(rows, "paths")
    assert encoded.shape == (120, 364)
    for row, bits in zip(rows.tolist(), encoded, strict=True):
        assert {names[place] for place in np.flatnonzero(bits)} == all_paths(row)


def test_paths_do_not_depend_on_the_block() -> None:
    rows = SPACE.sample_choices(np.random.default_rng(0), 5000)
    encoded = SPACE.encode(rows, "paths")
    np.testing.assert_array_equal(encoded[4090:4100], SPACE.encode(rows[4090:4100], "paths"))


def test_unknown_kinds_are_named() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'sequence'"):
        SPACE.encode([LARGE], "sequences")
    with pytest.raises(UnknownNameError):
        SPACE.token_spec("onehot")
    with pytest.raises(UnknownNameError):
        SPACE.decode(np.ones((1, 26), int), "paths")

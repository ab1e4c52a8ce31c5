"""Token and graph forms: read what was written, compute what the cell computes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from archscout.encodings import GraphEncoding, flow_graph
from archscout.predictors._parts.forms import TokenForm, flow_form, structure_targets
from archscout.spaces import load_space
from archscout.testing._toy import ToySpace

TOY, CELLS = ToySpace(), load_space("nasbench201")
EDGES = ((0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3))
Operation = Callable[[NDArray[np.float64]], NDArray[np.float64]]


def operations_for(names: tuple[str, ...], seed: int = 0) -> dict[str, Operation]:
    """A stand-in for each operation: no two alike, and nothing comes of nothing."""
    rng = np.random.default_rng(seed)
    made: dict[str, Operation] = {}
    for name in names:
        matrix = rng.normal(size=(5, 5)) / 2

        def bent(x: NDArray[np.float64], matrix: NDArray[np.float64] = matrix) -> NDArray:
            return np.tanh(matrix @ x)

        def linear(x: NDArray[np.float64], matrix: NDArray[np.float64] = matrix) -> NDArray:
            return matrix @ x

        made[name] = linear if len(made) % 2 else bent
    return made


def run_graph(graph: GraphEncoding, row: int, apply: dict[str, Operation]) -> NDArray[np.float64]:
    """Evaluate one graph: every vertex sums what feeds it, then applies its operation."""
    feeds, names = graph.adjacency[row], [graph.vocabulary[i] for i in graph.operations[row]]
    carried = [np.linspace(-1, 1, 5)]
    for vertex in range(1, len(names)):
        total = sum((feeds[u, vertex] * carried[u] for u in range(vertex)), np.zeros(5))
        carried.append(total if vertex == len(names) - 1 else apply[names[vertex]](total))
    return carried[-1]


def run_cell(choices: NDArray[np.int8], apply: dict[str, Operation]) -> NDArray[np.float64]:
    """Evaluate a NAS-Bench-201 cell edge by edge."""
    options = CELLS.variables[0].options
    nodes = [np.linspace(-1, 1, 5), np.zeros(5), np.zeros(5), np.zeros(5)]
    for choice, (source, target) in zip(choices, EDGES, strict=True):
        nodes[target] = nodes[target] + apply[options[choice]](nodes[source])
    return nodes[3]


# --- flow graphs ------------------------------------------------------------------------------
def test_the_flow_graph_computes_what_the_cell_computes() -> None:
    names = CELLS.variables[0].options
    apply = operations_for(names)
    apply |= {"none": np.zeros_like, "skip_connect": lambda x: x}
    rows = CELLS.sample_choices(np.random.default_rng(0), 150)
    graph = flow_form(CELLS, rows)
    for number, row in enumerate(rows):
        assert np.allclose(run_graph(graph, number, apply), run_cell(row, apply))


def test_dead_vertices_have_no_edges_and_twins_the_same_live_ones() -> None:
    rows = CELLS.sample_choices(np.random.default_rng(1), 150)
    graph = flow_form(CELLS, rows)
    reads, feeds = graph.adjacency.any(axis=1)[:, 1:-1], graph.adjacency.any(axis=2)[:, 1:-1]
    assert (reads == feeds).all()
    idle = np.isin(graph.operations, [graph.vocabulary.index(n) for n in ("none", "skip_connect")])
    assert not (reads & idle[:, 1:-1]).any()


@settings(max_examples=60)
@given(seed=st.integers(0, 10_000), vertices=st.integers(2, 7))
def test_any_graph_is_reduced_without_changing_what_it_computes(seed: int, vertices: int) -> None:
    rng = np.random.default_rng(seed)
    names = ("in", "a", "b", "pass", "zero", "out")
    adjacency = np.triu(rng.random((3, vertices, vertices)) < 0.6, k=1).astype(np.int8)
    operations = rng.integers(1, 5, (3, vertices))
    operations[:, 0], operations[:, -1] = 0, 5
    graph = GraphEncoding(adjacency, operations, names)
    apply = operations_for(names, seed) | {"zero": np.zeros_like, "pass": lambda x: x}
    reduced = flow_graph(graph, identity=["pass"], zero=["zero"])
    for row in range(3):
        assert np.allclose(run_graph(reduced, row, apply), run_graph(graph, row, apply))


def test_a_space_without_graphs_is_a_chain_with_one_operation_an_option() -> None:
    rows = TOY.all_choices()
    graph = flow_form(TOY, rows)
    assert graph.operations.shape == (105, 6)
    assert len(graph.vocabulary) == 14 + 2
    assert len(np.unique(graph.operations, axis=0)) == 105
    assert (graph.adjacency == np.eye(6, k=1)).all()
    words = [graph.vocabulary[i] for i in graph.operations[7]]
    arch = TOY.architectures(rows[[7]])[0]
    assert ",".join(words[1:-1]) == TOY.format(arch)
    assert (words[0], words[-1]) == ("input", "output")


# --- what is counted on graphs ------------------------------------------------------------------
def counted_by_hand(graph: GraphEncoding, row: int) -> list[float]:
    feeds = graph.adjacency[row]
    last = len(feeds) - 1

    def paths_from(vertex: int) -> list[int]:
        if vertex == last:
            return [0]
        return [
            1 + length
            for after in range(vertex + 1, last + 1)
            for _ in range(feeds[vertex, after])
            for length in paths_from(after)
        ]

    lengths = paths_from(0)
    live = [graph.operations[row, v] for v in range(last + 1) if feeds[:, v].any()]
    counts = [float(live.count(kind)) for kind in range(len(graph.vocabulary))]
    return [*counts, float(max(lengths, default=0)), float(np.log1p(len(lengths)))]


def test_structure_targets_are_the_standardised_counts() -> None:
    rows = CELLS.sample_choices(np.random.default_rng(2), 60)
    rows[0] = 0  # nothing flows
    graph = flow_form(CELLS, rows)
    targets = structure_targets(graph)
    by_hand = np.array([counted_by_hand(graph, row) for row in range(len(rows))])
    spread = by_hand.std(axis=0)
    varies = spread > 0
    wanted = (by_hand - by_hand.mean(axis=0))[:, varies] / spread[varies]
    assert np.allclose(targets[:, varies], wanted, atol=1e-5)
    assert not targets[:, ~varies].any()
    assert targets.dtype == np.float32


def test_structure_targets_of_one_and_of_no_graph_are_finite() -> None:
    for count in (1, 0):
        targets = structure_targets(flow_form(CELLS, CELLS.all_choices()[:count]))
        assert targets.shape[0] == count
        assert not targets.any()


# --- tokens -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("space", "kind"), [(TOY, "tokens"), (TOY, "sequence"), (CELLS, "tokens"), (CELLS, "sequence")]
)
def test_tokens_are_read_back(space: ToySpace, kind: str) -> None:
    form = TokenForm(space, kind)
    rows = space.sample_choices(np.random.default_rng(0), 50)
    tokens = form.write(rows)
    assert tokens.dtype == np.int64
    assert form.spec.allowed[np.arange(form.spec.length), tokens].all()
    assert not form.spec.allowed[:, 0].any(), "token 0 starts a sequence and stands nowhere else"
    assert np.array_equal(form.read(tokens), rows)


def test_invalid_and_impossible_sequences_are_left_out() -> None:
    form = TokenForm(TOY, "tokens")
    tokens = form.write(TOY.all_choices()[:4])
    tokens[1] = [1, 1, 1, 2]  # depth 0 with a skip
    tokens[2, 0] = 0  # the start token
    tokens[3, 1] = 4  # a fourth kernel
    assert np.array_equal(form.read(tokens), TOY.all_choices()[:1])


def test_every_sequence_of_allowed_tokens_is_read_or_left_out() -> None:
    form = TokenForm(TOY, "tokens")
    allowed = form.spec.allowed
    rng = np.random.default_rng(0)
    drawn = np.stack([rng.choice(np.flatnonzero(row), 200) for row in allowed], axis=1)
    read = form.read(drawn)
    assert TOY.valid(read).all()
    assert 100 < len(read) < 200

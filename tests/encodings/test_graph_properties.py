"""Graph properties against plain Python that enumerates the paths of the parsed text."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pytest

from archscout.encodings import GraphEncoding, graph_properties
from archscout.errors import UnknownNameError
from archscout.spaces import load_space

# A path is its inner vertices, and between each two of them (and the ends) how it goes on:
# several ways between the same vertices are several edges.
Path = tuple[tuple[str, ...], tuple[object, ...]]

OPERATIONS_201 = ("skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")
OPERATIONS_101 = ("conv1x1-bn-relu", "conv3x3-bn-relu", "maxpool3x3")
SHORT_101 = dict(zip(("c1", "c3", "mp"), OPERATIONS_101, strict=True))


def edge_walks_201(text: str) -> tuple[list[list[str]], dict[str, str]]:
    """Walks from node 0 to node 3 of the cell as named edges, and the operation of each edge."""
    operation, outgoing = {}, {node: [] for node in range(4)}
    for target, part in enumerate(text.split("+"), start=1):
        for token in part.strip("|").split("|"):
            name, source = token.split("~")
            if name != "none":
                edge = f"{source}>{target}"
                operation[edge] = name
                outgoing[int(source)].append((target, edge))

    def walks(node: int) -> list[list[str]]:
        if node == 3:
            return [[]]
        return [[edge, *rest] for target, edge in outgoing[node] for rest in walks(target)]

    return walks(0), operation


def paths_201(text: str, flow: bool) -> tuple[list[Path], dict[str, str]]:
    """Paths through the edges of the cell; in the flow, skips only join what lies around."""
    walks, operation = edge_walks_201(text)
    paths = []
    for walk in walks:
        inner, ways, way = [], [], []
        for edge in walk:
            if flow and operation[edge] == "skip_connect":
                way.append(edge)
            else:
                inner.append(edge)
                ways.append(tuple(way))
                way = []
        paths.append((tuple(inner), (*ways, tuple(way))))
    return paths, operation


def paths_101(text: str) -> tuple[list[Path], dict[str, str]]:
    """Paths of a cell that is written on ``operations + 2`` vertices, the last the output."""
    bits, _, rest = text.partition(":")
    names = [SHORT_101[name] for name in rest.split("|")] if rest else []
    last = len(names) + 1
    pairs = [(x, y) for y in range(1, last + 1) for x in range(y)]
    edges = {pair for place, pair in enumerate(pairs) if int(bits) >> place & 1}

    def walks(vertex: int) -> list[list[int]]:
        if vertex == last:
            return [[]]
        ahead = [y for x, y in sorted(edges) if x == vertex]
        return [[y, *rest] for y in ahead for rest in walks(y)]

    found = [(tuple(str(v) for v in walk[:-1]), ("",) * len(walk)) for walk in walks(0)]
    return found, {str(vertex): name for vertex, name in enumerate(names, start=1)}


def by_hand(
    paths: Sequence[Path], operation: dict[str, str], counted: Sequence[str], vertices: int
) -> dict[str, float]:
    """All properties by their definition, from the list of paths."""
    result: dict[str, float] = {}
    for size in range(len(counted) + 1):
        for subset in itertools.combinations(counted, size):
            label = "{" + ", ".join(subset) + "}"
            within = [len(w) for p, w in paths if all(operation[v] in subset for v in p)]
            hits = [sum(operation[v] in subset for v in p) for p, _ in paths]
            result[f"shortest path in {label}"] = min(within, default=vertices)
            result[f"longest path in {label}"] = max(within, default=0)
            result[f"paths in {label}"] = len(within)
            result[f"most on a path of {label}"] = max(hits, default=0)
            result[f"fewest on a path of {label}"] = min(hits, default=0)
    live = {vertex for p, _ in paths for vertex in p}
    edges = set()
    level = dict.fromkeys(live, 0)
    for inner, ways in paths:
        stops = ("input", *inner, "output")
        edges |= set(zip(stops, ways, stops[1:], strict=False))
        for depth, vertex in enumerate(inner, start=1):
            level[vertex] = max(level[vertex], depth)
    kind = {**operation, "input": "input", "output": "output"}
    for name in counted:
        result[f"vertices of {name}"] = sum(operation[v] == name for v in live)
        result[f"in-degrees of {name}"] = sum(kind[b] == name for _, _, b in edges)
        result[f"out-degrees of {name}"] = sum(kind[a] == name for a, _, _ in edges)
        result[f"input feeds {name}"] = sum(a == "input" and kind[b] == name for a, _, b in edges)
        result[f"output reads {name}"] = sum(kind[a] == name and b == "output" for a, _, b in edges)
        for other in counted:
            joined = sum(kind[a] == name and kind[b] == other for a, _, b in edges)
            result[f"edges from {name} to {other}"] = joined
    lengths = [len(ways) for _, ways in paths]
    levels = list(level.values())
    result["live vertices"] = len(live)
    result["live edges"] = len(edges)
    result["input out-degree"] = sum(a == "input" for a, _, _ in edges)
    result["output in-degree"] = sum(b == "output" for _, _, b in edges)
    result["paths"] = len(paths)
    result["depth"] = max(lengths, default=0)
    result["shortest path"] = min(lengths, default=vertices)
    result["width"] = max((levels.count(at) for at in levels), default=0)
    return result


@pytest.mark.parametrize("kind", ["graph", "flow"])
def test_nasbench201_properties_are_those_of_the_cell_text(kind: str) -> None:
    space = load_space("nasbench201")
    rng = np.random.default_rng(0)
    picked = space.all_choices()[rng.permutation(len(space))[:400]]
    dense = rng.integers(1, 5, (100, 6))
    choices = np.concatenate([picked, dense, np.zeros((1, 6), dtype=np.int8)])
    found = graph_properties(space.encode(choices, kind))
    for arch, row in zip(space.architectures(choices), found.values, strict=True):
        text = space.format(arch)
        expected = by_hand(*paths_201(text, kind == "flow"), OPERATIONS_201, 8)
        assert dict(zip(found.names, row.tolist(), strict=True)) == expected, text


def test_nasbench101_properties_are_those_of_the_cell_text() -> None:
    space = load_space("nasbench101")
    rng = np.random.default_rng(0)
    choices = np.concatenate([space.sample_choices(rng, 200), space.sample_written(rng, 200)])
    found = graph_properties(space.encode(choices, "graph"))
    for arch, row in zip(space.architectures(choices), found.values, strict=True):
        text = space.format(arch)
        expected = by_hand(*paths_101(text), OPERATIONS_101, 7)
        assert dict(zip(found.names, row.tolist(), strict=True)) == expected, text


def test_cells_that_compute_the_same_have_the_same_paths_in_the_flow() -> None:
    # Only paths: where one cell reads a node twice, its twin may compute the node twice.
    space = load_space("nasbench201")
    found = graph_properties(space.encode(space.all_choices(), "flow"))
    values = found.values[:, ["{" in name for name in found.names]]
    _, first, twin = np.unique(
        space.canonical_ids(space.all_choices()), return_index=True, return_inverse=True
    )
    np.testing.assert_array_equal(values, values[first[twin]])


def test_nasbench101_properties_do_not_depend_on_how_a_cell_is_written() -> None:
    space = load_space("nasbench101")
    written = space.sample_written(np.random.default_rng(1), 300)
    listed = space.representatives(written)
    assert (written != listed).any(axis=1).mean() > 0.5
    np.testing.assert_array_equal(
        graph_properties(space.encode(written, "graph")).values,
        graph_properties(space.encode(listed, "graph")).values,
    )


def test_rows_do_not_depend_on_their_batch() -> None:
    space = load_space("nasbench201")
    rows = [0, 1, 2047, 2048, 15_624]
    whole = graph_properties(space.encode(space.all_choices(), "graph"))
    alone = graph_properties(space.encode(space.all_choices()[rows], "graph"))
    np.testing.assert_array_equal(whole.values[rows], alone.values)
    assert whole.names == alone.names
    assert whole.values.dtype == np.float32


def test_an_empty_batch_has_the_same_columns() -> None:
    space = load_space("nasbench101")
    none = graph_properties(space.encode(space.as_choices([]), "graph"))
    assert none.values.shape == (0, len(none.names))
    assert len(set(none.names)) == len(none.names)


def test_operations_that_are_not_counted_close_their_paths() -> None:
    space = load_space("nasbench201")
    cell = [space.parse("310101")]
    graph = space.encode(cell, "graph")
    everything = graph_properties(graph)
    without_skips = graph_properties(graph, OPERATIONS_201[1:])
    assert everything.values[0, everything.names.index("paths")] == 2
    assert without_skips.values[0, without_skips.names.index("paths")] == 0
    assert not any("skip_connect" in name for name in without_skips.names)


def test_none_counts_where_it_is_named() -> None:
    space = load_space("nasbench201")
    graph = space.encode([space.parse("000000")], "graph")
    found = graph_properties(graph, ("none", *OPERATIONS_201))
    assert found.values[0, found.names.index("paths in {none}")] == 4


def test_many_operations_look_at_small_and_large_subsets_only() -> None:
    names = tuple(f"operation {number}" for number in range(12))
    chain = np.zeros((1, 14, 14), dtype=np.int8)
    along = np.arange(13)
    chain[0, along, along + 1] = 1
    graph = GraphEncoding(chain, np.arange(14)[None], ("input", *names, "output"))
    found = graph_properties(graph)
    subsets = [name for name in found.names if name.startswith("paths in")]
    assert len(subsets) == 1 + 12 + 12 + 1
    assert found.values[0, found.names.index("depth")] == 13


def test_unknown_operations_are_named() -> None:
    space = load_space("nasbench201")
    graph = space.encode([space.parse("333333")], "graph")
    with pytest.raises(UnknownNameError, match="nor_conv_3x3"):
        graph_properties(graph, ["nor_conv_3x4"])

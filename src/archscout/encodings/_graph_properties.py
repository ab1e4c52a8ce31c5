"""Numbers that can be counted on a cell graph without training it, for whole batches at once.

Trees that learn from them need far fewer labels than trees that see one-hot marks alone:
"how long is the longest path through convolutions only" is one split here and many there.

Source:
    The families of properties are those of GRAF (Kadlecová et al., ICML 2024, arXiv 2404.16551,
    section 3): operation counts, shortest paths and most operations on a path for each subset
    of operations, degrees. Added here: the longest path inside a subset, paths counted, width.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archscout.encodings.arrays import GraphEncoding
from archscout.errors import unknown_name

NOTHING = ("none", "absent")
"""Operations that stand for no vertex at all: no path leads through one."""

# With more operations only the small and the large subsets are looked at.
_ALL_SUBSETS = 6
# Graphs a block, so that the paths of a block stay in a processor's cache.
_BLOCK = 2048

_Counts = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class GraphProperties:
    """Properties of a batch of graphs.

    Args:
        values: ``(n, f)`` float32.
        names: ``f`` short texts, one a column.
    """

    values: NDArray[np.float32]
    names: tuple[str, ...]


def graph_properties(
    graph: GraphEncoding, operations: Sequence[str] | None = None
) -> GraphProperties:
    """Count what can be counted on each graph.

    Only *live* vertices count, those on a path from input to output; no path leads through an
    operation that is not counted. A path is as long as it has edges. The columns are

    - for each subset of the operations: the shortest and the longest path whose inner vertices
      are all in it (the number of vertices, and 0, where there is none), the number of such
      paths, the most and the fewest vertices of the subset on any path;
    - for each operation: its vertices, the sums of their in- and out-degrees, the edges that
      lead to them from the input and from them to the output (not for subsets: a learner adds
      these up itself, and so many columns crowd out the others);
    - for each pair of operations: the edges from the one to the other;
    - for the whole graph: inner vertices, edges, degrees of input and output, paths, depth (the
      longest path), the shortest path, and width (the most vertices whose longest path from
      the input is equally long).

    Args:
        graph: ``n`` graphs; the first vertex is the input, the last the output. Parallel
            edges count as often as ``adjacency`` says.
        operations: names of the operations to count; None takes all inner ones but those
            that stand for nothing (`NOTHING`). Of more than 6, only subsets of one operation,
            of all but one, and of all are looked at.

    Returns:
        The properties; columns depend on ``vocabulary`` and ``operations`` alone, not on the
        batch.

    Raises:
        UnknownNameError: if an operation is not in the vocabulary.

    Examples:
        >>> chain = np.array([[[0, 1, 1], [0, 0, 1], [0, 0, 0]]], dtype=np.int8)
        >>> pool = GraphEncoding(chain, np.array([[0, 1, 2]]), ("input", "pool", "output"))
        >>> found = graph_properties(pool)
        >>> dict(zip(found.names[-3:], found.values[0, -3:].tolist()))
        {'depth': 2.0, 'shortest path': 1.0, 'width': 1.0}
    """
    counted = _counted(graph, operations)
    names = _names(counted)
    values = np.empty((len(graph), len(names)), dtype=np.float32)
    for first in range(0, len(graph), _BLOCK):
        block = slice(first, first + _BLOCK)
        part = GraphEncoding(graph.adjacency[block], graph.operations[block], graph.vocabulary)
        values[block] = _block_properties(part, counted)
    return GraphProperties(values, names)


def _counted(graph: GraphEncoding, operations: Sequence[str] | None) -> tuple[str, ...]:
    """Names of the operations that count, in the order of the vocabulary."""
    if operations is None:
        return tuple(name for name in graph.vocabulary if name not in ("input", "output", *NOTHING))
    for name in operations:
        if name not in graph.vocabulary:
            raise unknown_name("operation", name, graph.vocabulary)
    return tuple(name for name in graph.vocabulary if name in operations)


def _subsets(names: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Subsets of the operations whose paths are looked at, the empty one first."""
    total = len(names)
    sizes = range(total + 1) if total <= _ALL_SUBSETS else (0, 1, total - 1, total)
    return [subset for size in sizes for subset in itertools.combinations(names, size)]


_OF_SUBSETS = (
    "shortest path in",
    "longest path in",
    "paths in",
    "most on a path of",
    "fewest on a path of",
)
_OF_OPERATIONS = ("vertices of", "in-degrees of", "out-degrees of", "input feeds", "output reads")
_PAIRS = "edges from"
_OF_GRAPHS = (
    "live vertices",
    "live edges",
    "input out-degree",
    "output in-degree",
    "paths",
    "depth",
    "shortest path",
    "width",
)


def _names(counted: tuple[str, ...]) -> tuple[str, ...]:
    subsets = ["{" + ", ".join(subset) + "}" for subset in _subsets(counted)]
    of_subsets = [f"{family} {subset}" for family in _OF_SUBSETS for subset in subsets]
    of_operations = [f"{family} {name}" for family in _OF_OPERATIONS for name in counted]
    pairs = [f"{_PAIRS} {source} to {vertex}" for source in counted for vertex in counted]
    return (*of_subsets, *of_operations, *pairs, *_OF_GRAPHS)


def _block_properties(graph: GraphEncoding, counted: tuple[str, ...]) -> NDArray[np.float32]:
    """Properties ``(n, f)`` in the order of `_names`."""
    # Vertices first, batch last: every step then works on long contiguous rows.
    operations = graph.operations.T
    feeds = _live_edges(graph, counted)
    single = _members([(name,) for name in counted], graph.vocabulary)
    subset = _members(_subsets(counted), graph.vocabulary)
    inside = subset[:, operations].swapaxes(0, 1)
    columns = [
        *_paths_inside(feeds, inside),
        *_vertices_on_paths(feeds, inside),
        *_of_operations(feeds, single[:, operations[1:-1]].astype(np.float32)),
        np.stack(_whole_graph(feeds)),
    ]
    return np.concatenate(columns).T


def _members(subsets: Sequence[tuple[str, ...]], vocabulary: Sequence[str]) -> NDArray[np.bool_]:
    """Which operations of the vocabulary are in each subset, ``(subsets, vocabulary)``."""
    return np.array([[name in subset for name in vocabulary] for subset in subsets]).reshape(
        len(subsets), len(vocabulary)
    )


def _edges(feeds: _Counts) -> Iterator[tuple[int, int]]:
    """Pairs (source, vertex) that are joined in some graph of the batch, vertex by vertex."""
    joined = np.asarray(feeds.any(axis=2))
    for vertex in range(1, len(feeds)):
        for source in np.flatnonzero(joined[:vertex, vertex]).tolist():
            yield source, vertex


def _live_edges(graph: GraphEncoding, counted: tuple[str, ...]) -> _Counts:
    """Edges on paths from input to output, ``(v, v, n)``: how often one vertex feeds another."""
    feeds = np.ascontiguousarray(graph.adjacency.transpose(1, 2, 0)).astype(np.float32)
    kept = np.isin(graph.operations.T, [graph.vocabulary.index(name) for name in counted])
    kept[[0, -1]] = True
    forward, backward = np.zeros_like(kept), np.zeros_like(kept)
    forward[0] = backward[-1] = True
    pairs = list(_edges(feeds))
    for source, vertex in pairs:
        forward[vertex] |= forward[source] & (feeds[source, vertex] > 0) & kept[vertex]
    for source, vertex in sorted(pairs, reverse=True):
        backward[source] |= backward[vertex] & (feeds[source, vertex] > 0) & kept[source]
    live = forward & backward
    return feeds * live[:, None] * live[None]


def _paths_inside(feeds: _Counts, inside: NDArray[np.bool_]) -> tuple[_Counts, _Counts, _Counts]:
    """Shortest, longest and number of paths whose inner vertices are all inside, ``(s, n)``."""
    vertices, subsets, n = inside.shape
    shortest = np.full((vertices, subsets, n), vertices, dtype=np.int16)
    longest = np.full((vertices, subsets, n), -vertices, dtype=np.int16)
    number = np.zeros((vertices, subsets, n), dtype=np.float32)
    shortest[0] = longest[0] = 0
    number[0] = 1.0
    for source, vertex in _edges(feeds):
        joined = feeds[source, vertex] > 0
        allowed = joined & inside[vertex] if vertex < vertices - 1 else joined
        np.minimum(shortest[vertex], shortest[source] + 1, out=shortest[vertex], where=allowed)
        np.maximum(longest[vertex], longest[source] + 1, out=longest[vertex], where=allowed)
        number[vertex] += number[source] * feeds[source, vertex] * allowed
    none = number[-1] == 0
    return (
        np.where(none, vertices, shortest[-1]).astype(np.float32),
        np.where(none, 0, longest[-1]).astype(np.float32),
        number[-1],
    )


def _vertices_on_paths(feeds: _Counts, inside: NDArray[np.bool_]) -> tuple[_Counts, _Counts]:
    """Most and fewest vertices of each subset on a path from input to output, ``(s, n)``."""
    vertices, subsets, n = inside.shape
    most = np.full((vertices, subsets, n), -vertices, dtype=np.int16)
    fewest = np.full((vertices, subsets, n), vertices, dtype=np.int16)
    most[0] = fewest[0] = 0
    for source, vertex in _edges(feeds):
        joined = feeds[source, vertex] > 0
        weight = inside[vertex] if vertex < vertices - 1 else np.False_
        np.maximum(most[vertex], most[source] + weight, out=most[vertex], where=joined)
        np.minimum(fewest[vertex], fewest[source] + weight, out=fewest[vertex], where=joined)
    dead = ~feeds[:, -1].any(axis=0)
    return (
        np.where(dead, 0, most[-1]).astype(np.float32),
        np.where(dead, 0, fewest[-1]).astype(np.float32),
    )


def _of_operations(feeds: _Counts, marked: _Counts) -> list[_Counts]:
    """`_OF_OPERATIONS`, then `_PAIRS`; ``marked`` is ``(operations, inner vertices, n)``."""
    to, out = feeds.sum(axis=0)[1:-1], feeds.sum(axis=1)[1:-1]
    columns = [(to > 0).astype(np.float32), to, out, feeds[0, 1:-1], feeds[1:-1, -1]]
    sums = [np.einsum("vn,ovn->on", column, marked) for column in columns]
    pairs = np.zeros((len(marked), len(marked), feeds.shape[2]), dtype=np.float32)
    for source, vertex in _edges(feeds[1:-1, 1:-1]):
        times = feeds[source + 1, vertex + 1]
        pairs += times * marked[:, None, source] * marked[None, :, vertex]
    return [*sums, pairs.reshape(-1, feeds.shape[2])]


def _whole_graph(feeds: _Counts) -> list[_Counts]:
    """The columns of `_OF_GRAPHS`, ``(n,)`` each."""
    everything = np.ones((len(feeds), 1, feeds.shape[2]), dtype=np.bool_)
    shortest, depth, paths = (found[0] for found in _paths_inside(feeds, everything))
    inner = feeds[:, 1:-1].any(axis=0)
    level = np.zeros(feeds.shape[1:], dtype=np.int16)
    for source, vertex in _edges(feeds):
        joined = feeds[source, vertex] > 0
        np.maximum(level[vertex], level[source] + 1, out=level[vertex], where=joined)
    levels = range(1, len(feeds) - 1)
    widths = [np.count_nonzero(inner & (level[1:-1] == at), axis=0) for at in levels]
    return [
        inner.sum(axis=0, dtype=np.float32),
        feeds.sum(axis=(0, 1)),
        feeds[0].sum(axis=0),
        feeds[:, -1].sum(axis=0),
        paths,
        depth,
        shortest,
        np.max([np.zeros(len(shortest)), *widths], axis=0).astype(np.float32),
    ]

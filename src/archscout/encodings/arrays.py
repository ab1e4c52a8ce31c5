"""Arrays from architectures: the forms that every space shares.

The functions take *choices*, ``(n, positions)`` integers, and know no space, so that spaces
can build their encodings from them. All work on whole batches at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from archscout.errors import ParseError

# What an entry of `GraphEncoding.adjacency` can hold.
_MOST_WAYS = np.iinfo(np.int8).max
# A decision of more options is read as a number where every option would have a column.
MOST_MARKED = 512


@dataclass(frozen=True, eq=False)
class GraphEncoding:
    """A batch of directed acyclic graphs with one operation a vertex.

    Args:
        adjacency: ``(n, vertices, vertices)``, how many times vertex ``i`` feeds vertex ``j``:
            0 or 1, 2 to 127 only in the result of `flow_graph`; ``i < j`` where it is not 0.
        operations: ``(n, vertices)`` indices into ``vocabulary``.
        vocabulary: names of the operations, input and output included.
    """

    adjacency: NDArray[np.int8]
    operations: NDArray[np.int64]
    vocabulary: tuple[str, ...]

    def __len__(self) -> int:
        """Number of graphs."""
        return len(self.operations)


def one_hot(
    choices: NDArray[np.integer[Any]], option_counts: Sequence[int] | NDArray[np.integer[Any]]
) -> NDArray[np.float32]:
    """Mark the chosen option of every position with a one.

    Args:
        choices: ``(n, positions)``, position ``i`` in ``0..option_counts[i]-1``.
        option_counts: ``(positions,)`` numbers of options.

    Returns:
        ``(n, sum(option_counts))`` of 0 and 1, the options of one position side by side.

    Examples:
        >>> one_hot(np.array([[1, 0], [0, 2]]), [2, 3])
        array([[0., 1., 1., 0., 0.],
               [1., 0., 0., 0., 1.]], dtype=float32)
    """
    counts = np.asarray(option_counts, dtype=np.int64)
    columns = choices + (np.cumsum(counts) - counts)
    marked = np.zeros((len(choices), int(counts.sum())), dtype=np.float32)
    np.put_along_axis(marked, columns, 1.0, axis=1)
    return marked


def mark_options(
    choices: NDArray[np.integer[Any]], option_counts: NDArray[np.integer[Any]]
) -> NDArray[np.float32]:
    """Like `one_hot`, but a decision of more than 512 options takes one column, its place.

    As many columns as options would fill the memory, and labels are too few to tell them apart;
    such decisions are mostly numbers in order.

    Args:
        choices: ``(n, positions)``, position ``i`` in ``0..option_counts[i]-1``.
        option_counts: ``(positions,)`` numbers of options.

    Returns:
        ``(n, columns)``; a place is a share of the last one, 0..1.

    Examples:
        >>> mark_options(np.array([[1, 250], [0, 0]]), np.array([2, 1001]))
        array([[0.  , 1.  , 0.25],
               [1.  , 0.  , 0.  ]], dtype=float32)
    """
    if option_counts.max(initial=0) <= MOST_MARKED:
        return one_hot(choices, option_counts)
    blocks = [np.empty((len(choices), 0), dtype=np.float32)]
    for position, count in enumerate(option_counts.tolist()):
        column = choices[:, position : position + 1]
        if count <= MOST_MARKED:
            blocks.append(one_hot(column, [count]))
        else:
            blocks.append((column / (count - 1)).astype(np.float32))
    return np.concatenate(blocks, axis=1)


def operation_positions(vertices: int) -> NDArray[np.int64]:
    """Places of the operation tokens in the sequence of `sequence_from_graph`.

    Args:
        vertices: number of vertices of the graph, at least 2.

    Returns:
        ``(vertices - 1,)`` places, one for every vertex but the first.

    Examples:
        >>> operation_positions(7)
        array([ 1,  4,  8, 13, 19, 26])
    """
    column = np.arange(1, vertices)
    return np.cumsum(column + 1) - 1


def sequence_from_graph(graph: GraphEncoding) -> NDArray[np.int64]:
    """Write graphs as token sequences, vertex after vertex.

    For each vertex but the first come its incoming edges, from the first vertex on (1 for no
    edge, 2 for an edge), then its operation as ``index + 2``; token 0 is kept for the start.

    Args:
        graph: ``n`` graphs of ``v`` vertices; operation 0 stands at the first vertex alone.

    Returns:
        ``(n, (v + 2) * (v - 1) / 2)`` tokens.

    Source:
        SemiNAS (Luo et al., NeurIPS 2020, arXiv 2002.10389), its NASBench-101 encoding.

    Examples:
        >>> chain = np.array([[[0, 1, 0], [0, 0, 1], [0, 0, 0]]], dtype=np.int8)
        >>> names = ("input", "convolution", "output")
        >>> sequence_from_graph(GraphEncoding(chain, np.array([[0, 1, 2]]), names))
        array([[2, 3, 1, 2, 4]])
    """
    n, vertices = graph.operations.shape
    places = operation_positions(vertices)
    tokens = np.empty((n, int(places[-1]) + 1), dtype=np.int64)
    for vertex, place in enumerate(places.tolist(), start=1):
        tokens[:, place - vertex : place] = graph.adjacency[:, :vertex, vertex] + 1
        tokens[:, place] = graph.operations[:, vertex] + 2
    return tokens


def flow_graph(
    graph: GraphEncoding, identity: Sequence[str] = (), zero: Sequence[str] = ()
) -> GraphEncoding:
    """Reduce graphs to the vertices that compute something and reach the output.

    Each vertex adds up what feeds it and applies its operation. A vertex whose operation is
    the identity is taken out and its feeders feed its successors instead, possibly several
    times; one that gives zero, has nothing to read, or does not reach the output loses its
    edges. Functionally equal graphs become equal up to the order of vertices.

    Args:
        graph: ``n`` graphs of ``v`` vertices, the first the input, the last the output.
        identity: names of operations that pass their input on.
        zero: names of operations that give nothing.

    Returns:
        Graphs of the same shape; ``adjacency`` counts how often one vertex feeds another, up to
        127: where there are more ways, as many skips in a row can make, it says 127.

    Examples:
        >>> chain = np.array([[[0, 1, 0], [0, 0, 1], [0, 0, 0]]], dtype=np.int8)
        >>> skip = GraphEncoding(chain, np.array([[0, 1, 2]]), ("input", "skip", "output"))
        >>> flow_graph(skip, identity=["skip"]).adjacency[0].tolist()
        [[0, 0, 1], [0, 0, 0], [0, 0, 0]]
    """
    passes = np.isin(graph.operations, [graph.vocabulary.index(name) for name in identity])
    gives = ~np.isin(graph.operations, [graph.vocabulary.index(name) for name in zero])
    n, vertices = graph.operations.shape
    feeds = graph.adjacency
    # carries[:, u] says of which computing vertices the value at u is the sum.
    carries = np.zeros((n, vertices, vertices), dtype=np.int8)
    carries[:, 0, 0] = 1
    reads = np.zeros_like(carries)
    for vertex in range(1, vertices):
        # The ways can double with every vertex, so they are counted wide and cut off.
        ways = np.einsum(
            "nu,nuw->nw", feeds[:, :vertex, vertex], carries[:, :vertex], dtype=np.int32
        )
        reads[:, :, vertex] = np.minimum(ways, _MOST_WAYS)
        alive = gives[:, vertex] & reads[:, :, vertex].any(axis=1)
        through = alive & passes[:, vertex]
        carries[through, vertex] = reads[through, :, vertex]
        carries[alive & ~through, vertex, vertex] = 1
        if vertex < vertices - 1:
            reads[~alive | through, :, vertex] = 0
    needed = np.zeros((n, vertices), dtype=np.bool_)
    needed[:, -1] = True
    for vertex in range(vertices - 1, 0, -1):
        reads[~needed[:, vertex], :, vertex] = 0
        needed |= reads[:, :, vertex] > 0
    return GraphEncoding(reads, graph.operations, graph.vocabulary)


def check_tokens(tokens: ArrayLike, length: int) -> NDArray[np.int64]:
    """Check the form of token sequences that are to be decoded.

    Args:
        tokens: ``(n, length)`` integers; which values are allowed is not checked here.
        length: number of tokens of a sequence.

    Returns:
        The same tokens as an integer array ``(n, length)``.

    Raises:
        ParseError: if the shape differs or the numbers are not integers.

    Examples:
        >>> check_tokens([[1, 2], [3, 4]], length=2).shape
        (2, 2)
    """
    try:
        array = np.asarray(tokens)
    except ValueError:
        raise ParseError(
            f"got token sequences of unequal lengths, expected {length} tokens in each"
        ) from None
    if array.ndim != 2 or array.shape[1] != length:
        raise ParseError(f"got tokens of shape {array.shape}, expected (n, {length})")
    if not np.issubdtype(array.dtype, np.integer):
        raise ParseError(f"got tokens of type {array.dtype}, expected integers")
    return array.astype(np.int64, copy=False)

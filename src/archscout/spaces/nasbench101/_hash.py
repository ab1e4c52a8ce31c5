"""The official graph hash of NAS-Bench-101 cells: equal for isomorphic cells.

Every vertex starts from the digest of its out-degree, in-degree and operation. Then, as often
as there are vertices, it takes the digest of its in-neighbours' digests in sorted order, its
out-neighbours' and its own. The cell's hash is the digest of the sorted list of all of them.

`hash_cell` does this for one cell with hashlib; `hash_cells` for many, where each vertex of
each cell is one column of arrays. Both take pruned cells as rows: the edge bits of a cell of
``v`` vertices, edge ``x -> y`` at ``x + y * (y - 1) / 2``, then its operations.

Source: NAS-Bench-101 (Ying et al., ICML 2019, arXiv 1902.09635), its released graph utilities.
"""

from __future__ import annotations

import hashlib
import itertools
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archscout.spaces.nasbench101._cell import edge_place
from archscout.spaces.nasbench101._md5 import Words, md5_words, padded_rows

# The official numbers of our operations: the hash knows conv3x3 as 0 and conv1x1 as 1.
LABELS = (1, 0, 2)
_INPUT, _OUTPUT = -1, -2
_BAR = ord("|")
_HEX = 32
# Cells a block: their digests, sorted neighbours and messages stay within about 25 MB.
_BLOCK = 8192


def hash_cell(row: Sequence[int], vertices: int) -> str:
    """Hash one cell of 2 to 7 vertices: its edge bits, then ``vertices - 2`` operations."""
    inner = row[vertices * (vertices - 1) // 2 :]
    labels = [_INPUT, *(LABELS[operation] for operation in inner), _OUTPUT]
    edges = [(x, y) for y in range(vertices) for x in range(y) if row[edge_place(x, y)]]
    sources = [[x for x, y in edges if y == v] for v in range(vertices)]
    targets = [[y for x, y in edges if x == v] for v in range(vertices)]
    hashes = [_start(len(targets[v]), len(sources[v]), labels[v]) for v in range(vertices)]
    for _ in range(vertices):
        hashes = [
            _md5(
                "".join(sorted(hashes[w] for w in sources[v]))
                + "|"
                + "".join(sorted(hashes[w] for w in targets[v]))
                + "|"
                + hashes[v]
            )
            for v in range(vertices)
        ]
    return _md5(str(sorted(hashes)))


def hash_cells(
    rows: NDArray[np.integer[Any]], vertices: int, workers: int | None = None
) -> NDArray[np.uint8]:
    """Hash many cells ``(n, positions)`` of equal size into ``(n, 16)`` bytes; see `hash_cell`."""
    digests = np.empty((len(rows), 16), dtype=np.uint8)

    def hash_block(first: int) -> None:
        block = slice(first, first + _BLOCK)
        digests[block] = _hash_block(rows[block], vertices)

    firsts = range(0, len(rows), _BLOCK)
    if workers is None:
        workers = min(8, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2)
    if workers < 2 or len(firsts) < 2:
        for first in firsts:
            hash_block(first)
    else:
        with ThreadPoolExecutor(workers) as threads:
            list(threads.map(hash_block, firsts))
    return digests


@dataclass(frozen=True)
class _Group:
    """Vertices of equal in-degree and out-degree: their messages have the same layout.

    Args:
        first: column of the first vertex; the others follow it.
        size: number of vertices.
        sources: ``(in-degree, size)`` columns of their in-neighbours.
        targets: ``(out-degree, size)`` columns of their out-neighbours.
    """

    first: int
    size: int
    sources: NDArray[np.intp]
    targets: NDArray[np.intp]

    @property
    def degree(self) -> int:
        return len(self.sources) + len(self.targets)


def _hash_block(rows: NDArray[np.integer[Any]], vertices: int) -> NDArray[np.uint8]:
    """Hash ``(n, positions)`` cells; every vertex of every cell is a column of the arrays."""
    count = len(rows)
    edges = np.zeros((vertices, vertices, count), dtype=np.bool_)
    for target in range(vertices):
        for source in range(target):
            edges[source, target] = rows[:, edge_place(source, target)]
    groups, columns = _groups(edges)
    digests = np.empty((4, vertices * count), dtype=np.uint32)
    digests[:, columns.ravel()] = _starts(rows, edges)
    for _ in range(vertices):
        digits, keys = _hexadecimal(digests), _sort_keys(digests)
        by_one, by_two = _shifted(digits, 1), _shifted(digits, 2)
        for _, same in itertools.groupby(groups, key=lambda group: group.degree):
            alike = list(same)
            part = slice(alike[0].first, alike[-1].first + alike[-1].size)
            digests[:, part] = _round(digits, by_one, by_two, keys, alike)
    return _fingerprints(digests[:, columns.ravel()], vertices, count)


def _starts(rows: NDArray[np.integer[Any]], edges: NDArray[np.bool_]) -> Words:
    """First digests ``(4, vertices * n)``; there are a few dozen different ones."""
    vertices, _, count = edges.shape
    labels = np.empty((vertices, count), dtype=np.int64)
    labels[0], labels[-1] = _INPUT, _OUTPUT
    labels[1:-1] = np.array(LABELS)[rows[:, vertices * (vertices - 1) // 2 :].T]
    keys = edges.sum(axis=1) * 100 + edges.sum(axis=0) * 10 + labels - _OUTPUT
    words = np.zeros((1000, 4), dtype=np.uint32)
    for key in np.flatnonzero(np.bincount(keys.ravel())).tolist():
        start = _start(key // 100, key // 10 % 10, key % 10 + _OUTPUT)
        words[key] = np.frombuffer(bytes.fromhex(start), dtype="<u4")
    return np.ascontiguousarray(words[keys.ravel()].T)


def _groups(edges: NDArray[np.bool_]) -> tuple[list[_Group], NDArray[np.intp]]:
    """Groups of vertices by the sum of their degrees, and the columns ``(vertices, n)`` of all."""
    vertices, _, count = edges.shape
    sources, targets = edges.sum(axis=0).ravel(), edges.sum(axis=1).ravel()
    kinds = ((sources + targets) * 100 + sources * 10 + targets).astype(np.int16)
    order = np.argsort(kinds, kind="stable")
    columns = np.empty(vertices * count, dtype=np.intp)
    columns[order] = np.arange(vertices * count)
    # row v * n + c holds the neighbours of vertex v of cell c
    comes = edges.transpose(1, 2, 0).reshape(-1, vertices)
    goes = edges.transpose(0, 2, 1).reshape(-1, vertices)
    groups, first = [], 0
    for size in np.bincount(kinds).tolist():
        if size:
            members = order[first : first + size]
            neighbors = [
                columns[np.nonzero(side[members])[1].reshape(size, -1).T * count + members % count]
                for side in (comes, goes)
            ]
            groups.append(_Group(first, size, neighbors[0], neighbors[1]))
            first += size
    return groups, columns.reshape(vertices, count)


def _round(
    digits: Words, by_one: Words, by_two: Words, keys: NDArray[np.uint64], groups: list[_Group]
) -> Words:
    """New digests ``(4, n)`` of groups of one sum of degrees, from ``(8 or 9, columns)`` digits."""
    length = _HEX * (groups[0].degree + 1) + 2
    messages = np.empty((padded_rows(length), sum(g.size for g in groups)), dtype=np.uint32)
    first = 0
    for group in groups:
        part = messages[:, first : first + group.size]
        first += group.size
        row = 0
        for column in _sorted(group.sources, keys):
            part[row : row + 8] = digits.take(column, axis=1)
            row += 8
        part[row] = _BAR
        for column in _sorted(group.targets, keys):
            taken = by_one.take(column, axis=1)
            part[row] |= taken[0]
            part[row + 1 : row + 9] = taken[1:]
            row += 8
        own = by_two[:, group.first : group.first + group.size]
        part[row] |= own[0] | np.uint32(_BAR << 8)
        part[row + 1 : row + 9] = own[1:]
    messages[-1] |= np.uint32(0x80 << 16)
    return md5_words(messages, length)


def _fingerprints(digests: Words, vertices: int, count: int) -> NDArray[np.uint8]:
    """Digests ``(n, 16)`` of the cells from those of their vertices, ``(4, vertices * n)``."""
    keys, by_two = _sort_keys(digests), _shifted(_hexadecimal(digests), 2)
    columns = _sorted(np.arange(vertices * count).reshape(vertices, count), keys)
    length = (_HEX + 4) * vertices
    messages = np.empty((padded_rows(length), count), dtype=np.uint32)
    # the printed form of a Python list of strings, in words of four: "['01", "2345", ..., "', '"
    messages[0] = _word(b"['")
    for place, column in enumerate(columns):
        taken, row = by_two.take(column, axis=1), 9 * place
        messages[row] |= taken[0]
        messages[row + 1 : row + 9] = taken[1:]
        messages[row + 8] |= _word(b"\0\0', " if place < vertices - 1 else b"\0\0']")
        messages[row + 9] = _word(b" '" if place < vertices - 1 else b"\x80")
    words = md5_words(messages, length).T.astype("<u4")
    return np.ascontiguousarray(words).view(np.uint8).reshape(count, 16)


def _word(text: bytes) -> np.uint32:
    return np.uint32(int.from_bytes(text[:4], "little"))


def _shifted(digits: Words, by: int) -> Words:
    """Move digits ``(8, n)`` by 1 to 3 bytes towards the end: ``(9, n)``, free bytes 0."""
    left, right = np.uint32(8 * by), np.uint32(32 - 8 * by)
    moved = np.empty((len(digits) + 1, digits.shape[1]), dtype=np.uint32)
    np.left_shift(digits, left, out=moved[:-1])
    np.right_shift(digits[-1], right, out=moved[-1])
    moved[1:-1] |= digits[:-1] >> right
    return moved


def _hexadecimal(digests: Words) -> Words:
    """Digests ``(4, n)`` as hexadecimal digits: ``(8, n)`` words of four characters each."""
    low, high = digests & np.uint32(0xFFFF), digests >> np.uint32(16)
    halves = np.stack([low, high], axis=1).reshape(8, -1)
    return np.take(_DIGITS, halves)


def _digit_table() -> Words:
    """The four digits of each pair of bytes, first byte lowest, as one word."""
    digits = np.frombuffer(b"0123456789abcdef", dtype=np.uint8).astype(np.uint32)
    pair = np.arange(1 << 16, dtype=np.uint32)
    nibbles = [(pair >> np.uint32(shift)) & np.uint32(15) for shift in (4, 0, 12, 8)]
    table = np.zeros(1 << 16, dtype=np.uint32)
    for place, nibble in enumerate(nibbles):
        table |= digits[nibble] << np.uint32(8 * place)
    return table


_DIGITS = _digit_table()


def _sort_keys(digests: Words) -> NDArray[np.uint64]:
    """The first eight bytes of each digest as one number: it orders them as text.

    Digests that agree there but not after would be sorted wrongly. Among the digests of all
    cells of the space there are none, and the tests compare all their hashes' checksum.
    """
    first = digests[:2].byteswap().astype(np.uint64)
    keys: NDArray[np.uint64] = first[0] << np.uint64(32) | first[1]
    return keys


def _sorted(columns: NDArray[np.intp], keys: NDArray[np.uint64]) -> NDArray[np.intp]:
    """Sort each column of ``(k, n)`` digests' columns by their keys, k being at most 7."""
    if len(columns) < 2:
        return columns
    columns = columns.copy()
    values = keys[columns]
    # bubble sort: a fixed row of comparisons works on all columns at once
    for last in range(len(columns) - 1, 0, -1):
        for i in range(last):
            wrong = values[i] > values[i + 1]
            low, high = np.minimum(values[i], values[i + 1]), np.maximum(values[i], values[i + 1])
            values[i], values[i + 1] = low, high
            first = np.where(wrong, columns[i + 1], columns[i])
            columns[i + 1] = np.where(wrong, columns[i], columns[i + 1])
            columns[i] = first
    return columns


def _start(out_degree: int, in_degree: int, label: int) -> str:
    return _md5(str((out_degree, in_degree, label)))


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

"""The official hashes of all cells: computed once, then kept in the user's cache folder."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archscout._common.cache import Arrays, cache_folder, cached, is_cached
from archscout.errors import ParseError
from archscout.spaces.nasbench101._enumeration import CELLS, enumerate_cells, split_by_size
from archscout.spaces.nasbench101._hash import hash_cell, hash_cells

logger = logging.getLogger(__name__)

_KEY = "nasbench101-hashes-1"
_SHAPES = {"digests": (CELLS, 16)}
# SHA-256 of all digests in the order of the enumeration: a damaged cache must not pass.
_CHECKSUM = "1f4a7db984f8bb44da50e51b6c7e830bd26a761a39d60997ef500b7610ef0449"
# From so many cells on it pays to make the table of all cells.
_WORTH_A_TABLE = 100_000
# Up to so many cells, hashlib is quicker than setting up arrays.
_FEW = 500


class HashTable:
    """Hash by cell and cell by hash, from digests ``(423624, 16)`` in the order of all cells."""

    def __init__(self, digests: NDArray[np.uint8]) -> None:
        self.digests = digests
        # the first eight bytes already differ between any two cells
        keys = _first_bytes(digests)
        self._order = np.argsort(keys)
        self._keys = keys[self._order]

    def indices(self, hashes: Sequence[str]) -> NDArray[np.int64]:
        """Places of hashes among all cells, ``(n,)``."""
        wanted = np.empty((len(hashes), 16), dtype=np.uint8)
        for row, text in enumerate(hashes):
            wanted[row] = np.frombuffer(_digest_bytes(text), dtype=np.uint8)
        places = np.minimum(np.searchsorted(self._keys, _first_bytes(wanted)), CELLS - 1)
        found = self._order[places]
        same = (self.digests[found] == wanted).all(axis=1)
        if not same.all():
            raise _no_hash(hashes[int(np.argmin(same))])
        return found


def hashes_of(choices: NDArray[np.integer[Any]]) -> NDArray[np.str_]:
    """Official hashes of valid written cells ``(n, 26)``, ``(n,)`` texts of 32 digits.

    A few cells are hashed one by one, more of them as arrays. If the table of all cells exists,
    or so many are asked for that it pays to make it, they are looked up there.
    """
    count = len(choices)
    if count >= _WORTH_A_TABLE or (count > _FEW and is_cached(_KEY)):
        return _texts(hash_table().digests[enumerate_cells().indices(choices)])
    digests = np.empty((count, 16), dtype=np.uint8)
    for vertices, rows, cells in split_by_size(choices):
        if len(rows) <= _FEW:
            for row, place in zip(rows.tolist(), cells.tolist(), strict=True):
                digests[place] = np.frombuffer(bytes.fromhex(hash_cell(row, vertices)), np.uint8)
        else:
            digests[cells] = hash_cells(rows, vertices)
    return _texts(digests)


def hash_table() -> HashTable:
    """The table of all cells: from this process, from the cache folder, or made anew."""
    return _hash_table(str(cache_folder()))


@cache
def _hash_table(folder: str) -> HashTable:
    digests = cached(_KEY, _SHAPES, _make)["digests"]
    if hashlib.sha256(digests.tobytes()).hexdigest() != _CHECKSUM:
        logger.warning("the cached hashes of NAS-Bench-101 in %s are damaged: made anew", folder)
        digests = _make()["digests"]
    return HashTable(digests)


def _make() -> Arrays:
    sizes = enumerate_cells().sizes
    return {"digests": np.concatenate([hash_cells(size.rows, size.vertices) for size in sizes])}


def _texts(digests: NDArray[np.uint8]) -> NDArray[np.str_]:
    characters = np.frombuffer(digests.tobytes().hex().encode(), dtype="S32")
    return characters.astype(np.str_)


def _first_bytes(digests: NDArray[np.uint8]) -> NDArray[np.uint64]:
    first: NDArray[np.uint64] = np.ascontiguousarray(digests[:, :8]).view(">u8").ravel()
    return first.astype(np.uint64)


def _digest_bytes(text: str) -> bytes:
    try:
        digest = bytes.fromhex(text)
    except (TypeError, ValueError):
        raise _no_hash(text) from None
    if len(digest) != 16:
        raise _no_hash(text)
    return digest


def _no_hash(text: object) -> ParseError:
    return ParseError(
        f"got hash {str(text)[:40]!r}, expected the 32 hexadecimal digits that name one of the "
        f"{CELLS:,} cells of NAS-Bench-101"
    )

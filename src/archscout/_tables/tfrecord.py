"""Reads TFRecord files as a stream, without TensorFlow, checking every checksum.

A record is its length (8 bytes), a checksum of the length (4), the payload, and a checksum of
the payload (4), all little-endian. The checksums are CRC-32C, rotated and shifted ("masked").

Source: TensorFlow's documentation of the TFRecord format; CRC-32C after RFC 3720, appendix B.4.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from archscout.errors import TableError

Words = NDArray[np.uint32]

# More than a payload can have before it is taken for damage instead of being read.
LONGEST = 1 << 20
_CHUNK = 1 << 22
_HEADER, _FOOTER = 12, 4
_LENGTH = struct.Struct("<Q")
_POLYNOMIAL = 0x82F63B78
_MASK = 0xA282EAD8


def read_records(path: Path, longest: int = LONGEST) -> Iterator[tuple[int, bytes]]:
    """Read the byte at which each record of an uncompressed file begins, and its payload.

    Memory stays within a few times 4 MB, whatever the file claims.
    """
    try:
        with path.open("rb") as file:
            first, buffer = 0, b""
            while True:
                read = file.read(_CHUNK)
                buffer += read
                starts, stop = _frames(buffer, longest)
                _check(buffer, starts, first, path.name)
                for start, end in zip(starts, [*starts[1:], stop], strict=False):
                    yield first + start, buffer[start + _HEADER : end - _FOOTER]
                _check_rest(buffer[stop:], first + stop, path.name, longest, ended=not read)
                if not read:
                    return
                first, buffer = first + stop, buffer[stop:]
    except OSError as error:
        raise unreadable(path, error) from None


def unreadable(path: Path, error: OSError) -> TableError:
    """The error for a file that the system does not let us read."""
    reason = error.strerror or type(error).__name__
    return TableError(f"cannot read {str(path)!r} ({reason}): check the file")


def crc32c(data: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64]) -> Words:
    """CRC-32C ``(n,)`` of many parts of some bytes, from ``starts`` to before ``ends`` ``(n,)``."""
    lengths = ends - starts
    sums = np.empty(len(starts), dtype=np.uint32)
    # Parts of similar length are padded to the longest: never to more than about twice their own.
    kinds = np.frexp(lengths)[1]
    for kind in np.unique(kinds).tolist():
        part = np.flatnonzero(kinds == kind)
        sums[part] = _equal_sums(data, ends[part], lengths[part])
    return sums


def masked(sums: Words) -> Words:
    """The form in which TFRecord files store checksums."""
    turned: Words = (sums >> np.uint32(15) | sums << np.uint32(17)) + np.uint32(_MASK)
    return turned


def _frames(buffer: bytes, longest: int) -> tuple[list[int], int]:
    """Starts of the whole records in ``buffer`` and where the last of them ends."""
    starts, start, size = [], 0, len(buffer)
    read = _LENGTH.unpack_from
    while start + _HEADER <= size:
        length = read(buffer, start)[0]
        end = start + _HEADER + length + _FOOTER
        if length > longest or end > size:
            break
        starts.append(start)
        start = end
    return starts, start


def _check(buffer: bytes, starts: list[int], first: int, source: str) -> None:
    """Compare the checksums of the whole records in ``buffer``."""
    if not starts:
        return
    data, begins = np.frombuffer(buffer, np.uint8), np.array(starts, dtype=np.int64)
    lengths = _numbers(data, begins, "<u8").astype(np.int64)
    bodies, ends = begins + _HEADER, begins + _HEADER + lengths
    of_length = masked(crc32c(data, begins, begins + 8)) != _numbers(data, begins + 8, "<u4")
    of_payload = masked(crc32c(data, bodies, ends)) != _numbers(data, ends, "<u4")
    wrong = of_length | of_payload
    if wrong.any():
        place = int(np.argmax(wrong))
        what = "length" if of_length[place] else "payload"
        raise _damaged(f"a {what} that differs from its checksum", first + starts[place], source)


def _check_rest(rest: bytes, offset: int, source: str, longest: int, *, ended: bool) -> None:
    """Look at the record that is not whole yet: is its length possible, can more bytes come?"""
    if len(rest) >= _HEADER:
        data, zero = np.frombuffer(rest, np.uint8), np.zeros(1, dtype=np.int64)
        if masked(crc32c(data, zero, zero + 8))[0] != _numbers(data, zero + 8, "<u4")[0]:
            raise _damaged("a length that differs from its checksum", offset, source)
        length = _LENGTH.unpack_from(rest)[0]
        if length > longest:
            raise _damaged(f"{length:,} bytes, expected at most {longest:,}", offset, source)
    if ended and rest:
        raise TableError(
            f"{source} ends inside the record at byte {offset:,}, expected whole records: "
            "the file is truncated, fetch it again"
        )


def _damaged(what: str, offset: int, source: str) -> TableError:
    return TableError(
        f"the record at byte {offset:,} of {source} has {what}: the file is damaged or no "
        "TFRecord file, fetch it again"
    )


def _numbers(data: NDArray[np.uint8], places: NDArray[np.int64], kind: str) -> NDArray[np.uint64]:
    width = np.dtype(kind).itemsize
    windows = np.lib.stride_tricks.sliding_window_view(data, width)
    numbers: NDArray[np.uint64] = np.ascontiguousarray(windows[places]).view(kind).ravel()
    return numbers


def _equal_sums(
    data: NDArray[np.uint8], ends: NDArray[np.int64], lengths: NDArray[np.int64]
) -> Words:
    """CRC-32C of parts of similar length: each is one column, four bytes are one step.

    The parts are aligned at their ends. Zeros in front of them leave the state 0 as it is, and
    four bytes after these zeros turn it into the state of all ones, with which a sum begins.
    """
    width = -(-(int(lengths.max()) + 4) // 4) * 4
    padded = np.concatenate([np.zeros(width, dtype=np.uint8), data])
    rows = np.lib.stride_tricks.sliding_window_view(padded, width)[ends]
    free = width - lengths - 4
    ahead = int(free.max())
    rows[:, :ahead][np.arange(ahead) < free[:, None]] = 0
    rows[np.arange(len(rows))[:, None], free[:, None] + np.arange(4)] = _TO_ONES
    state = np.zeros(len(rows), dtype=np.uint32)
    for word in np.ascontiguousarray(rows.view("<u4").T):
        state ^= word
        state = _LOW.take(state & np.uint32(0xFFFF)) ^ _HIGH.take(state >> np.uint32(16))
    return ~state


def _four_zeros(state: Words) -> Words:
    """States after four zero bytes; it is linear, so the halves of a state can be looked up."""
    for _ in range(32):
        state = state >> np.uint32(1) ^ (state & np.uint32(1)) * np.uint32(_POLYNOMIAL)
    return state


def _bytes_to_ones() -> NDArray[np.uint8]:
    """The four bytes that turn the state 0 into all ones: bit steps backwards from there."""
    state = 0xFFFFFFFF
    for _ in range(32):
        last = state >> 31
        state = ((state ^ _POLYNOMIAL) << 1 | 1) if last else state << 1
    return np.frombuffer(state.to_bytes(4, "little"), dtype=np.uint8)


_LOW = _four_zeros(np.arange(1 << 16, dtype=np.uint32))
_HIGH = _four_zeros(np.arange(1 << 16, dtype=np.uint32) << np.uint32(16))
_TO_ONES = _bytes_to_ones()

"""Writes files in the official NAS-Bench-101 format, plainly and from its description alone."""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from archscout.spaces.nasbench101._cell import OPERATIONS, positions_of, vertex_counts


def plain_crc32c(data: bytes) -> int:
    """CRC-32C bit by bit."""
    state = 0xFFFFFFFF
    for byte in data:
        state ^= byte
        for _ in range(8):
            state = state >> 1 ^ (0x82F63B78 if state & 1 else 0)
    return state ^ 0xFFFFFFFF


def plain_mask(crc: int) -> int:
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) % 2**32


def checksum(data: bytes) -> bytes:
    return struct.pack("<I", plain_mask(plain_crc32c(data)))


def header(length: int) -> bytes:
    field = struct.pack("<Q", length)
    return field + checksum(field)


def frame(payload: bytes) -> bytes:
    return header(len(payload)) + payload + checksum(payload)


def write_frames(path: Path, payloads: Iterable[bytes]) -> Path:
    path.write_bytes(b"".join(map(frame, payloads)))
    return path


def varint(number: int) -> bytes:
    low, rest = number & 127, number >> 7
    return bytes([low | 128]) + varint(rest) if rest else bytes([low])


def double(field: int, value: float) -> bytes:
    return varint(field << 3 | 1) + struct.pack("<d", value)


def with_length(field: int, data: bytes) -> bytes:
    return varint(field << 3 | 2) + varint(len(data)) + data


def evaluation(epoch: float, seconds: float, train: float, valid: float, test: float) -> bytes:
    numbers = (epoch, seconds, train, valid, test)
    fields = [double(field, value) for field, value in enumerate(numbers, start=1)]
    return b"".join(fields) + with_length(6, b"/model.ckpt-1")


def metrics(epochs: int, valid: float, test: float, seconds: float, params: int = 8555530) -> bytes:
    """The message of a run whose first two evaluations differ from its last."""
    parts = (
        evaluation(0.0, 0.0, 0.1, 0.09, 0.11),
        evaluation(epochs / 2, seconds / 2, 0.5, valid / 2, test / 2),
        evaluation(epochs, seconds, 1.0, valid, test),
    )
    fixed = varint(2 << 3) + varint(params) + double(3, 2 * seconds)
    return b"".join(with_length(1, part) for part in parts) + fixed


def describe(choices: Sequence[int] | np.ndarray) -> tuple[str, str]:
    """Adjacency digits and operations of a written cell of the space."""
    row = np.asarray(choices)
    vertices = int(vertex_counts(row[None])[0])
    values = row[positions_of(vertices)].tolist()
    matrix = np.zeros((vertices, vertices), dtype=int)
    edges = [(x, y) for y in range(vertices) for x in range(y)]
    for edge, bit in zip(edges, values, strict=False):
        matrix[edge] = bit
    inner = [OPERATIONS[operation] for operation in values[len(edges) :]]
    return "".join(map(str, matrix.ravel())), ",".join(["input", *inner, "output"])


def record(digest: str, epochs: int, choices: np.ndarray, message: bytes) -> bytes:
    """The payload of one run."""
    text = base64.b64encode(message).decode()
    return json.dumps([digest, epochs, *describe(choices), text]).encode()

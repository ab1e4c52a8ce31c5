"""Files with colours of 16 bits, which Pillow does not write, byte by byte."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

_PNG_KINDS = {1: 0, 2: 4, 3: 2, 4: 6}


def png(values: NDArray[np.uint16]) -> bytes:
    """A PNG of ``(h, w, c)``: grey or colour, with alpha or not; every other line is filtered."""
    height, width, channels = values.shape
    step = 2 * channels
    lines = []
    for number, line in enumerate(values.astype(">u2").reshape(height, -1)):
        raw = np.frombuffer(line.tobytes(), np.uint8)
        before = np.concatenate([np.zeros(step, np.uint8), raw[:-step]])
        lines.append(bytes([number % 2]) + (raw - before if number % 2 else raw).tobytes())
    head = struct.pack(">IIBBBBB", width, height, 16, _PNG_KINDS[channels], 0, 0, 0)
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(b"".join(lines))), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in parts
    )


def tiff(
    values: NDArray[np.uint16], order: str = "<", *, packed: bool = False, photometric: int = 2
) -> bytes:
    """A TIFF of ``(h, w, c)`` in an order of bytes, deflated or not; colours unless told."""
    height, width, channels = values.shape
    data = values.astype(f"{order}u2").tobytes()
    data = zlib.compress(data) if packed else data
    data += bytes(len(data) % 2)
    fields: list[tuple[int, int, int, Any]] = [
        *[
            (256, 4, 1, width),
            (257, 4, 1, height),
            (258, 3, channels, 16 if channels == 1 else None),
        ],
        *[
            (259, 3, 1, 8 if packed else 1),
            (262, 3, 1, photometric),
            (273, 4, 1, 8),
            (277, 3, 1, channels),
        ],
        *[(278, 4, 1, height), (279, 4, 1, len(data)), (284, 3, 1, 1)],
    ]
    place = 8 + len(data) + 2 + 12 * len(fields) + 4
    found = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}HI", 42, 8 + len(data)) + data
    found += struct.pack(f"{order}H", len(fields))
    for tag, kind, count, value in fields:
        short = struct.pack(f"{order}HH", value or 0, 0)
        long = struct.pack(f"{order}I", place if value is None else value)
        found += struct.pack(f"{order}HHI", tag, kind, count)
        found += short if kind == 3 and value is not None else long
    return found + bytes(4) + struct.pack(f"{order}{channels}H", *[16] * channels)

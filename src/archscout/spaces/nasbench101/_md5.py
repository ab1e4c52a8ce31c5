"""MD5 of many messages of equal length at once, as arrays of 32-bit words.

hashlib takes one message a call; with about fifty messages a cell, its calls would cost more
than all the rest. Here each step of the algorithm is one numpy operation over all messages.

Source: RFC 1321.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint32]

_START = (0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476)
# Arrays without dimensions: numpy would turn a plain number into one at every call.
_SINES = [np.array(int(abs(math.sin(i + 1)) * 2**32), np.uint32) for i in range(64)]
_LEFT = [[np.array(s, np.uint32) for s in row] for row in (
    (7, 12, 17, 22), (5, 9, 14, 20), (4, 11, 16, 23), (6, 10, 15, 21),
)]  # fmt: skip
_RIGHT = [[np.array(32 - int(s), np.uint32) for s in row] for row in _LEFT]
# So many messages at a time keep the words of a block in a processor's second cache.
_LANES = 16384


def padded_rows(length: int) -> int:
    """Number of words that hold a message of ``length`` bytes and the mark after it."""
    return length // 4 + 1


def md5_words(message: Words, length: int) -> Words:
    """Digests ``(4, n)`` of messages ``(padded_rows(length), n)`` of ``length`` bytes each.

    Words are little-endian; the byte after a message is 0x80 and those after it are 0.
    """
    count = message.shape[1]
    digest = np.empty((4, count), dtype=np.uint32)
    parts = -(-count // _LANES)
    for part in range(parts):
        lanes = slice(count * part // parts, count * (part + 1) // parts)
        digest[:, lanes] = _digest(message[:, lanes], length)
    return digest


def _digest(message: Words, length: int) -> Words:
    count = message.shape[1]
    state = [np.full(count, word, dtype=np.uint32) for word in _START]
    a, b, c, d, mixed, turned = (np.empty(count, dtype=np.uint32) for _ in range(6))
    bits = np.array(8 * length, np.uint32)
    words, blocks = len(message), (length + 8) // 64 + 1
    for block in range(blocks):
        for working, before in zip((a, b, c, d), state, strict=True):
            working[:] = before
        for step in range(64):
            place = _mix(step, b, c, d, mixed)
            np.add(mixed, a, mixed)
            row = 16 * block + place
            if row < words:
                np.add(mixed, message[row], mixed)
            elif row == 16 * blocks - 2:
                np.add(mixed, bits, mixed)
            np.add(mixed, _SINES[step], mixed)
            np.left_shift(mixed, _LEFT[step // 16][step % 4], turned)
            np.right_shift(mixed, _RIGHT[step // 16][step % 4], mixed)
            np.bitwise_or(mixed, turned, mixed)
            np.add(mixed, b, a)
            a, b, c, d = d, a, b, c
        for before, working in zip(state, (a, b, c, d), strict=True):
            np.add(before, working, before)
    return np.stack(state)


def _mix(step: int, b: Words, c: Words, d: Words, out: Words) -> int:
    """Write the round's function of ``b, c, d`` to ``out``; return the message word to add."""
    if step < 16:
        np.bitwise_xor(c, d, out)
        np.bitwise_and(out, b, out)
        np.bitwise_xor(out, d, out)
        return step
    if step < 32:
        np.bitwise_xor(b, c, out)
        np.bitwise_and(out, d, out)
        np.bitwise_xor(out, c, out)
        return (5 * step + 1) % 16
    if step < 48:
        np.bitwise_xor(b, c, out)
        np.bitwise_xor(out, d, out)
        return (3 * step + 5) % 16
    np.invert(d, out)
    np.bitwise_or(out, b, out)
    np.bitwise_xor(out, c, out)
    return 7 * step % 16

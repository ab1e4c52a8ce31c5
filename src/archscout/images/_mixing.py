"""Mixes fingerprints of images with a seed into numbers that look random.

What is drawn so depends on an image's content alone: not on its name, its place, or what
other images there are.

Source: the finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014,
doi 10.1145/2660193.2660195), applied once for each key.
"""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from archscout.errors import SettingsError

_STEP = 0x9E3779B97F4A7C15
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_MASK = 2**64 - 1


def mix(fingerprints: NDArray[np.uint64], *keys: int) -> NDArray[np.uint64]:
    """Numbers that are uniform over 64 bits, one a fingerprint.

    Args:
        fingerprints: uint64, any shape.
        keys: whole numbers from 0 to 2^64 - 1, such as seed, purpose, epoch; their order counts.

    Returns:
        uint64 of the same shape; equal fingerprints and keys give equal numbers.

    Raises:
        SettingsError: if a key is out of range.

    Examples:
        >>> mix(np.array([0, 1], dtype=np.uint64), 7).tolist()
        [8409816773569330625, 14410334998978661030]
    """
    mixed = _finalise(np.asarray(fingerprints, dtype=np.uint64))
    for key in keys:
        if not 0 <= int(key) <= _MASK:
            raise SettingsError(f"got {key} as a seed or epoch, expected 0 to 2^64 - 1")
        # The step keeps keys of zero from leaving the numbers as they are.
        stepped = np.array((int(key) + _STEP) & _MASK, dtype=np.uint64)
        mixed = _finalise(mixed ^ _finalise(stepped))
    return mixed


def hash_of_name(name: str) -> bytes:
    """What a limit sorts by: the same on every machine, and mixes classes and folders."""
    return hashlib.blake2b(name.encode("utf-8", "surrogateescape"), digest_size=8).digest()


def _finalise(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Let every bit change every other bit; a bijection of 64 bits."""
    with np.errstate(over="ignore"):
        values = (values ^ (values >> np.uint64(30))) * _FIRST
        values = (values ^ (values >> np.uint64(27))) * _SECOND
    return values ^ (values >> np.uint64(31))

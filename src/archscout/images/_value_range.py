"""What number is white where pictures hold more than bytes: one answer for all of a data set.

Cameras and microscopes write 10, 12 or 14 bits into files of 16, where 65,535 as white would leave
them almost black. The largest value of all pictures tells how many bits are in use; a white of its
own for each picture would make their brightness differ.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

logger = logging.getLogger(__name__)

Kind = Literal["whole", "float"]

_KINDS: tuple[Kind, Kind] = ("whole", "float")
_DEPTHS = (1, 8, 10, 12, 14, 16)
LARGEST = 2 ** _DEPTHS[-1] - 1
# Floats that begin at 0 and end a little above 1 went through a filter that overshoots.
_OVERSHOOT = 2.0


class Values(NamedTuple):
    """Numbers of one picture: whole numbers or floats, and the largest one."""

    kind: Kind
    high: float


class Whites(NamedTuple):
    """What number is white, for each kind; None if there is no such picture."""

    whole: float | None = None
    floats: float | None = None

    def words(self) -> str:
        """What is white, for the user; empty where it is 255, or 1.0, as everybody expects."""
        said = []
        if self.whole not in (None, 255):
            said.append(f"{self.whole:,.0f} is white")
        if self.floats not in (None, 1):
            said.append(f"{self.floats:,.1f} is white")
        return ", ".join(said)

    def of(self, values: Values) -> float:
        """What is white in a picture."""
        known = self.whole if values.kind == "whole" else self.floats
        return white_of(values) if known is None else known


BY_ITSELF = Whites()
"""Each picture by itself alone."""


def white_of(values: Values) -> float:
    """What is white, by the bits that are in use."""
    if values.kind == "float" and values.high < _OVERSHOOT:
        return 1.0
    if values.high == 0:
        return 255.0
    depths = _DEPTHS if values.kind == "whole" else _DEPTHS[1:]
    return next((2.0**bits - 1 for bits in depths if values.high <= 2**bits - 1), float(LARGEST))


def settle(found: Iterable[Values | None], given: Whites) -> Whites:
    """What is white in all pictures, of which those of bytes have None.

    Given is what is white already, as in the training images; a warning says what is cut.
    """
    high: dict[str, Values] = {}
    for values in found:
        if values is not None and (values.kind not in high or values.high > high[values.kind].high):
            high[values.kind] = values
    whites = Whites(*(given.of(high[kind]) if kind in high else None for kind in _KINDS))
    for kind, white in zip(_KINDS, whites, strict=True):
        if white is not None and high[kind].high > white:
            logger.warning(
                "values go up to %s and are cut at %s, which is taken for white",
                f"{high[kind].high:,g}",
                f"{white:,g}",
            )
    return whites


def to_bytes(values: NDArray[np.number], white: float) -> NDArray[np.uint8]:
    """Bytes of numbers from 0; those from white on become 255."""
    if values.dtype == np.uint16:
        table = np.rint(np.minimum(np.arange(LARGEST + 1), white) * (255 / white))
        taken: NDArray[np.uint8] = table.astype(np.uint8)[values]
        return taken
    scaled = np.minimum(values, white, dtype=np.float32) * np.float32(255 / white)
    rounded: NDArray[np.uint8] = np.rint(scaled, out=scaled).astype(np.uint8)
    return rounded

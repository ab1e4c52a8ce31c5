"""Networks that are a chain of blocks: their places, their costs, and which compute the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archscout.spaces._blocks.block_costs import (
    Costs,
    after_stride,
    convolution,
    inverted_residual,
    linear,
)


@dataclass(frozen=True)
class BlockPlace:
    """Form of one block: channels of input and output, stride."""

    inputs: int
    outputs: int
    stride: int

    def block(self, kernel: int, expansion: int | None = None) -> dict[str, int]:
        """The block that has this form; without an expansion, a convolution."""
        wider = {} if expansion is None else {"expansion": expansion}
        return {"kernel": kernel, **wider, "outputs": self.outputs, "stride": self.stride}


def skips_last(
    choices: NDArray[np.integer[Any]], runs: Iterable[slice], skip: int
) -> NDArray[np.int8]:
    """Move the skips of every run of like places behind its blocks, which keep their order.

    Where all places of a run have the same input and output form, a skip is the identity and
    it makes no difference where it stands: a network trained alone is the same.
    """
    moved = choices.astype(np.int8)
    for run in runs:
        part = moved[:, run]
        order = np.argsort(part == skip, axis=1, kind="stable")
        moved[:, run] = np.take_along_axis(part, order, axis=1)
    return moved


def price_chain(
    fixed: Costs,
    layout: Sequence[BlockPlace],
    options: int,
    block_of: Callable[[int, BlockPlace], Mapping[str, int] | None],
    *,
    side: int,
    last: int,
    classes: int,
) -> tuple[Costs, Costs]:
    """What every chain costs, ``(2,)``, and each option of each place, ``(places, options, 2)``.

    Before the blocks stands what is ``fixed``; its features are ``side`` wide and high. Behind
    them stand a 1x1 convolution to ``last`` channels and the classifier.
    """
    prices = np.zeros((len(layout), options, 2), dtype=np.int64)
    for place, row in zip(layout, prices, strict=True):
        after = after_stride(side, place.stride)
        for option in range(options):
            block = block_of(option, place)
            if block is not None and "expansion" in block:
                row[option] = inverted_residual(place.inputs, **block, side=side)
            elif block is not None:
                row[option] = convolution(place.inputs, place.outputs, block["kernel"], after)
        side = after
    fixed = fixed + convolution(layout[-1].outputs, last, 1, side) + linear(last, classes)
    for table in (fixed, prices):
        table.flags.writeable = False
    return fixed, prices

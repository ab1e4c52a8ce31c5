"""Which architectures a predictor learns from and which it is asked about, beyond chance.

Source:
    The zero-shot split to larger cells follows Lukasik et al., GCPR 2020, arXiv 2010.10024,
    who teach NAS-Bench-101 cells of fewer vertices and ask about those of seven.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from archscout.encodings import graph_properties
from archscout.errors import SettingsError, unknown_name
from archscout.predictors import flow_form
from archscout.spaces.base import Architectures, SearchSpace

_COLUMNS = {"vertices": "live vertices", "edges": "live edges"}


class SizeSplit(NamedTuple):
    """Rows ``(n,)`` of the small architectures and of the large ones, both in ascending order."""

    small: NDArray[np.int64]
    large: NDArray[np.int64]


def split_by_size(
    space: SearchSpace,
    choices: Architectures,
    largest: int,
    by: Literal["vertices", "edges"] = "vertices",
) -> SizeSplit:
    """Split architectures by the size of the computation that they make.

    Sizes are those of the graph that the networks read (`flow_form`),
    so what does not reach the output counts for nothing, nor does a skip of NAS-Bench-201.

    Args:
        space: the space of the architectures.
        choices: ``n`` architectures.
        largest: the largest size that is small: live vertices with input and output, 2 or more,
            or live edges, 0 or more.
        by: whether vertices or edges are counted.

    Returns:
        Rows of the small and of the large ones; neither is empty.

    Raises:
        UnknownNameError: if ``by`` is another word.
        SettingsError: if all are small or all are large.

    Examples:
        >>> from archscout.spaces import load_space
        >>> space = load_space("nasbench201")
        >>> cells = [space.parse(text) for text in ("333333", "111111", "300300")]
        >>> split = split_by_size(space, cells, largest=7)
        >>> split.small.tolist(), split.large.tolist()
        ([1, 2], [0])
    """
    if by not in _COLUMNS:
        raise unknown_name("size of a cell", str(by), _COLUMNS)
    graph = flow_form(space, space.as_choices(choices))
    found = graph_properties(graph)
    sizes = found.values[:, found.names.index(_COLUMNS[by])]
    if by == "vertices":
        sizes = sizes + 2  # Input and output, as NAS-Bench-101 counts.
    split = SizeSplit(np.flatnonzero(sizes <= largest), np.flatnonzero(sizes > largest))
    if len(split.small) == 0 or len(split.large) == 0:
        span = f"{sizes.min():g} to {sizes.max():g}" if len(sizes) else "no"
        raise SettingsError(
            f"got largest={largest} for {len(sizes)} architectures of {span} {by}, expected "
            "some that are as small and some that are larger: choose a size between"
        )
    return split

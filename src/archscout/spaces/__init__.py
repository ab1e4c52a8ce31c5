"""Search spaces: what an architecture is, and everything that can be done with one.

The classes of single spaces are loaded when they are first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archscout.plugins import Entry, Registry
from archscout.spaces.base import (
    Architecture,
    Architectures,
    Limit,
    SearchSpace,
    TokenSpec,
    Variable,
)

if TYPE_CHECKING:
    from archscout.spaces.darts.space import DARTS
    from archscout.spaces.mobilenet.space import MobileNet
    from archscout.spaces.nasbench101.space import NASBench101
    from archscout.spaces.nasbench201.space import NASBench201
    from archscout.spaces.nasbench_macro.space import NASBenchMacro

SPACES = Registry(
    "space",
    {
        "nasbench101": Entry(
            "archscout.spaces.nasbench101.space:NASBench101",
            "423,624 image-classification cells of at most seven vertices and nine edges",
            "Ying et al., ICML 2019, arXiv 1902.09635",
        ),
        "nasbench201": Entry(
            "archscout.spaces.nasbench201.space:NASBench201",
            "15,625 image-classification cells: six edges, five operations each",
            "Dong and Yang, ICLR 2020, arXiv 2001.00326",
        ),
        "darts": Entry(
            "archscout.spaces.darts.space:DARTS",
            "1.1e18 pairs of a normal and a reduce cell: four nodes, two inputs each",
            "Liu et al., ICLR 2019, arXiv 1806.09055; as in arXiv 2101.11834",
        ),
        "nasbench-macro": Entry(
            "archscout.spaces.nasbench_macro.space:NASBenchMacro",
            "6,561 chains of eight layers: a skip or one of two MobileNetV2 blocks",
            "Su et al., CVPR 2021, doi 10.1109/cvpr46437.2021.01082",
        ),
        "mobilenet": Entry(
            "archscout.spaces.mobilenet.space:MobileNet",
            "2.2e17 chains of 21 MobileNetV2 blocks: six forms of a block, or a skip",
            "Cai et al., ICLR 2019, arXiv 1812.00332; as in arXiv 2002.10389 and 2101.11834",
        ),
    },
)


_CLASSES = {
    "DARTS": "darts",
    "MobileNet": "mobilenet",
    "NASBench101": "nasbench101",
    "NASBench201": "nasbench201",
    "NASBenchMacro": "nasbench-macro",
}


def __getattr__(name: str) -> Any:
    """Load the class of a space on first use (PEP 562)."""
    if name not in _CLASSES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return SPACES[_CLASSES[name]].load()


def load_space(name: str) -> SearchSpace:
    """Load a search space by its name.

    Args:
        name: one of ``SPACES.names()``.

    Returns:
        A new instance of the space.

    Raises:
        UnknownNameError: if no space has that name; it says which one is nearest.

    Examples:
        >>> len(load_space("nasbench201"))
        15625
    """
    space: SearchSpace = SPACES.create(name)
    return space


__all__ = [
    "DARTS",
    "SPACES",
    "Architecture",
    "Architectures",
    "Limit",
    "MobileNet",
    "NASBench101",
    "NASBench201",
    "NASBenchMacro",
    "SearchSpace",
    "TokenSpec",
    "Variable",
    "load_space",
]

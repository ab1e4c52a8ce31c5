"""Search spaces: what an architecture is, and everything that can be done with one."""

from __future__ import annotations

from archscout.registry import Entry, Registry
from archscout.spaces.base import Architecture, Architectures, SearchSpace, TokenSpec, Variable

SPACES = Registry(
    "space",
    {
        "nasbench101": Entry(
            "archscout.spaces.nasbench101:NASBench101",
            "423,624 image-classification cells of at most seven vertices and nine edges",
            "Ying et al., ICML 2019, arXiv 1902.09635",
        ),
        "nasbench201": Entry(
            "archscout.spaces.nasbench201:NASBench201",
            "15,625 image-classification cells: six edges, five operations each",
            "Dong and Yang, ICLR 2020, arXiv 2001.00326",
        ),
    },
)


def load_space(name: str) -> SearchSpace:
    """Load a search space by its name.

    Args:
        name: one of ``SPACES.names()``.

    Returns:
        A new instance of the space.

    Raises:
        UnknownNameError: if no space has that name; it says which one is nearest.

    Example:
        >>> len(load_space("nasbench201"))
        15625
    """
    space: SearchSpace = SPACES.create(name)
    return space


__all__ = [
    "SPACES",
    "Architecture",
    "Architectures",
    "SearchSpace",
    "TokenSpec",
    "Variable",
    "load_space",
]

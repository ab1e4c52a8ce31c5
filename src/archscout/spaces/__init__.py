"""Search spaces: what an architecture is, and everything that can be done with one.

The classes of single spaces are loaded when they are first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archscout._common.lazy import lazily
from archscout.spaces._plugin import SpacePlugin
from archscout.spaces._registry import SPACES, declarations, declare, load_space, plugin_of
from archscout.spaces.base import (
    Architecture,
    Architectures,
    Limit,
    SearchSpace,
    TokenSpec,
    Variable,
)

if TYPE_CHECKING:
    from archscout.spaces._blocks.angle_vector import (
        AngleVector,
        VectorContents,
        VectorPiece,
        names_of_weights,
    )
    from archscout.spaces._blocks.chain_supernet import ChainSupernet
    from archscout.spaces._blocks.supernet import Supernet
    from archscout.spaces._recorded import place_of, recorded_space
    from archscout.spaces.darts._costs import Layout
    from archscout.spaces.darts._text import parse_genotype
    from archscout.spaces.darts.space import DARTS
    from archscout.spaces.mobilenet._costs import Widths
    from archscout.spaces.mobilenet.space import MobileNet
    from archscout.spaces.nasbench101.space import NASBench101
    from archscout.spaces.nasbench201.space import NASBench201
    from archscout.spaces.nasbench_macro.space import NASBenchMacro

__getattr__ = lazily(
    __name__,
    {
        "Layout": "darts._costs",
        "Widths": "mobilenet._costs",
        "parse_genotype": "darts._text",
        "AngleVector": "_blocks.angle_vector",
        "ChainSupernet": "_blocks.chain_supernet",
        "DARTS": "darts.space",
        "MobileNet": "mobilenet.space",
        "NASBench101": "nasbench101.space",
        "NASBench201": "nasbench201.space",
        "NASBenchMacro": "nasbench_macro.space",
        "Supernet": "_blocks.supernet",
        "VectorContents": "_blocks.angle_vector",
        "VectorPiece": "_blocks.angle_vector",
        "names_of_weights": "_blocks.angle_vector",
        "place_of": "_recorded",
        "recorded_space": "_recorded",
    },
)

__all__ = [
    "DARTS",
    "SPACES",
    "AngleVector",
    "Architecture",
    "Architectures",
    "ChainSupernet",
    "Layout",
    "Limit",
    "MobileNet",
    "NASBench101",
    "NASBench201",
    "NASBenchMacro",
    "SearchSpace",
    "SpacePlugin",
    "Supernet",
    "TokenSpec",
    "Variable",
    "VectorContents",
    "VectorPiece",
    "Widths",
    "declarations",
    "declare",
    "load_space",
    "names_of_weights",
    "parse_genotype",
    "place_of",
    "plugin_of",
    "recorded_space",
]

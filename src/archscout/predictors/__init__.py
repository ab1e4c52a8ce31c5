"""Predictors: the value of an architecture from few labelled ones. All are found by name.

`PREDICTORS` holds the names, `make_predictor` makes one, `list_predictors` lists them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from archscout.predictors.base import Prediction, Predictor
from archscout.registry import Entry, Registry
from archscout.spaces.base import SearchSpace

_HERE = "archscout.predictors"
_NETWORK = f"{_HERE}.encoder_predictor_decoder:EncoderPredictorDecoder"
_GRAF = "features after Kadlecová et al., Surprisingly Strong Performance Prediction, 2404.16551"
_SEMINAS = "Luo et al., Semi-Supervised Neural Architecture Search, arXiv 2002.10389"

PREDICTORS = Registry(
    "predictor",
    {
        "seminas": Entry(
            f"{_HERE}.semi:PseudoLabels",
            "flow ensemble with decoder, taught on pseudo-labels while they help",
            _SEMINAS,
        ),
        "flow": Entry(
            _NETWORK,
            "flow ensemble with decoder, without pseudo-labels",
            "this project; the operations as transforms follow Ning et al., arXiv 2004.01899",
            {"preset": "fast"},
        ),
        "lstm": Entry(
            _NETWORK,
            "encoder, predictor and decoder of NAO and SemiNAS, on a short schedule",
            "Luo et al., Neural Architecture Optimization, arXiv 1808.07233",
            {"preset": "lstm"},
        ),
        "boosting": Entry(
            f"{_HERE}.boosting:Boosting",
            "bagged gradient boosting on graph properties, calibrated on held-out labels",
            _GRAF,
        ),
        "forest": Entry(
            f"{_HERE}.forest:Forest",
            "extra trees on graph properties",
            _GRAF,
        ),
        "random-forest": Entry(
            f"{_HERE}.forest:Forest",
            "random forest on graph properties",
            _GRAF,
            {"kind": "random"},
        ),
    },
)


def list_predictors(pattern: str = "*") -> list[str]:
    """Sorted names of the predictors that match a shell pattern.

    Example:
        >>> list_predictors("semi*")
        ['seminas']
    """
    return PREDICTORS.names(pattern)


def make_predictor(
    name: str, space: SearchSpace, rng: np.random.Generator, **settings: Any
) -> Predictor:
    """Make a predictor by name.

    Args:
        name: a registered name.
        space: the space whose architectures it sees.
        rng: the only source of randomness.
        settings: keyword arguments of its class.

    Raises:
        UnknownNameError: if the name is not registered.
    """
    predictor: Predictor = PREDICTORS.create(name, space, rng, **settings)
    return predictor


__all__ = ["PREDICTORS", "Prediction", "Predictor", "list_predictors", "make_predictor"]

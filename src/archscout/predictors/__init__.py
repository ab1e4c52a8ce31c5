"""Predictors: the value of an architecture from few labeled ones. All are found by name.

`PREDICTORS` holds the names, `make_predictor` makes one, `list_predictors` lists them.
`WRAPPERS` holds what can stand before a name, as in ``"pseudo:forest"``. The classes are here too,
loaded when they are first used: ``from archscout.predictors import MLP``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, TypeGuard, cast

import numpy as np

from archscout._common.arguments import as_generator, refuses
from archscout._common.lazy import lazily
from archscout._common.own_state import door_of, own_state
from archscout.errors import SettingsError, kind_of
from archscout.plugins import Entry, Registry, is_reference
from archscout.predictors._posterior import Posterior
from archscout.predictors.base import Predictor, clone, parameters
from archscout.spaces._as_space import as_space
from archscout.spaces.base import SearchSpace

if TYPE_CHECKING:
    from archscout.predictors._graph_vae import GraphVAE
    from archscout.predictors._parts.forms import flow_form
    from archscout.predictors._parts.presets import PRESETS, Preset
    from archscout.predictors.arch2vec import Arch2Vec
    from archscout.predictors.assessor import Assessor
    from archscout.predictors.boosting import Boosting
    from archscout.predictors.encoder_predictor_decoder import EncoderPredictorDecoder
    from archscout.predictors.forest import Forest
    from archscout.predictors.gaussian_process import GaussianProcess
    from archscout.predictors.graph_network import GraphNetwork
    from archscout.predictors.mlp import MLP
    from archscout.predictors.weak import WeakPredictor
    from archscout.predictors.wrappers._conformal import Conformal
    from archscout.predictors.wrappers._ensemble import Ensemble
    from archscout.predictors.wrappers._pseudo_labels import PseudoLabels

__getattr__ = lazily(
    __name__,
    {
        "Arch2Vec": "arch2vec",
        "Assessor": "assessor",
        "Boosting": "boosting",
        "Conformal": "wrappers._conformal",
        "EncoderPredictorDecoder": "encoder_predictor_decoder",
        "Ensemble": "wrappers._ensemble",
        "Forest": "forest",
        "GaussianProcess": "gaussian_process",
        "GraphNetwork": "graph_network",
        "GraphVAE": "_graph_vae",
        "MLP": "mlp",
        "PRESETS": "_parts.presets",
        "Preset": "_parts.presets",
        "PseudoLabels": "wrappers._pseudo_labels",
        "WeakPredictor": "weak",
        "flow_form": "_parts.forms",
    },
)

_HERE = "archscout.predictors"
_NETWORK = f"{_HERE}.encoder_predictor_decoder:EncoderPredictorDecoder"
_GRAF = "features after Kadlecová et al., Surprisingly Strong Performance Prediction, 2404.16551"
_SEMINAS = "Luo et al., Semi-Supervised Neural Architecture Search, arXiv 2002.10389"

PREDICTORS = Registry(
    "predictor",
    {
        "seminas": Entry(
            f"{_HERE}.wrappers._pseudo_labels:PseudoLabels",
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
        "forest": Entry(f"{_HERE}.forest:Forest", "extra trees on graph properties", _GRAF),
        "random-forest": Entry(
            f"{_HERE}.forest:Forest", "random forest on graph properties", _GRAF, {"kind": "random"}
        ),
        "assessor": Entry(
            f"{_HERE}.assessor:Assessor",
            "auto-encoder, relation graph and graph convolutions on labels and unlabeled cells",
            "Tang et al., A Semi-Supervised Assessor of Neural Architectures, arXiv 2005.06821",
        ),
        "graph-network": Entry(
            f"{_HERE}.graph_network:GraphNetwork",
            "messages along and against the edges of the cell, gated sum, regressor",
            "Lukasik et al., Neural Architecture Performance Prediction Using GNNs, 2010.10024",
        ),
        "mlp": Entry(
            f"{_HERE}.mlp:MLP",
            "ensemble of small multilayer perceptrons on graph properties",
            "Rumelhart et al., Nature 323, 1986; deep ensembles after arXiv 1612.01474",
        ),
        "gaussian-process": Entry(
            f"{_HERE}.gaussian_process:GaussianProcess",
            "Gaussian process with a kernel on graph properties or on differing decisions",
            "Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006",
        ),
        "weak": Entry(
            f"{_HERE}.weak:WeakPredictor",
            "the weak predictor of WeakNAS: a perceptron on one-hot marks, wider with more labels",
            "Wu et al., Stronger NAS with Weaker Predictors, arXiv 2102.10490",
        ),
        "arch2vec": Entry(
            f"{_HERE}.arch2vec:Arch2Vec",
            "graph auto-encoder taught without labels, then a regressor on its embedding",
            "Yan et al., Does Unsupervised Architecture Representation Learning Help, 2006.06936",
        ),
        "graph-vae": Entry(
            f"{_HERE}._graph_vae:GraphVAE",
            "graph auto-encoder with accuracy and complexity heads taught together, and a decoder",
            "Li et al., Neural Architecture Optimization with Graph VAE, arXiv 2006.10310",
        ),
        "offline": Entry(
            f"{_HERE}.graph_network:GraphNetwork",
            "graph network over the cell and LSTM over its vertices, taught once and not again",
            "arXiv 2108.01854",
            {"readout": "lstm", "loss": "squared", "steps": 300},
        ),
    },
    Predictor,
)

WRAPPERS = Registry(
    "wrapper of a predictor",
    {
        "pseudo": Entry(
            f"{_HERE}.wrappers._pseudo_labels:PseudoLabels",
            "teaches the predictor on its own guesses for unlabeled architectures while they help",
            _SEMINAS,
        ),
        "ensemble": Entry(
            f"{_HERE}.wrappers._ensemble:Ensemble",
            "several of the predictor on other labels; their deviation is the spread",
            "Breiman, Bagging Predictors, 1996; Lakshminarayanan et al., arXiv 1612.01474",
        ),
        "conformal": Entry(
            f"{_HERE}.wrappers._conformal:Conformal",
            "scales the predictor's spread so that held-out labels lie where it says",
            "Lei et al., Distribution-Free Predictive Inference for Regression, 2018",
        ),
    },
    Predictor,
)
"""Names before a colon, as in ``"pseudo:forest"``; they can be stacked."""


def list_predictors(pattern: str = "*") -> list[str]:
    """Sorted names of the predictors that match a shell pattern.

    Examples:
        >>> list_predictors("semi*")
        ['seminas']
    """
    return PREDICTORS.names(pattern)


@own_state()
def make_predictor(
    name: str | Callable[..., Predictor],
    space: SearchSpace,
    rng: np.random.Generator,
    **settings: Any,
) -> Predictor:
    """Make a predictor by name.

    Args:
        name: a registered name, the place of a predictor's class, ``"module:Name"`` or
            ``"FILE.py:Name"``, or one of these behind wrappers as in ``"pseudo:forest"``; or a
            class or function ``(space, rng) -> Predictor``.
        space: the space whose architectures it sees.
        rng: the only source of randomness.
        settings: keyword arguments of its class, or of the outermost wrapper's.

    Raises:
        UnknownNameError: if the name, or a wrapper before it, is not registered.
        SettingsError: if it makes no predictor, or space or generator are of another kind.
    """
    space, rng = as_space(space), as_generator(rng)
    if _makes_predictors(name):
        return _own(name, space, rng, settings)
    name = cast(str, name)  # Which the registry checks.
    wrapper, wrapped = _unwrapped(name)
    if not wrapper:
        entry = PREDICTORS[name]
        return _own(entry.load(), space, rng, {**entry.settings, **settings})
    check_predictor_name(name)
    make = partial(make_predictor, wrapped)
    made: Predictor = WRAPPERS.create(wrapper, space, rng, make=make, **settings)
    made.check()
    return made


def _makes_predictors(name: object) -> TypeGuard[Callable[..., Predictor]]:
    return issubclass(name, Predictor) if isinstance(name, type) else callable(name)


def _own(
    make: Callable[..., Predictor],
    space: SearchSpace,
    rng: np.random.Generator,
    settings: Mapping[str, Any],
) -> Predictor:
    """Call a class or function, code of others in the state of their process."""
    ours = str(getattr(make, "__module__", "")).partition(".")[0] == "archscout"
    if not ours and (why := refuses(make, space, rng, **settings)) is not None:
        raise SettingsError(
            f"got the predictor {getattr(make, '__name__', make)!r}, which cannot be made of "
            f"(space, rng{''.join(f', {name}' for name in settings)}) ({why}): correct the "
            "settings, or let it take these"
        )
    with door_of(make):
        made = make(space, rng, **settings)
    if not isinstance(made, Predictor):
        raise SettingsError(
            f"got {kind_of(made)} from the predictor {getattr(make, '__name__', make)!r}, expected "
            "a Predictor: inherit from archscout.Predictor"
        )
    made.check()  # Refused before anything is spent.
    return made


def _unwrapped(name: object) -> tuple[str, str]:
    """The wrapper before a name, empty if there is none, and the rest."""
    if isinstance(name, str) and ":" in name and name not in PREDICTORS:
        wrapper, _, rest = name.partition(":")
        # A misspelt wrapper is no module.
        wraps = rest in PREDICTORS or rest.partition(":")[0] in WRAPPERS
        if wrapper in WRAPPERS or wraps or not is_reference(name):
            return wrapper, rest
    return "", name if isinstance(name, str) else ""


def check_predictor_name(name: str) -> str:
    """Return the name if `make_predictor` knows it; raises `UnknownNameError`.

    Examples:
        >>> check_predictor_name("pseudo:forest")
        'pseudo:forest'
    """
    wrapper, rest = _unwrapped(name)
    if wrapper:
        WRAPPERS[wrapper]
        check_predictor_name(rest)
    else:
        PREDICTORS[name]
    return name


__all__ = [
    "MLP",
    "PREDICTORS",
    "PRESETS",
    "WRAPPERS",
    "Arch2Vec",
    "Assessor",
    "Boosting",
    "Conformal",
    "EncoderPredictorDecoder",
    "Ensemble",
    "Forest",
    "GaussianProcess",
    "GraphNetwork",
    "GraphVAE",
    "Posterior",
    "Predictor",
    "Preset",
    "PseudoLabels",
    "WeakPredictor",
    "check_predictor_name",
    "clone",
    "flow_form",
    "list_predictors",
    "make_predictor",
    "parameters",
]

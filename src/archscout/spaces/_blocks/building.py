"""What every function that builds a network keeps to."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from archscout._common.own_state import own_state

if TYPE_CHECKING:
    import torch

_Arguments = ParamSpec("_Arguments")
_Made = TypeVar("_Made")


def builds(function: Callable[_Arguments, _Made]) -> Callable[_Arguments, _Made]:
    """Let a function build float32 networks, whatever else the user set.

    A network is built on the device that the user set: ``with torch.device("meta")`` it costs
    nothing. Where the function was given a generator, which draws the weights, it is built on the
    device of the generator, and PyTorch's own generator is left as it was.
    """

    @functools.wraps(function)
    def build(*args: _Arguments.args, **settings: _Arguments.kwargs) -> _Made:
        import torch

        generator = _generator_in(args, settings)
        device = torch.get_default_device() if generator is None else generator.device
        kept = nullcontext() if generator is None else torch.random.fork_rng(devices=[])
        with own_state(one_thread=False), torch.device(device), kept:
            return function(*args, **settings)

    return build


def builds_drawn(function: Callable[_Arguments, _Made]) -> Callable[_Arguments, _Made]:
    """`builds`, for a function or constructor whose generator, if given, draws the weights."""

    @builds
    @functools.wraps(function)
    def build(*args: _Arguments.args, **settings: _Arguments.kwargs) -> _Made:
        made = function(*args, **settings)
        generator = _generator_in(args, settings)
        if generator is not None:
            network: Any = args[0] if made is None else made
            _draw_weights(network, generator)
        return made

    return build


def _draw_weights(network: torch.nn.Module, generator: torch.Generator) -> None:
    """Draw all initial weights anew from a generator, as PyTorch's own defaults do.

    Convolutions and the classifier are uniform within one over the square root of their fan-in;
    batch norms start at scale one and shift zero, which needs no drawing.
    """
    import torch

    with torch.no_grad():
        for module in network.modules():
            if isinstance(module, torch.nn.Conv2d | torch.nn.Linear):
                bound = 1 / math.sqrt(module.weight[0].numel())
                module.weight.uniform_(-bound, bound, generator=generator)
                if module.bias is not None:
                    module.bias.uniform_(-bound, bound, generator=generator)


def _generator_in(args: tuple[Any, ...], settings: dict[str, Any]) -> torch.Generator | None:
    import torch

    values = (*args, *settings.values())
    return next((value for value in values if isinstance(value, torch.Generator)), None)

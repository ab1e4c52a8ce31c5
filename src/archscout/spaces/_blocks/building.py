"""What every function that builds a network keeps to."""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextlib import nullcontext
from typing import ParamSpec, TypeVar

from archscout._common.own_state import own_state

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

        arguments = (*args, *settings.values())
        generator = next((one for one in arguments if isinstance(one, torch.Generator)), None)
        device = torch.get_default_device() if generator is None else generator.device
        kept = nullcontext() if generator is None else torch.random.fork_rng(devices=[])
        with own_state(one_thread=False), torch.device(device), kept:
            return function(*args, **settings)

    return build

"""What every function that builds a network keeps to."""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextlib import nullcontext
from typing import ParamSpec, TypeVar

from archscout.own_state import own_state

_Arguments = ParamSpec("_Arguments")
_Made = TypeVar("_Made")


def builds(function: Callable[_Arguments, _Made]) -> Callable[_Arguments, _Made]:
    """Let a function build float32 networks on the processor, whatever the user set.

    PyTorch draws weights from its own generator as it makes a layer. Where the function was given
    a generator, which then draws them anew, PyTorch's own is left as it was.
    """

    @functools.wraps(function)
    def build(*args: _Arguments.args, **settings: _Arguments.kwargs) -> _Made:
        import torch

        given = any(isinstance(one, torch.Generator) for one in (*args, *settings.values()))
        kept = torch.random.fork_rng(devices=[]) if given else nullcontext()
        with own_state(one_thread=False), kept:
            return function(*args, **settings)

    return build

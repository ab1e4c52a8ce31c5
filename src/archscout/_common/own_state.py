"""The state of the process that archscout's own numerical work runs in, whatever the user set.

PyTorch, NumPy and BLAS keep settings that any line of a program may change: default dtype and
device, gradients, autocast, what a floating-point error does, how many threads share a product of
matrices. Work of this package is done within `own_state`, and what of the user's is called from
there (an objective, a callback, a class of another package) within `users_state`. Random
generators are not looked after here: code takes them as arguments.

Entering costs microseconds where there is nothing to change, so a door may stand within a door.
Settings of a thread are put back by who changed them, those of the whole process by the last
thread that leaves.
"""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable
from contextlib import ContextDecorator
from typing import Any, NamedTuple, TypeVar

from archscout._common.own_state_parts import (
    Loaded,
    Undo,
    find_loaded,
    take_numpy,
    take_threads,
    take_torch,
)


class _Door(NamedTuple):
    """A door that a thread stands in: what was asked for here or further out, and its undoing.

    ``undo`` is None where the door around had done everything.
    """

    one_thread: bool
    device: str
    loaded: Loaded
    undo: list[Undo] | None


class _Open(threading.local):
    """The doors of this thread, outermost first."""

    doors: tuple[_Door, ...] = ()


_open = _Open()
_Given = TypeVar("_Given", bound=Callable[..., Any] | None)
_OUTSIDE = _Door(False, "cpu", Loaded(False, False), [])


class own_state(ContextDecorator):
    """Gives a known state inside, and puts the user's back; a context and a decorator.

    Inside, PyTorch makes float32 tensors on the processor, keeps gradients, multiplies in full
    precision, and neither casts nor looks for anomalies; NumPy treats floating-point errors as
    it does at first.

    Args:
        one_thread: whether BLAS and PyTorch use one thread: small matrices are slower on more,
            whose waiting costs whole cores, and which round differently.
        device: where PyTorch makes tensors, also within doors inside that name no device; None
            for the processor, or for the device of the door around.
    """

    def __init__(self, *, one_thread: bool = True, device: str | None = None) -> None:
        self.one_thread, self.device = one_thread, device

    def __enter__(self) -> None:
        if self.device is not None:
            importlib.import_module("torch")
        doors, loaded = _open.doors, find_loaded()
        around = doors[-1] if doors else _OUTSIDE
        device = self.device or around.device
        one_thread = self.one_thread or around.one_thread
        # Code of others runs in the user's state, outside all doors: nothing changed since.
        done = bool(doors) and (one_thread, device, loaded) == around[:3]
        door = _Door(one_thread, device, loaded, None if done else [])
        # Noted first, so that what was changed is put back if the rest cannot be.
        _open.doors = (*doors, door)
        try:
            _take(door)
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *error: object) -> None:
        *around, door = _open.doors
        _open.doors = tuple(around)
        _leave(door)


class users_state(ContextDecorator):
    """Gives back the user's state within `own_state`, for code of the user; elsewhere does nothing.

    What that code leaves behind is what `own_state` puts back in the end. A context and a
    decorator; classes whose methods it decorates can be copied to other processes.
    """

    def __enter__(self) -> None:
        self._doors = _open.doors
        for door in reversed(self._doors):
            _leave(door)
        _open.doors = ()

    def __exit__(self, *error: object) -> None:
        _open.doors = self._doors
        for door in self._doors:
            _take(door)

    def _recreate_cm(self) -> users_state:
        return users_state()  # One for each call: a call may stand within a call.


def given(function: _Given) -> _Given:
    """A function of the user's, such as a callback, or None: it runs in the user's state."""
    return function if function is None else users_state()(function)


def door_of(code: object) -> own_state | users_state:
    """The state that a function or class is written for: this package's own, else the user's."""
    package = (getattr(code, "__module__", None) or "").partition(".")[0]
    return own_state() if package == __name__.partition(".")[0] else users_state()


def guard(kind: type, *names: str) -> None:
    """Let methods that a class defines itself run in the state that they are written for.

    Methods of this package run in `own_state`, those of another one in `users_state`.
    """
    door = door_of(kind)
    for name in names:
        if callable(method := vars(kind).get(name)):
            setattr(kind, name, door(method))


def _take(door: _Door) -> None:
    """Change what differs, and note how it is put back."""
    if door.undo is not None:
        take_numpy(door.undo)
        if door.one_thread:
            take_threads(door.loaded, door.undo)
        if door.loaded.torch:
            take_torch(door.device, door.undo)


def _leave(door: _Door) -> None:
    while door.undo:
        door.undo.pop()()

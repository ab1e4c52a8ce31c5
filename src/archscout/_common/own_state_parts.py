"""The settings that `archscout._common.own_state` knows: how each is read, changed and put back.

Each function changes what differs and adds to a list what undoes it; where nothing differs, it
costs a microsecond or two.
"""

from __future__ import annotations

import functools
import sys
import threading
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

_NUMPY: dict[str, Any] = {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"}
_DEVICES = ("cpu", "cuda", "mps")

_FULL = "highest"
_EXACT = {"none", "ieee"}

Undo = Callable[[], object]


class Loaded(NamedTuple):
    """Which libraries beside NumPy are loaded; each may bring a BLAS of its own."""

    torch: bool
    scipy: bool


def find_loaded() -> Loaded:
    """What is loaded now, and not just being loaded by another thread."""
    torch = hasattr(sys.modules.get("torch"), "inference_mode")
    return Loaded(torch, "scipy.linalg" in sys.modules)


class Shared:
    """A setting of the whole process: the first to come changes it, the last to leave undoes."""

    _lock = threading.Lock()

    def __init__(self, read: Callable[[], Any], write: Callable[[Any], object], ours: Any) -> None:
        self._read, self._write, self._ours = read, write, ours
        self._holders, self._before = 0, ours

    def take(self, undo: list[Undo]) -> None:
        """Change it if it differs."""
        if not self._holders and self._read() == self._ours:
            return
        with self._lock:
            now = self._read()
            if now != self._ours and self._holders:
                # Somebody changed it in between, and gets it back at the end of this door.
                undo.append(functools.partial(self._write, now))
            elif now != self._ours or self._holders:
                self._before = self._before if self._holders else now
                self._holders += 1
                undo.append(self._leave)
            if now != self._ours:
                self._write(self._ours)

    def _leave(self) -> None:
        with self._lock:
            if self._holders == 1:
                self._write(self._before)
            self._holders -= 1  # Only now, for those who ask without the lock.


def take_numpy(undo: list[Undo]) -> None:
    """Treat floating-point errors as NumPy does at first."""
    if np.geterr() != _NUMPY:
        undo.append(functools.partial(np.seterr, **np.geterr()))
        np.seterr(**_NUMPY)


def take_threads(loaded: Loaded, undo: list[Undo]) -> None:
    """Let BLAS and PyTorch use one thread."""
    for library in _libraries(loaded):
        library.take(undo)
    if loaded.torch:
        torch: Any = sys.modules["torch"]
        if (count := torch.get_num_threads()) != 1:
            undo.append(functools.partial(torch.set_num_threads, count))
            torch.set_num_threads(1)


def take_torch(device: str, undo: list[Undo]) -> None:
    """Make float32 tensors on the device, with gradients, in full precision and as written."""
    torch: Any = sys.modules["torch"]
    if torch.is_inference_mode_enabled():
        _enter(torch.inference_mode(False), undo)
    if not torch.is_grad_enabled():
        undo.append(functools.partial(torch.set_grad_enabled, False))
        torch.set_grad_enabled(True)
    for kind in _DEVICES:
        if torch.is_autocast_enabled(kind):
            undo.append(functools.partial(torch.set_autocast_enabled, kind, True))
            torch.set_autocast_enabled(kind, False)
    for shared in _shared_of_torch():
        shared.take(undo)
    # An empty tensor tells the device at a fifth of the time of get_default_device.
    if torch.empty(0).device.type != device:
        _enter(torch.device(device), undo)


def _enter(context: Any, undo: list[Undo]) -> None:
    context.__enter__()
    undo.append(functools.partial(context.__exit__, None, None, None))


@functools.cache
def _libraries(loaded: Loaded) -> tuple[Shared, ...]:
    """The BLAS libraries in this process; looked for once for each set of what is loaded."""
    from threadpoolctl import ThreadpoolController

    found = ThreadpoolController().select(user_api="blas").lib_controllers
    return tuple(_library(one.filepath, one) for one in found)


_known: dict[str, Shared] = {}


def _library(path: str, controller: Any) -> Shared:
    def write(threads: int) -> None:
        controller.set_num_threads(threads)
        # From version 3.8 on, whose thread set it alone may set it again until it says otherwise.
        getattr(controller, "clear_controlling_thread", bool)()

    if path not in _known:
        _known[path] = Shared(controller.get_num_threads, write, 1)
    return _known[path]


@functools.cache
def _shared_of_torch() -> tuple[Shared, ...]:
    torch: Any = sys.modules["torch"]

    def anomaly() -> bool | tuple[bool, bool]:
        return torch.is_anomaly_enabled() and (True, torch.is_anomaly_check_nan_enabled())

    def set_anomaly(value: bool | tuple[bool, bool]) -> None:
        torch.set_anomaly_enabled(*(value if isinstance(value, tuple) else (value,)))

    return (
        Shared(torch.get_default_dtype, torch.set_default_dtype, torch.float32),
        Shared(anomaly, set_anomaly, False),
        Shared(lambda: _precision(torch), lambda value: _set_precision(torch, value), _FULL),
    )


def _precision(torch: Any) -> str | tuple[str, list[str]]:
    """How exactly float32 is multiplied: in full, or what puts back that it is not.

    PyTorch has an older switch for all places and newer ones for each, and the older one cannot
    be read where the newer ones contradict it.
    """
    try:
        older = torch.get_float32_matmul_precision()
    except RuntimeError:
        older = ""
    if older == _FULL:
        return _FULL
    names = [place.fp32_precision for place in _places(torch)]
    return (older, names) if older or not _EXACT.issuperset(names) else _FULL


def _set_precision(torch: Any, precision: str | tuple[str, list[str]]) -> None:
    if isinstance(precision, tuple):
        older, names = precision
    else:
        now = _precision(torch)
        older = _FULL if isinstance(now, tuple) and now[0] else ""
        names = [name if name in _EXACT else "ieee" for name in now[1]]
    if older:
        torch.set_float32_matmul_precision(older)
    for place, name in zip(_places(torch), names, strict=True):
        if place.fp32_precision != name:
            place.fp32_precision = name


def _places(torch: Any) -> list[Any]:
    processor, cuda = torch.backends.mkldnn, torch.backends.cuda
    if not hasattr(processor, "matmul"):  # PyTorch before 2.9 has the older switch alone.
        return []
    return [processor.matmul, processor.conv, processor.rnn, cuda.matmul]

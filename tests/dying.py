"""Deaths by SIGKILL at moments that a test chooses: states of the work, never times of a clock."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any


def environment() -> dict[str, str]:
    """The environment of a script that imports this file, with one thread."""
    path = os.pathsep.join(filter(None, [str(Path(__file__).parent), os.getenv("PYTHONPATH", "")]))
    return {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": path}


def die_at(owner: Any, name: str, call: int, *, after: bool = False) -> None:
    """Let this process die at the ``call``-th call of ``owner.name``, before it or after it."""
    real, count = getattr(owner, name), 0

    def counted(*arguments: Any, **named: Any) -> Any:
        nonlocal count
        count += 1
        if count == call and not after:
            die()
        result = real(*arguments, **named)
        if count == call:
            die()
        return result

    setattr(owner, name, counted)


def die_within_write(call: int) -> None:
    """Let this process die when half of the ``call``-th `os.write` is in its file."""
    real, count = os.write, 0

    def half(file: int, data: bytes) -> int:
        nonlocal count
        count += 1
        if count == call:
            real(file, data[: len(data) // 2])
            die()
        return real(file, data)

    os.write = half  # type: ignore[assignment]


def die() -> None:
    """End this process as ``kill -9`` does."""
    os.kill(os.getpid(), signal.SIGKILL)


def in_child(work: Callable[[], object]) -> int:
    """Run ``work`` in a forked process and wait for its end; the signal that ended it, or 0."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0

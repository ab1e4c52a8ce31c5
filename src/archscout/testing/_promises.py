"""What the conformance kits are written with: small checks, and broken promises told at once."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np


def require(condition: object, message: str) -> None:
    """Raise `AssertionError` with the message unless the condition holds.

    Unlike an ``assert`` statement it also works where Python runs with ``-O``.
    """
    if not condition:
        raise AssertionError(message)


def require_error(
    kinds: type[Exception] | tuple[type[Exception], ...], action: Callable[[], object], words: str
) -> None:
    """Raise `AssertionError` unless the action raises an error of a kind, with a message."""
    names = " or ".join(kind.__name__ for kind in (kinds if isinstance(kinds, tuple) else [kinds]))
    try:
        result = action()
    except kinds as error:
        require(str(error).strip(), f"{words} raised {type(error).__name__} without a message")
    except Exception as error:
        raise AssertionError(
            f"{words} raised {type(error).__name__} ({error}), expected {names}"
        ) from error
    else:
        raise AssertionError(f"{words} gave {result!r:.200}, expected {names}")


@contextmanager
def no_global_randomness(message: str, *, torch: bool = True) -> Iterator[None]:
    """Fail if the global generators move: others in the same process would draw otherwise."""
    before = _global_states(torch)
    yield
    # Torch may have been imported inside: then its state is first seen now.
    after = _global_states(torch)
    require(all(after[name] == state for name, state in before.items()), message)


def _global_states(torch: bool) -> dict[str, Any]:
    legacy = np.random.get_state()  # noqa: NPY002 - its use by others is what is checked
    states: dict[str, Any] = {"random": random.getstate()}
    states["numpy"] = [np.asarray(part).tolist() for part in legacy]
    if torch and "torch" in sys.modules:
        states["torch"] = sys.modules["torch"].get_rng_state().tolist()
    return states


class Promises:
    """Notes what is broken, part by part, and tells it at the end."""

    def __init__(self) -> None:
        self.broken: list[str] = []
        self._cause: Exception | None = None

    @contextmanager
    def of(self, words: str) -> Iterator[None]:
        """Note what breaks inside and go on; ``words`` say what was checked, for other errors."""
        try:
            yield
        except AssertionError as error:
            self._note(str(error) or f"{words} raised AssertionError without a message")
        except Exception as error:
            self._cause = self._cause or error
            self._note(f"{words} raised {type(error).__name__} ({_said(error)})")

    def _note(self, sentence: str) -> None:
        if sentence not in self.broken:
            self.broken.append(sentence)

    def tell(self) -> None:
        """Raise `AssertionError` with one sentence for each broken promise, if there are any."""
        if len(self.broken) == 1:
            raise AssertionError(self.broken[0]) from self._cause
        if self.broken:
            lines = [f"{place}. {line}" for place, line in enumerate(self.broken, start=1)]
            told = "\n".join([f"{len(lines)} promises are broken:", *lines])
            raise AssertionError(told) from self._cause


def _said(error: Exception) -> str:
    try:
        return f"{error}"[:500] or "no message"
    except Exception:
        return "its message cannot be read"

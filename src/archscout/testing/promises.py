"""Collects broken promises, so that a kit tells all of them at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class Promises:
    """Notes what is broken, part by part, and tells it at the end.

    Examples:
        >>> promises = Promises()
        >>> with promises.of("the first"):
        ...     raise AssertionError("one is broken")
        >>> with promises.of("the second"):
        ...     len(3)
        >>> print(*promises.broken, sep="; ")
        one is broken; the second raised TypeError (object of type 'int' has no len())
    """

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

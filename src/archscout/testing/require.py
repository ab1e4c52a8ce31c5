"""Two small checks that the conformance kits are written with."""

from __future__ import annotations

from collections.abc import Callable


def require(condition: object, message: str) -> None:
    """Raise `AssertionError` with the message unless the condition holds.

    Unlike an ``assert`` statement it also works where Python runs with ``-O``.

    Examples:
        >>> require(1 + 1 == 2, "sums are wrong")
    """
    if not condition:
        raise AssertionError(message)


def require_error(kind: type[Exception], action: Callable[[], object], words: str) -> None:
    """Raise `AssertionError` unless the action raises an error of the kind, with a message.

    Args:
        kind: the error that must come; a subclass will do.
        action: what to call.
        words: what the action is, to begin the message with.

    Examples:
        >>> require_error(ZeroDivisionError, lambda: 1 / 0, "a division by zero")
    """
    try:
        result = action()
    except kind as error:
        require(str(error).strip(), f"{words} raised {kind.__name__} without a message")
    except Exception as error:
        raise AssertionError(
            f"{words} raised {type(error).__name__} ({error}), expected {kind.__name__}"
        ) from error
    else:
        raise AssertionError(f"{words} gave {result!r:.200}, expected {kind.__name__}")

"""Lack of memory: what is free, what is refused before it is tried, and how its errors are told.

Linux hands out memory that it does not have and ends the process later, so that what is known to
be too much is refused by its size; what is not known shows in one of many errors.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archscout.errors import MemoryShortageError

# The texts of NumPy, PyTorch, CUDA, C++ and Python where memory, or the counting of it, ends.
_TEXTS = (
    "not enough memory",
    "out of memory",
    "allocate memory",
    "defaultcpuallocator",
    "bad_alloc",
    "bad allocation",
    "array is too big",
    "maximum allowed dimension",
    "storage size calculation overflow",
    "integer multiplication overflow",
    "can't start new thread",
)
# Limit and use of a container, in both versions of control groups.
_CONTAINERS = (
    ("/sys/fs/cgroup", "memory.max", "memory.current"),
    ("/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes"),
)


def available_bytes() -> int | None:
    """Memory that this process can still get, in bytes; None where the system does not say."""
    found = [_of_machine(), *(_of_container(*files) for files in _CONTAINERS)]
    known = [value for value in found if value is not None]
    return max(0, min(known)) if known else None


def check_memory(needed: int, what: str, advice: str) -> None:
    """Refuse with a `MemoryShortageError` what takes more bytes than there are.

    ``what`` takes them, for the user: "3,000 images of 224x224 pixels"; ``advice`` says what to do
    instead.
    """
    available = available_bytes()
    if available is not None and needed > available:
        raise MemoryShortageError(
            f"{what} would take {gigabytes(needed)} of memory, and {gigabytes(available)} are "
            f"available: {advice}"
        )


def gigabytes(count: int) -> str:
    """A number of bytes in words.

    Examples:
        >>> gigabytes(3 * 2**30), gigabytes(150 * 2**20)
        ('3 GB', '0.15 GB')
    """
    value = count / 2**30
    return f"{value:,.0f} GB" if value >= 100 else f"{value:.2g} GB"


def lacks_memory(error: BaseException) -> bool:
    """Whether an error says that memory ran out, or that a size is beyond what can be counted."""
    if isinstance(error, MemoryError | OverflowError):
        return True
    if isinstance(error, OSError):
        return error.errno == errno.ENOMEM
    text = str(error).lower() if isinstance(error, RuntimeError | ValueError) else ""
    return any(words in text for words in _TEXTS)


def shortage(doing: str, advice: str = "ask for fewer or smaller ones of what it takes") -> str:
    """The sentence for memory that ran out while ``doing`` something: "the training"."""
    available = available_bytes()
    left = "" if available is None else f" ({gigabytes(available)} are available)"
    return f"{doing} needs more memory than there is{left}: {advice}"


@contextmanager
def told_of_memory(doing: str, advice: str) -> Iterator[None]:
    """Turn every error that says that memory ran out into one of archscout; also a decorator."""
    try:
        yield
    except MemoryShortageError:
        raise
    except (MemoryError, OverflowError, RuntimeError, ValueError, OSError) as error:
        if not lacks_memory(error):
            raise
        raise MemoryShortageError(shortage(doing, advice)) from error


def _of_machine() -> int | None:
    kilobytes = _fields(Path("/proc/meminfo")).get("MemAvailable:")
    return None if kilobytes is None else kilobytes * 1024


def _of_container(folder: str, limit: str, used: str) -> int | None:
    """What a container may still take; copies of files count as free, as the system drops them."""
    try:
        most = int(Path(folder, limit).read_text(encoding="ascii"))
        taken = int(Path(folder, used).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
    kept = _fields(Path(folder, "memory.stat"))
    return most - taken + kept.get("inactive_file", 0) + kept.get("active_file", 0)


def _fields(path: Path) -> dict[str, int]:
    """Names and whole numbers of a file with a pair a line; empty if it is not there."""
    try:
        lines = [line.split() for line in path.read_text(encoding="ascii").splitlines()]
        return {words[0]: int(words[1]) for words in lines if len(words) > 1}
    except (OSError, ValueError):
        return {}

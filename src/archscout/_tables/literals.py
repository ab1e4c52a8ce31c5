"""Reads the plain data of a pickle file that a package ships, without running it.

A pickle runs nothing but what it looks up by name. Here every look-up is refused, so that no
instruction has anything to call, and what is left can only make dictionaries, lists, text, bytes
and numbers. A file can still ask for more memory than there is: read none but those of installed
packages, which could do as much in their own code.
"""

from __future__ import annotations

import io
import pickle
from typing import Any, NoReturn

from archscout.errors import TableError


def read_literals(data: bytes, source: str) -> Any:
    """Decode the bytes of a pickle file of dictionaries, lists, text and numbers."""
    try:
        return _PlainUnpickler(io.BytesIO(data)).load()
    except _Refused as error:
        raise TableError(
            f"{source} holds {error}, expected plain data only: it may run code, so it was not "
            "read; install its package again"
        ) from None
    # Damaged files raise almost anything.
    except Exception as error:
        raise TableError(
            f"{source} is a damaged table file ({error}): install its package again"
        ) from None


class _Refused(Exception):
    """Something was looked up by name."""


class _PlainUnpickler(pickle.Unpickler):
    """Knows no names; see the head of this file for why it is safe."""

    def find_class(self, module: str, name: str, /) -> NoReturn:
        raise _Refused(f"the name {module}.{name}")

    def persistent_load(self, pid: Any) -> NoReturn:
        raise _Refused(f"the reference {pid!r}")

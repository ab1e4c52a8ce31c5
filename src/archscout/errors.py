"""Every error that archscout raises on purpose: one base class, one sentence a message.

A message says what came, what was expected and what to do. The command line prints it
as it stands and exits with 2.
"""

from __future__ import annotations

import difflib
import os
import types
from collections.abc import Iterable


class ArchscoutError(Exception):
    """Base of all errors that archscout raises on purpose."""


class UnknownNameError(ArchscoutError, LookupError):
    """A space, benchmark, strategy, predictor or option of that name does not exist."""


class ParseError(ArchscoutError, ValueError):
    """A text or an array does not describe an architecture of the space."""


class SettingsError(ArchscoutError, ValueError):
    """An argument is out of range or does not fit the others."""


class MissingMethodError(SettingsError):
    """Something was asked of a space that its class does not define, such as a count of MACs."""


class UnlistedError(ArchscoutError, TypeError):
    """A space is too large to be listed; a `TypeError` too, as ``len`` raises it."""


class TableError(ArchscoutError, ValueError):
    """A table lacks a column, holds wrong units, or cannot be read."""


class ImageError(ArchscoutError, ValueError):
    """Images cannot be read, or their form is not understood."""


class TrainingError(ArchscoutError):
    """A training cannot go on: its loss is no finite number any more."""


class LabelBudgetError(ArchscoutError):
    """A label was asked for that was not bought, or that the budget no longer covers."""


class ObjectiveError(ArchscoutError):
    """The objective fails each time in the same way, so that a search would only spend labels."""


class SealedError(LabelBudgetError):
    """A test value was asked for before the search was over and revealed."""


class StorageError(ArchscoutError):
    """A storage cannot be opened, or holds the record of another search."""


class MemoryShortageError(ArchscoutError, MemoryError):
    """What was asked for needs more memory than there is."""


class MissingExtraError(ArchscoutError, ImportError):
    """An optional package is needed and is not installed."""


def listed(names: Iterable[object], most: int = 8) -> str:
    """Join names with commas for a message: the first ones, and how many more there are.

    Args:
        names: what to list, in order; a name of more than 60 characters is cut.
        most: how many are shown, 1 or more.

    Returns:
        The names in words; empty if there are none.

    Examples:
        >>> listed(["a", "b"]), listed(range(5000), most=3)
        ('a, b', '0, 1, 2 and 4,997 more')
    """
    texts = [str(name) for name in names]
    shown = [text if len(text) <= 60 else f"{text[:57]}..." for text in texts[:most]]
    more = f" and {len(texts) - most:,} more" if len(texts) > most else ""
    return ", ".join(shown) + more


class Interrupted(KeyboardInterrupt):
    """Ctrl-C, with a word of what is kept and how to go on; no error, so no ArchscoutError."""


def unknown_name(kind: str, name: str, known: Iterable[str]) -> UnknownNameError:
    """Build the error for a name that is not registered, with the nearest match.

    Args:
        kind: what was looked up, singular, such as ``"strategy"``.
        name: the name that came.
        known: the names that exist.

    Returns:
        The error, ready to be raised.

    Examples:
        >>> str(unknown_name("space", "nasbench2O1", ["nasbench201"]))
        "no space is named 'nasbench2O1': did you mean 'nasbench201'? Known: nasbench201."
    """
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    hint = f"did you mean {close[0]!r}? " if close else ""
    return UnknownNameError(
        f"no {kind} is named {listed([name])!r}: {hint}Known: {listed(names, most=40) or 'none'}."
    )


_LONGEST_ERROR = 500


def error_text(error: BaseException) -> str:
    """Say what was raised, at most 500 characters, also where its text cannot be had.

    Examples:
        >>> error_text(ValueError("no memory left")), error_text(SystemExit())
        ('ValueError: no memory left', 'SystemExit')
    """
    kind = type(error).__name__
    try:
        said = f"{error}"[:_LONGEST_ERROR]
    except KeyboardInterrupt:
        raise
    except BaseException as another:
        said = f"its text cannot be shown ({type(another).__name__})"
    # It stands in records: without the user's name, and with no half of a character.
    home = os.path.expanduser("~")
    said = said.replace(home, "~") if len(home) > 1 else said
    said = said.encode("utf-8", "replace").decode()
    return f"{kind}: {said}"[:_LONGEST_ERROR] if said else kind


def kind_of(value: object) -> str:
    """Name what came where something else was expected.

    Examples:
        >>> kind_of({}), kind_of(int), kind_of(difflib), kind_of(None)
        ('a dict', 'the class int', 'the module difflib', 'None')
    """
    if value is None:
        return "None"
    if isinstance(value, type):
        return f"the class {value.__name__}"
    if isinstance(value, types.ModuleType):
        return f"the module {value.__name__}"
    kind = type(value).__name__
    return f"{'an' if kind[:1].lower() in 'aeio' else 'a'} {kind}"

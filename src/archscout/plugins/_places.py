"""The form of places, ``module:Name`` and ``FILE.py:Name``, also behind wrappers."""

from __future__ import annotations


def is_reference(text: str) -> bool:
    """Whether a text has the form of a place.

    Examples:
        >>> [is_reference(text) for text in ("a.b:C", "lab/own.py:C", "forest", "a b:C", "a:")]
        [True, True, False, False, False]
    """
    home, _, name = text.rpartition(":")
    named = all(word.isidentifier() for word in name.split("."))
    return named and (names_file(home) or all(word.isidentifier() for word in home.split(".")))


def split_place(text: str) -> tuple[str, str, str]:
    """Wrappers with their colons, module or file, and name of the place in a text.

    Examples:
        >>> split_place("pseudo:lab/own.py:Mine"), split_place("C:/own.py:Mine")
        (('pseudo:', 'lab/own.py', 'Mine'), ('', 'C:/own.py', 'Mine'))
    """
    home, _, name = text.rpartition(":")
    wrappers, colon, last = home.rpartition(":")
    if len(wrappers.rpartition(":")[2]) < 2:  # none, or the letter of a drive
        return "", home, name
    return wrappers + colon, last, name


def names_file(home: str) -> bool:
    """Whether what stands before the colon of a place is a file."""
    return home.endswith(".py") and len(home) > len(".py")

"""What records call a space, and the space that a record names.

A record may come from anybody. Reading one loads spaces that have a name here, those of installed
packages among them, and takes a class that this process has imported already; it never imports
the code that a record places.
"""

from __future__ import annotations

import inspect

from archscout.errors import SettingsError
from archscout.plugins import describe, is_reference, load_reference, loaded_reference, reference_of
from archscout.spaces._plugin import SpacePlugin
from archscout.spaces._registry import SPACES, load_space
from archscout.spaces.base import SearchSpace


def place_of(space: SearchSpace) -> str:
    """What a record calls a space: its name, or the place of its class, without folders.

    Args:
        space: a space; of one within limits, the whole space is meant.

    Returns:
        Its name where it has one here, the place of its class where that can be made without
        arguments, else its name all the same.

    Examples:
        >>> from archscout.testing import ToySpace
        >>> place_of(load_space("darts")), place_of(ToySpace())
        ('darts', 'archscout.testing._toy:ToySpace')
    """
    kind = type(getattr(space, "_whole", space))
    if space.name in SPACES:
        return space.name
    needed = [
        p
        for p in inspect.signature(kind).parameters.values()
        if p.default is p.empty and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
    ]
    return space.name if needed else describe(reference_of(kind) or space.name)


def recorded_space(text: str, place: str = "") -> SearchSpace:
    """The space that a record names, without running code that nobody asked for.

    Args:
        text: the name of the space, or its place.
        place: its place, where the record holds a name and that too.

    Raises:
        UnknownNameError: if it has no name here.
        SettingsError: if it has a place, whose code was not imported; it says how to name it.

    Examples:
        >>> recorded_space("nasbench201").name
        'nasbench201'
        >>> recorded_space("lab", "own.py:Lab")
        Traceback (most recent call last):
        archscout.errors.SettingsError: the space is at 'own.py:Lab', and reading a record runs no
        code: call load_space('own.py:Lab') first, or pass --space own.py:Lab
    """
    place = text if is_reference(text) else place
    if not is_reference(place) or text in SPACES:
        return load_space(text)
    ours = place.startswith("archscout.")
    part = load_reference(place, "space") if ours else loaded_reference(place)
    found: SearchSpace | None = None
    if isinstance(part, SpacePlugin):
        found = load_space(place)
    elif isinstance(part, type) and issubclass(part, SearchSpace):
        found = part()
    if found is None or text not in (found.name, place):
        shown = describe(place)
        raise SettingsError(
            f"the space is at {shown!r}, and reading a record runs no code: call "
            f"load_space({shown!r}) first, or pass --space {shown}"
        )
    return found

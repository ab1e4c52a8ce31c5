"""Parts that installed packages declare under the entry point ``archscout.plugins``.

The list of packages is read when a name is not built in, or when names are listed.
"""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from typing import Any

from archscout.errors import ArchscoutError, SettingsError

GROUP = "archscout.plugins"


def installed(name: str | None = None) -> list[EntryPoint]:
    """What packages declare, by name; all of it, or what has one name.

    Examples:
        >>> installed("nobody-declares-this")
        []
    """
    found = entry_points(group=GROUP) if name is None else entry_points(group=GROUP, name=name)
    return sorted(found, key=lambda point: (point.name, point.value))


def broken() -> list[str]:
    """Why what packages declare cannot be imported, one sentence each.

    Examples:
        >>> broken()
        []
    """
    said = []
    for point in installed():
        try:
            load_installed(point, "part")
        except ArchscoutError as error:
            said.append(str(error))
    return said


def distribution_of(point: EntryPoint) -> str:
    """Name and version of the package that declares an entry point; empty if nobody knows."""
    return "" if point.dist is None else f"{point.dist.name} {point.dist.version}"


def load_installed(point: EntryPoint, kind: str) -> Any:
    """Import what an entry point names.

    Raises:
        SettingsError: if that fails, with the package to repair.
    """
    from archscout.plugins._reference import load_reference

    home, _, name = point.value.partition(":")
    try:
        return load_reference(f"{home.strip()}:{name.strip()}", kind)
    except ArchscoutError as error:
        package = distribution_of(point) or "an installed package"
        raise SettingsError(f"{package} declares {point.name!r}, but {error}") from error

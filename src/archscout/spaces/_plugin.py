"""The declaration of a space: all that is known of it beside its class, loaded when asked for.

A space's folder declares one `SpacePlugin`; whoever needs a supernet, a drawing or a table of
the space asks the declaration, so that nobody else names the space.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from archscout.errors import MissingMethodError
from archscout.plugins import Entry

Part = str | Callable[..., Any] | Mapping[str, Any] | None
"""Something, or the place of it as ``"module:name"``; None where there is none."""


@dataclass(frozen=True)
class SpacePlugin:
    """What is known of a space; every part may be missing but the first two.

    Args:
        name: of the space.
        space: makes the space.
        summary: one line for lists.
        source: paper or package; empty if it is common knowledge.
        noun: what the space calls an architecture.
        supernet: makes the supernet from ``generator=`` and settings.
        supernet_summary: one line for lists.
        supernet_source: paper of the supernet.
        angle: makes an `AngleVector <archscout.spaces._blocks.angle_vector.AngleVector>` from a
            supernet and `VectorContents <archscout.spaces._blocks.angle_vector.VectorContents>`.
        live: maps choices ``(n, positions)`` to those of the same function in which all that
            does not reach the output has the option without weights.
        drawing: draws an architecture from the space and the architecture as ``<svg>`` text.
        benchmarks: loaders of measured tables, by the name of the benchmark.
        table_networks: by data set of the tables, settings of ``params`` and ``macs``, by these
            names, that count the network of the table where it is not the space's default one.
        setting_types: by name of an argument of ``build``, what makes it from a mapping.
        network_for: completes settings of a network, ``(settings, resolution)``, for images of
            that height and width.
        resolution: height and width of images in pixels: a number, or made from settings.
        reduced: settings of a supernet that a laptop trains in minutes.
        trainings: presets of training by name, each a mapping of settings.
        reduced_training: which of all presets of training suits the reduced supernet.
        searches: what the reduced supernet was tried with: ``"unlabeled"``, ``"supernet"``.
        published: settings of the published search on the supernet, those of trainings too.
        evolution: settings in which the published evolution differs from the usual one.

    Examples:
        >>> SpacePlugin("cells", "cells:Cells", noun="cell").has("supernet")
        False
    """

    name: str
    space: Part
    summary: str = ""
    source: str = ""
    noun: str = "architecture"
    supernet: Part = None
    supernet_summary: str = ""
    supernet_source: str = ""
    angle: Part = None
    live: Part = None
    drawing: Part = None
    benchmarks: Mapping[str, Entry] = field(default_factory=dict)
    table_networks: Mapping[str, Mapping[str, Mapping[str, Any]]] = field(default_factory=dict)
    setting_types: Mapping[str, Part] = field(default_factory=dict)
    network_for: Part = None
    resolution: int | Part = 32
    reduced: Mapping[str, Any] = field(default_factory=dict)
    trainings: Part = None
    reduced_training: str = "alone"
    searches: tuple[str, ...] = ("unlabeled", "supernet")
    published: Part = None
    evolution: Mapping[str, Any] = field(default_factory=dict)

    def has(self, part: str) -> bool:
        """Whether the space brings a part of that name."""
        return getattr(self, part) is not None

    def can(self, search: str) -> bool:
        """Whether the space has what a search needs, ``"unlabeled"`` or ``"supernet"``."""
        needed = ("supernet", "angle") if search == "unlabeled" else ("supernet",)
        return search in self.searches and all(map(self.has, needed))

    def typed(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Arguments of the space's ``build`` from the plain values of a record."""
        made = dict(settings)
        for name, part in self.setting_types.items():
            if isinstance(made.get(name), Mapping):
                made[name] = load_part(part)(made[name])
        return made

    def side(self, settings: Mapping[str, Any]) -> int:
        """Height and width in pixels of the images that networks of these settings are for."""
        found = load_part(self.resolution)
        return int(found(settings) if callable(found) else found)

    def load(self, part: str) -> Any:
        """Import and return a part.

        Raises:
            MissingMethodError: if the space has none.

        Examples:
            >>> SpacePlugin("roots", "math:sqrt").load("space")(4)
            2.0
        """
        found = getattr(self, part)
        if found is None:
            raise MissingMethodError(
                f"space {self.name!r} has no {part.replace('_', ' ')}: name one in the "
                f"SpacePlugin of its class, {part}='module:name'"
            )
        return load_part(found)


def load_part(part: int | Part) -> Any:
    """Import what a text names; anything else passes through."""
    return Entry(part).load() if isinstance(part, str) else part

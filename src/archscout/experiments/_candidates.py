"""What stands side by side in an experiment: strategies or predictors, with names and settings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, cast

from archscout.errors import SettingsError, kind_of, listed
from archscout.plugins import describe, sendable

Parts = str | Callable[..., Any] | Iterable[Any] | Mapping[str, Any]
"""One part, several, or several by name."""


@dataclass(frozen=True)
class Candidate:
    """One strategy or predictor of an experiment.

    Args:
        name: what it is called in this experiment.
        part: its registered name or place, or its class or function.
        settings: its settings.
        unlabeled: how many architectures without a label a predictor is given; None for all.
    """

    name: str
    part: Any
    settings: Mapping[str, Any] = field(default_factory=dict)
    unlabeled: int | None = 0

    @property
    def registered(self) -> str:
        """The part in plain words, for the record."""
        return describe(self.part, code=True)

    @property
    def unlabeled_words(self) -> int | str:
        """The number of architectures without a label, or ``"all"``."""
        return "all" if self.unlabeled is None else self.unlabeled


def read_candidates(
    given: Parts,
    settings: Mapping[str, Mapping[str, Any]],
    kind: str,
    plural: str,
) -> list[Candidate]:
    """Check what is to stand side by side.

    Examples:
        >>> read_candidates({"mine": "local"}, {}, "strategy", "strategies")
        [Candidate(name='mine', part='local', settings={}, unlabeled=0)]
    """
    parts = named_parts(given, kind, plural)
    if not parts:
        raise SettingsError(f"got no {plural}, expected at least one: see archscout list {plural}")
    for name in settings:
        if name not in parts:
            raise SettingsError(
                f"got settings for {name!r} and {plural} {listed(parts)}, expected settings of "
                f"{plural} that are among them"
            )
    return [Candidate(name, part, dict(settings.get(name, {}))) for name, part in parts.items()]


def check_baseline(candidates: Sequence[Candidate], baseline: str, plural: str) -> str:
    """Name of the baseline, which must be one of the candidates."""
    names = [candidate.name for candidate in candidates]
    baseline = describe(baseline)
    if baseline not in names:
        raise SettingsError(
            f"got baseline {baseline!r} and {plural} {listed(names)}, expected the baseline to be "
            f"one of the {plural}: add it, or choose another baseline"
        )
    return baseline


def named_parts(given: object, kind: str, plural: str) -> dict[str, Any]:
    """Read what stands side by side, each part under the name of its line.

    A part is a registered name, a place, a class, a function, or an object that stores its
    parameters (``get_params``), of which each run gets a new one. Files get their whole path.

    Examples:
        >>> named_parts(["forest", dict], "predictor", "predictors")
        {'forest': 'forest', 'dict': <class 'dict'>}
    """
    single = isinstance(given, str) or callable(given) or hasattr(given, "get_params")
    if not single and not isinstance(given, Iterable):
        raise SettingsError(
            f"got {kind_of(given)} as {plural}, expected names, places or classes of {plural}, or "
            "a mapping from names to these"
        )
    entries: list[Any] = [given] if single else list(cast(Iterable[Any], given))
    found: dict[str, Any] = {}
    for entry in entries:
        part = given[entry] if isinstance(given, Mapping) else entry
        name = entry if isinstance(given, Mapping) else _name_of(part)
        made = _made(part, kind)
        if not isinstance(name, str):
            raise SettingsError(f"got {kind_of(name)} as the name of a {kind}, expected a text")
        if name in found:
            raise SettingsError(
                f"got {kind} {name!r} twice, expected each once: give a mapping of names to put a "
                f"{kind} beside itself"
            )
        found[name] = made
    return found


def _name_of(part: object) -> str:
    if isinstance(part, str):
        return describe(part)
    own: object = part.func if isinstance(part, partial) else part
    return str(getattr(own, "__name__", type(own).__name__))


def _made(part: Any, kind: str) -> Any:
    """A text, class or function of a part."""
    if isinstance(part, str):
        return sendable(part, kind, part)
    if callable(part):
        return part
    if hasattr(part, "get_params"):
        return partial(part.__class__, **part.get_params())
    hint = f": pass the class {type(part).__name__} itself" if hasattr(part, "ask") else ""
    raise SettingsError(
        f"got {kind_of(part)} as a {kind}, expected a registered name, a place such as "
        f"FILE.py:Name, a class or a function{hint}"
    )

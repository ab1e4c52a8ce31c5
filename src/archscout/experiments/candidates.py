"""What stands side by side in an experiment: strategies or predictors, with names and settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from archscout.errors import SettingsError, listed
from archscout.experiments.named_parts import Parts, named_parts
from archscout.plugins import describe


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

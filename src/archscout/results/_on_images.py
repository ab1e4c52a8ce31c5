"""What searches on images have in common as data, and the folder that they are saved to."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

from archscout._common.own_state import own_state
from archscout._common.paths import at_home
from archscout._common.reading import numbers, read_back, read_json, read_table
from archscout._common.writing import told_if_unwritable, write_file, write_json
from archscout.results.trust import TrustCheck
from archscout.spaces import recorded_space
from archscout.spaces.base import SearchSpace
from archscout.training._saved_network import SavedNetwork, read_network

if TYPE_CHECKING:
    import pandas as pd


@dataclass(repr=False, kw_only=True)
class ImageSearchResult(ABC):
    """A search on images: the order that it found, and what that is worth.

    Args:
        trust: networks trained alone, or None.
        why_no_trust: why there is no trust check; empty where there is one.
        images: what was read, in words.
        seconds: by stage, of this call.
        network: what the handed-back network is.
        limits: limits on the networks, in words.
        manifest: versions, seed, settings, command, time.
    """

    FILES: ClassVar[tuple[str, str]]
    """Files that a saved one consists of: the record, and a table of architectures."""
    KIND: ClassVar[str]
    """What it is, in words."""

    trust: TrustCheck | None
    why_no_trust: str
    images: str
    seconds: Mapping[str, float]
    network: SavedNetwork
    limits: Sequence[str] = ()
    manifest: Mapping[str, Any] = field(default_factory=dict)

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; single architectures are in `to_frame`."""

    @abstractmethod
    def to_frame(self) -> pd.DataFrame:
        """One row an architecture."""

    @own_state()
    def save(self, folder: str | Path) -> Path:
        """Write the record and the table of architectures, `FILES`, into a folder.

        Raises:
            StorageError: if they cannot be written.
        """
        record, table = (at_home(folder) / name for name in self.FILES)
        with told_if_unwritable(record):
            write_json(record, self.to_dict())
            write_file(table, self.to_frame().to_csv(index=False))
        return record

    @classmethod
    def read(cls, folder: str | Path) -> Self:
        """Read what `save` wrote.

        Args:
            folder: the folder.

        Returns:
            The result; its space is without limits, which are there in words.

        Raises:
            StorageError: if a file is missing or damaged.
        """
        folder = Path(folder)
        record, table = cls.FILES
        with read_back(folder / record, cls.KIND):
            data = read_json(folder / record)
            network, trust = read_network(folder), data["trust"]
            space = recorded_space(str(data["space"]), network.space)
            return cls(
                trust=None if trust is None else TrustCheck.from_dict(trust),
                why_no_trust=str(data["why_no_trust"]),
                images=str(data["images"]),
                seconds=numbers(data["seconds"]),
                network=network,
                limits=[str(limit) for limit in data["limits"]],
                manifest=dict(data["manifest"]),
                **cls._own(data, read_table(folder / table), space, folder, network),
            )

    @staticmethod
    @abstractmethod
    def _own(
        data: Mapping[str, Any],
        table: pd.DataFrame,
        space: SearchSpace,
        folder: Path,
        network: SavedNetwork,
    ) -> dict[str, Any]:
        """Read the arguments that only this kind of search has."""

    def _trust_facts(self, verdict: str) -> dict[str, Any] | None:
        """The trust check in plain values, with its verdict under this name."""
        trust = self.trust
        return None if trust is None else {**trust.to_dict(), verdict: trust.names_a_winner}

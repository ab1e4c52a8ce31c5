"""What a search on a supernet hands back, and how it is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from archscout._common.own_state import own_state
from archscout._common.plain import plain
from archscout.results import _supernet_sentences as sentences
from archscout.results._finalist import Finalist, read_finalist
from archscout.results._on_images import ImageSearchResult
from archscout.spaces._hollow import warnings_of
from archscout.spaces.base import Architecture, SearchSpace
from archscout.stats import kendall_tau
from archscout.supernets.round import Round
from archscout.training._saved_network import SavedNetwork

if TYPE_CHECKING:
    import pandas as pd

SUPERNET, PARAMS, MACS = "supernet accuracy", "parameters", "MACs"


@dataclass(repr=False, kw_only=True)
class SupernetSearchResult(ImageSearchResult):
    """All that a search on a supernet found.

    Args:
        space: the space, with its limits.
        architectures: all that were scored, each bought as one label, in that order, ``n``.
        proposed: for each, ``round`` and what the strategy noted, such as ``origin``.
        params, macs: of their networks in the size of the final one, ``(n,)``.
        rounds: of training and scoring; the last has the accuracies that count.
        held_out: number of images on which all were scored.
        finalists: networks trained alone, the best first.
        alone_epochs: how long.
        test_images: number of test images, 0 without.
        trust, why_no_trust, images, seconds, network, limits, manifest: see `ImageSearchResult`.
    """

    FILES: ClassVar = ("supernet-search.json", "architectures.csv")
    KIND: ClassVar = "a search on a supernet"

    space: SearchSpace
    architectures: Sequence[Architecture]
    proposed: Sequence[Mapping[str, Any]]
    params: NDArray[np.int64]
    macs: NDArray[np.int64]
    rounds: Sequence[Round]
    held_out: int
    finalists: Sequence[Finalist]
    alone_epochs: int
    test_images: int

    @property
    def accuracies(self) -> NDArray[np.float64]:
        """Supernet accuracies by the last weights, in percent, ``(n,)``."""
        return self.rounds[-1].accuracies

    @property
    def renewed(self) -> int:
        """How many accuracies of earlier rounds were measured again, by newer weights."""
        return sum(len(part.accuracies) - part.proposed for part in self.rounds)

    @property
    def place(self) -> int:
        """Place of the architecture that is handed back: the best finalist, if there is one."""
        if not self.finalists:
            return int(np.argmax(self.accuracies))
        texts = [self.space.format(arch) for arch in self.architectures]
        return texts.index(self.finalists[0].architecture)

    @property
    def best(self) -> Architecture:
        """The architecture that is handed back."""
        return self.architectures[self.place]

    def agreement(self) -> list[dict[str, Any]]:
        """How far counting orders all scored architectures as supernet accuracy does.

        Returns:
            Rows with ``way`` and ``tau``, Kendall's tau-b with the last supernet accuracies.
        """
        counts = {PARAMS: self.params, MACS: self.macs}
        return [
            {"way": name, "tau": kendall_tau(column, self.accuracies)}
            for name, column in counts.items()
        ]

    def by_round(self) -> list[dict[str, Any]]:
        """What each round added, judged by the last weights of the supernet.

        Returns:
            Rows with ``round``, ``proposed``, ``trained_on``, ``loss``, ``updates``, and ``mean``
            and ``best`` of the accuracies of its own architectures, in percent.
        """
        rows, start = [], 0
        for part in self.rounds:
            own = self.accuracies[start : start + part.proposed]
            start += part.proposed
            rows.append(
                {
                    "round": part.number,
                    "proposed": part.proposed,
                    "trained_on": part.trained_on,
                    "loss": part.loss,
                    "updates": part.updates,
                    "mean": float(own.mean()),
                    "best": float(own.max()),
                }
            )
        return rows

    @property
    def warnings(self) -> list[str]:
        """What speaks against using the architecture, such as operations of which none learns."""
        return warnings_of(self.space, self.best)

    @property
    def findings(self) -> list[str]:
        """What was found, in sentences."""
        top = self.space.format(self.architectures[int(self.accuracies.argmax())])
        return [
            sentences.winner_sentence(top, self.accuracies, self.held_out),
            *sentences.worth_sentences(self.trust, self.why_no_trust),
            *sentences.null_sentences(self.agreement()),
            *sentences.alone_sentences(self.finalists, self.alone_epochs, self.test_images),
        ]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; single architectures are in `to_frame`."""
        shown = ("architecture", "supernet_accuracy", "validation", "test")
        described: dict[str, Any] = plain(
            {
                "kind": "search on a supernet",
                "space": self.space.name,
                "best": self.space.format(self.best),
                "supernet_accuracy": self.accuracies[self.place],
                "params": self.params[self.place],
                "macs": self.macs[self.place],
                "limits": list(self.limits),
                "scored": len(self.architectures),
                "held_out": self.held_out,
                "warnings": self.warnings,
                "findings": self.findings,
                "rounds": self.by_round(),
                "agreement": self.agreement(),
                "finalists": [
                    {name: getattr(finalist, name) for name in shown} for finalist in self.finalists
                ],
                "alone_epochs": self.alone_epochs,
                "test_images": self.test_images,
                "trust": self._trust_facts("better_than_chance"),
                "why_no_trust": self.why_no_trust,
                "images": self.images,
                "seconds": self.seconds,
                "manifest": self.manifest,
            }
        )
        return described

    @own_state()
    def to_frame(self) -> pd.DataFrame:
        """One row an architecture: round, origin, supernet accuracies by round, and costs."""
        import pandas as pd

        columns: dict[str, Any] = {
            "architecture": [self.space.format(arch) for arch in self.architectures],
            "round": [row["round"] for row in self.proposed],
            "origin": [row["origin"] for row in self.proposed],
        }
        for part in self.rounds:
            padded = np.full(len(self.architectures), np.nan)
            padded[: len(part.accuracies)] = part.accuracies
            columns[f"supernet_accuracy_{part.number}"] = padded
        return pd.DataFrame({**columns, "params": self.params, "macs": self.macs})

    @staticmethod
    def _own(
        data: Mapping[str, Any],
        table: pd.DataFrame,
        space: SearchSpace,
        folder: Path,
        network: SavedNetwork,
    ) -> dict[str, Any]:
        rounds = []
        for row in data["rounds"]:
            column = table[f"supernet_accuracy_{row['round']}"].to_numpy(dtype=np.float64)
            rounds.append(
                Round(
                    int(row["round"]),
                    int(row["proposed"]),
                    int(row["trained_on"]),
                    column[~np.isnan(column)],
                    float(row["loss"]),
                    int(row["updates"]),
                )
            )
        return {
            "space": space,
            "architectures": [space.parse(str(text)) for text in table["architecture"]],
            "proposed": table[["round", "origin"]].to_dict("records"),
            "params": table["params"].to_numpy(dtype=np.int64),
            "macs": table["macs"].to_numpy(dtype=np.int64),
            "rounds": rounds,
            "finalists": [read_finalist(folder, row, network) for row in data["finalists"]],
            **{name: int(data[name]) for name in ("held_out", "alone_epochs", "test_images")},
        }

    def __repr__(self) -> str:
        return (
            f"SupernetSearchResult({self.space.name}: {self.space.format(self.best)}, "
            f"{len(self.architectures)} scored)"
        )

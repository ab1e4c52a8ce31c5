"""What a search on a supernet hands back, and how it is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from archscout._common.own_state import own_state
from archscout._common.paths import at_home
from archscout._common.plain import plain
from archscout._common.reading import numbers, read_back, read_json, read_table
from archscout._common.writing import write_file, write_json
from archscout.errors import StorageError
from archscout.results import supernet_sentences as sentences
from archscout.results.finalist import Finalist, read_finalist
from archscout.results.trust import TrustCheck
from archscout.spaces import recorded_space
from archscout.spaces.base import Architecture, SearchSpace
from archscout.spaces.hollow import warnings_of
from archscout.stats import kendall_tau
from archscout.supernets.round import Round
from archscout.training.saved_network import SavedNetwork, read_network

FILE_NAME, TABLE = "supernet-search.json", "architectures.csv"
SUPERNET, PARAMS, MACS = "supernet accuracy", "parameters", "MACs"


@dataclass(repr=False)
class SupernetSearchResult:
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
        trust: networks drawn at random and trained alone, or None.
        why_no_trust: why there is no trust check; empty where there is one.
        images: what was read, in words.
        seconds: by stage, of this call.
        network: what the handed-back network is.
        limits: limits on the networks, in words.
        manifest: versions, seed, settings, command, time.
    """

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
    trust: TrustCheck | None
    why_no_trust: str
    images: str
    seconds: Mapping[str, float]
    network: SavedNetwork
    limits: Sequence[str] = ()
    manifest: Mapping[str, Any] = field(default_factory=dict)

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
        ways = {PARAMS: self.params, MACS: self.macs}
        return [
            {"way": name, "tau": kendall_tau(column, self.accuracies)}
            for name, column in ways.items()
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
        trust: dict[str, Any] | None = None
        if self.trust is not None:
            trust = {**self.trust.to_dict(), "better_than_chance": self.trust.names_a_winner}
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
                    {
                        "architecture": finalist.architecture,
                        "supernet_accuracy": finalist.supernet_accuracy,
                        "validation": finalist.validation,
                        "test": finalist.test,
                    }
                    for finalist in self.finalists
                ],
                "alone_epochs": self.alone_epochs,
                "test_images": self.test_images,
                "trust": trust,
                "why_no_trust": self.why_no_trust,
                "images": self.images,
                "seconds": self.seconds,
                "manifest": self.manifest,
            }
        )
        return described

    @own_state()
    def to_frame(self) -> Any:
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

    @own_state()
    def save(self, folder: str | Path) -> Path:
        """Write ``supernet-search.json`` and ``architectures.csv`` into a folder.

        Raises:
            StorageError: if they cannot be written.
        """
        path = at_home(folder) / FILE_NAME
        try:
            write_json(path, self.to_dict())
            write_file(path.with_name(TABLE), self.to_frame().to_csv(index=False))
        except OSError as error:
            raise StorageError(
                f"{path} cannot be written ({error.strerror}): choose a folder that you may write"
            ) from error
        return path

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
        with read_back(folder / FILE_NAME, "a search on a supernet"):
            data = read_json(folder / FILE_NAME)
            network = read_network(folder)
            space = recorded_space(str(data["space"]), network.space)
            table = read_table(folder / TABLE)
            trust = data["trust"]
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
            return cls(
                space=space,
                architectures=[space.parse(str(text)) for text in table["architecture"]],
                proposed=table[["round", "origin"]].to_dict("records"),  # type: ignore[arg-type]
                params=table["params"].to_numpy(dtype=np.int64),
                macs=table["macs"].to_numpy(dtype=np.int64),
                rounds=rounds,
                held_out=int(data["held_out"]),
                finalists=[read_finalist(folder, row, network) for row in data["finalists"]],
                alone_epochs=int(data["alone_epochs"]),
                test_images=int(data["test_images"]),
                trust=None if trust is None else TrustCheck.from_dict(trust),
                why_no_trust=str(data["why_no_trust"]),
                images=str(data["images"]),
                seconds=numbers(data["seconds"]),
                network=network,
                limits=[str(limit) for limit in data["limits"]],
                manifest=dict(data["manifest"]),
            )

    def __repr__(self) -> str:
        return (
            f"SupernetSearchResult({self.space.name}: {self.space.format(self.best)}, "
            f"{len(self.architectures)} scored)"
        )

"""What a search without labels hands back, and how it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np

from archscout._common.own_state import own_state
from archscout._common.paths import at_home
from archscout._common.plain import plain
from archscout._common.reading import numbers, read_back, read_json, read_table
from archscout._common.writing import write_file, write_json
from archscout.errors import StorageError
from archscout.results import unlabeled_sentences as sentences
from archscout.results.scores import ANGLE, Scores
from archscout.results.trust import TrustCheck
from archscout.spaces import recorded_space
from archscout.spaces.base import Architecture
from archscout.spaces.hollow import warnings_of
from archscout.training.saved_network import SavedNetwork, read_network

FILE_NAME = "unlabeled.json"
SCORES = "scores.csv"


@dataclass(frozen=True)
class Found:
    """The architecture with the best score of one way.

    Args:
        way: name of the way.
        architecture: the best.
        scored: how many were scored to find it.
        stopped: why the search for it ended, in words.
        params, macs: of its network in the supernet's size.
    """

    way: str
    architecture: Architecture
    scored: int
    stopped: str
    params: int
    macs: int


@dataclass(repr=False)
class UnlabeledResult:
    """All that a search without labels found.

    Args:
        scores: the angle and its nulls over the same architectures.
        found: the best by each way; the first is the angle's and is handed back.
        labels: how labels were made: kind and number of classes, in words.
        images: what was read, in words.
        limits: limits on the networks, in words.
        trust: networks trained alone, or None.
        why_no_trust: why there is no trust check; empty where there is one.
        seconds: by stage.
        images_per_second: of the training on random labels.
        network: what the handed-back network is; it is not trained.
        loss: mean training loss of each epoch on random labels.
        manifest: versions, seed, settings, command, time.
        uniform: whether architectures were drawn uniformly, which some limits prevent.
    """

    scores: Scores
    found: list[Found]
    labels: str
    images: str
    limits: list[str]
    trust: TrustCheck | None
    why_no_trust: str
    seconds: dict[str, float]
    images_per_second: float
    network: SavedNetwork
    loss: list[float] = field(default_factory=list)
    manifest: Mapping[str, Any] = field(default_factory=dict)
    uniform: bool = True

    @property
    def best(self) -> Architecture:
        """The architecture with the largest angle that was found."""
        return self.found[0].architecture

    @property
    def names_a_winner(self) -> bool:
        """Whether the trust check says that the order is more than chance."""
        return self.trust is not None and self.trust.names_a_winner

    @property
    def verdict(self) -> str:
        """Whether a winner is named, in words."""
        return sentences.verdict(self.trust)

    @property
    def warnings(self) -> list[str]:
        """What speaks against using the architecture, such as operations of which none learns."""
        return warnings_of(self.scores.space, self.best)

    @property
    def findings(self) -> list[str]:
        """What was found, in sentences."""
        space, first = self.scores.space, self.found[0]
        of = len(self.scores.choices) if self.scores.exhaustive else None
        angles = self.scores.columns[ANGLE]
        equal = int((angles == angles.max()).sum()) - 1 if self.scores.exhaustive else 0
        said = [sentences.winner_sentence(space.format(self.best), first.scored, of, equal)]
        said += sentences.trust_sentences(self.trust, self.why_no_trust)
        firsts = {found.way: space.format(found.architecture) for found in self.found}
        said += sentences.null_sentences(self.scores.agreement(), firsts)
        return said

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; scores of single architectures are left out."""
        space = self.scores.space
        trust: dict[str, Any] | None = None
        if self.trust is not None:
            trust = {**self.trust.to_dict(), "names_a_winner": self.trust.names_a_winner}
        described: dict[str, Any] = plain(
            {
                "kind": "random-label search",
                "space": space.name,
                "best": space.format(self.best),
                "names_a_winner": self.names_a_winner,
                "verdict": self.verdict,
                "warnings": self.warnings,
                "findings": self.findings,
                "found": [
                    {
                        "way": found.way,
                        "architecture": space.format(found.architecture),
                        "scored": found.scored,
                        "stopped": found.stopped,
                        "params": found.params,
                        "macs": found.macs,
                    }
                    for found in self.found
                ],
                "agreement": self.scores.agreement(),
                "compared": len(self.scores.choices),
                "exhaustive": self.scores.exhaustive,
                "labels": self.labels,
                "images": self.images,
                "limits": self.limits,
                "uniform": self.uniform,
                "trust": trust,
                "why_no_trust": self.why_no_trust,
                "seconds": self.seconds,
                "images_per_second": self.images_per_second,
                "loss": self.loss,
                "manifest": self.manifest,
            }
        )
        return described

    @own_state()
    def save(self, folder: str | Path) -> Path:
        """Write ``unlabeled.json`` and ``scores.csv`` into a folder.

        Raises:
            StorageError: if they cannot be written.
        """
        path = at_home(folder) / FILE_NAME
        try:
            write_json(path, self.to_dict())
            write_file(path.with_name(SCORES), self.to_frame().to_csv(index=False))
        except OSError as error:
            raise StorageError(
                f"{path} cannot be written ({error.strerror}): choose a folder that you may write"
            ) from error
        return path

    @own_state()
    def to_frame(self) -> Any:
        """One row an architecture: its text, and its score in every way."""
        import pandas as pd

        space = self.scores.space
        texts = [space.format(arch) for arch in space.architectures(self.scores.choices)]
        return pd.DataFrame({"architecture": texts, **self.scores.columns})

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
        with read_back(folder / FILE_NAME, "a search without labels"):
            data = read_json(folder / FILE_NAME)
            network = read_network(folder)
            space = recorded_space(str(data["space"]), network.space)
            table = read_table(folder / SCORES)
            texts = table.pop("architecture").astype(str).tolist()
            columns = {str(way): table[way].to_numpy(dtype=np.float64) for way in table}
            trust = data["trust"]
            return cls(
                scores=Scores(space, space.parse_many(texts), columns, bool(data["exhaustive"])),
                found=[
                    Found(**{**row, "architecture": space.parse(row["architecture"])})
                    for row in data["found"]
                ],
                labels=str(data["labels"]),
                images=str(data["images"]),
                limits=[str(limit) for limit in data["limits"]],
                trust=None if trust is None else TrustCheck.from_dict(trust),
                why_no_trust=str(data["why_no_trust"]),
                seconds=numbers(data["seconds"]),
                images_per_second=float(data["images_per_second"]),
                network=network,
                loss=[float(loss) for loss in data["loss"]],
                manifest=dict(data["manifest"]),
                uniform=bool(data.get("uniform", True)),
            )

    def __repr__(self) -> str:
        return f"UnlabeledResult(best {self.scores.space.format(self.best)})"

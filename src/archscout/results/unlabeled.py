"""What a search without labels hands back, and how it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from archscout._common.own_state import own_state
from archscout._common.plain import plain
from archscout.results import _unlabeled_sentences as sentences
from archscout.results._on_images import ImageSearchResult
from archscout.results.scores import ANGLE, Scores
from archscout.spaces._hollow import warnings_of
from archscout.spaces.base import Architecture, SearchSpace
from archscout.training._saved_network import SavedNetwork

if TYPE_CHECKING:
    import pandas as pd


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


@dataclass(repr=False, kw_only=True)
class UnlabeledResult(ImageSearchResult):
    """All that a search without labels found.

    Args:
        scores: the angle and its nulls over the same architectures.
        found: the best by each way; the first is the angle's and is handed back.
        labels: how labels were made: kind and number of classes, in words.
        images_per_second: of the training on random labels.
        loss: mean training loss of each epoch on random labels.
        uniform: whether architectures were drawn uniformly, which some limits prevent.
        trust, why_no_trust, images, seconds, network, limits, manifest: see `ImageSearchResult`;
            the network is not trained.
    """

    FILES: ClassVar = ("unlabeled.json", "scores.csv")
    KIND: ClassVar = "a search without labels"

    scores: Scores
    found: list[Found]
    labels: str
    images_per_second: float
    loss: list[float] = field(default_factory=list)
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
                    {**vars(found), "architecture": space.format(found.architecture)}
                    for found in self.found
                ],
                "agreement": self.scores.agreement(),
                "compared": len(self.scores.choices),
                "exhaustive": self.scores.exhaustive,
                "labels": self.labels,
                "images": self.images,
                "limits": self.limits,
                "uniform": self.uniform,
                "trust": self._trust_facts("names_a_winner"),
                "why_no_trust": self.why_no_trust,
                "seconds": self.seconds,
                "images_per_second": self.images_per_second,
                "loss": self.loss,
                "manifest": self.manifest,
            }
        )
        return described

    @own_state()
    def to_frame(self) -> pd.DataFrame:
        """One row an architecture: its text, and its score in every way."""
        import pandas as pd

        space = self.scores.space
        texts = [space.format(arch) for arch in space.architectures(self.scores.choices)]
        return pd.DataFrame({"architecture": texts, **self.scores.columns})

    @staticmethod
    def _own(
        data: Mapping[str, Any],
        table: pd.DataFrame,
        space: SearchSpace,
        folder: Path,
        network: SavedNetwork,
    ) -> dict[str, Any]:
        texts = table.pop("architecture").astype(str).tolist()
        columns = {str(way): table[way].to_numpy(dtype=np.float64) for way in table}
        return {
            "scores": Scores(space, space.parse_many(texts), columns, bool(data["exhaustive"])),
            "found": [
                Found(**{**row, "architecture": space.parse(row["architecture"])})
                for row in data["found"]
            ],
            "labels": str(data["labels"]),
            "images_per_second": float(data["images_per_second"]),
            "loss": [float(loss) for loss in data["loss"]],
            "uniform": bool(data.get("uniform", True)),
        }

    def __repr__(self) -> str:
        return f"UnlabeledResult(best {self.scores.space.format(self.best)})"

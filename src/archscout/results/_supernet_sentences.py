"""What a search on a supernet found, in sentences that do not say more than was measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archscout._common.saying import count, say_tau
from archscout.results._finalist import Finalist
from archscout.results._unlabeled_sentences import trust_sentences
from archscout.results.trust import TrustCheck

_JUDGED = "supernet accuracy"


def winner_sentence(top: str, accuracies: NDArray[np.float64], held_out: int) -> str:
    """Which architecture has the best label, on how many images, and beside how many equals."""
    equal = int((accuracies == accuracies.max()).sum()) - 1
    shared = f" (so {'has' if equal == 1 else 'have'} {count(equal, 'other')})" if equal else ""
    return (
        f"{top} has the best {_JUDGED}, {accuracies.max():.2f} percent on {held_out:,} "
        f"held-out images, of {count(len(accuracies), 'architecture')} that were scored{shared}"
    )


def worth_sentences(trust: TrustCheck | None, why_no_trust: str) -> list[str]:
    """What the labels are worth, by networks trained alone."""
    if trust is not None:
        return trust_sentences(trust, why_no_trust, _JUDGED)
    return [
        f"no random networks were trained alone ({why_no_trust}), so nothing here says "
        f"whether the order of the {_JUDGED} means anything on these images: this is a "
        "candidate, not a winner"
    ]


def null_sentences(agreement: Sequence[Mapping[str, Any]]) -> list[str]:
    """How far counting, which needs no training, says the same."""
    return [
        f"counting {row['way']}, which needs no training, orders the scored architectures as "
        f"the {_JUDGED} does with tau-b {say_tau(row['tau'])}"
        for row in agreement
    ]


def alone_sentences(finalists: Sequence[Finalist], epochs: int, test_images: int) -> list[str]:
    """What the best reach when they are trained alone."""
    if not finalists:
        return ["none of the best was trained alone: the network has no weights"]
    first, trained = finalists[0], len(finalists)
    text = (
        f"{first.architecture}, trained alone for {count(epochs, 'epoch')}, has "
        f"{first.validation:.2f} percent on the same held-out images, which also chose it and say "
        "more than is true"
    )
    if trained > 1:
        text += f"; it is the best of {trained} trained so"
    said = [text]
    if first.test is not None:
        said.append(
            f"on {test_images:,} test images, by which nothing was chosen, it has "
            f"{first.test:.2f} percent"
        )
    return said

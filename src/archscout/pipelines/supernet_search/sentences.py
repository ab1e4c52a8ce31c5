"""What a search on a supernet found, in sentences that do not say more than was measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archscout._common.saying import count
from archscout.pipelines.unlabeled.sentences import say_tau, trust_sentences

if TYPE_CHECKING:
    from archscout.pipelines.supernet_search.result import SupernetSearchResult

_JUDGED = "supernet accuracy"


def findings(result: SupernetSearchResult) -> list[str]:
    """The winner, what its labels are worth, the nulls, and the networks trained alone."""
    accuracies = result.accuracies
    top = result.space.format(result.architectures[int(accuracies.argmax())])
    equal = int((accuracies == accuracies.max()).sum()) - 1
    shared = f" (so {'has' if equal == 1 else 'have'} {count(equal, 'other')})" if equal else ""
    said = [
        f"{top} has the best {_JUDGED}, {accuracies.max():.2f} percent on {result.held_out:,} "
        f"held-out images, of {count(len(accuracies), 'architecture')} that were scored{shared}"
    ]
    said += _trust(result)
    for row in result.agreement():
        said.append(
            f"counting {row['way']}, which needs no training, orders the scored architectures as "
            f"the {_JUDGED} does with tau-b {say_tau(row['tau'])}"
        )
    return said + _alone(result)


def _trust(result: SupernetSearchResult) -> list[str]:
    if result.trust is not None:
        return trust_sentences(result.trust, result.why_no_trust, _JUDGED)
    return [
        f"no random networks were trained alone ({result.why_no_trust}), so nothing here says "
        f"whether the order of the {_JUDGED} means anything on these images: this is a "
        "candidate, not a winner"
    ]


def _alone(result: SupernetSearchResult) -> list[str]:
    if not result.finalists:
        return ["none of the best was trained alone: the network has no weights"]
    first, trained = result.finalists[0], len(result.finalists)
    text = (
        f"{first.architecture}, trained alone for {count(result.alone_epochs, 'epoch')}, has "
        f"{first.validation:.2f} percent on the same held-out images, which also chose it and say "
        "more than is true"
    )
    if trained > 1:
        text += f"; it is the best of {trained} trained so"
    said = [text]
    if first.test is not None:
        said.append(
            f"on {result.test_images:,} test images, by which nothing was chosen, it has "
            f"{first.test:.2f} percent"
        )
    return said

"""What a search without labels found, in sentences that do not say more than was measured."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from archscout._common.saying import count, say_p, say_tau
from archscout.results.scores import ANGLE, FRESH, LIVE
from archscout.results.trust import ENOUGH, TrustCheck

Rows = Sequence[Mapping[str, Any]]

_MUCH = 0.3


def winner_sentence(winner: str, scored: int, of: int | None, equal: int = 0) -> str:
    """Which architecture has the largest angle, and among how many.

    Examples:
        >>> winner_sentence("333333", 15625, 15625)
        'the angle puts 333333 first, of all 15,625 architectures'
        >>> winner_sentence("3333", 2000, None)
        'the angle puts 3333 first, of 2,000 that the search scored'
        >>> winner_sentence("3333", 2, 2, equal=1)
        'the angle puts 3333 first, beside 1 other with the same angle, of all 2 architectures'
    """
    among = f"{scored:,} that the search scored"
    if scored == of:
        among = f"all {of:,} architectures" if of > 1 else "the only architecture"
    beside = f" beside {count(equal, 'other')} with the same angle," if equal else ""
    return f"the angle puts {winner} first,{beside} of {among}"


def null_sentences(agreement: Rows, firsts: Mapping[str, str]) -> list[str]:
    """How far ways without training say the same as the angle."""
    rows = {row["way"]: row for row in agreement}
    said = []
    if FRESH in rows:
        tau = rows[FRESH]["tau"]
        if math.isnan(tau):
            meaning = "one of the two is the same for all architectures"
        elif tau >= _MUCH:
            meaning = "that much comes from how the vector is built, not from training"
        elif tau > -_MUCH:
            meaning = "training made another order than the vector alone"
        else:
            meaning = "training turned the order of the vector round"
        said.append(
            "an angle between two fresh initialisations, which saw no image, orders as the angle "
            f"does with tau-b {say_tau(tau)}: {meaning}"
        )
    if LIVE in rows:
        row = rows[LIVE]
        same = "the same architecture" if firsts[LIVE] == firsts[ANGLE] else firsts[LIVE]
        said.append(
            f"counting {LIVE} orders as the angle does with tau-b {say_tau(row['tau'])}, and puts "
            f"{same} first"
        )
    return said


def trust_sentences(trust: TrustCheck | None, why_not: str, judged: str = ANGLE) -> list[str]:
    """Whether anything says that the order of a way, the angle's here, is worth something."""
    if trust is None:
        return [
            f"no network was trained alone ({why_not}), so nothing here says whether the order of "
            f"the {judged} means anything on these images: this is a candidate, not a winner"
        ]
    rows = {row["way"]: row for row in trust.rows()}
    text = (
        f"of {count(len(trust.architectures), 'sampled network')}, each trained alone for "
        f"{count(trust.epochs, 'epoch')}, the {judged} orders the accuracies with tau-b "
        f"{say_trust(rows[judged])}"
    )
    p_value = f" ({say_p(rows[judged]['p_value'])})"
    meaning = {
        "better": f"better than chance{p_value}",
        "worse": f"the wrong way round{p_value}, so it cannot name a winner",
        "chance": f"this may be chance{p_value}, so it cannot name a winner",
        "too few": f"{too_few(trust)}, so it cannot name a winner",
    }
    said = [f"{text}: {meaning[trust.judgement]}"]
    if trust.rival is not None:
        top = rows[trust.rival]
        said.append(f"{top['way']} orders the same networks no worse, with tau-b {say_trust(top)}")
    return said


def too_few(trust: TrustCheck) -> str:
    """Why no order of these networks could be told from chance."""
    networks = len(trust.architectures)
    if networks < ENOUGH:
        return (
            f"no order of {networks} networks can be told from chance, at least {ENOUGH} networks "
            "are needed"
        )
    return (
        f"{networks} networks with so many equal scores or accuracies cannot be told from chance "
        "in any order, more networks or images are needed"
    )


def verdict(trust: TrustCheck | None) -> str:
    """Whether a winner is named, and what speaks against relying on it."""
    if trust is None:
        return "no: nothing was trained alone to check the order, so it is a candidate"
    if trust.judgement == "too few":
        return f"no: {too_few(trust)}, so it is a candidate"
    if trust.judgement == "worse":
        return "no: the trust check finds the order the wrong way round"
    if trust.judgement == "chance":
        return "no: the trust check cannot tell the order from chance, so it is a candidate"
    if trust.rival is None:
        return "yes"
    return f"yes, but {trust.rival} orders no worse: look at what that puts first too"


def say_trust(row: Mapping[str, Any]) -> str:
    """Tau-b of a row of a trust check, with its interval."""
    return f"{say_tau(row['tau'])} [{say_tau(row['low'])}, {say_tau(row['high'])}]"

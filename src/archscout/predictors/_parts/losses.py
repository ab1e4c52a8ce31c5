"""Losses of predicted scores: how far off they are, or only whether their order is right.

Each takes predicted scores ``(m, n)`` of ``m`` members for ``n`` architectures, target scores
``(1 or m, n)`` and weights ``(1 or m, n)``, and gives one number a member, ``(m,)``: members
of an ensemble stay independent when the sum is descended.

Source:
    Pairwise logistic: Burges et al., Learning to Rank using Gradient Descent, ICML 2005 (its
    use for architectures: GATES, arXiv 2004.01899, and ReNAS, arXiv 1910.01523, with a hinge).
    ListMLE: Xia et al., Listwise Approach to Learning to Rank, ICML 2008.
"""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor, nn

from archscout.predictors._parts.ranges import LossName

Loss = Callable[[Tensor, Tensor, Tensor], Tensor]

# Target scores that lie closer are no pair, and how far apart a hinge wants the scores of one.
_TIED, _MARGIN = 1e-9, 0.1


def squared_error(scores: Tensor, targets: Tensor, weights: Tensor) -> Tensor:
    """Weighted mean squared error, ``(m,)``."""
    error = weights * (scores - targets) ** 2
    return error.sum(dim=1) / weights.expand_as(error).sum(dim=1).clamp_min(1e-6)


def pairwise_logistic(scores: Tensor, targets: Tensor, weights: Tensor) -> Tensor:
    """Logistic loss of the score difference of every pair that the targets order, ``(m,)``."""
    return _over_pairs(nn.functional.softplus, scores, targets, weights)


def pairwise_hinge(scores: Tensor, targets: Tensor, weights: Tensor) -> Tensor:
    """How much every pair that the targets order falls short of a margin of 0.1, ``(m,)``."""
    return _over_pairs(lambda behind: (behind + _MARGIN).clamp_min(0), scores, targets, weights)


def listwise_likelihood(scores: Tensor, targets: Tensor, weights: Tensor) -> Tensor:
    """ListMLE: negative log-likelihood of the targets' whole order, a mean per place, ``(m,)``.

    A weight weighs the place where its architecture is drawn from those that are left.
    """
    order = targets.expand_as(scores).argsort(dim=1, descending=True, stable=True)
    drawn = scores.gather(1, order)
    left = drawn.flip(1).logcumsumexp(dim=1).flip(1)
    weight = weights.expand_as(scores).gather(1, order)
    return (weight * (left - drawn)).sum(dim=1) / weight.sum(dim=1).clamp_min(1e-6)


def _over_pairs(
    penalty: Callable[[Tensor], Tensor], scores: Tensor, targets: Tensor, weights: Tensor
) -> Tensor:
    """Weighted mean of ``penalty(score of the worse - score of the better)``."""
    better = (targets[:, :, None] - targets[:, None, :] > _TIED).to(scores.dtype)
    pairs = better * weights[:, :, None] * weights[:, None, :]
    behind = scores[:, None, :] - scores[:, :, None]
    lost = (pairs * penalty(behind)).sum(dim=(1, 2))
    return lost / pairs.expand_as(behind).sum(dim=(1, 2)).clamp_min(1e-6)


LOSSES: dict[LossName, Loss] = {
    "squared": squared_error,
    "pairwise-logistic": pairwise_logistic,
    "pairwise-hinge": pairwise_hinge,
    "listwise": listwise_likelihood,
}

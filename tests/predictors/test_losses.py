"""Losses of scores: against loops over pairs and places, and what they must not notice."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from archscout.predictors._parts.losses import LOSSES

ORDER_LOSSES = sorted(set(LOSSES) - {"squared"})
DOUBLE = torch.float64


def example(seed: int, n: int = 7) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Scores ``(3, n)``, targets ``(1, n)`` with a tie, weights ``(3, n)`` with a zero."""
    rng = np.random.default_rng(seed)
    targets = rng.normal(size=n)
    targets[1] = targets[0]
    weights = rng.exponential(size=(3, n))
    weights[0, 2] = 0.0
    return (
        torch.tensor(rng.normal(size=(3, n)), dtype=DOUBLE),
        torch.tensor(targets[None], dtype=DOUBLE),
        torch.tensor(weights, dtype=DOUBLE),
    )


def squared_by_hand(scores: list[float], targets: list[float], weights: list[float]) -> float:
    lost = sum(w * (s - t) ** 2 for s, t, w in zip(scores, targets, weights, strict=True))
    return lost / sum(weights)


def pairwise_by_hand(
    kind: str, scores: list[float], targets: list[float], weights: list[float]
) -> float:
    lost = total = 0.0
    for better, worse in itertools.permutations(range(len(scores)), 2):
        if targets[better] > targets[worse]:
            ahead = scores[better] - scores[worse]
            weight = weights[better] * weights[worse]
            hinge = max(0.0, 0.1 - ahead)
            lost += weight * (hinge if kind == "hinge" else math.log(1 + math.exp(-ahead)))
            total += weight
    return lost / total


def listwise_by_hand(scores: list[float], targets: list[float], weights: list[float]) -> float:
    order = sorted(range(len(scores)), key=lambda i: -targets[i])
    lost = 0.0
    for place, drawn in enumerate(order):
        left = sum(math.exp(scores[i]) for i in order[place:])
        lost -= weights[drawn] * math.log(math.exp(scores[drawn]) / left)
    return lost / sum(weights)


BY_HAND = {
    "squared": squared_by_hand,
    "pairwise-logistic": lambda *parts: pairwise_by_hand("logistic", *parts),
    "pairwise-hinge": lambda *parts: pairwise_by_hand("hinge", *parts),
    "listwise": listwise_by_hand,
}


@pytest.mark.parametrize("name", sorted(LOSSES))
def test_equals_a_loop(name: str) -> None:
    for seed in range(5):
        scores, targets, weights = example(seed)
        found = LOSSES[name](scores, targets, weights)
        assert found.shape == (3,)
        expected = [
            BY_HAND[name](s, targets[0].tolist(), w)
            for s, w in zip(scores.tolist(), weights.tolist(), strict=True)
        ]
        np.testing.assert_allclose(found, expected, rtol=1e-9)


@pytest.mark.parametrize("name", sorted(LOSSES))
def test_a_common_row_of_weights_stands_for_all_members(name: str) -> None:
    scores, targets, weights = example(0)
    common = LOSSES[name](scores, targets, weights[:1])
    apart = LOSSES[name](scores, targets.expand(3, -1), weights[:1].expand(3, -1))
    torch.testing.assert_close(common, apart)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(LOSSES))
@settings(max_examples=30)
@given(seed=st.integers(0, 2**31), factor=st.floats(0.01, 100.0))
def test_neither_order_of_rows_nor_scale_of_weights_counts(
    name: str, seed: int, factor: float
) -> None:
    scores, targets, weights = example(seed)
    targets[0, 1] += 0.5  # Listwise takes ties in the order in which they come.
    rows = torch.from_numpy(np.random.default_rng(seed).permutation(scores.shape[1]))
    loss = LOSSES[name]
    again = loss(scores[:, rows], targets[:, rows], factor * weights[:, rows])
    torch.testing.assert_close(again, loss(scores, targets, weights))


@pytest.mark.parametrize("name", ORDER_LOSSES)
@settings(max_examples=30)
@given(seed=st.integers(0, 2**31), shift=st.floats(-50.0, 50.0))
def test_a_loss_of_the_order_sees_no_shift_and_no_stretched_targets(
    name: str, seed: int, shift: float
) -> None:
    scores, targets, weights = example(seed)
    loss = LOSSES[name]
    moved = loss(scores + shift, torch.exp(targets), weights)
    torch.testing.assert_close(moved, loss(scores, targets, weights))


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(LOSSES))
def test_going_down_it_finds_the_order(name: str) -> None:
    targets = torch.tensor([[0.3, -1.0, 2.0, 1.0, -0.2]], dtype=DOUBLE)
    scores = torch.zeros((2, 5), dtype=DOUBLE, requires_grad=True)
    for _ in range(200):
        lost = LOSSES[name](scores, targets, torch.ones_like(targets)).sum()
        (slope,) = torch.autograd.grad(lost, scores)
        scores = (scores - 0.5 * slope).detach().requires_grad_(True)
    assert (scores.argsort(dim=1) == targets.argsort(dim=1)).all()


@pytest.mark.parametrize("name", sorted(LOSSES))
def test_members_are_independent(name: str) -> None:
    scores, targets, weights = example(1)
    scores.requires_grad_(True)
    LOSSES[name](scores, targets, weights)[0].backward()
    assert scores.grad is not None
    assert (scores.grad[0] != 0).any()
    assert (scores.grad[1:] == 0).all()


@pytest.mark.parametrize("name", sorted(LOSSES))
def test_nothing_to_learn_gives_finite_numbers(name: str) -> None:
    scores = torch.randn((2, 4), generator=torch.Generator().manual_seed(0)).requires_grad_(True)
    equal, none = torch.zeros((1, 4)), torch.zeros((1, 4))
    lost = (
        LOSSES[name](scores, equal, none).sum()
        + LOSSES[name](scores[:, :1], equal[:, :1], torch.ones((1, 1))).sum()
    )
    lost.backward()
    assert scores.grad is not None
    assert torch.isfinite(lost)
    assert torch.isfinite(scores.grad).all()


def test_a_hinge_is_content_beyond_its_margin_and_a_weight_of_zero_hides_a_row() -> None:
    targets = torch.tensor([[2.0, 1.0, 0.0]])
    hinge = LOSSES["pairwise-hinge"]
    assert hinge(torch.tensor([[0.4, 0.2, 0.0]]), targets, torch.ones(1, 3)).item() == 0
    wrong = torch.tensor([[0.4, 0.2, 9.0]])
    assert hinge(wrong, targets, torch.ones(1, 3)).item() > 1
    assert hinge(wrong, targets, torch.tensor([[1.0, 1.0, 0.0]])).item() == 0

"""The training loop of the plain networks: steps, schedule, clipping, decay."""

from __future__ import annotations

import pytest
import torch

from archscout.predictors._parts.descent import descend


def parameter(*numbers: float) -> torch.Tensor:
    return torch.tensor(numbers, requires_grad=True)


def test_calls_the_loss_once_a_step_in_order_and_reaches_the_valley() -> None:
    x, seen = parameter(5.0, -3.0), []

    def loss(step: int) -> torch.Tensor:
        seen.append(step)
        return ((x - 1) ** 2).sum()

    descend([x], loss, 300, learning_rate=0.1)
    assert seen == list(range(300))
    torch.testing.assert_close(x.detach(), torch.ones(2), atol=1e-2, rtol=0)


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_very_few_steps_are_taken(steps: int) -> None:
    x = parameter(1.0)
    descend([x], lambda step: (x**2).sum(), steps, learning_rate=0.1)
    assert (x.item() < 1.0) == (steps > 0)


def test_one_cycle_ends_with_small_steps_and_without_it_they_stay() -> None:
    def last_step(one_cycle: bool) -> float:
        x, places = parameter(100.0), []

        def loss(step: int) -> torch.Tensor:
            places.append(x.item())
            return x.sum()

        descend([x], loss, 50, learning_rate=0.1, one_cycle=one_cycle)
        return places[-2] - places[-1]

    assert last_step(True) < 0.01
    assert last_step(False) == pytest.approx(0.1, rel=1e-3)


def test_decay_shrinks_what_the_loss_leaves_alone() -> None:
    x = parameter(1.0)
    descend([x], lambda step: 0 * x.sum(), 10, learning_rate=0.1, weight_decay=0.5, one_cycle=False)
    assert x.item() == pytest.approx(0.95**10, rel=1e-4)
    still = parameter(1.0)
    descend([still], lambda step: 0 * still.sum(), 10, learning_rate=0.1)
    assert still.item() == 1.0


def test_the_norm_of_all_gradients_together_is_clipped() -> None:
    x, y, norms = parameter(0.0), parameter(0.0), []

    def loss(step: int) -> torch.Tensor:
        if step:
            assert x.grad is None
        return 300 * x.sum() + 400 * y.sum()

    for clip in (0.0, 1.0):
        x.grad = y.grad = None
        descend([x, y], loss, 1, learning_rate=0.1, clip=clip)
        assert x.grad is not None
        assert y.grad is not None
        norms.append(float((x.grad**2 + y.grad**2).sqrt()))
    assert norms == pytest.approx([500.0, 1.0], rel=1e-3)


def test_parameters_may_come_as_an_iterator() -> None:
    network = torch.nn.Linear(2, 1)
    before = network.weight.clone()
    data = torch.ones(4, 2)
    descend(iter(network.parameters()), lambda step: network(data).sum(), 5, learning_rate=0.1)
    assert (network.weight != before).all()

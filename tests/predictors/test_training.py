"""The training loop: what a step holds, what the loss adds up, what a phase leaves behind."""

from __future__ import annotations

import itertools
from dataclasses import replace
from itertools import islice, repeat

import pytest
import torch
from torch import Tensor

from archscout.predictors._parts.flow_network import FlowNetwork
from archscout.predictors._parts.forms import TokenForm
from archscout.predictors._parts.network import Table, encode_table
from archscout.predictors._parts.presets import Preset
from archscout.predictors._parts.training import Batch, loss_of, mixed_steps, shuffled_passes, train
from archscout.testing._toy import ToySpace

SPACE = ToySpace()
FORM = TokenForm(SPACE, "tokens")


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def table() -> Table:
    return encode_table(SPACE, SPACE.all_choices()[::5], FORM)


@pytest.fixture
def network(table: Table) -> FlowNetwork:
    return FlowNetwork(
        members=2,
        operations=table.operations.shape[2],
        allowed=torch.from_numpy(FORM.spec.allowed.copy()),
        targets=table.structure.shape[1],
        hidden=8,
        dropout=0.0,
        generator=generator(),
    )


def batch(rows: int, weights: Tensor | None = None) -> Batch:
    scores = torch.linspace(-1, 1, rows)[None]
    return Batch(
        torch.arange(rows), scores, torch.ones_like(scores) if weights is None else weights
    )


# --- steps ------------------------------------------------------------------------------------
def test_every_pass_has_every_row_once_in_new_order() -> None:
    rows, scores = torch.arange(10) + 5, torch.arange(10) / 10
    passes = shuffled_passes(rows, scores, 4, generator())
    orders = []
    for _ in range(3):
        steps = list(itertools.islice(passes, 3))
        assert [len(step.rows) for step in steps] == [4, 4, 2]
        order = torch.cat([step.rows for step in steps])
        assert torch.equal(order.sort().values, rows)
        for step in steps:
            assert torch.equal(step.scores, ((step.rows - 5) / 10)[None])
            assert step.weights.all()
        orders.append(order)
    assert not torch.equal(orders[0], orders[1])


def test_every_mixed_step_has_all_labels_and_some_of_the_others() -> None:
    labels = batch(6, torch.rand((2, 6), generator=generator()))
    others = Batch(torch.arange(100, 130), torch.arange(30.0)[None], torch.ones((1, 30)))
    drawn = []
    for step in islice(mixed_steps(labels, others, 8, generator()), 20):
        assert torch.equal(step.rows[:6], labels.rows)
        assert torch.equal(step.scores[:, :6], labels.scores)
        assert torch.equal(step.weights[:, :6], labels.weights)
        assert step.weights.shape == (2, 14)
        assert torch.equal(step.scores[0, 6:], (step.rows[6:] - 100).float())
        drawn += step.rows[6:].tolist()
    assert set(drawn) <= set(range(100, 130))
    assert len(set(drawn)) > 25
    alone = Batch(torch.arange(0), torch.zeros((1, 0)), torch.zeros((1, 0)))
    for steps in (
        mixed_steps(labels, alone, 8, generator()),
        mixed_steps(labels, others, 0, generator()),
    ):
        assert all(step is labels for step in islice(steps, 3))


# --- the loss ---------------------------------------------------------------------------------
def test_the_loss_weighs_values_against_tokens_and_structure(
    network: FlowNetwork, table: Table, flow: Preset
) -> None:
    step = batch(12)
    embedding = network.embed(table, step.rows)
    errors = ((network.value(embedding) - step.scores) ** 2).mean(dim=1).sum()
    written = network.reconstruction(embedding, table.tokens[:12])
    missed = ((network.structure(embedding) - table.structure[:12]) ** 2).mean(dim=(1, 2)).sum()
    for trade_off, structure in ((0.8, 0.0), (0.8, 1.0), (0.3, 0.5)):
        preset = replace(flow, trade_off=trade_off, structure=structure)
        wanted = trade_off * errors + (1 - trade_off) * (written + structure * missed)
        assert torch.allclose(loss_of(network, table, step, preset), wanted)


def test_rows_without_a_value_teach_the_decoder_alone(
    network: FlowNetwork, table: Table, flow: Preset
) -> None:
    known = torch.cat([torch.ones((1, 6)), torch.zeros((1, 6))], dim=1)
    one, other = batch(12, known), batch(12, known)
    other.scores[0, 6:] = 1e6  # no value, so nobody may see it
    assert torch.equal(loss_of(network, table, one, flow), loss_of(network, table, other, flow))
    values = replace(flow, trade_off=1.0)
    assert torch.allclose(
        loss_of(network, table, one, values),
        loss_of(network, table, batch(6)._replace(scores=one.scores[:, :6]), values),
    )
    nothing = batch(12, torch.zeros((1, 12)))
    assert loss_of(network, table, nothing, values) == 0


# --- a phase ----------------------------------------------------------------------------------
def test_every_phase_has_a_new_optimiser_of_the_presets_kind(
    network: FlowNetwork, table: Table, flow: Preset, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[tuple[str, torch.optim.Optimizer]] = []
    for name in ("Adam", "AdamW"):
        original = getattr(torch.optim, name)

        def make(*args, original=original, name=name, **settings):  # type: ignore[no-untyped-def]
            made.append((name, original(*args, **settings)))
            assert not made[-1][1].state, "the optimiser remembers an earlier phase"
            return made[-1][1]

        monkeypatch.setattr(torch.optim, name, make)
    for decoupled in (True, True, False):
        preset = replace(flow, decoupled_decay=decoupled, learning_rate=0.25, weight_decay=0.125)
        train(network, table, iter([batch(5)] * 3), 3, preset)
    assert [name for name, _ in made] == ["AdamW", "AdamW", "Adam"]
    assert len({id(optimiser) for _, optimiser in made}) == 3
    assert all(group["weight_decay"] == 0.125 for _, o in made for group in o.param_groups)


def test_training_takes_its_steps_and_leaves_the_network_in_eval_mode(
    network: FlowNetwork, table: Table, flow: Preset
) -> None:
    modes = []
    original = network.embed

    def spy(*args):  # type: ignore[no-untyped-def]
        modes.append(network.training)
        return original(*args)

    network.embed = spy  # type: ignore[method-assign]
    for steps in (0, 1, 2, 7):
        modes.clear()
        for cycle in (True, False):
            preset = replace(flow, one_cycle=cycle)
            train(network, table, repeat(batch(5)), steps, preset)
            assert not network.training
        assert modes == [True] * (2 * steps)


def test_clipping_bounds_a_step_of_the_gradient(
    network: FlowNetwork, table: Table, flow: Preset, monkeypatch: pytest.MonkeyPatch
) -> None:
    norms: list[float] = []

    class Watched(torch.optim.AdamW):
        def step(self, closure=None):  # type: ignore[no-untyped-def]
            weights = [w for group in self.param_groups for w in group["params"]]
            norms.append(float(torch.cat([w.grad.ravel() for w in weights]).norm()))
            return super().step(closure)

    monkeypatch.setattr(torch.optim, "AdamW", Watched)
    far = batch(5)._replace(scores=torch.full((1, 5), 1e4))
    for clip in (0.0, 5.0):
        train(network, table, iter([far]), 1, replace(flow, clip=clip))
    assert norms[0] > 100
    assert norms[1] == pytest.approx(5.0, rel=1e-3)


def test_training_lowers_the_loss(network: FlowNetwork, table: Table, flow: Preset) -> None:
    step = batch(len(table))
    before = loss_of(network, table, step, flow).item()
    train(network, table, iter([step] * 60), 60, flow)
    assert loss_of(network, table, step, flow).item() < before / 2

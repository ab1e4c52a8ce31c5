"""Encoding once gives what encoding anew gives."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from archscout.predictors._parts import network
from archscout.predictors._parts.forms import TokenForm
from archscout.predictors._parts.network import (
    Table,
    TableCache,
    dropout,
    encode_table,
    redraw,
    uniform,
)
from archscout.spaces import load_space
from archscout.spaces.base import Variable
from archscout.testing._toy import ToySpace

CELLS = load_space("nasbench201")
FORM = TokenForm(CELLS, "tokens")


def assert_same(one: Table, other: Table) -> None:
    for name in ("tokens", "adjacency", "operations"):
        assert torch.equal(getattr(one, name), getattr(other, name)), name


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Sizes of the batches that were really encoded."""
    sizes: list[int] = []

    def spy(space, choices, tokens):  # type: ignore[no-untyped-def]
        sizes.append(len(choices))
        return encode_table(space, choices, tokens)

    monkeypatch.setattr(network, "encode_table", spy)
    return sizes


def test_batches_inside_the_first_large_one_only_pick_rows(counted: list[int]) -> None:
    rng = np.random.default_rng(0)
    everything = CELLS.all_choices()[rng.permutation(15_625)[: network.LARGE]]
    cache = TableCache(CELLS, FORM)
    whole = cache.encode(everything)
    inside = everything[rng.integers(0, len(everything), 300)]  # in any order, with repeats
    picked = cache.encode(inside)
    assert counted == [network.LARGE]
    anew = encode_table(CELLS, inside, FORM)
    assert_same(picked, anew)
    assert set(anew.edges) <= set(picked.edges)
    assert len(cache.encode(inside[:0])) == 0
    assert picked.structure.shape == (300, whole.structure.shape[1])
    back = cache.encode(everything)
    assert torch.equal(back.structure, whole.structure)


def test_a_batch_that_is_partly_outside_is_encoded_anew(counted: list[int]) -> None:
    rows = CELLS.all_choices()
    cache = TableCache(CELLS, FORM)
    cache.encode(rows[: network.LARGE])
    mixed = rows[network.LARGE - 5 : network.LARGE + 5]
    assert_same(cache.encode(mixed), encode_table(CELLS, mixed, FORM))
    assert counted == [network.LARGE, 10]
    assert_same(cache.encode(rows[:5]), encode_table(CELLS, rows[:5], FORM))
    assert counted == [network.LARGE, 10]


def test_small_batches_are_not_kept(counted: list[int]) -> None:
    cache = TableCache(CELLS, FORM)
    cache.encode(CELLS.all_choices()[:10])
    cache.encode(CELLS.all_choices()[:10])
    assert counted == [10, 10]


class Long(ToySpace):
    """More architectures than an integer can number."""

    name = "long"
    variables = tuple(Variable(str(i), ("a", "b", "c")) for i in range(50))

    def valid(self, archs):  # type: ignore[no-untyped-def]
        return np.ones(len(self.as_choices(archs)), dtype=np.bool_)


def test_a_space_too_large_for_codes_is_encoded_anew(counted: list[int]) -> None:
    space = Long()
    form = TokenForm(space, "tokens")
    cache = TableCache(space, form)
    rows = space.sample_choices(np.random.default_rng(0), network.LARGE)
    cache.encode(rows)
    assert torch.equal(cache.encode(rows[:3]).tokens, torch.from_numpy(form.write(rows[:3])))
    assert counted == [network.LARGE, 3]


# --- the other small parts ----------------------------------------------------------------------
def test_weights_and_dropout_come_from_the_generator_alone() -> None:
    before = torch.get_rng_state()

    def draw() -> list[torch.Tensor]:
        generator = torch.Generator().manual_seed(3)
        with torch.random.fork_rng(devices=[]):
            layers = torch.nn.ModuleList(
                [torch.nn.Embedding(4, 5), torch.nn.Linear(5, 2), torch.nn.LSTM(5, 3)]
            )
        redraw(layers, generator)
        dropped = dropout(torch.ones(1000), 0.25, True, generator)
        return [*layers.parameters(), uniform((3, 4), 0.5, generator), dropped]

    for one, other in zip(draw(), draw(), strict=True):
        assert torch.equal(one, other)
    assert torch.equal(torch.get_rng_state(), before)


def test_redrawn_layers_have_the_scale_of_pytorch() -> None:
    linear, memory = torch.nn.Linear(400, 50), torch.nn.LSTM(30, 100)
    redraw(torch.nn.ModuleList([linear, memory]), torch.Generator().manual_seed(0))
    for weight, bound in ((linear.weight, 400**-0.5), (memory.weight_ih_l0, 100**-0.5)):
        assert bound * 0.98 < weight.abs().max() <= bound
        assert weight.mean().abs() < bound / 20


def test_dropout_keeps_the_mean_and_is_off_outside_training() -> None:
    generator = torch.Generator().manual_seed(0)
    ones = torch.ones(20_000)
    dropped = dropout(ones, 0.25, True, generator)
    assert dropped.unique().tolist() == [0.0, pytest.approx(4 / 3)]
    assert dropped.mean() == pytest.approx(1.0, abs=0.02)
    assert dropout(ones, 0.25, False, generator) is ones
    assert dropout(ones, 0.0, True, generator) is ones

"""The flow network sees the computation, its members are independent, its ascent ascends."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from archscout.predictors._parts.flow_network import FlowNetwork
from archscout.predictors._parts.forms import TokenForm
from archscout.predictors._parts.network import Table, encode_table
from archscout.predictors._parts.presets import Preset
from archscout.predictors._parts.training import Batch, loss_of
from archscout.spaces import load_space

CELLS = load_space("nasbench201")
FORM = TokenForm(CELLS, "tokens")


def make(
    table: Table, *, members: int = 2, form: TokenForm = FORM, hidden: int = 12
) -> FlowNetwork:
    network = FlowNetwork(
        members=members,
        operations=table.operations.shape[2],
        allowed=torch.from_numpy(form.spec.allowed.copy()),
        targets=table.structure.shape[1],
        hidden=hidden,
        dropout=0.1,
        generator=torch.Generator().manual_seed(0),
    )
    return network.eval()


def embed(network: FlowNetwork, rows: np.ndarray) -> Tensor:
    table = encode_table(CELLS, rows, FORM)
    with torch.no_grad():
        return network.embed(table, torch.arange(len(table)))


@pytest.fixture(scope="module")
def everything() -> Table:
    return encode_table(CELLS, CELLS.all_choices(), FORM)


def functions() -> np.ndarray:
    """What each cell makes of one input, with stand-in operations that make nothing of nothing."""
    rng = np.random.default_rng(0)
    rows = CELLS.all_choices()
    weights = rng.normal(size=(3, 5, 5)) / 2
    nodes = [np.tile(np.linspace(-1, 1, 5), (len(rows), 1)), *np.zeros((3, len(rows), 5))]
    edges = ((0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3))
    for column, (source, target) in zip(rows.T, edges, strict=True):
        made = [0 * nodes[source], nodes[source], *(np.tanh(nodes[source] @ w) for w in weights)]
        nodes[target] = nodes[target] + np.stack(made)[column, np.arange(len(rows))]
    return nodes[3]


def groups_of(vectors: np.ndarray) -> np.ndarray:
    """A number for each row, the same where rows agree to five digits."""
    scaled = (vectors / np.abs(vectors).max()).round(5) + 0.0
    return np.unique(scaled, axis=0, return_inverse=True)[1].ravel()


def test_cells_get_the_same_vector_exactly_where_they_compute_the_same(everything: Table) -> None:
    network = make(everything, members=1, hidden=32)
    with torch.inference_mode():
        batches = torch.arange(len(everything)).split(2048)
        embeddings = torch.cat([network.embed(everything, rows)[0] for rows in batches]).numpy()
    group = groups_of(functions())
    order = np.argsort(group, kind="stable")
    starts = np.searchsorted(group[order], np.arange(group.max() + 1))
    highest = np.maximum.reduceat(embeddings[order], starts)
    lowest = np.minimum.reduceat(embeddings[order], starts)
    assert (highest - lowest).max() < 1e-4 * embeddings.std(), "equal functions, other vectors"
    assert len(np.unique(groups_of(lowest))) == len(lowest), "other functions, equal vectors"
    # Twins are such cells; the published identity misses sums that are written in two ways.
    ids = np.unique(CELLS.canonical_ids(CELLS.all_choices()), return_inverse=True)[1]
    assert len(np.unique(ids)) == 6466
    assert len(np.unique(np.stack([ids, group]), axis=1).T) == 6466
    assert len(lowest) < 6466


def test_dead_edges_do_not_matter() -> None:
    # Node 1 gets nothing, so whatever leaves it carries nothing.
    rows = CELLS.as_choices(
        [CELLS.parse(text) for text in ("030330", "033330", "034340", "031310", "032300")]
    )
    embedding = embed(make(encode_table(CELLS, CELLS.all_choices()[::50], FORM)), rows)
    live = embed(make(encode_table(CELLS, CELLS.all_choices()[::50], FORM)), rows[[0]])
    same = CELLS.canonical_ids(rows) == CELLS.canonical_ids(rows[[0]])[0]
    assert same.sum() >= 4
    assert torch.allclose(embedding[:, torch.from_numpy(same)], live.expand(-1, same.sum(), -1))


def test_a_cell_through_which_nothing_flows_is_the_zero_vector() -> None:
    rows = np.array([[0] * 6, [3, 3, 3, 3, 3, 3]], dtype=np.int8)
    together = embed(make(encode_table(CELLS, rows, FORM)), rows)
    assert not together[:, 0].any()
    assert together[:, 1].any()
    alone = embed(make(encode_table(CELLS, rows, FORM)), rows[:1])
    assert not alone.any()


def test_an_embedding_does_not_depend_on_its_batch() -> None:
    rows = CELLS.sample_choices(np.random.default_rng(0), 40)
    network = make(encode_table(CELLS, rows, FORM))
    whole = embed(network, rows)
    for place in (0, 7, 39):
        # Alone, the table has fewer edges and the network walks other ways.
        assert torch.allclose(embed(network, rows[[place]])[:, 0], whole[:, place], atol=1e-6)
    assert torch.allclose(embed(network, rows[::-1].copy()).flip(1), whole, atol=1e-6)


def test_members_do_not_learn_from_each_others_losses() -> None:
    rows = CELLS.sample_choices(np.random.default_rng(0), 20)
    table = encode_table(CELLS, rows, FORM)
    network = make(table, members=3)
    embedding = network.embed(table, torch.arange(20))
    scores = network.token_scores(embedding)[0]
    loss = network.value(embedding)[0].sum() + network.structure(embedding)[0].sum()
    (loss + scores[scores.isfinite()].square().sum()).backward()
    for name, weight in network.named_parameters():
        assert weight.grad is not None, name
        assert weight.grad[0].any(), name
        assert not weight.grad[1:].any(), f"{name} of another member has a gradient"


def test_the_loss_of_an_ensemble_is_the_sum_of_its_members(flow: Preset) -> None:
    rows = CELLS.sample_choices(np.random.default_rng(0), 20)
    table = encode_table(CELLS, rows, FORM)
    three = make(table, members=3)
    drawn = torch.rand((3, 20), generator=torch.Generator().manual_seed(1))
    batch = Batch(torch.arange(20), torch.linspace(-1, 1, 20)[None], drawn)
    parts = []
    for member in range(3):
        one = make(table, members=1)
        one.load_state_dict(
            {
                name: value if name == "allowed" else value[member : member + 1]
                for name, value in three.state_dict().items()
            }
        )
        parts.append(loss_of(one, table, batch._replace(weights=drawn[member : member + 1]), flow))
    assert torch.allclose(loss_of(three, table, batch, flow), torch.stack(parts).sum())


def test_a_small_ascent_raises_the_value_and_keeps_to_its_length() -> None:
    rows = CELLS.sample_choices(np.random.default_rng(0), 50)
    network = make(encode_table(CELLS, rows, FORM))
    start = embed(network, rows)
    for step in (0.01, 0.05):
        moved = network.ascend(start, step)
        assert not moved.requires_grad
        gain = network.value(moved) - network.value(start)
        assert (gain >= -1e-6).all()
        assert (gain > 0).float().mean() > 0.9
        ratio = (moved - start).norm(dim=-1) / start.norm(dim=-1).clamp_min(1e-9)
        assert ((ratio - step).abs() < 1e-4).float().mean() > 0.9
    assert torch.equal(network.ascend(start, 0.0), start)


def test_the_decoder_never_writes_a_token_outside_the_mask() -> None:
    for kind in ("tokens", "sequence"):
        form = TokenForm(CELLS, kind)
        table = encode_table(CELLS, CELLS.all_choices()[::40], form)
        network = make(table, form=form)
        wild = torch.randn((2, 500, 12), generator=torch.Generator().manual_seed(0)) * 50
        written = network.write(wild)
        assert written.shape == (2, 500, form.spec.length)
        allowed = torch.from_numpy(form.spec.allowed.copy())
        assert allowed[torch.arange(form.spec.length), written].all()
        missed = network.reconstruction(wild[:, :300], table.tokens[:300])
        assert torch.isfinite(missed)

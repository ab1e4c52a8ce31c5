"""Messages on cell graphs against loops, what the network must not see, and what it learns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from archscout.encodings import GraphEncoding
from archscout.errors import SettingsError, UnknownNameError
from archscout.experiments.ranking.splits import split_by_size
from archscout.predictors import make_predictor
from archscout.predictors._parts import graph_message_network
from archscout.predictors._parts.graph_message_network import (
    GatedSum,
    GraphMessages,
    VertexLSTM,
    encode_graphs,
)
from archscout.predictors._parts.losses import LOSSES
from archscout.predictors.graph_network import GraphNetwork
from archscout.spaces import load_space
from archscout.stats import kendall_tau
from archscout.testing._toy import ToySpace

SPACE = load_space("nasbench201")
QUICK: dict[str, Any] = {"members": 3, "hidden": 12, "steps": 60, "learning_rate": 0.02}
UNSEEN = SPACE.sample_choices(np.random.default_rng(6), 400)
HIDDEN, MEMBERS = 4, 2


def worth(choices: np.ndarray) -> np.ndarray:
    """Percent that the options of the cell decide."""
    return 70 + 3.0 * (choices == 3).sum(axis=1) + 1.0 * (choices == 2).sum(axis=1)


def fitted(seed: int = 0, labels: int = 100, **settings: Any) -> GraphNetwork:
    choices = SPACE.sample_choices(np.random.default_rng(5), labels)
    model = GraphNetwork(SPACE, np.random.default_rng(seed), **{**QUICK, **settings})
    return model.fit(choices, worth(choices))


def small_parts(readout: Any = GatedSum) -> tuple[GraphMessages, Any]:
    generator = torch.Generator().manual_seed(0)
    messages = GraphMessages(
        members=MEMBERS, operations=5, hidden=HIDDEN, rounds=2, generator=generator
    )
    return messages, readout(members=MEMBERS, hidden=HIDDEN, outputs=3, generator=generator)


def random_graphs(n: int = 3, vertices: int = 5) -> tuple[torch.Tensor, torch.Tensor]:
    rng = np.random.default_rng(2)
    feeds = np.triu(rng.integers(0, 3, (n, vertices, vertices)), 1).astype(np.float32)
    marked = np.eye(5, dtype=np.float32)[rng.integers(0, 5, (n, vertices))]
    return torch.from_numpy(feeds), torch.from_numpy(marked)


def test_messages_equal_loops_over_members_graphs_and_edges() -> None:
    messages, _ = small_parts()
    feeds, marked = random_graphs()
    found = messages(feeds, marked)
    for member in range(MEMBERS):
        cell = torch.nn.GRUCell(HIDDEN, HIDDEN)
        for graph in range(len(feeds)):
            carried = [messages.operation[member, int(row.argmax())] for row in marked[graph]]
            for number in range(2):
                with torch.no_grad():
                    cell.weight_ih.copy_(messages.heard[number][member].T)
                    cell.weight_hh.copy_(messages.kept[number][member].T)
                    cell.bias_ih.copy_(messages.heard_bias[number][member, 0])
                    cell.bias_hh.copy_(messages.kept_bias[number][member, 0])
                heard = [torch.zeros(HIDDEN) for _ in carried]
                for source, vertex in feeds[graph].nonzero().tolist():
                    times = feeds[graph, source, vertex]
                    heard[vertex] = heard[vertex] + times * (
                        carried[source] @ messages.along[number][member]
                    )
                    heard[source] = heard[source] + times * (
                        carried[vertex] @ messages.against[number][member]
                    )
                carried = list(cell(torch.stack(heard), torch.stack(carried)))
            torch.testing.assert_close(found[member, graph], torch.stack(carried))


def test_the_gated_sum_sees_live_vertices_alone_in_any_order() -> None:
    messages, readout = small_parts()
    feeds, marked = random_graphs()
    live = torch.tensor([[1.0, 1, 0, 1, 1]]).expand(3, -1)
    vectors = messages(feeds, marked)
    found = readout(vectors, live)
    other = vectors.clone()
    other[:, :, 2] = 100.0
    torch.testing.assert_close(readout(other, live), found)
    order = [3, 1, 4, 0, 2]
    torch.testing.assert_close(readout(vectors[:, :, order], live[:, order]), found)
    shuffled = messages(feeds[:, order][:, :, order], marked[:, order])
    torch.testing.assert_close(shuffled, vectors[:, :, order])


def test_the_lstm_reads_live_vertices_in_order_as_pytorch_does() -> None:
    messages, readout = small_parts(VertexLSTM)
    vectors = messages(*random_graphs())
    live = torch.tensor([[1.0, 1, 0, 1, 1]]).expand(3, -1)
    found = readout(vectors, live)
    plain = torch.nn.LSTM(HIDDEN, 3, batch_first=True)
    for member in range(MEMBERS):
        # PyTorch orders the gates enter, forget, new, leave.
        order = torch.tensor([0, 1, 2, 3, 4, 5, 9, 10, 11, 6, 7, 8])
        with torch.no_grad():
            plain.weight_ih_l0.copy_(readout.read[member].T[order])
            plain.weight_hh_l0.copy_(readout.keep[member].T[order])
            plain.bias_ih_l0.copy_(readout.bias[member, 0][order])
            plain.bias_hh_l0.zero_()
        _, (state, _) = plain(vectors[member][:, [0, 1, 3, 4]])
        torch.testing.assert_close(found[member], state[0])


def test_dead_vertices_are_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    feeds = np.zeros((1, 4, 4), dtype=np.int8)
    feeds[0, 0, 2] = feeds[0, 2, 3] = 1
    graph = GraphEncoding(feeds, np.array([[0, 1, 2, 3]]), ("input", "a", "b", "output"))
    monkeypatch.setattr(graph_message_network, "flow_form", lambda space, choices: graph)
    _, marked, live = encode_graphs(SPACE, UNSEEN[:1])
    assert live.tolist() == [[1, 0, 1, 1]]
    assert marked[0].argmax(dim=1).tolist() == [0, 1, 2, 3]


@pytest.mark.slow
@pytest.mark.parametrize("loss", sorted(LOSSES))
def test_ranks_unseen_cells_in_the_unit_of_the_labels(loss: str) -> None:
    prediction = fitted(loss=loss).predict(UNSEEN)
    assert kendall_tau(prediction.mean, worth(UNSEEN)) > 0.5
    assert abs(prediction.mean.mean() - worth(UNSEEN).mean()) < 2


@pytest.mark.slow
@pytest.mark.parametrize("readout", ["gated-sum", "lstm"])
def test_cells_that_compute_the_same_are_predicted_alike(readout: Any) -> None:
    model = fitted(steps=5, readout=readout)
    cells = SPACE.all_choices()
    feeds, marked, live = encode_graphs(SPACE, cells)
    alive = marked * live[..., None]
    keys = np.concatenate([feeds.reshape(len(cells), -1), alive.reshape(len(cells), -1)], axis=1)
    _, group = np.unique(keys, axis=0, return_inverse=True)
    alike = cells[group.ravel() == np.bincount(group.ravel()).argmax()]
    assert len(alike) > 100
    mean = model.predict(alike[:200]).mean
    np.testing.assert_allclose(mean, mean[0], atol=1e-3)
    assert np.ptp(model.predict(UNSEEN).mean) > 1


def test_it_can_be_asked_about_larger_cells_than_it_saw() -> None:
    space = load_space("nasbench101")
    cells = space.sample_choices(np.random.default_rng(0), 400)
    split = split_by_size(space, cells, largest=6)
    graph = space.encode(cells, "graph")
    convolution = next(name for name in graph.vocabulary if "conv3x3" in name)
    value = 80.0 + (graph.operations == graph.vocabulary.index(convolution)).sum(axis=1)
    model = GraphNetwork(space, np.random.default_rng(0), **QUICK)
    model.fit(cells[split.small], value[split.small])
    assert kendall_tau(model.predict(cells[split.large]).mean, value[split.large]) > 0.5


@pytest.mark.slow
def test_the_spread_covers_about_two_thirds_of_unseen_values() -> None:
    noise = np.random.default_rng(0).normal(size=600)
    cells = SPACE.sample_choices(np.random.default_rng(5), 200)
    model = GraphNetwork(SPACE, np.random.default_rng(0), **{**QUICK, "members": 6})
    model.fit(cells, worth(cells) + 2 * noise[:200])
    prediction = model.predict(UNSEEN)
    inside = np.abs(prediction.mean - worth(UNSEEN) - 2 * noise[200:]) < prediction.spread
    assert 0.5 < inside.mean() < 0.9
    np.testing.assert_allclose(prediction.draws(9).std(axis=0), prediction.spread)


def test_the_same_generator_gives_the_same_model() -> None:
    first, again, other = (fitted(seed=s, steps=5).predict(UNSEEN).mean for s in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_a_space_without_a_graph_is_a_chain() -> None:
    space = ToySpace()
    cells = np.random.default_rng(0).permutation(space.all_choices())
    value = cells[:, 0] + 0.5 * cells[:, 2]
    model = GraphNetwork(space, np.random.default_rng(0), **QUICK).fit(cells[:50], value[:50])
    assert kendall_tau(model.predict(cells[50:]).mean, value[50:]) > 0.6


@pytest.mark.parametrize(
    "settings", [{"members": 0}, {"hidden": 0}, {"rounds": -1}, {"dropout": 1.0}, {"batch": 1}]
)
def test_bad_settings_are_refused(settings: dict[str, Any]) -> None:
    name, value = next(iter(settings.items()))
    with pytest.raises(SettingsError, match=f"{name}={value}"):
        GraphNetwork(SPACE, np.random.default_rng(0), **settings).check()


def test_unknown_readouts_are_refused_and_it_must_be_fitted_first() -> None:
    with pytest.raises(UnknownNameError, match="gated-sum"):
        GraphNetwork(SPACE, np.random.default_rng(0), readout="gated_sum").check()  # type: ignore[arg-type]
    model = make_predictor("graph-network", SPACE, np.random.default_rng(0))
    assert isinstance(model, GraphNetwork)
    with pytest.raises(SettingsError, match="fit first"):
        model.predict(UNSEEN)

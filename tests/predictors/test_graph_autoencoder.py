"""The auto-encoder rebuilds graphs, and graphs are read and written back."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from archscout._common.own_state import own_state
from archscout.encodings import GraphEncoding
from archscout.errors import SettingsError
from archscout.predictors._parts.graph_autoencoder import (
    GraphAutoencoder,
    Graphs,
    batch_size,
    pretrain,
    tensors_of,
)
from archscout.predictors._parts.written_graph import WrittenGraph
from archscout.spaces import load_space
from archscout.spaces.base import SearchSpace
from archscout.testing._toy import ToySpace

pytestmark = pytest.mark.slow  # its fixtures train for seconds

CELLS = load_space("nasbench201")


def make(graph: GraphEncoding, seed: int = 0) -> GraphAutoencoder:
    sizes = SimpleNamespace(hidden=32, layers=2, latent=8, dropout=0.0, kl=0.01)
    return GraphAutoencoder(graph, sizes, torch.Generator().manual_seed(seed))


@pytest.fixture(scope="module")
def taught() -> tuple[GraphAutoencoder, GraphEncoding]:
    graph = WrittenGraph(CELLS).read(CELLS.sample_choices(np.random.default_rng(0), 1500))
    network = make(graph)
    with own_state():
        pretrain(network, tensors_of(graph), passes=15, batch=64, learning_rate=0.02)
    return network, graph


def test_unseen_cells_are_rebuilt(taught: tuple[GraphAutoencoder, GraphEncoding]) -> None:
    network, _ = taught
    graph = WrittenGraph(CELLS).read(CELLS.all_choices()[::31])
    adjacency, operations = network.written(network.means(tensors_of(graph)))
    np.testing.assert_array_equal(adjacency, graph.adjacency)
    assert (operations == graph.operations).all(axis=1).mean() > 0.9


def test_nothing_is_written_that_was_never_seen(
    taught: tuple[GraphAutoencoder, GraphEncoding],
) -> None:
    network, graph = taught
    noise = 5 * torch.randn((300, 8, 8), generator=torch.Generator().manual_seed(1))
    adjacency, operations = network.written(noise)
    assert (adjacency == graph.adjacency[0]).all()  # all cells share their edges
    assert set(np.unique(operations[:, 1:-1])) == {1, 2, 3, 4, 5}
    assert (operations[:, 0] == 0).all()
    assert (operations[:, -1] == 6).all()


def test_a_graph_is_encoded_alike_in_any_batch(
    taught: tuple[GraphAutoencoder, GraphEncoding], monkeypatch: pytest.MonkeyPatch
) -> None:
    network, graph = taught
    graphs = tensors_of(graph)
    whole = network.means(graphs)
    monkeypatch.setattr("archscout.predictors._parts.graph_autoencoder._BLOCK", 7)
    torch.testing.assert_close(network.means(graphs), whole, rtol=1e-4, atol=1e-5)
    assert network.means(graphs.pick(slice(0, 0))).shape == (0, 8, 8)


def test_the_encoder_follows_a_renaming_of_vertices() -> None:
    space = load_space("nasbench101")
    graph = WrittenGraph(space).read(space.parse_many(["1205349:c3|mp|c3|c3|c1"]))
    network = make(graph).eval()
    graphs = tensors_of(graph)
    order = torch.tensor([0, 3, 1, 2, 5, 4, 6])
    renamed = Graphs(graphs.adjacency[:, order][:, :, order], graphs.operations[:, order])
    torch.testing.assert_close(network.means(renamed), network.means(graphs)[:, order])


def test_a_vertex_sees_as_far_as_there_are_layers() -> None:
    chain = np.diag(np.ones(5), 1).astype(np.int8)[None]
    names = ("input", "a", "b", "output")
    first = GraphEncoding(chain, np.array([[0, 1, 1, 1, 1, 3]]), names)
    other = GraphEncoding(chain, np.array([[0, 1, 1, 1, 2, 3]]), names)
    network = make(first).eval()
    apart = (network.means(tensors_of(first)) - network.means(tensors_of(other))).abs().amax(dim=2)
    assert (apart[0] > 1e-4).tolist() == [False, False, True, True, True, True]


def test_divergence_vanishes_at_the_prior_alone() -> None:
    graph = WrittenGraph(CELLS).read(CELLS.all_choices()[:4])
    network, graphs = make(graph).eval(), tensors_of(graph)
    network.kl = 1.0
    none, latent = torch.zeros(4, 8, 8), torch.zeros(4, 8, 8)
    at_prior = network.loss(graphs, none, none, latent)
    assert (network.loss(graphs, none + 1, none, latent) - at_prior).item() == pytest.approx(0.5)
    narrow = network.loss(graphs, none, none - 2, latent) - at_prior
    assert float(narrow) == pytest.approx((np.exp(-2) + 1) / 2, rel=1e-4)


def test_the_same_generator_gives_the_same_network() -> None:
    graph = WrittenGraph(CELLS).read(CELLS.all_choices()[::200])
    made = []
    for seed in (0, 0, 1):
        network = make(graph, seed)
        with own_state():
            pretrain(network, tensors_of(graph), passes=1, batch=64, learning_rate=0.01)
        made.append(network.means(tensors_of(graph)))
    assert torch.equal(made[0], made[1])
    assert not torch.equal(made[0], made[2])


def test_batches_are_wide_only_where_there_are_many() -> None:
    assert [batch_size(count, 256) for count in (10, 2000, 10_000)] == [64, 125, 256]


@pytest.mark.parametrize("space", [CELLS, load_space("nasbench101"), ToySpace()])
def test_what_is_read_is_written_back(space: SearchSpace) -> None:
    choices = space.sample_choices(np.random.default_rng(0), 300)
    form = WrittenGraph(space)
    written, valid = form.write(form.read(choices))
    assert valid.all()
    np.testing.assert_array_equal(written, choices)


def test_what_is_no_architecture_is_flagged() -> None:
    space = load_space("nasbench101")
    form = WrittenGraph(space)
    graph = form.read(space.parse_many(["1205349:c3|mp|c3|c3|c1", "7:mp"]))
    graph.adjacency[0, :, -1] = 0  # nothing reaches the output
    choices, valid = form.write(graph)
    assert valid.tolist() == [False, True]
    assert (choices[0] == 0).all()
    toy = WrittenGraph(ToySpace())
    chain = toy.read(np.array([[1, 0, 0, 1], [1, 0, 0, 1]], dtype=np.int8))
    chain.operations[0, 1] -= 1  # depth 0 has no skip
    assert toy.write(chain)[1].tolist() == [False, True]


def test_an_absent_vertex_loses_its_edges() -> None:
    space = load_space("nasbench101")
    form = WrittenGraph(space)
    graph = form.read(space.parse_many(["7:mp"]))
    graph.adjacency[0, 0, 3] = graph.adjacency[0, 3, 6] = 1
    choices, valid = form.write(graph)
    assert valid.all()
    np.testing.assert_array_equal(choices, space.parse_many(["7:mp"]))


def test_a_space_that_reads_no_graphs_says_so() -> None:
    class Unreadable(ToySpace):
        encodings = ("onehot", "graph")

    with pytest.raises(SettingsError, match="cannot read a graph back"):
        WrittenGraph(Unreadable()).write(WrittenGraph(ToySpace()).read(ToySpace().all_choices()))

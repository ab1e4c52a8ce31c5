"""The assessor: its graph, its protocol of inference, what it learns, what it refuses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from archscout.errors import SettingsError, UnknownNameError
from archscout.predictors._parts.assessor_inputs import AssessorInputs
from archscout.predictors._parts.assessor_network import AssessorNetwork, squared_distances
from archscout.predictors.assessor import Assessor, _batches
from archscout.spaces import load_space
from archscout.stats import kendall_tau
from archscout.testing import check_predictor
from archscout.testing._toy import ToySpace

pytestmark = pytest.mark.slow  # its fixtures train for seconds

SPACE = load_space("nasbench201")
QUICK: dict[str, Any] = {"members": 3, "hidden": 16, "embedding": 8, "steps": 50}
UNSEEN = SPACE.sample_choices(np.random.default_rng(6), 200)
OTHERS = SPACE.sample_choices(np.random.default_rng(7), 300)


def worth(choices: np.ndarray) -> np.ndarray:
    """Percent that the cell decides, with a tail of broken cells."""
    clean = 70 + 3.0 * (choices == 3).sum(axis=1) + 2.0 * (choices[:, 3] == 1)
    return np.where((choices[:, 0] == 0) & (choices[:, 1] == 0), 10.0, clean)


def fitted(labels: int = 60, seed: int = 0, others: Any = OTHERS, **settings: Any) -> Assessor:
    choices = SPACE.sample_choices(np.random.default_rng(5), labels)
    model = Assessor(SPACE, np.random.default_rng(seed), **{**QUICK, **settings})
    return model.fit(choices, worth(choices), others)


def network(**settings: Any) -> AssessorNetwork:
    plain = {
        "members": 3,
        "inputs": 5,
        "hidden": 6,
        "embedding": 4,
        "encoded": True,
        "related": True,
        "sigma": 0.5,
        "threshold": 1e-5,
        "dropout": 0.0,
    }
    generator = torch.Generator().manual_seed(0)
    return AssessorNetwork(**{**plain, **settings}, generator=generator)


def rows(count: int, seed: int = 0) -> torch.Tensor:
    return torch.randn((count, 5), generator=torch.Generator().manual_seed(seed))


# --- the graph ------------------------------------------------------------------------------
def test_scores_are_those_of_the_published_convolutions() -> None:
    net, batch = network(), rows(7)
    embeddings = net.embed(batch)
    scores = net.batch_scores(embeddings)
    width = net.width(embeddings)
    for member, e in enumerate(embeddings):
        distance = torch.cdist(e, e) ** 2
        middle = distance[tuple(torch.triu_indices(7, 7, 1))].median().sqrt()
        torch.testing.assert_close(width[member, 0, 0], 0.5 * middle)
        adjacency = torch.exp(-distance / (2 * (0.5 * middle) ** 2)).fill_diagonal_(0)
        looped = adjacency + torch.eye(7)
        root = torch.diag(looped.sum(dim=1) ** -0.5)
        spread = root @ looped @ root
        hidden = torch.relu(spread @ e @ net.first[member] + net.first_bias[member])
        expected = spread @ hidden @ net.second[member] + net.second_bias[member]
        torch.testing.assert_close(scores[member], expected[:, 0], rtol=1e-3, atol=1e-4)


def test_what_is_below_the_threshold_is_not_joined() -> None:
    points = torch.tensor([[[0.0], [1.0], [5.0]]])
    joined = network(threshold=0.1).relations(points, points, torch.ones(1, 1, 1))[0]
    near = float(np.exp(-0.5))
    torch.testing.assert_close(joined, torch.tensor([[1, near, 0], [near, 1, 0], [0, 0, 1.0]]))
    torch.testing.assert_close(
        torch.exp(squared_distances(points, points)[0] / -2) > 0.1, joined > 0
    )


def test_the_width_of_the_kernel_follows_the_scale_of_the_embeddings() -> None:
    net = network()
    embeddings = net.embed(rows(20))
    torch.testing.assert_close(net.width(7 * embeddings), 7 * net.width(embeddings))
    one, ten = (
        net.relations(e, e, net.width(e)) for e in (embeddings.detach(), 10 * embeddings.detach())
    )
    torch.testing.assert_close(one, ten, rtol=1e-3, atol=1e-4)


def test_the_encoder_learns_through_the_graph_and_through_the_features() -> None:
    net, batch = network(), rows(9)
    embeddings = net.embed(batch)
    frozen = embeddings.detach()
    relation, root = net._graph(embeddings, net.width(embeddings))
    for graph, features in (
        ((relation, root), frozen),
        (net._graph(frozen, net.width(frozen)), embeddings),
    ):
        spread = graph[1] * torch.bmm(graph[0], graph[1] * features)
        through = torch.autograd.grad(spread.square().sum(), net.encode_in, retain_graph=True)
        assert through[0].abs().max() > 0
    both = torch.autograd.grad(net.batch_scores(net.embed(batch)).sum(), net.encode_in)[0]
    assert both.abs().max() > 0


def test_members_do_not_touch_one_another() -> None:
    net, batch = network(), rows(9)
    net.batch_scores(net.embed(batch))[1].sum().backward()
    for name in ("encode_in", "encode_out", "first", "second"):
        slope = getattr(net, name).grad.abs().amax(dim=(1, 2))
        assert slope[1] > 0
        assert slope[0] == slope[2] == 0


def test_without_graph_a_score_depends_on_the_architecture_alone() -> None:
    net, batch = network(related=False), rows(9)
    some = net.batch_scores(net.embed(batch[:4]))
    torch.testing.assert_close(net.batch_scores(net.embed(batch))[:, :4], some)


# --- the protocol of inference --------------------------------------------------------------
def test_a_new_architecture_is_judged_as_if_it_alone_joined_the_anchors() -> None:
    net, anchors, asked = network(), rows(12), rows(3, seed=1)
    net.fix_anchors(anchors)
    width = net._anchors.width
    for place, row in enumerate(net(asked).T):
        together = net.embed(torch.cat([anchors, asked[place : place + 1]]))
        relation = net.relations(together, together, width)
        # The anchors do not read the new one, and their degrees do not count it.
        relation[:, :-1, -1] = 0
        root = relation.sum(dim=2, keepdim=True).rsqrt()
        hidden = torch.relu(root * (relation @ (root * together)) @ net.first + net.first_bias)
        last = root * (relation @ (root * (hidden @ net.second))) + net.second_bias
        torch.testing.assert_close(row, last[:, -1, 0], rtol=1e-4, atol=1e-5)


def test_predictions_do_not_depend_on_neighbours() -> None:
    model = fitted()
    whole = model.predict(UNSEEN)
    for part in (slice(0, 1), slice(37, 150)):
        alone = model.predict(UNSEEN[part])
        np.testing.assert_allclose(alone.mean, whole.mean[part], atol=1e-3)
        np.testing.assert_allclose(alone.spread, whole.spread[part], atol=1e-3)


def test_anchors_are_labels_and_a_fixed_draw_of_the_others() -> None:
    generator = torch.Generator().manual_seed(0)
    for labels, others in ((5, 30), (25, 30), (5, 0), (5, 3)):
        known, rest = next(_batches(labels, others, 10, 8, generator))
        assert len(known) == min(labels, 10) if labels <= 10 else 8 <= len(known) <= 10
        assert len(rest) == min(others, 8)
        assert known.max() < labels
        assert len(rest) == 0 or labels <= rest.min() <= rest.max() < labels + others


def test_the_anchors_of_a_fitted_assessor_are_its_labels_and_some_unlabeled() -> None:
    model = fitted(labels=20, unlabeled_nodes=10)
    net = model.ensemble_._network
    assert isinstance(net, AssessorNetwork)
    labels = SPACE.sample_choices(np.random.default_rng(5), 20)
    with torch.no_grad():
        known, rest = (net.embed(model._inputs.encode(cells)) for cells in (labels, OTHERS))
    anchors = net._anchors.embeddings
    assert anchors.shape[1] == 30
    for some, among in ((known, anchors[:, :20]), (anchors[:, 20:], rest)):
        nearest = squared_distances(some, among).amin(dim=2)
        assert nearest.max() < 1e-3 * squared_distances(some, among).mean()


def test_every_label_is_seen_once_a_pass() -> None:
    batches = _batches(25, 0, 10, 8, torch.Generator().manual_seed(0))
    seen = torch.cat([next(batches)[0] for _ in range(3)])
    assert sorted(seen.tolist()) == list(range(25))


# --- learning -------------------------------------------------------------------------------
@pytest.mark.parametrize("inputs", ["matrix", "properties", "both"])
def test_ranks_unseen_cells_in_the_unit_of_the_labels(inputs: Any) -> None:
    prediction = fitted(labels=100, inputs=inputs).predict(UNSEEN)
    assert kendall_tau(prediction.mean, worth(UNSEEN)) > 0.55
    assert abs(np.median(prediction.mean) - np.median(worth(UNSEEN))) < 3
    assert prediction.spread.mean() > 0


@pytest.mark.parametrize(
    "settings",
    [
        {"encoder": False},
        {"graph": False},
        {"encoder": False, "graph": False},
        {"loss": "squared", "target": "z-score"},
        {"loss": "pairwise-logistic"},
        {"dropout": 0.2, "resample": False},
        {"trade_off": 0.0},
    ],
)
def test_every_setting_learns(settings: dict[str, Any]) -> None:
    prediction = fitted(**settings).predict(UNSEEN)
    assert kendall_tau(prediction.mean, worth(UNSEEN)) > 0.4


def test_the_auto_encoder_learns_to_rebuild_unlabeled_architectures() -> None:
    def missed(trade_off: float) -> float:
        model = fitted(trade_off=trade_off)
        net = model.ensemble_._network
        seen = model._inputs.encode(UNSEEN)
        with torch.no_grad():
            return float(((net.reconstruct(net.embed(seen)) - seen) ** 2).mean())  # type: ignore[operator]

    assert missed(0.5) < 0.7 * missed(0.0)


def test_unlabeled_architectures_are_used_up_to_the_limit() -> None:
    def used(looked_at: int = 10_000, **settings: Any) -> np.ndarray:
        return Assessor(SPACE, np.random.default_rng(0), **settings)._used(OTHERS, looked_at)

    np.testing.assert_array_equal(used(), OTHERS)
    for some in (used(most_unlabeled=20), used(looked_at=20), used(20, most_unlabeled=50)):
        assert len(some) == 20
        assert {row.tobytes() for row in some} <= {row.tobytes() for row in OTHERS}
    assert len(used(most_unlabeled=0)) == 0
    with_some = fitted(most_unlabeled=20).predict(UNSEEN).mean
    assert (with_some != fitted(others=None).predict(UNSEEN).mean).any()


def test_more_labels_than_a_batch_holds() -> None:
    model = fitted(labels=150, labeled_nodes=40, unlabeled_nodes=20, passes=30)
    assert model._steps(150) == 30 * 4
    assert kendall_tau(model.predict(UNSEEN).mean, worth(UNSEEN)) > 0.55


def test_draws_and_scores_are_those_of_the_members() -> None:
    model = fitted()
    prediction = model.predict(UNSEEN)
    drawn = prediction.draws(1)
    assert drawn.shape == (3, 200)
    np.testing.assert_allclose(drawn.std(axis=0), prediction.spread)
    scores = prediction.scores
    np.testing.assert_allclose(prediction.to_scores(prediction.mean), scores.mean, atol=1e-6)


def test_the_same_generator_gives_the_same_model() -> None:
    first, again, other = (fitted(seed=seed).predict(UNSEEN).mean for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_keeps_the_contract_on_cells_too() -> None:
    def make(space: Any, rng: np.random.Generator) -> Assessor:
        return Assessor(space, rng, members=3, hidden=8, embedding=4, steps=10)

    check_predictor(make, SPACE, np.random.default_rng(0), labels=6)
    check_predictor(make, ToySpace(), np.random.default_rng(0))


# --- inputs and settings --------------------------------------------------------------------
def test_cells_that_compute_the_same_have_the_same_matrix() -> None:
    # The last three decisions lead to the output: without them nothing else matters.
    cells = SPACE.as_choices(
        [SPACE.parse(cell) for cell in ("000000", "333000", "123000", "333300")]
    )
    encoded = AssessorInputs(SPACE, "matrix").fit(OTHERS).encode(cells)
    assert torch.equal(encoded[[0, 0]], encoded[1:3])
    assert not torch.equal(encoded[0], encoded[3])


def test_inputs_that_are_constant_are_left_out() -> None:
    inputs = AssessorInputs(SPACE, "both").fit(OTHERS)
    encoded = inputs.encode(OTHERS)
    torch.testing.assert_close(encoded.std(dim=0, correction=0), torch.ones(encoded.shape[1]))
    same = AssessorInputs(SPACE, "matrix").fit(OTHERS[[0, 0]])
    assert same.encode(OTHERS[[0]]).abs().max() == 0


def test_the_default_inputs_depend_on_the_space() -> None:
    assert Assessor(SPACE, np.random.default_rng(0))._inputs.kind == "properties"
    assert Assessor(ToySpace(), np.random.default_rng(0))._inputs.kind == "both"


@pytest.mark.parametrize(
    "settings",
    [
        {"members": 0},
        {"hidden": 0},
        {"embedding": 0},
        {"sigma": 0.0},
        {"threshold": -1.0},
        {"trade_off": 1.0},
        {"dropout": 1.0},
        {"labeled_nodes": 1},
        {"unlabeled_nodes": -1},
        {"most_unlabeled": -1},
        {"steps": 0},
        {"learning_rate": float("nan")},
    ],
)
def test_numbers_out_of_range_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match=next(iter(settings))):
        Assessor(SPACE, np.random.default_rng(0), **settings).check()


@pytest.mark.parametrize("setting", ["inputs", "loss", "target"])
def test_unknown_names_are_refused(setting: str) -> None:
    with pytest.raises(UnknownNameError, match="nothing"):
        Assessor(SPACE, np.random.default_rng(0), **{setting: "nothing"}).check()  # type: ignore[arg-type]

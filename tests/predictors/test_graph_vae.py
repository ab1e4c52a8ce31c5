"""The graph VAE: both heads learn, the climb rises and pays for complexity."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from archscout.errors import MissingMethodError, SettingsError, UnknownNameError
from archscout.predictors import make_predictor
from archscout.predictors._graph_vae import GraphVAE, Readout
from archscout.spaces import SearchSpace, Variable, load_space
from archscout.stats import kendall_tau
from archscout.testing import check_predictor
from archscout.testing._toy import ToySpace

pytestmark = pytest.mark.slow  # its fixtures train for seconds

SPACE = load_space("nasbench201")
QUICK: dict[str, Any] = {"members": 4, "hidden": 24, "latent": 8, "layers": 2, "drawn": 300}
POOL = SPACE.sample_choices(np.random.default_rng(3), 900)


def worth(choices: np.ndarray) -> np.ndarray:
    """Costly operations are good, and so is a skip on the fourth edge."""
    good = (choices == 3).sum(axis=1) + 0.5 * (choices == 2).sum(axis=1) + (choices[:, 3] == 1)
    return 60 + 5.0 * good - 5.0 * (choices == 0).sum(axis=1)


def make(seed: int = 0, **settings: Any) -> GraphVAE:
    return GraphVAE(SPACE, np.random.default_rng(seed), **{**QUICK, **settings})


@pytest.fixture(scope="module")
def fitted() -> GraphVAE:
    return make(passes=10).fit(POOL[:120], worth(POOL[:120]), POOL[120:])


def test_ranks_unseen_cells_in_the_unit_of_the_labels(fitted: GraphVAE) -> None:
    unseen = SPACE.sample_choices(np.random.default_rng(9), 300)
    prediction = fitted.predict(unseen)
    assert kendall_tau(prediction.mean, worth(unseen)) > 0.6
    assert 20 < prediction.mean.min() < prediction.mean.max() < 110
    assert prediction.spread.min() > 0


def test_keeps_the_contract_on_cells() -> None:
    quick = {**QUICK, "drawn": 64, "passes": 1}
    check_predictor(
        lambda space, rng: GraphVAE(space, rng, **quick), SPACE, np.random.default_rng(0), labels=6
    )


def test_complexity_is_learnt_without_labels(fitted: GraphVAE) -> None:
    unseen = SPACE.sample_choices(np.random.default_rng(9), 300)
    said = fitted.complexities(unseen)
    assert kendall_tau(said, SPACE.params_table(unseen).astype(float)) > 0.85
    assert abs(fitted.complexities(POOL).mean()) < 0.3
    with pytest.raises(SettingsError, match="learns no complexity"):
        make(complexity="none", passes=1).fit(POOL[:10], worth(POOL[:10])).complexities(unseen)


def test_the_second_head_learns_what_it_is_told_to() -> None:
    toy = ToySpace()
    costs = GraphVAE(toy, np.random.default_rng(0), complexity="macs")._costs(toy.all_choices())
    expected = [np.log1p(toy.macs(arch)) for arch in toy]
    np.testing.assert_allclose(costs, (expected - np.mean(expected)) / np.std(expected))
    none = GraphVAE(toy, np.random.default_rng(0), complexity="none")._costs(toy.all_choices())
    assert not none.any()


def test_a_climb_rises(fitted: GraphVAE) -> None:
    start = POOL[np.argsort(worth(POOL))[400:420]]
    stayed = fitted.climb(start, 0.0).reshape(4, 20, 6)
    assert (stayed == stayed[0]).all()
    assert (stayed[0] == start).mean() > 0.8
    near, far = worth(fitted.climb(start, 1.0)).mean(), worth(fitted.climb(start, 2.0)).mean()
    assert worth(start).mean() + 2 < near < far
    assert len(fitted.climb(start, 2.0)) <= 4 * len(start)
    assert fitted.climb(start[:0], 1.0).shape == (0, 6)


def test_a_price_makes_the_climb_find_cheaper_cells(fitted: GraphVAE) -> None:
    start = POOL[np.argsort(worth(POOL))[400:420]]
    found = {}
    for price in (0.0, 1.0, 4.0):
        fitted.price = price
        found[price] = SPACE.params_table(fitted.climb(start, 2.0)).mean()
    fitted.price = 0.0
    assert found[0.0] > found[1.0] > found[4.0]
    assert found[4.0] < SPACE.params_table(start).mean()


def test_heads_go_their_own_way_and_draw_apart(fitted: GraphVAE) -> None:
    scores = fitted.member_scores(POOL[:50])
    assert scores.shape == (4, 50)
    assert scores.std(axis=0).min() > 0
    prediction = fitted.predict(POOL[:50])
    drawn, mean = prediction.draws(4), fitted.scores_of(prediction.mean)
    np.testing.assert_allclose(mean, scores.mean(axis=0), atol=1e-6)
    widened = fitted.scores_of(drawn) - mean
    np.testing.assert_allclose(widened, fitted.widening_ * (scores - mean), atol=1e-6)


def test_a_readout_of_each_member_is_its_own() -> None:
    generator = torch.Generator().manual_seed(0)
    readout, latent = Readout(3, 5, 7, generator), torch.randn((2, 4, 5), generator=generator)
    shared = readout(latent)
    assert shared.shape == (3, 2)
    torch.testing.assert_close(readout(torch.stack([latent, latent, latent])), shared)
    moved = readout(torch.stack([latent, latent + 1, latent]))
    assert torch.equal(moved[[0, 2]], shared[[0, 2]])
    assert not torch.equal(moved[1], shared[1])
    # Vertices move apart only if each has a slope of its own.
    latent.requires_grad_(True)
    (slope,) = torch.autograd.grad(readout(latent).sum(), latent)
    assert not torch.allclose(slope[:, 0], slope[:, 1])


def test_unlabeled_architectures_take_part() -> None:
    known, values = POOL[:30], worth(POOL[:30])
    alone = make(drawn=0, passes=3).fit(known, values)
    more = make(drawn=0, passes=3).fit(known, values, POOL[30:])
    unseen = SPACE.sample_choices(np.random.default_rng(9), 300)
    truth = SPACE.params_table(unseen).astype(float)
    assert kendall_tau(more.complexities(unseen), truth) > 0.8
    assert kendall_tau(alone.complexities(unseen), truth) < kendall_tau(
        more.complexities(unseen), truth
    )


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"price": -1.0}, "price=-1.0"),
        ({"price": 0.5, "complexity": "none"}, "price=0.5"),
        ({"members": 0}, "members=0"),
        ({"kl": -0.1}, "kl=-0.1"),
        ({"dropout": 1.5}, "dropout=1.5"),
    ],
)
def test_bad_settings_are_refused(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        make(**settings).check()


def test_unknown_names_and_missing_fits_are_refused() -> None:
    with pytest.raises(UnknownNameError, match="complexity"):
        make(complexity="flops").check()
    for action in (
        lambda m: m.climb(POOL, 1.0),
        lambda m: m.member_scores(POOL),
        lambda m: m.scores_of(np.ones(2)),
        lambda m: m.complexities(POOL),
    ):
        with pytest.raises(SettingsError, match="fit first"):
            action(make())


def test_a_space_that_counts_nothing_is_refused_before_labels_are_bought() -> None:
    class Plain(SearchSpace):
        name = "plain"
        variables = (Variable("width", (8, 16)),)

    with pytest.raises(MissingMethodError, match=r"write the method params\(arch\)"):
        GraphVAE(Plain(), np.random.default_rng(0), price=0.5).check()
    GraphVAE(Plain(), np.random.default_rng(0)).check()  # A price of 0 needs no count.
    GraphVAE(Plain(), np.random.default_rng(0), complexity="none").check()


def test_is_found_by_name() -> None:
    assert isinstance(make_predictor("graph-vae", ToySpace(), np.random.default_rng(0)), GraphVAE)

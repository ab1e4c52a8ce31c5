"""Gaussian process: against scikit-learn and textbook formulas, joint draws, odd labels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.optimize import check_grad
from scipy.stats import multivariate_normal, norm
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern

from archscout.errors import SettingsError, UnknownNameError
from archscout.predictors import gaussian_process as module
from archscout.predictors._parts.gaussian_kernels import (
    JITTER,
    ArchitectureKernel,
    KernelInputs,
    KernelKind,
    Scales,
    _negative_log_density,
    covariance,
    learn_scales,
    random_functions,
    squared_distances,
    variance,
)
from archscout.predictors.gaussian_process import GaussianProcess
from archscout.spaces import load_space
from archscout.stats import coverage, kendall_tau
from archscout.testing import check_predictor
from archscout.testing._toy import ToySpace

FLOW, WRITTEN, TOY = load_space("nasbench201"), load_space("nasbench101"), ToySpace()


def convolutions(choices: np.ndarray) -> np.ndarray:
    """A value that a graph decides, with a long tail, like accuracies."""
    return 90 - 60 * np.exp(-1.0 * (choices == 3).sum(axis=1) - 2.0 * (choices[:, 3] > 0))


def fitted(labels: int = 60, space: Any = FLOW, seed: int = 0, **settings: Any) -> GaussianProcess:
    rng = np.random.default_rng(5)
    choices = space.sample_choices(rng, labels)
    values = convolutions(choices) + 0.3 * rng.normal(size=labels)
    return GaussianProcess(space, np.random.default_rng(seed), **settings).fit(choices, values)


@pytest.mark.slow
@pytest.mark.parametrize("space", [FLOW, WRITTEN, TOY], ids=lambda space: space.name)
@pytest.mark.parametrize("kernel", ["graph", "hamming"])
def test_keeps_the_contract(space: Any, kernel: KernelKind) -> None:
    def make(space: Any, rng: np.random.Generator) -> GaussianProcess:
        return GaussianProcess(space, rng, kernel=kernel)

    check_predictor(make, space, np.random.default_rng(0), labels=6)


def test_agrees_with_scikit_learn_for_the_same_scales() -> None:
    process, cells = fitted(), FLOW.sample_choices(np.random.default_rng(1), 80)
    labels = FLOW.sample_choices(np.random.default_rng(5), 60)
    signal, length, _, noise = process.scales_
    other = GaussianProcessRegressor(
        ConstantKernel(signal) * Matern(length, nu=1.5),
        alpha=noise + JITTER * signal,
        optimizer=None,
    )
    rng = np.random.default_rng(5)
    values = convolutions(FLOW.sample_choices(rng, 60)) + 0.3 * rng.normal(size=60)
    scores = process.predict(labels).to_scores(values)
    other.fit(process._kernel.read(labels).columns, scores)
    mean, spread = other.predict(process._kernel.read(cells).columns, return_std=True)
    ours = process.predict(cells).scores
    np.testing.assert_allclose(ours.mean, mean, atol=1e-6)
    np.testing.assert_allclose(ours.spread**2 - noise, spread**2, atol=1e-5)


@pytest.mark.parametrize("space", [FLOW, WRITTEN], ids=lambda space: space.name)
def test_density_is_that_of_the_normal_distribution_and_its_gradient_is_right(space: Any) -> None:
    rng = np.random.default_rng(0)
    seen = ArchitectureKernel(space).read(space.sample_choices(rng, 20))
    scores = rng.normal(size=20)
    squared = squared_distances(seen.columns, seen.columns)
    shares = seen.marks @ seen.marks.T if seen.marks.shape[1] else None
    rest = (squared, shares, scores)
    one, two = np.array([0.3, -0.2, 0.1, -2.0]), np.array([-0.4, 0.5, -1.0, -1.0])
    for logs in (one, two):
        error = check_grad(
            lambda logs: _negative_log_density(logs, *rest)[0],
            lambda logs: _negative_log_density(logs, *rest)[1],
            logs,
        )
        assert error < 1e-4

    def by_hand(logs: np.ndarray) -> float:
        scales = Scales(*np.exp(logs))
        total = covariance(seen, seen, scales) + np.eye(20) * scales.noise
        priors = norm.logpdf(logs, np.log([1, 1, 1, 0.1]), [1.5, 1.0, 1.5, 1.0]).sum()
        return -float(multivariate_normal.logpdf(scores, cov=total) + priors)

    difference = _negative_log_density(one, *rest)[0] - _negative_log_density(two, *rest)[0]
    assert difference == pytest.approx(by_hand(one) - by_hand(two), abs=1e-3)


@pytest.mark.slow
def test_learns_the_scales_that_labels_were_drawn_with() -> None:
    rng = np.random.default_rng(0)
    seen = ArchitectureKernel(FLOW).read(FLOW.sample_choices(rng, 300))
    smooth, noisy = Scales(1.0, 1.0, 0.0, 0.005), Scales(1.0, 1.0, 0.0, 0.5)
    found = []
    for scales in (smooth, noisy):
        total = covariance(seen, seen, scales) + np.eye(300) * (scales.noise + 1e-9)
        found.append(learn_scales(seen, np.linalg.cholesky(total) @ rng.standard_normal(300)))
    assert 0.0025 < found[0].noise < 0.01
    assert 0.3 < found[1].noise < 0.8
    assert 0.5 < found[0].length < 2.0


def test_hamming_kernel_counts_differing_decisions() -> None:
    choices = FLOW.sample_choices(np.random.default_rng(0), 12)
    kernel = ArchitectureKernel(FLOW, "hamming")
    columns = kernel.read(choices).columns
    differing = (choices[:, None] != choices[None]).mean(axis=2)
    np.testing.assert_allclose(squared_distances(columns, columns), differing, atol=1e-6)
    assert ArchitectureKernel(TOY).kind == "hamming"


def test_decisions_count_beside_graphs_as_written_only() -> None:
    choices = WRITTEN.sample_choices(np.random.default_rng(0), 12)
    seen = ArchitectureKernel(WRITTEN).read(choices)
    equal = (choices[:, None] == choices[None]).mean(axis=2)
    scales = Scales(1.0, 1.0, 2.0, 0.1)
    with_decisions = covariance(seen, seen, scales)
    without = covariance(seen, seen, scales._replace(decisions=0.0))
    np.testing.assert_allclose(with_decisions - without, 2.0 * equal, atol=1e-6)
    np.testing.assert_allclose(variance(seen, scales), np.diag(with_decisions), atol=1e-6)
    assert not ArchitectureKernel(FLOW).with_decisions


def test_cells_that_compute_the_same_are_the_same() -> None:
    # Edges into a vertex that nothing reads: whatever stands there changes nothing.
    same = [FLOW.parse(text) for text in ("300100", "310100")]
    process = fitted()
    flow_same = FLOW.encode(same, "flow")
    assert (flow_same.adjacency[0] == flow_same.adjacency[1]).all()
    mean = process.predict(same).mean
    assert mean[0] == mean[1]
    drawn = process.predict(same).draws(5)
    np.testing.assert_array_equal(drawn[:, 0], drawn[:, 1])


def test_ranks_unseen_cells_with_an_honest_spread() -> None:
    unseen = FLOW.sample_choices(np.random.default_rng(6), 400)
    values = convolutions(unseen) + 0.3 * np.random.default_rng(7).normal(size=400)
    mean, spread = fitted(100).predict(unseen)
    assert kendall_tau(mean, convolutions(unseen)) > 0.6
    assert 0.8 < coverage(values, mean, spread, [0.9])[0] < 0.98


def test_spread_is_the_deviation_of_the_values_of_scores() -> None:
    process, cells = fitted(), FLOW.sample_choices(np.random.default_rng(1), 20)
    mean, spread = process.predict(cells).scores
    scores = mean + spread * np.random.default_rng(0).standard_normal((20_000, 20))
    values = process.process_.scaling.back(scores)
    found = process.predict(cells)
    np.testing.assert_allclose(found.spread, values.std(axis=0), rtol=0.15)
    np.testing.assert_allclose(found.mean, np.median(values, axis=0), atol=1.0)


@pytest.mark.slow
@pytest.mark.parametrize("space", [FLOW, WRITTEN], ids=lambda space: space.name)
@pytest.mark.parametrize("exact", [True, False])
def test_draws_have_the_joint_distribution(
    space: Any, exact: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_EXACT_DRAWS", 1_000 if exact else 0)
    process = fitted(30, space)
    cells = np.unique(space.sample_choices(np.random.default_rng(1), 12), axis=0)
    learnt, seen = process.process_, process._kernel.read(cells)
    across = covariance(seen, learnt.labels, learnt.scales)
    inverse = np.linalg.inv(learnt.factor @ learnt.factor.T)
    expected = covariance(seen, seen, learnt.scales) - across @ inverse @ across.T
    # Each call has its own random waves, so several calls are needed.
    drawn = np.concatenate([process.predict(cells).draws(200) for _ in range(20)])
    scores = process.predict(cells).to_scores(drawn)
    np.testing.assert_allclose(scores.mean(axis=0), process.predict(cells).scores.mean, atol=0.06)
    within = 0.1 * float(expected.diagonal().max())
    np.testing.assert_allclose(np.cov(scores.T), expected, atol=within)


@pytest.mark.slow
def test_random_functions_have_the_covariance_of_the_prior() -> None:
    rng, scales = np.random.default_rng(0), Scales(2.0, 0.8, 1.5, 0.1)
    seen = ArchitectureKernel(WRITTEN).read(WRITTEN.sample_choices(rng, 10))
    drawn = random_functions(seen, scales, 4_000, rng, waves=2_000)
    np.testing.assert_allclose(np.cov(drawn.T), covariance(seen, seen, scales), atol=0.25)


@pytest.mark.slow
def test_draws_for_many_cells_agree_with_labels_without_noise() -> None:
    cells = FLOW.all_choices()
    known = np.random.default_rng(0).permutation(len(cells))[:200]
    values = (cells[known] == 3).sum(axis=1) * 1.0
    process = GaussianProcess(FLOW, np.random.default_rng(0)).fit(cells[known], values)
    drawn = process.predict(cells).draws(3)
    assert drawn.shape == (3, len(cells))
    assert min(kendall_tau(row[known], values) for row in drawn) > 0.7
    assert (drawn[0] != drawn[1]).any()


@pytest.mark.parametrize("labels", [2, 5])
def test_equal_labels_have_no_spread(labels: int) -> None:
    cells = FLOW.sample_choices(np.random.default_rng(0), labels)
    process = GaussianProcess(FLOW, np.random.default_rng(0)).fit(cells, [70.0] * labels)
    mean, spread = process.predict(FLOW.all_choices()[:50])
    np.testing.assert_allclose(mean, 70.0)
    np.testing.assert_allclose(spread, 0.0, atol=1e-12)
    np.testing.assert_allclose(process.predict(cells).draws(2), 70.0)


def test_two_values_of_one_cell_are_taken_for_noise() -> None:
    cells = np.array([[3] * 6, [3] * 6, [0] * 6, [0] * 6])
    values = [90.0, 92.0, 10.0, 12.0]
    mean = GaussianProcess(FLOW, np.random.default_rng(0)).fit(cells, values).predict(cells).mean
    assert 88 < mean[0] < 93
    assert 9 < mean[2] < 14


def test_a_random_part_of_too_many_labels_is_learnt(monkeypatch: pytest.MonkeyPatch) -> None:
    process = fitted(60, most_labels=40)
    assert len(process.process_.weights) == 40
    again, other = fitted(60, most_labels=40), fitted(60, seed=1, most_labels=40)
    np.testing.assert_array_equal(process.process_.weights, again.process_.weights)
    assert (process.process_.labels.columns != other.process_.labels.columns).any()
    monkeypatch.setattr(module, "_LABELS_FOR_SCALES", 30)
    assert len(fitted(60).process_.weights) == 60


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    process, cells = fitted(), FLOW.all_choices()[:2_000]
    whole = process.predict(cells)
    monkeypatch.setattr(module, "_ENTRIES", 1)
    parts = process.predict(cells)
    np.testing.assert_allclose(whole.mean, parts.mean, atol=1e-6)
    np.testing.assert_allclose(whole.spread, parts.spread, atol=1e-6)
    monkeypatch.setattr(module, "_EXACT_DRAWS", 0)
    assert process.predict(cells).draws(2).shape == (2, 2_000)


def test_bad_settings_are_refused() -> None:
    with pytest.raises(UnknownNameError, match="graph"):
        GaussianProcess(FLOW, np.random.default_rng(0), kernel="graf").check()  # type: ignore[arg-type]
    with pytest.raises(SettingsError, match="most_labels"):
        GaussianProcess(FLOW, np.random.default_rng(0), most_labels=1).check()
    for use in (lambda p: p.scales_, lambda p: p.predict(FLOW.all_choices()[:2])):
        with pytest.raises(SettingsError, match="fit first"):
            use(GaussianProcess(FLOW, np.random.default_rng(0)))


def test_seen_without_marks_is_empty() -> None:
    seen = ArchitectureKernel(FLOW).read(FLOW.all_choices()[:3])
    assert isinstance(seen, KernelInputs)
    assert seen.marks.shape == (3, 0)

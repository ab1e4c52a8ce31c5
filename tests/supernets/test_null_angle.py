"""What two fresh initialisations score on NAS-Bench-201, without any training."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.stats import kendalltau
from tiny_supernets import FORMS, tiny

from archscout.spaces._blocks.supernet import Supernet
from archscout.spaces.nasbench201.space import NASBench201
from archscout.supernets import make_supernet
from archscout.supernets.angle import make_angle
from archscout.supernets.nulls import null_angle


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
def test_null_is_the_angle_of_two_seeds(form: str) -> None:
    def make(generator: torch.Generator) -> Supernet:
        space, settings, _ = FORMS[form]
        return make_supernet(space, generator=generator, **settings)

    first, second = tiny(form, seed=3), tiny(form, seed=4)
    expected = make_angle(first, first.state_dict(), second.state_dict(), pooling=False)
    rows = first.space.sample_choices(np.random.default_rng(0), 5)
    null = null_angle(make, (3, 4), pooling=False)
    assert np.array_equal(null.angles(rows), expected.angles(rows))
    assert null.angles(rows).min() > 0


def _null(**parts: bool) -> np.ndarray:
    null = null_angle(
        lambda generator: make_supernet("nasbench201", generator=generator), (0, 1), **parts
    )
    return null.angles(NASBench201().all_choices())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("column", "tau"),
    [
        ("cifar10_test_200ep", 0.64),
        ("cifar10_valid_200ep", 0.63),
        ("cifar100_valid_200ep", 0.66),
        ("imagenet16_120_valid_200ep", 0.64),
    ],
)
def test_null_ranks_as_well_as_published_angles(
    column: str, tau: float, nasbench201_accuracies: dict[str, np.ndarray]
) -> None:
    measured = kendalltau(_null(), nasbench201_accuracies[column]).statistic
    assert measured == pytest.approx(tau, abs=0.02)


def test_null_among_cells_without_none_and_without_pooling_constants(
    nasbench201_accuracies: dict[str, np.ndarray],
) -> None:
    accuracy = nasbench201_accuracies["cifar10_test_200ep"]
    full = (NASBench201().all_choices() > 0).all(axis=1)
    assert full.sum() == 4096
    assert kendalltau(_null()[full], accuracy[full]).statistic == pytest.approx(0.71, abs=0.02)
    without = kendalltau(_null(pooling=False), accuracy).statistic
    assert without == pytest.approx(0.54, abs=0.03)


def test_null_prefers_good_cells(nasbench201_accuracies: dict[str, np.ndarray]) -> None:
    best = nasbench201_accuracies["cifar10_test_200ep"][np.argmax(_null())]
    assert 93.2 < best < 93.8

"""Random labels: uniform, tied to content and seed, and the ablations."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy import stats

from archscout.errors import SettingsError, UnknownNameError
from archscout.images import Images
from archscout.images._mixing import mix
from archscout.supernets._random_labels import KINDS, label_source, random_labels

N = 20000
# Counted up as well as spread out: a poor mix would show in the first.
FINGERPRINTS = {
    "counted": np.arange(N, dtype=np.uint64),
    "spread": np.random.default_rng(0).integers(0, 2**64, N, dtype=np.uint64),
    "high bits": np.arange(N, dtype=np.uint64) << np.uint64(48),
}
GOLDEN = np.array([0, 1, 0xFEDCBA9876543210], dtype=np.uint64)


def images(n: int = 300, labelled: bool = True, classes: int = 4) -> Images:
    rng = np.random.default_rng(5)
    labels = rng.integers(0, classes, n) if labelled else None
    return Images(
        np.zeros((n, 4, 4, 3), np.uint8),
        tuple(map(str, range(n))),
        rng.integers(0, 2**64, n, dtype=np.uint64),
        labels,
        tuple("abcdefg"[:classes]) if labelled else (),
    )


def chi_square(counts: Any) -> float:
    return float(stats.chisquare(counts).pvalue)


def test_labels_never_change_silently() -> None:
    assert random_labels(GOLDEN, 10, seed=0).tolist() == [4, 0, 5]
    assert random_labels(GOLDEN, 120, seed=7).tolist() == [77, 2, 80]


def test_the_finaliser_is_that_of_splitmix64() -> None:
    # The first numbers of SplitMix64 from seed 1234567, as its reference code prints them.
    step = 0x9E3779B97F4A7C15
    states = [(1234567 + step * place) % 2**64 for place in (1, 2, 3)]
    assert mix(np.array(states, dtype=np.uint64)).tolist() == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
    ]


@pytest.mark.parametrize("name", FINGERPRINTS)
@pytest.mark.parametrize("classes", [2, 10, 120])
def test_labels_are_uniform(name: str, classes: int) -> None:
    for seed in range(3):
        labels = random_labels(FINGERPRINTS[name], classes, seed)
        assert labels.dtype == np.int64
        assert chi_square(np.bincount(labels, minlength=classes)) > 1e-3


@pytest.mark.parametrize("name", FINGERPRINTS)
def test_seeds_classes_and_neighbours_are_independent(name: str) -> None:
    keys = FINGERPRINTS[name]
    first = random_labels(keys, 10, 0)
    others = [random_labels(keys, 10, 1), random_labels(keys, 10, 2**63), np.roll(first, 1)]
    others.append(random_labels(keys, 20, 0) % 10)
    source = label_source("redrawn", with_prints(keys), 10, seed=0)
    others += [source.targets(0), source.targets(1)]
    for other in others:
        pairs = np.bincount(first * 10 + other, minlength=100)
        assert chi_square(pairs) > 1e-3
    assert chi_square(np.bincount(source.targets(0) * 10 + source.targets(1), minlength=100)) > 1e-3


def with_prints(keys: Any) -> Images:
    return Images(np.zeros((len(keys), 1, 1, 3), np.uint8), ("",) * len(keys), keys)


def test_order_names_and_other_images_change_nothing() -> None:
    base = images()
    order = np.random.default_rng(1).permutation(len(base))
    moved = replace(base.subset(order), names=("x",) * len(base))
    for kind in KINDS:
        before = label_source(kind, base, seed=3).targets(2)
        assert (label_source(kind, moved, seed=3).targets(2) == before[order]).all(), kind
        if kind != "shuffled":
            half = label_source(kind, base.subset(order[:90]), seed=3).targets(2)
            assert (half == before[order[:90]]).all(), kind


def test_which_labels_change_with_epoch_and_seed() -> None:
    base = images()
    for kind in KINDS:
        source = label_source(kind, base, seed=0)
        assert source.classes == 4
        assert (source.targets(3) == source.targets(3)).all()
        assert (source.targets(0) == source.targets(1)).all() == (kind != "redrawn"), kind
        other = label_source(kind, base, seed=1).targets(0)
        assert (other == source.targets(0)).all() == (kind == "true"), kind
    assert (label_source("true", base).targets(9) == base.targets).all()
    assert (label_source("random", base).targets(0) == random_labels(base.fingerprints, 4, 0)).all()


def test_shuffled_labels_keep_the_size_of_classes_and_say_nothing() -> None:
    base = images(8000)
    assert base.targets is not None
    labels = label_source("shuffled", base, seed=0).targets(0)
    assert (np.bincount(labels) == np.bincount(base.targets)).all()
    pairs = np.zeros((4, 4))
    np.add.at(pairs, (labels, base.targets), 1)
    assert stats.chi2_contingency(pairs).pvalue > 1e-3


def test_copies_of_an_image_share_their_random_label() -> None:
    twice = images(50).subset(np.repeat(np.arange(50), 2))
    labels = label_source("random", twice).targets(0)
    assert (labels[::2] == labels[1::2]).all()


def test_how_many_classes() -> None:
    assert label_source("random", images(labelled=False)).classes == 10
    assert label_source("random", images(), classes=100).classes == 100
    assert label_source("redrawn", images(labelled=False), classes=7).targets(0).max() == 6


@pytest.mark.parametrize(
    ("kind", "labelled", "classes", "said"),
    [
        ("true", False, None, "have no classes, which 'true' needs"),
        ("shuffled", False, 4, "have no classes, which 'shuffled' needs"),
        ("true", True, 5, "got 5 classes, expected the 4"),
        ("random", True, 1, "got 1 classes, expected at least 2"),
        ("redrawn", True, 0, "got 0 classes"),
        ("random", True, -3, "got -3 classes"),
    ],
)
def test_what_cannot_be_is_refused(
    kind: str, labelled: bool, classes: int | None, said: str
) -> None:
    with pytest.raises(SettingsError, match=said):
        label_source(kind, images(labelled=labelled), classes)


def test_unknown_kinds_and_seeds() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'shuffled'"):
        label_source("shufled", images())
    for seed in (-1, 2**64):
        with pytest.raises(SettingsError, match="as a seed"):
            label_source("random", images(), seed=seed)
    with pytest.raises(SettingsError, match="at least 2"):
        label_source("true", images(classes=1))

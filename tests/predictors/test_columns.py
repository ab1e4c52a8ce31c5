"""Standardised columns: their scale, and what is kept from the batch they were fitted on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from archscout.predictors._parts.cell_features import CellFeatures
from archscout.predictors._parts.columns import Columns
from archscout.spaces import load_space
from archscout.testing._toy import ToySpace

SPACE = load_space("nasbench201")
KINDS: tuple[Any, ...] = ("onehot", "properties", "both")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("space", [SPACE, load_space("nasbench101"), ToySpace()], ids=str)
def test_the_fitted_batch_has_mean_0_and_deviation_1(space: Any, kind: Any) -> None:
    cells = space.sample_choices(np.random.default_rng(0), 300)
    encoded = Columns(space, kind).fit(cells).encode(cells)
    assert encoded.dtype == np.float32
    np.testing.assert_allclose(encoded.mean(axis=0), 0, atol=1e-4)
    deviation = encoded.std(axis=0)
    assert (np.isclose(deviation, 1, atol=1e-3) | (deviation == 0)).all()
    assert (deviation > 0).sum() >= 5


def test_rows_do_not_depend_on_their_batch() -> None:
    cells = SPACE.sample_choices(np.random.default_rng(0), 100)
    columns = Columns(SPACE).fit(cells[:50])
    np.testing.assert_array_equal(columns.encode(cells)[60:61], columns.encode(cells[60:61]))
    assert columns.encode(cells[:0]).shape == (0, columns.encode(cells).shape[1])


def test_constant_columns_say_nothing_of_any_cell() -> None:
    cells = SPACE.all_choices()
    chosen = cells[cells[:, 0] == 2][:100]
    encoded = Columns(SPACE, "onehot").fit(chosen).encode(cells)
    options = int(SPACE.option_counts[0])
    assert (encoded[:, :options] == 0).all()
    assert np.isfinite(encoded).all()


def test_one_cell_can_be_fitted() -> None:
    columns = Columns(SPACE, "both").fit(SPACE.all_choices()[:1])
    assert (columns.encode(SPACE.all_choices()[::1000]) == 0).all()


def test_both_holds_the_logarithms_of_the_properties_and_the_marks() -> None:
    cells = SPACE.sample_choices(np.random.default_rng(1), 200)
    raw = np.log1p(CellFeatures(SPACE, one_hot=False).encode(cells).astype(np.float64))
    varied = raw.std(axis=0) > 1e-6
    expected = (raw - raw.mean(axis=0))[:, varied] / raw.std(axis=0)[varied]
    encoded = Columns(SPACE, "both").fit(cells).encode(cells)
    marks = SPACE.encode(cells, "onehot").shape[1]
    assert encoded.shape[1] == raw.shape[1] + marks
    np.testing.assert_allclose(encoded[:, : raw.shape[1]][:, varied], expected, atol=1e-4)


def test_a_space_without_a_graph_has_marks_alone() -> None:
    space = ToySpace()
    cells = space.all_choices()
    found = [Columns(space, kind).fit(cells).encode(cells) for kind in KINDS]
    assert all(encoded.shape == (105, 14) for encoded in found)

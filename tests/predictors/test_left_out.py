"""Left-out labels, and what they say of the members' deviation."""

from __future__ import annotations

import numpy as np
import pytest

from archscout.predictors._parts.members import deal_left_out, widening


def test_each_label_is_left_out_by_two_members() -> None:
    out = deal_left_out(np.random.default_rng(0), members=6, labels=25)
    assert out.shape == (6, 25)
    assert (out.sum(axis=0) == 2).all()
    assert (out.sum(axis=1) <= 10).all()


@pytest.mark.parametrize(("members", "labels"), [(6, 5), (2, 50), (1, 50)])
def test_few_labels_and_few_members_leave_nothing_out(members: int, labels: int) -> None:
    assert not deal_left_out(np.random.default_rng(0), members, labels).any()


def test_the_widening_is_error_over_deviation() -> None:
    # Two members that differ by 2 around 0 where the truth is 3: deviation sqrt(2), error 3.
    members = np.array([[1.0, 1.0], [-1.0, -1.0], [50.0, 50.0]])
    out = np.array([[True, True], [True, True], [False, False]])
    truth = np.array([3.0, 3.0])
    assert widening(members, truth, out) == pytest.approx(3 / np.sqrt(2))
    assert widening(members, truth, np.zeros_like(out)) == 1.0
    assert widening(np.ones_like(members), truth, out) == 1.0

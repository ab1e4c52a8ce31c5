import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archscout.spaces._index import ChoiceIndex

SMALL = np.array([2, 3, 5])
# More than 2**62 combinations, so that the dictionary of bytes is used.
LARGE = np.full(10, 120)


def _rows(counts):
    return st.lists(st.tuples(*(st.integers(0, int(c) - 1) for c in counts)), max_size=20)


@pytest.mark.parametrize("counts", [SMALL, LARGE], ids=["codes", "dictionary"])
@given(data=st.data())
def test_it_finds_the_first_row_and_nothing_else(counts, data):
    held = data.draw(_rows(counts))
    asked = held + data.draw(_rows(counts))
    index = ChoiceIndex(counts, np.array(held, dtype=np.int8).reshape(-1, len(counts)))
    expected = [held.index(row) if row in held else -1 for row in asked]
    found = index.rows(np.array(asked, dtype=np.int8).reshape(-1, len(counts)))
    assert found.tolist() == expected
    assert index.different == len(set(held))
    first, later = index.repeated()
    assert list(zip(first.tolist(), later.tolist(), strict=True)) == [
        (held.index(row), place) for place, row in enumerate(held) if held.index(row) != place
    ]


def test_codes_of_the_largest_space_do_not_overflow():
    counts = np.full(31, 4)  # exactly 2**62
    rows = np.array([[3] * 31, [0] * 31, [3] * 30 + [2]], dtype=np.int8)
    index = ChoiceIndex(counts, rows)
    assert [index.row(row) for row in rows] == [0, 1, 2]
    assert index.row([2] * 31) == -1

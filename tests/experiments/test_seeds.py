import numpy as np
import pytest

from archscout.errors import SettingsError
from archscout.experiments._seeds import check_seeds


@pytest.mark.parametrize(
    ("seeds", "expected"), [(2, [0, 1]), (np.int64(2), [0, 1]), (np.array([7, 5]), [7, 5])]
)
def test_seeds_are_a_number_or_a_list(seeds, expected):
    assert check_seeds(seeds) == expected


@pytest.mark.parametrize("seeds", [0, [], [1, 1], [-1], ["9_1"], ["3"], [1.5], "12", 2.0, None])
def test_what_is_no_list_of_whole_numbers_is_refused(seeds):
    with pytest.raises(SettingsError, match="got seeds="):
        check_seeds(seeds)

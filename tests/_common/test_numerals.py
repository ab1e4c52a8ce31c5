import pytest
from hypothesis import given
from hypothesis import strategies as st

from archscout._common.numerals import read_number, read_whole

NO_NUMBERS = [
    "9_1",
    "\uff19\uff11",
    "\u0663",
    "",
    " ",
    "-",
    "1 2",
    "0x10",
    "1,5",
    "nan",
    "infinity",
]


@given(st.integers(-(10**18) + 1, 10**18 - 1), st.sampled_from(["{}", " {} ", "{}\n"]))
def test_whole_numbers_are_read_as_written(number, form):
    assert read_whole(form.format(number)) == number
    assert read_number(form.format(number)) == float(number)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_finite_numbers_are_read_as_python_writes_them(number):
    assert read_number(repr(number)) == number
    assert read_number(repr(number).upper()) == number


@pytest.mark.parametrize("text", [*NO_NUMBERS, "1e999", "1__0", "1_0.5", "1e1_0", "\u00b2"])
def test_what_nobody_writes_as_a_number_is_none(text):
    with pytest.raises(ValueError, match="is no finite number"):
        read_number(text)


@pytest.mark.parametrize("text", [*NO_NUMBERS, "1e3", "1.0", "\u00b2"])
def test_what_nobody_writes_as_a_count_is_none(text):
    with pytest.raises(ValueError, match="is no whole number"):
        read_whole(text)


@pytest.mark.parametrize("text", ["1" * 100_000 + "x", "1." + "1" * 100_000 + "x"])
def test_a_long_text_that_is_no_number_is_refused_without_trying_all_its_parts(text):
    with pytest.raises(ValueError, match=r"1\.\.\.' is no finite number"):
        read_number(text)


def test_more_digits_than_anybody_needs_are_refused_as_such():
    with pytest.raises(ValueError, match="has more than 18 digits"):
        read_whole("9" * 19)

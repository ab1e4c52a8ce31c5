"""Values and words become Python text that reads back as they were."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archscout.errors import SettingsError
from archscout.exports._literals import WIDTH, columns, literal, quoted

SINGLE = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
)
PLAIN = st.recursive(
    SINGLE,
    lambda inner: (
        st.lists(inner, max_size=6)
        | st.lists(inner, max_size=6).map(tuple)
        | st.dictionaries(st.text(max_size=8) | st.integers(), inner, max_size=6)
    ),
    max_leaves=40,
)


@pytest.mark.slow
@settings(max_examples=200)
@given(st.text())
def test_a_quoted_text_is_one_literal_on_one_line(text: str) -> None:
    written = quoted(text)
    assert ast.literal_eval(written) == text
    assert written.isprintable()


@settings(max_examples=100)
@given(PLAIN)
def test_a_plain_value_reads_back(value: Any) -> None:
    written = literal(value)
    again = ast.literal_eval(written)
    assert again == value
    assert repr(again) == repr(value)  # Also tells tuples from lists and True from 1.


def test_what_is_too_long_for_a_line_has_one_item_a_line() -> None:
    value = {"stages": [("a" * 30, 1), ("b" * 30, 2), ("c" * 30, 3)], "last": 8}
    lines = literal(value, 8, "plan=").splitlines()
    assert lines[0] == "plan={"
    assert lines[1:3] == ['            "stages": [', f'                ("{"a" * 30}", 1),']
    assert lines[-2:] == ['            "last": 8,', "        }"]
    assert max(map(columns, lines)) <= WIDTH


@pytest.mark.parametrize("value", [np.int64(3), float("inf"), {1, 2}, [object()], {"a": b"b"}])
def test_other_values_are_refused(value: Any) -> None:
    with pytest.raises(SettingsError, match="give plain values in network_arguments"):
        literal(value)

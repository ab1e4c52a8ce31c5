import contextlib
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archscout._tables.literals import read_literals
from archscout.errors import TableError


class Trap:
    """Unpickling it would create the file that it names."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


ROWS = {
    "421211": {"train_time": [1.5, 1.5], "val_acc": [82.0, 81.0, 80.5]},
    "000000": {"train_time": [2.5, 1.5], "val_acc": [10.0, 11.0]},
}


def test_plain_data_come_back():
    assert read_literals(pickle.dumps(ROWS, protocol=4), "rows") == ROWS


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4, 5])
def test_code_is_refused_and_does_not_run(tmp_path, protocol):
    target = tmp_path / "trap"
    data = pickle.dumps({**ROWS, "x": Trap(target), "y": 1.5}, protocol=protocol)
    with pytest.raises(TableError, match="holds the name"):
        read_literals(data, "trap.pkl")
    assert not target.exists()


@pytest.mark.parametrize(
    "code",
    [
        b"cos\nsystem\n.",
        b"\x80\x04\x8c\x02os\x8c\x06system\x93.",
        b"(cos\nsystem\nX\x04\x00\x00\x00exito.",
        b"(X\x04\x00\x00\x00exitios\nsystem\n.",
        b"P1\n.",
        b"K\x01Q.",
    ],
)
def test_whatever_looks_up_a_name_is_refused(code):
    with pytest.raises(TableError, match="it may run code, so it was not read"):
        read_literals(code, "code.pkl")


@pytest.mark.parametrize(
    "data",
    [b"", b"\x80\x04.", b"(.", b"}u.", b"h\x05.", b"\x80\x04(}", b"\x82\x01.", b"\x97."],
)
def test_damaged_files(data):
    with pytest.raises(TableError, match="is a damaged table file"):
        read_literals(data, "rows.pkl")


# Nothing can be called where nothing can be looked up: reduce, build and new object fail.
@pytest.mark.parametrize(
    "code", [b"])R.", b"])\x81.", b"]}(X\x01\x00\x00\x00aK\x01ub.", b"])}\x92."]
)
def test_instructions_that_call_have_nothing_to_call(code):
    with pytest.raises(TableError, match="is a damaged table file"):
        read_literals(code, "code.pkl")


@given(st.binary(max_size=60), st.integers(0, 150))
def test_any_change_gives_data_or_a_table_error(noise, place):
    data = pickle.dumps(ROWS, protocol=4)
    changed = data[:place] + noise + data[place + len(noise) :]
    with contextlib.suppress(TableError):
        read_literals(changed, "rows.pkl")

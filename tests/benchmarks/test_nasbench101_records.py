"""Single records of the official files: what is read, and what is refused and why."""

import base64
import json
import math
import pickle
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from official_format import describe, double, evaluation, metrics, record, varint, with_length

from archscout.spaces import load_space
from archscout.spaces.nasbench101._table_records import (
    Cell,
    parse_run,
    wire_fields,
    written_choices,
)

SPACE = load_space("nasbench101")
CHOICES = SPACE.parse_many(["1205349:c3|mp|c3|c3|c1"])[0]
DIGEST = "00005c142e6f48ac74fdcf73e3439874"
MESSAGE = metrics(108, 0.9304887652397156, 0.92, 1768.976)
THREE = b"".join(with_length(1, evaluation(e, 1.0, 0.5, 0.5, 0.5)) for e in (0, 54, 108))


def payload(**changed):
    fields = dict(
        zip(
            ("digest", "epochs", "adjacency", "operations", "message"),
            (DIGEST, 108, *describe(CHOICES), MESSAGE),
            strict=True,
        )
    )
    fields.update(changed)
    if isinstance(fields["message"], bytes):
        fields["message"] = base64.b64encode(fields["message"]).decode()
    return json.dumps(list(fields.values())).encode()


def test_the_last_evaluation_is_read():
    run = parse_run(record(DIGEST, 108, CHOICES, MESSAGE))
    assert (run.cell.hash, run.epochs) == (DIGEST, 108)
    assert (run.valid, run.test, run.seconds) == (0.9304887652397156, 0.92, 1768.976)
    assert written_choices(run.cell) == CHOICES.tolist()


def test_fields_may_be_in_another_order_and_unknown_ones_are_passed_over():
    unknown = varint(9 << 3 | 5) + b"1234" + with_length(10, b"x" * 300) + varint(11 << 3) + b"\x7f"
    last = unknown + double(5, 0.7) + double(4, 0.8) + unknown + double(2, 60.0)
    message = unknown + b"".join(with_length(1, part) for part in (b"", unknown, last)) + unknown
    run = parse_run(payload(message=message))
    assert (run.valid, run.test, run.seconds) == (0.8, 0.7, 60.0)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"not json", "no JSON"),
        (b"\xff\xfe", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b"[" + b"9" * 5000 + b"]", "no JSON"),
        (pickle.dumps(print), "no JSON"),
        (b"{}", "list of five"),
        (b"[1, 2, 3, 4]", "list of five"),
        (payload(digest=5), "something else than text"),
        (payload(message=[1]), "something else than text"),
        (payload(digest="short"), "hash of 32"),
        (payload(epochs="108"), "number of epochs"),
        (payload(epochs=True), "number of epochs"),
        (payload(epochs=10**9), "number of epochs"),
        (payload(epochs=math.nan), "number of epochs"),
        (payload(message="a"), "base64"),
        (payload(message="ü" * 4), "base64"),
        (payload(message=b""), "0 evaluations instead of three"),
        (payload(message=THREE[: len(THREE) // 3]), "1 evaluations instead of three"),
        (payload(message=MESSAGE[:-1]), "cut off"),
        (payload(message=MESSAGE + b"\x08"), "cut off"),
        (payload(message=varint(1 << 3 | 2) + varint(2**60)), "cut off"),
        (payload(message=b"\x0b"), "unknown kind 3"),
        (payload(message=b"\x08" + b"\xff" * 11), "more than ten bytes"),
        (payload(message=varint(1 << 3) * 6), "validation accuracy None"),
        (payload(message=with_length(1, b"") * 3), "validation accuracy None"),
        (payload(message=metrics(108, 90.0, 0.9, 1.0)), "validation accuracy 90.0 instead"),
        (payload(message=metrics(108, 0.9, -0.1, 1.0)), "test accuracy -0.1 instead"),
        (payload(message=metrics(108, 0.9, math.nan, 1.0)), "test accuracy nan instead"),
        (payload(message=metrics(108, 0.9, 0.9, math.inf)), "training time inf instead"),
    ],
)
def test_what_is_no_record_is_refused(data, words):
    with pytest.raises(ValueError, match=words):
        parse_run(data)


@given(st.binary(max_size=200))
def test_any_bytes_give_fields_or_an_error_in_words(data):
    words = ""
    try:
        read = list(wire_fields(data))
    except ValueError as error:
        words = str(error)
    assert words.startswith("has measurements") or all(number >= 0 for number, _ in read)


@pytest.mark.slow
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists))
def test_any_json_gives_an_error_in_words(value):
    with pytest.raises(ValueError, match=r"is no list|has "):
        parse_run(json.dumps(value).encode())


fields = st.one_of(
    st.tuples(st.integers(1, 2000), st.integers(0, 2**64 - 1)),
    st.tuples(st.integers(1, 2000), st.floats(allow_nan=False)),
    st.tuples(st.integers(1, 2000), st.binary(max_size=200)),
)


@given(st.lists(fields, max_size=8))
def test_written_fields_are_read(written):
    encoded = {
        int: lambda number, value: varint(number << 3) + varint(value),
        float: double,
        bytes: with_length,
    }
    data = b"".join(encoded[type(value)](number, value) for number, value in written)
    assert list(wire_fields(data)) == written


def test_every_size_of_cell_is_read():
    rows = SPACE.all_choices()[[0, 3, 50, 1000, 50_000, 400_000]]
    twins = SPACE.sample_written(np.random.default_rng(0), 50)
    for row in [*rows, *twins]:
        assert written_choices(Cell("", *describe(row))) == row.tolist()


@pytest.mark.parametrize(
    ("adjacency", "operations", "words"),
    [
        ("0" * 64, "input," + "maxpool3x3," * 6 + "output", "the operations 'input,max"),
        ("0", "input", "the operations"),
        ("0100", "output,input", "the operations"),
        ("000000000", "input,conv5x5,output", "unknown operation 'conv5x5'"),
        ("011001", "input,maxpool3x3,output", "matrix of 3 x 3"),
        ("01100100x", "input,maxpool3x3,output", "matrix of 3 x 3"),
        ("011001001", "input,maxpool3x3,output", "matrix of 3 x 3"),
        ("011001100", "input,maxpool3x3,output", "matrix of 3 x 3"),
    ],
)
def test_what_is_no_cell_is_refused(adjacency, operations, words):
    with pytest.raises(ValueError, match=words):
        written_choices(Cell("", adjacency, operations))


def test_four_byte_fields_are_integers():
    assert list(wire_fields(b"\x0d" + struct.pack("<I", 7))) == [(1, 7)]

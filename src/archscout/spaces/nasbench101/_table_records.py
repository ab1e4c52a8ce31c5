"""The records of the official NAS-Bench-101 files, read without TensorFlow or protobuf.

A record is one training run: a JSON list of the cell's hash, the training length in epochs, the
adjacency matrix as digits row by row, the operations parted by commas, and the measurements, a
protobuf message in base64:

- message ``ModelMetrics``: 1 ``evaluation_data``, repeated; 2 ``trainable_parameters``;
  3 ``total_time``;
- message ``EvaluationData``: 1 ``current_epoch``, 2 ``training_time``, 3 ``train_accuracy``,
  4 ``validation_accuracy``, 5 ``test_accuracy``, all doubles; 6 ``checkpoint_path``.

A run was evaluated at its start, half-way and at its end; the last is what is read.

Source: Ying et al., "NAS-Bench-101: Towards Reproducible Neural Architecture Search", ICML
2019, arXiv 1902.09635, and the message definitions that were published with its data.
"""

from __future__ import annotations

import binascii
import json
import math
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from archscout._tables.tfrecord import read_records
from archscout.errors import TableError
from archscout.spaces.nasbench101._cell import OPERATIONS, POSITIONS, VERTICES, positions_of

# Far more than any run of the benchmark: epochs, seconds.
_LONGEST_TRAINING = 10_000
_LONGEST_TIME = 1e7
# The evaluation at the end comes after those at the start and half-way.
_END = 2
_EVALUATION = 1
_TIME, _VALID, _TEST = 2, 4, 5
# Kinds of fields in a message.
_VARINT, _EIGHT_BYTES, _WITH_LENGTH, _FOUR_BYTES = 0, 1, 2, 5
_read_double = struct.Struct("<d").unpack_from

Value = int | float | bytes


class Cell(NamedTuple):
    """A cell as a record describes it."""

    hash: str
    adjacency: str
    operations: str


class TrainingRun(NamedTuple):
    """One run at its end: accuracies as fractions, seconds of training."""

    cell: Cell
    epochs: int
    valid: float
    test: float
    seconds: float


def read_runs(path: Path) -> Iterator[tuple[int, TrainingRun]]:
    """Read the byte at which each record of an official file begins, and its run."""
    for offset, payload in read_records(path):
        try:
            yield offset, parse_run(payload)
        except ValueError as error:
            raise bad_record(path.name, offset, str(error)) from None


def bad_record(source: str, offset: int, reason: str) -> TableError:
    """The error for a record that is whole but not what it should be."""
    return TableError(
        f"the record at byte {offset:,} of {source} {reason}: expected the form of the official "
        "NAS-Bench-101 files, fetch the file again"
    )


def parse_run(payload: bytes) -> TrainingRun:
    """Read one record; raises `ValueError` that says what the record has instead."""
    try:
        fields = json.loads(payload.decode("utf-8"))
    except (ValueError, RecursionError):
        raise ValueError("is no JSON in UTF-8") from None
    if not isinstance(fields, list) or len(fields) != 5:
        raise ValueError("is no list of five fields")
    digest, epochs, adjacency, operations, metrics = fields
    if not all(isinstance(text, str) for text in (digest, adjacency, operations, metrics)):
        raise ValueError("has something else than text in a field for text")
    if len(digest) != 32:
        raise ValueError("has no hash of 32 digits in its first field")
    if type(epochs) is not int or not 1 <= epochs <= _LONGEST_TRAINING:
        raise ValueError("has no number of epochs in its second field")
    try:
        message = binascii.a2b_base64(metrics)
    except ValueError:  # Its own error is one, and so is that for letters outside ASCII.
        raise ValueError("has measurements that are not in base64") from None
    valid, test, seconds = _last_evaluation(message)
    return TrainingRun(Cell(digest, adjacency, operations), epochs, valid, test, seconds)


def written_choices(cell: Cell) -> list[int]:
    """The 26 choices of a cell, allowed or not; raises `ValueError` if the description is wrong."""
    words = cell.operations.split(",")
    inner, vertices = words[1:-1], len(words)
    if not 2 <= vertices <= VERTICES or (words[0], words[-1]) != ("input", "output"):
        raise ValueError(f"has the operations {cell.operations[:80]!r}")
    unknown = next((word for word in inner if word not in OPERATIONS), None)
    if unknown is not None:
        raise ValueError(f"has the unknown operation {unknown[:80]!r}")
    digits = cell.adjacency
    square = len(digits) == vertices**2 and set(digits) <= {"0", "1"}
    above = [digits[x * vertices + y] for y in range(vertices) for x in range(y)] if square else []
    if not square or above.count("1") != digits.count("1"):
        raise ValueError(f"has no upper triangular matrix of {vertices} x {vertices} digits")
    values = [*map(int, above), *map(OPERATIONS.index, inner)]
    choices = [0] * POSITIONS
    for position, value in zip(positions_of(vertices), values, strict=True):
        choices[position] = value
    return choices


def wire_fields(message: bytes) -> Iterator[tuple[int, Value]]:
    """Read numbers and values of the fields of a protobuf message in their order.

    An eight-byte field is taken as a double, a varint or a four-byte field as an integer, and one
    with a length as bytes.
    """
    place, size = 0, len(message)
    while place < size:
        # Nearly all tags and lengths are single bytes, and calls cost more than the rest.
        tag, place = (
            (message[place], place + 1) if message[place] < 128 else _varint(message, place)
        )
        kind = tag & 7
        value: Value
        if kind == _EIGHT_BYTES:
            end = place + 8
            value = _read_double(message, place)[0] if end <= size else math.nan
        elif kind == _WITH_LENGTH:
            length, place = _varint(message, place)
            end = place + length
            value = message[place:end]
        elif kind == _VARINT:
            value, end = _varint(message, place)
        elif kind == _FOUR_BYTES:
            end = place + 4
            value = int.from_bytes(message[place:end], "little")
        else:
            raise ValueError(f"has measurements with a field of the unknown kind {kind}")
        if end > size:
            raise ValueError("has measurements that are cut off")
        place = end
        yield tag >> 3, value


def _varint(message: bytes, place: int) -> tuple[int, int]:
    """A number of seven bits a byte, and the place after it."""
    number = 0
    for shift in range(0, 70, 7):
        if place >= len(message):
            raise ValueError("has measurements that are cut off")
        byte = message[place]
        place += 1
        number |= (byte & 127) << shift
        if byte < 128:
            return number, place
    raise ValueError("has measurements with a number of more than ten bytes")


def _last_evaluation(message: bytes) -> tuple[float, float, float]:
    """Validation accuracy, test accuracy and seconds at the end of a run."""
    evaluations = [value for number, value in wire_fields(message) if number == _EVALUATION]
    if len(evaluations) <= _END:
        raise ValueError(f"has {len(evaluations)} evaluations instead of three")
    last = evaluations[_END]
    measured = dict(wire_fields(last)) if isinstance(last, bytes) else {}
    return (
        _number(measured, _VALID, "validation accuracy", 1.0),
        _number(measured, _TEST, "test accuracy", 1.0),
        _number(measured, _TIME, "training time", _LONGEST_TIME),
    )


def _number(measured: dict[int, Value], field: int, what: str, most: float) -> float:
    value = measured.get(field)
    if not isinstance(value, float) or not 0.0 <= value <= most:
        raise ValueError(f"has the {what} {str(value)[:20]} instead of a number in 0..{most:g}")
    return value

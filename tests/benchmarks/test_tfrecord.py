"""The framing of TFRecord files, against a plain writer and against damage at every byte."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from official_format import frame, header, plain_crc32c, plain_mask, write_frames

from archscout._tables import tfrecord
from archscout._tables.tfrecord import crc32c, masked, read_records
from archscout.errors import TableError

PAYLOADS = [b"first", b"", b"the third one is longer than the others" * 3, b"\x00\xff" * 4]


def sums(parts):
    """CRC-32C of each of ``parts``, which lie behind each other."""
    ends = np.cumsum([len(part) for part in parts])
    data = np.frombuffer(b"".join(parts), np.uint8)
    return crc32c(data, ends - [len(part) for part in parts], ends)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (bytes(32), 0x8A9136AA),
        (b"\xff" * 32, 0x62A8AB43),
        (bytes(range(32)), 0x46DD794E),
        (bytes(range(31, -1, -1)), 0x113FDB5C),
        (b"123456789", 0xE3069283),
        (b"", 0),
    ],
)
def test_the_published_checksums(data, expected):
    assert sums([data]).tolist() == [expected]
    assert plain_crc32c(data) == expected


@given(st.lists(st.binary(max_size=200), min_size=1, max_size=15))
def test_checksums_of_many_parts_agree_with_the_plain_ones(parts):
    expected = [plain_crc32c(part) for part in parts]
    assert sums(parts).tolist() == expected
    assert masked(sums(parts)).tolist() == [plain_mask(crc) for crc in expected]


@given(payloads=st.lists(st.binary(max_size=200), max_size=12), chunk=st.integers(1, 300))
def test_what_was_written_is_read(tmp_path, payloads, chunk):
    path = write_frames(tmp_path / "some.tfrecord", payloads)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tfrecord, "_CHUNK", chunk)
        read = list(read_records(path))
    assert [payload for _, payload in read] == payloads
    ends = np.cumsum([len(payload) + 16 for payload in payloads])
    assert [offset for offset, _ in read] == [0, *ends.tolist()][: len(payloads)]


def place_of(byte):
    """Where the record begins in which a byte of the written file lies."""
    starts = [0, *np.cumsum([len(payload) + 16 for payload in PAYLOADS]).tolist()]
    return max(start for start in starts[:-1] if start <= byte)


@pytest.mark.slow
@pytest.mark.parametrize("chunk", [7, 1 << 22])
def test_a_change_of_any_byte_is_found_and_placed(tmp_path, monkeypatch, chunk):
    monkeypatch.setattr(tfrecord, "_CHUNK", chunk)
    whole = b"".join(map(frame, PAYLOADS))
    path = tmp_path / "damaged.tfrecord"
    for byte in range(len(whole)):
        damaged = bytearray(whole)
        damaged[byte] ^= 1 << byte % 8
        path.write_bytes(damaged)
        with pytest.raises(TableError, match=rf"record at byte {place_of(byte)} of damaged\.tf"):
            list(read_records(path))


@pytest.mark.slow
@pytest.mark.parametrize("chunk", [7, 1 << 22])
def test_a_truncated_file_is_found_and_placed(tmp_path, monkeypatch, chunk):
    monkeypatch.setattr(tfrecord, "_CHUNK", chunk)
    whole = b"".join(map(frame, PAYLOADS))
    path = tmp_path / "short.tfrecord"
    for size in range(len(whole)):
        path.write_bytes(whole[:size])
        if size and place_of(size) < size:
            words = rf"short\.tfrecord ends inside the record at byte {place_of(size)},"
            with pytest.raises(TableError, match=words):
                list(read_records(path))
        else:
            assert len(list(read_records(path))) < len(PAYLOADS)


def test_records_before_the_damage_are_not_passed_off_as_the_file(tmp_path):
    path = tmp_path / "short.tfrecord"
    path.write_bytes(frame(b"good") + frame(b"lost")[:-1])
    records = read_records(path)
    assert next(records) == (0, b"good")
    with pytest.raises(TableError, match="at byte 20,"):
        next(records)


@pytest.mark.parametrize("length", [2**20 + 1, 2**31, 2**60, 2**64 - 1])
def test_an_impossible_length_is_refused_before_anything_is_allocated(tmp_path, length):
    path = tmp_path / "large.tfrecord"
    path.write_bytes(frame(b"good") + header(length) + b"x" * 100)
    tracemalloc.start()
    with pytest.raises(TableError, match=rf"at byte 20 of .* has {length:,} bytes, expected at"):
        list(read_records(path))
    assert tracemalloc.get_traced_memory()[1] < 1e7
    tracemalloc.stop()


@pytest.mark.slow
def test_one_long_record_does_not_widen_all_others(tmp_path):
    small, large = b"s" * 40, bytes(2**16)
    path = write_frames(tmp_path / "mixed.tfrecord", [*[small] * 3000, large])
    tracemalloc.start()
    assert [len(payload) for _, payload in read_records(path)] == [40] * 3000 + [2**16]
    assert tracemalloc.get_traced_memory()[1] < 2e7
    tracemalloc.stop()


def test_files_that_are_none(tmp_path):
    with pytest.raises(TableError, match=r"missing\.tfrecord.*No such file"):
        list(read_records(tmp_path / "missing.tfrecord"))
    with pytest.raises(TableError, match="cannot read"):
        list(read_records(tmp_path))
    (tmp_path / "text").write_text("rank,hash\n" * 10)
    with pytest.raises(TableError, match=r"byte 0 of text has a length that differs"):
        list(read_records(tmp_path / "text"))
    (tmp_path / "empty").write_bytes(b"")
    assert list(read_records(tmp_path / "empty")) == []

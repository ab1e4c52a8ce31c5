"""Tables that are too large are refused as soon as that shows, in a short sentence."""

import gzip
import io
import tracemalloc

import pytest

from archscout._tables.limits import TableLimits
from archscout._tables.reader import open_table
from archscout.benchmarks import TableBenchmark
from archscout.errors import TableError
from archscout.testing._toy import ToySpace

SMALL = TableLimits(rows=10, columns=5, line=100, expanded=1000)


def count(path, limits=SMALL):
    table = open_table(path, limits)
    return sum(len(block[table.names[0]]) for block in table.blocks(table.names[:1]))


@pytest.fixture
def write(tmp_path):
    def _write(data):
        path = tmp_path / "large.csv"
        path.write_bytes(data)
        return path

    return _write


def test_a_table_at_the_limits_is_read(write):
    assert count(write(b"a,b,c,d,e\n" + b"1,2,3,4,5\n" * 10)) == 10


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"a,b\n" + b"1,2\n" * 11, "more than 10 lines"),
        (b"a,b\n" + b"\n" * 11, "more than 10 lines"),
        (b"a,b,c,d,e,f\n1,2,3,4,5,6\n", "6 columns, more than the 5"),
        (b"a,b\n" + b"1" * 101 + b",2\n", "line 2 .* more than 100 characters"),
        (b"a" * 200, "line 1 .* more than 100 characters"),
        (b"a,b\n" + (b"1" * 98 + b",\n") * 10, "more than 0 MB of text"),
    ],
)
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_more_is_refused(write, data, words, pack):
    limits = TableLimits(rows=10, columns=5, line=100, expanded=900)
    with pytest.raises(TableError, match=words):
        count(write(pack(data)), limits)


@pytest.mark.parametrize("filler", [b"\0", b"1", b"\n", b"x,1\n", b'"'])
def test_a_small_file_that_unpacks_to_much_takes_little_memory(write, filler):
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb") as file:
        file.write(b"a,b\n" + filler * (30_000_000 // len(filler)))
    path = write(packed.getvalue())
    tracemalloc.start()
    with pytest.raises(TableError):
        count(path, TableLimits(rows=10_000))
    assert tracemalloc.get_traced_memory()[1] < 10_000_000
    tracemalloc.stop()


def test_parquet_is_refused_by_its_own_account(tmp_path):
    pyarrow = pytest.importorskip("pyarrow", reason="parquet needs pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet", reason="parquet needs pyarrow")
    path = tmp_path / "large.parquet"
    parquet.write_table(pyarrow.table({"a": list(range(11))}), path)
    with pytest.raises(TableError, match="has 11 rows"):
        open_table(path, SMALL)
    assert count(path, TableLimits(rows=11)) == 11


@pytest.mark.parametrize("asked", [{}, {"dataset": "zzz"}, {"metric": "psnr"}, {"epochs": 7}])
def test_messages_about_many_columns_stay_short(tmp_path, asked):
    names = [f"set{place}_valid_{place + 10}ep" for place in range(3000)]
    path = tmp_path / "wide.csv"
    path.write_text(",".join(["arch", *names]) + "\n" + ",".join(["x"] * 3001) + "\n")
    with pytest.raises(TableError) as caught:
        TableBenchmark.from_csv(path, space=ToySpace(), **asked)
    assert len(str(caught.value)) < 1000

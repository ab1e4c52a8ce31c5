import gzip
import math
import re
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archscout.benchmarks import Column, TableBenchmark
from archscout.errors import MissingExtraError, TableError
from archscout.testing._toy import ToySpace

SPACE = ToySpace()
A, B, C = (f'"depth=1,kernel=3,width={width},skip=no"' for width in (8, 16, 24))
ARCH_A, ARCH_B, ARCH_C = (SPACE.parse(text.strip('"')) for text in (A, B, C))


@pytest.fixture
def write(tmp_path):
    def _write(text, name="mine.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return _write


def read(path, **settings):
    return TableBenchmark.from_csv(path, space=SPACE, **settings)


def value(table, arch):
    return table.measure(arch, np.random.default_rng(0)).value


def test_plain_tables(write):
    table = read(write(f"arch,value\n{A},-3.5\n{B},120\n"))
    assert (table.unit, table.direction, table.optimum) == ("score", "maximize", 120.0)
    table = read(write(f"arch,valid,test,seconds\n{A},50,51,60\n{B},70,69,\n"))
    assert (table.unit, value(table, ARCH_B), table.test_value(ARCH_B)) == ("percent", 70.0, 69.0)
    assert table.seconds.tolist() == [60.0, 0.0]
    table = read(write(f"architecture,valid_run0,valid_run1\n{A},50,52\n{B},70,\n"))
    assert table.runs.shape == (2, 2)
    assert table.values.tolist() == [51.0, 70.0]
    table = read(write(f"arch,accuracy\n{A},50\n"))
    assert (table.optimum, len(table.pool())) == (50.0, 1)


def test_semicolons_tabs_byte_order_marks_blank_lines_and_gzip(write):
    text = f"arch;valid\r\n{A};50\r\n\r\n{B};60\r\n"
    assert read(write(b"\xef\xbb\xbf" + text.encode())).optimum == 60.0
    assert read(write(text.replace(";", "\t"))).optimum == 60.0
    # What a file is, is read from its bytes: the name may lie.
    assert read(write(gzip.compress(text.encode()))).optimum == 60.0


def test_empty_cells_are_failed_measurements(write):
    table = read(write(f"arch,valid\n{A},\n{B},NaN\n{C},40\n"))
    assert math.isnan(value(table, ARCH_A))
    assert math.isnan(value(table, ARCH_B))
    assert table.optimum == 40.0
    assert len(table.pool()) == 3


def test_minimize(write):
    path = write(f"arch,valid_loss,valid\n{A},2.5,50\n{B},0.5,90\n")
    table = read(path, metric="loss")
    assert (table.direction, table.optimum, table.rank(2.5)) == ("minimize", 0.5, 2)
    turned = read(path, direction="minimize")
    assert turned.optimum == 50.0


def test_a_schema_names_what_the_names_do_not_say(write):
    path = write(f"net,score_a,score_b,cost\n{A},0.5,0.25,7\n{B},0.75,0.5,8\n")
    schema = [
        Column("net", metric="architecture"),
        Column("score_b", unit="fraction", dataset="mine"),
        Column("score_a", unit="fraction", split="test", dataset="mine"),
        Column("cost", metric="seconds", unit="s", split="train"),
    ]
    table = read(path, schema=schema)
    assert (table.optimum, table.test_optimum, table.unit) == (0.5, 0.75, "fraction")
    assert (table.dataset, table.seconds.tolist()) == ("mine", [7.0, 8.0])
    with pytest.raises(TableError, match=r"no column 'score_c' of the schema: did you mean"):
        read(path, schema=[Column("score_c")])


def test_a_schema_may_leave_the_architecture_to_its_usual_name(write):
    assert read(write(f"arch,x\n{A},5\n"), schema=[Column("x")]).optimum == 5.0


def test_costs_become_columns_named_without_the_data_set(write):
    table = read(write(f"arch,c10_valid,c10_latency_ms,params\n{A},50,3.5,100\n"))
    assert {key: column.tolist() for key, column in table.columns.items()} == {
        "latency_ms": [3.5],
        "params": [100.0],
    }


def test_seconds_are_scaled_to_the_epochs(write):
    path = write(f"arch,valid_12ep,valid_36ep,train_seconds_36ep\n{A},50,60,360\n")
    assert read(path).seconds.tolist() == [360.0]
    assert read(path, epochs=12).seconds.tolist() == [120.0]


def test_equal_repeats_count_once_and_different_ones_are_an_error(write):
    assert len(read(write(f"arch,valid\n{A},50\n{B},60\n{A},50\n"))) == 2
    with pytest.raises(TableError, match=r"width=8.*rows 1 and 3 with different values"):
        read(write(f"arch,valid\n{A},50\n{B},60\n{A},51\n"))
    with pytest.raises(TableError, match=r"rows 1 and 2 with different test_values"):
        read(write(f"arch,valid,test\n{A},50,50\n{A},50,51\n"))


def test_a_stated_mean_goes_before_the_runs_and_a_wrong_one_is_noted(write):
    header = "arch,valid,valid_run0,valid_run1"
    table = read(write(f"{header}\n{A},51,50,52\n{B},60,60,64\n{C},,70,72\n"))
    assert table.values.tolist() == [51.0, 60.0, 71.0]
    assert table.provenance["rows whose mean is not that of their runs"] == 1


def test_names_tell_tables_apart(write):
    path = write(f"arch,a_valid_12ep,a_valid_36ep\n{A},50,60\n")
    assert read(path).name == "mine a valid accuracy 36ep mean"
    assert read(path, epochs=12, run="random").name == "mine a valid accuracy 12ep random"
    assert read(path, name="other").name == "other"
    assert read(path).provenance["search columns"] == ["a_valid_36ep"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("arch,valid\n", "has column names and no rows"),
        (f"arch,valid\n{A},50\n{B},60,70\n", "row 2 of mine.csv has 3 cells, expected 2"),
        (f"arch,valid,valid\n{A},50,60\n", "two columns named 'valid'"),
        (f"arch,valid\n{A},50\n{B},high\n", r"row 2 of mine.csv has 'high' in column 'valid'"),
        (f"arch,valid\n{A},inf\n", "row 1 .* has 'inf'"),
        (f'arch,valid\n{A},50\n"depth=9",60\n', "row 2 of mine.csv, column 'arch': got 'depth=9'"),
        (f"arch,valid\n{A},50\n{B},160\n", r"row 2 of column 'valid' .* is 160, expected percent"),
        (f"arch,valid\n{A},-1\n", "row 1 .* is -1"),
        (f"arch,valid\n{A},0.5\n{B},0.6\n", 'no value above 0.6.*declare unit="fraction"'),
        (f"arch,valid,test\n{A},50,0.5\n", "column 'test' .*fraction"),
        (f"arch,valid,seconds\n{A},50,-3\n", "row 1 .*negative seconds"),
        (f"arch,valid\n{A},\n", "no value in the search split"),
        (b"arch,valid\n\xff\xfe,3\n", "row 1 of mine.csv, column .arch.: got"),
        (b"\x1f\x8b\x08\x00damaged", "damaged gzip file"),
    ],
)
def test_bad_tables_are_refused_in_one_sentence(write, text, words):
    with pytest.raises(TableError, match=words) as caught:
        read(write(text))
    assert "\n" not in str(caught.value)


def test_damaged_parquet_is_refused_in_one_sentence(write):
    pytest.importorskip("pyarrow", reason="parquet needs pyarrow")
    with pytest.raises(TableError, match="not a readable parquet file") as caught:
        read(write(b"PAR1 damaged"))
    assert "\n" not in str(caught.value)


def test_the_advised_column_name_is_understood(write):
    for metric in ("loss", "psnr"):
        with pytest.raises(TableError, match=r"name one such as '[a-z_]+'") as caught:
            read(write(f"arch,{metric}x\n{A},50\n"), metric=metric)
        advised = re.search("such as '([a-z_]+)'", str(caught.value))[1]
        path = write(f"arch,{advised}\n{A},50\n")
        assert read(path, metric="accuracy" if advised == "value" else metric).optimum == 50.0


def test_declared_fractions(write):
    path = write(f"arch,valid\n{A},0.5\n{B},0.75\n")
    assert read(path, unit="fraction").optimum == 0.75
    with pytest.raises(TableError, match=r'row 2 .* is 75, .*declare unit="percent"'):
        read(write(f"arch,valid\n{A},0.5\n{B},75\n"), unit="fraction")


def test_missing_files_and_folders(tmp_path):
    with pytest.raises(TableError, match=r"nowhere.csv.*No such file"):
        read(tmp_path / "nowhere.csv")
    with pytest.raises(TableError, match="cannot read the table"):
        read(tmp_path)


def test_parquet(tmp_path):
    pyarrow = pytest.importorskip("pyarrow", reason="parquet needs pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet", reason="parquet needs pyarrow")
    path = tmp_path / "mine.parquet"
    rows = {"arch": [A.strip('"'), B.strip('"')], "valid": [50.0, None]}
    parquet.write_table(pyarrow.table(rows), path)
    table = read(path)
    assert np.array_equal(table.values, [50.0, np.nan], equal_nan=True)


def test_parquet_without_pyarrow_names_the_command(write, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'archscout\[parquet\]'"):
        read(write(b"PAR1"))


@pytest.mark.slow
@given(data=st.binary(max_size=200) | st.text(max_size=200).map(lambda t: t.encode()))
def test_any_bytes_are_a_table_or_a_table_error(data, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(b"arch,valid\n" + data)
    with pytest.raises(TableError):
        read(path)

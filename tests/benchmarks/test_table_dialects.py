"""Tables as spreadsheets and programs write them: one table, many dialects."""

import csv
import gzip
import io
import logging

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archscout.benchmarks import TableBenchmark
from archscout.errors import TableError
from archscout.testing._toy import ToySpace

SPACE = ToySpace()
A, B, C, D = (f"depth=1,kernel=3,width={width},skip=no" for width in (8, 16, 24, 32))


@pytest.fixture
def read(tmp_path):
    def _read(text, **settings):
        path = tmp_path / "mine.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return TableBenchmark.from_csv(path, space=SPACE, **settings)

    return _read


PLAIN = f'arch,valid,note\n"{A}",50.5,x\n"{B}",60,y\n'
SEMI = f'arch;valid;note\n"{A}";50,5;x\n"{B}";60;y\n'


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        SEMI,
        "sep=;\n" + SEMI,
        '"sep=;"\r\n' + SEMI.replace("\n", "\r\n"),
        "\ufeffsep=;\r\n" + SEMI,
        PLAIN.replace("\n", "\r"),
        SEMI.replace(";", "\t"),
        SEMI.replace(";", "|"),
        ("\ufeff" + SEMI).encode("utf-16-le"),
        ("\ufeff" + PLAIN).encode("utf-16-be"),
        PLAIN.encode("utf-32"),
        gzip.compress(("\ufeff" + SEMI).encode("utf-16-le")),
        SEMI.replace("note", "pr\xe9cision").encode("cp1252"),
        SEMI.replace("note", '"note, in words"'),
        SEMI.replace("valid", '"valid, accuracy"'),
        SEMI.replace("valid", "valid accuracy, percent"),
        PLAIN.replace("valid", '"valid; accuracy"'),
        PLAIN.replace("\n", ",,\n"),
        PLAIN.replace("arch,valid,note", "arch,valid,note,,"),
        PLAIN.replace("note", "").replace(",x", ",").replace(",y", ","),
        PLAIN + "\n,,\n  \n",
        "# written by a tool; two rows\n#\n\n" + PLAIN + "# the end, it is\n",
        PLAIN.replace("arch,valid", "arch, Valid Accuracy (%)").replace("50.5", " 50.5 %"),
        PLAIN.replace("arch", " Architecture ").replace("50.5", '"50.5"'),
        PLAIN.replace("50.5", "5.05e1").replace("60", "+60.0"),
        PLAIN.replace("note", '"a note\nover two lines"'),
        PLAIN.replace(",x", ',"so, 5 of them\nand, so, on\nsee 7"'),
        PLAIN.replace("x", "").replace("y", "#N/A"),
    ],
)
def test_every_dialect_is_the_same_table(read, text):
    table = read(text)
    assert table.values.tolist() == [50.5, 60.0]
    assert [SPACE.format(arch) for arch in SPACE.architectures(table.choices)] == [A, B]


@given(
    values=st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=5),
    separator=st.sampled_from(",;\t|"),
    decimal=st.sampled_from(".,"),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    packed=st.booleans(),
)
def test_what_is_written_is_read(
    values, separator, decimal, end, encoding, quoting, packed, tmp_path_factory
):
    # Elsewhere a comma before three digits may mean two things.
    decimal = decimal if separator == ";" else "."
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator=end, quoting=quoting)
    writer.writerow(["value", "note; of, all\t|sorts", "arch"])
    for number, arch in zip(values, SPACE, strict=False):
        writer.writerow([repr(number).replace(".", decimal), "\xe9;,\t|", SPACE.format(arch)])
    data = out.getvalue().encode(encoding)
    path = tmp_path_factory.getbasetemp() / "any_dialect.csv"
    path.write_bytes(gzip.compress(data) if packed else data)
    assert TableBenchmark.from_csv(path, space=SPACE).values.tolist() == values


def test_columns_of_one_name_matter_only_where_they_are_used(read):
    text = f'arch,valid,note,note\n"{A}",50,1,2\n'
    assert read(text).optimum == 50.0
    with pytest.raises(TableError, match="two columns named 'valid'"):
        read(text.replace("note,note", "note,valid"))


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1.234,5", "12,25", "2.000.000,5"], [1234.5, 12.25, 2000000.5]),
        (["1,234.5", "12.25", "1,234"], [1234.5, 12.25, 1234.0]),
        (["1,234", "2,345,678", "3"], [1234.0, 2345678.0, 3.0]),
        (["1.234,5", "1.234", "2"], [1234.5, 1234.0, 2.0]),
        (["1.234.567", "802.426", "7"], [1234567.0, 802426.0, 7.0]),
        (["91.234", "92.345", "93.456"], [91.234, 92.345, 93.456]),
        (["1.234e1", "0.5", "2.000"], [12.34, 0.5, 2.0]),
        (["1 234,5", "1\u202f000", "2\u00a0000\u00a0000"], [1234.5, 1000.0, 2000000.0]),
        (["1'234.5", "1\u2019000", "5"], [1234.5, 1000.0, 5.0]),
        (["1,234", "0,5", "7"], [1.234, 0.5, 7.0]),
        (["-1.5E-3", ".5", "5."], [-0.0015, 0.5, 5.0]),
    ],
)
@pytest.mark.parametrize("separator", [";", "\t", ","])
def test_numbers_of_other_countries(read, cells, expected, separator):
    rows = "".join(f'"{a}"{separator}"{c}"\n' for a, c in zip((A, B, C), cells, strict=True))
    assert read(f"arch{separator}value\n{rows}").values.tolist() == expected


def test_what_a_comma_before_three_digits_means_depends_on_the_file(read):
    assert read(f'arch;value\n"{A}";1,234\n').optimum == 1.234
    assert read(f'arch,value\n"{A}","1,234"\n').optimum == 1234.0
    counts = read(f"arch\tvalid\tparams\n{A}\t50\t1,234\n").columns["params"]
    assert counts.tolist() == [1234.0]
    with pytest.raises(TableError, match=r"row 1 .*'1,234' .*comma may mean two things"):
        read(f"arch\tvalue\n{A}\t1,234\n")


def test_two_decimal_marks_in_a_column_are_refused(read):
    with pytest.raises(TableError, match=r"row 2 .*'60,5' .*two decimal marks"):
        read(f'arch;value\n"{A}";50.5\n"{B}";60,5\n')


def test_points_before_three_digits_are_not_guessed_beside_a_decimal_comma(read):
    with pytest.raises(TableError, match=r"row 2 .*'60,5' .*two decimal marks"):
        read(f'arch;value\n"{A}";50.512\n"{B}";60,5\n')


@pytest.mark.parametrize("tail", ["", f'"{D}",80,end"\n'])
def test_a_quote_that_is_not_closed_takes_no_rows(read, tail):
    text = f'arch,valid,note\n"{A}",50,x\n"{B}",60,"oops\n{C[:7]},70,y\n{tail}'
    with pytest.raises(TableError, match=r"near line 3 .*holds other rows.*quote"):
        read(text)


def test_a_long_cell_is_told_as_such(read):
    text = f'arch,valid,note\n"{A}",50,{"x" * 200_000}\n'
    with pytest.raises(TableError, match=r"near line 2 .*field larger"):
        read(text)


def test_percent_signs_follow_the_unit(read):
    text = f'arch,valid_fraction\n"{A}",50.5%\n"{B}",0.6\n'
    assert read(text).values.tolist() == [0.505, 0.6]


@pytest.mark.parametrize(
    "cell", ["", "NA", "#N/A", "NaN", "-", "null", "#DIV/0!", " n/a ", "None", "#NV", "#WERT!"]
)
def test_missing_values_are_counted_and_said(read, cell, caplog):
    with caplog.at_level(logging.WARNING):
        table = read(f'arch,valid,test,seconds\n"{A}",{cell},{cell},{cell}\n"{B}",60,61,7\n')
    assert np.array_equal(table.values, [np.nan, 60.0], equal_nan=True)
    assert table.seconds.tolist() == [0.0, 7.0]
    assert "1 of 2 rows have no value of 'valid'" in caplog.text


@pytest.mark.parametrize(
    "cell", ["9_1", "\uff19\uff11", "\u0663", "inf", "-Infinity", "high", "1,2,3", "1e999", "0x10"]
)
def test_what_is_no_number_is_refused_where_it_is_searched_by_and_said_elsewhere(
    read, cell, caplog
):
    with pytest.raises(TableError, match=r"row 2 of mine.csv has .* in column 'value'"):
        read(f'arch,value\n"{A}",50\n"{B}","{cell}"\n')
    with caplog.at_level(logging.WARNING):
        table = read(f'arch,valid,params,seconds\n"{A}",50,"{cell}","{cell}"\n"{B}",60,7,7\n')
    assert np.array_equal(table.columns["params"], [np.nan, 7.0], equal_nan=True)
    assert table.seconds.tolist() == [0.0, 7.0]
    assert "1 of 2 cells in column 'params'" in caplog.text
    assert "in row 1" in caplog.text


def test_columns_that_nobody_needs_are_never_read(read, caplog):
    other = "high,9_1,1.07M,#N/A,inf,\uff19"
    header = "c100_valid,train_loss,foo,hash,valid_std,c100_params"
    text = f'arch,c10_valid,{header}\n"{A}",50,{other}\n'
    assert read(text, dataset="c10").optimum == 50.0
    assert not caplog.records


def test_counts_may_have_a_letter_behind_them(read, caplog):
    cells = [("1.07M", 1.07e6), ("3k", 3e3), ("2 G", 2e9), ("1.5 b", 1.5e9)]
    rows = "".join(f'"{a}",50,"{cell}"\n' for a, (cell, _) in zip((A, B, C, D), cells, strict=True))
    table = read("arch,valid,macs\n" + rows)
    assert table.columns["macs"].tolist() == [number for _, number in cells]
    table = read(f'arch,valid,latency_ms\n"{A}",50,1.07M\n')
    assert np.isnan(table.columns["latency_ms"]).all()
    assert "'1.07M'" in caplog.text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"arch,valid\n{A},50\n", "row 1 of mine.csv has 5 cells, expected 2"),
        (f'arch,valid,test\n"{A}",50,51\n"{B}",5\n', "row 2 of mine.csv has 2 cells"),
        (f'arch,valid\n"{A}",50\n"{B},50\n', "row 2 of mine.csv has 1 cells"),
        (b"PK\x03\x04\x14\0", "a workbook or zip archive"),
        (b"BZh91AY", "packed by bzip2"),
        ("arch,valid\n".encode("utf-16-le"), "bytes of zero"),
        (b"\0" * 100, "bytes of zero"),
        ("# only a comment\n\n", "is empty"),
        ("sep=;\n", "is empty"),
        (',,,\n;;"";\n', "is empty"),
        ("sep=x\narchxvalid\n", "0 columns of architectures"),
        ('sep="\narch,valid\n', "0 columns of architectures"),
    ],
)
def test_what_is_no_table_is_refused_in_one_sentence(read, text, words):
    with pytest.raises(TableError, match=words) as caught:
        read(text)
    assert "\n" not in str(caught.value)

import numpy as np

from archscout._common.reading import read_table


def test_columns_are_whole_numbers_numbers_or_text(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("strategy,labels,value,odd\n7,20,0.5,9_1\n8,21,,\uff19\n")
    table = read_table(path)
    assert table["strategy"].tolist() == ["7", "8"]
    assert table["labels"].tolist() == [20, 21]
    assert np.array_equal(table["value"], [0.5, np.nan], equal_nan=True)
    assert table["odd"].tolist() == ["9_1", "\uff19"]

"""Which rows are labeled and scored: paired, nested, fixed halves, failed rows left out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from archscout.benchmarks import TableBenchmark
from archscout.errors import SettingsError, UnknownNameError
from archscout.experiments.ranking._protocols import (
    Split,
    draw_labels,
    make_split,
    read_labels,
    read_protocol,
)

ROWS = 300
PINNED = [4, 5, 6, 7, 8, 10, 11, 12]


def load(path: Path, **settings: object) -> TableBenchmark:
    return TableBenchmark.from_csv(path, space="nasbench201", **settings)  # type: ignore[arg-type]


def texts(table: TableBenchmark, rows: np.ndarray) -> set[str]:
    return set(map(table.space.format, table.space.architectures(table.choices[rows])))


class TestSplit:
    def test_a_scores_the_whole_table(self, table: Path) -> None:
        split = make_split(load(table), "a")
        assert split.pool.tolist() == split.scored.tolist() == list(range(ROWS))

    def test_b_halves_do_not_meet_and_do_not_depend_on_the_order(
        self, table: Path, write_table: Callable[..., Path], tmp_path: Path
    ) -> None:
        forward, back = load(table), load(write_table(tmp_path / "back.csv", backwards=True))
        one, other = make_split(forward, "b"), make_split(back, "b")
        assert len(one.pool) == len(one.scored) == ROWS // 2
        assert not set(one.pool) & set(one.scored)
        assert one.pool.tolist() != other.pool.tolist()
        assert texts(forward, one.pool) == texts(back, other.pool)

    def test_the_halves_stay_what_they_are(self, table: Path) -> None:
        # Another hash would be another benchmark: published figures would no longer compare.
        assert make_split(load(table), "b").pool[:8].tolist() == PINNED

    def test_failed_rows_are_in_no_part(
        self, write_table: Callable[..., Path], tmp_path: Path
    ) -> None:
        broken = range(0, 100)
        table = load(write_table(tmp_path / "made.csv", broken=broken), run="random")
        for protocol in ("a", "b"):
            split = make_split(table, protocol)  # type: ignore[arg-type]
            assert not set(broken) & (set(split.pool) | set(split.scored))
            assert len(set(split.pool) | set(split.scored)) == 200
            draw = draw_labels(table, split, 50, None, 3)
            assert np.isfinite(draw.values[draw.labeled]).all()

    def test_names_of_protocols(self) -> None:
        assert (read_protocol("A"), read_protocol("b")) == ("a", "b")
        with pytest.raises(UnknownNameError, match="no protocol is named 'c'"):
            read_protocol("c")


class TestDraw:
    def test_fewer_labels_are_among_more(self, table: Path) -> None:
        bench = load(table)
        split = make_split(bench, "a")
        few, many = (draw_labels(bench, split, n, 30, 4) for n in (20, 50))
        assert set(few.labeled) < set(many.labeled)
        assert (len(few.labeled), len(many.labeled)) == (20, 50)
        for draw in (few, many):
            assert not set(draw.labeled) & set(draw.unlabeled)
            assert len(draw.unlabeled) == 30
        other = draw_labels(bench, split, 20, 30, 5)
        assert set(few.labeled) != set(other.labeled)

    def test_all_unlabeled_and_none(self, table: Path) -> None:
        bench = load(table)
        split = make_split(bench, "b")
        everything = draw_labels(bench, split, 20, None, 0)
        assert len(everything.unlabeled) == ROWS // 2 - 20
        assert not set(everything.unlabeled) & set(split.scored)
        assert len(draw_labels(bench, split, 20, 0, 0).unlabeled) == 0
        assert len(draw_labels(bench, split, 20, 10**6, 0).unlabeled) == ROWS // 2 - 20

    def test_a_single_run_is_the_same_for_every_number_of_labels(self, table: Path) -> None:
        bench = load(table, run="random")
        split = make_split(bench, "a")
        few, many = (draw_labels(bench, split, n, 0, 4).values for n in (20, 50))
        np.testing.assert_array_equal(few, many)
        assert (few[:, None] == bench.runs).any(axis=1).all()
        assert 0.3 < (few == bench.runs[:, 0]).mean() < 0.7
        assert (draw_labels(bench, split, 20, 0, 5).values != few).any()

    def test_the_mean_is_the_label_otherwise(self, table: Path) -> None:
        bench = load(table)
        np.testing.assert_array_equal(
            draw_labels(bench, make_split(bench, "a"), 20, 0, 4).values, bench.values
        )


ONE_HUNDRED = np.arange(100)
A, B = Split("a", ONE_HUNDRED, ONE_HUNDRED), Split("b", ONE_HUNDRED, ONE_HUNDRED)


class TestLabels:
    def test_numbers_and_shares(self) -> None:
        assert read_labels("50,20, 20", A) == [20, 50]
        assert read_labels(["29%", 98], A) == [29, 98]
        assert read_labels(7, A) == [7]
        assert read_labels("100%", B) == [100]
        split = Split("b", np.arange(7813), np.arange(7812))
        assert read_labels("1%,5%,10%", split) == [78, 390, 781]

    @pytest.mark.parametrize(
        ("labels", "words"),
        [
            ("99", "at most 98"),
            ("1", "at least 2"),
            ("1%", "at least 2"),
            ("", "no numbers of labels"),
            ("many", "got 'many' labels"),
            ("101%", "at most 100 %"),
            ("2.5", "got '2.5' labels"),
            ([2.5], "got 2.5 labels"),
            ("nan%", "got 'nan%'"),
            ("9_1", "got '9_1'"),
            ("1_0%", "got '1_0%'"),
            ("\uff19", "got '\uff19'"),
        ],
    )
    def test_wrong_numbers_get_one_sentence(self, labels: str, words: str) -> None:
        with pytest.raises(SettingsError, match=words) as raised:
            read_labels(labels, A)
        assert "\n" not in str(raised.value)

    def test_more_than_the_half_has(self) -> None:
        with pytest.raises(SettingsError, match="pool of labels of protocol B has 100"):
            read_labels("101", B)

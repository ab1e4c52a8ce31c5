import csv
import itertools
import json
import math
import re
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archscout._common.saying import say_number
from archscout.errors import ArchscoutError, SettingsError, StorageError, UnknownNameError
from archscout.experiments import BenchmarkSpec, compare
from archscout.experiments.comparison._sentences import say_test
from archscout.plugins import Entry
from archscout.reports import report
from archscout.reports._comparison_curves import anytime_curves
from archscout.reports._comparison_words import summary_words
from archscout.reports._curves import chart_of
from archscout.reports._paper import figure_of, spread
from archscout.results._load import load_result
from archscout.spaces import load_space
from archscout.strategies import STRATEGIES
from archscout.strategies.random_search import RandomSearch

SPACE = load_space("nasbench201")
ROWS = 400


def write_table(path, *, test=True, broken=(), runs=2):
    """A made-up table: quality grows with convolutions, with noise of known size."""
    rng = np.random.default_rng(1)
    choices = SPACE.all_choices()[rng.permutation(len(SPACE))[:ROWS]]
    quality = 80 + 1.5 * (choices == 3).sum(1) + (choices == 2).sum(1) - (choices == 0).sum(1)
    quality = quality + rng.normal(0, 0.3, ROWS)
    header = ["arch", *(f"valid_run{run}" for run in range(runs)), "seconds"] + ["test"] * test
    noise = rng.normal(0, 0.6, (ROWS, 3))
    with Path(path).open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        for i, arch in enumerate(SPACE.architectures(choices)):
            valid = ["" if i in broken else quality[i] + noise[i, run] for run in range(runs)]
            writer.writerow([SPACE.format(arch), *valid, 60.0] + [quality[i] + 3] * test)
    return Path(path)


def spec_of(path, **more):
    return BenchmarkSpec.from_csv(path, space="nasbench201", **{"run": "random", **more})


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    return write_table(tmp_path_factory.mktemp("table") / "made.csv")


def run(table, out=None, strategies=("random", "evolution", "local"), **more):
    arguments = {"labels": 60, "seeds": 4, "workers": 1, "checkpoints": (20,), **more}
    spec = table if isinstance(table, BenchmarkSpec) else spec_of(table)
    return compare("nasbench201", spec, strategies, out=out, **arguments)


@pytest.fixture(scope="module")
def saved(table, tmp_path_factory):
    folder = tmp_path_factory.mktemp("saved")
    return run(table, folder), folder


@pytest.mark.slow
class TestOutputs:
    @pytest.mark.slow
    def test_the_page_is_written_again_from_what_was_saved(self, saved, tmp_path):
        comparison, folder = saved
        again = load_result(folder)
        assert again.to_dict() == comparison.to_dict()
        pd.testing.assert_frame_equal(again.summary, comparison.summary)
        for ours, theirs in zip(again.curves, comparison.curves, strict=True):
            np.testing.assert_array_equal(
                ours.regrets["test regret"], theirs.regrets["test regret"]
            )
        page = report(again, tmp_path)
        assert page.name == "comparison.html"
        assert page.read_text() == (folder / "comparison.html").read_text()

    def test_all_files_are_there_and_agree(self, saved):
        comparison, folder = saved
        labels = pd.read_csv(folder / "labels.csv")
        assert len(labels) == 3 * 4 * 60
        assert (
            labels.groupby(["strategy", "seed"])
            .number.apply(list)
            .map(lambda numbers: numbers == list(range(60)))
            .all()
        )
        assert list(pd.read_csv(folder / "summary.csv").strategy) == [
            "random", "evolution", "local", "parameter count", "MACs",
        ]  # fmt: skip
        tests = pd.read_csv(folder / "tests.csv")
        assert len(tests) == 2 * 2 * 3
        record = json.loads((folder / "comparison.json").read_text())
        assert record == json.loads(json.dumps(comparison.to_dict()))
        assert record["manifest"]["versions"]["archscout"]
        assert record["manifest"]["seeds"] == list(range(4))
        assert (folder / "anytime.png").read_bytes().startswith(b"\x89PNG")
        assert not list(folder.glob(".*.part"))

    def test_seeds_are_paired(self, saved):
        labels = saved[0].labels
        first = labels[labels.number == 0].pivot(index="seed", columns="strategy")
        for column in ("architecture", "value"):
            assert (first[column]["random"] == first[column]["evolution"]).all()
        assert labels[labels.number == 0].architecture.nunique() > 1

    def test_regret_follows_from_the_labels(self, saved, table):
        comparison, folder = saved
        bench = spec_of(table).load()
        labels = pd.read_csv(folder / "labels.csv")
        finals = {"test": [], "validation": []}
        for _, rows in labels[labels.strategy == "evolution"].groupby("seed"):
            winner = rows.loc[rows.value.idxmax()]
            arch = SPACE.parse(winner.architecture)
            finals["test"].append(bench.test_optimum - bench.test_value(arch))
            finals["validation"].append(bench.optimum - winner.mean_value)
            last = rows.iloc[-1]
            assert last.best_so_far == winner.value
            assert last.incumbent_test_value == pytest.approx(winner.test_value)
            assert last.incumbent_mean_value == pytest.approx(winner.mean_value)
        row = comparison.summary.set_index("strategy").loc["evolution"]
        for measure, values in finals.items():
            assert row[f"{measure}_regret_median"] == pytest.approx(np.median(values))
            assert row[f"{measure}_regret_mean"] == pytest.approx(np.mean(values))
            low, high = row[f"{measure}_regret_low"], row[f"{measure}_regret_high"]
            assert min(values) <= low <= row[f"{measure}_regret_median"] <= high <= max(values)

    def test_labels_to_the_best_follow_from_the_labels(self, saved, table):
        comparison, _ = saved
        top10 = np.sort(spec_of(table).load().values)[-10]
        counts = []
        for _, rows in comparison.labels[comparison.labels.strategy == "local"].groupby("seed"):
            reached = rows.number[rows.mean_value >= top10]
            counts.append(61 if reached.empty else reached.iloc[0] + 1)
        row = comparison.summary.set_index("strategy").loc["local"]
        assert row.labels_to_top10_mean == pytest.approx(np.mean(counts))
        assert row.labels_to_top10_reached == sum(count <= 60 for count in counts)

    def test_tests_have_the_right_sign(self, saved):
        comparison, _ = saved
        final = comparison.curves[0].regrets["test regret"][:, -1]
        other = comparison.curves[2].regrets["test regret"][:, -1]
        row = comparison.tests.query(
            "strategy == 'local' and labels == 60 and measure == 'test regret'"
        ).iloc[0]
        assert row.mean_difference == pytest.approx((final - other).mean())
        assert row.wins == (other < final).sum()
        assert (comparison.tests.p_holm >= comparison.tests.p_value).all()
        assert row.sentence.startswith("local ")

    def test_trivial_baselines(self, saved, table):
        bench = spec_of(table).load()
        params = [SPACE.params(arch) for arch in SPACE.architectures(bench.choices)]
        largest = np.flatnonzero(np.array(params) == max(params))
        expected = (bench.test_optimum - bench.test_values[largest]).mean()
        trivial = saved[0].yardsticks.trivial[0]
        assert (trivial.name, trivial.tied) == ("parameter count", len(largest))
        assert trivial.test_regret == pytest.approx(expected)
        assert SPACE.params(SPACE.parse(trivial.architecture)) == max(params)

    def test_few_seeds_are_said_on_every_output(self, saved):
        comparison, folder = saved
        for name in ("comparison.json", "comparison.html", "summary.csv", "tests.csv"):
            assert "only 4 seeds" in (folder / name).read_text(), name
        curves = anytime_curves(comparison)
        assert any("only 4 seeds" in text.get_text() for text in figure_of(curves).texts)
        assert any("only 4 seeds" in text for text in chart_of(curves).about)

    def test_plot_names_every_line(self, saved):
        axes = figure_of(anytime_curves(saved[0])).axes[0]
        names = {text.get_text() for text in axes.texts}
        assert {"random (baseline)", "evolution", "local", "all 400 bought once"} <= names
        assert any(name.startswith("noise:") for name in names)
        assert any("parameters" in name for name in names)

    def test_page_draws_what_the_plot_draws(self, saved):
        curves = anytime_curves(saved[0])
        chart = chart_of(curves)
        told = [entry["name"].partition(":")[0] for entry in chart.legend]
        levels = [level.name for level in curves.levels]
        assert told == ["random (baseline)", "evolution", "local", *levels, "noise"]
        bands = [trace for trace in chart.traces if trace.get("fill")]
        assert [band["name"] for band in bands] == [*told[:3], chart.legend[-1]["name"]]
        for curve, band in zip(curves.curves, bands, strict=False):
            assert len(band["x"]) == 2 * len(curve.band_x) == 2 * saved[0].budget
            assert (curve.low <= curve.y[curve.band_x.astype(int) - 1] + 1e-9).all()
        line = next(trace for trace in chart.traces if trace.get("text"))
        assert re.fullmatch(
            r"random \(baseline\)<br>[\d.]+ \[[\d.]+, [\d.]+\]<br>labels bought: 1", line["text"][0]
        )

    def test_page_is_offline_and_holds_tables(self, saved):
        page = (saved[1] / "comparison.html").read_text()
        assert '<th scope="row">versions archscout</th>' in page
        assert not re.search(r"(?:src|href)=", page.partition("<script>")[0])
        assert page.count("window.Plotly = Plotly") == 1
        assert len(page.encode()) < 2_000_000
        assert "data:image" not in page.partition("<script>")[0]
        for finding in saved[0].findings:
            assert finding.split("(")[0] in page
        header, rows = summary_words(saved[0])
        assert all(len(row) == len(header) for row in rows)

    @pytest.mark.slow
    def test_no_folder_nothing_written(self, saved, table, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        again = run(table)
        assert not list(tmp_path.iterdir())
        pd.testing.assert_frame_equal(again.labels, saved[0].labels)
        pd.testing.assert_frame_equal(again.tests, saved[0].tests)

    @pytest.mark.slow
    def test_processes_change_nothing(self, saved, table):
        again = run(table, workers=2)
        pd.testing.assert_frame_equal(again.labels, saved[0].labels)


class TestResume:
    @pytest.mark.slow
    def test_only_what_is_missing_or_damaged_is_run(self, saved, table, tmp_path):
        run(table, tmp_path, seeds=3)
        part = next(tmp_path.glob("parts/local.seed2.json"))
        part.write_text(part.read_text().replace("8", "9"))
        next(tmp_path.glob("parts/random.seed0.json")).write_text("{")
        next(tmp_path.glob("parts/evolution.seed1.json")).unlink()
        told = []
        again = run(table, tmp_path, on_done=told.append)
        fresh = {(p.name, p.seed) for p in told if not p.resumed}
        assert {("local", 2), ("random", 0), ("evolution", 1)} < fresh
        assert len(fresh) == 3 + 3
        assert sorted(p.done for p in told) == list(range(1, 13))
        pd.testing.assert_frame_equal(again.labels, saved[0].labels)
        pd.testing.assert_frame_equal(again.tests, saved[0].tests)

    @pytest.mark.slow
    @pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
    def test_after_a_kill_it_goes_on(self, saved, table, tmp_path):
        out = tmp_path / "out"
        script = (
            "import os, signal, sys\n"
            "from archscout.experiments import BenchmarkSpec, compare\n"
            "def die(progress):\n"
            "    if progress.done == 2:\n        os.kill(os.getpid(), signal.SIGKILL)\n"
            "spec = BenchmarkSpec.from_csv(sys.argv[1], space='nasbench201', run='random')\n"
            "compare('nasbench201', spec, ['random', 'evolution', 'local'], 60, 4, workers=1,\n"
            "        checkpoints=(20,), out=sys.argv[2], on_done=die)\n"
        )
        command = [sys.executable, "-c", script, str(table), str(out)]
        assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
        told = []
        again = run(table, out, on_done=told.append)
        assert sum(p.resumed for p in told) == 2
        pd.testing.assert_frame_equal(again.labels, saved[0].labels)

    @pytest.mark.slow
    def test_the_folder_of_another_comparison_is_refused(self, saved, table, tmp_path):
        _, folder = saved
        before = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
        other = write_table(tmp_path / "made.csv", runs=3)
        with pytest.raises(StorageError, match="labels 60 there, 61 here"):
            run(table, folder, labels=61)
        with pytest.raises(StorageError, match="holds another comparison"):
            run(other, folder)
        with pytest.raises(StorageError, match="holds another comparison"):
            run(table, folder, dedup="isomorphic")
        with pytest.raises(StorageError, match="sample"):
            run(table, folder, settings={"evolution": {"sample": 3}})
        assert {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()} == before

    def test_unknown_or_unwritable_folders_are_refused(self, table, tmp_path):
        (tmp_path / "labels.csv").write_text("mine")
        with pytest.raises(StorageError, match=r"no plan\.json"):
            run(table, tmp_path)
        (tmp_path / "file").write_text("")
        with pytest.raises(StorageError, match="cannot use the folder"):
            run(table, tmp_path / "file")
        (tmp_path / "damaged").mkdir()
        (tmp_path / "damaged" / "plan.json").write_text("{")
        with pytest.raises(StorageError, match="damaged"):
            run(table, tmp_path / "damaged")


class Fragile(RandomSearch):
    """Breaks on one seed, or proposes only a few."""

    def __init__(self, space, rng, *, pool=None, proposals=10**9):
        super().__init__(space, rng, pool=pool)
        self.left = proposals
        self.breaks = bool(rng.bit_generator.seed_seq.entropy == 1) and proposals == 10**9

    def ask(self, n=1):
        if self.breaks:
            raise RuntimeError("the strategy broke")
        self.left -= 1
        return super().ask(n) if self.left >= 0 else []


@pytest.fixture
def fragile(monkeypatch):
    monkeypatch.setitem(STRATEGIES._entries, "fragile", Entry(f"{__name__}:Fragile", "breaks"))


class TestHonesty:
    @pytest.mark.slow
    def test_a_failed_search_is_named_and_left_out_of_the_pairs(self, table, tmp_path, fragile):
        told = []
        got = run(table, tmp_path, ["random", "fragile"], seeds=4, labels=20, on_done=told.append)
        assert any("fragile with seed 1 failed" in warning for warning in got.warnings)
        assert set(got.tests.seeds) == {3}
        assert dict(zip(got.summary.strategy, got.summary.seeds, strict=True))["fragile"] == 3
        assert [p.failure for p in told if p.failure] == ["RuntimeError: the strategy broke"]
        assert "the strategy broke" in (tmp_path / "comparison.html").read_text()
        assert not list(tmp_path.glob("parts/fragile.seed1*"))

    def test_an_early_end_is_named_and_keeps_its_incumbent(self, table, fragile):
        got = run(
            table, strategies=["random", "fragile"], settings={"fragile": {"proposals": 7}},
            seeds=3, labels=20,
        )  # fmt: skip
        assert any("fragile ended before its budget on 3 of 3 seeds" in w for w in got.warnings)
        curve = got.curves[1].regrets["test regret"]
        assert curve.shape == (3, 20)
        assert (curve[:, 6:] == curve[:, 6:7]).all()
        np.testing.assert_array_equal(curve[:, :7], got.curves[0].regrets["test regret"][:, :7])

    @pytest.mark.slow
    def test_a_table_without_test_values_says_so(self, tmp_path):
        path = write_table(tmp_path / "made.csv", test=False)
        got = run(path, tmp_path / "out", ["random", "local"], seeds=2, labels=30)
        assert got.yardsticks.headline == "validation regret"
        assert "test regret" not in set(got.tests.measure)
        for name in ("comparison.json", "comparison.html", "summary.csv", "tests.csv"):
            assert "no test values" in (tmp_path / "out" / name).read_text(), name
        curves = anytime_curves(got)
        assert any("no test values" in text.get_text() for text in figure_of(curves).texts)
        assert any("no test values" in text for text in chart_of(curves).about)

    @pytest.mark.slow
    def test_failed_labels_count_and_keep_the_incumbent(self, tmp_path):
        path = write_table(tmp_path / "made.csv", broken=range(0, ROWS, 2))
        got = run(path, strategies=["random"], seeds=2)
        failed = got.labels.value.isna()
        assert 20 < failed.sum() < 100
        assert got.summary.failed_labels[0] == failed.sum()
        assert len(got.labels) == 120
        for _, rows in got.labels.groupby("seed"):
            np.testing.assert_array_equal(rows.best_so_far, rows.value.cummax().ffill())
        curve = got.curves[0].regrets["test regret"]
        assert np.isfinite(curve).all()

    def test_never_reached_is_a_lower_bound(self, table):
        got = run(table, labels=2, seeds=3, strategies=["random", "local"])
        _, rows = summary_words(got)
        assert rows[0][4] == "> 2 (0 of 3)"
        assert any(s.startswith("neither local nor random bought") for s in got.tests.sentence)

    def test_means_of_runs_are_called_what_they_are(self, table):
        few = {"seeds": 2, "labels": 5, "strategies": ["random"]}
        noisy, mean = run(table, **few), run(spec_of(table, run="mean"), **few)
        assert "one training run" in noisy.notes[0]
        assert "mean of an architecture's training runs" in mean.notes[0]
        assert noisy.yardsticks.bought_out_validation_regret > 0
        assert mean.yardsticks.bought_out_validation_regret == 0
        bench = spec_of(table).load()
        assert noisy.yardsticks.run_std == bench.noise()["run_std"]

    @pytest.mark.slow
    def test_lower_is_better_where_the_table_says_so(self, table):
        spec = spec_of(table, direction="minimize")
        got = run(spec, strategies=["random", "local"], seeds=3, labels=20)
        bench = spec.load()
        assert got.yardsticks.optimum == bench.values.min()
        assert got.yardsticks.bought_out_validation_regret < 2
        assert got.yardsticks.worst_validation_regret > 5
        final = got.curves[0].regrets["validation regret"]
        assert (final >= 0).all()
        for _, rows in got.labels.groupby(["strategy", "seed"]):
            assert rows.best_so_far.iloc[-1] == rows.value.min()
            curve = got.curves[["random", "local"].index(rows.strategy.iloc[0])]
            expected = bench.test_values.min()
            regret = curve.regrets["test regret"][rows.seed.iloc[0], -1]
            assert regret == pytest.approx(rows.incumbent_test_value.iloc[-1] - expected)

    @pytest.mark.slow
    def test_one_seed_shows_nothing(self, table, tmp_path):
        got = run(table, tmp_path, ["random", "local"], seeds=1, labels=20)
        assert all("shows nothing" in s or "equal" in s or "neither" in s for s in got.findings)
        assert got.tests.low.isna().all()

    @pytest.mark.slow
    def test_missing_random_search_is_said(self, table):
        got = run(table, strategies=["local", "evolution"], baseline="local", seeds=1, labels=51)
        assert any("random search is not among" in warning for warning in got.warnings)

    @pytest.mark.slow
    def test_a_strategy_beside_itself_and_text_is_not_markup(self, table, tmp_path):
        named = {"random": "random", "<b>x</b>/..": "random"}
        got = run(table, tmp_path, named, seeds=3, labels=5)
        assert (got.tests.ties == 3).all()
        page = (tmp_path / "comparison.html").read_text()
        assert "<b>x" not in page
        assert "&lt;b&gt;x" in page
        assert len(list(tmp_path.glob("parts/*.json"))) == 6


class TestQuestions:
    @pytest.mark.parametrize(
        ("change", "error", "words"),
        [
            ({"strategies": ["random", "evolutoin"]}, UnknownNameError, "did you mean 'evolution'"),
            ({"strategies": ["local"]}, SettingsError, "baseline 'random'"),
            ({"strategies": ["random", "random"]}, SettingsError, "twice"),
            ({"seeds": 0}, SettingsError, "seeds=0"),
            ({"seeds": [1, 1]}, SettingsError, "different seeds"),
            ({"seeds": [-1]}, SettingsError, "seeds of 0 or more"),
            ({"labels": 0}, SettingsError, "labels=0"),
            ({"labels": ROWS + 1}, SettingsError, str(ROWS)),
            ({"workers": 0}, SettingsError, "workers=0"),
            ({"settings": {"tpe": {}}}, SettingsError, "'tpe'"),
            ({"settings": {"evolution": {"nothing": 1}}}, SettingsError, "nothing"),
            ({"strategies": ["random", "nao"], "labels": 4}, SettingsError, "strategy 'nao'"),
        ],
    )
    def test_wrong_questions_get_one_sentence_and_leave_nothing_behind(
        self, table, tmp_path, change, error, words
    ):
        with pytest.raises(error, match=words) as raised:
            run(table, tmp_path / "out", **change)
        assert "\n" not in str(raised.value)
        assert not list(tmp_path.iterdir())

    def test_the_table_must_be_of_the_space(self, table):
        with pytest.raises(SettingsError, match="nasbench201"):
            compare("nasbench101", spec_of(table), ["random"], labels=5, seeds=2, workers=1)

    def test_a_baseline_that_always_fails_is_an_error(self, table, fragile):
        with pytest.raises(ArchscoutError, match="no search of the baseline 'fragile'"):
            run(table, strategies=["fragile"], baseline="fragile", seeds=[1])

    def test_a_changed_file_is_read_again(self, tmp_path):
        spec = spec_of(write_table(tmp_path / "made.csv", runs=3))
        before = spec.load()
        assert spec.load() is before
        write_table(tmp_path / "made.csv", runs=2)
        assert spec.load().digest() != before.digest()

    def test_a_spec_is_a_plain_value(self, table):
        spec = spec_of(table, dataset=None)
        assert spec == spec_of(str(table))
        assert hash(spec) == hash(spec_of(table))
        assert spec.to_dict() == {"file": "made.csv", "space": "nasbench201", "run": "random"}
        with pytest.raises(SettingsError, match="worker"):
            BenchmarkSpec.named("nasbench201", schema={"a": 1})


ROW = {
    "strategy": "a", "baseline": "b", "labels": 300, "measure": "test regret",
    "mean_difference": 0.41, "low": 0.30, "high": 0.52, "p_value": 1e-6, "p_holm": 1e-5,
    "seeds": 20, "wins": 20, "ties": 0, "losses": 0,
    "never_reached": 0, "baseline_never_reached": 0,
}  # fmt: skip


class TestWords:
    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({}, "a is better than b by 0.41 [0.30, 0.52] points of test regret after 300 labels "),
            (
                {"mean_difference": -0.41, "low": -0.52, "high": -0.3, "wins": 0, "losses": 20},
                "a is worse than b by 0.41 [0.30, 0.52] points of test regret after 300 labels ",
            ),
            ({"p_holm": 0.2}, "a looks better than b by 0.41 [0.30, 0.52] points of test regret "),
            ({"low": -0.1}, "a and b cannot be told apart after 300 labels: a is ahead by 0.41 "),
            ({"ties": 20, "mean_difference": 0.0}, "a and b are equal in test regret after 300 "),
            (
                {"measure": "labels to top 1", "mean_difference": 45, "low": 30, "high": 60},
                "a needs 45 [30, 60] fewer labels than b to the best architecture within 300 ",
            ),
        ],
    )
    def test_sentences(self, change, words):
        assert say_test({**ROW, **change}, "points", 9).startswith(words)

    def test_doubt_and_censoring_are_said(self):
        assert "not beyond doubt" in say_test({**ROW, "p_holm": 0.2}, "points", 9)
        row = {**ROW, "measure": "labels to top 1", "baseline_never_reached": 7}
        said = say_test(row, "points", 9)
        assert "not reached on 0 against 7 seeds, each counted as 301" in said

    @pytest.mark.parametrize("leads", [True, False])
    def test_whoever_leads_in_the_mean_is_said_to_lead_and_to_win(self, leads):
        sign = 1 if leads else -1
        ends = sorted([sign * -0.02, sign * 0.05])
        row = {
            **ROW, "seeds": 8, "mean_difference": sign * 0.013, "low": ends[0], "high": ends[1],
            "wins": 5 if leads else 2, "ties": 1, "losses": 2 if leads else 5, "p_holm": 0.6,
            "median_difference": sign * 0.01,
        }  # fmt: skip
        first = "a" if leads else "b"
        said = say_test(row, "points", 9)
        assert f"{first} is ahead by 0.01 [-0.02, 0.05] points" in said
        assert f"({first} better on 5 of 8 seeds, worse on 2, equal on 1; p = 0.600" in said
        assert "yet" not in said

    def test_mean_wins_and_median_that_disagree_are_said(self):
        row = {**ROW, "low": -0.1, "wins": 6, "losses": 14, "median_difference": -0.05}
        said = say_test(row, "points", 9)
        assert "a is ahead by 0.41" in said
        assert "a better on 6 of 20 seeds, worse on 14" in said
        assert "yet b is better on more seeds; yet b is ahead in the median" in said
        said = say_test({**row, "mean_difference": 0.0}, "points", 9)
        assert "their means are equal" in said
        assert "ahead by" not in said

    @pytest.mark.parametrize(("seeds", "ties"), [(2, 0), (5, 0), (20, 15)])
    def test_too_few_seeds_never_show_a_difference(self, seeds, ties):
        wins = seeds - ties
        row = {**ROW, "seeds": seeds, "wins": wins, "ties": ties, "p_holm": 2 / 2**wins}
        said = say_test(row, "points", 1)
        assert said.startswith("a and b cannot be told apart after 300 labels, as ")
        assert f"the least possible p is {2 / 2**wins:.3g}" in said
        assert "looks better" not in said

    def test_one_of_anything_is_singular(self):
        row = {**ROW, "labels": 1, "seeds": 1, "wins": 0, "losses": 1, "low": math.nan}
        said = say_test({**row, "high": math.nan, "mean_difference": -1.0}, "points", 1)
        assert said == (
            "b is ahead of a by 1.00 points of test regret after 1 label on the only seed, which "
            "shows nothing"
        )

    def test_zero_has_no_sign(self):
        assert say_number(-0.2, "labels") == "0"
        assert say_number(-0.001, "points") == "0.00"
        assert say_number(-0.01, "points") == "-0.01"

    @pytest.mark.slow
    @settings(max_examples=100)
    @given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
    def test_names_beside_the_plot_never_touch(self, wanted):
        wanted = sorted(wanted)
        places = spread(wanted, [0.05] * len(wanted))
        assert all(b - a >= 0.05 - 1e-9 for a, b in itertools.pairwise(places))
        if all(b - a >= 0.06 for a, b in itertools.pairwise(wanted)):
            np.testing.assert_allclose(places, np.clip(wanted, -0.005, 1.015), atol=1e-9)

    @pytest.mark.slow
    def test_a_regret_of_zero_is_drawn(self, tmp_path):
        path = write_table(tmp_path / "made.csv")
        got = run(spec_of(path, run="mean"), labels=ROWS, seeds=2, strategies=["random"])
        axis = anytime_curves(got, "validation regret").y
        assert got.curves[0].regrets["validation regret"][:, -1].max() == 0
        assert axis.ends[0] == axis.low == 0.0
        assert axis.marks[0] == (0.0, "0")
        assert all(math.isfinite(place) for place, _ in axis.marks)

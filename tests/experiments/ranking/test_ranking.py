"""A whole ranking: its tables and files, paired seeds, resuming, failures, caveats."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest

import archscout
from archscout.errors import ArchscoutError, SettingsError, StorageError, UnknownNameError
from archscout.experiments import BenchmarkSpec, ExperimentProgress, Ranking, rank
from archscout.experiments.ranking._protocols import draw_labels, make_split
from archscout.experiments.ranking._sentences import say_test
from archscout.plugins import Entry
from archscout.predictors import PREDICTORS, Posterior, Predictor
from archscout.reports import report
from archscout.reports._curves import chart_of
from archscout.reports._paper import figure_of, panels_of
from archscout.reports._ranking_curves import calibration_curves, tau_curves
from archscout.reports._ranking_words import figure_words, tau_words
from archscout.results._rank_yardsticks import RankYardsticks
from archscout.results._ranking import say_leaders
from archscout.stats import kendall_tau

ROWS = 300
SEEN: list[tuple[int, Any, Any, Any]] = []


class Scripted(Predictor):
    """Counts convolutions, notes what it is given, and fails where its settings say so."""

    def __init__(
        self, space: Any, rng: Any, *, fails: str = "", noise: float = 0.0, spread: float = 1.0
    ) -> None:
        super().__init__(space, rng)
        self.fails, self.noise, self.spread = fails, noise, spread

    def fit(self, archs: Any, values: Any, unlabeled: Any = None) -> Scripted:
        SEEN.append((len(values), archs, values, unlabeled))
        if self.fails == "error" or (self.fails == "few" and len(values) < 20):
            raise SettingsError(f"{len(values)} labels are too few for the fold")
        if self.fails == "bug":
            raise ZeroDivisionError("a bug")
        return self

    def predict(self, archs: Any) -> Posterior:
        choices = self.space.as_choices(archs)
        mean = 80 + 1.5 * (choices == 3).sum(axis=1) + (choices == 2).sum(axis=1)
        mean = mean + self.noise * self.rng.normal(size=len(mean))
        if self.fails == "nan":
            mean = np.full(len(mean), np.nan)
        if self.fails == "constant":
            mean = np.full(len(mean), 80.0)
        return Posterior(mean, np.full(len(mean), self.spread))


@pytest.fixture(autouse=True)
def _scripted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PREDICTORS._entries, "scripted", Entry(f"{__name__}:Scripted", "counts"))
    SEEN.clear()


def spec_of(path: Path, **more: Any) -> BenchmarkSpec:
    return BenchmarkSpec.from_csv(path, space="nasbench201", **more)


NOISY = {"noisy": "scripted", "quiet": "scripted"}
SETTINGS = {"noisy": {"noise": 3.0}}


def run(
    path: Path | BenchmarkSpec, predictors: Any = None, out: Path | None = None, **more: Any
) -> Ranking:
    spec = path if isinstance(path, BenchmarkSpec) else spec_of(path)
    arguments: dict[str, Any] = {
        "labels": (10, 30), "seeds": 3, "workers": 1, "unlabeled": 50,
        "settings": SETTINGS if predictors is None else None, **more,
    }  # fmt: skip
    return rank("nasbench201", spec, predictors or NOISY, out=out, **arguments)


@pytest.fixture(scope="module")
def saved(table: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Ranking, Path]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(PREDICTORS._entries, "scripted", Entry(f"{__name__}:Scripted", "counts"))
        folder = tmp_path_factory.mktemp("saved")
        return run(table, out=folder), folder


@pytest.mark.slow
class TestOutputs:
    @pytest.mark.slow
    def test_the_page_is_written_again_from_what_was_saved(
        self, saved: tuple[Ranking, Path], tmp_path: Path
    ) -> None:
        ranking, folder = saved
        again = archscout.load_result(folder)
        assert again.to_dict() == ranking.to_dict()
        pd.testing.assert_frame_equal(again.rows, ranking.rows)
        assert report(again, tmp_path).read_text() == (folder / "ranking.html").read_text()

    def test_all_files_are_there_and_agree(self, saved: tuple[Ranking, Path]) -> None:
        ranking, folder = saved
        rows = pd.read_csv(folder / "rows.csv", keep_default_na=False, na_values=[""])
        assert list(zip(rows.labels, rows.seed, rows.predictor, strict=True)) == [
            (n, seed, name) for n in (10, 30) for seed in range(3) for name in ("noisy", "quiet")
        ]
        assert list(pd.read_csv(folder / "summary.csv").predictor) == [
            *("noisy", "quiet") * 2, "parameter count", "MACs", "noise ceiling",
        ]  # fmt: skip
        assert len(pd.read_csv(folder / "tests.csv")) == 2 * 2
        record = json.loads((folder / "ranking.json").read_text())
        assert record == json.loads(json.dumps(ranking.to_dict()))
        assert record["manifest"]["predictors"] == NOISY
        assert record["manifest"]["versions"]["archscout"]
        for name in ("tau.png", "calibration.png"):
            assert (folder / name).read_bytes().startswith(b"\x89PNG")
        assert not list(folder.glob(".*.part"))

    def test_figures_follow_from_the_table(self, saved: tuple[Ranking, Path], table: Path) -> None:
        bench = spec_of(table).load()
        mean = 80 + 1.5 * (bench.choices == 3).sum(1) + (bench.choices == 2).sum(1)
        quiet = saved[0].rows[saved[0].rows.predictor == "quiet"]
        assert quiet.test_kendall_tau.tolist() == [kendall_tau(mean, bench.test_values)] * 6
        assert quiet.validation_kendall_tau.tolist() == [kendall_tau(mean, bench.values)] * 6
        for row in quiet.itertuples():
            draw = draw_labels(bench, make_split(bench, "a"), row.labels, 50, row.seed)
            unseen = np.setdiff1d(np.arange(ROWS), draw.labeled)
            inside = np.abs(mean - bench.values)[unseen] <= 1.6448536
            assert row.coverage_90 == pytest.approx(inside.mean())

    def test_the_summary_is_the_mean_and_yardsticks_have_no_labels(
        self, saved: tuple[Ranking, Path], table: Path
    ) -> None:
        ranking, bench = saved[0], spec_of(table).load()
        row = ranking.summary.query("predictor == 'noisy' and labels == 30").iloc[0]
        figures = ranking.rows.query("predictor == 'noisy' and labels == 30").test_kendall_tau
        assert row.test_kendall_tau == pytest.approx(figures.mean())
        low, high = row.test_kendall_tau_low, row.test_kendall_tau_high
        assert figures.min() <= low <= row.test_kendall_tau <= high <= figures.max()
        fixed = ranking.summary.set_index("predictor")
        counts = bench.space.params_table(bench.choices)
        assert fixed.loc["parameter count"].test_kendall_tau == pytest.approx(
            kendall_tau(counts, bench.test_values)
        )
        ceiling = fixed.loc["noise ceiling"]
        assert ceiling.test_kendall_tau == kendall_tau(bench.values, bench.test_values)
        assert ceiling.validation_kendall_tau == pytest.approx(
            kendall_tau(bench.runs[:, 0], bench.runs[:, 1])
        )

    def test_tests_are_paired_and_have_the_right_sign(self, saved: tuple[Ranking, Path]) -> None:
        ranking = saved[0]
        assert ranking.baseline == "noisy"
        row = ranking.tests.query("labels == 30 and measure == 'kendall_tau'").iloc[0]
        wide = ranking.rows.query("labels == 30").pivot(index="seed", columns="predictor")
        gaps = wide["test_kendall_tau"]["quiet"] - wide["test_kendall_tau"]["noisy"]
        assert row.mean_difference == pytest.approx(gaps.mean())
        assert (row.predictor, row.wins, row.losses) == ("quiet", 3, 0)
        assert (ranking.tests.p_holm >= ranking.tests.p_value).all()

    def test_what_is_fitted_and_scored_is_said_on_every_output(
        self, saved: tuple[Ranking, Path]
    ) -> None:
        ranking, folder = saved
        words = "fitted on mean validation values"
        for name in ("ranking.json", "ranking.html", "summary.csv", "tests.csv"):
            text = (folder / name).read_text()
            assert words in text, name
            assert "Protocol A" in text, name
            assert "only 3 seeds" in text, name
        rows = ranking.rows
        assert set(rows.protocol) == {"a"}
        assert set(rows.fitted_on) == {"mean validation values"}
        taus, panels = tau_curves(ranking), calibration_curves(ranking)
        on_paper = [
            " ".join(text.get_text() for text in figure.texts)
            for figure in (figure_of(taus), panels_of(panels))
        ]
        on_page = [" ".join(chart_of(curves).about) for curves in (taus, *panels)]
        for said in on_paper + on_page:
            assert "protocol A, fitted on mean validation values" in said
            assert "only 3 seeds" in said

    def test_the_plot_names_every_line(self, saved: tuple[Ranking, Path]) -> None:
        curves = tau_curves(saved[0])
        assert [place for place, _ in curves.x.marks or []] == [1.0, np.log10(30)]
        axes = figure_of(curves).axes[0]
        names = {text.get_text().replace("\n", " ") for text in axes.texts}
        assert {"noisy (baseline)", "quiet", "noise ceiling: validation against test"} <= names
        assert any(name.startswith("without labels: parameter count") for name in names)
        shown = [entry["name"].partition(": ")[0] for entry in chart_of(curves).legend]
        assert shown[:2] == ["noisy (baseline)", "quiet"]
        assert shown[-1] == "noise ceiling"
        assert "without labels" in shown
        top = figure_of(tau_curves(saved[0], "kendall_tau_top_tenth")).axes[0]
        assert not any("ceiling" in text.get_text() for text in top.texts)
        panels = panels_of(calibration_curves(saved[0])).axes
        assert [panel.get_title() for panel in panels] == ["10 labels", "30 labels"]
        assert all(len(panel.lines) == 3 for panel in panels)

    def test_the_page_is_offline_and_holds_the_tables(self, saved: tuple[Ranking, Path]) -> None:
        page = (saved[1] / "ranking.html").read_text()
        assert not re.search(r"(?:src|href)=", page.partition("<script>")[0])
        assert page.count("window.Plotly = Plotly") == 1
        assert len(page.encode()) < 2_000_000
        for finding in saved[0].findings:
            assert finding.split("(")[0].split("'")[0] in page
        for header, rows in (
            tau_words(saved[0], "test"),
            figure_words(saved[0], "validation", 30),
        ):
            assert all(len(row) == len(header) for row in rows)

    @pytest.mark.slow
    def test_report_takes_a_file_or_a_folder(
        self, saved: tuple[Ranking, Path], tmp_path: Path
    ) -> None:
        assert report(saved[0], tmp_path) == tmp_path / "ranking.html"
        other = report(saved[0], tmp_path / "new" / "page.html")
        assert other.read_text() == (tmp_path / "ranking.html").read_text()
        (tmp_path / "file").write_text("")
        with pytest.raises(StorageError, match="cannot write the report"):
            report(saved[0], tmp_path / "file" / "page.html")

    def test_the_public_function_is_this_one(self) -> None:
        assert archscout.rank is rank
        assert archscout.Ranking is Ranking


class TestPairing:
    @pytest.mark.slow
    def test_all_predictors_get_the_same_nested_labels(self, table: Path) -> None:
        run(table, seeds=2)
        bench = spec_of(table).load()
        by_job = [(n, bench.space.as_choices(archs), values) for n, archs, values, _ in SEEN]
        assert [n for n, _, _ in by_job] == [10] * 4 + [30] * 4
        for first, second in zip(by_job[::2], by_job[1::2], strict=True):
            np.testing.assert_array_equal(first[1], second[1])
            np.testing.assert_array_equal(first[2], second[2])
        for seed in (0, 1):
            np.testing.assert_array_equal(by_job[2 * seed][1], by_job[4 + 2 * seed][1][:10])
        assert (by_job[0][1] != by_job[2][1]).any()

    def test_another_predictor_changes_no_other_row(
        self, saved: tuple[Ranking, Path], table: Path
    ) -> None:
        alone = run(table, {"noisy": "scripted"}, settings=SETTINGS, labels=30)
        before = saved[0].rows.query("predictor == 'noisy' and labels == 30")
        columns = [c for c in before if not c.startswith("seconds")]
        pd.testing.assert_frame_equal(alone.rows[columns], before[columns].reset_index(drop=True))

    def test_unlabeled_architectures_by_name(self, table: Path) -> None:
        ranking = run(table, ["scripted", "scripted@0", "scripted@all"], seeds=1, labels=10)
        assert ranking.predictors == ["scripted", "scripted@0", "scripted@all"]
        assert [0 if others is None else len(others) for *_, others in SEEN] == [50, 0, 290]
        assert ranking.rows.unlabeled.tolist() == [50, 0, 290]

    @pytest.mark.slow
    def test_protocol_b_scores_the_other_half(self, table: Path) -> None:
        ranking = run(table, labels="10%,100%", protocol="b", unlabeled="all")
        assert ranking.label_counts == [15, 150]
        bench = spec_of(table).load()
        split = make_split(bench, "b")
        pool = {tuple(row) for row in bench.choices[split.pool].tolist()}
        for _, archs, _, others in SEEN:
            assert {tuple(row) for row in archs.tolist()} <= pool
            assert others is None or {tuple(row) for row in others.tolist()} <= pool
        assert ranking.yardsticks.scored == ROWS // 2
        assert "Protocol B" in ranking.protocol
        assert any("not the authors' file" in warning for warning in ranking.warnings)

    @pytest.mark.slow
    def test_lower_is_better_where_the_table_says_so(self, table: Path) -> None:
        up, down = run(table), run(spec_of(table, direction="minimize"))
        assert (SEEN[0][2] > 0).all()
        assert (SEEN[-1][2] < 0).all()
        quiet = [
            r.rows.query("predictor == 'quiet'").validation_kendall_tau.iloc[0] for r in (up, down)
        ]
        assert quiet[1] == pytest.approx(-quiet[0])
        assert (down.rows.validation_regret > 0).all()


class TestResume:
    @pytest.mark.slow
    def test_only_what_is_missing_or_damaged_is_run(
        self, saved: tuple[Ranking, Path], table: Path, tmp_path: Path
    ) -> None:
        run(table, out=tmp_path, labels=10, seeds=2)
        (tmp_path / "parts" / "noisy.10labels.seed0.json").write_text("{")
        part = tmp_path / "parts" / "quiet.10labels.seed1.json"
        part.write_text(part.read_text().replace('"labels": 10', '"labels": 11'))
        told: list[ExperimentProgress] = []
        again = run(table, out=tmp_path, on_done=told.append)
        fresh = {(p.name, p.labels, p.seed) for p in told if not p.resumed}
        assert fresh == {
            ("noisy", 10, 0), ("quiet", 10, 1), ("noisy", 10, 2), ("quiet", 10, 2),
            *((name, 30, seed) for name in NOISY for seed in range(3)),
        }  # fmt: skip
        assert [p.done for p in told] == list(range(1, 13))
        columns = [c for c in again.rows if not c.startswith("seconds")]
        pd.testing.assert_frame_equal(again.rows[columns], saved[0].rows[columns])

    def test_a_fit_that_was_kept_under_the_earlier_spelling_is_not_run_again(
        self, table: Path, tmp_path: Path
    ) -> None:
        small = {"labels": 10, "seeds": 1, "out": tmp_path}
        run(table, **small)
        for part in (tmp_path / "parts").glob("*.json"):
            facts = json.loads(part.read_text("utf-8"))
            del facts["sha256"]
            facts["unlabelled"] = facts.pop("unlabeled")
            digest = hashlib.sha256(
                f"{json.dumps(facts, sort_keys=True, ensure_ascii=False)}\n".encode()
            )
            part.write_text(json.dumps({**facts, "sha256": digest.hexdigest()}), "utf-8")
        told: list[ExperimentProgress] = []
        run(table, on_done=told.append, **small)
        assert [progress.resumed for progress in told] == [True] * len(NOISY)

    @pytest.mark.slow
    def test_the_folder_of_another_ranking_is_refused(self, table: Path, tmp_path: Path) -> None:
        small = {"labels": 10, "seeds": 1, "out": tmp_path}
        run(table, **small)
        before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
        with pytest.raises(StorageError, match="protocol 'a' there, 'b' here"):
            run(table, protocol="b", **small)
        with pytest.raises(StorageError, match="unlabeled 50 there and 20 here"):
            run(table, unlabeled=20, **small)
        with pytest.raises(StorageError, match=r"'noise': 1\.0"):
            run(table, settings={"noisy": {"noise": 1.0}}, **small)
        assert {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()} == before

    def test_without_a_folder_nothing_is_written(
        self, table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        run(table, labels=10, seeds=1)
        assert not list(tmp_path.iterdir())

    @pytest.mark.slow
    def test_processes_change_nothing(self, table: Path) -> None:
        quick: dict[str, Any] = {"settings": {"forest": {"trees": 3}}, "labels": 8, "seeds": 2}
        one, two = (run(table, ["forest"], workers=workers, **quick) for workers in (1, 2))
        columns = [c for c in one.rows if not c.startswith("seconds")]
        pd.testing.assert_frame_equal(one.rows[columns], two.rows[columns])


class TestHonesty:
    @pytest.mark.slow
    def test_a_failure_is_recorded_and_the_rest_goes_on(self, table: Path, tmp_path: Path) -> None:
        told: list[ExperimentProgress] = []
        ranking = run(
            table, {"fine": "scripted", "picky": "scripted"}, tmp_path,
            settings={"picky": {"fails": "few"}}, on_done=told.append,
        )  # fmt: skip
        failed = ranking.rows[ranking.rows.error != ""]
        assert set(zip(failed.predictor, failed.labels, strict=True)) == {("picky", 10)}
        assert failed.test_kendall_tau.isna().all()
        assert failed.error.iloc[0] == "10 labels are too few for the fold"
        warning = "picky with 10 labels failed on 3 of 3 seeds"
        assert any(warning in said for said in ranking.warnings)
        assert warning in (tmp_path / "ranking.html").read_text()
        assert set(ranking.tests.labels) == {30}
        assert sum(p.failure is not None for p in told) == 3
        assert not list(tmp_path.glob("parts/picky.10*"))
        assert tau_words(ranking, "test")[1][1][1] == "–"

    def test_bugs_and_numbers_that_are_none_are_failures_too(self, table: Path) -> None:
        ranking = run(
            table, {"fine": "scripted", "bug": "scripted", "nan": "scripted"}, labels=10,
            settings={"bug": {"fails": "bug"}, "nan": {"fails": "nan"}},
        )  # fmt: skip
        errors = ranking.rows.set_index("predictor").error
        assert set(errors["bug"]) == {"ZeroDivisionError: a bug"}
        assert all("not finite" in error for error in errors["nan"])

    @pytest.mark.slow
    def test_a_baseline_that_fails_is_said(self, table: Path) -> None:
        ranking = run(
            table, {"bug": "scripted", "fine": "scripted"}, settings={"bug": {"fails": "bug"}}
        )
        assert any("the baseline bug succeeded nowhere" in said for said in ranking.warnings)
        assert ranking.tests.empty
        assert ranking.findings[0].startswith("With 10 labels fine has")

    def test_nothing_fitted_is_an_error(self, table: Path) -> None:
        with pytest.raises(ArchscoutError, match="no predictor could be fitted, first failure"):
            run(table, ["scripted"], settings={"scripted": {"fails": "error"}})

    @pytest.mark.slow
    def test_constant_predictions_count_as_no_correlation(self, table: Path) -> None:
        ranking = run(
            table, {"flat": "scripted", "quiet": "scripted"},
            settings={"flat": {"fails": "constant", "spread": 0.0}},
        )  # fmt: skip
        flat = ranking.rows[ranking.rows.predictor == "flat"]
        assert (flat.test_kendall_tau == 0).all()
        assert flat.coverage_90.isna().all()
        leader = ranking.leaders[0]
        assert re.search(r"parameter count.* has \.\d+, which flat does not reach", leader)
        assert all(len(panel.lines) == 2 for panel in panels_of(calibration_curves(ranking)).axes)

    @pytest.mark.slow
    def test_a_table_without_test_values_says_so(
        self, write_table: Callable[..., Path], tmp_path: Path
    ) -> None:
        ranking = run(write_table(tmp_path / "made.csv", test=False, runs=1), out=tmp_path / "out")
        assert ranking.yardsticks.headline == "validation"
        assert set(ranking.tests.scored_against) == {"validation"}
        assert "fitted on validation values" in ranking.protocol
        assert "mean" not in ranking.protocol
        assert "test values" not in ranking.protocol
        for name in ("ranking.json", "ranking.html", "summary.csv", "tests.csv"):
            text = (tmp_path / "out" / name).read_text()
            assert "the table has no test values" in text, name
            assert "noise ceiling is not known" in text, name
        assert tau_words(ranking, "validation")[1][-1][1:] == ["–", "–"]

    def test_rows_without_a_test_value_are_left_out_of_that_figure(
        self, write_table: Callable[..., Path], tmp_path: Path
    ) -> None:
        path = write_table(tmp_path / "made.csv", untested=range(100))
        ranking, bench = run(path, labels=10, seeds=1), spec_of(path).load()
        mean = 80 + 1.5 * (bench.choices == 3).sum(1) + (bench.choices == 2).sum(1)
        row = ranking.rows.set_index("predictor").loc["quiet"]
        known = ~np.isnan(bench.test_values)
        assert row.test_kendall_tau == kendall_tau(mean[known], bench.test_values[known])
        assert row.validation_kendall_tau == kendall_tau(mean, bench.values)
        assert ranking.yardsticks.headline == "validation"
        assert "mean test values (200 architectures have one)" in ranking.protocol
        assert any("only 200 of 300" in warning for warning in ranking.warnings)

    def test_a_single_run_is_called_what_it_is(self, table: Path) -> None:
        ranking = run(spec_of(table, run="random"), labels=10, seeds=1)
        assert "fitted on one validation run each" in ranking.protocol
        assert set(ranking.rows.fitted_on) == {"one validation run each"}
        bench = spec_of(table, run="random").load()
        values = SEEN[0][2]
        assert all((value == bench.runs).any() for value in values)
        assert not np.isin(values, bench.values).all()

    @pytest.mark.slow
    def test_one_seed_shows_nothing_and_text_is_not_markup(
        self, table: Path, tmp_path: Path
    ) -> None:
        named = {"<b>x</b>/..": "scripted", "quiet": "scripted"}
        ranking = run(
            table, named, tmp_path, seeds=1, labels=10,
            settings={"<b>x</b>/..": {"noise": 1.0}},
        )  # fmt: skip
        assert "shows nothing" in ranking.findings[-1]
        page = (tmp_path / "ranking.html").read_text()
        assert "<b>x" not in page
        assert "&lt;b&gt;x" in page
        assert len(list(tmp_path.glob("parts/*.json"))) == 2

    def test_a_table_read_by_another_split_says_so(self, table: Path) -> None:
        ranking = run(spec_of(table, split="test"), labels=10, seeds=1)
        assert any("is the split 'test'" in warning for warning in ranking.warnings)


class TestQuestions:
    @pytest.mark.parametrize(
        ("change", "error", "words"),
        [
            ({"predictors": ["forrest"]}, UnknownNameError, "did you mean 'forest'"),
            ({"predictors": ["pseudos:forest"]}, UnknownNameError, "did you mean 'pseudo'"),
            ({"predictors": []}, SettingsError, "no predictors"),
            ({"predictors": ["forest", "forest"]}, SettingsError, "twice"),
            ({"predictors": ["forest@x"]}, SettingsError, "unlabeled='x'"),
            ({"predictors": {"MACs": "forest"}}, SettingsError, "'MACs'"),
            ({"labels": ROWS - 1}, SettingsError, "at most 298"),
            ({"labels": 1}, SettingsError, "at least 2"),
            ({"labels": 151, "protocol": "b"}, SettingsError, "at most 150"),
            ({"seeds": 0}, SettingsError, "seeds=0"),
            ({"workers": 0}, SettingsError, "workers=0"),
            ({"protocol": "c"}, UnknownNameError, "no protocol is named 'c'"),
            ({"unlabelled": 1}, SettingsError, "did you mean 'unlabeled'"),
            ({"unlabeled": -1}, SettingsError, "unlabeled=-1"),
            ({"unlabeled": "some"}, SettingsError, "unlabeled='some'"),
            ({"unlabeled": "9_1"}, SettingsError, "unlabeled='9_1'"),
            ({"unlabeled": 1.5}, SettingsError, "unlabeled=1.5"),
            ({"baseline": "boosting"}, SettingsError, "baseline 'boosting'"),
            ({"settings": {"boosting": {}}}, SettingsError, "settings for 'boosting'"),
            ({"settings": {"forest": {"leaves": 1}}}, SettingsError, "leaves"),
            ({"settings": {"forest": {"trees": 0}}}, SettingsError, "trees=0"),
        ],
    )
    def test_wrong_questions_get_one_sentence_and_leave_nothing_behind(
        self, table: Path, tmp_path: Path, change: dict[str, Any], error: Any, words: str
    ) -> None:
        asked: dict[str, Any] = {"predictors": ["forest"], "labels": 10, "seeds": 1, **change}
        with pytest.raises(error, match=words) as raised:
            rank("nasbench201", spec_of(table), out=tmp_path / "out", **{"workers": 1, **asked})
        assert "\n" not in str(raised.value)
        assert not list(tmp_path.iterdir())

    def test_the_table_must_be_of_the_space(self, table: Path) -> None:
        with pytest.raises(SettingsError, match="'nasbench101'"):
            rank("nasbench101", spec_of(table), ["forest"], labels=5, seeds=1, workers=1)


ROW = {
    "predictor": "a", "baseline": "b", "labels": 50, "measure": "kendall_tau",
    "scored_against": "test", "mean_difference": 0.041, "low": 0.030, "high": 0.052,
    "p_value": 1e-6, "p_holm": 1e-5, "seeds": 20, "wins": 20, "ties": 0, "losses": 0,
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, "a orders better than b with 50 labels, by .041 [.030, .052] in Kendall's tau-b "),
        (
            {"mean_difference": -0.041, "low": -0.052, "high": -0.03, "wins": 0, "losses": 20},
            "a orders worse than b with 50 labels, by .041 [.030, .052] in Kendall's tau-b against",
        ),
        ({"p_holm": 0.2}, "a seems to order better than b with 50 labels, by .041 [.030, .052] "),
        ({"low": -0.1}, "a and b cannot be told apart with 50 labels: a is ahead by .041 "),
        ({"ties": 20, "mean_difference": 0.0}, "a and b are equal in Kendall's tau-b against test"),
    ],
)
def test_sentences(change: dict[str, Any], words: str) -> None:
    assert say_test({**ROW, **change}, 9).startswith(words)


def test_whoever_leads_in_the_mean_is_said_to_lead_and_to_win() -> None:
    row = {
        **ROW, "mean_difference": -0.013, "low": -0.03, "high": 0.01, "seeds": 4, "wins": 1,
        "losses": 3, "p_holm": 1.0, "median_difference": -0.01,
    }  # fmt: skip
    said = say_test(row, 4)
    assert "b is ahead by .013 [-.010, .030] in Kendall's tau-b against test values" in said
    assert "(b better on 3 of 4 seeds, worse on 1; p = 1.000 corrected for 4 tests)" in said
    assert "4 seeds cannot show a difference (the least possible p is 0.125)" in said
    disagree = say_test({**row, "wins": 3, "losses": 1, "median_difference": 0.02}, 4)
    assert "yet a is better on more seeds; yet a is ahead in the median" in disagree
    even = say_test({**row, "mean_difference": 0.0, "low": -0.1, "high": 0.1}, 4)
    assert "their means are equal" in even


def test_all_who_share_the_first_place_are_named() -> None:
    import pandas as pd

    column = "test_kendall_tau"
    summary = pd.DataFrame(
        {
            "predictor": ["a", "b", "c"], "labels": [1, 1, 1], column: [0.5, 0.5, 0.2],
            f"{column}_low": [0.4] * 3, f"{column}_high": [0.6] * 3,
        }
    )  # fmt: skip
    yardsticks = SimpleNamespace(headline="test", trivial={"MACs": {column: 0.4}})
    (said,) = say_leaders(summary, [1], cast(RankYardsticks, yardsticks))
    assert said.startswith("With 1 label a and b have the highest mean tau-b against test values")
    assert said.endswith("MACs, which needs no label, has .400, which c does not reach")

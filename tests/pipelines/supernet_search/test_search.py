"""Whole searches on a supernet, tiny."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tiny_supernet_search import LIMITS, make_images, make_settings

import archscout
from archscout.cli._unfinished import read_unfinished
from archscout.errors import SettingsError, StorageError
from archscout.images.augment import channel_statistics
from archscout.pipelines.supernet_search import SupernetSearchResult, search_supernet
from archscout.reports import report
from archscout.reports._supernet_html import render_supernet
from archscout.spaces import load_space
from archscout.supernets.rounds import SupernetRounds
from archscout.training._progress import TrainProgress
from archscout.training._saved_network import load_network
from archscout.training.evaluate import accuracy
from dying import environment

pytestmark = pytest.mark.slow  # its fixtures train for seconds

Finished = tuple[SupernetSearchResult, Path]


def test_every_round_adds_new_architectures_that_keep_the_limit(finished: Finished) -> None:
    result, _ = finished
    assert [part.proposed for part in result.rounds] == [6, 6, 6]
    assert len(set(result.architectures)) == 18
    space = load_space("nasbench-macro")
    macs = space.macs_table(result.architectures, channels=4, classes=3, resolution=8)
    most = LIMITS["nasbench-macro"].most
    assert (macs <= most).all()
    assert (result.macs == macs).all()
    every = space.macs_table(space.all_choices(), channels=4, classes=3, resolution=8)
    assert (every > most).mean() > 0.5, "the limit must forbid most, or this test says little"


def test_only_the_first_are_random_and_later_ones_are_learnt(finished: Finished) -> None:
    result, _ = finished
    assert {row["origin"] for row in result.proposed[:6]} == {"first"}
    later = result.proposed[6:]
    assert [row["round"] for row in later] == [1] * 6 + [2] * 6
    assert sum("predicted" in row for row in later) >= 6


def test_all_architectures_are_scored_anew_in_every_round(finished: Finished) -> None:
    result, folder = finished
    assert [len(part.accuracies) for part in result.rounds] == [6, 12, 18]
    assert (result.rounds[0].accuracies != result.rounds[2].accuracies[:6]).any()
    frame = result.to_frame()
    assert frame["supernet_accuracy_0"].isna().sum() == 12
    assert frame["supernet_accuracy_2"].tolist() == pytest.approx(list(result.accuracies))
    assert json.loads((folder / "supernet-search.json").read_text())["scored"] == 18


def test_accuracies_are_those_of_the_kept_weights_on_the_held_out_images(
    finished: Finished,
) -> None:
    result, folder = finished
    images = make_images()
    settings = make_settings(finalists=2, trust=4)
    learnt, held = images.split(0.2, 0)
    pool = SupernetRounds("nasbench-macro", settings.plan(1), learnt, held, folder / "supernet")
    weights, trained = pool.train(2, result.architectures[12:], None)
    assert trained.finished
    assert pool.accuracies(weights, result.architectures).tolist() == list(result.accuracies)
    statistics = channel_statistics(learnt.pixels)
    plain = [
        accuracy(weights, held.pixels, held.targets, statistics, path)
        for path in weights.paths_of(list(result.architectures))
    ]
    plan = make_settings(recalibration=0).plan(1)
    shared = SupernetRounds("nasbench-macro", plan, learnt, held, folder / "supernet")
    assert shared.accuracies(weights, result.architectures).tolist() == plain
    assert plain != list(result.accuracies), "running statistics measured anew change something"


def test_statistics_of_every_architecture_are_measured_on_the_same_images(
    finished: Finished, monkeypatch: pytest.MonkeyPatch
) -> None:
    result, _ = finished
    drawn = []

    def note(*values: Any, **_: Any) -> Any:
        drawn.append(values[3].integers(2**32))
        return contextlib.nullcontext()

    monkeypatch.setattr("archscout.supernets.rounds.recalibrated", note)
    images = make_images()
    plan = make_settings().plan(1)
    pool = SupernetRounds("nasbench-macro", plan, images, images, Path("unused"))
    pool.accuracies(pool.fresh(), result.architectures[:4])
    assert len(drawn) == 4
    assert len(set(drawn)) == 1


def test_the_best_by_supernet_accuracy_are_trained_alone(finished: Finished) -> None:
    result, folder = finished
    assert len(result.finalists) == 2
    chosen = sorted((f.supernet_accuracy for f in result.finalists), reverse=True)
    assert chosen[0] == result.accuracies.max()
    assert result.finalists[0].validation >= result.finalists[1].validation
    saved, network = load_network(folder)
    assert saved.architecture == result.finalists[0].architecture
    assert saved.architecture == result.space.format(result.best)
    _, held = make_images().split(0.2, 0)
    learnt, _ = make_images().split(0.2, 0)
    found = accuracy(network, held.pixels, held.targets, channel_statistics(learnt.pixels))
    assert found == result.finalists[0].validation


def test_the_result_says_what_its_labels_are_worth(finished: Finished) -> None:
    result, _ = finished
    said = "\n".join(result.findings)
    assert "supernet accuracy orders the accuracies with tau-b" in said
    assert "counting parameters, which needs no training" in said
    assert "counting MACs, which needs no training" in said
    assert "which also chose it" in said
    ways = [row["way"] for row in result.trust.rows()]
    assert ways == ["supernet accuracy", "parameters", "MACs"]
    assert result.trust.judged == "supernet accuracy"
    described = result.to_dict()
    assert {row["way"] for row in described["agreement"]} == {"parameters", "MACs"}


def test_without_a_trust_check_it_is_a_candidate() -> None:
    result = search_supernet(make_images(), make_settings(rounds=0, finalists=0))
    assert "this is a candidate, not a winner" in "\n".join(result.findings)
    assert result.network.weights is None
    assert len(result.architectures) == 6


class Killed(Exception):
    """Stands for a kill."""


@pytest.mark.parametrize("stage", ["round 0", "round 1, scored", "round 2", "best network 1 alone"])
def test_a_killed_search_goes_on_to_the_same_result(stage: str, tmp_path: Path) -> None:
    images, settings = make_images(), make_settings(epochs=2)
    whole = search_supernet(images, settings, out=tmp_path / "whole")

    def kill(name: str, progress: TrainProgress | None) -> None:
        halfway = progress is not None and (progress.epoch % 2 == 1) == (stage[0] == "b")
        if name.startswith(stage) and (halfway or "scored 3" in name):
            raise Killed

    with pytest.raises(Killed):
        search_supernet(images, settings, out=tmp_path / "killed", on_stage=kill)
    assert not (tmp_path / "killed" / "supernet-search.json").exists()
    again = search_supernet(images, settings, out=tmp_path / "killed")
    _same(whole, again)
    first, second = (load_network(tmp_path / name)[1].state_dict() for name in ("whole", "killed"))
    assert all(bool((first[name] == second[name]).all()) for name in first)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked")
def test_searches_killed_by_the_system_end_with_the_same_result(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(Path(__file__).parent / "killed_supernet_search.py"), str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        env=environment(),
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["kills"] == found["moments"], "a search ended before its kill"
    assert found["equal"]


@pytest.mark.parametrize("strategy", ["evolution", "guided", "optuna:random"])
def test_other_strategies_propose_too(strategy: str, tmp_path: Path) -> None:
    settings = make_settings(strategy=strategy, unlabeled=None, finalists=0)
    result = search_supernet(make_images(), settings, out=tmp_path)
    assert len(set(result.architectures)) == 18
    assert [part.proposed for part in result.rounds] == [6, 6, 6]
    assert result.manifest["strategy"] == strategy
    assert "round" in result.proposed[0]
    assert all(row["origin"] for row in result.proposed)


def test_labels_are_counted_recorded_and_never_renewed(finished: Finished) -> None:
    result, folder = finished
    assert (result.manifest["labels"], result.manifest["renewed"]) == (18, 18)
    study = read_unfinished(folder / "journal.log")
    own = [*result.rounds[0].accuracies, *result.rounds[1].accuracies[6:]]
    own += list(result.rounds[2].accuracies[12:])
    assert [label.value for label in study.labels] == own
    assert [label.architecture for label in study.labels] == list(result.architectures)


def test_images_are_read_from_a_path(tmp_path: Path) -> None:
    images = make_images(side=32)
    np.savez(tmp_path / "noise.npz", x_train=images.pixels, y_train=images.targets)
    settings = make_settings(rounds=0, finalists=0, limits=())
    read = search_supernet(tmp_path / "noise.npz", settings)
    given = search_supernet(images, settings)
    assert read.accuracies.tolist() == given.accuracies.tolist()


def _same(one: SupernetSearchResult, other: SupernetSearchResult) -> None:
    assert list(one.architectures) == list(other.architectures)
    assert one.by_round() == other.by_round()
    assert one.accuracies.tolist() == other.accuracies.tolist()
    assert [f.validation for f in one.finalists] == [f.validation for f in other.finalists]


def test_a_finished_search_trains_and_scores_nothing_again(
    finished: Finished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result, folder = finished
    copied = shutil.copytree(folder, tmp_path / "copied")

    def never(*_: Any, **__: Any) -> Any:
        raise AssertionError("a kept round was run again")

    monkeypatch.setattr("archscout.supernets.accuracy.SupernetAccuracy._run", never)
    test, settings = make_images(30, seed=1), make_settings(finalists=2, trust=4)
    _same(result, search_supernet(make_images(), settings, test=test, out=copied))


def test_a_folder_of_another_search_is_refused(finished: Finished) -> None:
    _, folder = finished
    with pytest.raises(StorageError, match="holds another search on a supernet"):
        search_supernet(make_images(), make_settings(seed=1), out=folder)


@pytest.mark.parametrize("space", ["mobilenet", "nasbench201"])
def test_other_spaces_are_searched_by_the_same_code(space: str) -> None:
    settings = make_settings(space, rounds=1, finalists=0, pool="accumulated")
    result = search_supernet(make_images(), settings)
    assert len(result.architectures) == 12
    assert [part.trained_on for part in result.rounds] == [6, 12]
    assert np.isfinite(result.accuracies).all()


def test_the_newest_pool_is_trained_on_alone(finished: Finished) -> None:
    result, _ = finished
    assert [part.trained_on for part in result.rounds] == [6, 6, 6]


def test_unlabeled_images_are_refused_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="have no classes, which a search by supernet accuracy"):
        search_supernet(make_images(labelled=False), make_settings(), out=tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_an_unreachable_limit_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    from archscout.spaces.limits._limit import Limit

    settings = make_settings(limits=(Limit("macs", most=100),))
    with pytest.raises(SettingsError, match="MACs"):
        search_supernet(make_images(), settings, out=tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_lost_accuracies_of_an_early_round_are_not_made_up_from_later_weights(
    finished: Finished, tmp_path: Path
) -> None:
    folder = shutil.copytree(finished[1], tmp_path / "copy")
    (folder / "supernet" / "parts" / "scored-0.json").unlink()
    settings, test = make_settings(finalists=2, trust=4), make_images(30, seed=1)
    with pytest.raises(StorageError, match="trained beyond round 0"):
        search_supernet(make_images(), settings, test=test, out=folder)


def test_its_page_is_written_again_from_what_was_saved(finished: Finished, tmp_path: Path) -> None:
    result, folder = finished[0], shutil.copytree(finished[1], tmp_path / "copy")
    result.save(folder)  # Another test may have called the search again since.
    report(result, folder)
    again = archscout.load_result(folder)
    assert again.to_dict() == result.to_dict()
    assert again.findings == result.findings
    page = report(again, tmp_path)
    assert page.read_text() == (folder / "report.html").read_text()
    for words in (result.space.format(result.best), "Trust check", "round 2", "test images"):
        assert words in page.read_text()


@pytest.mark.parametrize("name", ["supernet-search.json", "architectures.csv", "network.json"])
def test_a_damaged_folder_is_one_sentence(finished: Finished, tmp_path: Path, name: str) -> None:
    folder = shutil.copytree(finished[1], tmp_path / "copy")
    for damage in ("{}", "", "not what it was"):
        (folder / name).write_text(damage)
        with pytest.raises(StorageError) as raised:
            archscout.load_result(folder)
        assert "\n" not in str(raised.value)


def test_the_page_says_what_is_missing_and_escapes_what_came_from_outside(
    finished: Finished,
) -> None:
    hostile = "<script>alert(1)</script>"
    bare = dataclasses.replace(
        finished[0], finalists=(), trust=None, why_no_trust="it was not asked for", images=hostile
    )
    page = render_supernet(bare)
    assert hostile not in page
    assert "None of the best was trained alone" in page
    assert "None: it was not asked for." in page
    assert "candidate, not a winner" in page
    hollow = bare.space.parse("00000000")
    weak = dataclasses.replace(bare, architectures=[hollow] * len(bare.architectures))
    assert "nothing to learn with" in render_supernet(weak)
    assert weak.to_dict()["warnings"] == weak.warnings != []

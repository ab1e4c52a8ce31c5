"""Whole searches without labels, tiny."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tiny_search import make_images, make_settings

import archscout
from archscout.errors import SettingsError, StorageError
from archscout.pipelines.unlabeled import UnlabeledResult, search_unlabeled
from archscout.reports import report
from archscout.results.scores import ANGLE, FRESH, LIVE, MACS, ONE_EPOCH, TRUE
from archscout.spaces import load_space
from archscout.spaces.limits._limit import Limit
from archscout.stats import kendall_tau
from archscout.supernets import make_supernet
from archscout.supernets.angle import make_angle
from archscout.training._network_description import make_network
from archscout.training._progress import TrainProgress
from archscout.training._saved_network import read_network
from archscout.training._weights_file import read_weights

pytestmark = pytest.mark.slow  # its fixtures train for seconds

Finished = tuple[UnlabeledResult, Path]


def test_every_null_stands_beside_the_angle(finished: Finished) -> None:
    result, _ = finished
    ways = [found.way for found in result.found]
    assert ways == [ANGLE, FRESH, LIVE, MACS, ONE_EPOCH, TRUE]
    assert result.scores.exhaustive
    assert result.found[0].scored == 15_625
    assert {row["way"] for row in result.trust.rows()} == set(ways)


def test_the_best_is_the_one_with_the_largest_angle_of_the_kept_weights(
    finished: Finished,
) -> None:
    result, folder = finished
    supernet = make_supernet("nasbench201", classes=3, channels=4, cells=1)
    first, last = (
        read_weights(folder / "supernet" / name)[0]
        for name in ("initial.safetensors", "final.safetensors")
    )
    begin = "weights."
    last = {name.removeprefix(begin): value for name, value in last.items()}
    angles = make_angle(supernet, first, last).angles(result.scores.choices)
    np.testing.assert_allclose(angles, result.scores.columns[ANGLE])
    assert supernet.space.as_choices([result.best])[0].tolist() == (
        result.scores.choices[angles.argmax()].tolist()
    )


def test_nulls_see_no_training(finished: Finished) -> None:
    scores = finished[0].scores
    params = scores.space.params_table(scores.choices, classes=3, channels=4, cells=1)
    assert (scores.columns[LIVE] <= params).all()
    assert kendall_tau(scores.columns[FRESH], scores.columns[ANGLE]) < 0.999


def test_what_is_kept_can_be_read_by_others(finished: Finished) -> None:
    result, folder = finished
    kept = json.loads((folder / "unlabeled.json").read_text())
    assert kept["best"] == result.scores.space.format(result.best)
    assert kept["names_a_winner"] is result.names_a_winner
    lines = (folder / "scores.csv").read_text().splitlines()
    assert len(lines) == 15_626
    saved = read_network(folder)
    assert saved.weights is None
    assert saved.class_names == ("red", "green", "blue")
    assert make_network(saved).classifier.out_features == 3


def test_a_second_call_trains_nothing_and_says_the_same(finished: Finished) -> None:
    result, folder = finished
    told: list[tuple[str, TrainProgress | None]] = []
    again = search_unlabeled(
        make_images(), make_settings(), out=folder, on_stage=lambda *what: told.append(what)
    )
    assert all(progress is None for _, progress in told)
    assert again.best == result.best
    np.testing.assert_array_equal(again.scores.columns[ANGLE], result.scores.columns[ANGLE])
    np.testing.assert_array_equal(again.trust.accuracies, result.trust.accuracies)


def test_a_stopped_search_goes_on_to_the_same_end(finished: Finished, tmp_path: Path) -> None:
    class Stop(Exception):
        pass

    def stop(stage: str, progress: TrainProgress | None) -> None:
        if stage.startswith("network 2"):
            raise Stop

    with pytest.raises(Stop):
        search_unlabeled(make_images(), make_settings(), out=tmp_path, on_stage=stop)
    result = search_unlabeled(make_images(), make_settings(), out=tmp_path)
    assert result.findings == finished[0].findings


def test_a_finished_search_compares_further_proxies_without_training(
    finished: Finished, tmp_path: Path
) -> None:
    before, folder = finished
    assert "proxies" not in before.manifest["settings"]
    shutil.copytree(folder, tmp_path / "more")
    more = make_settings(proxies=("params",))
    after = search_unlabeled(make_images(), more, out=tmp_path / "more")
    assert after.images_per_second == 0
    assert after.manifest["settings"]["proxies"] == ["params"]
    way = "params (parameters)"
    read = UnlabeledResult.read(tmp_path / "more")
    for result in (after, read):
        assert [found.way for found in result.found] == [*before.scores.columns, way]
        assert [row["way"] for row in result.trust.rows()][-1] == way
        params = result.scores.columns[way]
        assert params[result.scores.columns[MACS].argmax()] == params.max() > params.min()
    assert after.to_dict()["found"][:-1] == before.to_dict()["found"]
    assert way in (tmp_path / "more" / "report.html").read_text(encoding="utf-8")


def test_the_folder_of_another_search_is_refused(finished: Finished) -> None:
    with pytest.raises(StorageError, match="settings"):
        search_unlabeled(make_images(), make_settings(seed=1), out=finished[1])


def test_images_without_labels_give_a_candidate_and_no_trust() -> None:
    result = search_unlabeled(make_images(labelled=False), make_settings())
    assert result.trust is None
    assert not result.names_a_winner
    assert TRUE not in result.scores.columns
    assert any("the images have no classes" in finding for finding in result.findings)


def test_true_labels_need_labels() -> None:
    with pytest.raises(SettingsError, match="have no classes"):
        search_unlabeled(make_images(labelled=False), make_settings(kind="true"))


@pytest.mark.parametrize("space", ["darts", "mobilenet"])
def test_spaces_that_cannot_be_listed_are_searched(space: str) -> None:
    result = search_unlabeled(
        make_images(48, side=16), make_settings(space, true_labels=False, trust=0)
    )
    assert not result.scores.exhaustive
    assert len(result.scores.choices) <= 40
    angle = result.found[0]
    assert 40 < angle.scored < 1100
    assert angle.architecture in load_space(space)
    assert result.why_no_trust == "it was switched off"


def test_limits_hold_for_every_way() -> None:
    macs = Limit("macs", most=100_000)
    result = search_unlabeled(
        make_images(), make_settings(limits=(macs,), true_labels=False, trust=4)
    )
    assert all(found.macs <= 100_000 for found in result.found)
    assert len(result.scores.choices) < 15_625
    assert result.limits == ["at most 100k MACs"]


def test_limits_that_nothing_keeps_are_refused_before_training(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="MACs"):
        search_unlabeled(
            make_images(), make_settings(limits=(Limit("macs", most=10),)), out=tmp_path
        )
    assert not (tmp_path / "supernet").exists()


def test_no_supernet_learns_the_labels_that_the_trust_check_holds_out(finished: Finished) -> None:
    seen: dict[str, int] = {}

    def note(stage: str, progress: TrainProgress | None) -> None:
        if progress is not None:
            seen[stage] = progress.steps

    images = make_images(100)
    taught, _ = images.split(0.2, 0)
    search_unlabeled(images, make_settings(), on_stage=note)
    # Batches of 32: the random-label supernet sees all images, the other one those taught.
    assert seen["supernet on random labels"] == 4
    assert seen["supernet on true labels"] == -(-len(taught) // 32) < 4


def test_too_few_images_for_the_trust_check_are_refused_before_training(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="empty"):
        search_unlabeled(make_images(2), make_settings(), out=tmp_path)
    assert not (tmp_path / "supernet").exists()


@pytest.mark.parametrize("name", ["classes", "generator"])
def test_settings_that_the_search_sets_itself_are_refused(name: str) -> None:
    settings = make_settings()
    settings = dataclasses.replace(settings, supernet={**settings.supernet, name: 5})
    with pytest.raises(SettingsError, match=f"got {name} as a setting of the supernet"):
        search_unlabeled(make_images(), settings)


def test_a_report_of_somebody_else_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text("mine")
    with pytest.raises(StorageError, match=r"report\.html"):
        search_unlabeled(make_images(), make_settings(), out=tmp_path)
    assert (tmp_path / "report.html").read_text() == "mine"


def test_its_page_is_written_again_from_what_was_saved(finished: Finished, tmp_path: Path) -> None:
    result, folder = finished[0], shutil.copytree(finished[1], tmp_path / "copy")
    result.save(folder)  # Another test may have called the search again since.
    report(result, folder)
    again = archscout.load_result(folder)
    assert again.to_dict() == result.to_dict()
    pd.testing.assert_frame_equal(again.to_frame(), result.to_frame())
    assert report(again, tmp_path).read_text() == (folder / "report.html").read_text()

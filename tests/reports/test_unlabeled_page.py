"""The page of a search without labels."""

from __future__ import annotations

import dataclasses
import functools
from pathlib import Path

import pytest
from tiny_search import make_images, make_settings

from archscout.cli._search_unlabeled import _print as print_result
from archscout.reports import _unlabeled_html as unlabeled_html
from archscout.reports._unlabeled_html import nulls_charts, render_unlabeled, trust_charts
from archscout.results.unlabeled import UnlabeledResult


@functools.cache
def found_once() -> UnlabeledResult:
    from archscout.pipelines.unlabeled import search_unlabeled

    images = make_images(48, labelled=False)
    settings = make_settings(trust=0)
    return search_unlabeled(images, settings)


def make_result(**changes: object) -> UnlabeledResult:
    result = found_once()
    return dataclasses.replace(result, found=list(result.found), **changes)


def test_a_candidate_that_cannot_learn_is_told_in_page_json_and_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    result = make_result()
    first = result.found[0]
    learns = dataclasses.replace(first, architecture=result.scores.space.parse("333333"))
    result.found[0] = learns
    assert not result.warnings
    pooling = dataclasses.replace(first, architecture=result.scores.space.parse("444444"))
    result.found[0] = pooling
    assert result.to_dict()["warnings"] == result.warnings
    page = render_unlabeled(result)
    print_result(result, Path("runs"), "nasbench201")
    for text in (page, " ".join(capsys.readouterr().out.split())):
        assert "the architecture has nothing to learn with: none of its operations" in text


def test_the_page_names_candidate_and_nulls_and_escapes_names_of_files() -> None:
    page = render_unlabeled(make_result(images="<script>alert(1)</script>: read 48 images"))
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    assert "so it is a candidate" in page
    assert '<th scope="row">settings training</th><td class="words">epochs=' in page
    for way in ("parameters on live paths", "angle between two fresh initialisations", "MACs"):
        assert way in page
    assert "<svg" in page
    assert "data:image" not in page.partition("<script>")[0]


def test_each_null_is_a_chart_and_the_largest_angle_is_marked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = make_result()
    monkeypatch.setattr(unlabeled_html, "MOST_DOTS", 20_000)
    charts = nulls_charts(found)
    assert [chart.x_title.partition(" (")[0] for chart in charts] == [
        name for name in found.scores.columns if name != "angle"
    ]
    for chart in charts:
        shown, best = chart.traces
        assert len(shown["x"]) == len(found.scores.choices)
        assert best["y"][0] == max(shown["y"])
        assert not chart.about
    assert trust_charts(found) == []


def test_many_architectures_are_an_even_draw_that_says_so() -> None:
    chart = nulls_charts(make_result())[0]
    assert len(chart.traces[0]["x"]) == unlabeled_html.MOST_DOTS
    assert chart.about == ("1,000 of 15,625 architectures are shown, drawn at random.",)

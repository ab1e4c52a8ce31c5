"""The page of a search without labels."""

from __future__ import annotations

import dataclasses
import functools
from pathlib import Path

import pytest
from tiny_search import make_images, make_settings

from archscout.cli.search_unlabeled import _print as print_result
from archscout.random_label_search.result import UnlabeledResult
from archscout.reports.unlabeled_html import render_unlabeled


@functools.cache
def found_once() -> UnlabeledResult:
    from archscout.random_label_search import search_unlabeled

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
    print_result(result, Path("runs"))
    for text in (page, " ".join(capsys.readouterr().out.split())):
        assert "the architecture has nothing to learn with: none of its operations" in text


def test_the_page_names_candidate_and_nulls_and_escapes_names_of_files() -> None:
    page = render_unlabeled(make_result(images="<script>alert(1)</script>: read 48 images"))
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "so it is a candidate" in page
    for way in ("parameters on live paths", "angle between two fresh initialisations", "MACs"):
        assert way in page
    assert "<svg" in page

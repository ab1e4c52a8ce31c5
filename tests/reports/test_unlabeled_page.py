"""The page of a search without labels."""

from __future__ import annotations

import dataclasses

from tiny_search import make_images, make_settings

from archscout.random_label_search.result import UnlabeledResult
from archscout.reports.unlabeled_html import render_unlabeled


def make_result(**changes: object) -> UnlabeledResult:
    from archscout.random_label_search import search_unlabeled

    images = make_images(48, labelled=False)
    settings = make_settings(trust=0)
    result = search_unlabeled(images, settings)
    return dataclasses.replace(result, **changes)


def test_the_page_names_candidate_and_nulls_and_escapes_names_of_files() -> None:
    page = render_unlabeled(make_result(images="<script>alert(1)</script>: read 48 images"))
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "so it is a candidate" in page
    for way in ("parameters on live paths", "angle between two fresh initialisations", "MACs"):
        assert way in page
    assert "<svg" in page

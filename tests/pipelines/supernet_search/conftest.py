"""Settings of the predictor and a finished search that the tests of this folder share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tiny_supernet_search import make_images, make_settings, small_predictor

from archscout.pipelines.supernet_search import SupernetSearchResult, search_supernet
from archscout.predictors._parts.presets import PRESETS


@pytest.fixture(scope="module", autouse=True)
def small() -> Iterator[None]:
    """A predictor that learns in no time, put back before another file's tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(PRESETS, "fast", small_predictor())
        yield


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[SupernetSearchResult, Path]:
    """A search of NAS-Bench-Macro with everything in it, and its folder."""
    folder = tmp_path_factory.mktemp("supernet-search")
    settings = make_settings(finalists=2, trust=4)
    test = make_images(30, seed=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(PRESETS, "fast", small_predictor())
        return search_supernet(make_images(), settings, test=test, out=folder), folder

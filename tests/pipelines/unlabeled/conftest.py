"""A finished search that the tests of this folder share."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny_search import make_images, make_settings

from archscout.pipelines.unlabeled import UnlabeledResult, search_unlabeled


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[UnlabeledResult, Path]:
    """A search of NAS-Bench-201 on labelled noise, and its folder."""
    folder = tmp_path_factory.mktemp("unlabeled")
    return search_unlabeled(make_images(), make_settings(), out=folder), folder

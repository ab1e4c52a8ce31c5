"""The page of one network trained alone, from plain values."""

from __future__ import annotations

import math
from typing import Any

import pytest

from archscout.reports._train_html import render_training
from archscout.results.trained import TrainedRecord
from archscout.training._network_description import SavedNetwork

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"


def page(architecture: str = "333333", **facts: Any) -> str:
    network = SavedNetwork(
        "nasbench201", architecture, {"channels": 4, "cells": 1}, weights="weights.safetensors",
        images=HOSTILE, class_names=("cat", HOSTILE), training=HOSTILE,
    )  # fmt: skip
    return render_training(TrainedRecord(network, **facts))


def test_texts_of_a_run_never_become_markup() -> None:
    shown = page(losses=(1.0, 0.5), manifest={"command": ["archscout", HOSTILE]})
    assert "<img" not in shown
    assert "<script>alert" not in shown
    assert "&lt;/script&gt;" in shown


@pytest.mark.parametrize(
    ("accuracy", "images", "plausible"),
    [(100.0, 27, "87.5 to 100.0 %"), (0.0, 1, "0.0 to 79.3 %"), (50.0, 10_000, "49.0 to 51.0 %")],
)
def test_it_says_how_plausible_an_accuracy_is(accuracy: float, images: int, plausible: str) -> None:
    shown = page(test=accuracy, test_images=images, chance=accuracy)
    assert plausible in shown
    assert f"{images:,} image{'' if images == 1 else 's'} alone" in shown
    assert "no worse on the same images" in shown


def test_few_epochs_are_marked_one_by_one() -> None:
    shown = page(losses=(1.0, 0.5, 0.25))
    assert '"ticktext": ["1", "2", "3"]' in shown
    assert "ticktext" not in page(losses=(1.0,) * 20).partition('"layout"')[2].partition("</")[0]


def test_what_is_not_known_is_left_out() -> None:
    shown = page(losses=(math.nan,)).partition("<body>")[2]
    assert "No image was held out" in shown
    assert "Show 1 epoch<" in shown
    for word in ("nan", "None", "Accuracy", "Time"):
        assert f">{word}" not in shown
    assert "nothing to learn with" in page("444444")

"""Figures of pages: readable on both papers, complete in their legends, closed to markup."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path

import numpy as np
import pytest

import archscout.reports
from archscout.reports._charts import BLUE, COLOURS, GREY, INK, ORANGE, SOFT, Chart
from archscout.reports._pages import Page

PAGE = Path(archscout.reports.__file__).parent / "page"
STYLE = (PAGE / "style.css").read_text("utf-8")


def luminance(colour):
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    light = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return np.dot(light, (0.2126, 0.7152, 0.0722))


@pytest.mark.parametrize("paper", [0, 1])
def test_every_colour_shows_on_its_paper(paper):
    colours = dict(
        re.findall(r"(--[\w-]+): (#\w+);", re.findall(r":root[^{]*{([^}]*)}", STYLE)[paper])
    )
    assert {*COLOURS, GREY, INK, SOFT, "--line", "--paper"} <= set(colours)
    for name in (*COLOURS, GREY, INK, SOFT):
        pair = sorted((luminance(colours[name]), luminance(colours["--paper"])))
        assert (pair[1] + 0.05) / (pair[0] + 0.05) >= 3.0, name


def test_a_line_and_its_band_share_a_name_and_the_legend_holds_it_once():
    chart = Chart("labels", "regret")
    chart.band([1, 2], [0.1, 0.2], [0.3, 0.4], "guided", f"{BLUE}/0.15")
    chart.line([1, 2], [0.2, 0.3], "guided", BLUE)
    chart.line([1, 2], [0.2, 0.2], "", ORANGE)
    assert [entry["name"] for entry in chart.legend] == ["guided"]
    band = chart.traces[0]
    assert list(band["x"]) == [1, 2, 2, 1]
    assert list(band["y"]) == [0.1, 0.2, 0.4, 0.3]


def test_what_json_cannot_hold_is_left_out_and_markup_stays_text():
    chart = Chart("</script><b>", "y", x_ticks=[(1.0, "<b>")])
    chart.dots([1.0], [math.nan], "<img>", BLUE, hover=["<img src=x>\n" + "long" * 30 + "\ud800"])
    text = chart.json()
    assert "<" not in text
    figure = json.loads(text)
    assert figure["data"][0]["y"] == [None]
    told = figure["data"][0]["text"][0].split("<br>")
    assert told[0] == "&lt;img src=x&gt;"
    assert max(map(len, told)) < 40
    assert figure["layout"]["xaxis"]["title"]["text"] == "&lt;/script&gt;&lt;b&gt;"
    assert figure["layout"]["xaxis"]["ticktext"] == ["&lt;b&gt;"]


def test_a_page_without_charts_runs_no_script():
    page = Page("search", "no chart")
    page.section("", page.figure("left out", "", None), page.figure("empty", "", []))
    page = page.text()
    assert "script-src &#39;none&#39;" in page
    assert "<script" not in page


@pytest.mark.parametrize("template", sorted(PAGE.glob("*.html")), ids=lambda path: path.stem)
def test_every_page_has_the_shared_frame_and_names_its_boxes_for_those_who_do_not_see(template):
    text = template.read_text("utf-8")
    if template.stem not in ("base", "parts"):
        assert text.startswith('{% extends "base.html" %}')
    for box in re.findall(r'<div class="wide"[^>]*>', text):
        assert re.fullmatch(
            r'<div class="wide" tabindex="0" role="region" aria-label="[^"]+">', box
        )

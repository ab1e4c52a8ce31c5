"""The page: complete, closed to the outside, and safe against what a run may contain."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import os
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

import archscout
from archscout.cli._search import print_summary
from archscout.errors import StorageError
from archscout.reports import _content as content
from archscout.reports import report
from archscout.reports._search_html import render_search
from archscout.spaces.nasbench201.space import NASBench201
from archscout.testing._toy import ToySpace

VOID = {"meta", "br", "wbr", "img", "hr", "input", "link"}
HOSTILE = "</script><script>alert('x')</script><img src=x onerror=alert(1)>\"'{{7*7}}<!--"


class Page(HTMLParser):
    """Elements, attributes, scripts and text of a page; fails on elements that do not close."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.words = ""
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert not self._open

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)
        if tag == "script":
            self.scripts.append((dict(attrs), ""))

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        if self._open and self._open[-1] == "script":
            attributes, text = self.scripts[-1]
            self.scripts[-1] = (attributes, text + data)
        elif "style" not in self._open:
            self.words += data

    @property
    def text(self) -> str:
        return " ".join(self.words.split())

    @property
    def titles(self) -> set[str | None]:
        return {attributes.get("id") for tag, attributes in self.elements if tag == "section"}

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.elements)

    def figures(self) -> dict[str | None, dict]:
        names = [attributes["id"] for tag, attributes in self.elements if tag == "figure"]
        drawn = [text for attributes, text in self.scripts if "type" in attributes]
        return dict(zip(names, map(json.loads, drawn), strict=True))


@pytest.mark.slow
def test_the_headline_tells_the_result(make_result):
    result = make_result()
    page = Page(render_search(result))
    assert (
        "With 60 labels, which would have cost 33 hours of training, seminas found a cell with a "
        f"value of {result.best.value:.2f} % (rank 12 of 15,625 in the table):" in page.text
    )
    assert result.space.format(result.best.architecture) in page.text
    assert f"{result.best.test_value:.2f} %" in page.text


@pytest.mark.slow
def test_all_parts_are_there(make_result):
    page = Page(render_search(make_result(failed=2)))
    assert page.titles == {
        "anytime", "prediction", "audit", "cells", "test", "origins", "failures", "caveats",
        "manifest", "labels",
    }  # fmt: skip
    assert set(page.figures()) == {"figure-anytime", "figure-prediction", "figure-audit"}
    assert "the held-out loss stopped falling" in page.text
    assert "Pseudo-labels raised the rank correlation on held-out labels in 1 of 2" in page.text
    assert "The noise ceiling is 0.75" in page.text
    assert "They chose nothing" in page.text
    assert "archscout search --out 'my runs'" in page.text
    assert "RuntimeError: out of memory" in page.text
    assert "one seed" in page.text
    assert sum(attributes.get("class") == "cell" for _, attributes in page.elements) == 5


@pytest.mark.slow
@pytest.mark.parametrize(
    ("without", "gone"),
    [
        ({"predicted": False}, {"prediction"}),
        ({"audit": False}, {"audit"}),
        ({"tests": False}, {"test"}),
        ({"noise": False}, set()),
        ({"labels": 1, "predicted": False}, {"prediction"}),
        ({"labels": 21}, set()),
        ({"labels": 22, "failed": 22}, {"anytime", "prediction", "cells", "test"}),
        ({"labels": 0}, {"anytime", "prediction", "cells", "test", "origins", "labels"}),
        ({"noise": False, "tests": False, "audit": False, "manifest": {}}, {"test", "audit"}),
    ],
)
def test_missing_parts_leave_a_sensible_page(make_result, without, gone):
    page = Page(render_search(make_result(**without)))
    kept = {"anytime", "prediction", "audit", "cells", "test", "origins", "labels"} - gone
    assert page.titles - {"failures", "caveats", "manifest"} == kept
    assert "nan" not in page.text.lower().replace("nanos", "")
    assert "None" not in page.text


def test_a_label_has_one_number_on_the_page_in_the_csv_and_in_the_record(make_result):
    result = make_result(labels=40, failed=2, standing={})
    best = max((label for label in result.labels if not label.failed), key=lambda one: one.value)
    result.labels[26], result.labels[best.number] = (
        replace(best, number=26),
        replace(result.labels[26], number=best.number),
    )
    frame = result.to_frame()
    assert frame["number"][frame["value"].idxmax()] == 26
    assert result.to_dict()["labels"][26]["value"] == result.best.value
    page = Page(render_search(result))
    assert "highest, bought as label 26" in page.text
    assert "The best is label 26 of 40 labels, numbered from 0" in page.text
    assert "bought aslabel 26, latent ascent" in page.text
    first = content.label_table(result)["rows"][0]
    assert first[:2] == ("0", result.space.format(result.labels[0].architecture))
    assert [row[0] for row in content.failures(result)] == [0, 1]
    assert "label 27" not in page.text.replace("label 27,", "")


def test_rounds_without_pseudo_labels_say_nothing_of_them(make_result):
    rounds = [
        {"round": n, "labels": 9 + n, "predictor": "Forest", "candidates": 500, "seconds": 0.1}
        for n in range(1, 3)
    ]
    result = make_result()
    for audit in (rounds, [{**row, "pseudo_labels": 0, "steps": 4} for row in rounds]):
        result.audit = audit
        page = Page(render_search(result))
        assert "pseudo" not in page.text.lower()
        assert "why its loop stopped" not in page.text
        assert "Rounds of learning" in page.text
        assert "figure-audit" not in page.figures()
    result.audit = [{**rounds[0], "tau_before": None, "stopped": "4 labels are too few"}]
    assert "What the pseudo-labels did" in Page(render_search(result)).text


def test_values_of_measurements_are_in_the_table_of_labels(make_result):
    result = make_result(labels=3)
    result.labels[1] = replace(result.labels[1], info={"latency": 2.5, "host": HOSTILE})
    page = Page(render_search(result))
    assert "info.latency" in page.text
    assert "2.5" in page.text
    assert HOSTILE[:80] in page.text
    many = {f"layer {n}": n for n in range(40)}
    result.labels[1] = replace(result.labels[1], info=many)
    page = Page(render_search(result))
    assert "info.layer 11" in page.text
    assert "info.layer 12" not in page.text
    assert "28 more info columns" in page.text


def test_a_best_that_cannot_learn_is_told_beside_it(make_result, capsys):
    result = make_result(labels=5, predicted=False, audit=False)
    assert "nothing to learn with" not in Page(render_search(result)).text
    pooling = result.space.parse("444444")
    result.labels[3] = replace(result.labels[3], value=99.0, architecture=pooling)
    page = Page(render_search(result))
    assert "Warning: the architecture has nothing to learn with: none of its" in page.text
    assert result.to_dict()["warnings"] == result.warnings
    print_summary(result, Path("runs"))
    assert "nothing to learn with" in capsys.readouterr().out


def test_a_search_without_a_value_says_so(make_result):
    page = Page(render_search(make_result(labels=4, failed=4, audit=False)))
    assert "No value was measured: all 4 labels failed." in page.text
    assert not page.figures()
    assert page.count("script") == 0


def test_an_early_end_is_told(make_result):
    stopped = "the strategy had nothing left to propose after 60 labels"
    assert stopped in Page(render_search(make_result(budget=100, stopped=stopped))).text


@pytest.mark.slow
def test_many_labels_fit(make_result):
    text = render_search(make_result(labels=5000))
    page = Page(text)
    assert len(text) < 3_500_000
    assert "Show the first 1,000 of 5,000 labels" in page.text
    points = sum(
        len(trace["text"]) for trace in page.figures()["figure-anytime"]["data"] if "text" in trace
    )
    assert points == 5000


def test_the_page_of_a_search_weighs_little_and_carries_its_script_once(make_result):
    text = render_search(make_result(labels=40))
    assert len(text.encode()) < 1_500_000
    assert text.count("window.Plotly = Plotly") == 1


def test_lower_is_better_where_the_objective_says_so(make_result):
    result = make_result(direction="minimize", unit="loss")
    lowest = min(label.value for label in result.labels)
    assert f"a value of {lowest:.4g} loss" in Page(render_search(result)).text


def test_the_page_asks_for_nothing_outside(make_result):
    page = Page(render_search(make_result(failed=1)))
    for tag, attributes in page.elements:
        assert tag not in ("link", "img", "iframe", "base", "object")
        for name in ("src", "srcset", "href", "action", "data"):
            assert name not in attributes
        assert "url(" not in (attributes.get("style") or "")
        assert not any(name.startswith("on") for name in attributes)


def test_only_the_two_named_scripts_may_run(make_result):
    page = Page(render_search(make_result()))
    policy = next(
        str(attributes["content"])
        for tag, attributes in page.elements
        if attributes.get("http-equiv") == "Content-Security-Policy"
    )
    running = [text for attributes, text in page.scripts if "type" not in attributes]
    assert len(running) == 2
    for script in running:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")
    assert "unsafe-inline" not in policy.split("script-src")[1].split(";")[0]
    assert "unsafe-eval" not in policy


class HostileSpace(NASBench201):
    """A space whose architectures print as markup."""

    def format(self, arch):
        return f"{HOSTILE}{arch.choices}"


@pytest.mark.slow
def test_texts_of_a_run_never_become_markup(make_result):
    plain = Page(render_search(make_result(failed=2)))
    result = make_result(
        failed=2,
        strategy=HOSTILE,
        objective=HOSTILE,
        stopped=HOSTILE,
        unit=HOSTILE,
        budget=99,
        space=HostileSpace(),
        manifest={"command": ["archscout", HOSTILE], HOSTILE: HOSTILE, "settings": {"a": HOSTILE}},
    )
    result.labels = [
        replace(label, error=HOSTILE * label.failed, info={**label.info, "origin": HOSTILE})
        for label in result.labels
    ]
    result.audit[0] |= {"stopped": HOSTILE, "round": HOSTILE, "labels": HOSTILE}
    page = Page(render_search(result))
    assert page.count("script") == plain.count("script")
    assert page.count("img") == 0
    assert "49" not in page.text.split("Best value over")[0].replace(HOSTILE, "")
    assert page.words.count("<img src=x onerror=alert(1)>") > 60
    for figure in page.figures().values():
        for trace in figure["data"]:
            told = json.dumps(trace.get("text", [])).replace("<br>", "")
            assert "<" not in told


def test_texts_that_no_file_can_hold_are_written_all_the_same(make_result, tmp_path):
    result = make_result(labels=3, failed=1)
    result.labels[0] = replace(result.labels[0], error="half a character: \ud800")
    assert "half a character: ?" in report(result, tmp_path / "a.html").read_text("utf-8")


@pytest.mark.slow
def test_figures_that_are_not_finite_stay_out_of_the_data(make_result):
    result = make_result(noise=False)
    result.noise = {"kendall_tau": math.nan, "run_std": None, "runs": 1}
    result.audit[0] |= {"tau_before": None, "tau_after": math.nan}
    page = Page(render_search(result))
    assert "NaN" not in json.dumps(page.figures())
    assert "not known for this objective" in page.text


@pytest.mark.slow
def test_it_is_written_where_it_was_asked_for(make_result, tmp_path):
    result = make_result(labels=3)
    path = tmp_path / "new" / "folder" / "mine.html"
    assert report(result, str(path)) == path
    assert path.read_text("utf-8").lstrip().startswith("<!DOCTYPE html>")
    assert report(result, tmp_path) == tmp_path / "report.html"


def test_a_place_that_cannot_be_written_is_one_sentence(make_result, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError) as caught:
        report(make_result(labels=2), tmp_path / "file" / "report.html")
    message = str(caught.value)
    assert "report.html" in message
    assert "name a file" in message
    assert "\n" not in message


def test_an_old_report_survives_a_failed_write(make_result, tmp_path, monkeypatch):
    path = tmp_path / "report.html"
    path.write_text("old")

    def broken(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", broken)
    with pytest.raises(StorageError, match="No space left"):
        report(make_result(labels=2), path)
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["report.html"]


@pytest.mark.slow
def test_a_real_search_is_reported(tmp_path: Path):
    result = archscout.search("nasbench201", lambda arch: sum(arch.choices), "random", labels=12)
    page = Page(report(result, tmp_path / "report.html").read_text("utf-8"))
    assert {"anytime", "cells", "caveats", "manifest", "labels"} <= page.titles
    assert archscout.load_space("nasbench201").format(result.best.architecture) in page.text
    assert "Price of the labels" in page.text
    assert "Nothing was trained" not in page.text
    result.seconds = 0.0
    assert "Price of the labels" not in Page(render_search(result)).text


def test_a_space_is_named_by_what_loads_it():
    class Local(ToySpace):
        pass

    for space, shown in (
        (Local(), "    space,  # 'toy'"),
        (ToySpace(), "    'archscout.testing._toy:ToySpace',"),
        ("nasbench201", "    'nasbench201',"),
    ):
        result = archscout.search(space, lambda arch: sum(arch.choices), "random", labels=2)
        assert shown in content.rerun(result)["python"].splitlines()


def test_a_search_that_went_on_was_not_looked_up(tmp_path: Path):
    def slow(arch: archscout.Architecture) -> archscout.Measurement:
        return archscout.Measurement(1.0, seconds=3600.0)

    for labels in (3, 4):
        result = archscout.search(
            "nasbench201", slow, "random", labels=labels, storage=tmp_path / "a.log"
        )
        assert ("Nothing was trained" in render_search(result)) == (labels == 3)


@pytest.mark.slow
def test_a_saved_result_makes_the_same_page(make_result, tmp_path):
    result = make_result(labels=30, failed=1)
    loaded = archscout.load_result(result.save(tmp_path))
    assert render_search(loaded) == render_search(result)


def test_one_of_anything_is_singular(make_result):
    page = Page(render_search(make_result(labels=1, predicted=False, audit=False)))
    assert "The best is label 0 of 1 label, numbered" in page.text
    assert "none of the bought has a better one" in page.text
    assert "The only cell that was measured with success." in page.text
    failed = Page(render_search(make_result(labels=1, failed=1, audit=False)))
    assert "No value was measured: the only label failed." in failed.text


def test_zero_has_no_sign_and_no_unit_no_brackets(make_result):
    result = make_result(labels=22, unit="", noise=False, audit=False)
    result.labels = [
        replace(label, value=-0.0, info={"predicted": 0.0, "round": 1}) for label in result.labels
    ]
    page = Page(render_search(result))
    assert "-0" not in page.text.partition("How it was made")[0].replace("|", "")
    assert "()" not in page.text
    assert "predictions lay 0 above the measured values" in page.text


def test_twins_alone_are_not_called_the_only_measured_cell(make_result):
    result = make_result(labels=2, predicted=False, audit=False)
    texts = ("|nor_conv_3x3~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|",
             "|nor_conv_1x1~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|")  # fmt: skip
    result.labels = [
        replace(label, architecture=result.space.parse(text))
        for label, text in zip(result.labels, texts, strict=True)
    ]
    assert "All measured cells compute the same function" in Page(render_search(result)).text

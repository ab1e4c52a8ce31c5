"""The charts: all labels shown, none twice, outliers kept on the border."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from archscout.reports import _facts as facts
from archscout.reports._plots import anytime_chart, audit_chart, prediction_chart


def traces(chart):
    return {trace["name"]: SimpleNamespace(**trace) for trace in chart.traces}


def joined(texts):
    """Hover texts without the ends of their lines."""
    return "".join(texts).replace("<br>", "")


def test_every_label_is_a_point_and_the_failed_are_marked(make_result):
    result = make_result(failed=3)
    shown = traces(anytime_chart(result))
    numbers = [x for name, trace in shown.items() if name != "best so far" for x in trace.x]
    assert sorted(numbers) == [label.number for label in result.labels] == list(range(60))
    assert list(shown["failed"].x) == [0, 1, 2]
    assert list(shown["best so far"].x) == list(range(60))
    assert "out of memory" in shown["failed"].text[0]
    assert result.space.format(result.labels[5].architecture) in joined(shown["first"].text)


def test_the_best_so_far_never_falls_and_skips_failed_labels(make_result):
    result = make_result(failed=3)
    best = np.array(traces(anytime_chart(result))["best so far"].y)
    assert np.isnan(best[:3]).all()
    assert (np.diff(best[3:]) >= 0).all()
    assert best[-1] == result.best.value
    low = np.array(traces(anytime_chart(make_result(direction="minimize")))["best so far"].y)
    assert (np.diff(low) <= 0).all()


def test_one_broken_network_does_not_flatten_the_rest(make_result):
    result = make_result()
    result.labels[7] = replace(result.labels[7], value=10.0)
    figure = anytime_chart(result)
    low = figure.y_range[0]
    off = traces(figure)["off the scale"]
    assert low > 80
    assert low < off.y[0] < low + 1
    assert off.text[0].startswith("label 7: 10.00 %<br>")


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=50), st.sampled_from(["max", "min"]))
def test_the_better_half_is_always_in_view(values, side):
    array = np.array(values)
    low, high = facts.view(array, side + "imize")
    good = (
        np.sort(array)[len(array) // 2 :]
        if side == "max"
        else np.sort(array)[: -(-len(array) // 2)]
    )
    assert low < high
    assert (good >= low).all()
    assert (good <= high).all()


def test_predictions_stand_beside_the_identity_and_the_noise(make_result):
    result = make_result()
    shown = traces(prediction_chart(result))
    line, points = shown["measured as predicted"], shown["label"]
    assert list(line.x) == list(line.y)
    assert len(points.x) == 40
    assert [text.split(":")[0] for text in points.text] == [f"label {n}" for n in range(20, 60)]
    band = next(trace for name, trace in shown.items() if name.startswith("± 0.20"))
    assert np.isclose(band.y[3] - band.y[0], 0.4)
    assert prediction_chart(make_result(predicted=False)) is None
    assert not any(n.startswith("±") for n in traces(prediction_chart(make_result(noise=False))))


def test_a_failed_label_is_no_measured_point(make_result):
    assert len(traces(prediction_chart(make_result(failed=30)))["label"].x) == 30


def test_the_audit_shows_each_measured_round(make_result):
    result = make_result()
    result.audit.append({"round": 3, "tau_before": None, "tau_after": None})
    shown = traces(audit_chart(result.audit, result.noise))
    assert list(shown["before pseudo-labels"].y) == [0.5, 0.5]
    assert list(shown["after"].y) == [0.58, 0.48]
    assert audit_chart([{"round": 1, "tau_before": None}], {}) is None


def test_twins_are_one_of_the_best(make_result):
    result = make_result(labels=4)
    space = result.space
    texts = [
        "|nor_conv_3x3~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|",
        "|nor_conv_1x1~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|",
        "|nor_conv_3x3~0|+|none~0|none~1|+|none~0|nor_conv_3x3~1|none~2|",
        "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|",
    ]
    result.labels = [
        replace(label, architecture=space.parse(text), value=90.0 - label.number)
        for label, text in zip(result.labels, texts, strict=True)
    ]
    assert [label.number for label in facts.best_labels(result)] == [0, 2, 3]
    assert facts.best_labels(result)[0].architecture == result.best.architecture


def test_rare_origins_share_a_group(make_result):
    result = make_result(labels=12)
    labels = [
        replace(label, info={"origin": f"kind {label.number % 6}"}) for label in result.labels
    ]
    groups = facts.by_origin(labels, most=4)
    assert len(groups) == 4
    assert sum(map(len, groups.values())) == 12
    assert facts.OTHER in groups

"""The words and tables of the page, made from a finished search; no markup here."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np

from archscout.plugins import is_reference
from archscout.reports import _facts as facts
from archscout.reports._manifest_rows import command_line, flat_rows
from archscout.reports._words import count, difference, duration, finite, size, value
from archscout.results._notes import info_columns
from archscout.spaces import SPACES, plugin_of
from archscout.spaces._hollow import hollow

if TYPE_CHECKING:
    from archscout.results.search import SearchResult

MOST_FAILED, MOST_LISTED, MOST_LETTERS = 50, 1000, 500
MOST_INFO, MOST_IN_CELL = 12, 80
WHY_STOPPED = "why its loop stopped"
_AUDIT_COLUMNS = (
    ("round", "round", "{}"),
    ("labels", "labels", "{:,}"),
    ("predictor", "predictor", "{}"),
    ("pseudo_labels", "pseudo-labels", "{:,}"),
    ("pseudo_spread", "their spread", "{:.3g}"),
    ("tau_before", "tau before", "{:.3f}"),
    ("tau_after", "tau after", "{:.3f}"),
    ("steps", "gradient steps", "{:,}"),
    ("candidates", "candidates", "{:,}"),
    ("seconds", "seconds", "{:.1f}"),
)


def noun(result: SearchResult) -> str:
    """What the space calls its architectures."""
    return plugin_of(result.space).noun


def headline(result: SearchResult) -> dict[str, Any]:
    """The one sentence of the result, in pieces, and its tiles."""
    best = facts.best_labels(result, 1)
    failed = sum(label.failed for label in result.labels)
    bought = count(len(result.labels), "label")
    rank = ""
    if result.standing:
        rank = "rank {rank:,} of {of:,} in the table".format(**result.standing)
    tiles: list[tuple[str, str, str]] = []
    if best:
        word = "highest" if result.direction == "maximize" else "lowest"
        place = f"{word}, bought as label {best[0].number:,}"
        tiles.append(("Best value", value(best[0].value, result.unit), rank or place))
        test = finite(result.test_values.get(best[0].architecture))
        if test is not None:
            tiles.append(("Its test value", value(test, result.unit), "revealed after the search"))
    left = f"of {result.budget:,} in the budget" + (f", {failed:,} failed" if failed else "")
    left += f", {result.bought_again:,} bought again" if result.bought_again else ""
    left += f"; {count(result.repeats, 'repeat')} at no cost" if result.repeats else ""
    tiles.append(("Labels", f"{len(result.labels):,}", left))
    if result.seconds:
        tiles.append(("Price of the labels", duration(result.seconds), "of training"))
    tiles.append(("Time of the search", duration(result.wall_seconds), "on this machine"))
    return {
        "best": best[0] if best else None,
        "text": result.space.format(best[0].architecture) if best else "",
        "value": value(best[0].value, result.unit) if best else "",
        "rank": rank,
        "bought": bought,
        "price": duration(result.seconds) if result.seconds else "",
        "trained": not looked_up(result),
        "tiles": tiles,
        "stopped": result.stopped if len(result.labels) < result.budget else "",
    }


def looked_up(result: SearchResult) -> bool:
    """Whether values and prices came from a table, or from what else takes less than it costs."""
    resumed = "recorded_labels" in result.manifest  # the time of the search is then not all of it
    return bool(result.standing and result.seconds) or (
        not resumed and result.seconds > 1.5 * result.wall_seconds
    )


def anytime_words(result: SearchResult) -> list[str]:
    """When the best label was bought, and what the chart leaves out."""
    good = [label for label in result.labels if not label.failed]
    if not good:
        return []
    best = facts.best_labels(result, 1)[0]
    words = [
        f"The best is label {best.number:,} of {count(len(result.labels), 'label')}, "
        "numbered from 0 in buying order."
    ]
    values = np.array([label.value for label in good])
    low, high = facts.view(values, result.direction)
    outside = int(((values < low) | (values > high)).sum())
    if outside:
        words.append(
            f"{count(outside, 'label')} far worse than the rest "
            f"{'stands' if outside == 1 else 'stand'} on the border of the chart, off its scale."
        )
    return words


def prediction_words(result: SearchResult) -> list[str]:
    """How well predictions agreed with measurements, and how well they could."""
    labels = facts.predicted_labels(result)
    if not labels:
        return []
    predicted = [float(label.info["predicted"]) for label in labels]
    measured = [label.value for label in labels]
    number = f"{len(labels):,} {'label was' if len(labels) == 1 else 'labels were'}"
    words = [f"{number} predicted before being bought."]
    tau = facts.agreement(predicted, measured)
    if tau is not None:
        words.append(f"Kendall tau-b between predicted and measured is {tau:.2f}.")
    ceiling, noise = (finite(result.noise.get(key)) for key in ("kendall_tau", "run_std"))
    if ceiling is not None:
        words.append(
            f"The noise ceiling is {ceiling:.2f}: that is the tau between two single trainings of "
            "every architecture of the table. It is taken over the whole table, while these "
            f"labels were picked for being predicted good{', so' if tau is not None else '; among'}"
            f"{' among' if tau is not None else ''} such close rivals a lower tau is expected."
        )
    if noise is not None:
        near = sum(abs(p - m) <= noise for p, m in zip(predicted, measured, strict=True))
        words.append(
            f"The grey band is ± {difference(noise, result.unit)}, the standard deviation of one "
            f"training (median over the table); {near:,} of {len(labels):,} predictions lie in it."
        )
    if ceiling is None and noise is None:
        words.append("How noisy a single training is, is not known for this objective.")
    bias = float(np.mean(np.array(predicted) - np.array(measured)))
    side = "above" if bias >= 0 else "below"
    words.append(
        f"On average, predictions lay {difference(abs(bias), result.unit)} {side} "
        "the measured values."
    )
    return words


def rounds(result: SearchResult) -> tuple[list[str], list[list[str]]]:
    """The head and rows of the rounds of a learning strategy."""
    pseudo = facts.has_pseudo_labels(result.audit)
    columns = [
        column
        for column in _AUDIT_COLUMNS
        if (pseudo or column[0] not in facts.PSEUDO_COLUMNS)
        and any(row.get(column[0]) is not None for row in result.audit)
    ]
    heads = [head for _, head, _ in columns]
    rows = [[_cell(row.get(key), form) for key, _, form in columns] for row in result.audit]
    if any(row.get("stopped") for row in result.audit):
        heads.append(WHY_STOPPED)
        for cells, row in zip(rows, result.audit, strict=True):
            cells.append(str(row.get("stopped") or "not said"))
    return heads, rows


def pseudo_words(result: SearchResult) -> list[str]:
    """What pseudo-labels changed in the rounds that measured it."""
    pairs = [(finite(row.get("tau_before")), finite(row.get("tau_after"))) for row in result.audit]
    changes = [
        after - before for before, after in pairs if before is not None and after is not None
    ]
    if not changes:
        return ["No round measured the rank correlation before and after pseudo-labels."]
    better = sum(change > 0 for change in changes)
    return [
        f"Pseudo-labels raised the rank correlation on held-out labels in {better:,} of "
        f"{count(len(changes), 'measured round')}; the mean change was {np.mean(changes):+.3f}.",
        "A held-out set of a search is small, so a single round says little: whether pseudo-labels "
        "help is a question for many seeds with their control.",
    ]


def _cell(item: Any, form: str) -> str:
    if item is None:
        return "–"
    try:
        return form.format(item)
    except (ValueError, TypeError):
        return str(item)


def best_cells(result: SearchResult) -> dict[str, Any]:
    """The best distinct architectures with what is known of each."""
    labels = facts.best_labels(result)
    cards = []
    for place, label in enumerate(labels, start=1):
        known = [("value", value(label.value, result.unit))]
        test = finite(result.test_values.get(label.architecture))
        if test is not None:
            known.append(("test value", value(test, result.unit)))
        for name, number in facts.costs(result, label).items():
            if number is not None:
                known.append((name, size(number)))
        source = f", {facts.origin(label)}" if facts.origin(label) else ""
        known.append(("bought as", f"label {label.number:,}{source}"))
        text = result.space.format(label.architecture)
        doubt = hollow(result.space, label.architecture)
        cards.append({"place": place, "label": label, "text": text, "known": known, "doubt": doubt})
    words, noise = "", finite(result.noise.get("run_std"))
    if len(labels) == 1:
        several = sum(not label.failed for label in result.labels) > 1
        words = (
            f"All measured {noun(result)}s compute the same function; this one has the best value."
            if several
            else f"The only {noun(result)} that was measured with success."
        )
    if len(labels) > 1 and noise is not None:
        gap = abs(labels[0].value - labels[-1].value)
        words = (
            f"They lie within {difference(gap, result.unit)} of each other, while the standard "
            f"deviation of one training is {difference(noise, result.unit)}"
            + (": their order is not settled." if gap < 2 * noise else ".")
        )
    return {"cards": cards, "words": words}


def origins(result: SearchResult) -> list[tuple[Any, ...]]:
    """Where the labels came from: how many, their share, best and median value, and failures."""
    groups = facts.by_origin(list(result.labels), most=12)
    if set(groups) <= {""}:
        return []
    rows = []
    for name, labels in groups.items():
        values = [label.value for label in labels if not label.failed]
        best = (max if result.direction == "maximize" else min)(values, default=None)
        median = float(np.median(values)) if values else None
        rows.append(
            (
                name,
                len(labels),
                round(100 * len(labels) / len(result.labels), 1),
                value(best, result.unit),
                value(median, result.unit),
                len(labels) - len(values),
            )
        )
    return rows


def failures(result: SearchResult) -> list[tuple[int, str, str]]:
    """The first failed labels with their architectures and error texts."""
    failed = [label for label in result.labels if label.failed]
    rows = []
    for label in failed[:MOST_FAILED]:
        error = label.error or "no reason kept"
        error = error if len(error) <= MOST_LETTERS else error[:MOST_LETTERS] + "…"
        rows.append((label.number, result.space.format(label.architecture), error))
    return rows


def sealed_words(result: SearchResult) -> list[str]:
    """What the sealed test values say, once the search is over."""
    pairs = facts.revealed(result)
    if not pairs:
        return []
    words = [
        "Test values were sealed during the search and revealed after its end. They chose nothing: "
        "the best architecture was picked by its search value alone."
    ]
    best = facts.best_labels(result, 1)[0]
    chosen = finite(result.test_values.get(best.architecture))
    top = (max if result.direction == "maximize" else min)(test for _, test in pairs)
    if chosen is not None:
        words.append(
            f"The chosen {noun(result)} has a test value of {value(chosen, result.unit)}; "
            + (
                "none of the bought has a better one."
                if chosen == top
                else "the best among the bought, which the search could not know, has "
                f"{value(top, result.unit)}."
            )
        )
    tau = facts.agreement([label.value for label, _ in pairs], [test for _, test in pairs])
    if tau is not None:
        words.append(
            f"Kendall tau-b between search and test values of the {count(len(pairs), 'label')} "
            f"is {tau:.2f}."
        )
    return words


def label_table(result: SearchResult) -> dict[str, Any]:
    """The first labels as a table for readers without the chart."""
    labels = result.labels[:MOST_LISTED]
    known = info_columns(labels)
    shown = dict(itertools.islice(known.items(), MOST_INFO))
    rows = [
        (
            f"{label.number:,}",
            result.space.format(label.architecture),
            "failed" if label.failed else value(label.value, result.unit),
            value(finite(label.info.get("predicted")), result.unit),
            facts.origin(label) or "–",
            duration(label.seconds) if label.seconds else "–",
            *(_info_cell(column[place]) for column in shown.values()),
        )
        for place, label in enumerate(labels)
    ]
    return {"rows": rows, "info": list(shown), "more": len(known) - len(shown)}


def _info_cell(item: Any) -> str:
    """A value of a measurement's info, short enough for a table."""
    number = finite(item)
    if number is not None:
        return f"{number:.6g}" if isinstance(item, float) else f"{item}"
    missing = item is None or isinstance(item, float)
    text = "–" if missing else str(item)
    return text if len(text) <= MOST_IN_CELL else text[:MOST_IN_CELL] + "…"


def caveats(result: SearchResult) -> list[str]:
    """What a reader must know before quoting a number of this page."""
    good = sum(not label.failed for label in result.labels)
    noise, runs = finite(result.noise.get("run_std")), finite(result.noise.get("runs")) or 0
    said = [
        "This is one search with one seed; another seed ends elsewhere. To compare strategies, "
        "run at least 20 paired seeds (archscout compare)."
    ]
    if good > 1:
        spread = ""
        if noise is not None:
            spread = f" (standard deviation of one training: {difference(noise, result.unit)})"
        said.append(
            f"The best value is the best of {good:,} measurements, each with noise{spread}: "
            "part of its lead is luck."
        )
    if looked_up(result):
        said.append(
            "Nothing was trained during this search: values and prices were looked up, and the "
            "price is the training time that was recorded for the labels."
        )
    if runs > 1:
        said.append(
            f"The table holds up to {runs:.0f} trainings of an architecture. Where a value is "
            "their mean, a label is less noisy than the one training that it is priced as."
        )
    if good < len(result.labels):
        failed = len(result.labels) - good
        said.append(f"{count(failed, 'label')} failed; failed labels count in the budget.")
    return said


def manifest_rows(result: SearchResult) -> list[tuple[str, str]]:
    """The manifest as flat pairs of text."""
    rows = [("space", result.space.name), ("objective", result.objective)]
    rows += [("unit", result.unit), ("direction", result.direction)]
    known = dict(rows)
    return rows + [row for row in flat_rows(result.manifest) if row[0] not in known]


def rerun(result: SearchResult) -> dict[str, str]:
    """The command line and the Python call that repeat the search."""
    command = result.manifest.get("command") or ""
    known = result.manifest
    settings = known.get("settings")
    imports = ["import archscout"]
    home = known.get("space_from", result.space.name)
    registered = is_reference(home) or home in SPACES
    named = repr(home)
    space, note = (named, "") if registered else ("space", f"  # {named}")
    if known.get("limits"):
        rows = [", ".join(f"{key}={row[key]!r}" for key in row) for row in known["limits"]]
        limits = ", ".join(f"Limit({row})" for row in rows)
        loaded = f"archscout.load_space({named})" if registered else "space"
        space = f"{loaded}.within([{limits}])"
        imports.append("from archscout.spaces.limits._limit import Limit")
    lines = [
        *imports,
        "",
        "result = archscout.search(",
        f"    {space},{note}",
        f"    objective,  # {result.objective!r}",
        f"    strategy={result.strategy!r},",
        f"    labels={result.budget},",
        f"    seed={known.get('seed', 0)!r},",
    ]
    lines += [f"    settings={settings!r},"] if settings else []
    lines += [f"    dedup={known['dedup']!r},"] if known.get("dedup", "exact") != "exact" else []
    return {"command": command_line(command), "python": "\n".join([*lines, ")"])}

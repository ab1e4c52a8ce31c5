"""The documentation says what the code does: settings, audit fields, names."""

from __future__ import annotations

import importlib
import pkgutil
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import archscout.predictors
import archscout.strategies
from archscout.predictors import PRESETS, Preset
from archscout.strategies._latent_ascent import LatentAscent
from archscout.strategies._seminas import PLANS, SemiSupervised, seminas
from archscout.strategies.predictor_guided import Plan
from archscout.testing._toy import ToySpace

DOCS = Path(__file__).parents[1] / "docs"
SEMINAS = (DOCS / "methods" / "seminas.md").read_text(encoding="utf-8")
PAPER_STEPS = tuple(float(step) for step in range(1, 101))
IMAGENET_STEPS = tuple(step / 10 for step in range(1, 1001))

# Fields that a kind of network, or a loop without a trial, does not read: a dash in the table.
UNREAD = {
    "flow": {"mlp_hidden", "epochs_first", "epochs_more", "batch", "upsample"},
    "lstm": {"structure", "steps_first", "steps_more", "unlabeled_batch"},
}
TRIAL = {"held_out", "splits", "gain", "trial_growth"}
# Not settings of a preset: reject_below and best_seeds are arguments of the strategy.
OTHER = {"reject_below", "best_seeds"}


def table_under(heading: str, text: str) -> list[list[str]]:
    """Cells of the first table under a heading, without its head."""
    part = text.split(f"\n{heading}\n", 1)[1]
    rows = re.search(r"(?:^\|.*\|\n)+", part, re.MULTILINE)
    assert rows, f"no table under {heading}"
    split = [[cell.strip() for cell in row.split("|")[1:-1]] for row in rows[0].splitlines()]
    return [split[0], *split[2:]]


def settings_of(preset: str) -> dict[str, Any]:
    """Every setting of a preset of SemiNAS, wherever it is kept."""
    plan, ascent, choose = PLANS[preset]
    loop = SemiSupervised(ToySpace(), np.random.default_rng(0), preset).pseudo
    named = {name: getattr(loop, name) for name in ("judged", "rounds", *TRIAL)}
    return {**vars(plan), **vars(ascent), **vars(PRESETS[preset]), **named, "choose": choose}


def written(value: object) -> str:
    """A setting as the table writes it."""
    if value is None or value is False:
        return "no"
    if value is True:
        return "yes"
    if value == PAPER_STEPS:
        return "1, 2, …, 100"
    if value == IMAGENET_STEPS:
        return "0.1, 0.2, …, 100"
    if isinstance(value, tuple):
        return ", ".join(written(part) for part in value)
    if isinstance(value, int):
        return f"{value:,}"
    return np.format_float_positional(value, trim="-") if isinstance(value, float) else str(value)


@pytest.mark.parametrize("preset", list(PRESETS))
def test_the_table_of_presets_holds_the_settings_of_the_code(preset: str) -> None:
    head, *rows = table_under("## Presets", SEMINAS)
    column = next(place for place, cell in enumerate(head) if f"`{preset}`" in cell)
    shown = {row[0].split("`")[1]: row[column] for row in rows if row[0].startswith("`")}
    settings = settings_of(preset)
    unread = UNREAD[PRESETS[preset].network] | (set() if settings["judged"] else TRIAL)
    expected = {
        name: "–" if name in unread else written(value)
        for name, value in settings.items()
        if name not in OTHER
    }
    assert shown == expected


def test_every_setting_of_the_parts_is_in_the_table() -> None:
    _, *rows = table_under("## Presets", SEMINAS)
    shown = {row[0].split("`")[1] for row in rows if row[0].startswith("`")}
    names = {field.name for part in (Plan, LatentAscent, Preset) for field in fields(part)}
    assert names - OTHER <= shown


@pytest.mark.slow
def test_the_audit_has_the_fields_that_the_page_explains() -> None:
    _, *rows = table_under("## Reading the audit", SEMINAS)
    shown = {name for row in rows for name in re.findall(r"`(\w+)`", row[0])}
    strategy = seminas(ToySpace(), np.random.default_rng(0), first=4, each=1, unlabeled=20)
    for number in range(5):
        (arch,) = strategy.ask()
        strategy.tell([arch], [float(number)])
    assert shown == set(strategy.audit[0])


def test_names_of_methods_on_the_page_exist() -> None:
    known: dict[str, object] = {}
    for package in (archscout.predictors, archscout.strategies):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            known |= vars(importlib.import_module(module.name))
    named = set(re.findall(r"\b([A-Z]\w+)\.(_?[a-z]\w*)", SEMINAS))
    assert len(named) > 10
    missing = [
        f"{owner}.{name}"
        for owner, name in named
        if not (hasattr(known.get(owner), name) or (owner, name) == ("PredictorGuided", "audit"))
    ]
    assert missing == []


@pytest.mark.parametrize(
    ("heading", "names"),
    [
        ("## Strategies", archscout.strategies.list_strategies()),
        ("## Predictors", archscout.predictors.list_predictors()),
    ],
)
def test_every_method_is_listed(heading: str, names: list[str]) -> None:
    _, *rows = table_under(heading, (DOCS / "methods" / "index.md").read_text(encoding="utf-8"))
    assert sorted(re.findall(r"`([^`]+)`", row[0])[0] for row in rows) == names


def test_pages_load_nothing_from_elsewhere() -> None:
    for page in DOCS.rglob("*.md"):
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"!\[[^\]]*\]\(https?:|src=.https?:|<script", text), page
    for picture in DOCS.rglob("*.svg"):
        links = re.findall(r"(?:href|src)=.(\S+?).[\s>]", picture.read_text(encoding="utf-8"))
        assert [link for link in links if not link.startswith("#")] == [], picture

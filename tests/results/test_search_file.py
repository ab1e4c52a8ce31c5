"""The file of a result: edits are found, other systems do no harm, and damage gets one sentence."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archscout.cli._search import print_summary
from archscout.errors import StorageError
from archscout.objectives._label import Label
from archscout.reports._content import manifest_rows, rerun
from archscout.results._load import load_result
from archscout.results.search import SearchResult
from archscout.testing._toy import ToySpace

SPACE = ToySpace()
ARCHS = list(SPACE)


def make_result() -> SearchResult:
    notes = {"predicted": 0.5, "spread": 0.1, "round": 1, "origin": "model", "gpu": [0]}
    return SearchResult(
        space=SPACE,
        strategy="guided",
        objective="points",
        unit="points",
        direction="maximize",
        labels=[
            Label(0, ARCHS[0], 1 / 3, 2.0, "", notes),
            Label(1, ARCHS[1], math.nan, 1.0, "ValueError: \udc80 no", {}),
            Label(2, ARCHS[2], 3.0, 0.5, "", notes),
        ],
        audit=[{"round": 1, "tau_before": 0.2, "tau_after": None, "stopped": "no gain"}],
        seconds=3.5,
        budget=3,
        test_values={ARCHS[0]: 0.25},
        standing={"rank": 2, "of": 105},
        noise={"kendall_tau": 0.9, "runs": 1, "run_std": math.nan},
        manifest={
            "seed": 3,
            "command": ["archscout", "search"],
            "settings": {"a": [1, 2]},
            "limits": [{"what": "macs", "most": 5}],
        },
    )


Edit = Callable[[dict[str, Any]], Any]
EDITS: dict[str, Edit] = {
    "best value": lambda data: data["best"].update(value=9.0),
    "standing": lambda data: data["standing"].update(rank=1),
    "a label": lambda data: data["labels"][0].update(value=9.0),
    "a price": lambda data: data["labels"][0].update(seconds=0.0),
    "a test value": lambda data: data["test_values"].update({SPACE.format(ARCHS[0]): 1.0}),
    "a failure": lambda data: data["labels"].pop(),
    "the seed": lambda data: data["manifest"].update(seed=4),
    "one more key": lambda data: data.update(extra=1),
    "the checksum": lambda data: data.update(sha256="0" * 64),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_an_edit_is_found(tmp_path: Path, edit: Edit) -> None:
    path = make_result().save(tmp_path)
    data = json.loads(path.read_text("utf-8"))
    edit(data)
    path.write_text(json.dumps(data))
    with pytest.raises(StorageError, match="was changed after the search wrote it"):
        load_result(path, SPACE)


WRITTEN: dict[str, Callable[[str], bytes]] = {
    "CRLF": lambda text: text.replace("\n", "\r\n").encode(),
    "mark": lambda text: text.encode("utf-8-sig"),
    "UTF-16": lambda text: text.encode("utf-16"),
    "one line": lambda text: json.dumps(json.loads(text)).encode(),
    "sorted": lambda text: json.dumps(json.loads(text), sort_keys=True, indent=4).encode(),
    "numbers": lambda text: text.replace("3.0,", "3,").replace("2.0", "2.00").encode(),
}


@pytest.mark.parametrize("write", WRITTEN.values(), ids=WRITTEN)
def test_a_file_that_says_the_same_in_another_form_is_read(
    tmp_path: Path, write: Callable[[str], bytes]
) -> None:
    path = make_result().save(tmp_path)
    before = load_result(path, SPACE).to_dict()
    path.write_bytes(write(path.read_text("utf-8")))
    assert load_result(path, SPACE).to_dict() == before


def test_a_file_of_an_earlier_version_has_no_checksum(tmp_path: Path) -> None:
    path = make_result().save(tmp_path)
    data = json.loads(path.read_text("utf-8"))
    del data["sha256"]
    path.write_text(json.dumps(data))
    assert load_result(path, SPACE).best.value == 3.0
    data["best"]["value"] = 9.0
    path.write_text(json.dumps(data))
    with pytest.raises(StorageError, match="its best is not the best of its labels"):
        load_result(path, SPACE)


def _deep(levels: int) -> Any:
    nested: Any = 1
    for _ in range(levels):
        nested = [nested]
    return nested


JUNK = [None, True, -1, 0, 7, 1.5, 1e308, 10**400, math.nan, -math.inf]
JUNK += ["", "x\ny", "1", [], {}, [1], [None], [{}], {"a": 1}, {"": []}, _deep(90), _deep(200)]


def _places(data: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    keys = data if isinstance(data, dict) else range(len(data)) if isinstance(data, list) else ()
    return [(*place, k) for k in keys] + [p for k in keys for p in _places(data[k], (*place, k))]


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_damage_is_a_result_or_one_sentence(
    data: st.DataObject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = make_result().to_dict()
    for _ in range(data.draw(st.integers(1, 2))):
        place = data.draw(st.sampled_from(_places(changed)))
        inside = changed
        for key in place[:-1]:
            inside = inside[key]
        if data.draw(st.booleans()):
            del inside[place[-1]]
        else:
            inside[place[-1]] = json.loads(json.dumps(data.draw(st.sampled_from(JUNK))))
    path = tmp_path / "result.json"
    path.write_text(json.dumps(changed))
    try:
        result = load_result(path, SPACE)
    except StorageError as error:
        said = str(error)
    else:
        said = ""
    if said:
        assert "\n" not in said
        assert len(said) < 500
        return
    monkeypatch.setattr(sys, "stdout", (tmp_path / "shown").open("w"))
    result.save(tmp_path / "again")
    result.to_frame()
    repr(result)
    manifest_rows(result)
    rerun(result)
    if any(not label.failed for label in result.labels):
        print_summary(result, tmp_path)

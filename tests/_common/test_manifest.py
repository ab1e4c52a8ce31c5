"""The manifest says what made a result and hides what must not be shown."""

from __future__ import annotations

import json
import sys

import pytest

from archscout._common.manifest import make_manifest


def test_it_is_plain_and_holds_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["archscout", "--storage", "postgresql://me:hush@db/runs"])
    manifest = make_manifest(
        seed=1, labels=5, strategy="random", settings={"a": (1,)}, dedup="exact"
    )
    text = json.dumps(manifest, allow_nan=False)
    assert "hush" not in text
    assert manifest["versions"]["optuna"]
    assert manifest["settings"] == {"a": [1]}
    assert manifest["dedup"] == "exact"
    assert manifest["started"].endswith("+00:00")


def test_versions_are_looked_up_once() -> None:
    from archscout._common.manifest import package_version

    assert package_version("archscout") is package_version("archscout")
    assert package_version("no-such-package") is None

"""The manifest says what made a result and hides what must not be shown."""

from __future__ import annotations

import json
import sys

import pytest

from archscout.manifest import hide_password, make_manifest


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


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("sqlite:///runs.db", "sqlite:///runs.db"),
        ("postgresql://host/runs", "postgresql://host/runs"),
        ("postgresql://me@host/runs", "postgresql://me@host/runs"),
        ("mysql+pymysql://me:a:b!@host:33/x", "mysql+pymysql://me:***@host:33/x"),
    ],
)
def test_passwords_are_hidden(text: str, shown: str) -> None:
    assert hide_password(text) == shown


def test_versions_are_looked_up_once() -> None:
    from archscout.manifest import package_version

    assert package_version("archscout") is package_version("archscout")
    assert package_version("no-such-package") is None

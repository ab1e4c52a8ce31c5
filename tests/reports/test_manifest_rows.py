"""Manifests as people read them."""

from __future__ import annotations

from archscout.reports._manifest_rows import command_line, flat_rows


def test_facts_within_facts_are_rows_and_nothing_is_code() -> None:
    manifest = {
        "command": ["/somewhere/archscout/__main__.py", "rank", "--out", "a b"],
        "settings": {"final_training": {"epochs": 1, "clip": None}, "limits": []},
        "seeds": [0, 1],
        "classes": ["größe", "b"],
        "empty": {},
    }
    assert flat_rows(manifest) == [
        ("command", "archscout rank --out 'a b'"),
        ("settings final training", "epochs=1, clip=none"),
        ("settings limits", "none"),
        ("seeds", "0, 1"),
        ("classes", "größe, b"),
    ]


def test_depth_has_an_end_and_odd_commands_are_shown() -> None:
    deep: object = 1
    for _ in range(500):
        deep = {"a": deep}
    assert [name for name, _ in flat_rows({"x": deep})] == ["x a"]
    assert command_line([]) == ""
    assert command_line(["mine.py", "x"]) == "mine.py x"

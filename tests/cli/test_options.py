"""Reading the values of options."""

from __future__ import annotations

import pytest

from archscout.cli._options import read_settings
from archscout.errors import SettingsError


def test_settings_are_read_as_json_or_text() -> None:
    pairs = ["a=1", "b=0.5", "c=true", "d=null", "e=fast", "long-name=[1, 2]", "f=x=y"]
    assert read_settings(pairs) == {
        "a": 1,
        "b": 0.5,
        "c": True,
        "d": None,
        "e": "fast",
        "long_name": [1, 2],
        "f": "x=y",
    }


@pytest.mark.parametrize("pair", ["", "=1", "no value", "1a=2", "a b=1"])
def test_malformed_settings_are_refused(pair: str) -> None:
    with pytest.raises(SettingsError, match="--set"):
        read_settings([pair])

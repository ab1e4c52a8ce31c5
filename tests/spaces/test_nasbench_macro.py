"""The NAS-Bench-Macro space: text, twins, and costs equal to the published table in all rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.utils.flop_counter import FlopCounterMode

from archscout.errors import ParseError, SettingsError
from archscout.spaces import NASBenchMacro

SPACE = NASBenchMacro()
FILE = "nasbench_macro.csv.gz"


def test_text_and_listing() -> None:
    texts = [SPACE.format(arch) for arch in SPACE]
    assert len(set(texts)) == len(SPACE) == 6561
    assert texts == sorted(texts)
    assert SPACE.parse(" 22212220\n").choices == (2, 2, 2, 1, 2, 2, 2, 0)
    np.testing.assert_array_equal(SPACE.parse_many(texts), SPACE.all_choices())


@given(st.text() | st.text(alphabet="0123 ٠", min_size=6, max_size=10))
def test_arbitrary_text_never_raises_anything_but_a_parse_error(text: str) -> None:
    message = ""
    try:
        assert SPACE.parse(text) in SPACE
    except ParseError as error:
        message = str(error)
    assert len(message) < 500


@pytest.mark.parametrize(
    ("text", "message"),
    [("2221222", "eight digits"), ("22213220", "'3' at place 5"), (22212220, "type int")],
)
def test_errors_name_the_place(text: Any, message: str) -> None:
    with pytest.raises(ParseError, match=message):
        SPACE.parse(text)


def test_costs_equal_the_published_table(data_file: Callable[[str], Path]) -> None:
    import pandas as pd

    table = pd.read_csv(data_file(FILE), dtype={"arch": str})
    choices = SPACE.parse_many(table["arch"])
    assert len(np.unique(choices, axis=0)) == 6561
    np.testing.assert_array_equal(SPACE.params_table(choices), table["params"])
    np.testing.assert_array_equal(SPACE.macs_table(choices), table["flops"])


def test_twins_are_those_that_the_table_measured_once(data_file: Callable[[str], Path]) -> None:
    import pandas as pd

    table = pd.read_csv(data_file(FILE), dtype={"arch": str})
    names = SPACE.canonical_ids(SPACE.parse_many(table["arch"]))
    runs = [f"test_acc_seed{seed}" for seed in range(3)]
    assert len(set(names)) == len(table[runs].drop_duplicates()) == 3969
    assert (table.groupby(names)[runs].nunique() == 1).all(axis=None)


def test_known_costs_and_twins() -> None:
    arch = SPACE.parse("22212220")
    assert (SPACE.params(arch), SPACE.macs(arch)) == (1_985_514, 85_164_544)
    assert SPACE.canonical_id(SPACE.parse("00101020")) == "00110020"
    assert len(set(SPACE.canonical_ids(SPACE.all_choices()).tolist())) == 3969


@pytest.mark.parametrize(
    "settings", [{}, {"classes": 7, "channels": 4, "resolution": 17}, {"resolution": 16}]
)
def test_the_built_network_costs_what_is_counted(settings: dict[str, int]) -> None:
    sizes = {name: value for name, value in settings.items() if name != "resolution"}
    side = settings.get("resolution", 32)
    for text in ("22212220", "00000000", "01210021"):
        arch = SPACE.parse(text)
        with torch.device("meta"):
            network = SPACE.build(arch, **sizes).eval()
            images = torch.zeros(1, 3, side, side)
        built = sum(p.numel() for p in network.parameters() if p.requires_grad)
        assert built == SPACE.params(arch, **sizes)
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            assert network(images).shape == (1, settings.get("classes", 10))
        assert counter.get_total_flops() == 2 * SPACE.macs(arch, **settings)


def test_stages_and_skips() -> None:
    network: Any = SPACE.build(SPACE.parse("00012012"), channels=2)
    features = network.stem(torch.zeros(1, 3, 32, 32))
    shapes = []
    for block in network.blocks:
        features = block(features)
        shapes.append(tuple(features.shape[1:3]))
    assert shapes == [(4, 16)] * 2 + [(8, 8)] * 3 + [(16, 4)] * 3
    kinds = [type(block).__name__ for block in network.blocks]
    assert kinds[:3] == ["ConvolutionNorm", "Identity", "ConvolutionNorm"]
    assert [getattr(block, "residual", None) for block in network.blocks[3:]] == [
        True,
        True,
        None,
        True,
        True,
    ]


def test_a_generator_decides_the_initial_weights_and_they_learn() -> None:
    arch = SPACE.parse("22212220")
    first, same = (
        SPACE.build(arch, channels=2, generator=torch.Generator().manual_seed(0)) for _ in range(2)
    )
    pairs = zip(first.parameters(), same.parameters(), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)
    first(torch.randn(4, 3, 16, 16)).logsumexp(dim=1).sum().backward()
    assert all(torch.isfinite(p.grad).all() for p in first.parameters() if p.grad is not None)


@pytest.mark.parametrize("settings", [{"classes": 0}, {"channels": True}, {"channels": 4.0}])
def test_settings_out_of_range_are_refused(settings: dict[str, Any]) -> None:
    for method in (SPACE.params, SPACE.macs, SPACE.build):
        with pytest.raises(SettingsError, match=next(iter(settings))):
            method(SPACE.parse("00000000"), **settings)

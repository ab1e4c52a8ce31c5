"""Networks in folders: what is written comes back, and nothing else is accepted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from archscout.errors import ArchscoutError, SettingsError, StorageError, UnknownNameError
from archscout.spaces.mobilenet._costs import Widths
from archscout.training._saved_network import (
    NETWORK,
    WEIGHTS,
    SavedNetwork,
    load_network,
    make_network,
    network_settings,
    read_network,
    save_network,
)
from archscout.training._weights_file import read_weights, write_weights

SMALL = {"channels": 4, "cells": 1, "classes": 3}
SAVED = SavedNetwork(
    "nasbench201",
    "334131",
    SMALL,
    images="my pictures",
    mean=(0.5, 0.4, 0.3),
    std=(0.2, 0.2, 0.2),
    resolution=16,
    class_names=("cat", "dog", "cow"),
    training="3 epochs",
    accuracy=71.5,
    version="0.1.0",
    seed=3,
    date="2026-01-31",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    network = make_network(SAVED, torch.Generator().manual_seed(0))
    save_network(tmp_path, SAVED, network.state_dict())
    return tmp_path


def change(folder: Path, **facts: Any) -> None:
    path = folder / NETWORK
    path.write_text(json.dumps({**json.loads(path.read_text()), **facts}))


def change_weights(folder: Path, **tensors: torch.Tensor | None) -> None:
    """Replace weights, and the fingerprint, so that only the names and shapes can tell."""
    found, _ = read_weights(folder / WEIGHTS)
    kept = {name: tensor for name, tensor in {**found, **tensors}.items() if tensor is not None}
    change(folder, fingerprint=write_weights(folder / WEIGHTS, kept))


def test_a_network_comes_back_with_its_facts_and_weights(folder: Path) -> None:
    saved, network = load_network(folder)
    expected = make_network(SAVED, torch.Generator().manual_seed(0)).eval()
    images = torch.randn(2, 3, 16, 16, generator=torch.Generator().manual_seed(1))
    assert torch.equal(network(images), expected(images))
    assert not network.training
    assert all(parameter.requires_grad for parameter in network.parameters())
    assert (saved.class_names, saved.accuracy, saved.mean) == (
        SAVED.class_names,
        SAVED.accuracy,
        SAVED.mean,
    )


def test_loading_leaves_the_global_random_state_alone(folder: Path) -> None:
    before = torch.get_rng_state()
    load_network(folder)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("space", "settings_"),
    [
        ("nasbench101", {"channels": 8, "cells": 1, "classes": 2}),
        ("darts", {"network": "cifar", "channels": 4, "cells": 3, "classes": 2}),
        ("mobilenet", {"widths": Widths(4, 4, (4, 4, 4, 4, 4, 4), 8), "classes": 2}),
        ("nasbench-macro", {"channels": 2, "classes": 2}),
    ],
)
def test_every_space_is_written_and_read(
    tmp_path: Path, space: str, settings_: dict[str, Any]
) -> None:
    from archscout.spaces import load_space

    loaded = load_space(space)
    arch = loaded.sample(np.random.default_rng(0), 1)[0]
    saved = SavedNetwork(space, loaded.format(arch), settings_)
    network = make_network(saved, torch.Generator().manual_seed(0))
    save_network(tmp_path, saved, network.state_dict())
    _, again = load_network(tmp_path, space=space)
    state = again.state_dict()
    assert list(state) == list(network.state_dict())
    assert all(torch.equal(state[name], value) for name, value in network.state_dict().items())


@pytest.mark.slow
def test_channels_last_and_half_weights_are_written_in_single_precision(tmp_path: Path) -> None:
    network = make_network(SAVED).to(memory_format=torch.channels_last)
    half = {
        n: t.bfloat16() if t.is_floating_point() else t for n, t in network.state_dict().items()
    }
    save_network(tmp_path, SAVED, half)
    _, again = load_network(tmp_path)
    assert {t.dtype for t in again.state_dict().values()} == {torch.float32, torch.int64}


def test_a_network_without_weights_can_be_read_but_not_loaded(tmp_path: Path) -> None:
    save_network(tmp_path, SAVED)
    assert read_network(tmp_path).weights is None
    with pytest.raises(StorageError, match="without weights: train it first"):
        load_network(tmp_path)


def test_weights_of_another_network_are_not_saved(tmp_path: Path) -> None:
    other = make_network(SavedNetwork("nasbench201", "000000", SMALL))
    with pytest.raises(StorageError, match=r"lack 'body\.0\.edges\.0\.1\.weight' and"):
        save_network(tmp_path, SAVED, other.state_dict())
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("tensors", "words"),
    [
        ({"classifier.bias": None}, r"lack 'classifier\.bias',"),
        ({"more": torch.zeros(1)}, "have 'more',"),
        ({"classifier.bias": torch.zeros(4)}, r"of shape \(4,\), the network .* has \(3,\)"),
        ({"classifier.bias": torch.zeros(3, dtype=torch.int64)}, "of type torch.int64"),
    ],
)
def test_other_weights_are_refused(
    folder: Path, tensors: dict[str, torch.Tensor | None], words: str
) -> None:
    change_weights(folder, **tensors)
    with pytest.raises(StorageError, match=words):
        load_network(folder)


def test_damaged_weights_are_refused_even_where_only_a_number_changed(folder: Path) -> None:
    data = bytearray((folder / WEIGHTS).read_bytes())
    data[-1] ^= 1
    (folder / WEIGHTS).write_bytes(data)
    with pytest.raises(StorageError, match="is damaged or was replaced"):
        load_network(folder)
    (folder / WEIGHTS).write_bytes(data[:100])
    with pytest.raises(StorageError, match="no whole safetensors file"):
        load_network(folder)
    (folder / WEIGHTS).unlink()
    with pytest.raises(StorageError, match="No such file"):
        load_network(folder)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["../weights.safetensors", "/etc/passwd", "a\\b", "", ".", "..", "network.json", 3]
)
def test_weights_lie_in_the_folder_and_nowhere_else(folder: Path, name: object) -> None:
    change(folder, weights=name)
    with pytest.raises(StorageError, match="expected a name of a file, no path"):
        load_network(folder)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"space": "nasbench2O1"}, "did you mean 'nasbench201'"),
        ({"space": "nasbench-macro"}, "describes no network"),
        ({"architecture": "33413"}, "got cell '33413'"),
        ({"settings": {"chanels": 4}}, "did you mean 'channels'"),
        ({"settings": {"classes": "ten"}}, "got classes='ten'"),
        ({"settings": {"arch": "334131"}}, "no setting"),
        ({"settings": [1]}, "expected names and values"),
        ({"format": 2}, "its format is not 1"),
        ({"colour": "red"}, "no fact of a network is named 'colour'"),
        ({"seed": "3"}, "expected a whole number"),
        ({"resolution": True}, "expected a whole number of pixels"),
        ({"accuracy": 101}, "expected percent"),
        ({"mean": [0.5]}, "as many numbers as mean has"),
        ({"mean": [0.5, 0.5]}, "one number, or three"),
        ({"std": [0.2, 0.2, 0.0]}, "numbers above zero"),
        ({"mean": [float("nan")] * 3}, "list of numbers"),
        ({"class_names": ["cat"]}, "expected 3 names"),
        ({"class_names": [1, 2, 3]}, "list of texts"),
        ({"images": None}, "expected a text"),
    ],
)
def test_wrong_facts_are_refused(folder: Path, facts: dict[str, Any], words: str) -> None:
    change(folder, **facts)
    with pytest.raises(StorageError, match=words):
        load_network(folder)


def test_a_network_of_another_space_is_refused(folder: Path) -> None:
    with pytest.raises(StorageError, match="of space 'nasbench201', expected 'darts'"):
        load_network(folder, space="darts")


@pytest.mark.parametrize("text", ["", "[1]", "{", '{"format": 1}', "[" * 100_000, "\xff"])
def test_a_file_that_is_no_network_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / NETWORK).write_bytes(text.encode("latin-1"))
    with pytest.raises(StorageError):
        read_network(tmp_path)
    with pytest.raises(StorageError, match="cannot be read"):
        read_network(tmp_path / "nothing")


def test_settings_are_named_as_the_space_names_them() -> None:
    from archscout.spaces import load_space

    space = load_space("mobilenet")
    made = network_settings(
        space, {"widths": {"stem": 4, "first": 4, "stages": [4] * 6, "last": 8}}
    )
    assert made["widths"] == Widths(4, 4, (4,) * 6, 8)
    with pytest.raises(SettingsError, match="expected stem, first, stages, last"):
        network_settings(space, {"widths": {"stem": 4}})
    with pytest.raises(UnknownNameError, match="did you mean 'widths'"):
        network_settings(space, {"width": "final"})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=6,
)


@pytest.mark.slow
@settings(max_examples=60)
@given(name=st.sampled_from(sorted(SavedNetwork.__dataclass_fields__)), value=JSON)
def test_any_value_is_read_or_refused_in_one_sentence(
    tmp_path_factory: pytest.TempPathFactory, name: str, value: Any
) -> None:
    folder = tmp_path_factory.mktemp("network")
    save_network(folder, SAVED)
    change(folder, **{name: value})
    said = ""
    try:
        read_network(folder)
    except ArchscoutError as error:
        said = str(error)
    assert "\n" not in said

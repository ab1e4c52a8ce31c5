"""Exported weights: single precision, facts in the header, never those of no training."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors import safe_open

from archscout.errors import SettingsError
from archscout.exports import export_weights
from archscout.training._saved_network import SavedNetwork, load_network, save_network
from archscout.training._weights_file import read_weights

from .conftest import SIZES, write_run


def test_weights_are_those_of_the_network(run: Path) -> None:
    done = export_weights(run)
    tensors, _ = read_weights(done.files[0])
    _, network = load_network(run)
    state = network.state_dict()
    assert tensors.keys() == state.keys()
    assert all(torch.equal(tensors[name], state[name]) for name in state)
    assert {tensor.dtype for tensor in tensors.values()} == {torch.float32, torch.int64}
    assert done.difference == 0


def test_the_header_says_what_they_belong_to(tmp_path: Path) -> None:
    run = write_run(tmp_path, "nasbench201", "334131", class_names=("a\n", "b", "c"), seed=0)
    with safe_open(export_weights(run).files[0], framework="pt") as file:
        facts = json.loads(file.metadata()["archscout"])
    assert facts["space"] == "nasbench201"
    assert facts["architecture"].startswith("|nor_conv_3x3~0|+")
    assert json.loads(facts["settings"]) == SIZES["nasbench201"]
    assert json.loads(facts["class_names"]) == ["a\n", "b", "c"]
    assert (facts["weights"], facts["seed"], facts["resolution"]) == ("trained", "0", "32")
    assert "accuracy" not in facts


def test_no_weights_are_exported_that_were_never_trained(tmp_path: Path) -> None:
    save_network(tmp_path, SavedNetwork("nasbench201", "334131", SIZES["nasbench201"]))
    with pytest.raises(SettingsError, match="no trained weights to export: train"):
        export_weights(tmp_path)
    assert not (tmp_path / "export").exists()

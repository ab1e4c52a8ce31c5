"""Exported ONNX files compute what the network computes, on any batch size."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from archscout.errors import ArchscoutError, MissingExtraError
from archscout.exports import _onnx as export_module
from archscout.exports import export_onnx
from archscout.training._saved_network import SavedNetwork, load_network, save_network

from .conftest import SIZES, write_run

ABSENT = [name for name in ("onnx", "onnxruntime") if importlib.util.find_spec(name) is None]
needs_onnx = pytest.mark.skipif(
    bool(ABSENT), reason=f"the extra onnx is not installed: {', '.join(ABSENT)} missing"
)
CELLS = {
    "nasbench101": "7:c3",
    "nasbench201": "004113",
    "darts": (
        "Genotype(normal=[('sep_conv_3x3', 0), ('dil_conv_5x5', 1), ('skip_connect', 0), "
        "('avg_pool_3x3', 1), ('max_pool_3x3', 0), ('skip_connect', 2), ('skip_connect', 0), "
        "('sep_conv_5x5', 3)], normal_concat=range(2, 6), reduce=[('skip_connect', 0), "
        "('max_pool_3x3', 1), ('avg_pool_3x3', 0), ('dil_conv_3x3', 2), ('skip_connect', 1), "
        "('skip_connect', 2), ('sep_conv_3x3', 0), ('skip_connect', 4)], "
        "reduce_concat=range(2, 6))"
    ),
    "mobilenet": "6 7 7 7 5 1 2 7 3 4 5 6 1 7 1 7 2 7 7 7 1",
    "nasbench-macro": "10200100",
}


@pytest.mark.slow
@needs_onnx
@pytest.mark.parametrize("space", sorted(SIZES))
def test_onnx_computes_what_the_network_computes(tmp_path: Path, space: str) -> None:
    import onnxruntime

    run = write_run(tmp_path, space, CELLS[space])
    done = export_onnx(run)
    assert done.difference <= 1e-4
    session = onnxruntime.InferenceSession(done.files[0], providers=["CPUExecutionProvider"])
    _, network = load_network(run)
    for batch in (1, 4):
        images = torch.randn(batch, 3, 32, 32, generator=torch.Generator().manual_seed(batch))
        (logits,) = session.run(None, {"images": images.numpy()})
        expected = network(images).detach().numpy()
        np.testing.assert_allclose(logits, expected, rtol=0, atol=1e-4)


@needs_onnx
def test_a_cell_of_zeros_too(tmp_path: Path) -> None:
    assert export_onnx(write_run(tmp_path, "nasbench201", "000000")).difference <= 1e-4


@needs_onnx
def test_the_file_says_what_it_is(run: Path) -> None:
    import onnx

    done = export_onnx(run)
    model = onnx.load(str(done.files[0]))
    facts = {entry.key: entry.value for entry in model.metadata_props}
    assert facts["space"] == "nasbench201"
    assert json.loads(facts["settings"]) == SIZES["nasbench201"]
    assert [entry.name for entry in model.graph.input] == ["images"]
    assert model.graph.input[0].type.tensor_type.shape.dim[0].dim_param == "batch"
    assert [entry.name for entry in model.graph.output] == ["logits"]


@needs_onnx
def test_an_untrained_network_says_so(tmp_path: Path) -> None:
    import onnx

    save_network(tmp_path, SavedNetwork("nasbench201", "334131", SIZES["nasbench201"]))
    done = export_onnx(tmp_path)
    facts = onnx.load(str(done.files[0])).metadata_props
    assert not done.trained
    assert any("NOT TRAINED" in entry.value for entry in facts)


@needs_onnx
def test_a_file_that_computes_something_else_is_not_written(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = export_module.write_model

    def write_other(source: object, path: Path) -> None:
        original(source, path)  # type: ignore[arg-type]
        source.network.classifier.bias.data[0] += 1  # type: ignore[attr-defined]

    monkeypatch.setattr(export_module, "write_model", write_other)
    with pytest.raises(ArchscoutError, match="onnxruntime computes logits that differ by"):
        export_onnx(run)
    assert not (run / "export").exists()


def test_a_missing_package_is_named(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'archscout\[onnx\]'"):
        export_onnx(run)

"""Exports a network as ONNX, checked with onnxruntime on several batch sizes.

PyTorch has two exporters. The older one is taken: it needs no further package, writes one file
and is ten times faster, and these networks have no control flow that the newer one was made for.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from archscout._common.optional import require
from archscout._common.own_state import own_state
from archscout.errors import ArchscoutError
from archscout.exports._files import Exported, out_folder, staged
from archscout.exports._parity import difference, logits_of, random_images
from archscout.exports._source import Source, read_source
from archscout.exports._weights import metadata

NAME = "network.onnx"
_OPSET = 17
_BATCHES = (1, 2, 5)
_MOST_DIFFERENT = 1e-4


@own_state(one_thread=False)
def export_onnx(
    run: str | Path,
    out: str | Path | None = None,
    *,
    force: bool = False,
    settings: Mapping[str, Any] | None = None,
    space: str | None = None,
) -> Exported:
    """Write ``network.onnx``: input ``images`` (batch, 3, h, w), output ``logits``.

    The batch size is free; height and width are those the network was trained with. The facts
    of the run are in the metadata of the model.

    Args:
        run: folder of a trained network or of a search, or its JSON file.
        out: folder of the file; None for the folder ``export`` in that of the run.
        force: whether an existing file may be replaced.
        settings: arguments of the space's ``build``, for the best of a search only; its weights
            are freshly drawn, and the metadata say so.
        space: place of the class of the run's space, ``"module:Name"`` or ``"FILE.py:Name"``,
            where that has no name here.

    Returns:
        The file, and the largest difference of onnxruntime's logits on batches of 1, 2 and 5.

    Raises:
        MissingExtraError: if onnx or onnxruntime is not installed.
        ArchscoutError: if the run cannot be read or written for, or onnxruntime computes
            something else.
    """
    for package in ("onnx", "onnxruntime"):
        require(package, "exporting to ONNX", "'archscout[onnx]'")
    source = read_source(run, settings, space)
    with staged(source, out, (NAME,), force) as folder:
        path = folder / NAME
        write_model(source, path)
        worst = max(_compare(source, path))
        if not worst <= _MOST_DIFFERENT:
            raise ArchscoutError(
                f"onnxruntime computes logits that differ by {worst:.1e} from those of PyTorch, "
                f"expected at most {_MOST_DIFFERENT:.0e}: export code, or report this network"
            )
    return Exported((out_folder(source, out) / NAME,), source.trained, worst, source.warning)


def write_model(source: Source, path: Path) -> None:
    """Write the ONNX file with the facts of the source."""
    import onnx

    axes = {"images": {0: "batch"}, "logits": {0: "batch"}}
    # Releases of PyTorch without the newer exporter do not know the argument.
    known = inspect.signature(torch.onnx.export).parameters
    older: dict[str, Any] = {"dynamo": False} if "dynamo" in known else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.onnx.export(
            source.network,
            (random_images(source, 2),),
            str(path),
            input_names=["images"],
            output_names=["logits"],
            dynamic_axes=axes,
            opset_version=_OPSET,
            **older,
        )
    model = onnx.load(str(path))
    onnx.helper.set_model_props(model, metadata(source))
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def _compare(source: Source, path: Path) -> list[float]:
    """The difference for each batch size."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    differences = []
    for batch in _BATCHES:
        images = random_images(source, batch)
        (logits,) = session.run(["logits"], {"images": images.numpy()})
        differences.append(difference(torch.from_numpy(logits), logits_of(source, images)))
    return differences

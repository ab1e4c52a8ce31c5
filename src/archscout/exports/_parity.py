"""The images and logits by which an exported network is checked."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import torch
from torch import Tensor

from archscout._common.own_state import own_state
from archscout.errors import ArchscoutError, error_text
from archscout.exports._source import Source

_SEED = 0


def random_images(source: Source, n: int) -> Tensor:
    """Images ``(n, 3, h, w)`` of normal numbers, the same in every call."""
    generator = torch.Generator().manual_seed(_SEED)
    return torch.randn(n, 3, source.resolution, source.resolution, generator=generator)


def logits_of(source: Source, images: Tensor) -> Tensor:
    """What the network of the source makes of images, ``(n, classes)``.

    Raises:
        ArchscoutError: if that is not finite, as after a training that diverged.
    """
    with own_state(), torch.no_grad():
        logits: Tensor = source.network(images)
    if not torch.isfinite(logits).all():
        raise ArchscoutError(
            f"the network of {source.origin} gives logits that are not finite: its training "
            "diverged, so train it again"
        )
    return logits


def difference(logits: Tensor, expected: Tensor) -> float:
    """Largest difference, as a share of the largest expected logit if that is above one."""
    return float((logits - expected).abs().max() / expected.abs().max().clamp(min=1.0))


def run_exported(path: Path) -> float:
    """Import an exported file from its path and let it check itself; gives the difference.

    Raises:
        ArchscoutError: if the file does not run.
    """
    # The file makes its network as anybody would, with weights of PyTorch's own generator.
    with own_state(), torch.random.fork_rng(devices=[]):
        try:
            return float(_import(path).check_parity(path.parent))
        except Exception as error:
            said = " ".join(error_text(error).split())
            raise ArchscoutError(
                f"the written code does not run ({said}): check that the class of the "
                "network, made with the network_arguments of its space, gives this network"
            ) from error


def _import(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("exported_network", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module

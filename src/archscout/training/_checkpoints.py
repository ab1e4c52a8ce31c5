"""The folder of one training: initial and final weights, and checkpoints in between.

A new checkpoint is written beside the last one and takes its place when it is whole, so a
process may be killed at any moment. What was being trained is written into every file; files
of another training are refused.
"""

from __future__ import annotations

import json
import logging
import os
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import safetensors
from torch import Tensor

from archscout._common.plain import plain
from archscout._common.run_folder import cannot_write
from archscout.errors import StorageError
from archscout.training._weights_file import read_weights, write_weights

logger = logging.getLogger(__name__)

INITIAL, FINAL = "initial.safetensors", "final.safetensors"
CHECKPOINT, PREVIOUS = "checkpoint.safetensors", "checkpoint.previous.safetensors"
_KEY = "archscout.training"


@dataclass(frozen=True)
class Checkpoint:
    """Weights, statistics and momenta by name; plain values such as the epoch that comes next."""

    tensors: Mapping[str, Tensor]
    facts: Mapping[str, Any]


class TrainingFolder:
    """Keeps and finds the files of one training, told by all that its final weights depend on."""

    def __init__(self, path: str | Path, identity: Mapping[str, Any]) -> None:
        # The working directory may change while the training runs.
        self.path = Path(path).absolute()
        self.identity = plain(identity)
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise cannot_write(self.path, error) from None

    def begin(self, weights: Mapping[str, Tensor]) -> None:
        """Write the initial weights, once."""
        if self._read(INITIAL) is None:
            self._write(INITIAL, Checkpoint(weights, {}))

    def latest(self) -> Checkpoint | None:
        """The newest whole checkpoint; None if there is none."""
        for name in (CHECKPOINT, PREVIOUS):
            found = self._read(name)
            if found is not None:
                return found
        return None

    def keep(self, checkpoint: Checkpoint) -> None:
        """Write a checkpoint; the one before stays until this one is whole."""
        current = self.path / CHECKPOINT
        try:
            if current.exists():
                os.replace(current, self.path / PREVIOUS)
        except OSError as error:
            raise cannot_write(self.path, error) from None
        self._write(CHECKPOINT, checkpoint)

    def keep_weights(self, name: str, weights: Mapping[str, Tensor]) -> None:
        """Write weights under a name of their own, such as ``epoch-1``."""
        self._write(f"{name}.safetensors", Checkpoint(weights, {}))

    def finished(self) -> Checkpoint | None:
        """The final weights, if the training has ended."""
        return self._read(FINAL)

    def finish(self, final: Checkpoint) -> None:
        """Write the final weights; the checkpoints have done their work."""
        self._write(FINAL, final)
        # A process killed while it writes leaves a part of a file.
        parts = [path.name for path in self.path.glob(".*.safetensors.*.part")]
        for name in (CHECKPOINT, PREVIOUS, *parts):
            (self.path / name).unlink(missing_ok=True)

    def _write(self, name: str, content: Checkpoint) -> None:
        described = {
            "identity": self.identity,
            "facts": dict(content.facts),
            "crc": checksum(content.tensors),
        }
        write_weights(self.path / name, content.tensors, {_KEY: json.dumps(described)})

    def _read(self, name: str) -> Checkpoint | None:
        """A file of this training; None if it is missing or damaged, which is logged."""
        file = self.path / name
        if not file.exists():
            return None
        try:
            tensors, _ = read_weights(file)
            with safetensors.safe_open(file, framework="pt") as opened:
                described = json.loads((opened.metadata() or {})[_KEY])
            found, facts, crc = described["identity"], described["facts"], described["crc"]
            if crc != checksum(tensors):
                raise StorageError("its tensors differ from their checksum")
        except KeyError:
            raise StorageError(
                f"{file} was not written by this training: name another folder"
            ) from None
        except (StorageError, ValueError, TypeError) as error:
            logger.warning("%s is damaged and not used: %s", file, error)
            return None
        self._check(found, file)
        return Checkpoint(tensors, facts)

    def _check(self, found: Mapping[str, Any], file: Path) -> None:
        if found != self.identity:
            names = sorted({*found, *self.identity})
            name = next(n for n in names if found.get(n) != self.identity.get(n))
            raise StorageError(
                f"{file} belongs to another training ({name} {found.get(name)!r} there, "
                f"{self.identity.get(name)!r} here): name another folder, or repeat that one"
            )


def checksum(tensors: Mapping[str, Tensor]) -> int:
    """A checksum of tensors, whatever their memory format and order."""
    crc = 0
    for name in sorted(tensors):
        crc = zlib.crc32(name.encode(), crc)
        crc = zlib.crc32(tensors[name].detach().cpu().contiguous().numpy().tobytes(), crc)
    return crc

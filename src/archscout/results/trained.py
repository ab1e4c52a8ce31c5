"""What came of training one architecture alone, in plain values beside its network."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from archscout._common.plain import plain
from archscout._common.reading import read_back, read_json
from archscout._common.run_folder import cannot_write
from archscout._common.writing import write_json
from archscout.spaces import recorded_space
from archscout.spaces._hollow import warnings_of
from archscout.training._network_description import SavedNetwork
from archscout.training._saved_network import NETWORK, read_network

FILE_NAME = "trained.json"


@dataclass(frozen=True)
class TrainedRecord:
    """What is kept of a training. Accuracies are in percent, None where there is none.

    Args:
        network: what the network is and how it was trained.
        train_images: number of images that it learnt from; 0 if it is not known.
        validation, validation_images: accuracy on the images held out, and their number.
        test, test_images: accuracy on test images, and their number.
        chance: accuracy of always naming the commonest class.
        parameters: trainable numbers of the network; 0 if it is not known.
        losses: mean training loss of each epoch.
        seconds: how long it took, as far as this is known.
        images_per_second: 0 if an earlier call had trained it.
        manifest: versions, seed, settings, command, time.
    """

    network: SavedNetwork
    train_images: int = 0
    validation: float | None = None
    validation_images: int = 0
    test: float | None = None
    test_images: int = 0
    chance: float | None = None
    parameters: int = 0
    losses: tuple[float, ...] = ()
    seconds: float = 0.0
    images_per_second: float = 0.0
    manifest: Mapping[str, Any] = field(default_factory=dict)

    @property
    def warnings(self) -> list[str]:
        """What speaks against using the architecture, such as operations of which none learns."""
        space = recorded_space(self.network.space)
        return warnings_of(space, space.parse(self.network.architecture))

    def to_dict(self) -> dict[str, Any]:
        """Plain values; the network itself is described in ``network.json``."""
        described: dict[str, Any] = plain(
            {
                "kind": "training",
                "space": self.network.space,
                "architecture": self.network.architecture,
                "warnings": self.warnings,
                "validation": self.validation,
                "validation_images": self.validation_images,
                "test": self.test,
                "test_images": self.test_images,
                "chance": self.chance,
                "train_images": self.train_images,
                "parameters": self.parameters,
                "epochs": len(self.losses),
                "losses": self.losses,
                "images_per_second": self.images_per_second,
                "seconds": self.seconds,
                "manifest": self.manifest,
            }
        )
        return described

    def save(self, folder: str | Path) -> Path:
        """Write ``trained.json`` into the folder of the network.

        Raises:
            StorageError: if it cannot be written.
        """
        path = Path(folder) / FILE_NAME
        try:
            write_json(path, self.to_dict())
        except OSError as error:
            raise cannot_write(path.parent, error) from None
        return path

    @classmethod
    def read(cls, folder: str | Path) -> Self:
        """Read what `save` wrote, or the network alone where that is all there is.

        Args:
            folder: the folder of the network.

        Raises:
            StorageError: if a file is missing or damaged.
        """
        folder = Path(folder)
        network = read_network(folder)
        path = folder / FILE_NAME
        if not path.is_file():
            return cls(network)
        with read_back(path, "a training"):
            data = read_json(path)
            if (data["space"], data["architecture"]) != (network.space, network.architecture):
                raise ValueError(f"the {NETWORK} beside it is of another architecture")
            names = [part.name for part in dataclasses.fields(cls) if part.name != "network"]
            facts = {name: data[name] for name in names if name != "losses"}
            losses = tuple(math.nan if loss is None else float(loss) for loss in data["losses"])
            return cls(network, **facts, losses=losses)

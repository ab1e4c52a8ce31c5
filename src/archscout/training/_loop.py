"""The training loop, for supernets and for single networks.

Every epoch draws its order of images, its paths and the seeds of its augmentation at once, from
the seed, the purpose and the epoch alone. A training that goes on after a kill therefore needs
weights, running statistics, momenta and its place, and ends with exactly the same weights.

Source: single-path training with random labels (Zhang et al., CVPR 2021, arXiv 2101.11834);
`archscout.training._presets` lists where published settings differ.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from archscout._common.own_state import given, own_state
from archscout.errors import SettingsError, TrainingError
from archscout.images._images import Images
from archscout.training._inputs import EpochTargets, Inputs, rng_of
from archscout.training._optimizer import make_optimizer, update
from archscout.training._path_sampling import PathSource
from archscout.training._precision import resolve_precision
from archscout.training._progress import OnProgress, Speed
from archscout.training._record import CHECKPOINT_SECONDS, Record, Trained, TrainingState
from archscout.training._schedule import learning_rate
from archscout.training._threads import threads
from archscout.training.settings import TrainSettings

_ORDER, _PATHS, _AUGMENTATION = 1, 2, 3


@own_state(one_thread=False)
def train(
    network: nn.Module,
    images: Images,
    targets: EpochTargets | NDArray[np.int64],
    settings: TrainSettings,
    *,
    paths: PathSource | None = None,
    folder: str | Path | None = None,
    stop_after: int | None = None,
    keep_epochs: Collection[int] = (),
    about: Mapping[str, Any] | None = None,
    checkpoint_seconds: float = CHECKPOINT_SECONDS,
    on_progress: OnProgress | None = None,
) -> Trained:
    """Train a network in place.

    Args:
        network: maps images ``(n, 3, side, side)``, and a path for a supernet, to logits
            ``(n, classes)``; it has its initial weights, and moves to channels-last memory.
        images: what to train on.
        targets: ``(n,)`` from 0 to classes - 1, or an object whose ``targets(epoch)`` gives them.
        settings: how to train.
        paths: draws the paths of a supernet; None for a single network.
        folder: where initial weights, checkpoints and final weights are kept; a second call with
            the same arguments and initial weights goes on from there. None keeps nothing.
        stop_after: end after so many epochs, leave a checkpoint, and go on in a later call, with
            other paths if need be. The schedule is that of all epochs.
        keep_epochs: epochs, counted from 1, whose weights are kept as ``epoch-N.safetensors``.
        about: plain values that tell this training from others that ``folder`` might hold.
        checkpoint_seconds: least time between two checkpoints.
        on_progress: called about twice a second and at the end of every epoch.

    Returns:
        Losses and speed; the network is left in evaluation mode.

    Raises:
        SettingsError: if images, targets and settings do not fit together.
        TrainingError: if the loss is no finite number.
        StorageError: if the folder holds another training, or cannot be written.

    Examples:
        >>> from archscout.images import load_images
        >>> pixels = np.arange(4 * 64, dtype=np.uint8).reshape(4, 8, 8)
        >>> images = load_images(pixels, resolution=8)
        >>> network = nn.Sequential(nn.Conv2d(3, 2, 8), nn.Flatten())
        >>> trained = train(network, images, np.array([0, 1, 0, 1]), TrainSettings(epochs=2))
        >>> len(trained.losses), trained.updates
        (2, 2)
    """
    if on_progress is not None:
        on_progress = threads(torch.get_num_threads())(given(on_progress))
    inputs = Inputs(images, targets, settings, next(network.parameters()).device)
    precision = resolve_precision(settings.precision, network)
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    network.train()
    optimizer = make_optimizer(network, settings)
    facts = {**inputs.facts(), **(paths.facts() if paths else {}), **(about or {})}
    facts["precision"] = precision
    record = Record(
        folder,
        network,
        optimizer,
        settings=settings,
        facts=facts,
        checkpoint_seconds=checkpoint_seconds,
    )
    state = record.resume()
    last = settings.epochs if stop_after is None else min(stop_after, settings.epochs)
    speed = Speed()
    with threads(settings.threads):
        for epoch in range(state.epoch, last):
            batches = inputs.batches(rng_of(settings.seed, _ORDER, epoch))
            epoch_targets = inputs.targets(epoch)
            seeds = rng_of(settings.seed, _AUGMENTATION, epoch).integers(2**32, size=len(batches))
            rounds: Any = [[None]] * len(batches)
            if paths is not None:
                rounds = paths.draw(rng_of(settings.seed, _PATHS, epoch), len(batches))
            for step in range(state.step, len(batches)):
                rate = learning_rate(settings, epoch, step, len(batches))
                for group in optimizer.param_groups:
                    group["lr"] = rate
                rows = batches[step]
                batch, wanted = inputs.augmented(rows, int(seeds[step])), epoch_targets[rows]
                optimizer.zero_grad(set_to_none=True)
                for path in rounds[step]:
                    loss = loss_of(
                        network,
                        batch,
                        wanted,
                        path,
                        smoothing=settings.label_smoothing,
                        precision=precision,
                    )
                    loss.backward()  # type: ignore[no-untyped-call]
                    state.loss += loss.detach() / len(rounds[step])
                update(network, optimizer, settings)
                state.step = step + 1
                speed.count(len(rows) * len(rounds[step]))
                # Only here is the loss read, so that an accelerator need not wait every step.
                if record.due(state.step == len(batches)):
                    check_finite(state, len(batches), rate)
                    if on_progress is not None:
                        on_progress(state.progress(settings.epochs, len(batches), rate, speed))
                    record.keep_if_due(state)
            state.end_epoch(len(batches))
            if state.epoch in keep_epochs:
                record.keep_weights(state.epoch)
    network.eval()
    return record.end(state, speed, finished=state.epoch == settings.epochs)


def loss_of(
    network: nn.Module,
    batch: Tensor,
    wanted: Tensor,
    path: NDArray[np.int8] | None,
    *,
    smoothing: float,
    precision: str,
) -> Tensor:
    """Cross-entropy of a batch ``(n, 3, side, side)`` along a path against classes ``(n,)``."""
    with torch.autocast(batch.device.type, dtype=torch.bfloat16, enabled=precision == "bfloat16"):
        logits = network(batch) if path is None else network(batch, path)
        try:
            return cross_entropy(logits, wanted, label_smoothing=smoothing)
        except IndexError:
            raise SettingsError(
                f"got targets from {wanted.min()} to {wanted.max()}, expected 0 to "
                f"{logits.shape[1] - 1}: build the network with as many classes as there are"
            ) from None
        finally:
            # Inside a block of the user's PyTorch would go on with the weights of this step.
            torch.clear_autocast_cache()


def check_finite(state: TrainingState, steps: int, rate: float) -> None:
    """Raise `TrainingError` if a loss of this epoch was no finite number."""
    if not math.isfinite(state.loss.item()):
        raise TrainingError(
            f"the loss is not finite in epoch {state.epoch + 1}, by step {state.step} of {steps}: "
            f"take a lower learning rate (it is {rate:.3g}), or clip the gradients"
        )

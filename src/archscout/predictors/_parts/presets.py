"""The settings of the encoder-predictor-decoder: three of the paper's, two of this project.

``paper-300`` and ``paper-2000`` are the settings of the authors' first and second release for
NAS-Bench-101, ``paper-imagenet`` those of the second for ImageNet; ``fast`` is the default;
``lstm`` is the paper's network on a short schedule.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from archscout.errors import unknown_name


@dataclass(frozen=True)
class Preset:
    """All that decides how one encoder-predictor-decoder is built and taught.

    Args:
        network: ``"flow"`` reads the cell graph, ``"lstm"`` the token sequence.
        tokens: encoding that the decoder writes (and the LSTM reads).
        members: independent copies taught together; their spread is the uncertainty.
        hidden, mlp_hidden: widths.
        target: how values are scaled: to normal scores of their ranks, to 0..1 with a sigmoid
            on the prediction, or to mean 0 and deviation 1.
        trade_off: weight of the value loss, 0..1; the other losses share the rest.
        structure: weight of the structure targets inside the rest, 0 for none.
        resample: whether each member weights the labels at random, for varied members.
        epochs_first: passes over the labels that start the training (``"lstm"``).
        epochs_more: passes over labels and pseudo-labels together (``"lstm"``).
        batch: architectures a step (``"lstm"``).
        upsample: how often a label is repeated among the pseudo-labels (``"lstm"``).
        steps_first: steps of the first training (``"flow"``).
        steps_more: steps of each further one, which goes on from the weights (``"flow"``).
        unlabeled_batch: unlabeled architectures beside all labels in a step (``"flow"``).
        learning_rate, weight_decay, clip, dropout: as named; clip 0 is none.
        decoupled_decay: AdamW instead of Adam with an L2 term.
        one_cycle: whether the learning rate rises and falls over the steps.
    """

    network: Literal["flow", "lstm"]
    tokens: str = "tokens"
    members: int = 1
    hidden: int = 64
    mlp_hidden: int = 16
    target: Literal["rank", "min-max", "z-score"] = "rank"
    trade_off: float = 0.8
    structure: float = 0.0
    resample: bool = False
    epochs_first: int = 0
    epochs_more: int = 0
    batch: int = 100
    upsample: int = 1
    steps_first: int = 0
    steps_more: int = 0
    unlabeled_batch: int = 0
    learning_rate: float = 1e-3
    weight_decay: float = 1e-4
    clip: float = 5.0
    dropout: float = 0.1
    decoupled_decay: bool = False
    one_cycle: bool = False


_PAPER_IMAGENET = Preset(
    network="lstm",
    tokens="sequence",
    hidden=16,
    mlp_hidden=64,
    target="min-max",
    epochs_first=10_000,
    epochs_more=1_000,
)

PRESETS: dict[str, Preset] = {
    "fast": Preset(
        network="flow",
        members=8,
        hidden=32,
        structure=1.0,
        resample=True,
        steps_first=150,
        steps_more=32,
        unlabeled_batch=48,
        learning_rate=2e-2,
        decoupled_decay=True,
        clip=0.0,
        one_cycle=True,
    ),
    "lstm": Preset(
        network="lstm",
        hidden=32,
        mlp_hidden=32,
        epochs_first=300,
        epochs_more=4,
        upsample=20,
        batch=256,
        learning_rate=5e-3,
    ),
    "paper-300": replace(_PAPER_IMAGENET, upsample=100),
    "paper-2000": Preset(
        network="lstm",
        tokens="sequence",
        hidden=64,
        mlp_hidden=16,
        target="z-score",
        epochs_first=1_000,
        epochs_more=500,
        upsample=10,
    ),
    "paper-imagenet": _PAPER_IMAGENET,
}


def find_preset(preset: str | Preset) -> Preset:
    """The preset of a name, or `UnknownNameError`; a `Preset` passes through."""
    if isinstance(preset, Preset):
        return preset
    if preset not in PRESETS:
        raise unknown_name("preset", preset, PRESETS)
    return PRESETS[preset]

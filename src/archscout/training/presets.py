"""Settings of training by name: as published for each space, and reduced for small machines.

Source:
    ``nasbench201``, ``darts-cifar10``, ``darts-imagenet``, ``mobilenet``, ``darts-final`` and
    ``mobilenet-final``: random-label search (Zhang et al., CVPR 2021, arXiv 2101.11834), its
    released code. ``seminas``: SemiNAS (Luo et al., NeurIPS 2020, arXiv 2002.10389), its
    released code for ImageNet, where 20,000 updates of 512 images are 8 epochs a round.
    Deviations: crops are shifts by a few padded pixels everywhere, while the ImageNet settings
    have crops of random size and changed lighting; one process takes the whole batch, which was
    spread over eight; no auxiliary head, no dropout; with ``decay_all`` off, all weights of two
    dimensions or more decay, while the released ``darts-imagenet`` leaves out the classifier by
    accident. The reduced settings are this project's own.
"""

from __future__ import annotations

from archscout.errors import unknown_name
from archscout.training.settings import TrainSettings

_CIFAR = TrainSettings(epochs=250, crop=4)
_IMAGENET = TrainSettings(
    batch=512,
    final_learning_rate=5e-4,
    schedule="linear",
    nesterov=False,
    weight_decay=4e-5,
    decay_all=False,
    label_smoothing=0.1,
    clip_value=5.0,
)

PRESETS: dict[str, TrainSettings] = {
    "nasbench201": _CIFAR,
    "darts-cifar10": _CIFAR.change(nesterov=False, weight_decay=3e-4, clip_norm=5.0),
    "darts-imagenet": _IMAGENET.change(epochs=50, learning_rate=0.1),
    "mobilenet": _IMAGENET.change(epochs=120, learning_rate=0.25),
    "seminas": _IMAGENET.change(
        epochs=8,
        learning_rate=0.4,
        schedule="step",
        step_factor=0.97,
        nesterov=True,
        clip_value=None,
    ),
    "darts-final": _IMAGENET.change(
        epochs=250,
        batch=1024,
        learning_rate=0.5,
        final_learning_rate=0.0,
        warmup_epochs=5,
        weight_decay=3e-5,
        decay_all=True,
        clip_value=None,
    ),
    "mobilenet-final": _IMAGENET.change(
        epochs=240, batch=1024, learning_rate=0.5, final_learning_rate=0.0, clip_value=None
    ),
    # With the published rate, weights hardly turn in so few epochs: docs/results/random-labels.md.
    "nasbench201-reduced": TrainSettings(epochs=15, learning_rate=0.3),
    "darts-reduced": TrainSettings(epochs=15, nesterov=False, weight_decay=3e-4, clip_norm=5.0),
    "mobilenet-reduced": _IMAGENET.change(
        epochs=15, batch=64, learning_rate=0.05, final_learning_rate=5e-4
    ),
    # For one network alone on images of a user.
    "alone": TrainSettings(epochs=30, learning_rate=0.1, final_learning_rate=0.0),
}


def find_settings(settings: str | TrainSettings) -> TrainSettings:
    """The settings of a name; `TrainSettings` pass through.

    Raises:
        UnknownNameError: if no settings have that name.

    Examples:
        >>> find_settings("nasbench201").epochs
        250
    """
    if isinstance(settings, TrainSettings):
        return settings
    if settings not in PRESETS:
        raise unknown_name("preset of training", settings, PRESETS)
    return PRESETS[settings]

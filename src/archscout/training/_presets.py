"""Settings of training by name: those that the spaces declare, and one for a network alone."""

from __future__ import annotations

from archscout.errors import unknown_name
from archscout.spaces import SearchSpace, SpacePlugin, declarations, plugin_of
from archscout.training.settings import TrainSettings


def _presets_of(plugin: SpacePlugin) -> dict[str, TrainSettings]:
    declared = plugin.load("trainings") if plugin.has("trainings") else {}
    return {name: TrainSettings(**values) for name, values in declared.items()}


PRESETS: dict[str, TrainSettings] = {
    **{name: made for plugin in declarations() for name, made in _presets_of(plugin).items()},
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


def reduced_training(space: SearchSpace | str) -> TrainSettings:
    """The settings with which a laptop trains the reduced supernet of a space."""
    plugin = plugin_of(space)
    return _presets_of(plugin).get(plugin.reduced_training) or find_settings(
        plugin.reduced_training
    )

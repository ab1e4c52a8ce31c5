"""What a search on a supernet is asked for: a laptop's settings by default, and the published ones.

Source:
    SemiNAS (Luo et al., NeurIPS 2020, arXiv 2002.10389), its experiment on ImageNet and its
    released code. `published` has their values. Deviations there: all architectures are scored
    on the same held-out images, while the code takes another batch for each; the seeds of the
    ascent are the best, as the paper says, and not the worst; no dropout and no changed
    lighting in the final training, whose crops are shifts. Whether that training takes
    Nesterov's momentum is not known here; it does, as the supernet's does.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Mapping
from dataclasses import field
from typing import Annotated, Any, Literal

from pydantic import Field, InstanceOf

from archscout._common.plain import plain
from archscout._common.settings import Flag, Number, Whole, settings
from archscout.errors import SettingsError, unknown_name
from archscout.pipelines.unlabeled._searched import check_space
from archscout.plugins import describe
from archscout.spaces import plugin_of
from archscout.spaces.limits._limit import Limit
from archscout.supernets.rounds import RoundPlan
from archscout.training._presets import PRESETS, reduced_training
from archscout.training.settings import TrainSettings

MOST = 1_000_000
"""Of architectures, epochs and rounds; more is a slip of the finger."""


@settings
class SupernetSearchSettings:
    """Settings of a search on a supernet; the defaults fit a laptop.

    Args:
        space: a space with a supernet, by name.
        supernet: settings of the supernet, such as ``{"channels": 16}``; those not given are
            the reduced ones of the space. The number of classes is that of the images.
        training: of the supernet; its number of epochs is not read. None takes a reduced preset.
        epochs: passes over the images in each round of training.
        updates: about so many training steps a round instead of ``epochs``; None for epochs.
        first: random architectures, N, at least 4.
        each: architectures proposed in each round, N'.
        rounds: of learning and proposing, T; the supernet is trained once more often.
        pool: ``"newest"`` trains the supernet on the newest architectures alone, as published
            for ImageNet, ``"accumulated"`` on all so far, as published for speech.
        strategy: what proposes architectures: a name such as ``"seminas"`` or ``"evolution"``, or
            the place of a class, ``"module:Name"``.
        preset: of SemiNAS, such as ``"fast"`` or ``"paper-imagenet"``; None for the strategy's.
        strategy_settings: further settings of the strategy; these go over all others.
        unlabeled: of SemiNAS, most unlabeled architectures a round, M; None for the preset's.
        semi_supervised: of SemiNAS, False searches without unlabeled architectures.
        best_seeds: of SemiNAS, False ascends from the worst architectures, the slip in the
            released code.
        limits: on the networks, counted in the size of the final network.
        validation: share of the images held out, on which architectures are scored.
        recalibration: batches of 128 training images on which the running statistics of each
            architecture are measured before it is scored; 0 takes those of the supernet, as in
            the released code.
        network: settings in which the final network differs from the supernet, such as
            ``{"widths": "final"}``.
        final_training: of the best architectures alone; None takes the preset ``"alone"``.
        finalists: how many of the best are trained alone; 0 for none.
        trust: networks drawn at random and trained alone for the trust check; 0 for none, else 4
            or more. Fewer than 5 cannot show that the order is more than chance.
        seed: decides all that is random.

    Raises:
        UnknownNameError: if there is no such space, pool or preset.
        SettingsError: if a number is out of range.

    Examples:
        >>> SupernetSearchSettings("nasbench-macro").supernet_settings
        {'channels': 8}
    """

    space: str = "mobilenet"
    supernet: Mapping[str, Any] = field(default_factory=dict)
    training: TrainSettings | None = None
    epochs: Annotated[Whole, Field(ge=1, le=MOST)] = 3
    updates: Annotated[Whole, Field(ge=1)] | None = None
    first: Annotated[Whole, Field(ge=4, le=MOST)] = 20
    each: Annotated[Whole, Field(ge=1, le=MOST)] = 20
    rounds: Annotated[Whole, Field(ge=0, le=MOST)] = 3
    pool: Literal["newest", "accumulated"] = "newest"
    strategy: str = "seminas"
    preset: str | None = None
    strategy_settings: Mapping[str, Any] = field(default_factory=dict)
    unlabeled: Whole | None = None
    semi_supervised: Flag = True
    best_seeds: Flag = True
    limits: Annotated[tuple[InstanceOf[Limit], ...], Field(strict=False)] = ()
    validation: Annotated[Number, Field(gt=0, lt=1)] = 0.2
    recalibration: Annotated[Whole, Field(ge=0, le=MOST)] = 4
    network: Mapping[str, Any] = field(default_factory=dict)
    final_training: TrainSettings | None = None
    finalists: Annotated[Whole, Field(ge=0)] = 1
    trust: Literal[0] | Annotated[Whole, Field(ge=4, description="0 for no trust check")] = 0
    seed: Annotated[Whole, Field(ge=0)] = 0

    def __post_init__(self) -> None:
        for name in ("classes", "generator"):
            if name in self.supernet:
                raise SettingsError(
                    f"got {name} as a setting of the supernet, which the search sets itself: leave "
                    "it out"
                )
        from archscout.strategies import PLANS, STRATEGIES

        check_space(self.space, "supernet")
        STRATEGIES[self.strategy]  # Raises with the nearest match.
        if self.preset not in (None, *PLANS):
            raise unknown_name("preset of SemiNAS", str(self.preset), PLANS)

    @property
    def supernet_settings(self) -> dict[str, Any]:
        """Settings of the supernet, the reduced ones where nothing else is said."""
        return {**plugin_of(self.space).reduced, **self.supernet}

    def round_epochs(self, images: int) -> int:
        """Passes of a round over so many training images."""
        if self.updates is None:
            return self.epochs
        batch = (self.training or reduced_training(self.space)).batch
        return max(1, round(self.updates / max(1, -(-images // batch))))

    def plan(self, images: int) -> RoundPlan:
        """How the supernet is trained, round by round, on so many images."""
        return RoundPlan(
            training=self.training or reduced_training(self.space),
            epochs=self.round_epochs(images),
            first=self.first,
            each=self.each,
            rounds=self.rounds,
            pool=self.pool,
            supernet=self.supernet_settings,
            recalibration=self.recalibration,
            seed=self.seed,
        )

    def asked_of_strategy(self) -> dict[str, Any]:
        """What the strategy is told; of the rounds only what it has a setting for."""
        from archscout.strategies import STRATEGIES

        taken = inspect.signature(STRATEGIES[self.strategy].load()).parameters
        # A share of the labels so far would make rounds of the strategy's own sizes.
        rounds = {"first": self.first, "each": self.each, "share": 0.0}
        asked = {
            "preset": self.preset,
            "unlabeled": self.unlabeled,
            "semi_supervised": None if self.semi_supervised else False,
            "best_seeds": None if self.best_seeds else False,
        }
        return {
            **{name: value for name, value in rounds.items() if name in taken},
            **{name: value for name, value in asked.items() if value is not None},
            **self.strategy_settings,
        }

    @property
    def alone_training(self) -> TrainSettings:
        """How networks are trained alone."""
        return (self.final_training or PRESETS["alone"]).change(seed=self.seed)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for the record."""
        fields = {item.name: getattr(self, item.name) for item in dataclasses.fields(self)}
        for name in ("training", "final_training"):
            value = fields[name]
            fields[name] = None if value is None else dataclasses.asdict(value)
        for name in ("supernet", "network"):
            fields[name] = {
                key: dataclasses.asdict(value) if dataclasses.is_dataclass(value) else value  # type: ignore[arg-type]
                for key, value in fields[name].items()
            }
        fields["limits"] = [limit.to_dict() for limit in self.limits]
        fields |= {name: describe(fields[name]) for name in ("space", "strategy")}
        described: dict[str, Any] = plain(fields)
        return described


def published(space: str) -> SupernetSearchSettings:
    """The settings of the published experiment on a space's supernet.

    Args:
        space: its name.

    Raises:
        MissingMethodError: if the space declares none.

    Examples:
        >>> published("mobilenet").preset
        'paper-imagenet'
    """
    plugin = plugin_of(space)
    given = dict(plugin.load("published"))
    for name in ("training", "final_training"):
        given[name] = TrainSettings(**given[name])
    return SupernetSearchSettings(space=plugin.name, **given)

"""Optuna's samplers as strategies: ``optuna:tpe`` and its like, on any of our spaces.

Source: Akiba et al., Optuna, arXiv 1907.10902; Watanabe, Tree-Structured Parzen Estimator,
arXiv 2304.11127. An architecture is one categorical parameter for each variable of the space;
the sampler works in an in-memory study of its own, seeded from the strategy's generator.

Deviation: a suggestion that was measured before is told its known value again and one that
cannot be measured is told as failed, both at no cost, and the sampler is asked anew, `tries`
times at most; then an unseen architecture is drawn at random, as its `origin` says.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import optuna
from optuna.samplers import BaseSampler
from optuna.trial import TrialState, create_trial

from archscout._common.arguments import check_known, whole
from archscout.errors import SettingsError, unknown_name
from archscout.spaces.base import Architecture, Choices, SearchSpace
from archscout.strategies._making import check_kinds
from archscout.strategies._optuna_params import distributions, from_params, quiet_optuna, to_params
from archscout.strategies.base import Strategy

# Those that take categorical parameters and need no package beyond Optuna, torch and scipy.
SAMPLERS: dict[str, Callable[..., BaseSampler]] = {
    "tpe": optuna.samplers.TPESampler,
    "random": optuna.samplers.RandomSampler,
    "gp": optuna.samplers.GPSampler,
    "qmc": optuna.samplers.QMCSampler,
    "nsgaii": optuna.samplers.NSGAIISampler,
}
# Where Optuna's own default would not do: unscrambled, all seeds share nearly all proposals.
_DEFAULTS: dict[str, dict[str, Any]] = {"qmc": {"scramble": True}}


class OptunaSampler(Strategy):
    """Proposes what a sampler of Optuna suggests.

    Args:
        space: the search space.
        rng: the only source of randomness; it seeds the sampler.
        pool: choices ``(n, positions)`` that can be measured, or None for the whole space.
        sampler: one of tpe, random, gp, qmc, nsgaii.
        tries: how often the sampler is asked for one new architecture, 1 or more.
        settings: keyword arguments of the sampler's class, such as ``multivariate=True``.

    Raises:
        UnknownNameError: if there is no such sampler.
        SettingsError: if the sampler has no such setting.

    Examples:
        >>> from archscout.testing import ToySpace
        >>> strategy = OptunaSampler(ToySpace(), np.random.default_rng(0), sampler="tpe")
        >>> archs = strategy.ask(2)
        >>> strategy.tell(archs, [1.0, 2.0])
        >>> strategy.notes(archs[0])
        {'origin': 'optuna:tpe'}
    """

    def __init__(
        self,
        space: SearchSpace,
        rng: np.random.Generator,
        *,
        pool: Choices | None = None,
        sampler: str = "tpe",
        tries: int = 20,
        **settings: Any,
    ) -> None:
        super().__init__(space, rng, pool=pool)
        if sampler not in SAMPLERS:
            raise unknown_name("sampler of Optuna", sampler, SAMPLERS)
        self.sampler = sampler
        self.tries = whole(tries, "tries", 1)
        self._distributions = distributions(space)
        self._pending: dict[Architecture, optuna.Trial | None] = {}
        self._known: dict[Architecture, float] = {}
        self._origins: dict[Architecture, str] = {}
        with quiet_optuna():
            made = _make_sampler(sampler, int(rng.integers(2**31)), settings)
            self._study = optuna.create_study(direction="maximize", sampler=made)

    def ask(self, n: int = 1) -> list[Architecture]:
        """Propose new suggestions of the sampler, or unseen random ones where it repeats."""
        asked: list[Architecture] = []
        with quiet_optuna():
            while len(asked) < n and (arch := self._suggest()) is not None:
                asked.append(arch)
        return asked

    def _suggest(self) -> Architecture | None:
        for _ in range(self.tries):
            trial = self._study.ask(self._distributions)
            arch = from_params(self.space, trial.params)
            if arch in self._known:
                self._report(trial, self._known[arch])
            elif arch in self._pending or not self.in_pool(arch) or arch not in self.space:
                self._report(trial, math.nan)
            else:
                self._pending[arch] = trial
                self._origins[arch] = f"optuna:{self.sampler}"
                return arch
        drawn = self.sample_unseen(1, self._known.keys() | self._pending.keys())
        if not drawn:
            return None
        self._pending[drawn[0]] = None
        self._origins[drawn[0]] = f"random, {self.tries} suggestions of the sampler were not new"
        return drawn[0]

    def _report(self, trial: optuna.Trial, value: float) -> None:
        if math.isnan(value):
            self._study.tell(trial, state=TrialState.FAIL)
        else:
            self._study.tell(trial, value)

    def tell(self, archs: Sequence[Architecture], values: Sequence[float]) -> None:
        """Report values to the sampler; unasked ones become trials of its study."""
        with quiet_optuna():
            for arch, value in zip(archs, values, strict=True):
                trial = self._pending.pop(arch, None)
                self._known[arch] = float(value)
                if trial is not None:
                    self._report(trial, float(value))
                else:
                    self._study.add_trial(self._finished(arch, float(value)))

    def _finished(self, arch: Architecture, value: float) -> optuna.trial.FrozenTrial:
        failed = math.isnan(value)
        return create_trial(
            state=TrialState.FAIL if failed else TrialState.COMPLETE,
            value=None if failed else value,
            params=to_params(self.space, arch),
            distributions=self._distributions,
        )

    def notes(self, arch: Architecture) -> Mapping[str, Any]:
        """``origin``: the sampler, or random where its suggestions were not new."""
        return {"origin": self._origins[arch]} if arch in self._origins else {}


def _make_sampler(name: str, seed: int, settings: Mapping[str, Any]) -> BaseSampler:
    kind = SAMPLERS[name]
    settings = {**_DEFAULTS.get(name, {}), **settings}
    parameters = inspect.signature(kind).parameters
    known = [p for p in parameters if p not in ("self", "seed")]
    check_known(f"setting of strategy optuna:{name}", settings, known)
    check_kinds(f"optuna:{name}", settings, parameters)
    try:
        return kind(seed=seed, **settings)
    except (TypeError, ValueError) as error:
        raise SettingsError(
            f"Optuna's sampler {name!r} refused the settings {dict(settings)}: {error}"
        ) from error

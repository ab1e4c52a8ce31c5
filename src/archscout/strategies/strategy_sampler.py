"""Our strategies as a sampler of an Optuna study: the other way round from `optuna_samplers`.

For users whose search is an Optuna study already: parameters of the space are proposed by the
strategy, all others (a learning rate, say) are drawn at random.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import optuna
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler, RandomSampler
from optuna.study import Study, StudyDirection
from optuna.trial import FrozenTrial, TrialState

from archscout.errors import SettingsError
from archscout.spaces.base import Architecture, SearchSpace
from archscout.strategies._optuna_claims import claim
from archscout.strategies._optuna_params import distributions, from_params, to_params
from archscout.strategies._registry import make_strategy
from archscout.strategies.base import Strategy

_FINISHED = (TrialState.COMPLETE, TrialState.FAIL, TrialState.PRUNED)
_REPEATS_IN_A_ROW = 1000


def suggest_architecture(trial: optuna.trial.BaseTrial, space: SearchSpace) -> Architecture:
    """Suggest an architecture within an objective function of Optuna.

    Args:
        trial: the trial that Optuna hands to the objective.
        space: the search space.

    Returns:
        The architecture whose decisions are the trial's categorical parameters.

    Raises:
        optuna.TrialPruned: if a sampler that does not know the space suggests an architecture
            that the space forbids; Optuna then goes on with the next trial.

    Examples:
        >>> from archscout.testing import ToySpace
        >>> suggest_architecture(optuna.trial.FixedTrial(
        ...     {"depth": "2", "kernel": "3", "width": "16", "skip": "yes"}), ToySpace())
        Architecture(space='toy', choices=(2, 0, 1, 1))
    """
    params = {v.name: trial.suggest_categorical(v.name, v.texts) for v in space.variables}
    arch = from_params(space, params)
    if arch not in space:
        raise optuna.TrialPruned(f"{space.name} forbids the architecture {arch.choices}")
    return arch


class StrategySampler(BaseSampler):
    """A strategy as a sampler of an Optuna study.

    Finished trials are told to the strategy before it is asked, whoever made them, so that a
    study that is resumed or shared goes on from what is known. Pruned trials count as failed.
    Processes that share a study claim architectures before they are measured, so that none is
    measured twice; a trial that a killed process left running keeps its claim until it is told
    as failed (``study.tell(number, state=TrialState.FAIL)``). When the strategy has nothing left,
    architectures are drawn uniformly, with repeats. The sampler can be pickled, as Optuna's own
    can, and goes on as if it had not been.

    Args:
        strategy: a registered name, or a function ``(space, rng) -> Strategy``.
        space: the search space; use `suggest_architecture` with it in the objective.
        seed: seed of the strategy and of the other parameters, 0 or more.
        settings: the strategy's settings, if a name came.

    Raises:
        SettingsError: if the study has more than one direction; it is a ValueError too.

    Examples:
        >>> from archscout.testing import ToySpace
        >>> space = ToySpace()
        >>> optuna.logging.set_verbosity(optuna.logging.WARNING)
        >>> study = optuna.create_study(
        ...     direction="maximize", sampler=StrategySampler("local", space, seed=0))
        >>> study.optimize(lambda trial: sum(suggest_architecture(trial, space).choices), 40)
        >>> study.best_value
        10.0
    """

    def __init__(
        self,
        strategy: str | Callable[[SearchSpace, np.random.Generator], Strategy],
        space: SearchSpace,
        *,
        seed: int = 0,
        **settings: Any,
    ) -> None:
        rng = np.random.default_rng(seed)
        if isinstance(strategy, str):
            self.strategy = make_strategy(strategy, space, rng, **settings)
        else:
            self.strategy = strategy(space, rng, **settings)
        self.space = space
        self._rng = np.random.default_rng([seed, 1])
        self._others = RandomSampler(seed=seed)
        self._distributions = distributions(space)
        self._told: set[int] = set()
        self._known: dict[Architecture, float] = {}
        self._lock = threading.Lock()  # Optuna calls from several threads where n_jobs > 1

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_lock": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _lock=threading.Lock())

    def reseed_rng(self) -> None:
        """Reseed what draws the other parameters; the strategy itself is shared."""
        self._others.reseed_rng()

    def infer_relative_search_space(
        self, study: Study, trial: FrozenTrial
    ) -> dict[str, BaseDistribution]:
        """The parameters that the strategy decides: the variables of the space."""
        return self._distributions

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        """Tell the strategy what has finished and ask it for one architecture."""
        _check_direction(study)
        with self._lock:
            self._tell_finished(study)
            arch = self._ask(study, trial)
        # A sampler around this one may have fixed some of them.
        return {n: p for n, p in to_params(self.space, arch).items() if n in search_space}

    def _ask(self, study: Study, trial: FrozenTrial) -> Architecture:
        """Ask until an architecture is new and nobody else measures it."""
        for _ in range(_REPEATS_IN_A_ROW):
            asked = self.strategy.ask(1)
            if not asked:
                break
            if asked[0] in self._known:  # As a search does it: known values cost nothing.
                self.strategy.tell(asked, [self._known[asked[0]]])
            elif claim(study, trial, asked[0]):
                # Somebody may have measured it while the strategy learnt, and claims it no more.
                self._tell_finished(study)
                if asked[0] not in self._known:
                    return asked[0]
        return self.space.sample(self._rng, 1)[0]

    def _tell_finished(self, study: Study) -> None:
        sign = -1.0 if study.direction == StudyDirection.MINIMIZE else 1.0
        for trial in study.get_trials(deepcopy=False, states=_FINISHED):
            if trial.number in self._told:
                continue
            self._told.add(trial.number)
            try:
                arch = from_params(self.space, trial.params)
            except (KeyError, ValueError):
                continue  # a trial of another space, or one that ended before it was asked
            complete = trial.state == TrialState.COMPLETE and trial.value is not None
            value = sign * float(trial.value or 0.0) if complete else math.nan
            self._known[arch] = value
            self.strategy.tell([arch], [value])

    def sample_independent(
        self,
        study: Study,
        trial: FrozenTrial,
        param_name: str,
        param_distribution: BaseDistribution,
    ) -> Any:
        """Draw a parameter that is none of the space's at random."""
        _check_direction(study)
        return self._others.sample_independent(study, trial, param_name, param_distribution)


def _check_direction(study: Study) -> None:
    if len(study.directions) > 1:
        raise SettingsError(
            f"got a study with {len(study.directions)} directions, expected one: a strategy of "
            "archscout searches for one goal, so make the study with direction="
        )

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

from archscout.spaces.base import Architecture, SearchSpace
from archscout.strategies import make_strategy
from archscout.strategies.base import Strategy
from archscout.strategies.optuna_params import distributions, from_params, to_params

_FINISHED = (TrialState.COMPLETE, TrialState.FAIL, TrialState.PRUNED)


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
        >>> from archscout.testing.toy import ToySpace
        >>> suggest_architecture(optuna.trial.FixedTrial(
        ...     {"depth": "2", "kernel": "3", "width": "16", "skip": "yes"}), ToySpace())
        Architecture(space='toy', choices=(2, 0, 1, 1))
    """
    params = {v.name: trial.suggest_categorical(v.name, v.options) for v in space.variables}
    arch = from_params(space, params)
    if arch not in space:
        raise optuna.TrialPruned(f"{space.name} forbids the architecture {arch.choices}")
    return arch


class StrategySampler(BaseSampler):
    """A strategy as a sampler of an Optuna study.

    Finished trials are told to the strategy before it is asked, whoever made them, so that a
    study that is resumed or shared goes on from what is known. Pruned trials count as failed.
    When the strategy has nothing left, architectures are drawn uniformly, with repeats.

    Args:
        strategy: a registered name, or a function ``(space, rng) -> Strategy``.
        space: the search space; use `suggest_architecture` with it in the objective.
        seed: seed of the strategy and of the other parameters, 0 or more.
        settings: the strategy's settings, if a name came.

    Examples:
        >>> from archscout.testing.toy import ToySpace
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
        self._lock = threading.Lock()  # Optuna calls from several threads where n_jobs > 1

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
        with self._lock:
            self._tell_finished(study)
            asked = self.strategy.ask(1) or self.space.sample(self._rng, 1)
        return dict(to_params(self.space, asked[0]))

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
            self.strategy.tell([arch], [value])

    def sample_independent(
        self,
        study: Study,
        trial: FrozenTrial,
        param_name: str,
        param_distribution: BaseDistribution,
    ) -> Any:
        """Draw a parameter that is none of the space's at random."""
        return self._others.sample_independent(study, trial, param_name, param_distribution)

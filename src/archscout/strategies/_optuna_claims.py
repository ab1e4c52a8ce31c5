"""Which process of a shared Optuna study measures an architecture: the one that claimed it.

Storages of Optuna have no test-and-set, so a claim takes two writes: it is made known, then the
others are read, then it is settled. Of two open claims that of the lower trial number holds.
"""

from __future__ import annotations

import time
from typing import Any

from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from archscout.spaces.base import Architecture

_KEY = "archscout:claim"
_OPEN, _SETTLED = "open", "settled"
# How often a claim of a process is looked at that seems to be dead: it has two calls to make.
_LOOKS, _SECONDS = 200, 0.01


def claim(study: Study, trial: FrozenTrial, arch: Architecture) -> bool:
    """Whether an architecture is now the running trial's, or another running trial has it."""
    _write(study, trial, arch, _OPEN)
    for _ in range(_LOOKS):
        rivals = _rivals(study, trial, arch)
        if not rivals:
            _write(study, trial, arch, _SETTLED)
            return True
        if any(state == _SETTLED or number < trial.number for number, state in rivals):
            break
        # A later trial has not settled: it may have looked before this claim was made.
        time.sleep(_SECONDS)
    return False


def _write(study: Study, trial: FrozenTrial, arch: Architecture, state: str) -> None:
    value: Any = {"choices": list(arch.choices), "state": state}
    study._storage.set_trial_system_attr(trial._trial_id, _KEY, value)


def _rivals(study: Study, trial: FrozenTrial, arch: Architecture) -> list[tuple[int, str]]:
    """Number and state of the running trials that claim the same architecture."""
    found = []
    for other in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
        claimed = other.system_attrs.get(_KEY) or {}
        if other.number != trial.number and claimed.get("choices") == list(arch.choices):
            found.append((other.number, str(claimed.get("state"))))
    return found

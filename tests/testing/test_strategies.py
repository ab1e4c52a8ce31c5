"""The conformance kit passes what is right and catches each thing that is wrong."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from archscout.spaces.base import Architecture
from archscout.strategies.random_search import RandomSearch
from archscout.testing._strategies import check_strategy
from archscout.testing._toy import ToySpace

SPACE = ToySpace()


class TooMany(RandomSearch):
    def ask(self, n: int = 1) -> list[Architecture]:
        return super().ask(n + 1)


class Repeats(RandomSearch):
    def ask(self, n: int = 1) -> list[Architecture]:
        return self.space.sample(self.rng, n)


class ForgetsPending(RandomSearch):
    def ask(self, n: int = 1) -> list[Architecture]:
        asked = super().ask(n)
        self._seen.difference_update(asked)
        return asked


class Invalid(RandomSearch):
    def ask(self, n: int = 1) -> list[Architecture]:
        return [Architecture("toy", (0, 0, 0, 1))]


class IgnoresPool(RandomSearch):
    def in_pool(self, arch: Architecture) -> bool:
        return super().in_pool(arch)

    def ask(self, n: int = 1) -> list[Architecture]:
        pool, self.pool = self.pool, None
        asked = super().ask(n)
        self.pool = pool
        return asked


class LeavesSome(RandomSearch):
    def ask(self, n: int = 1) -> list[Architecture]:
        limit = 99 if self.pool is None else len(self.pool) - 1
        return super().ask(n) if len(self._seen) < limit else []


class NeverEnds(RandomSearch):
    def ask(self, n: int = 1) -> list[Architecture]:
        return super().ask(n) or super().sample_unseen(n, set())


class OwnSeed(RandomSearch):
    made = 0

    def __init__(self, space: Any, rng: np.random.Generator, *, pool: Any = None) -> None:
        OwnSeed.made += 1
        super().__init__(space, np.random.default_rng(OwnSeed.made), pool=pool)


class GlobalNumpy(RandomSearch):
    def ask(self, n: int = 1) -> list[Architecture]:
        np.random.random()  # noqa: NPY002 - the fault to be found
        return super().ask(n)


class GlobalRandom(RandomSearch):
    def ask(self, n: int = 1) -> list[Architecture]:
        random.random()
        return super().ask(n)


class FailsOnNan(RandomSearch):
    def tell(self, archs: Sequence[Architecture], values: Sequence[float]) -> None:
        assert not any(map(math.isnan, values)), "cannot learn from NaN"
        super().tell(archs, values)


class EndsOnNan(RandomSearch):
    gone = False

    def tell(self, archs: Sequence[Architecture], values: Sequence[float]) -> None:
        self.gone |= any(map(math.isnan, values))

    def ask(self, n: int = 1) -> list[Architecture]:
        return [] if self.gone else super().ask(n)


class DividesBySpread(RandomSearch):
    def __init__(self, space: Any, rng: np.random.Generator, *, pool: Any = None) -> None:
        super().__init__(space, rng, pool=pool)
        self.values: list[float] = []

    def tell(self, archs: Sequence[Architecture], values: Sequence[float]) -> None:
        super().tell(archs, values)
        self.values += [value for value in values if not math.isnan(value)]
        if len(self.values) > 3 and len(set(self.values)) == 1:
            raise ZeroDivisionError("the values have no spread")


class IgnoresUnasked(RandomSearch):
    def tell(self, archs: Sequence[Architecture], values: Sequence[float]) -> None:
        pass


class ChangesPool(RandomSearch):
    def __init__(self, space: Any, rng: np.random.Generator, *, pool: Any = None) -> None:
        super().__init__(space, rng, pool=pool)
        if pool is not None:
            rng.shuffle(pool)


class ChangesTold(RandomSearch):
    def tell(self, archs: Sequence[Architecture], values: Any) -> None:
        super().tell(archs, values)
        values.sort()
        values.append(0.0)


class OddNotes(RandomSearch):
    def notes(self, arch: Architecture) -> Mapping[str, Any]:
        return {"predicted": np.float32(1)}


class OddAudit(RandomSearch):
    def ask(self, n: int = 1) -> list[Architecture]:
        self.audit.append({"spread": np.ones(3)})
        return super().ask(n)


class Tuples(RandomSearch):
    def ask(self, n: int = 1) -> Any:
        return tuple(super().ask(n))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (TooMany, "expected at most"),
        (Repeats, "proposed twice|differs|although its value"),
        (ForgetsPending, "proposed twice"),
        (Invalid, "not in the space"),
        (IgnoresPool, "not in the pool"),
        (LeavesSome, "never proposed"),
        (NeverEnds, "proposals from a pool"),
        (OwnSeed, "differs between two runs"),
        (GlobalNumpy, "global random"),
        (GlobalRandom, "global random"),
        (FailsOnNan, "cannot learn from NaN"),
        (EndsOnNan, "the search ended"),
        (IgnoresUnasked, "although its value had been told"),
        (ChangesPool, "changed the pool"),
        (ChangesTold, "changed the lists"),
        (OddNotes, "not plain values"),
        (OddAudit, "audit row"),
        (Tuples, "expected a list"),
    ],
)
def test_a_broken_strategy_is_caught(broken: type[RandomSearch], words: str) -> None:
    with pytest.raises(AssertionError, match=words):
        check_strategy(broken, SPACE, np.random.default_rng(0))


def test_a_crash_on_equal_values_is_told_with_its_cause() -> None:
    with pytest.raises(AssertionError, match="equal raised ZeroDivisionError") as caught:
        check_strategy(DividesBySpread, SPACE, np.random.default_rng(0))
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


class ManyFaults(RandomSearch):
    """Repeats itself, changes its pool and hands out tuples."""

    def ask(self, n: int = 1) -> Any:
        if self.pool is not None:
            self.pool[:] = self.pool[::-1]
            return [self.space.architectures(self.pool[:1])[0]]
        return tuple(super().ask(n))


def test_all_faults_of_a_strategy_are_told_at_once_and_in_bounded_time() -> None:
    with pytest.raises(AssertionError) as caught:
        check_strategy(ManyFaults, SPACE, np.random.default_rng(0))
    for words in ("expected a list", "changed the pool", "never proposed"):
        assert words in str(caught.value)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_a_right_one_passes(seed: int) -> None:
    check_strategy(RandomSearch, SPACE, np.random.default_rng(seed))

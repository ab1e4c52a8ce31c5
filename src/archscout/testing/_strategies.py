"""Conformance kit for strategies: what every one must do, whatever it learns.

Each check is one function; `check_strategy` runs them all and raises `AssertionError` with one
sentence for each that fails, so it can stand alone in a test of a strategy of your own.
"""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Callable, Sequence

import numpy as np

from archscout.spaces.base import Architecture, Choices, SearchSpace
from archscout.strategies import make_strategy
from archscout.strategies.base import Strategy
from archscout.testing._promises import Promises, no_global_randomness
from archscout.testing._toy import ToySpace

MakeStrategy = Callable[..., Strategy]
Value = Callable[[Architecture], float]


def check_strategy(
    make: MakeStrategy | str,
    space: SearchSpace | None = None,
    rng: np.random.Generator | None = None,
    *,
    labels: int = 30,
) -> None:
    """Check a strategy against the contract of `Strategy`.

    Args:
        make: function ``(space, rng, pool=None) -> Strategy``, such as the class itself, or a
            registered name.
        space: a space with at least ``2 * labels`` architectures; None for a small made-up one.
        rng: decides the made-up values; None for the same ones each time.
        labels: how many labels each check buys at most; choose as many as the strategy's
            first rounds need, so that what it learns is checked too.

    Raises:
        AssertionError: with one sentence for each promise that the strategy breaks.

    Examples:
        >>> from archscout.strategies import RandomSearch
        >>> from archscout.testing import ToySpace
        >>> check_strategy(RandomSearch, ToySpace(), np.random.default_rng(0))
        >>> check_strategy("evolution")
    """
    if isinstance(make, str):
        make = functools.partial(make_strategy, make)
    space = ToySpace() if space is None else space
    rng = np.random.default_rng(0) if rng is None else rng
    weights = rng.normal(size=(len(space.variables), int(space.option_counts.max())))
    pool = np.unique(space.sample_choices(rng, 8 * labels), axis=0)
    pool = rng.permutation(pool)[: max(2, labels // 2)]
    seed = int(rng.integers(2**31))

    def value(arch: Architecture) -> float:
        return float(sum(weights[i, choice] for i, choice in enumerate(arch.choices)))

    def new(pool: Choices | None = None) -> Strategy:
        return make(space, np.random.default_rng(seed), pool=pool)

    promises = Promises()
    with promises.of("ask and tell"):
        check_proposals(new(), space, value, labels)
    with promises.of("a second run"):
        check_reproducible(new, value, labels)
    with promises.of("a run beside global randomness"):
        check_own_randomness(new, value, labels)
    with promises.of("a run within a pool"):
        check_pool(new, space, pool, value)
    with promises.of("arguments that must not change"):
        check_inputs_untouched(new, pool, value)
    with promises.of("values that failed or are equal"):
        check_survives(new(), lambda _: math.nan, labels)
        check_survives(new(), lambda _: 1.0, labels)
        check_survives(new(), lambda arch: math.nan if arch.choices[0] else 2.0, labels)
    with promises.of("values that were not asked for"):
        check_unasked(new(), space, value, labels, rng)
    with promises.of("values that were told before"):
        check_told_again(new, value, labels)
    promises.tell()


def _is_plain(value: object, *, nan: bool = False) -> bool:
    try:
        json.dumps(value, allow_nan=nan)
    except (TypeError, ValueError):
        return False
    return True


def _ask(strategy: Strategy, n: int) -> list[Architecture]:
    """Ask with the checks that hold for every answer."""
    asked = strategy.ask(n)
    assert isinstance(asked, list), f"ask({n}) returned a {type(asked).__name__}, expected a list"
    assert len(asked) <= n, f"ask({n}) returned {len(asked)} architectures, expected at most {n}"
    for arch in asked:
        assert arch in strategy.space, f"ask({n}) proposed {arch!r}, which is not in the space"
        assert strategy.in_pool(arch), f"ask({n}) proposed {arch!r}, which is not in the pool"
        notes = dict(strategy.notes(arch))
        assert _is_plain(notes), f"notes of {arch!r} are not plain values: {notes}"
    return asked


def _run(strategy: Strategy, value: Value, n: int) -> list[Architecture]:
    """Buy up to ``n`` labels one by one; what was asked, in order."""
    asked: list[Architecture] = []
    while len(asked) < n and (fresh := _ask(strategy, 1)):
        asked += fresh
        strategy.tell(fresh, [value(arch) for arch in fresh])
    return asked


def check_proposals(strategy: Strategy, space: SearchSpace, value: Value, labels: int) -> None:
    """Proposals are valid, at most ``n``, and new while others are left, pending ones too."""
    seen: list[Architecture] = []
    for n in [1, 3, 2] * labels:
        if len(seen) >= labels:
            break
        first = _ask(strategy, n)
        assert first, f"ask({n}) proposed nothing after {len(seen)} labels of a larger space"
        second = _ask(strategy, 1)  # asked again before the values of the first are told
        for arch in first + second:
            assert arch not in seen, f"{arch!r} was proposed twice while others were left"
            seen.append(arch)
        strategy.tell(first, [value(arch) for arch in first])
        strategy.tell(second, [value(arch) for arch in second])
    for row in strategy.audit:
        assert _is_plain(row, nan=True), f"an audit row is not made of plain values: {row}"


def check_reproducible(new: Callable[[], Strategy], value: Value, labels: int) -> None:
    """The same generator state and values give the same proposals."""
    first, second = _run(new(), value, labels), _run(new(), value, labels)
    for number, (one, other) in enumerate(zip(first, second, strict=True)):
        assert one == other, f"proposal {number} differs between two runs from the same seed"


def check_own_randomness(new: Callable[[], Strategy], value: Value, labels: int) -> None:
    """The global generators of random, numpy and torch are neither read nor advanced."""
    with no_global_randomness("the strategy draws from a global random generator"):
        _run(new(), value, labels)


def check_pool(
    new: Callable[[Choices], Strategy], space: SearchSpace, pool: Choices, value: Value
) -> None:
    """A small pool is proposed to the last architecture, then nothing, and nothing else."""
    strategy = new(pool)
    asked = _run(strategy, value, 2 * len(pool))
    missing = set(space.architectures(pool)) - set(asked)
    assert not missing, f"{len(missing)} of {len(pool)} architectures of a pool were never proposed"
    assert len(asked) == len(pool), f"{len(asked)} proposals from a pool of {len(pool)}"
    assert _ask(strategy, 2) == [], "an exhausted pool still gives proposals"
    waiting = new(pool)
    pending: list[Architecture] = []
    while len(pending) < len(pool) and (fresh := _ask(waiting, 1)):
        assert fresh[0] not in pending, f"{fresh[0]!r} was proposed twice while its value is due"
        pending += fresh


def check_inputs_untouched(new: Callable[[Choices], Strategy], pool: Choices, value: Value) -> None:
    """Neither the pool nor what is told is changed, and what is handed out is not kept."""
    given = pool.copy()
    strategy = new(given)
    # A strategy that repeats itself never ends.
    for _ in range(len(pool)):
        if not (asked := _ask(strategy, 2)):
            break
        archs, values = list(asked), [value(arch) for arch in asked]
        told: tuple[Sequence[Architecture], list[float]] = (list(archs), list(values))
        strategy.tell(*told)
        assert told == (archs, values), "tell changed the lists that it was given"
        asked.clear()
    assert np.array_equal(given, pool), "the strategy changed the pool that it was given"


def check_survives(strategy: Strategy, value: Value, labels: int) -> None:
    """Failed measurements and equal values neither raise nor end the search."""
    asked = _run(strategy, value, labels)
    assert len(asked) == labels, (
        f"the search ended after {len(asked)} of {labels} labels that failed or were equal"
    )


def check_unasked(
    strategy: Strategy, space: SearchSpace, value: Value, labels: int, rng: np.random.Generator
) -> None:
    """Values that come unasked are taken, and what was told is not proposed again."""
    told = list(dict.fromkeys(space.sample(rng, max(2, labels // 2))))
    strategy.tell(told[1:], [value(arch) for arch in told[1:]])
    strategy.tell(told[:1], [math.nan])
    for arch in _run(strategy, value, labels - len(told)):
        assert arch not in told, f"{arch!r} was proposed although its value had been told"


def check_told_again(new: Callable[[], Strategy], value: Value, labels: int) -> None:
    """A failed architecture may be bought again: its new value is taken, in every run alike."""

    def run() -> list[Architecture]:
        strategy = new()
        asked = _run(strategy, lambda arch: math.nan if arch.choices[0] else value(arch), labels)
        failed = [arch for arch in asked[: labels // 2] if arch.choices[0]]
        for arch in failed:
            strategy.tell([arch], [value(arch)])
        strategy.tell(failed[:1], [math.nan])  # bought again, and failed again
        more = _run(strategy, value, 3)
        assert len(more) == 3, "the search ended after failed architectures were bought again"
        for arch in more:
            assert arch not in asked, f"{arch!r} was proposed again after its value had come"
        return asked + more

    assert run() == run(), "proposals differ between two runs after values were told again"

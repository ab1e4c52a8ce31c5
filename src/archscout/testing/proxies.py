"""Conformance kit for proxies: what every one must do, whatever it measures."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from archscout.errors import ParseError
from archscout.proxies._base import Proxy
from archscout.spaces.base import SearchSpace
from archscout.testing._promises import Promises, require, require_error

MakeProxy = Callable[[SearchSpace], Proxy]

_BATCH = 16


def check_proxy(make: MakeProxy, space: SearchSpace, rng: np.random.Generator) -> None:
    """Check a proxy against the contract of `Proxy`.

    Args:
        make: function ``(space) -> Proxy``.
        space: the search space.
        rng: draws the architectures.

    Raises:
        AssertionError: with one sentence for each broken promise.

    Examples:
        >>> from archscout.proxies import make_proxy
        >>> from archscout.testing import ToySpace
        >>> check_proxy(
        ...     lambda space: make_proxy("macs", space), ToySpace(), np.random.default_rng(0)
        ... )
    """
    promises = Promises()
    with promises.of("the proxy"):
        _check(make, space, rng, promises)
    promises.tell()


def _check(
    make: MakeProxy, space: SearchSpace, rng: np.random.Generator, promises: Promises
) -> None:
    proxy = make(space)
    with promises.of("name and unit"):
        require(proxy.name and proxy.unit, "the proxy has no name or no unit")
    choices = space.sample_choices(rng, _BATCH)
    before = choices.copy()
    scores = proxy.score(choices)
    with promises.of("score"):
        require((choices == before).all(), "score changed the choices that it was given")
    with promises.of("score"):
        require(
            scores.shape == (_BATCH,) and scores.dtype == np.float64,
            f"score gave {scores.dtype} of shape {scores.shape}, expected float64 of ({_BATCH},)",
        )
        require(np.isfinite(scores).all(), "score gave NaN or infinity")
    others: dict[str, Callable[[], object]] = {
        "a second call": lambda: proxy.score(choices),
        "a new proxy": lambda: make(space).score(choices),
        "a list of architectures": lambda: proxy.score(space.architectures(choices)),
        "the reversed batch": lambda: proxy.score(choices[::-1])[::-1],
        "one architecture at a time": lambda: np.concatenate(
            [proxy.score(row[None]) for row in choices]
        ),
    }
    for words, other in others.items():
        with promises.of(words):
            same = np.array_equal(scores, np.asarray(other()))
            require(same, f"{words} gave other scores than the whole batch")
    with promises.of("score of no architecture"):
        require(proxy.score(choices[:0]).shape == (0,), "score of no architecture is not empty")
    with promises.of("score of choices with one missing"):
        require_error(
            ParseError, lambda: proxy.score(choices[:, :-1]), "score of choices with one missing"
        )

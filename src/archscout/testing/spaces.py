"""The conformance kit of search spaces: every promise of `SearchSpace`, checked on samples."""

from __future__ import annotations

from functools import partial

import numpy as np

from archscout.errors import ParseError, SettingsError
from archscout.spaces.base import Architecture, Architectures, SearchSpace, Variable
from archscout.testing._promises import Promises, require, require_error
from archscout.testing._space_changes import check_changes, check_member, same_twice
from archscout.testing._space_encodings import check_encodings
from archscout.testing._space_lists import check_costs, check_listing, check_networks


def check_space(
    space: SearchSpace,
    rng: np.random.Generator | None = None,
    *,
    samples: int = 20,
    networks: int = 0,
) -> None:
    """Check that a search space keeps the promises of `SearchSpace`, and tell all that it breaks.

    Spaces too large to be listed can be checked as well. Listed ones are checked whole where
    that is cheap (up to 200,000 architectures), all others on samples. What a space need not
    define, such as costs and networks, is checked where it is defined.

    Args:
        space: the space to check.
        rng: draws the samples; None for the same ones each time.
        samples: how many architectures to look at, at least 2.
        networks: how many networks to build and count the parameters of; needs torch.

    Raises:
        AssertionError: with one sentence for each broken promise, saying which and by what.
        SettingsError: if ``samples`` or ``networks`` is out of range.

    Examples:
        >>> from archscout.spaces import load_space
        >>> check_space(load_space("nasbench201"), np.random.default_rng(0), samples=3)
    """
    if samples < 2 or networks < 0:
        raise SettingsError(
            f"got samples={samples} and networks={networks}, expected at least 2 and 0"
        )
    rng = np.random.default_rng(0) if rng is None else rng
    promises = Promises()
    if _check_description(space, promises):
        archs, sound = _check_valid(space, rng, samples, promises)
        archs = _check_sampling(space, archs, rng, samples, promises) if sound else archs
        if len(archs) >= 2 and sound:
            _check_texts(space, archs, promises)
            _check_choices(space, archs, promises)
            check_changes(space, archs, rng, promises)
            check_listing(space, archs, promises)
        if len(archs) >= 2:
            _check_identity(space, archs, promises)
            check_encodings(space, archs, rng, promises)
            check_costs(space, archs, promises)
            check_networks(space, archs[:networks], promises)
    promises.tell()


def _check_description(space: SearchSpace, promises: Promises) -> bool:
    """Whether there are variables to go on with."""
    given: object = space
    if isinstance(given, type) or not isinstance(given, SearchSpace):
        kind = f"the class {given.__name__}" if isinstance(given, type) else type(given).__name__
        promises.broken.append(f"got {kind}, expected an instance of a subclass of SearchSpace")
        return False
    with promises.of("name"):
        name = getattr(space, "name", None)
        require(isinstance(name, str) and name, f"name {name!r} is no text: write name = '...'")
    with promises.of("encodings"):
        kinds: object = space.encodings
        listed = isinstance(kinds, tuple | list) and all(isinstance(kind, str) for kind in kinds)
        require(listed, f"encodings is {kinds!r:.80}, expected a tuple of texts")
    before = len(promises.broken)
    with promises.of("variables"):
        variables = getattr(space, "variables", None)
        require(
            isinstance(variables, tuple | list) and all(isinstance(v, Variable) for v in variables),
            f"variables is {variables!r:.80}, expected a tuple of Variable(name, options)",
        )
        require(len(space.variables) > 0, "the space has no variables")
    usable = len(promises.broken) == before and isinstance(getattr(space, "name", None), str)
    if usable:
        with promises.of("variables"):
            names = [variable.name for variable in space.variables]
            require(len(set(names)) == len(names), f"two variables share a name: {names}")
    return usable


def _check_valid(
    space: SearchSpace, rng: np.random.Generator, samples: int, promises: Promises
) -> tuple[list[Architecture], bool]:
    """Some architectures, and whether the space can tell which are valid."""
    archs: list[Architecture] = []
    rows = rng.integers(0, space.option_counts, (samples, len(space.variables)))
    with promises.of("valid"):
        allowed = space.valid(space.as_choices(rows))
        require(
            isinstance(allowed, np.ndarray)
            and allowed.shape == (samples,)
            and allowed.dtype == np.bool_,
            f"valid gave {_form(allowed)}, expected shape ({samples},) and type bool",
        )
        return space.architectures(rows[allowed]), True
    with promises.of("architectures"):
        archs = space.architectures(rows)
    return archs, False


def _check_sampling(
    space: SearchSpace,
    archs: list[Architecture],
    rng: np.random.Generator,
    samples: int,
    promises: Promises,
) -> list[Architecture]:
    """Architectures to go on with: those sampled, or ``archs`` where sampling is broken."""
    with promises.of("sample"):
        drawn = same_twice(rng, "sample", lambda g: space.sample(g, samples))
        require(len(drawn) == samples, f"sample(rng, {samples}) gave {len(drawn)} architectures")
        for arch in drawn:
            check_member(space, arch, "sample")
        archs = drawn
    with promises.of("sample(rng, 0)"):
        require(space.sample(rng, 0) == [], "sample(rng, 0) is not an empty list")
    with promises.of("sample(rng, -1)"):
        require_error(SettingsError, lambda: space.sample(rng, -1), "sample(rng, -1)")
    return archs


def _form(array: object) -> str:
    if isinstance(array, np.ndarray):
        return f"shape {array.shape} and type {array.dtype}"
    return type(array).__name__


def _check_texts(space: SearchSpace, archs: list[Architecture], promises: Promises) -> None:
    texts: list[str] = []
    with promises.of("format"):
        for arch in archs:
            text: object = space.format(arch)
            require(isinstance(text, str), f"format gave {text!r} for {arch!r}, expected a text")
            texts.append(str(text))
        require(len(set(texts)) == len(set(archs)), "format gave two architectures the same text")
    with promises.of("parse(format(arch))"):
        for arch, text in zip(archs, texts, strict=False):
            read = space.parse(text)
            require(read == arch, f"parse(format(arch)) gave {read!r}, expected {arch!r}")
    if len(texts) < len(archs):
        return
    with promises.of("parse_many"):
        many = space.architectures(space.parse_many(texts))
        require(many == archs, "parse_many reads texts otherwise than parse")
    with promises.of("parse of what is no architecture"):
        for garbage in ("", "\x00", "no architecture at all", "|~+|", texts[0] + "?"):
            require_error(ParseError, partial(space.parse, garbage), f"parse({garbage!r})")
    with promises.of("parse of a damaged text"):
        for cut in range(1, len(texts[0]), max(1, len(texts[0]) // 20)):
            _check_damaged_text(space, texts[0][:cut])


def _check_damaged_text(space: SearchSpace, text: str) -> None:
    """A cut text may still be one of an architecture; if it is not, the error is a ParseError."""
    try:
        read = space.parse(text)
    except ParseError:
        return
    except Exception as error:
        raise AssertionError(
            f"parse({text!r}) raised {type(error).__name__}, expected ParseError"
        ) from error
    check_member(space, read, f"parse({text!r})")


def _check_choices(space: SearchSpace, archs: list[Architecture], promises: Promises) -> None:
    form, kind = (len(archs), len(space.variables)), space.choice_dtype
    rows = np.array([arch.choices for arch in archs])
    with promises.of("as_choices"):
        choices = space.as_choices(archs)
        require(
            choices.shape == form and choices.dtype == kind,
            f"choices gave {_form(choices)}, expected shape {form} and type {kind}",
        )
        require(space.architectures(choices) == archs, "architectures(choices(archs)) is not archs")
        require(
            np.array_equal(space.as_choices(choices), choices),
            "choices changes choices that it is given",
        )
    with promises.of("choices([])"):
        none = (0, len(space.variables))
        require(space.as_choices([]).shape == none, f"choices([]) has not shape {none}")
    stranger = Architecture(space.name + "?", archs[0].choices)
    too_large = rows.copy()
    too_large[0, 0] = space.option_counts[0]
    wrong: dict[str, Architectures] = {
        "an architecture of another space": [stranger],
        "an option that does not exist": too_large,
        "a negative option": np.full_like(rows, -1),
        "a number that would wrap": too_large + 2**32,
        "too few positions": rows[:, :-1],
    }
    for words, value in wrong.items():
        with promises.of(f"choices of {words}"):
            require_error(ParseError, partial(space.as_choices, value), f"choices of {words}")
    with promises.of("an architecture of another space in the space"):
        require(stranger not in space, "an architecture of another space is in the space")
    with promises.of("a text in the space"):
        require("text" not in space, "a text is in the space, expected architectures only")


def _check_identity(space: SearchSpace, archs: list[Architecture], promises: Promises) -> None:
    names: list[str] = []
    with promises.of("canonical_id"):
        for arch in archs:
            name = space.canonical_id(arch)
            require(isinstance(name, str) and name, f"canonical_id gave {name!r}, expected a text")
            copy = Architecture(arch.space, arch.choices)
            require(name == space.canonical_id(copy), f"canonical_id of {arch!r} is not stable")
            names.append(name)
    if len(names) < len(archs):
        return
    with promises.of("canonical_ids"):
        require(
            space.canonical_ids(archs).tolist() == names, "canonical_ids differs from canonical_id"
        )
        backwards = space.canonical_ids(archs[::-1]).tolist()
        require(backwards[::-1] == names, "canonical_ids depends on the order of the architectures")

"""The conformance kit of search spaces: every promise of `SearchSpace`, checked on samples."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import partial
from typing import TypeVar

import numpy as np

from archscout.errors import ParseError, SettingsError
from archscout.spaces.base import Architecture, Architectures, SearchSpace
from archscout.testing.require import require, require_error
from archscout.testing.space_encodings import check_encodings

Drawn = TypeVar("Drawn")
_LISTED = 200_000


def check_space(
    space: SearchSpace,
    rng: np.random.Generator | None = None,
    *,
    samples: int = 20,
    networks: int = 0,
) -> None:
    """Check that a search space keeps the promises of `SearchSpace`.

    Spaces too large to be listed can be checked as well. Listed ones are checked whole where
    that is cheap (up to 200,000 architectures), all others on samples.

    Args:
        space: the space to check.
        rng: draws the samples; None for the same ones each time.
        samples: how many architectures to look at, at least 2.
        networks: how many networks to build and count the parameters of; needs torch.

    Raises:
        AssertionError: at the first broken promise, saying which one and by what.
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
    _check_description(space)
    archs = _check_sampling(space, rng, samples)
    _check_texts(space, archs)
    _check_choices(space, archs)
    _check_identity(space, archs)
    for arch in archs[:5]:
        _check_neighbors(space, arch)
        _check_mutation(space, arch, rng)
    _check_crossover(space, archs, rng)
    check_encodings(space, archs, rng)
    _check_costs(space, archs)
    _check_listing(space, archs)
    for arch in archs[:networks]:
        _check_network(space, arch)


def _check_description(space: SearchSpace) -> None:
    require(isinstance(space.name, str) and space.name, f"name {space.name!r} is no text")
    require(len(space.variables) > 0, "the space has no variables")
    names = [variable.name for variable in space.variables]
    require(len(set(names)) == len(names), f"two variables share a name: {names}")
    for variable in space.variables:
        options = variable.options
        require(len(options) > 0, f"variable {variable.name!r} has no options")
        require(len(set(options)) == len(options), f"two options of {variable.name!r} share a name")


def _check_sampling(
    space: SearchSpace, rng: np.random.Generator, samples: int
) -> list[Architecture]:
    archs = _same_twice(rng, "sample", lambda g: space.sample(g, samples))
    require(len(archs) == samples, f"sample(rng, {samples}) gave {len(archs)} architectures")
    for arch in archs:
        _check_member(space, arch, "sample")
    require(space.sample(rng, 0) == [], "sample(rng, 0) is not an empty list")
    require_error(SettingsError, lambda: space.sample(rng, -1), "sample(rng, -1)")
    return archs


def _check_member(space: SearchSpace, arch: Architecture, origin: str) -> None:
    require(isinstance(arch, Architecture), f"{origin} gave {arch!r}, which is no Architecture")
    require(arch.space == space.name, f"{origin} gave {arch!r}, which names another space")
    require(
        all(type(choice) is int for choice in arch.choices),
        f"{origin} gave {arch!r}, whose choices are not all plain int",
    )
    require(arch in space, f"{origin} gave {arch!r}, which is not valid in the space")


def _same_twice(
    rng: np.random.Generator, name: str, draw: Callable[[np.random.Generator], Drawn]
) -> Drawn:
    seed = int(rng.integers(2**32))
    first, second = draw(np.random.default_rng(seed)), draw(np.random.default_rng(seed))
    require(first == second, f"{name} gave two results from the same generator state")
    return first


def _check_texts(space: SearchSpace, archs: list[Architecture]) -> None:
    texts = [space.format(arch) for arch in archs]
    for arch, text in zip(archs, texts, strict=True):
        require(isinstance(text, str), f"format gave {text!r} for {arch!r}, expected a text")
        read = space.parse(text)
        require(read == arch, f"parse(format(arch)) gave {read!r}, expected {arch!r}")
    require(len(set(texts)) == len(set(archs)), "format gave two architectures the same text")
    many = space.architectures(space.parse_many(texts))
    require(many == archs, "parse_many reads texts otherwise than parse")
    for garbage in ("", "\x00", "no architecture at all", "|~+|", texts[0] + "?"):
        require_error(ParseError, partial(space.parse, garbage), f"parse({garbage!r})")
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
    _check_member(space, read, f"parse({text!r})")


def _check_choices(space: SearchSpace, archs: list[Architecture]) -> None:
    choices = space.choices(archs)
    form = (len(archs), len(space.variables))
    require(
        choices.shape == form and choices.dtype == np.int8,
        f"choices has shape {choices.shape} and type {choices.dtype}, expected {form} and int8",
    )
    require(space.architectures(choices) == archs, "architectures(choices(archs)) is not archs")
    require(
        np.array_equal(space.choices(choices), choices), "choices changes choices that it is given"
    )
    require(space.choices([]).shape == (0, form[1]), f"choices([]) has not shape (0, {form[1]})")
    valid = space.valid(archs)
    require(
        valid.shape == (len(archs),) and valid.dtype == np.bool_,
        f"valid gave shape {valid.shape} and type {valid.dtype}, expected ({len(archs)},) and bool",
    )
    stranger = Architecture(space.name + "?", archs[0].choices)
    too_large = choices.astype(np.int64)
    too_large[0, 0] = space.option_counts[0]
    wrong: dict[str, Architectures] = {
        "an architecture of another space": [stranger],
        "an option that does not exist": too_large,
        "a negative option": np.full_like(choices, -1),
        "too few positions": choices[:, :-1],
    }
    for words, value in wrong.items():
        require_error(ParseError, partial(space.choices, value), f"choices of {words}")
    require(stranger not in space, "an architecture of another space is in the space")
    require("text" not in space, "a text is in the space, expected architectures only")


def _check_identity(space: SearchSpace, archs: list[Architecture]) -> None:
    copies = space.architectures(space.choices(archs))
    for arch, copy in zip(archs, copies, strict=True):
        require(arch == copy and hash(arch) == hash(copy), f"{arch!r} differs from its copy")
        name = space.canonical_id(arch)
        require(isinstance(name, str) and name, f"canonical_id gave {name!r}, expected a text")
        require(name == space.canonical_id(copy), f"canonical_id of {arch!r} is not stable")
    names = [space.canonical_id(arch) for arch in archs]
    require(
        space.canonical_ids(archs).tolist() == names,
        "canonical_ids differs from canonical_id",
    )
    backwards = space.canonical_ids(archs[::-1]).tolist()
    require(backwards[::-1] == names, "canonical_ids depends on the order of the architectures")


def _check_neighbors(space: SearchSpace, arch: Architecture) -> None:
    near = space.neighbors(arch)
    for other in near:
        _check_member(space, other, "neighbors")
        changed = _decisions_changed(arch, other)
        require(changed == 1, f"neighbors({arch!r}) gave {other!r}: {changed} decisions changed")
    require(len(set(near)) == len(near), f"neighbors({arch!r}) gave one architecture twice")
    rows = []
    for position, count in enumerate(space.option_counts.tolist()):
        for option in set(range(count)) - {arch.choices[position]}:
            rows.append((*arch.choices[:position], option, *arch.choices[position + 1 :]))
    if rows:
        valid = int(space.valid(np.array(rows)).sum())
        require(
            len(near) == valid,
            f"neighbors({arch!r}) gave {len(near)} architectures, but {valid} single changes "
            "are valid",
        )


def _decisions_changed(arch: Architecture, other: Architecture) -> int:
    return sum(a != b for a, b in zip(arch.choices, other.choices, strict=True))


def _check_mutation(space: SearchSpace, arch: Architecture, rng: np.random.Generator) -> None:
    if not space.neighbors(arch) and space.single_mutations:
        require_error(SettingsError, lambda: space.mutate(arch, rng), "mutate without a neighbor")
        return
    for _ in range(5):
        child = _same_twice(rng, "mutate", partial(space.mutate, arch))
        _check_member(space, child, "mutate")
        changed = _decisions_changed(arch, child)
        expected = changed == 1 if space.single_mutations else changed >= 1
        require(expected, f"mutate changed {changed} decisions of {arch!r}, expected 1")


def _check_crossover(
    space: SearchSpace, archs: list[Architecture], rng: np.random.Generator
) -> None:
    for first, second in itertools.pairwise(archs[:8]):
        child = _same_twice(rng, "crossover", partial(space.crossover, first, second))
        _check_member(space, child, "crossover")
        rows = (child.choices, first.choices, second.choices)
        require(
            all(c in both for c, *both in zip(*rows, strict=True)),
            f"crossover of {first!r} and {second!r} gave {child!r}: a decision of neither parent",
        )
    same = space.crossover(archs[0], archs[0], rng)
    require(same == archs[0], f"crossover of {archs[0]!r} with itself gave {same!r}")


def _check_costs(space: SearchSpace, archs: list[Architecture]) -> None:
    for name, one, many in (
        ("params", space.params, space.params_table),
        ("macs", space.macs, space.macs_table),
    ):
        counts = [one(arch) for arch in archs]
        for arch, count in zip(archs, counts, strict=True):
            require(
                type(count) is int and count >= 0,
                f"{name}({arch!r}) gave {count!r}, expected an int of 0 or more",
            )
        require(counts == [one(arch) for arch in archs], f"{name} gave two counts for one network")
        require(many(archs).tolist() == counts, f"{name}_table differs from {name}")


def _check_listing(space: SearchSpace, archs: list[Architecture]) -> None:
    try:
        size = len(space)
    except TypeError:
        return
    rows = space.all_choices()
    require(len(rows) == size, f"len(space) is {size}, but all_choices has {len(rows)} rows")
    if size > _LISTED:
        rows = rows[:_LISTED]
    else:
        require(len(np.unique(rows, axis=0)) == size, "all_choices lists an architecture twice")
        listed = set(map(tuple, rows.tolist()))
        for arch in archs:
            require(arch.choices in listed, f"{arch!r} was sampled but is not in all_choices")
        count = sum(1 for _ in space)
        require(count == size, f"len(space) is {size}, but iteration gave {count} architectures")
    require(bool(space.valid(rows).all()), "all_choices lists an architecture that is not valid")
    start = list(itertools.islice(space, 50))
    require(start == space.architectures(rows[:50]), "iteration is not in the order of all_choices")
    require(np.array_equal(rows[:50], space.all_choices()[:50]), "all_choices changes its order")


def _check_network(space: SearchSpace, arch: Architecture) -> None:
    weights = space.build(arch).parameters()
    built = sum(weight.numel() for weight in weights if weight.requires_grad)
    require(
        built == space.params(arch),
        f"build({arch!r}) has {built} trainable parameters, but params says {space.params(arch)}",
    )

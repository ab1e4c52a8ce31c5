"""What an architecture is, and what every search space can do with one.

A space describes an architecture by a fixed number of small decisions (`variables`). An
`Architecture` is the tuple of the chosen options; a batch of them is an integer array
``(n, positions)``, called *choices*, and every batched method takes either form. Hot loops
stay in arrays; `Architecture` objects exist where single values are handed around.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from archscout.spaces._architecture import Architecture, Architectures, Choices, TokenSpec, Variable
from archscout.spaces._whole import WholeSpace
from archscout.spaces.limits._limit import Limit
from archscout.spaces.limits._limited import make_limited


class SearchSpace(WholeSpace):
    """Samples, changes, encodes, counts and builds the architectures of one space.

    Subclasses set `name` and `variables`, and that is enough for a search. They write `valid`
    where some combinations are forbidden; `params`, `macs` and `build` where something asks for
    these; and `parse`, `format`, `encode` (with `encodings`) or `all_choices` where the ones here
    will not do.

    Examples:
        >>> class Perceptrons(SearchSpace):
        ...     name = "perceptrons"
        ...     variables = (Variable("width", (8, 16, 32)), Variable("depth", (1, 2)))
        >>> space = Perceptrons()
        >>> len(space), space.format(space.parse("depth=2, width=16"))
        (6, 'width=16,depth=2')
    """

    limits: tuple[Limit, ...] = ()

    def within(self, limits: Limit | Sequence[Limit]) -> Self:
        """The part of the space that keeps some limits, as a space of the same kind.

        Name, texts, encodings, costs and networks stay those of the space, so tables,
        predictors and strategies take it as they are. ``valid`` also asks for the limits, and
        listing, sampling, mutation, crossover and neighbours stay within them.

        `sample_choices` is uniform over the architectures within the limits where that can be
        done exactly: by rejection if at least one in fifty fits, else from the list of a space
        that can be listed, else by counting where a limited cost adds up over decisions. Where
        none of that works, draws outside are repaired by single changes, which favours
        architectures near the limits; `uniform` tells which it is.

        Args:
            limits: the limits, all of which hold; those that the space has already stay.

        Raises:
            SettingsError: if no architecture keeps the limits; it says what is feasible.

        Examples:
            >>> from archscout.spaces import NASBenchMacro
            >>> space = NASBenchMacro()
            >>> small = space.within(Limit("macs", most=60e6))
            >>> len(small), space.parse("11112002") in small, space.parse("22222222") in small
            (4075, True, False)
        """
        return make_limited(self, self.limits, limits)


__all__ = [
    "Architecture",
    "Architectures",
    "Choices",
    "Limit",
    "SearchSpace",
    "TokenSpec",
    "Variable",
]

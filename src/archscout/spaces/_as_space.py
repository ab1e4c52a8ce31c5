"""A space, or the name of one, as users pass it."""

from __future__ import annotations

from collections.abc import Sequence

from archscout._common.arguments import is_network
from archscout.errors import SettingsError, kind_of
from archscout.spaces._registry import SPACES, load_space
from archscout.spaces.base import SearchSpace, Variable


def as_space(space: object) -> SearchSpace:
    """Take a space as it is, and load that of a name."""
    if isinstance(space, SearchSpace):
        return _described(space)
    if isinstance(space, str):
        return load_space(space)
    hint = f"pass one of {', '.join(SPACES.names())}, or an object of your own space"
    if isinstance(space, type) and issubclass(space, SearchSpace):
        hint = f"create one of it, {space.__name__}()"
    elif is_network(space):
        hint = "a network has no choices of its own: describe a space of networks like it"
    elif hasattr(space, "measure"):
        hint = "the space comes first and the objective second"
    raise SettingsError(f"got {kind_of(space)} as space, expected a search space or a name: {hint}")


def _described(space: SearchSpace) -> SearchSpace:
    name, variables = getattr(space, "name", None), getattr(space, "variables", ())
    listed = isinstance(variables, Sequence) and all(isinstance(v, Variable) for v in variables)
    if not isinstance(name, str) or not listed or not variables:
        raise SettingsError(
            f"got a space of class {type(space).__name__} with name {name!r:.80} and variables "
            f"{variables!r:.80}, expected some text and at least one Variable: write name = '...' "
            "and variables = (Variable('width', (8, 16)),) in the class"
        )
    return space

"""Encodings of spaces in which every decision is free of the others: one token a decision."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from archscout.encodings import arrays as encodings
from archscout.spaces.architecture import Choices, TokenSpec, choice_dtype


def write_tokens(choices: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
    """Write one token a decision: option index plus 1, 0 is the start.

    Args:
        choices: ``(n, positions)`` option indices.

    Returns:
        ``(n, positions)`` tokens.

    Examples:
        >>> write_tokens(np.array([[0, 2]]))
        array([[1, 3]])
    """
    return choices.astype(np.int64) + 1


def spec_of_tokens(option_counts: NDArray[np.int64]) -> TokenSpec:
    """Form of these tokens for decisions with ``option_counts`` ``(positions,)`` options.

    Examples:
        >>> spec_of_tokens(np.array([1, 2])).allowed
        array([[False,  True, False],
               [False,  True,  True]])
    """
    token = np.arange(int(option_counts.max()) + 1)
    return TokenSpec((token[None] > 0) & (token[None] <= option_counts[:, None]))


def read_tokens(
    tokens: ArrayLike, option_counts: NDArray[np.int64]
) -> tuple[Choices, NDArray[np.bool_]]:
    """Read sequences ``(n, positions)`` back; see `archscout.spaces.base.SearchSpace.decode`.

    Examples:
        >>> read_tokens([[1, 2], [2, 2]], np.array([1, 2]))
        (array([[0, 1],
               [0, 0]], dtype=int8), array([ True, False]))
    """
    choices = encodings.check_tokens(tokens, len(option_counts)) - 1
    inside = (choices >= 0) & (choices < option_counts)
    valid: NDArray[np.bool_] = np.all(inside, axis=1)
    return np.where(valid[:, None], choices, 0).astype(choice_dtype(option_counts)), valid

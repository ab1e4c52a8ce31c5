"""Tokens of spaces in which every decision is free of the others: one a decision."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from archscout.encodings.arrays import check_tokens
from archscout.spaces._architecture import Choices, TokenSpec, choice_dtype


def spec_of_tokens(option_counts: NDArray[np.int64]) -> TokenSpec:
    """Form of tokens for decisions with ``option_counts`` ``(positions,)`` options."""
    token = np.arange(int(option_counts.max()) + 1)
    return TokenSpec((token[None] > 0) & (token[None] <= option_counts[:, None]))


def read_tokens(
    tokens: ArrayLike, option_counts: NDArray[np.int64]
) -> tuple[Choices, NDArray[np.bool_]]:
    """Read sequences ``(n, positions)`` back; see `archscout.spaces.base.SearchSpace.decode`."""
    choices = check_tokens(tokens, len(option_counts)) - 1
    valid: NDArray[np.bool_] = np.all((choices >= 0) & (choices < option_counts), axis=1)
    return np.where(valid[:, None], choices, 0).astype(choice_dtype(option_counts)), valid

"""The two protocols: which rows may be labeled, which are scored, and how labels are drawn.

**A**: labels are random rows of the table, and the whole table is scored, labeled rows included.
**B**: one fixed half of the table is the pool of labels, the other half is scored.

Figures of one protocol say nothing about figures of the other.

Source:
    A: Lu et al., "TNASP", NeurIPS 2021, and "PINAT", AAAI 2023. B: Ning et al., "A Generic
    Graph-based Neural Architecture Encoding Scheme" (GATES), ECCV 2020, arXiv 2004.01899.
    Deviation: the file that splits the table of GATES is not public here. The halves are instead
    fixed by a hash of each architecture's text, so they depend neither on the order of the table
    nor on a seed, and figures are close to, but not the same as, those on the authors' halves.

Randomness of the row of seed ``s`` and ``n`` labels, where a generator is
``numpy.random.default_rng(entropy)``:

- ``[s, 0, 1]`` orders the pool. The first ``n`` rows are labeled and the next are unlabeled, so
  that fewer labels are among more labels, and every predictor gets the same.
- ``[s, 0, 2]`` draws one run of each architecture, where a label is a single run.
- ``[s, n]`` is the predictor's own.
"""

from __future__ import annotations

import functools
import hashlib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archscout._common.numerals import read_number, read_whole
from archscout.benchmarks import TableBenchmark
from archscout.errors import SettingsError, unknown_name
from archscout.results._rank_yardsticks import Protocol

Rows = NDArray[np.int64]
FEWEST = 2


@dataclass(frozen=True)
class Split:
    """Rows of a table, by what they are for; only rows with a search value are among them.

    Args:
        protocol: ``"a"`` or ``"b"``.
        pool: rows that may be labeled, ascending.
        scored: rows that predictions are scored on, ascending.
    """

    protocol: Protocol
    pool: Rows
    scored: Rows

    @property
    def most_labels(self) -> int:
        """Most labels that leave something to score: in A at least two rows without a label."""
        return len(self.pool) - (2 if self.protocol == "a" else 0)


def read_protocol(name: str) -> Protocol:
    """Read the name of a protocol in either case; raises `UnknownNameError`."""
    lower = name.lower() if isinstance(name, str) else str(name)
    if lower == "a":
        return "a"
    if lower == "b":
        return "b"
    raise unknown_name("protocol", name, ("a", "b"))


@functools.lru_cache(maxsize=2)
def make_split(table: TableBenchmark, protocol: Protocol) -> Split:
    """Divide a table after a protocol; failed measurements are in no part.

    Args:
        table: the benchmark.
        protocol: ``"a"`` or ``"b"``.

    Returns:
        The parts. The larger half is the pool of protocol B if the number of rows is odd.

    Examples:
        >>> from archscout.benchmarks import load_benchmark
        >>> split = make_split(load_benchmark("nasbench201"), "b")
        >>> len(split.pool), len(split.scored), len(np.intersect1d(split.pool, split.scored))
        (7813, 7812, 0)
    """
    measured = ~np.isnan(table.values)
    if table.run == "random":
        measured &= ~np.isnan(table.runs).all(axis=1)
    rows = np.flatnonzero(measured)
    if protocol == "a":
        return Split(protocol, rows, rows)
    order = rows[np.argsort(_digests(table, rows), kind="stable")]
    half = (len(rows) + 1) // 2
    return Split(protocol, np.sort(order[:half]), np.sort(order[half:]))


def _digests(table: TableBenchmark, rows: Rows) -> NDArray[np.bytes_]:
    """SHA-256 of the standard text of each row, as 64 letters."""
    texts = map(table.space.format, table.space.architectures(table.choices[rows]))
    return np.array([hashlib.sha256(text.encode()).hexdigest() for text in texts], dtype="S64")


@dataclass(frozen=True)
class Draw:
    """What one seed decides for one number of labels.

    Args:
        labeled: ``(n,)`` rows whose values a predictor learns from.
        unlabeled: ``(m,)`` rows that it may look at without their values.
        values: ``(rows of the table,)`` what a label of each row is with this seed.
    """

    labeled: Rows
    unlabeled: Rows
    values: NDArray[np.float64]


def draw_labels(
    table: TableBenchmark, split: Split, labels: int, unlabeled: int | None, seed: int
) -> Draw:
    """Draw the labels of one seed; the same for every predictor.

    Args:
        table: the benchmark.
        split: its parts.
        labels: 2 to ``split.most_labels``.
        unlabeled: most unlabeled rows, from the pool too; None for all that are left.
        seed: 0 or more.

    Returns:
        The rows and the values of all rows, of which the predictor sees those of its labels.
    """
    order = np.random.default_rng([seed, 0, 1]).permutation(split.pool)
    end = len(order) if unlabeled is None else labels + unlabeled
    return Draw(order[:labels], order[labels:end], _label_values(table, seed))


def predictor_rng(seed: int, labels: int) -> np.random.Generator:
    """The generator that a predictor is given."""
    return np.random.default_rng([seed, labels])


def _label_values(table: TableBenchmark, seed: int) -> NDArray[np.float64]:
    """The mean of each row, or one of its runs, drawn as `TableBenchmark` means it."""
    if table.run == "mean":
        return table.values
    present = ~np.isnan(table.runs)
    chance = np.random.default_rng([seed, 0, 2]).random(table.runs.shape)
    drawn = np.where(present, chance, -1.0).argmax(axis=1)
    return np.asarray(table.runs[np.arange(len(drawn)), drawn], dtype=np.float64)


def read_labels(labels: int | str | Sequence[int | str], split: Split) -> list[int]:
    """Read numbers of labels, ascending; one may be a share of the pool such as ``"1%"``.

    Args:
        labels: numbers, or a text of them with commas.
        split: the parts of the table.

    Returns:
        Different numbers of labels. A share is rounded down.

    Raises:
        SettingsError: if one is no number, below 2, or leaves nothing to score.

    Examples:
        >>> rows = np.arange(1000)
        >>> read_labels("20, 5%, 100", Split("b", rows, rows))
        [20, 50, 100]
    """
    listed: list[Any] = list(labels) if isinstance(labels, Iterable) else [labels]
    if isinstance(labels, str):
        listed = [word.strip() for word in labels.split(",") if word.strip()]
    found = sorted({_read_count(word, len(split.pool)) for word in listed})
    if not found:
        raise SettingsError("got no numbers of labels, expected some such as 20,50,100")
    if len(split.scored) < 2:
        raise SettingsError(
            f"the table leaves {len(split.scored)} architectures to score, expected at least 2: "
            "measure more"
        )
    if found[0] < FEWEST:
        raise SettingsError(f"got {found[0]} labels, expected at least {FEWEST} to learn from")
    if found[-1] > split.most_labels:
        where = "table" if split.protocol == "a" else "pool of labels of protocol B"
        raise SettingsError(
            f"got {found[-1]:,} labels, expected at most {split.most_labels:,}: the {where} has "
            f"{len(split.pool):,} architectures with a value"
            + (", and two must be left to score" if split.protocol == "a" else "")
        )
    return found


def _read_count(word: Any, pool: int) -> int:
    try:
        if isinstance(word, str) and word.endswith("%"):
            share = read_number(word[:-1]) / 100
            if not 0 < share <= 1:
                raise ValueError
            # Binary fractions must not make 28 of 29 % of 100.
            return math.floor(share * pool + 1e-9)
        if isinstance(word, float) and not word.is_integer():
            raise ValueError
        return read_whole(word) if isinstance(word, str) else int(word)
    except (TypeError, ValueError):
        raise SettingsError(
            f"got {word!r} labels, expected a number such as 50, or a share of the pool above 0 "
            "and at most 100 % such as 1%"
        ) from None

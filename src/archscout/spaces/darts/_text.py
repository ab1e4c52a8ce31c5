"""The usual text of a DARTS genotype: read by a parser of its own, never executed.

Source: DARTS (Liu et al., ICLR 2019, arXiv 1806.09055), as its released code prints genotypes.
"""

from __future__ import annotations

import difflib
import functools
import itertools
import re
from typing import NoReturn

from archscout.errors import ParseError
from archscout.spaces.darts._cell import CELLS, INPUT_PAIRS, NODES, OPERATIONS, Pairs

_CONCATENATED = list(NODES)
_RANGE = f"range({NODES.start}, {NODES.stop})"
_FORM = f"Genotype(normal=[('sep_conv_3x3', 0), ...], normal_concat={_RANGE}, reduce=[...], ...)"
_TOKEN = re.compile(
    r"[A-Za-z_]\w*|[0-9]{1,4}(?!\w)|'[^'\\\n]*'|\"[^\"\\\n]*\"|[()\[\],=]", re.ASCII
)
_SPACE = re.compile(r"\s*", re.ASCII)
# What surrounds the words in the form that `format_genotype` prints.
_START, _END = f"Genotype({CELLS[0]}=[(", f")], {CELLS[1]}_concat={_RANGE})"
_MIDDLE, _BETWEEN = f")], {CELLS[0]}_concat={_RANGE}, {CELLS[1]}=[(", "), ("


def format_genotype(normal: Pairs, reduce: Pairs) -> str:
    """Print two cells as a genotype; each node's inputs stand in ascending order."""
    parts = []
    for name, pairs in zip(CELLS, (normal, reduce), strict=True):
        listed = ", ".join(f"('{OPERATIONS[o]}', {source})" for o, source in pairs)
        parts.append(f"{name}=[{listed}], {name}_concat={_RANGE}")
    return f"Genotype({', '.join(parts)})"


def decisions_of_printed(text: str) -> tuple[int, ...] | None:
    """Read the 22 decisions of a genotype as `format_genotype` prints it; None if it is another.

    This takes microseconds, so that a table of a million genotypes is read in seconds.
    """
    if not (text.startswith(_START) and text.endswith(_END)):
        return None
    normal, _, reduce = text[len(_START) : -len(_END)].partition(_MIDDLE)
    decisions: list[int] = []
    for cell in (normal, reduce):
        words = cell.split(_BETWEEN)
        if len(words) != 2 * len(NODES):
            return None
        for ways, first, second in zip(_node_words(), words[::2], words[1::2], strict=True):
            found = ways.get((first, second))
            if found is None:
                return None
            decisions += found
    return tuple(decisions)


@functools.cache
def _node_words() -> list[dict[tuple[str, str], tuple[int, ...]]]:
    """The decisions of each node by its two words, in either order."""
    found = []
    for pairs in INPUT_PAIRS.values():
        words: dict[tuple[str, str], tuple[int, ...]] = {}
        for way, (low, high) in enumerate(pairs):
            for first, second in itertools.product(range(len(OPERATIONS) - 1), repeat=2):
                one, other = (
                    f"'{OPERATIONS[operation + 1]}', {source}"
                    for operation, source in ((first, low), (second, high))
                )
                decisions = (first, second) if len(pairs) == 1 else (way, first, second)
                words[one, other] = words[other, one] = decisions
        found.append(words)
    return found


def parse_genotype(text: str) -> tuple[Pairs, Pairs]:
    """Read the normal and the reduce cell from a genotype.

    Spaces and line ends may stand anywhere, names in either kind of quotes, a comma before a
    closing bracket; ``range(2, 6)`` may be written ``[2, 3, 4, 5]``. The two inputs of a node
    may come in either order and are sorted.

    Raises:
        ParseError: if the text is anything else; it says where and what was expected.

    Examples:
        >>> nodes = "[('skip_connect', 1), ('sep_conv_3x3', 0)" + ", ('skip_connect', 0)," \\
        ...     " ('max_pool_3x3', 1)" * 3 + "]"
        >>> normal, _ = parse_genotype(f"Genotype(normal={nodes}, normal_concat=range(2, 6), "
        ...     f"reduce={nodes}, reduce_concat=[2, 3, 4, 5])")
        >>> normal[:2]
        ((4, 0), (3, 1))
    """
    if not isinstance(text, str):
        raise ParseError(f"got a genotype of type {type(text).__name__}, expected {_FORM}")
    reader = _Reader(text)
    reader.take("Genotype", "(")
    cells = []
    for name in CELLS:
        reader.take(name, "=")
        cells.append(_checked(name, reader.pairs()))
        reader.take(",", f"{name}_concat", "=")
        reader.concatenated(name)
        if name != CELLS[-1]:
            reader.take(",")
    reader.skip(",")
    reader.take(")")
    reader.end()
    return cells[0], cells[1]


class _Reader:
    """Hands out the tokens of a text one by one."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0
        self.token = ""
        self._next()

    def _next(self) -> None:
        self.place += len(self.token)
        space = _SPACE.match(self.text, self.place)
        self.place = space.end() if space else self.place
        found = _TOKEN.match(self.text, self.place)
        self.token = found[0] if found else ""

    def fail(self, expected: str) -> NoReturn:
        rest = self.text[self.place :]
        came = f"{rest[:24]!r} at character {self.place + 1}" if rest else "the end of the text"
        raise ParseError(f"got {came} of a genotype, expected {expected}: write it as {_FORM}")

    def take(self, *tokens: str) -> None:
        for token in tokens:
            if self.token != token:
                self.fail(repr(token))
            self._next()

    def skip(self, token: str) -> bool:
        """Pass over a token if it is there."""
        there = self.token == token
        if there:
            self._next()
        return there

    def number(self) -> int:
        if not self.token.isdigit():
            self.fail("a number")
        value = int(self.token)
        self._next()
        return value

    def operation(self) -> int:
        name = self.token[1:-1]
        if self.token[:1] not in ("'", '"') or name not in OPERATIONS[1:]:
            close = difflib.get_close_matches(name[:40], OPERATIONS[1:], n=1)
            hint = f" (did you mean {close[0]!r}?)" if close else ""
            self.fail(f"one of {', '.join(map(repr, OPERATIONS[1:]))}{hint}")
        self._next()
        return OPERATIONS.index(name)

    def pairs(self) -> list[tuple[int, int]]:
        self.take("[")
        pairs: list[tuple[int, int]] = []
        while self.token == "(":
            self.take("(")
            operation = self.operation()
            self.take(",")
            pairs.append((operation, self.number()))
            self.skip(",")
            self.take(")")
            if not self.skip(","):
                break
        self.take("]")
        return pairs

    def concatenated(self, cell: str) -> None:
        if self.token == "range":
            self.take("range", "(")
            first = self.number()
            self.take(",")
            numbers = list(range(first, self.number()))
            self.take(")")
        else:
            self.take("[")
            numbers = []
            while self.token.isdigit():
                numbers.append(self.number())
                if not self.skip(","):
                    break
            self.take("]")
        if numbers != _CONCATENATED:
            raise ParseError(
                f"the {cell} cell hands on {len(numbers)} nodes that are not {_CONCATENATED}, "
                f"expected {cell}_concat={_RANGE}: other cells are not in this space"
            )

    def end(self) -> None:
        if self.place != len(self.text):
            self.fail("nothing more")


def _checked(cell: str, pairs: list[tuple[int, int]]) -> Pairs:
    if len(pairs) != 2 * len(NODES):
        raise ParseError(
            f"the {cell} cell has {len(pairs)} inputs, expected {2 * len(NODES)}: two for each of "
            f"the nodes {NODES.start} to {NODES.stop - 1}"
        )
    read: list[tuple[int, int]] = []
    for node, *two in zip(NODES, pairs[::2], pairs[1::2], strict=True):
        sources = [source for _, source in two]
        if max(sources) >= node or sources[0] == sources[1]:
            raise ParseError(
                f"node {node} of the {cell} cell reads {sources[0]} and {sources[1]}, expected two "
                f"different numbers from 0 to {node - 1}"
            )
        read += sorted(two, key=lambda pair: pair[1])
    return tuple(read)

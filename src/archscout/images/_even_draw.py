"""Draws some of many images: evenly over classes, and the same ones each time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from archscout.images._decode import is_picture_name
from archscout.images._mixing import hash_of_name


class EvenDraw:
    """Names of files to try, evenly over the classes, until ``limit`` of them were taken."""

    def __init__(
        self, names: Sequence[str], class_of: Callable[[str], str] | None, limit: int | None
    ) -> None:
        self.wanted = len(names) if limit is None else min(limit, len(names))
        self._class_of = class_of or (lambda name: "")
        self._whole = list(names) if limit is None else None
        self._queues: dict[str, list[str]] = {}
        if limit is not None:
            # What is no picture by its name is tried last.
            for name in sorted(names, key=lambda name: (not is_picture_name(name), _key(name))):
                self._queues.setdefault(self._class_of(name), []).append(name)
            for queue in self._queues.values():
                queue.reverse()

    def next(self, taken: Sequence[str]) -> list[str]:
        """The next names to try: at most as many as are missing to those that were taken."""
        if self._whole is not None:
            names, self._whole = self._whole, []
            return names
        have = Counter(self._class_of(name) for name in taken)
        left = {kind: len(queue) for kind, queue in self._queues.items()}
        shares = even_shares(have, left, self.wanted - len(taken))
        return [self._queues[kind].pop() for kind, share in shares.items() for _ in range(share)]


def even_shares(have: Counter[str], left: dict[str, int], count: int) -> dict[str, int]:
    """How many more to take of each class, so that all have as equal numbers as can be."""
    shares = dict.fromkeys(sorted(left), 0)
    count = min(count, sum(left.values()))
    while count > 0:
        open_ones = [kind for kind in shares if shares[kind] < left[kind]]
        low = min(have[kind] + shares[kind] for kind in open_ones)
        lowest = [kind for kind in open_ones if have[kind] + shares[kind] == low]
        # The lowest rise together: to the next height, to the end of one, or as far as it goes.
        above = [have[kind] + shares[kind] - low for kind in open_ones if kind not in lowest]
        step = min(
            [left[kind] - shares[kind] for kind in lowest] + above + [max(1, count // len(lowest))]
        )
        for kind in lowest[:count]:
            shares[kind] += step
            count -= step
    return shares


def even_order(names: Sequence[str], classes: Sequence[str] | None) -> list[int]:
    """Rows in an order whose beginnings are even over the classes."""
    rank: Counter[str] = Counter()
    ranked = []
    for row in sorted(range(len(names)), key=lambda row: _key(names[row])):
        kind = "" if classes is None else classes[row]
        ranked.append((rank[kind], kind, row))
        rank[kind] += 1
    return [row for _, _, row in sorted(ranked)]


def even_rows(
    names: Sequence[str], targets: NDArray[np.int64] | None, limit: int
) -> NDArray[np.int64]:
    """Rows of so many images, in order, evenly over the classes."""
    order = even_order(names, None if targets is None else list(map(str, targets.tolist())))
    return np.sort(np.array(order[:limit], dtype=np.int64))


def _key(name: str) -> tuple[bytes, str]:
    return hash_of_name(name), name

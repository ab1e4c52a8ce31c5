"""The measurements of a search in their order: first buys, and failed labels bought again."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence

from archscout.errors import StorageError
from archscout.objectives._label import Label
from archscout.spaces.base import Architecture


def settled(history: Sequence[Label]) -> list[Label]:
    """Labels in buying order; a measurement whose number came before is a label bought again."""
    labels: list[Label] = []
    for label in history:
        if label.number < len(labels):
            labels[label.number] = labels[label.number].bought_again(label)
        else:
            labels.append(label)
    return labels


def in_order(written: Iterable[tuple[Label, int]]) -> list[Label]:
    """Measurements as they were written, without those that two searches wrote at once.

    Each comes with the attempt of its label, from 1; the first of equals stands. Raises
    `ValueError` if one is missing or does not fit those before it.
    """
    found: dict[tuple[int, int], Label] = {}
    last: list[tuple[int, Label]] = []
    for label, attempt in written:
        number = label.number
        first = found.setdefault((number, attempt), label)
        if first is not label:
            # Two searches that met here both bought this label; the first stands.
            fits = first.architecture == label.architecture
        elif attempt == 1:
            fits = number == len(last)
            last.append((attempt, label))
        elif fits := 0 <= number < len(last):
            before, failed = last[number]
            fits = before == attempt - 1 and failed.failed
            fits = fits and failed.architecture == label.architecture
            last[number] = attempt, label
        if not fits:
            raise ValueError(f"label {number}, attempt {attempt}")
    return list(found.values())


def check_order(labels: Sequence[Label], key: Callable[[Architecture], Hashable]) -> None:
    """Refuse with a `StorageError` measurements that are not in buying order.

    ``key`` is what is the same for architectures of which only one is bought.
    """
    last: list[Label] = []
    keys: set[Hashable] = set()
    for label in labels:
        if 0 <= label.number < len(last) and last[label.number].failed:
            fits = last[label.number].architecture == label.architecture
            last[label.number] = label
        else:
            keys.add(key(label.architecture))
            last.append(label)
            fits = label.number == len(last) - 1 == len(keys) - 1
        if not fits:
            raise StorageError(
                f"label {len(last) - 1} of the record has number {label.number} or was bought "
                "before, expected each architecture once in buying order: use another storage"
            )

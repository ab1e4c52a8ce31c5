"""Names by which data sets call their splits: for training, for validation, for the test."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

SPLITS = ("train", "validation", "test")

_STEMS = {
    "train": "train|training|trainval|trn|tr",
    "validation": "val|valid|validation|validate|dev|devel|eval|evaluation",
    "test": "test|tests|testing|tst|te|ts|t10k|holdout|heldout",
}
_FILL = "set|sets|data|dataset|image|images|img|imgs|picture|pictures|photo|photos|pics|folder|dir"
_WORDS = {
    split: re.compile(f"({stems})({_FILL})?", re.IGNORECASE) for split, stems in _STEMS.items()
}
_FILLING = re.compile(f"({_FILL}|split|part|subset)", re.IGNORECASE)
# So short that they are names of much else too, such as languages.
_SHORT = re.compile("trn|tr|tst|te|ts", re.IGNORECASE)
# Of words and numbers: "flowersTrain2" is flowers, Train, 2.
_TOKEN = re.compile(r"t10k(?![^\W_])|[^\W\d_]+|\d+", re.IGNORECASE)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


class SplitName(NamedTuple):
    """A name that says a split.

    Args:
        split: one of `SPLITS`.
        rest: the other words, which all splits of one data set share.
        short: whether the word is so short that it may mean something else.
    """

    split: str
    rest: tuple[str, ...]
    short: bool


class Splits(NamedTuple):
    """Which names are splits of a data set.

    Args:
        names: those of each split that there is; more than one where that cannot be told.
        others: the names that are no splits.
        sets: the data sets that share the splits, by their other words; one, where all is clear.
    """

    names: dict[str, list[str]]
    others: list[str]
    sets: list[str]


def split_of(name: str) -> SplitName | None:
    """What split a name says; None if none, or several."""
    tokens = _TOKEN.findall(_CAMEL.sub(" ", name))
    found = [
        (place, split)
        for place, token in enumerate(tokens)
        for split, words in _WORDS.items()
        if words.fullmatch(token)
    ]
    if len(found) != 1:
        return None
    place, split = found[0]
    rest = [*tokens[:place], *tokens[place + 1 :]]
    kept = tuple(token.lower() for token in rest if not _FILLING.fullmatch(token))
    return SplitName(split, kept, bool(_SHORT.fullmatch(tokens[place])))


def says_nothing(name: str) -> bool:
    """Whether a folder has a name such as "images" or "test", which nobody gives a class."""
    return _FILLING.fullmatch(name) is not None or split_of(name) is not None


def find_splits(names: Iterable[str]) -> Splits | None:
    """Which names, beside each other, are splits of one data set; None if they are none.

    One is for training and another has the same words. Classes may be called as splits are, so
    that one such name alone is none.
    """
    names = sorted(names)
    said = {name: split for name in names if (split := split_of(name)) is not None}
    if len(said) < len(names):
        said = {name: split for name, split in said.items() if not split.short}
    rests = {name: known.rest for name, known in said.items()}
    # Numbers may be years, counts or an order: train2014 and val2017, train and test1.
    words = {name: tuple(filter(str.isalpha, rest)) for name, rest in rests.items()}
    whole = _sets(said, rests) or _sets(said, words)
    if not whole:
        return None
    found = {
        split: [name for splits in whole.values() for name in splits.get(split, [])]
        for split in SPLITS
    }
    _tell_evaluation(found)
    taken = {name for split in found.values() for name in split}
    return Splits(
        {split: names for split, names in found.items() if names},
        [name for name in names if name not in taken],
        [" ".join(rest) for rest in whole],
    )


def _sets(
    said: Mapping[str, SplitName], rests: Mapping[str, tuple[str, ...]]
) -> dict[tuple[str, ...], dict[str, list[str]]]:
    """Names of each split, by the words that they share; those with more than a training split."""
    sets: dict[tuple[str, ...], dict[str, list[str]]] = {}
    for name, known in said.items():
        sets.setdefault(rests[name], {}).setdefault(known.split, []).append(name)
    return {rest: splits for rest, splits in sets.items() if "train" in splits and len(splits) > 1}


def _tell_evaluation(found: dict[str, list[str]]) -> None:
    """Beside other validation images, those "for evaluation" are the test."""
    evaluation = [name for name in found["validation"] if re.search("eval", name, re.IGNORECASE)]
    if not found["test"] and 0 < len(evaluation) < len(found["validation"]):
        found["test"] = evaluation
        found["validation"] = [name for name in found["validation"] if name not in evaluation]

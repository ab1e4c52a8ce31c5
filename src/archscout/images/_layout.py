"""What the folders of a data set mean: splits, classes, or nothing.

Splits come first (``train/cat``), or within classes (``cat/train``). Classes are the folders on
the first level below, as in torchvision's ``ImageFolder``; folders that hold nothing but one
folder, as archives leave them, are passed through.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from archscout.errors import ImageError, listed
from archscout.images._decode import is_picture_name
from archscout.images._request import Request
from archscout.images._split_names import SPLITS, find_splits, says_nothing, split_of


@dataclass(frozen=True)
class Layout:
    """The meaning of the folders.

    Args:
        base: the folder that all pictures are in, ending in ``/``, or empty.
        splits: names of the folders of each split; empty if there are no splits.
        within: whether the splits are within the classes.
        others: folders beside the splits that are none of them.
        sets: data sets that share the splits; more than one is ambiguous.
    """

    base: str
    splits: dict[str, list[str]] = field(default_factory=dict)
    within: bool = False
    others: tuple[str, ...] = ()
    sets: tuple[str, ...] = ("",)


@dataclass(frozen=True)
class Chosen:
    """The files of a split.

    Args:
        names: their paths.
        base: the folder whose folders are the classes, ending in ``/``, or empty.
        folder: the folder of the split, for the user; empty if it is the whole.
        starts: what the paths of the split begin with.
    """

    names: list[str]
    base: str
    folder: str = ""
    starts: tuple[str, ...] = ("",)

    def class_of(self, name: str) -> str:
        """The folder that tells the class of a picture; empty if it lies outside of them."""
        inner = name.removeprefix(self.base)
        return inner.partition("/")[0] if name.startswith(self.base) and "/" in inner else ""


def find_layout(names: Sequence[str]) -> Layout:
    """Tell what the folders of some files mean, from their paths parted by ``/``."""
    pictures = _pictures(names)
    base = _descend(pictures, "")
    folders, loose = _level(pictures, base)
    if splits := find_splits(folders):
        return Layout(base, splits.names, False, tuple(splits.others), tuple(splits.sets))
    inner = _two_levels(pictures, base)
    if lone := _lone_training(inner):
        others = tuple(name for name in folders if all(name not in one for one in lone.values()))
        return Layout(base, lone, False, others)
    found = find_splits({name for within in inner.values() for name in within if name})
    # A picture right in a class shows as an empty name.
    all_parted = all("" not in within for within in inner.values())
    if found and not found.others and all_parted and not loose and len(folders) > 1:
        return Layout(base, found.names, True, sets=tuple(found.sets))
    return Layout(base)


def _lone_training(inner: Mapping[str, set[str]]) -> dict[str, list[str]] | None:
    """Splits where only that for training has a usual name; None if it may be a class.

    It holds folders alone, which are classes then, and what is beside it has pictures without
    classes, or some of the same classes. Empty names within a folder stand for pictures.
    """
    said = {name: split for name in inner if (split := split_of(name)) and not split.short}
    train = [name for name, split in said.items() if split.split == "train"]
    if len(train) != 1 or len(inner) < 2:
        return None
    classes = inner[train[0]]
    alike = all(within <= {""} or within & classes for within in inner.values())
    if "" in classes or len(classes) < 2 or not alike:
        return None
    splits: dict[str, list[str]] = {}
    for name, split in sorted(said.items()):
        splits.setdefault(split.split, []).append(name)
    return {split: splits[split] for split in SPLITS if split in splits}


def choose(layout: Layout, names: Sequence[str], request: Request, where: str) -> Chosen:
    """The files of a split, and where their classes are told; ``where`` is for the user."""
    split, known = request.split, request.known
    if not layout.splits:
        if split != "train":
            raise ImageError(
                f"the folder {where!r} is not parted into {listed(SPLITS)} images: give the "
                f"folder of the {split} images"
            )
        if only := _only_split(layout, names):
            raise ImageError(only.format(where=where))
        return Chosen(list(names), _stop(names, "", layout.base, known))
    folders = layout.splits.get(split, [])
    if not folders:
        has = listed([name for one in layout.splits.values() for name in one])
        raise ImageError(f"the folder {where!r} is parted into {has}: none has {split} images")
    if len(folders) > 1 and not layout.within and request.classes:
        raise ImageError(
            f"the folders {listed(folders)} in {where!r} all have {split} images by their names, "
            f"so that it is not clear which are meant: give one of them, sort their pictures into "
            f"{split}/CLASS, or leave classes out"
        )
    if layout.within:
        if request.classes and (shared := _shared_folders(names, layout.base)):
            raise ImageError(
                f"the folders {listed(_level(names, layout.base)[0])} in {where!r} have parts of "
                f"their own with folders {listed(shared)} in each, so that they look like several "
                "data sets and not like classes: give one of them, or leave classes out"
            )
        deep = layout.base.count("/") + 1
        taken = [name for name in names if _component(name, deep) in folders]
        return Chosen(taken, layout.base, f"CLASS/{listed(folders)}")
    starts = tuple(f"{layout.base}{folder}/" for folder in folders)
    taken = [name for name in names if name.startswith(starts)]
    base = _stop(taken, starts[0], _descend(_pictures(taken), starts[0]), known)
    return Chosen(taken, base, ", ".join(start.rstrip("/") for start in starts), starts)


def doubts(layout: Layout, names: Sequence[str], where: str) -> list[str]:
    """What is not sure about the meaning of folders, in sentences for the user."""
    said = []
    if layout.others:
        said.append(
            f"{listed(layout.others)} in {where!r} beside "
            f"{listed([name for split in layout.splits.values() for name in split])} "
            f"{'are' if len(layout.others) > 1 else 'is'} no part of the data set by its name: "
            "left out"
        )
    if layout.splits:
        return said
    pictures = _pictures(names)
    folders, loose = _level(pictures, layout.base)
    splits = [name for name in folders if split_of(name) and not split_of(name).short]  # type: ignore[union-attr]
    if len(folders) > 1 and any(_level(pictures, f"{layout.base}{name}/")[0] for name in splits):
        said.append(
            f"{listed(splits)} in {where!r} {'have' if len(splits) > 1 else 'has'} the name of a "
            "part of a data set, and folders within, but is read as a class beside the others: "
            "give that folder alone if it is a part"
        )
    if len(folders) > 1 and loose:
        said.append(
            f"the folders {listed(folders)} in {where!r} are not read as classes, because "
            f"{listed([name.rpartition('/')[2] for name in loose], 2)} "
            f"{'lie' if len(loose) > 1 else 'lies'} outside of them: move it into one, or away"
        )
    return said


def _only_split(layout: Layout, names: Sequence[str]) -> str:
    """What is wrong where there are splits, but none to train on; empty if nothing is."""
    folders, loose = _level(_pictures(names), layout.base)
    said = {name: split for name in folders if (split := split_of(name)) is not None}
    kinds = {split.split for split in said.values()}
    if loose or len(said) < len(folders) or len(kinds) < 2 or any(p.short for p in said.values()):
        return ""
    if len({split.rest for split in said.values()}) > 1:
        return ""
    return (
        f"{listed(folders)} in {{where!r}} look like parts of a data set, and none like that for "
        "training: give the folder that is to be read"
    )


def _pictures(names: Sequence[str]) -> list[str]:
    """The files that are pictures by their names; all, if none is."""
    return [name for name in names if is_picture_name(name)] or list(names)


def _level(names: Sequence[str], base: str) -> tuple[list[str], list[str]]:
    """The folders and the files right below a folder."""
    inner = [name[len(base) :] for name in names if name.startswith(base)]
    folders = sorted({name.partition("/")[0] for name in inner if "/" in name})
    return folders, [name for name in inner if "/" not in name]


def _two_levels(names: Sequence[str], base: str) -> dict[str, set[str]]:
    """The folders within each folder below ``base``; an empty name where a file is."""
    found: dict[str, set[str]] = {}
    for name in names:
        folder, _, rest = name[len(base) :].partition("/")
        if rest and name.startswith(base):
            within, below, _ = rest.partition("/")
            found.setdefault(folder, set()).add(within if below else "")
    return found


def _shared_folders(names: Sequence[str], base: str) -> list[str]:
    """Folders in the parts of more than one folder below ``base``; empty if there are not two."""
    owners: dict[str, set[str]] = {}
    for name in names:
        outer, *inner = name.removeprefix(base).split("/")[:-1]
        if len(inner) > 1 and not says_nothing(inner[1]):
            owners.setdefault(inner[1], set()).add(outer)
    shared = sorted(folder for folder, outer in owners.items() if len(outer) > 1)
    return shared if len(shared) > 1 else []


def _descend(names: Sequence[str], base: str) -> str:
    """Pass through folders that hold nothing but one folder."""
    while True:
        folders, loose = _level(names, base)
        if loose or len(folders) != 1:
            return base
        base += f"{folders[0]}/"


def _stop(names: Sequence[str], start: str, end: str, known: Collection[str]) -> str:
    """Where the classes are: the first level below ``start`` with a known one, else ``end``.

    Where classes are known and pictures lie in ``end``, its folder is a class that is not known.
    """
    base = last = start
    while base != end:
        if any(folder in known for folder in _level(names, base)[0]):
            return base
        base, last = end[: end.index("/", len(base)) + 1], base
    named = end[len(last) :].rstrip("/")
    return last if known and _level(names, end)[1] and not says_nothing(named) else end


def _component(name: str, deep: int) -> str:
    parts = name.split("/")
    return parts[deep] if len(parts) > deep + 1 else ""

"""Images in memory, as training reads them."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from archscout.errors import ImageError, SettingsError, listed
from archscout.images._mixing import mix
from archscout.images._value_range import BY_ITSELF, Whites

# What a split draws is told apart by this from what random labels draw of the same seed.
_SPLIT = 0x73706C6974
_NAMED_REASONS = 3


class Skipped(NamedTuple):
    """A file or item that was not taken.

    Args:
        name: its name, as in `Images.names`.
        reason: why, in a few words.
    """

    name: str
    reason: str


@dataclass(frozen=True, eq=False)
class Images:
    """Square colour images of one size.

    Args:
        pixels: uint8 ``(n, side, side, 3)``, red, green, blue from 0 to 255.
        names: ``n`` names: a path within the folder, or a place in the array.
        fingerprints: uint64 ``(n,)``, of the content of the file, or of the pixels before they
            were resized. Equal images have equal ones.
        targets: int64 ``(n,)``, indices into ``classes``, or None if there are no classes.
        classes: names of the classes; empty without targets.
        skipped: what was not taken.
        source: where the images are from.
        whites: what number was white, where there were more than bytes.

    Raises:
        ImageError: if the lengths or forms do not fit together.
    """

    pixels: NDArray[np.uint8]
    names: tuple[str, ...]
    fingerprints: NDArray[np.uint64]
    targets: NDArray[np.int64] | None = None
    classes: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    source: str = ""
    whites: Whites = BY_ITSELF

    def __post_init__(self) -> None:
        shape, n = self.pixels.shape, len(self.pixels)
        if len(shape) != 4 or shape[1] != shape[2] or shape[3] != 3 or self.pixels.dtype != "u1":
            raise ImageError(
                f"got pixels {self.pixels.dtype} {shape}, expected uint8 (n, side, side, 3)"
            )
        counts = {"names": len(self.names), "fingerprints": len(self.fingerprints)}
        if self.targets is not None:
            counts["targets"] = len(self.targets)
            low, high = (self.targets.min(), self.targets.max()) if n else (0, 0)
            if n and not 0 <= low <= high < len(self.classes):
                raise ImageError(
                    f"got targets from {low} to {high}, expected 0 to "
                    f"{len(self.classes) - 1} for {len(self.classes)} classes"
                )
        for what, count in counts.items():
            if count != n:
                raise ImageError(f"got {count} {what} for {n} images, expected one each")

    def __len__(self) -> int:
        return len(self.pixels)

    @property
    def side(self) -> int:
        """Height and width in pixels."""
        return int(self.pixels.shape[1])

    def checksum(self) -> list[int]:
        """Numbers that tell these images and targets from others."""
        targets = b"" if self.targets is None else self.targets.tobytes()
        return [len(self), zlib.crc32(np.ascontiguousarray(self.pixels).data), zlib.crc32(targets)]

    def subset(self, indices: Sequence[int] | NDArray[Any]) -> Images:
        """Some of the images, in the order asked for.

        Args:
            indices: ``(m,)`` places, or ``(n,)`` booleans.
        """
        rows = np.arange(len(self))[np.asarray(indices, dtype=None if len(indices) else np.int64)]
        return replace(
            self,
            pixels=self.pixels[rows],
            names=tuple(self.names[row] for row in rows),
            fingerprints=self.fingerprints[rows],
            targets=None if self.targets is None else self.targets[rows],
        )

    def split(self, share: float, seed: int) -> tuple[Images, Images]:
        """Part the images into those for training and those for validation.

        Each image is dealt by its fingerprint and the seed alone. Order and names change nothing,
        images that come or go do not move the others, and copies of an image stay together. The
        share is therefore met on average, not exactly.

        Args:
            share: expected share of validation, between 0 and 1.
            seed: a whole number from 0.

        Returns:
            The images for training and those for validation.

        Raises:
            SettingsError: if the share is out of range, or leaves one part empty.

        Examples:
            >>> from archscout.images import load_images
            >>> pixels = np.arange(1920).reshape(30, 8, 8) % 251
            >>> images = load_images(pixels, resolution=8)
            >>> train, validation = images.split(0.2, seed=0)
            >>> len(train), len(validation)
            (27, 3)
        """
        if not 0 < share < 1:
            raise SettingsError(f"got a share of {share} for validation, expected between 0 and 1")
        # 53 bits, because a float holds no more exactly.
        drawn = (mix(self.fingerprints, seed, _SPLIT) >> np.uint64(11)) * 2.0**-53
        held = drawn < share
        if held.all() or not held.any():
            raise SettingsError(
                f"a share of {share} leaves a part of {len(self)} images empty: take another "
                "share or seed, or more images"
            )
        return self.subset(~held), self.subset(held)

    def summary(self) -> str:
        """One sentence for the user: how many were read, how many not and why.

        Examples:
            >>> from archscout.images import load_images
            >>> images = load_images(np.full((2, 8, 8), 9, dtype=np.uint8))
            >>> images.summary()
            'read 2 images (32x32, no classes), skipped 0'
        """
        known = f"{len(self.classes)} classes: {listed(self.classes, 10)}"
        if self.targets is None:
            known = "no classes"
        white = self.whites.words()
        white = f"; {white}" if white else ""
        text = f"read {len(self):,} images ({self.side}x{self.side}, {known}{white})"
        why = describe_skipped(self.skipped)
        return f"{text}, skipped {len(self.skipped):,}" + (f": {why}" if why else "")


def describe_skipped(skipped: Sequence[Skipped]) -> str:
    """The commonest reasons, each with how often and one name."""
    first: dict[str, str] = {}
    for item in skipped:
        first.setdefault(item.reason, item.name)
    counts = Counter(item.reason for item in skipped).most_common()
    parts = [
        f"{count:,} {reason} ({'such as ' if count > 1 else ''}{readable(first[reason])})"
        for reason, count in counts[:_NAMED_REASONS]
    ]
    rest = sum(count for _, count in counts[_NAMED_REASONS:])
    return ", ".join([*parts, f"{rest:,} for other reasons"] if rest else parts)


def readable(name: str) -> str:
    """A name of a file or folder as a text that can be printed and written, on one line."""
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return text if text.isprintable() else repr(text)[1:-1]

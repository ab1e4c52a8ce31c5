"""Images from wherever they are: the one function that reads them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from archscout._common.memory import told_of_memory
from archscout._common.paths import at_home
from archscout.errors import ImageError, SettingsError
from archscout.images._arrays import images_from_array
from archscout.images._dataset import read_dataset
from archscout.images._files import read_array_file
from archscout.images._folder import read_folder
from archscout.images._idx import is_idx, read_idx_images
from archscout.images._images import Images
from archscout.images._request import Progress, Request
from archscout.images._value_range import BY_ITSELF


@told_of_memory("reading images", "take a lower resolution, or fewer images (limit)")
def load_images(
    source: object,
    *,
    resolution: int | None = None,
    workers: int | None = None,
    limit: int | None = None,
    split: str = "train",
    classes: bool = True,
    like: Images | None = None,
    progress: Progress | None = None,
) -> Images:
    """Read images from wherever they are.

    The square in the middle of each image is resized to the resolution: that is, the shorter side
    becomes ``resolution`` and the longer one is cropped at both ends. Smaller images are enlarged.
    Images that have the size already pass through unchanged.

    Args:
        source: a folder of pictures or of IDX files, a file ``.npz``, ``.npy`` or IDX, an array
            or tensor ``(n, height, width[, channels])`` or with channels first, or any PyTorch
            map-style dataset whose items are an image or a pair of image and class.
        resolution: height and width of the result in pixels; None takes 32.
        workers: threads that decode files; None takes one a core.
        limit: read at most so many, evenly over the classes, picked by a hash of their names.
        split: ``"train"``, ``"validation"`` or ``"test"``, for what holds several: folders such
            as ``seg_train`` and ``seg_test``, ``x_test`` and ``y_test`` in ``.npz``, ``t10k`` in
            IDX folders. What is not parted is for training.
        classes: False leaves classes out.
        like: images that these are read beside, such as those for training: names of classes
            are understood as there, also if there is one alone, and the same number is white.
        progress: called with the images read so far and the total.

    Returns:
        The images, in the order of their names or of the array.

    Raises:
        ImageError: if there is nothing to read, or its form is not understood.
        SettingsError: if an argument is out of range.
        MemoryShortageError: if the images do not fit into memory.

    Examples:
        >>> images = load_images(np.full((3, 1, 20, 30), 200, dtype=np.uint8), resolution=16)
        >>> images.pixels.shape, images.targets
        ((3, 16, 16, 3), None)
    """
    known, whites = ((), BY_ITSELF) if like is None else (like.classes, like.whites)
    request = Request(resolution, workers, limit, split, progress, classes, known, whites)
    if isinstance(source, str | Path):
        return _load_path(at_home(source), request)
    if split != "train":
        raise SettingsError(
            f"got split={split!r} of an array or data set, expected 'train': give the {split} "
            "images"
        )
    if isinstance(source, np.ndarray) or hasattr(source, "detach"):
        return images_from_array(source, request)
    return read_dataset(source, request)


def _load_path(path: Path, request: Request) -> Images:
    try:
        if not path.exists():
            raise ImageError(f"no images at {str(path)!r}: give an existing folder or file")
        if is_idx(path):
            return read_idx_images(path, request)
        if path.is_dir():
            return read_folder(path, request)
        return read_array_file(path, request)
    except OSError as error:
        raise ImageError(f"cannot read {str(path)!r} ({error.strerror or error})") from None

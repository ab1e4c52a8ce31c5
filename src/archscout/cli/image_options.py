"""Options of the commands that read images, and the reading itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archscout._common.numerals import read_number
from archscout.errors import SettingsError

if TYPE_CHECKING:
    from archscout.images.sets import ImageSets

IMAGES = "On which images"

LimitOption = Annotated[
    int | None,
    typer.Option(
        help="Read at most so many images of each part, evenly over the classes.",
        rich_help_panel=IMAGES,
    ),
]
NoClassesOption = Annotated[
    bool,
    typer.Option(
        "--no-classes",
        help="Take folders and labels files for no classes. Trainings on classes refuse that.",
        rich_help_panel=IMAGES,
    ),
]
ValidationOption = Annotated[
    str | None,
    typer.Option(
        metavar="SHARE|IMAGES",
        help="Share of the images held out, or the images that are.",
        show_default="the validation images beside those for training, else a share",
        rich_help_panel=IMAGES,
    ),
]
TestOption = Annotated[
    Path | None,
    typer.Option(
        metavar="IMAGES",
        help="Test images, looked at once at the end.",
        show_default="those beside the images for training, if there are any",
        rich_help_panel=IMAGES,
    ),
]


def read_sets(
    images: Path | str,
    *,
    resolution: int,
    limit: int | None,
    no_classes: bool = False,
    validation: str | None = None,
    test: Path | bool | None = None,
) -> ImageSets:
    """Read the images of a command, and show that it goes on.

    Args:
        images: where they are.
        resolution: height and width, in pixels.
        limit: most of each part.
        no_classes: whether classes are left out.
        validation: a share, so that no validation images are read; where they are; or None.
        test: where the test images are; None for those that are found, False for none.
    """
    from archscout.cli.bars import StageBar
    from archscout.images.sets import load_sets

    held: object = validation
    if validation is not None and share_of(validation) is not None:
        held = False
    with StageBar("reading images") as bar:
        return load_sets(
            str(images),
            resolution=resolution,
            limit=limit,
            classes=not no_classes,
            validation=held,
            test=test,
            progress=bar.on_read,
        )


def share_of(validation: str | None) -> float | None:
    """The share that ``--validation`` asks for; None if it does not give a number.

    Examples:
        >>> share_of("0.2"), share_of("pictures/val")
        (0.2, None)
    """
    try:
        return None if validation is None else read_number(validation)
    except ValueError:
        return None


def refuse_no_classes(no_classes: bool, what: str) -> None:
    """Say why a command cannot do without classes.

    Args:
        no_classes: whether ``--no-classes`` was given.
        what: the command does.

    Raises:
        SettingsError: if it was.
    """
    if no_classes:
        raise SettingsError(
            f"got --no-classes, but {what} learns to tell classes apart, so that it needs them: "
            "leave the option out, or take archscout search-unlabeled, which needs none"
        )

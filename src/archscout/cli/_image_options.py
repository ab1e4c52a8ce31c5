"""Options of the commands that read images, and the reading itself."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archscout._common.numerals import read_number
from archscout.errors import SettingsError

if TYPE_CHECKING:
    from archscout.images._sets import ImageSets

on_images = partial(typer.Option, rich_help_panel="On which images")

ResolutionOption = Annotated[int, on_images(help="Height and width in pixels.")]
LimitOption = Annotated[
    int | None, on_images(help="Read at most so many images of each part, evenly over the classes.")
]
NoClassesOption = Annotated[
    bool,
    on_images(
        "--no-classes",
        help="Take folders and labels files for no classes. Trainings on classes refuse that.",
    ),
]


@dataclass(frozen=True)
class TrainingImages:
    """What the options say about the images that something is trained on."""

    images: Annotated[
        Path,
        typer.Argument(
            metavar="IMAGES",
            help="Images: a folder with a folder a class, .npz with classes, or IDX files.",
        ),
    ]
    resolution: ResolutionOption = 32
    limit: LimitOption = None
    no_classes: NoClassesOption = False
    validation: Annotated[
        str | None,
        on_images(
            metavar="SHARE|IMAGES",
            help="Share of the images held out, or the images that are.",
            show_default="the validation images beside those for training, else a share",
        ),
    ] = None
    test: Annotated[
        Path | None,
        on_images(
            metavar="IMAGES",
            help="Test images, looked at once at the end.",
            show_default="those beside the images for training, if there are any",
        ),
    ] = None

    @property
    def share(self) -> float | None:
        """The share that ``--validation`` asks for; None if it does not give a number."""
        try:
            return None if self.validation is None else read_number(self.validation)
        except ValueError:
            return None

    def refuse_no_classes(self, what: str) -> None:
        """Say why a command cannot do without classes; ``what`` is what it does."""
        if self.no_classes:
            raise SettingsError(
                f"got --no-classes, but {what} learns to tell classes apart, so that it needs "
                "them: leave the option out, or take archscout search-unlabeled, which needs none"
            )

    def read(self) -> ImageSets:
        """Read them; where a share is held out, no validation images are."""
        from archscout.cli._bars import ReadBar
        from archscout.images._sets import load_sets

        with ReadBar() as bar:
            return load_sets(
                str(self.images),
                resolution=self.resolution,
                limit=self.limit,
                validation=self.validation if self.share is None else False,
                test=self.test,
                progress=bar.on_read,
            )

"""The progress bar of a training on stderr; silent without a terminal."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.progress import BarColumn, TaskProgressColumn, TextColumn

from archscout.cli.bars import make_bar
from archscout.cli.console import duration

if TYPE_CHECKING:
    from archscout.training.progress import TrainProgress


class TrainBar:
    """Shows epoch, loss, images a second and the time left."""

    def __init__(self) -> None:
        self.place = "the first epoch"
        self._progress = make_bar(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            TaskProgressColumn(),
            TextColumn("{task.fields[words]}"),
        )
        self._task = self._progress.add_task("reading images", total=None, words="")

    def on_progress(self, progress: TrainProgress) -> None:
        """Show where the training stands."""
        self.place = f"epoch {progress.epoch} of {progress.epochs}"
        self._progress.update(
            self._task,
            description=self.place,
            total=progress.epochs * progress.steps,
            completed=(progress.epoch - 1) * progress.steps + progress.step,
            words=progress_words(progress),
        )

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._progress.stop()


def progress_words(progress: TrainProgress) -> str:
    """Loss, speed and time left in words.

    Examples:
        >>> from archscout.training.progress import TrainProgress
        >>> progress_words(TrainProgress(1, 2, 5, 10, 2.31, 0.1, 1234.5, 75.0))
        'loss 2.310, 1,234 images/s, 1 min 15 s left'
    """
    return (
        f"loss {progress.loss:.3f}, {progress.images_per_second:,.0f} images/s, "
        f"{duration(progress.seconds_left)} left"
    )

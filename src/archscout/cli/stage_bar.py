"""The progress bar of work in stages, on stderr; silent without a terminal."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.markup import escape
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn

from archscout.cli.bars import make_bar
from archscout.cli.train_bar import progress_words

if TYPE_CHECKING:
    from archscout.training.progress import TrainProgress


class StageBar:
    """Shows the stage under way and, where it trains, epoch, loss, speed and time left.

    Args:
        stage: name of the first stage.
    """

    def __init__(self, stage: str) -> None:
        self.stage = stage
        self._progress = make_bar(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            TaskProgressColumn(),
            TextColumn("{task.fields[words]}"),
            TimeElapsedColumn(),
        )
        self._task = self._progress.add_task(escape(stage), total=None, words="")

    def on_read(self, done: int, total: int) -> None:
        """Show how many images are read."""
        self._progress.update(self._task, total=total, completed=done, words=f"{done:,} images")

    def on_stage(self, stage: str, progress: TrainProgress | None) -> None:
        """Show a stage, and how far its training is."""
        self.stage = stage
        if progress is None:
            self._progress.reset(self._task, total=None, description=escape(stage), words="")
            return
        self._progress.update(
            self._task,
            description=f"{escape(stage)}, epoch {progress.epoch}/{progress.epochs}",
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

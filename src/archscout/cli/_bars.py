"""The progress bar of every command: on stderr, and only where that is a terminal."""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self

from rich.markup import escape
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)

from archscout.cli._console import INTERRUPTED, amount, duration, side_screen, stop

if TYPE_CHECKING:
    from archscout.experiments import ExperimentProgress
    from archscout.study.buying import SearchProgress
    from archscout.training._progress import TrainProgress

ACTIVITY_WIDTH = 24
_WORDS = TextColumn("{task.fields[words]}")


class Bar:
    """A line that says what is under way and how far it is, and vanishes when it is left.

    The stream itself is asked whether it is a terminal: variables such as ``FORCE_COLOR`` say
    how to write, and would put the bar into a file.
    """

    def __init__(self, start: str, *columns: ProgressColumn, total: int | None = None) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            *columns,
            console=side_screen(),
            disable=not _on_terminal(),
            transient=True,
        )
        self._task = self._progress.add_task(escape(start), total=total, words="")

    def show(self, description: str, **fields: Any) -> None:
        """Say another thing, with other ``completed``, ``total`` or ``words``."""
        self._progress.update(self._task, description=escape(description), **fields)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        self._progress.stop()
        if isinstance(error, KeyboardInterrupt) and self.stopped():
            stop(f"stopped{self.stopped()}", INTERRUPTED)

    def stopped(self) -> str:
        """What follows the word "stopped" where Ctrl-C ends the work; empty if others tell it."""
        return ""


class SearchBar(Bar):
    """Shows the labels and the best of one search.

    Between two labels a strategy may learn for a while: what it logs under ``archscout`` at
    level INFO is shown as what it is doing.
    """

    def __init__(self, budget: int, unit: str) -> None:
        self.budget, self.unit = budget, unit
        self.bought = 0
        super().__init__(
            _activity("starting"), _counted("labels"), _WORDS, TimeElapsedColumn(), total=budget
        )
        self._progress.update(self._task, words="best -")
        self._heard = _Heard(lambda text: self.show(_activity(text)))
        self._logger = logging.getLogger("archscout")
        self._level = self._logger.level

    def on_label(self, progress: SearchProgress) -> None:
        """Take one step: a label was bought."""
        self.bought = progress.bought
        best = "-" if progress.best is None else amount(progress.best.value, self.unit)
        info = progress.label.info
        words = [f"round {info['round']}" if "round" in info else "", str(info.get("origin", ""))]
        activity = _activity(", ".join(word for word in words if word) or "measuring")
        self.show(activity, completed=progress.bought, words=f"best {escape(best)}")

    def stopped(self) -> str:
        """How many labels are kept."""
        return _kept(self.bought, self.budget, "labels")

    def __enter__(self) -> Self:
        self._logger.addHandler(self._heard)
        if self._logger.getEffectiveLevel() > logging.INFO:
            self._logger.setLevel(logging.INFO)
        return super().__enter__()

    def __exit__(self, *raised: Any) -> None:
        self._logger.removeHandler(self._heard)
        self._logger.setLevel(self._level)
        super().__exit__(*raised)


class CompareBar(Bar):
    """Shows how many searches of a comparison, or fits of a ranking, have ended."""

    def __init__(self, counted: str) -> None:
        self.counted = counted
        self.done = 0
        self.total = 0
        super().__init__("starting", _counted(counted), TimeElapsedColumn())

    def on_done(self, progress: ExperimentProgress) -> None:
        """Take one step: a search or a fit has ended, or was found in the folder."""
        self.done, self.total = progress.done, progress.total
        words = f"{progress.name}, {progress.labels} labels, seed {progress.seed}"
        self.show(words.ljust(ACTIVITY_WIDTH), completed=self.done, total=self.total)

    def stopped(self) -> str:
        """How many are kept."""
        return _kept(self.done, self.total, self.counted)


class TrainBar(Bar):
    """Shows epoch, loss, images a second and the time left."""

    def __init__(self) -> None:
        self.place = "the first epoch"
        super().__init__("reading images", TaskProgressColumn(), _WORDS)

    def on_progress(self, progress: TrainProgress) -> None:
        """Show where the training stands."""
        self.place = f"epoch {progress.epoch} of {progress.epochs}"
        self.show(self.place, **_trained(progress))

    def stopped(self) -> str:
        """Where the training stood."""
        return f" in {self.place}: the same command goes on from the last checkpoint."


class ReadBar(Bar):
    """Shows how many images are read."""

    def __init__(self) -> None:
        super().__init__("reading images", TaskProgressColumn(), _WORDS, TimeElapsedColumn())

    def on_read(self, done: int, total: int) -> None:
        """Take one step."""
        self.show("reading images", total=total, completed=done, words=f"{done:,} images")


class StageBar(Bar):
    """Shows the stage under way and, where it trains, epoch, loss, speed and time left."""

    def __init__(self) -> None:
        super().__init__("starting", TaskProgressColumn(), _WORDS, TimeElapsedColumn())

    def on_stage(self, stage: str, progress: TrainProgress | None) -> None:
        """Show a stage, and how far its training is."""
        if progress is None:
            self._progress.reset(self._task, total=None, description=escape(stage), words="")
        else:
            words = f"{stage}, epoch {progress.epoch}/{progress.epochs}"
            self.show(words, **_trained(progress))

    def stopped(self) -> str:
        """What is kept."""
        return "; what was trained is kept: the same command goes on from there."


class _Heard(logging.Handler):
    """Hands on the text of what is logged."""

    def __init__(self, hear: Callable[[str], None]) -> None:
        super().__init__(level=logging.INFO)
        self._hear = hear

    def emit(self, record: logging.LogRecord) -> None:
        self._hear(record.getMessage())


def _kept(done: int, total: int, things: str) -> str:
    """What Ctrl-C leaves of things that are counted."""
    kept = f"after {done} of {total or 'all'} {things}, which are kept"
    none = f"before one of its {things} was done, and nothing kept earlier is lost"
    return f" {kept if done else none}: the same command goes on from there."


def _counted(what: str) -> TaskProgressColumn:
    return TaskProgressColumn("{task.completed:.0f}/{task.total:.0f} " + what)


def _activity(text: str) -> str:
    """The first line of a text, as wide as any other activity."""
    line = text.splitlines()[0] if text else ""
    if len(line) > ACTIVITY_WIDTH:
        line = line[: ACTIVITY_WIDTH - 1] + "…"
    return line.ljust(ACTIVITY_WIDTH)


def _trained(progress: TrainProgress) -> dict[str, Any]:
    """How far a training is, its loss, speed and time left.

    Examples:
        >>> from archscout.training import TrainProgress
        >>> _trained(TrainProgress(1, 2, 5, 10, 2.31, 0.1, 1234.5, 75.0))["words"]
        'loss 2.310, 1,234 images/s, 1 min 15 s left'
    """
    words = (
        f"loss {progress.loss:.3f}, {progress.images_per_second:,.0f} images/s, "
        f"{duration(progress.seconds_left)} left"
    )
    completed = (progress.epoch - 1) * progress.steps + progress.step
    return {"total": progress.epochs * progress.steps, "completed": completed, "words": words}


def _on_terminal() -> bool:
    with contextlib.suppress(AttributeError, ValueError):  # closed, or none at all
        return sys.stderr.isatty()
    return False

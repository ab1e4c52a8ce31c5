"""Progress bars on stderr: of a search and of a comparison; silent without a terminal."""

from __future__ import annotations

import logging
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.markup import escape
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)

from archscout.cli.bars import make_bar
from archscout.cli.console import amount

if TYPE_CHECKING:
    from archscout.experiments import CompareProgress, RankProgress
    from archscout.study.loop import SearchProgress

ACTIVITY_WIDTH = 24


def _progress(counted: str, *columns: ProgressColumn) -> Progress:
    return make_bar(
        TextColumn("{task.description}"),
        BarColumn(bar_width=None),
        TaskProgressColumn("{task.completed:.0f}/{task.total:.0f} " + counted),
        *columns,
        TimeElapsedColumn(),
    )


class SearchBar(logging.Handler):
    """Shows the progress of one search on stderr; silent where stderr is no terminal.

    Between two labels a strategy may learn for a while: what it logs under ``archscout`` at
    level INFO is shown as what it is doing.

    Args:
        budget: labels that may be bought.
        unit: unit of the values.
    """

    def __init__(self, budget: int, unit: str) -> None:
        super().__init__(level=logging.INFO)
        self.unit = unit
        self.bought = 0
        self._progress = _progress("labels", TextColumn("best {task.fields[best]}"))
        self._task = self._progress.add_task(self._activity("starting"), total=budget, best="-")
        self._logger = logging.getLogger("archscout")
        self._level = self._logger.level

    def on_label(self, progress: SearchProgress) -> None:
        """Take one step: a label was bought."""
        self.bought = progress.bought
        best = "-" if progress.best is None else amount(progress.best.value, self.unit)
        info = progress.label.info
        words = [f"round {info['round']}" if "round" in info else "", str(info.get("origin", ""))]
        activity = self._activity(", ".join(word for word in words if word) or "measuring")
        self._progress.update(
            self._task, completed=progress.bought, best=escape(best), description=activity
        )

    def emit(self, record: logging.LogRecord) -> None:
        """Show a log message as the present activity."""
        self._progress.update(self._task, description=self._activity(record.getMessage()))

    @staticmethod
    def _activity(text: str) -> str:
        line = text.splitlines()[0] if text else ""
        if len(line) > ACTIVITY_WIDTH:
            line = line[: ACTIVITY_WIDTH - 1] + "…"
        return escape(line.ljust(ACTIVITY_WIDTH))

    def __enter__(self) -> Self:
        self._logger.addHandler(self)
        if self._logger.getEffectiveLevel() > logging.INFO:
            self._logger.setLevel(logging.INFO)
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._progress.stop()
        self._logger.removeHandler(self)
        self._logger.setLevel(self._level)


class CompareBar:
    """Shows how many searches of a comparison, or fits of a ranking, have ended.

    Args:
        counted: what is counted, in the plural.
    """

    def __init__(self, counted: str = "searches") -> None:
        self.done = 0
        self.total = 0
        self._progress = _progress(counted)
        self._task = self._progress.add_task("starting", total=None)

    def on_done(self, progress: CompareProgress) -> None:
        """Take one step: a search has ended, or was found in the folder."""
        self._step(f"{progress.strategy}, seed {progress.seed}", progress.done, progress.total)

    def on_fit(self, progress: RankProgress) -> None:
        """Take one step: a fit has ended, or was found in the folder."""
        words = f"{progress.predictor}, {progress.labels} labels, seed {progress.seed}"
        self._step(words, progress.done, progress.total)

    def _step(self, words: str, done: int, total: int) -> None:
        self.done, self.total = done, total
        described = escape(words.ljust(ACTIVITY_WIDTH))
        self._progress.update(self._task, completed=done, total=total, description=described)

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

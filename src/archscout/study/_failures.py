"""Stops a search whose objective fails each time in the same way, before the budget is gone."""

from __future__ import annotations

import re

from archscout.errors import ObjectiveError
from archscout.objectives._label import Label
from archscout.spaces.base import SearchSpace

IN_A_ROW = 3
_ADDRESS = re.compile(r"0x[0-9a-fA-F]+")


class Failures:
    """Watches the measurements of this run.

    A bug, such as a name that does not exist or a forgotten ``return``, fails with every
    architecture; a crash of some architectures does not, or says so once one has succeeded.
    """

    def __init__(self, space: SearchSpace, where: str, *, keep_going: bool = False) -> None:
        self._space, self._where, self.keep_going = space, where, keep_going
        self._kind, self._in_a_row, self._succeeded = "", 0, False

    def replayed(self, label: Label) -> None:
        """Take a label of the record: it counts as a success, never as a failure."""
        self._succeeded = self._succeeded or not label.failed

    def measured(self, label: Label, cause: BaseException | None = None) -> None:
        """Take a measurement of this run, and what the objective raised.

        Raises:
            ObjectiveError: from the cause, once three in a row failed with the same error and
                none has ever succeeded.
        """
        self.replayed(label)
        kind = self._kind_of(label)
        self._in_a_row = self._in_a_row + 1 if label.failed and kind == self._kind else 1
        self._kind = kind
        stop = label.failed and not self._succeeded and self._in_a_row >= IN_A_ROW
        if stop and not self.keep_going:
            raise ObjectiveError(self._words(label.error)) from cause

    def _kind_of(self, label: Label) -> str:
        """The error without what differs from one architecture to the next."""
        error = label.error
        for text in (
            repr(label.architecture),
            self._space.format(label.architecture),
            str(label.architecture.choices),
            str(list(label.architecture.choices)),
        ):
            error = error.replace(text, "ARCHITECTURE")
        return _ADDRESS.sub("ADDRESS", error)

    def _words(self, error: str) -> str:
        said = " ".join(error.split())
        if self._where:
            kept = (
                f"the labels are kept in {self._where}, and the same search with "
                "retry_failed=True (--retry-failed) measures the failed ones again"
            )
        else:
            kept = "the labels were in memory alone, and a storage would keep them"
        return (
            f"the objective failed {IN_A_ROW} times in a row with the same error and has never "
            f"succeeded ({said}): repair it and search again; {kept}; keep_going=True "
            "(--keep-going) goes on although it fails"
        )

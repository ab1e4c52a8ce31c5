"""The installed command ``archscout``: small, so that Ctrl-C is heard before the rest is loaded."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command line; an interrupt ends it in one line, whenever it comes."""
    try:
        import signal  # not above: loading it takes long enough to be interrupted

        try:
            _fill_closed_streams()
            from archscout.cli import main as run

            run()
        finally:
            # What Python does after this has nothing to keep: an interrupt ends it without a word.
            signal.signal(signal.SIGINT, signal.SIG_DFL)
    except KeyboardInterrupt:
        sys.stderr.write("archscout: stopped.\n")
        raise SystemExit(130) from None


def _fill_closed_streams() -> None:
    """Give closed standard streams a place to go to.

    Without one, the first file that is opened would take the number of the closed stream, and
    what is printed would be written into that file.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # The lowest free number, which is this one.
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115

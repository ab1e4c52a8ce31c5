"""Files that appear only when all of them are written and checked, and replace none unasked."""

from __future__ import annotations

import contextlib
import filecmp
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from archscout._common.paths import at_home
from archscout._common.writing import write_file
from archscout.errors import SettingsError
from archscout.exports._source import Source

FOLDER = "export"


@dataclass(frozen=True)
class Exported:
    """What an export wrote.

    Args:
        files: paths of the files; the first one is what was asked for.
        trained: whether the weights were trained; if not, they are freshly drawn.
        difference: largest difference of its logits from those of archscout's own network, as
            a share of the largest logit if that is above one.
        warning: what speaks against using the network, empty if nothing is known.
    """

    files: tuple[Path, ...]
    trained: bool
    difference: float
    warning: str = ""


@contextlib.contextmanager
def staged(
    source: Source, out: str | Path | None, names: Sequence[str], force: bool
) -> Iterator[Path]:
    """Give a folder to write into, whose files move to ``out`` if nothing fails.

    Args:
        source: what is exported.
        out: where the files go; None for the folder ``export`` in that of the run.
        names: names of the files.
        force: whether other files of these names may be replaced.

    Raises:
        SettingsError: if one would be replaced, or the folder cannot be written.
    """
    target = out_folder(source, out)
    if target.resolve() == source.folder.resolve():
        raise SettingsError(
            f"the folder {str(target)!r} is that of the run itself: name another one with --out"
        )
    try:
        missing = not target.exists()
        target.mkdir(parents=True, exist_ok=True)
        try:
            with tempfile.TemporaryDirectory(dir=target, prefix=".export-") as folder:
                yield Path(folder)
                for name in names if not force else ():
                    _check_replaced(target / name, Path(folder) / name)
                for name in names:
                    write_file(target / name, (Path(folder) / name).rename)
        finally:
            if missing:
                with contextlib.suppress(OSError):
                    target.rmdir()  # Only if nothing was written into it.
    except OSError as error:
        raise SettingsError(
            f"cannot write into the folder {str(target)!r} ({error.strerror}): name another one "
            "with --out"
        ) from None


def _check_replaced(old: Path, new: Path) -> None:
    """Check that no file is replaced, except by its own content."""
    same = old.is_file() and filecmp.cmp(old, new, shallow=False)
    if os.path.lexists(old) and not same:
        raise SettingsError(
            f"{str(old)!r} exists already and differs: name another folder with --out, or "
            "replace it with --force"
        )


def out_folder(source: Source, out: str | Path | None) -> Path:
    """Where the files go."""
    return source.folder / FOLDER if out is None else at_home(out)

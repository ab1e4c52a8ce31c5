"""The lines of a text file, plain or gzipped, within bounds."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from archscout._tables.limits import TableLimits
from archscout.errors import TableError

_HEAD = 1 << 16
_PACKED = {
    b"PK\x03\x04": "a workbook or zip archive",
    b"\xd0\xcf\x11\xe0": "an old workbook",
    b"BZh": "packed by bzip2",
    b"\xfd7zXZ": "packed by xz",
    b"\x28\xb5\x2f\xfd": "packed by zstd",
}


class Lines(Iterator[str]):
    """The lines of a text file, each checked against the limits; use it in a ``with``."""

    def __init__(self, path: Path, limits: TableLimits) -> None:
        self._source, self._limits = path.name, limits
        self._count = 0
        self._file = path.open("rb")
        try:
            encoding = self._look()
        except BaseException:
            self._file.close()
            raise
        # What cannot be read is shown by its bytes; it matters only in cells that are used.
        self._text = io.TextIOWrapper(
            io.BufferedReader(self._unpacked(), _HEAD), encoding, "backslashreplace", newline=""
        )

    def _look(self) -> str:
        """Find the encoding of the text; raises `TableError` if the file is no text."""
        mark = self._file.read(8)
        for start, words in _PACKED.items():
            if mark.startswith(start):
                raise TableError(
                    f"{self._source} is {words}, expected CSV text, which may be gzipped: unpack "
                    "it or save it as CSV"
                )
        self._file.seek(0)
        try:
            head = self._unpacked().read(_HEAD) or b""
        except (OSError, EOFError, zlib.error):
            raise self._damaged() from None
        self._file.seek(0)
        if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
            return "utf-32"
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        if b"\0" in head:
            raise TableError(
                f"{self._source} holds bytes of zero, which no CSV text has: save it as CSV in "
                "UTF-8"
            )
        try:
            codecs.getincrementaldecoder("utf-8")().decode(head)
        except UnicodeDecodeError:
            return "cp1252"
        return "utf-8-sig"

    def _unpacked(self) -> _Counted:
        gzipped = self._file.read(2) == b"\x1f\x8b"
        self._file.seek(0)
        plain = gzip.GzipFile(fileobj=self._file) if gzipped else self._file
        return _Counted(plain, self._limits.expanded, self._source)

    def _damaged(self) -> TableError:
        return TableError(f"{self._source} is a damaged gzip file: fetch or write it again")

    def __enter__(self) -> Lines:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __next__(self) -> str:
        most = self._limits.line
        try:
            line = self._text.readline(most + 1)
        except (OSError, EOFError, zlib.error):
            raise self._damaged() from None
        if not line:
            raise StopIteration
        self._count += 1
        if len(line) > most:
            raise TableError(
                f"line {self._count:,} of {self._source} has more than {most:,} characters, "
                "expected a row of a table: is this the right file?"
            )
        if self._count > self._limits.rows + 1:
            raise TableError(
                f"{self._source} has more than {self._limits.rows:,} lines, which is the most that "
                "are read: keep the rows that you need"
            )
        return line


class _Counted(io.RawIOBase):
    """Bytes of a file, refused beyond a number: what is packed small may be large."""

    def __init__(self, file: BinaryIO | gzip.GzipFile, most: int, source: str) -> None:
        self._inner, self._left, self._most, self._source = file, most, most, source

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._inner.read(len(buffer))
        self._left -= len(data)
        if self._left < 0:
            raise TableError(
                f"{self._source} holds more than {self._most / 1e6:,.0f} MB of text, which is the "
                "most that is read: keep the rows and columns that you need"
            )
        buffer[: len(data)] = data
        return len(data)

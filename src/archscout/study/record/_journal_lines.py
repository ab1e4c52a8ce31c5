"""The lines of a journal: each proves that it is whole, also after a way through other systems.

An editor or another system may end lines with CRLF, put a byte order mark first, write UTF-16,
leave blanks or blank lines, or drop the last end of line. No label is lost by that: what a line
says is checked without what surrounds it.
"""

from __future__ import annotations

import json
import re
import zlib
from typing import Any

# The checksum comes first, so that no short damage can take it away and hurt what follows too.
_SEALED = re.compile(rb'\{"check":(\d{1,10}),(.*\}\n)', re.DOTALL)
_FOREIGN = b'{"op_code":'
_AROUND = b"\xef\xbb\xbf \t\r\n"  # a byte order mark, blanks, ends of line


def seal_line(record: dict[str, Any]) -> bytes:
    """One line of the journal: the record as JSON with its checksum as the first key."""
    body = json.dumps(record, separators=(",", ":")).encode()
    return b'{"check":%d,%s\n' % (zlib.crc32(body), body[1:])


def line_is_whole(line: bytes) -> bool:
    """Whether a line is as it was written; one of Optuna's own has no checksum to prove it."""
    sealed = _SEALED.fullmatch(line)
    if sealed:
        return zlib.crc32(b"{" + sealed[2][:-1]) == int(sealed[1])
    if not line.startswith(_FOREIGN) or not line.endswith(b"\n"):
        return False
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(record["op_code"], int) and isinstance(record.get("worker_id"), str)


def tidy_lines(content: bytes) -> bytes:
    """Give whole lines their own form back; what is damaged stays as it is."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            content = content.decode("utf-16").encode()
        except UnicodeError:
            return content
    return b"".join(map(_tidy, content.splitlines(keepends=True)))


def _tidy(line: bytes) -> bytes:
    inside = line.strip(_AROUND)
    tidied = inside + b"\n"
    return (tidied if line_is_whole(tidied) else line) if inside else b""


def was_journal(content: bytes) -> bool:
    """Whether a file without one whole line looks like a journal that was hurt."""
    start = content.strip(b"\0")[:9]
    return b'"op_code"' in content or b'{"check":'.startswith(start)

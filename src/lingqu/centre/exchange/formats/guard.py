"""What a zip may do to whoever opens it: unpack without end, blow entities up, or name a cell so far out that the sheet
between is more than there is memory."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from lingqu.centre.exchange import limits

CHUNK = 1 << 20
OVERLAP = 64
"""Bytes of one chunk that are looked at again with the next: what is searched for is shorter."""

_DOCTYPE = re.compile(rb"<!(?i:DOCTYPE)")
_BEFORE = rb"\sr\s*=\s*[\"']\s*"
_COLUMN = re.compile(_BEFORE + rb"([A-Za-z]{1,3})\d")
_ROW = re.compile(_BEFORE + rb"[A-Za-z]{0,3}(\d+)")
_FAR = re.compile(_BEFORE + rb"[A-Za-z]{0,3}(\d{7,})")
"""ISO/IEC 29500-1, 18.3.1.4 and 18.3.1.73: the reference of a cell (``r="C7"``) and the number of a row (``r="7"``)."""

NEAR = 999_999
"""The last row that ``_FAR`` does not find."""


def guard_zip(path: Path) -> None:
    """Refuses a zip whose parts unpack to more than allowed (each part is really unpacked and counted, since a zip may
    lie about sizes), XML with a document type, and sheets whose cells lie too far apart."""
    if not zipfile.is_zipfile(path):
        return
    left = limits.current().unpacked_bytes
    try:
        with zipfile.ZipFile(path) as packed:
            for entry in packed.infolist():
                left = _looked_through(packed, entry, left)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as fault:
        raise limits.unreadable("zip", f"压缩包损坏：{fault}", f"The zip is broken: {fault}", path.name) from fault


def _looked_through(packed: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int) -> int:
    """Gives the bytes that other parts may still have. A sheet may be in a part of any name, so all are looked at but
    pictures."""
    columns, far = 0, 0
    for seen, size, first in _pieces(packed, entry):
        left -= size
        if left < 0:
            raise limits.unreadable("unpacked", "解压后过大", "It unpacks to more than allowed", entry.filename)
        if "/media/" in entry.filename:
            continue
        if first and _is_wide(seen[:OVERLAP]):
            raise limits.unreadable("xml", "XML 不是 UTF-8", "The XML is not in UTF-8", entry.filename)
        if _DOCTYPE.search(seen):
            raise limits.unreadable("xml", "XML 含有 DOCTYPE", "The XML holds a document type", entry.filename)
        columns = max(columns, *map(_number, set(_COLUMN.findall(seen))), 0)
        far = max(far, *map(int, set(_FAR.findall(seen))), 0)
    _hold(packed, entry, columns, far)
    return left


def _pieces(packed: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[tuple[bytes, int, bool]]:
    """(bytes to look at, how many of them are new, whether they are the first)."""
    tail = b""
    with packed.open(entry) as part:
        while chunk := part.read(CHUNK):
            yield tail + chunk, len(chunk), not tail
            tail = chunk[-OVERLAP:]


def _is_wide(start: bytes) -> bool:
    """XML in UTF-16 or UTF-32: no workbook is written so, and what is searched for would not be seen in it."""
    return start.startswith((b"\xff\xfe", b"\xfe\xff")) or b"<\0" in start or b"\0<" in start


def _hold(packed: zipfile.ZipFile, entry: zipfile.ZipInfo, columns: int, far: int) -> None:
    """Refuses a sheet that is too large. Whoever reads it makes room for all between its first cell and its last. The
    last row is looked up only where it matters."""
    most = limits.current().cells
    rows = max(far, NEAR)
    if columns * rows > most and not far:
        rows = max(max(map(int, set(_ROW.findall(seen))), default=0) for seen, _size, _first in _pieces(packed, entry))
    if columns * rows > most:
        raise limits.unreadable(
            "cells",
            f"单元格范围过大（{rows}×{columns}）",
            f"The cells lie too far apart ({rows}×{columns})",
            entry.filename,
            then_zh="删除远处的空白或多余单元格后再提交",
            then_en="Delete the stray cells far out, then deliver it again",
        )


def _number(letters: bytes) -> int:
    """``A`` is 1, ``XFD`` 16,384."""
    found = 0
    for letter in letters.upper():
        found = found * 26 + letter - 64
    return found

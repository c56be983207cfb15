"""Which encoding a text is in: strict trial decoding first, statistics only to tell Big5 from GB18030."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path

from lingqu.centre.exchange import limits

CHUNK = 1 << 20
SAMPLE = 1 << 18
NAMES = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8 (BOM)",
    "gb18030": "GB18030",
    "big5": "Big5",
    "big5hkscs": "Big5-HKSCS",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16LE",
    "utf-16-be": "UTF-16BE",
}
_ALIASES = {"utf8": "utf-8", "gbk": "gb18030", "gb2312": "gb18030", "cp936": "gb18030", "cp950": "big5hkscs"}
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def named(encoding: str) -> str:
    """Python's name for an encoding that a source names. GBK and GB2312 are read as GB18030, which holds them."""
    name = encoding.strip().lower().replace("_", "-")
    name = _ALIASES.get(name, name)
    try:
        codecs.lookup(name)
    except LookupError:
        raise limits.unreadable(
            "encoding",
            f"不认识编码 {encoding}",
            f"The encoding {encoding} is not known",
            then_zh="可用：auto、UTF-8、GB18030、Big5、UTF-16",
            then_en="Use auto, UTF-8, GB18030, Big5 or UTF-16",
        ) from None
    return name


def detect(path: Path) -> tuple[str, bool]:
    """The encoding of a file, and whether all of it decodes. Where none fits wholly, the one that fits furthest."""
    with path.open("rb") as file:
        head = file.read(SAMPLE)
    for bom, name in _BOMS:
        if head.startswith(bom):
            return name, _reach(path, name) is None
    if b"\x00" in head:
        return _wide(head, path)
    reach = {}
    for name in ("utf-8", "gb18030", "big5hkscs"):
        reach[name] = _reach(path, name)
        if reach[name] is None and name == "utf-8":
            return name, True
    whole = [name for name in ("gb18030", "big5hkscs") if reach[name] is None]
    if len(whole) == 2:
        return ("big5hkscs" if _looks_big5(head) else "gb18030"), True
    if whole:
        return whole[0], True
    return max(reach, key=lambda name: (reach[name] or 0, name == "utf-8")), False


def _reach(path: Path, encoding: str) -> int | None:
    """Bytes read before the first that does not decode (to the chunk); None when all do."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    with path.open("rb") as file:
        done = 0
        while chunk := file.read(CHUNK):
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as fault:
                return done + fault.start
            done += len(chunk)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return done
    return None


def _wide(head: bytes, path: Path) -> tuple[str, bool]:
    """UTF-16 without a mark: line breaks and delimiters have their zero byte on one side only."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    name = "utf-16-le" if odd > even else "utf-16-be"
    if min(even, odd) * 20 > max(even, odd) or _reach(path, name) is not None:
        raise limits.unreadable("binary", "这不是文本文件", "This is not a text file", path.name)
    return name, True


def _looks_big5(sample: bytes) -> bool:
    """Both decode. Chinese in GB2312 has nearly all its pairs in B0A1–F7FE (hanzi) and A1A1–A3FE (signs); Big5 read
    as GB18030 has not, since four of ten of its second bytes lie below 7F."""
    gb = big5 = pairs = i = 0
    while i + 1 < len(sample):
        lead, trail = sample[i], sample[i + 1]
        if lead < 0x81:
            i += 1
            continue
        pairs += 1
        gb += (0xB0 <= lead <= 0xF7 or 0xA1 <= lead <= 0xA3) and trail >= 0xA1
        big5 += (0xA4 <= lead <= 0xC6 or lead == 0xA1) and (0x40 <= trail <= 0x7E or trail >= 0xA1)
        i += 2
    return pairs > 0 and big5 > gb and gb < 0.85 * pairs


def decoded(data: bytes, encoding: str = "auto") -> tuple[str, str]:
    """The text of a small file and the encoding's name. Raises ``Invalid`` where it does not decode."""
    tried = (
        [named(encoding)] if encoding != "auto" else [n for b, n in _BOMS if data.startswith(b)] or ["utf-8", "gb18030"]
    )
    for name in tried:
        try:
            return data.decode(name).removeprefix("﻿"), NAMES.get(name, name)
        except UnicodeDecodeError:
            continue
    raise limits.unreadable(
        "encoding", f"文件不是有效的 {'、'.join(tried)} 文本", f"The file is not valid {' or '.join(tried)} text"
    )


def text_chunks(path: Path, encoding: str) -> Iterator[str]:
    """The decoded text in pieces; bytes that do not decode become lone surrogates (U+DC80…)."""
    decoder = codecs.getincrementaldecoder(encoding)("surrogateescape")
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)

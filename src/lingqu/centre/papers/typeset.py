"""Data laid out as PDF by Typst, in a font that is known to hold every character.

Values reach a layout as data, never as markup, so that nothing in them is executed. A layout imports no package and
finds nothing but the folder of layouts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from struct import error as Broken
from struct import unpack_from
from threading import Lock
from typing import Any

import typst
from django.conf import settings

from lingqu.kernel.errors import Invalid, Unavailable
from lingqu.kernel.text import Text

FAMILY = "Noto Sans SC"
FILES = ("NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf")
_LAYOUTS = Path(__file__).parent / "layouts"
_ONE_AT_A_TIME = Lock()
_LAYOUT_CHARACTERS = {"\n", "\r", "\t"}


def typeset(layout: str, data: Mapping[str, Any], at: datetime | None = None) -> bytes:
    """A PDF of ``data`` (JSON) in a layout, dated ``at`` (now).

    Raises ``Unavailable`` (``papers.font``) where a font is missing, and ``Invalid`` (``papers.character``) naming a
    character that the font does not hold: Typst itself would print a box and say nothing.
    """
    text = json.dumps(data, ensure_ascii=False, default=str)
    _require_characters(text)
    moment = int((at or datetime.now(UTC)).timestamp())
    with _ONE_AT_A_TIME:
        try:
            made, warnings = _compiler().compile_with_warnings(
                input=str(_LAYOUTS / f"{layout}.typ"), format="pdf", sys_inputs={"data": text}, timestamp=moment
            )
        except typst.TypstError as error:
            raise _unset(str(error)) from error
    if warnings:
        raise _unset("; ".join(warning.message for warning in warnings))
    assert isinstance(made, bytes)
    return made


def fonts() -> Path:
    """The folder of fonts. Raises ``Unavailable`` (``papers.font``)."""
    folder = Path(settings.LINGQU_FONTS)
    if not all((folder / name).exists() for name in FILES):
        raise _unset(f"{FAMILY}: no file")
    return folder


@cache
def _compiler() -> typst.Compiler:
    return typst.Compiler(root=str(_LAYOUTS), font_paths=[str(fonts())], ignore_system_fonts=True)


def forget() -> None:
    """Look for the fonts anew."""
    _compiler.cache_clear()
    _held.cache_clear()


def _unset(why: str) -> Unavailable:
    return Unavailable(
        "papers.font" if "font" in why.lower() or FAMILY in why else "papers.layout",
        Text(zh="无法生成 PDF：字体或版式不可用", en="The PDF cannot be made: a font or layout is not available"),
        place=why[:300],
        owner="information_centre",
        next_step=Text(zh="运行 make setup 安装字体", en="Run make setup, which brings the fonts"),
    )


def _require_characters(text: str) -> None:
    missing = {c for c in set(text) - _LAYOUT_CHARACTERS if ord(c) not in _held()}
    if missing:
        named = " ".join(f"{c} U+{ord(c):04X}" for c in sorted(missing)[:5])
        raise Invalid(
            "papers.character",
            Text(zh=f"字体中没有这些字：{named}", en=f"The font does not hold: {named}"),
            place=named,
            owner="information_centre",
            next_step=Text(
                zh="改用规范字，或请市大数据中心补充字体", en="Write them otherwise, or have the centre add a font"
            ),
        )


@cache
def _held() -> frozenset[int]:
    """Characters that both fonts map to a glyph."""
    try:
        files = [_mapped((fonts() / name).read_bytes()) for name in FILES]
    except (Broken, KeyError) as error:
        raise _unset(f"{FAMILY}: {error}") from error
    return files[0] & files[1]


def _mapped(data: bytes) -> frozenset[int]:
    """What a font's cmap table maps, formats 4 and 12 (ISO/IEC 14496-22, 5.2.1)."""
    count = unpack_from(">H", data, 4)[0]
    tables = {data[o : o + 4]: unpack_from(">I", data, o + 8)[0] for o in range(12, 12 + 16 * count, 16)}
    start = tables[b"cmap"]
    found: set[int] = set()
    for n in range(unpack_from(">H", data, start + 2)[0]):
        part = start + unpack_from(">I", data, start + 8 + 8 * n)[0]
        form = unpack_from(">H", data, part)[0]
        if form == 12:
            for group in range(unpack_from(">I", data, part + 12)[0]):
                first, last, _glyph = unpack_from(">III", data, part + 16 + 12 * group)
                found.update(range(first, last + 1))
        elif form == 4:
            found |= _of_segments(data, part)
    return frozenset(found)


def _of_segments(data: bytes, part: int) -> set[int]:
    segments = unpack_from(">H", data, part + 6)[0] // 2
    lasts = unpack_from(f">{segments}H", data, part + 14)
    firsts = unpack_from(f">{segments}H", data, part + 16 + 2 * segments)
    return {c for first, last in zip(firsts, lasts, strict=True) if last != 0xFFFF for c in range(first, last + 1)}

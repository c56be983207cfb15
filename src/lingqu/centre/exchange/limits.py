"""What one delivery may be at most. Every limit is a setting; what breaks one is refused, never cut off."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from django.conf import settings

from lingqu.kernel.errors import Invalid
from lingqu.kernel.text import Text


@dataclass(frozen=True)
class Limits:
    """Settings LINGQU_LIMIT_<NAME>. ``document_bytes`` holds for formats that are read whole (JSON, GeoJSON),
    ``cells`` for the rectangle that the cells of a sheet lie in."""

    file_bytes: int = 2 << 30
    unpacked_bytes: int = 4 << 30
    document_bytes: int = 512 << 20
    rows: int = 50_000_000
    columns: int = 2_000
    cells: int = 100_000_000
    cell_characters: int = 4_000_000
    broken_rows: int = 100_000


def current() -> Limits:
    given: dict[str, Any] = {
        f.name: getattr(settings, f"LINGQU_LIMIT_{f.name.upper()}", f.default) for f in fields(Limits)
    }
    return Limits(**given)


def too_large(place: str) -> Invalid:
    return Invalid(
        "file.too_large",
        Text(zh="文件超过允许的大小", en="The file is larger than allowed"),
        place=place,
        next_step=Text(
            zh="分成几个文件提交，或请管理员提高 LINGQU_LIMIT_FILE_BYTES",
            en="Deliver it in parts, or have the administrator raise LINGQU_LIMIT_FILE_BYTES",
        ),
    )


def too_many_rows() -> Invalid:
    most = current().rows
    return unreadable("rows", f"行数超过 {most}", f"There are more than {most} rows")


def unreadable(rule: str, zh: str, en: str, place: str = "", *, then_zh: str = "", then_en: str = "") -> Invalid:
    """A file that cannot be read, with what to do about it."""
    return Invalid(
        f"file.{rule}",
        Text(zh=zh, en=en),
        place=place,
        next_step=Text(
            zh=then_zh or "请来源部门重新导出该文件", en=then_en or "Have the department export the file again"
        ),
    )

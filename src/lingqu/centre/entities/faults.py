"""The refusals of this room: stable rule codes with words in both languages."""

from __future__ import annotations

from collections.abc import Sequence

from lingqu.kernel.errors import Conflict, Fault, Invalid, NotFound
from lingqu.kernel.text import Text

SHOWN = 100
"""Faults told at once."""


def fault(rule: str, zh: str, en: str, place: str = "", step: Text | None = None) -> Fault:
    return Fault(f"entity.{rule}", Text(zh=zh, en=en), column=place, next_step=step)


def invalid(faults: Sequence[Fault], total: int | None = None) -> Invalid:
    count = total or len(faults)
    first = faults[0]
    return Invalid(
        first.rule if count == 1 else "entity.invalid",
        first.message
        if count == 1
        else Text(zh=f"{count} 处不符合标准，未写入", en=f"{count} values break a rule; nothing was written"),
        place=first.column,
        next_step=first.next_step or Text(zh="改正所列的值后重新提交", en="Correct the values listed and send again"),
        faults=tuple(faults[:SHOWN]),
    )


def bad(rule: str, zh: str, en: str, place: str = "") -> Invalid:
    return invalid([fault(rule, zh, en, place)])


def missing(entity_id: str) -> NotFound:
    return NotFound(
        "entity.unknown",
        Text(zh=f"没有可供查看的“{entity_id}”", en=f"There is no {entity_id!r} that you may see"),
        place=entity_id,
        next_step=Text(zh="检查编号，或申请查看权限", en="Check the id, or ask for the right to see it"),
    )


def exists(entity_id: str) -> Conflict:
    return Conflict(
        "entity.exists",
        Text(zh=f"“{entity_id}”已存在", en=f"{entity_id!r} exists already"),
        place=entity_id,
        next_step=Text(zh="改为更新，或换一个编号", en="Update it instead, or use another id"),
    )

"""Comparisons between items as SQL over their typed values ``w<n>``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from lingqu.centre.quality import sql
from lingqu.centre.quality.definitions import Condition
from lingqu.centre.quality.plan import Item
from lingqu.centre.quality.values import one_of, sql_type
from lingqu.kernel.errors import Invalid
from lingqu.kernel.text import Text

_COMPARED = {"==": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


def item_of(items: Mapping[str, Item], code: str, rule: str) -> Item:
    if code not in items:
        raise Invalid(
            "quality.item",
            Text(zh=f"规则 {rule} 的信息项 {code} 不存在", en=f"The item {code} of rule {rule} does not exist"),
            place=rule,
            next_step=Text(zh=f"可用：{'、'.join(items)}", en=f"There are: {', '.join(items)}"),
        )
    return items[code]


def condition(items: Mapping[str, Item], given: Condition, rule: str, today: date) -> str:
    """True, false, or NULL where a compared value is absent."""
    item = item_of(items, given.item, rule)
    left = f"w{item.at}"
    if given.is_ == "present":
        return f"{left} IS NOT NULL"
    if given.is_ == "absent":
        return f"{left} IS NULL"
    if given.is_ == "matches":
        return f"regexp_full_match({left}::VARCHAR, {sql.text(str(given.value))})"
    if given.is_ in ("in", "not in"):
        values = given.value if isinstance(given.value, tuple) else (given.value,)
        listed = ", ".join(literal(item, value, today) for value in values)
        found = one_of(left, f"[{listed}]")
        return found if given.is_ == "in" else f"NOT {found}"
    right = f"w{item_of(items, given.to, rule).at}" if given.to else literal(item, given.value, today)
    return f"{left} {_COMPARED[given.is_]} {right}"


def literal(item: Item, value: object, today: date) -> str:
    """A constant of the item's own type. Raises ``Invalid`` where it is none."""
    kind = sql_type(item)
    if kind == "DATE" and value == "today":
        return f"DATE '{today.isoformat()}'"
    if isinstance(value, float) and kind == "VARCHAR":
        value = int(value) if value.is_integer() else value
    if isinstance(value, float):
        return repr(value)
    return f"CAST({sql.text(str(value))} AS {kind})"

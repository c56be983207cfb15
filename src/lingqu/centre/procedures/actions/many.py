"""One act on several items: each in a transaction of its own, each with its own outcome."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lingqu.centre.access import door as access
from lingqu.kernel.errors import Invalid, LingquError
from lingqu.kernel.text import Text

MOST = 100


@dataclass(frozen=True)
class Outcome:
    """``error`` is None where it was done."""

    item: int
    error: LingquError | None


def many(actor: access.Actor, items: Sequence[int], act: Callable[[int], None]) -> list[Outcome]:
    """In the order given; what is refused hinders none of the others."""
    chosen = list(dict.fromkeys(items))
    if not 1 <= len(chosen) <= MOST:
        raise Invalid(
            "procedures.many",
            Text(zh=f"请选择 1 至 {MOST} 件", en=f"Choose 1 to {MOST} items"),
            place=str(len(chosen)),
            next_step=Text(zh="回到待办列表重新选择", en="Go back to the list and choose again"),
        )
    return [Outcome(item, _tried(actor, item, act)) for item in chosen]


def _tried(actor: access.Actor, item: int, act: Callable[[int], None]) -> LingquError | None:
    try:
        act(item)
    except LingquError as error:
        access.tell(actor, error, place=str(item))
        return error
    return None

"""What was read under an agreement, or by a role with a quantity: counted by day, and held to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from django.db import connection
from django.utils import timezone

from lingqu.centre.access import ledger
from lingqu.centre.access.actors import Actor
from lingqu.centre.access.grants import held
from lingqu.kernel.errors import Refused
from lingqu.kernel.text import Text

_COUNT = """
insert into access_usage as u (agreement, day, calls, entities) values (%(agreement)s, %(day)s, 1, %(entities)s)
on conflict (agreement, day) do update set calls = u.calls + 1, entities = u.entities + excluded.entities
returning entities
"""


def agreements(actor: Actor, reached: Iterable[tuple[int, ...]]) -> dict[str, tuple[int, int | None]]:
    """What is counted under a name → (entities that only it reaches, quota), from the numbers of the grants that reach
    each entity."""
    hands = held(actor, "read")
    found: dict[str, tuple[int, int | None]] = {}
    for numbers in reached:
        by = [hands[n] for n in numbers if n < len(hands)]
        if by and all(each.meter for each in by):
            before, quota = found.get(by[0].meter, (0, by[0].grant.quota))
            found[by[0].meter] = (before + 1, quota)
    return found


def count(actor: Actor, used: Mapping[str, tuple[int, int | None]]) -> None:
    """See ``door.use``. The row of the day is locked till the caller's transaction ends, so that two who read at once
    do not both take the last of it."""
    day = timezone.localdate()
    for agreement in sorted(used):
        entities, quota = used[agreement]
        with connection.cursor() as cursor:
            cursor.execute(_COUNT, {"agreement": agreement, "day": day, "entities": entities})
            total = int(cursor.fetchone()[0])
        if quota is not None and total > quota:
            with connection.cursor() as cursor:
                cursor.execute(
                    "update access_usage set entities = entities - %(n)s where agreement = %(a)s and day = %(d)s",
                    {"n": entities, "a": agreement, "d": day},
                )
            raise _spent(actor, agreement, quota)


def by_day(agreement: str, since: date) -> list[tuple[date, int, int]]:
    """See ``door.usage``."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select day, calls, entities from access_usage where agreement = %(a)s and day >= %(s)s order by day",
            {"a": agreement, "s": since},
        )
        return [(day, int(calls), int(entities)) for day, calls, entities in cursor.fetchall()]


def in_days(since: date, before: date) -> dict[str, tuple[int, int]]:
    """See ``door.usage_in``."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select agreement, sum(calls), sum(entities) from access_usage "
            "where day >= %(s)s and day < %(b)s group by 1",
            {"s": since, "b": before},
        )
        return {agreement: (int(calls), int(entities)) for agreement, calls, entities in cursor.fetchall()}


def _spent(actor: Actor, agreement: str, quota: int) -> Refused:
    ledger.record(actor, "refused", detail={"rule": "access.quota", "agreement": agreement})
    return Refused(
        "access.quota",
        Text(
            zh=f"“{agreement}”每日限 {quota} 条，今日已用完",
            en=f"{agreement} allows {quota} a day; today's are used up",
        ),
        place=agreement,
        owner="information_centre",
        next_step=Text(
            zh="明日再试，或申请变更协议的数量", en="Try again tomorrow, or ask to change the agreement's quantity"
        ),
        recorded=True,
    )

"""From the change log into notices, and what became of them: the database's side of notifying.

A notice stands as soon as the subscriber's place in the log has moved past its changes, and stays until its receiver
took it: both in one transaction. Killed anywhere, nothing is lost; at most something is told twice.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

import orjson
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from lingqu.centre.entities import door
from lingqu.centre.entities.door import Change
from lingqu.kernel.errors import LingquError
from lingqu.protocols.models import Notice, Subscription
from lingqu.protocols.ngsi_ld.notify import match, rights
from lingqu.protocols.ngsi_ld.notify.post import Outcome

SUBSCRIBER = "ngsi-ld"
BATCH = 2000  # changes looked at together
MOST_TOLD = 100  # entities in one notification
TRIES = 8
LONGEST = timedelta(hours=1)
PARKED_FOR = timedelta(days=30)

_DUE = """
select s.id from protocols_subscription s
where s.state = 'active' and s.id <> all(%(busy)s) and (s.next_at is null or s.next_at <= now())
  and (s.expires_at is null or s.expires_at > now())
  and exists (select 1 from protocols_notice n where n.subscription_id = s.id)
order by s.next_at nulls first, s.id limit %(limit)s
"""


Part = tuple[int, list[int]]


@dataclass
class Batch:
    """Changes that were taken in together, as they are still to be told: what stands in their notices too, for whom
    nothing older waits. ``parts``: of a subscription the notices, each with the places of its changes."""

    read: int
    place: str = ""
    news: door.News | None = None
    parts: dict[str, deque[Part]] = field(default_factory=dict)
    behind: set[str] = field(default_factory=set)


def take_in(index: match.Index, behind: Collection[str] = ()) -> Batch:
    """One batch of the log. ``behind``: who may have older notices in the database; of these only those who have none
    any more are told at once, the others come to their turn by ``due``."""
    place = door.subscriber_cursor(SUBSCRIBER)
    changes = door.changes(place, BATCH)
    if not changes:
        return Batch(0, place)
    index.refresh()
    first = index.first()
    if not index.rows or match.position(first) >= match.position(changes[-1].cursor):
        # Nobody is told of what was before: go to where somebody is.
        door.advance_subscriber(SUBSCRIBER, _later(first, changes[-1].cursor))
        return Batch(len(changes), place)
    with transaction.atomic():
        with door.news(changes) as news:
            found, broken = match.matched(index, news, [c.cursor for c in changes])
        waiting = _waiting(pk for row, _ in found if (pk := row.pk) in behind)
        parts = _written(found, changes)
        for row, error in broken:
            park(row.pk, rights.told(error))
        door.advance_subscriber(SUBSCRIBER, changes[-1].cursor)
    late = {pk for pk in parts if pk in waiting or "throttling" in index.rows[pk].document}
    return Batch(len(changes), place, news, {pk: each for pk, each in parts.items() if pk not in late}, late)


def _waiting(ids: Iterable[str]) -> set[str]:
    """Those of these subscriptions that have notices."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select id from unnest(%s::text[]) s(id) "
            "where exists (select 1 from protocols_notice n where n.subscription_id = s.id)",
            [list(ids)],
        )
        return {row[0] for row in cursor.fetchall()}


def behind() -> set[str]:
    """Subscriptions that have notices."""
    return set(Notice.objects.order_by("subscription_id").values_list("subscription_id", flat=True).distinct())


_WRITE = """
with given as materialized (
    select pair ->> 0 as id, pair -> 1 as changes, n
    from jsonb_array_elements(%(given)s::jsonb) with ordinality each(pair, n)
), there as materialized (
    select id from protocols_subscription where id in (select id from given) order by id for key share
)
insert into protocols_notice (subscription_id, changes, created_at)
select id, changes, now() from given join there using (id) order by n returning id, subscription_id
"""


def _written(found: match.Found, changes: Sequence[Change]) -> dict[str, deque[Part]]:
    """Notices of what was found, in one statement. Who was deleted meanwhile gets none; who is there is held until the
    end of the transaction."""
    every = {place for _, places in found for place in places}
    kept = {place: orjson.Fragment(orjson.dumps(_kept(changes[place]))) for place in every}
    given = [(row.pk, part) for row, places in found for part in _parts(places, changes)]
    text = orjson.dumps([[pk, [kept[place] for place in part]] for pk, part in given]).decode()
    made: dict[str, deque[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, {"given": text})
        for number, pk in cursor.fetchall():
            made.setdefault(pk, deque()).append(number)
    parts: dict[str, deque[Part]] = {}
    for pk, part in given:
        if pk in made:
            parts.setdefault(pk, deque()).append((made[pk].popleft(), part))
    return parts


def _later(one: str, other: str) -> str:
    return max(one, other, key=match.position)


def _parts(places: Sequence[int], changes: Sequence[Change]) -> Iterable[list[int]]:
    """In their order; an entity comes once in a notification."""
    part: list[int] = []
    ids: set[str] = set()
    for place in places:
        if len(part) == MOST_TOLD or changes[place].entity_id in ids:
            yield part
            part, ids = [], set()
        part.append(place)
        ids.add(changes[place].entity_id)
    if part:
        yield part


def _kept(change: Change) -> list[Any]:
    return [
        change.cursor,
        change.entity_id,
        change.type,
        change.operation,
        list(change.attributes),
        change.at.isoformat(),
        change.actor,
    ]


def change_of(kept: Sequence[Any]) -> Change:
    return Change(kept[0], kept[1], kept[2], kept[3], tuple(kept[4]), datetime.fromisoformat(kept[5]), kept[6])


_STANDING = """
select id, version, attempts from protocols_subscription
where id = any(%(ids)s) and state = 'active' and (next_at is null or next_at <= now())
  and (expires_at is null or expires_at > now())
"""


def standing(ids: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Version and failed attempts of those who may be sent to now."""
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, {"ids": list(ids)})
        return {pk: (version, attempts) for pk, version, attempts in cursor.fetchall()}


def due(busy: Iterable[str], limit: int) -> list[Subscription]:
    """Active subscriptions with something to send now, of which nothing is on its way."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE, {"busy": list(busy), "limit": limit})
        ids = [row[0] for row in cursor.fetchall()]
    found = Subscription.objects.in_bulk(ids)
    return [found[pk] for pk in ids if pk in found]


_WAITING = """
select n.subscription_id, n.id, n.changes::text, n.data::text from unnest(%(ids)s::text[]) s(id)
cross join lateral (
    select * from protocols_notice n where n.subscription_id = s.id order by n.id limit %(most)s
) n order by n.id
"""


@dataclass(frozen=True)
class Waiting:
    """What is sent next to one subscriber; ``changes`` is empty for a timeInterval. ``told``: what is told of
    sources; ``data``: what a source told."""

    notices: tuple[int, ...]
    changes: tuple[Change, ...]
    told: tuple[Any, ...] = ()
    data: tuple[Any, ...] = ()


Listed = tuple[int, list[Any], list[Any] | None]


def waiting(rows: Sequence[Subscription]) -> dict[str, Waiting]:
    """For each subscription the oldest notices that fit into one notification; of a throttled one all, merged."""
    found: dict[str, list[Listed]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, {"ids": [row.pk for row in rows], "most": MOST_TOLD})
        for pk, number, changes, data in cursor.fetchall():
            found.setdefault(pk, []).append((number, orjson.loads(changes), orjson.loads(data) if data else None))
    return {row.pk: _next(row, found[row.pk]) for row in rows if row.pk in found}


def _next(row: Subscription, listed: list[Listed]) -> Waiting:
    number, changes, data = listed[0]
    if row.kind == "sources":
        return Waiting((number,), (), tuple(changes))
    if data is not None:
        return Waiting((number,), (), data=tuple(data))
    own = [(n, each) for n, each, _ in takewhile(lambda one: one[2] is None, listed)]
    return _merged(own) if "throttling" in row.document else _fitting(own)


def _fitting(listed: list[tuple[int, list[Any]]]) -> Waiting:
    """An entity comes once in a notification, as each of its states is told."""
    notices, changes, ids = [listed[0][0]], list(listed[0][1]), {kept[1] for kept in listed[0][1]}
    for number, more in listed[1:]:
        fresh = {kept[1] for kept in more}
        if not changes or not more or fresh & ids or len(ids) + len(fresh) > MOST_TOLD:
            break
        notices.append(number)
        changes += more
        ids |= fresh
    return Waiting(tuple(notices), tuple(change_of(kept) for kept in changes))


def _merged(listed: list[tuple[int, list[Any]]]) -> Waiting:
    """Of each entity its last change, in their order."""
    last: dict[str, list[Any]] = {}
    for _, changes in listed:
        for kept in changes:
            last.pop(kept[1], None)
            last[kept[1]] = kept
    return Waiting(tuple(number for number, _ in listed), tuple(change_of(kept) for kept in last.values()))


def intervals() -> None:
    """A notice for each timeInterval that is over; none where the last one still waits."""
    now = timezone.now()
    over = Subscription.objects.filter(state="active", interval_at__lte=now)
    for row in over:
        seconds = timedelta(seconds=row.document.get("timeInterval", 3600))
        with transaction.atomic():
            moved = Subscription.objects.filter(pk=row.pk, interval_at=row.interval_at)
            if moved.update(interval_at=now + seconds) and not row.notices.exists():
                Notice.objects.create(subscription=row)


def drop(what: Waiting) -> None:
    Notice.objects.filter(pk__in=what.notices).delete()


_TAKEN = """
update protocols_subscription s set times_sent = times_sent + (attempts = 0)::int, last_notification = %(now)s,
    last_success = %(now)s, attempts = 0, why = null,
    next_at = case when rest > 0 then %(now)s + rest * interval '1 second' end
from unnest(%(ids)s::text[], %(rests)s::double precision[]) taken(id, rest) where s.id = taken.id
"""


@transaction.atomic
def settled(done: Sequence[tuple[Subscription, Waiting, Outcome]]) -> None:
    """What became of notifications that were sent."""
    with connection.cursor() as cursor:  # in one order, so that nobody waits for one who waits for us
        cursor.execute(
            "select 1 from protocols_subscription where id = any(%s) order by id for no key update",
            [[row.pk for row, _, _ in done]],
        )
        taken = [(row, what) for row, what, outcome in done if not outcome.rule]
        rests = [float(row.document.get("throttling", 0)) for row, _ in taken]
        cursor.execute(_TAKEN, {"now": timezone.now(), "ids": [row.pk for row, _ in taken], "rests": rests})
        numbers = [number for _, what in taken for number in what.notices]
        cursor.execute("delete from protocols_notice where id = any(%s)", [numbers])
    for row, _, outcome in done:
        if outcome.rule:
            _failed(row, outcome)


def _failed(row: Subscription, outcome: Outcome) -> None:
    """5.8.6: a notification is counted once, however often it is tried."""
    now, found, counted = timezone.now(), Subscription.objects.filter(pk=row.pk), int(row.attempts == 0)
    common: dict[str, Any] = {"times_sent": F("times_sent") + counted, "last_notification": now}
    why = {
        "rule": outcome.rule,
        "message": outcome.message.model_dump(),
        "next_step": outcome.next_step.model_dump(),
        "at": now.isoformat(),
    }
    cooldown = timedelta(milliseconds=row.document["notification"]["endpoint"].get("cooldown", 0))
    rest = max(pause(row.attempts + 1), cooldown)
    failed = common | {"times_failed": F("times_failed") + counted, "last_failure": now, "attempts": F("attempts") + 1}
    found.update(**failed, why=why, next_at=now + rest)
    if row.attempts + 1 >= TRIES:
        park(row.pk, why)


def pause(attempts: int) -> timedelta:
    """After the n-th try in a row that failed: 2 s · 3ⁿ⁻¹, an hour at most."""
    return min(timedelta(seconds=2 * 3 ** min(attempts - 1, 9)), LONGEST)


def postponed(row: Subscription, error: LingquError, until: datetime) -> None:
    Subscription.objects.filter(pk=row.pk).update(why=rights.told(error), next_at=until)


def park(pk: str, why: Mapping[str, Any]) -> None:
    """Nothing more is sent until somebody says so; what happens meanwhile waits behind it, in its order."""
    Subscription.objects.filter(pk=pk, state="active").update(state="parked", why=why)


def tidy() -> None:
    """What nobody looked after for a month is given up, and says so."""
    old = Subscription.objects.filter(state="parked", last_failure__lt=timezone.now() - PARKED_FOR)
    for row in old:
        Notice.objects.filter(subscription_id=row.pk).delete()
    old.update(state="paused", version=F("version") + 1)

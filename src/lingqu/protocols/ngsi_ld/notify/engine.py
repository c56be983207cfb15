"""Notifying: one process at a time, whose thread alone speaks with the database; sending is done by other threads.

Of a subscription one notification is on its way at a time, so that each entity's changes arrive in their order. A
receiver that hangs holds one of the hands, and no host more than a quarter of them.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import structlog
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.centre.entities import door
from lingqu.centre.entities.door import Told
from lingqu.kernel.errors import LingquError, Refused
from lingqu.protocols.models import Notice, Subscription
from lingqu.protocols.ngsi_ld import subscription_form
from lingqu.protocols.ngsi_ld.notify import compose, match, post, queue, rights, selectors

log = structlog.get_logger(__name__)
HANDS = 32
RIGHTS_EVERY = 5.0  # seconds between looks at all rights where nothing says that they changed
TIDY_EVERY = 3600.0
_PAGE = 1000  # entities of a timeInterval
Known = dict[tuple[tuple[str, ...], rights.Key], list[Told | None]]


@dataclass(frozen=True)
class Sending:
    row: Subscription
    notices: Sequence[Notice]
    host: str


class Engine:
    def __init__(self, hands: int = HANDS) -> None:
        self.index = match.Index()
        self._hands = hands
        self._pool = ThreadPoolExecutor(hands, "notify")
        self._client = post.client()
        self._under_way: dict[Future[post.Outcome], Sending] = {}
        self._looked: tuple[float, tuple[int, int]] = (-RIGHTS_EVERY, (0, 0))
        self._tidied = time.monotonic()

    def round(self) -> bool:
        """Look once at everything; whether there is reason to look again at once."""
        self._collect()
        self._withdraw()
        taken = queue.take_in(self.index)
        queue.intervals()
        begun = self._begin()
        if time.monotonic() - self._tidied > TIDY_EVERY:
            self._tidied = time.monotonic()
            queue.tidy()
        return bool(taken or begun)

    def idle(self, seconds: float) -> None:
        """Until something that is on its way has arrived, or so long."""
        if self._under_way:
            wait(self._under_way, timeout=min(seconds, 0.05), return_when=FIRST_COMPLETED)
        else:
            time.sleep(seconds)

    def finish(self) -> None:
        """Wait for what is on its way, and keep what became of it."""
        wait(self._under_way)
        self._collect()

    def close(self) -> None:
        self._pool.shutdown(wait=True)
        self._client.close()

    def _collect(self) -> None:
        for done in [f for f in self._under_way if f.done()]:
            sending = self._under_way[done]
            queue.settled(sending.row, sending.notices, done.result())
            del self._under_way[done]

    def _withdraw(self) -> None:
        """Stop what lost its rights, also where nothing is to be sent."""
        now = (access.version(), access.revision())
        if now == self._looked[1] and time.monotonic() - self._looked[0] < RIGHTS_EVERY:
            return
        self._looked = (time.monotonic(), now)
        rows = list(Subscription.objects.filter(state__in=("active", "parked", "paused")))
        actors = rights.actors(rows)
        checked: dict[tuple[rights.Key, str], LingquError | None] = {}
        for row in rows:
            key = (rights.key(row), repr([row.document.get(n) for n in ("entities", "q", "geoQ")]))
            if key not in checked:
                checked[key] = rights.refusal(row, actors[key[0]])
            if (error := checked[key]) is not None:
                rights.withdraw(row, error, actors[key[0]])

    def _begin(self) -> int:
        """Send what is due, as far as there are hands; gives how much was begun or found to be nothing."""
        free = self._hands - len(self._under_way)
        if free <= 0:
            return 0
        busy = [sending.row.pk for sending in self._under_way.values()]
        rows = queue.due(busy, free * 4)
        actors = rights.actors(rows)
        hosts = Counter(sending.host for sending in self._under_way.values())
        known: Known = {}
        begun = 0
        for row in rows:
            host = urlsplit(row.document["notification"]["endpoint"]["uri"]).netloc
            if begun >= free:
                break
            if hosts[host] < max(self._hands // 4, 1):
                hosts[host] += 1
                begun += self._one(row, actors[rights.key(row)], host, known)
        return begun

    def _one(self, row: Subscription, actor: Actor | None, host: str, known: Known) -> bool:
        error = rights.refusal(row, actor)
        if actor is None or error is not None:
            rights.withdraw(row, error or rights.closed(row), actor)
            return False
        notices = queue.waiting(row)
        try:
            message = _message(row, actor, notices, known)
        except Refused as refused:
            self._refused(row, actor, refused)
            return False
        except LingquError as broken:
            queue.park(row.pk, rights.told(broken))
            return False
        if message is None:
            queue.drop(notices)
            return True
        self._under_way[self._pool.submit(post.send, self._client, message)] = Sending(row, notices, host)
        return True

    def _refused(self, row: Subscription, actor: Actor, error: Refused) -> None:
        if error.rule == "access.quota":
            queue.postponed(row, error, timezone.now() + timedelta(hours=1))
        else:
            rights.withdraw(row, error, actor)


def _message(row: Subscription, actor: Actor, notices: Sequence[Notice], known: Known) -> compose.Message | None:
    """None where nothing is left that may be told."""
    how = compose.manner(row)
    if any(notice.changes for notice in notices):
        told = _told(row, actor, notices, known)
        data = [compose.one(each, how) for each in told if each is not None]
    else:
        data = [compose.standing(entity, how) for entity in _all(row, actor)]
    return compose.message(row, how, notices[0].pk, data) if data else None


def _told(row: Subscription, actor: Actor, notices: Sequence[Notice], known: Known) -> list[Told | None]:
    """Read once for all who are told of the same, but each look at persons by itself, as the ledger counts it."""
    changes = queue.merged(notices)
    key = (tuple(change.cursor for change in changes), rights.key(row))
    if key in known:
        return known[key]
    with door.news(changes) as news:
        told = news.told(actor)
    if not any(access.is_personal(change.type) for change in changes):
        known[key] = told
    return told


def _all(row: Subscription, actor: Actor) -> list[door.Entity]:
    """What stands now of all that is subscribed to, at most a thousand."""
    found: dict[str, door.Entity] = {}
    chosen: list[dict[str, Any]] = row.document.get("entities") or [{}]
    for selector in chosen:
        ids = selector.get("id", [])
        types = tuple(selectors.named(selector["type"])) if selector.get("type", "*") != "*" else ()
        asked = subscription_form.query(row.document, types)
        query = door.Query(
            types=types,
            ids=tuple([ids] if isinstance(ids, str) else ids),
            id_pattern=selector.get("idPattern", ""),
            has=tuple(row.document.get("watchedAttributes", ())),
            q=asked.q,
            geo=asked.geo,
            limit=_PAGE,
        )
        for entity in door.find(actor, query).entities:
            if selectors.selected([selector], frozenset({entity.type, *entity.types}), entity.id):
                found[entity.id] = entity
    return list(found.values())[:_PAGE]


def run(living: Callable[[], bool], engine: Engine, pause: float = 0.25) -> None:
    """Until ``living`` says no. A fault in one round does not end it; one of the database is for the caller."""
    while living():
        if not engine.round():
            engine.idle(pause)

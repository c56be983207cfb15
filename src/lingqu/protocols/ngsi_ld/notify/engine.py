"""Notifying: one process at a time, whose thread alone speaks with the database; sending is done by other threads.

Of a subscription one notification is on its way at a time, so that each entity's changes arrive in their order. A
receiver that hangs holds one of the hands, and no host more than half of them.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
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
from lingqu.kernel.errors import LingquError, Refused
from lingqu.protocols.models import Subscription
from lingqu.protocols.ngsi_ld import subscription_form
from lingqu.protocols.ngsi_ld.notify import compose, match, post, queue, rights, selectors
from lingqu.protocols.ngsi_ld.sources import told

log = structlog.get_logger(__name__)
HANDS = 64
RIGHTS_EVERY = 30.0  # seconds between looks at all rights where nothing says that they changed
TIDY_EVERY = 3600.0
_PAGE = 1000  # entities of a timeInterval


@dataclass(frozen=True)
class Sending:
    row: Subscription
    what: queue.Waiting
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
        taken = _at_one_moment(lambda: queue.take_in(self.index))
        queue.intervals()
        begun = _at_one_moment(self._begin)
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
        done = {f: sending for f, sending in self._under_way.items() if f.done()}
        if done:
            queue.settled([(sending.row, sending.what, f.result()) for f, sending in done.items()])
        for each in done:
            del self._under_way[each]

    def _withdraw(self) -> None:
        """Stop what lost its rights, also where nothing is to be sent."""
        now = (access.version(), access.revision())
        if now == self._looked[1] and time.monotonic() - self._looked[0] < RIGHTS_EVERY:
            return
        self._looked = (time.monotonic(), now)
        _at_one_moment(self._look_at_rights)

    def _look_at_rights(self) -> None:
        rows = list(Subscription.objects.filter(state__in=("active", "parked", "paused")))
        actors = rights.actors(rows)
        checked: dict[rights.Sign, LingquError | None] = {}
        for row in rows:
            actor = actors[rights.key(row)]
            if (error := rights.refusal_once(row, actor, checked)) is not None:
                rights.withdraw(row, error, actor)

    def _begin(self) -> int:
        """Send what is due, as far as there are hands; gives how much was begun or found to be nothing. What is sent is
        read in one transaction, and the ledger has its rows before anything leaves."""
        chosen = self._chosen()
        if not chosen:
            return 0
        actors = rights.actors(sending.row for sending in chosen)
        unique = {c.cursor: c for sending in chosen for c in sending.what.changes}
        changes = [unique[cursor] for cursor in sorted(unique, key=match.position)]
        places = {change.cursor: place for place, change in enumerate(changes)}
        checked: dict[rights.Sign, LingquError | None] = {}
        ready: list[tuple[Sending, compose.Message]] = []
        with door.news(changes) as news:
            for sending in chosen:
                actor = actors[rights.key(sending.row)]
                at = [places[change.cursor] for change in sending.what.changes]
                if (message := _message(sending, actor, checked, news, at)) is not None:
                    ready.append((sending, message))
        for sending, message in ready:
            self._under_way[self._pool.submit(post.send, self._client, message)] = sending
        return len(chosen)

    def _chosen(self) -> list[Sending]:
        free = self._hands - len(self._under_way)
        if free <= 0:
            return []
        hosts = Counter(sending.host for sending in self._under_way.values())
        chosen: list[tuple[Subscription, str]] = []
        for row in queue.due([sending.row.pk for sending in self._under_way.values()], free * 8):
            host = urlsplit(row.document["notification"]["endpoint"]["uri"]).netloc
            if len(chosen) < free and hosts[host] < max(self._hands // 2, 1):
                hosts[host] += 1
                chosen.append((row, host))
        waiting = queue.waiting([row for row, _ in chosen]) if chosen else {}
        return [Sending(row, waiting[row.pk], host) for row, host in chosen if row.pk in waiting]


@access.steady
def _at_one_moment(work: Callable[[], Any]) -> Any:
    """Rights and drawing are asked for once, for the moments that one step takes."""
    with access.held():
        return work()


def _message(
    sending: Sending,
    actor: Actor | None,
    checked: dict[rights.Sign, LingquError | None],
    news: door.News,
    places: list[int],
) -> compose.Message | None:
    """None where nothing is left that may be told."""
    row = sending.row
    error = rights.refusal_once(row, actor, checked)
    if actor is None or error is not None:
        rights.withdraw(row, error or rights.closed(row), actor)
        return None
    try:
        if row.kind == "sources":
            return _of_sources(sending, actor)
        how = compose.manner(row)
        if places:
            seen = [each for each in news.told(actor, places) if each is not None]
            data = [part for each in seen for part in compose.one(each, how, actor)]
        else:
            data = compose.standing(_all(row, actor), how, actor)
    except Refused as refused:
        _refused(row, actor, refused)
        return None
    except LingquError as broken:
        queue.park(row.pk, rights.told(broken))
        return None
    if not data:
        queue.drop(sending.what)
        return None
    return compose.message(row, how, sending.what.notices[0], data)


def _of_sources(sending: Sending, actor: Actor) -> compose.Message | None:
    """CIM 009 5.3.2."""
    reason, data = told.data(sending.row, sending.what.told, actor)
    if not data:
        queue.drop(sending.what)
        return None
    how, number = compose.manner(sending.row), sending.what.notices[0]
    return compose.message(sending.row, how, number, data, told.KIND, triggerReason=reason)


def _refused(row: Subscription, actor: Actor, error: Refused) -> None:
    if error.rule == "access.quota":
        queue.postponed(row, error, timezone.now() + timedelta(hours=1))
    else:
        rights.withdraw(row, error, actor)


def _all(row: Subscription, actor: Actor) -> list[door.Entity]:
    """What stands now of all that is subscribed to, at most a thousand."""
    found: dict[str, door.Entity] = {}
    chosen: list[dict[str, Any]] = row.document.get("entities") or [{}]
    for selector in chosen:
        ids = selector.get("id", [])
        types = tuple(selectors.named(selector["type"])) if selector.get("type", "*") != "*" else ()
        asked = subscription_form.query(row.document, types, actor, row.context)
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

"""Notifying: one process at a time, whose thread alone speaks with the database; sending is done by other threads.

A batch of the change log is taken in, written down as notices, and told from memory, in which its states are anyway.
Who has older notices (``behind``: after a start, a failure, while throttled) is told from the database, in its turn.
Of a subscription one notification is on its way at a time, so that each entity's changes arrive in their order. A
receiver that hangs holds one of the hands, and no host more than half of them.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
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
from lingqu.protocols.ngsi_ld.notify import compose, lanes, match, post, queue, rights, selectors
from lingqu.protocols.ngsi_ld.sources import told

log = structlog.get_logger(__name__)
HANDS = 64
MOST_AT_ONCE = 512  # notifications made in one transaction, and of one host not yet answered
LEAST_AT_ONCE = 64
PATIENCE = 0.3  # seconds that a batch waits for those who have not answered yet
GLANCE = 0.04  # seconds between looks into the log where nothing is to be done
RIGHTS_EVERY = 30.0  # seconds between looks at all rights where nothing says that they changed
TIDY_EVERY = 3600.0
_PAGE = 1000  # entities of a timeInterval


@dataclass(frozen=True)
class Sending:
    row: Subscription
    what: queue.Waiting
    host: str
    late: bool = False  # it comes from the database


class Engine:
    def __init__(self, hands: int = HANDS) -> None:
        self.index = match.Index()
        self._hands = hands
        self._lanes = lanes.Lanes(hands)
        self._client = post.client()
        self._under_way: dict[str, Sending] = {}
        self._batch = queue.Batch(0)
        self._behind = queue.behind()
        self._at_once = LEAST_AT_ONCE
        self._stalled = 0.0
        self._crowded = False
        self._looked: tuple[float, tuple[int, int]] = (-RIGHTS_EVERY, (0, 0))
        self._tidied = time.monotonic()

    def round(self) -> bool:
        """Look once at everything; whether there is reason to look again at once."""
        self._collect()
        self._withdraw()
        taken = self._take_in()
        queue.intervals()
        begun = _at_one_moment(self._begin_fresh)
        if not begun or self._behind:
            begun += _at_one_moment(self._begin)
        if time.monotonic() - self._tidied > TIDY_EVERY:
            self._tidied = time.monotonic()
            queue.tidy()
        return bool(taken or begun)

    def idle(self, seconds: float) -> None:
        """Until something that is on its way has arrived, something new stands in the log, or so long."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if self._lanes.wait(min(left, GLANCE)) or (not self._under_way and door.changes(self._batch.place, 1)):
                return

    def finish(self) -> None:
        """Wait for what is on its way, and keep what became of it."""
        while self._under_way:
            self._lanes.wait(1.0)
            self._collect()

    def close(self) -> None:
        self._lanes.close()
        self._client.close()

    def _take_in(self) -> int:
        """The next batch, when all of the last one is on its way and few wait in the database. Who holds it up is told
        from there."""
        if self._crowded:
            return 0
        if self._batch.parts:
            self._stalled = self._stalled or time.monotonic()
            if time.monotonic() - self._stalled < PATIENCE:
                return 0
            self._behind |= self._batch.parts.keys()
        self._stalled = 0.0
        self._batch = batch = _at_one_moment(lambda: queue.take_in(self.index, self._behind))
        self._behind = (self._behind - batch.parts.keys()) | batch.behind
        return batch.read

    def _collect(self) -> None:
        done = [(self._under_way.pop(pk), outcome) for pk, outcome in self._lanes.done()]
        settled = [(sending.row, sending.what, outcome) for sending, outcome in done if outcome is not None]
        if settled:
            queue.settled(settled)
        if len(settled) < len(done):  # made too early
            self._at_once = max(self._at_once // 2, LEAST_AT_ONCE)
        else:
            self._at_once = min(self._at_once + len(done), MOST_AT_ONCE)
        self._behind |= {sending.row.pk for sending, outcome in done if outcome is None or outcome.rule}

    def _withdraw(self) -> None:
        """Stop what lost its rights, also where nothing is to be sent."""
        now = (access.version(), access.revision())
        if now == self._looked[1] and time.monotonic() - self._looked[0] < RIGHTS_EVERY:
            return
        self._looked = (time.monotonic(), now)
        self._lanes.recall()
        _at_one_moment(self._look_at_rights)

    def _look_at_rights(self) -> None:
        rows = list(Subscription.objects.filter(state__in=("active", "parked", "paused")))
        actors = rights.actors(rows)
        checked: dict[rights.Sign, LingquError | None] = {}
        for row in rows:
            actor = actors[rights.key(row)]
            if (error := rights.refusal_once(row, actor, checked)) is not None:
                rights.withdraw(row, error, actor)

    def _begin_fresh(self) -> int:
        """Send of the batch what can be sent now; gives how much was begun or found to be nothing. Its rights are asked
        for in one transaction, and the ledger has its rows before anything leaves."""
        chosen = self._fresh()
        if not chosen:
            return 0
        self._stalled = 0.0
        assert self._batch.news is not None
        places = {place for _, at in chosen for place in at}
        with self._batch.news.again(places) as news:
            ready = _messages(chosen, news)
        self._send(ready)
        return len(chosen)

    def _fresh(self) -> list[tuple[Sending, list[int]]]:
        parts = self._batch.parts
        hosts = Counter(sending.host for sending in self._under_way.values())
        chosen: list[tuple[Subscription, str]] = []
        for pk in parts.keys() - self._under_way.keys():
            if (row := self.index.rows.get(pk)) is None:
                continue
            if hosts[host := _host(row)] < self._at_once and len(chosen) < self._at_once:
                hosts[host] += 1
                chosen.append((row, host))
        if not chosen:
            return []
        standing = queue.standing([row.pk for row, _ in chosen])
        found = []
        for row, host in chosen:
            version, row.attempts = standing.get(row.pk, (-1, row.attempts))
            if version != row.version:  # changed, parked, over: what is left of it is looked up
                self._behind.add(row.pk)
                del parts[row.pk]
                continue
            number, at = parts[row.pk].popleft()
            if not parts[row.pk]:
                del parts[row.pk]
            found.append((Sending(row, queue.Waiting((number,), ()), host), at))
        return found

    def _begin(self) -> int:
        """Send what is due from the database, as far as there are hands."""
        chosen = self._chosen()
        if not chosen:
            return 0
        unique = {c.cursor: c for sending in chosen for c in sending.what.changes}
        changes = [unique[cursor] for cursor in sorted(unique, key=match.position)]
        places = {change.cursor: place for place, change in enumerate(changes)}
        with door.news(changes) as news:
            ready = _messages([(each, [places[c.cursor] for c in each.what.changes]) for each in chosen], news)
        self._send(ready)
        return len(chosen)

    def _send(self, ready: list[tuple[Sending, compose.Message]]) -> None:
        for sending, message in ready:
            self._under_way[sending.row.pk] = sending
            self._lanes.put(sending.row.pk, sending.host, partial(post.send, self._client, message))

    def _chosen(self) -> list[Sending]:
        """Of one host at most half of what there is room for."""
        late = [sending for sending in self._under_way.values() if sending.late]
        room, each = self._at_once - len(late), self._at_once // 2
        if room <= 0:
            return []
        hosts = Counter(sending.host for sending in late)
        chosen: list[tuple[Subscription, str]] = []
        for row in queue.due([*self._under_way, *self._batch.parts], room * 2):
            host = _host(row)
            if len(chosen) < room and hosts[host] < each:
                hosts[host] += 1
                chosen.append((row, host))
        self._crowded = len(chosen) >= each
        waiting = queue.waiting([row for row, _ in chosen]) if chosen else {}
        return [Sending(row, waiting[row.pk], host, late=True) for row, host in chosen if row.pk in waiting]


def _host(row: Subscription) -> str:
    return urlsplit(row.document["notification"]["endpoint"]["uri"]).netloc


def _messages(chosen: list[tuple[Sending, list[int]]], news: door.News) -> list[tuple[Sending, compose.Message]]:
    actors = rights.actors(sending.row for sending, _ in chosen)
    checked: dict[rights.Sign, LingquError | None] = {}
    made: dict[compose.Sign, list[Any]] = {}
    ready = []
    for sending, places in chosen:
        actor = actors[rights.key(sending.row)]
        if (message := _message(sending, actor, checked, news, places, made)) is not None:
            ready.append((sending, message))
    return ready


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
    made: dict[compose.Sign, list[Any]],
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
        if sending.what.data:
            return compose.message(row, how, sending.what.notices[0], sending.what.data)
        if places:
            seen = [each for each in news.told(actor, places) if each is not None]
            data = [part for each in seen for part in compose.one_of_many(each, how, actor, made)]
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


def run(
    living: Callable[[], bool], engine: Engine, others: Callable[[], bool] = lambda: False, pause: float = 0.25
) -> None:
    """Until ``living`` says no. A fault in one round does not end it; one of the database is for the caller.
    ``others``: what is looked at beside it, and whether there is reason to look again at once."""
    while living():
        begun = engine.round()
        if not others() and not begun:
            engine.idle(pause)

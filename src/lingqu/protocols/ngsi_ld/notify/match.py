"""Which subscriptions a batch of changes concerns.

Subscriptions that look at the same things form a group, which is held to each change once, in memory, found by type;
what is left is sifted in SQL: for each actor one statement a hundred filters, over all the states of the batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
import structlog

from lingqu.centre.access.door import Actor
from lingqu.centre.entities.door import News, Query, Touched
from lingqu.kernel.errors import LingquError, Refused
from lingqu.protocols.models import Subscription
from lingqu.protocols.ngsi_ld import subscription_form
from lingqu.protocols.ngsi_ld.notify import rights, scopes, selectors

log = structlog.get_logger(__name__)
_KEPT = ("id", "version", "state")


def position(cursor: str) -> tuple[int, int]:
    """A place in the change log as it is ordered."""
    xid, _, seq = (cursor or "0.0").partition(".")
    return int(xid), int(seq)


@dataclass
class Group:
    """Subscriptions with the same selectors, triggers, watched attributes and scopes."""

    document: Mapping[str, Any]
    members: list[Subscription] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.triggers = frozenset(self.document.get("notificationTrigger", subscription_form.DEFAULT_TRIGGERS))
        self.watched = frozenset(self.document.get("watchedAttributes", ()))
        self.scope = scopes.compiled(self.document["scopeQ"]) if "scopeQ" in self.document else None

    def types(self) -> list[str]:
        """Under which types it stands in the index; empty where every change has to be looked at."""
        found: list[str] = []
        for selector in self.document.get("entities", ()):
            if "type" not in selector or selector["type"] == "*":
                return []
            found += selectors.named(selector["type"])
        return found

    def concerns(self, touched: Touched) -> bool:
        if not self._triggered(touched):
            return False
        if self.scope is not None and not self.scope(touched.scopes):
            return False
        return selectors.selected(self.document.get("entities", ()), frozenset(touched.types), touched.change.entity_id)

    def _triggered(self, touched: Touched) -> bool:
        operation = touched.change.operation
        if f"entity{operation.capitalize()}" in self.triggers:
            return True
        if operation == "changed" and "entityUpdated" in self.triggers:
            names = touched.created | touched.updated | touched.deleted
            return not self.watched or bool(names & self.watched)
        parts = {
            "attributeCreated": touched.created,
            "attributeUpdated": touched.updated,
            "attributeDeleted": touched.deleted,
        }
        return any(self._watches(names) for trigger, names in parts.items() if trigger in self.triggers)

    def _watches(self, names: frozenset[str]) -> bool:
        return bool(names & self.watched) if self.watched else bool(names)


class Index:
    """The subscriptions that are served, kept in memory; ``refresh`` takes in what changed."""

    def __init__(self) -> None:
        self.rows: dict[str, Subscription] = {}
        self._known: dict[str, tuple[Any, ...]] = {}
        self._groups: dict[bytes, Group] = {}
        self._by_type: dict[str, list[Group]] = {}
        self._of_any: list[Group] = []

    def refresh(self) -> None:
        """Read after the changes were: who subscribed before a change was committed is found."""
        served = Subscription.objects.filter(kind="entities", state__in=("active", "parked"))
        now = {row[0]: row for row in served.values_list(*_KEPT)}
        if now == self._known:
            return
        fresh = [pk for pk, row in now.items() if self._known.get(pk) != row]
        self.rows = {pk: row for pk, row in self.rows.items() if pk in now}
        self.rows |= {row.pk: row for row in served.filter(pk__in=fresh)}
        self._known = {pk: row for pk, row in now.items() if pk in self.rows}
        self._build()

    def _build(self) -> None:
        self._groups, self._by_type, self._of_any = {}, {}, []
        for row in self.rows.values():
            if "timeInterval" not in row.document:
                sign = _signature(row.document)
                self._groups.setdefault(sign, Group(row.document)).members.append(row)
        for group in self._groups.values():
            for name in group.types():
                self._by_type.setdefault(name, []).append(group)
            if not group.types():
                self._of_any.append(group)

    def first(self) -> str:
        """The earliest place from which on one of them is told of changes."""
        return min((row.begins for row in self.rows.values()), key=position, default="")

    def concerned(self, touched: Sequence[Touched]) -> list[tuple[Group, list[int]]]:
        """Groups, each with the places of the changes that concern it."""
        found: dict[int, tuple[Group, list[int]]] = {}
        for place, each in enumerate(touched):
            candidates = {id(g): g for t in each.types for g in self._by_type.get(t, ())}
            candidates |= {id(g): g for g in self._of_any}
            for number, group in candidates.items():
                if group.concerns(each):
                    found.setdefault(number, (group, []))[1].append(place)
        return list(found.values())


def _signature(document: Mapping[str, Any]) -> bytes:
    names = ("entities", "notificationTrigger", "watchedAttributes", "scopeQ")
    return orjson.dumps([document.get(name) for name in names])


Found = list[tuple[Subscription, list[int]]]


def matched(index: Index, news: News, cursors: Sequence[str]) -> tuple[Found, list[tuple[Subscription, LingquError]]]:
    """(subscription, places of the changes that it is told of), and the subscriptions that cannot be served and why."""
    wanted = [(row, places) for group, places in index.concerned(news.touched()) for row in group.members]
    actors = rights.actors(row for row, _ in wanted)
    by_actor: dict[rights.Key, Found] = {}
    broken: list[tuple[Subscription, LingquError]] = []
    for row, places in wanted:
        by_actor.setdefault(rights.key(row), []).append((row, places))
    found: Found = []
    for key, rows in by_actor.items():
        actor = actors[key]
        if actor is None:
            continue  # withdrawn by whoever looks after rights
        sifted, failed = _sifted(news, actor, rows)
        broken += failed
        for row, places in rows:
            begins, left = position(row.begins), sifted.get(row.pk, frozenset())
            told = [p for p in places if p in left and position(cursors[p]) > begins]
            if told:
                found.append((row, told))
    return found, broken


def _sifted(
    news: News, actor: Actor, rows: Found
) -> tuple[dict[str, frozenset[int]], list[tuple[Subscription, LingquError]]]:
    queries: dict[bytes, Query] = {}
    among: dict[bytes, set[int]] = {}
    asked: dict[str, bytes] = {}
    try:
        for row, places in rows:
            made = _query(row, actor)
            sign = orjson.dumps([made.q, row.document.get("geoQ"), made.types])
            queries[sign] = made
            among.setdefault(sign, set()).update(places)
            asked[row.pk] = sign
        found = dict(zip(queries, news.sift(actor, list(queries.values()), list(among.values())), strict=True))
    except LingquError:
        return _one_by_one(news, actor, [row for row, _ in rows])
    return {pk: found[sign] for pk, sign in asked.items()}, []


def _one_by_one(
    news: News, actor: Actor, rows: Iterable[Subscription]
) -> tuple[dict[str, frozenset[int]], list[tuple[Subscription, LingquError]]]:
    """Where a filter of one cannot be answered, the others are."""
    found, broken = {}, []
    for row in rows:
        try:
            [found[row.pk]] = news.sift(actor, [_query(row, actor)])
        except Refused:
            continue  # withdrawn by whoever looks after rights
        except LingquError as error:
            log.warning("notify.filter", subscription=row.pk, rule=error.rule)
            broken.append((row, error))
    return found, broken


def _query(row: Subscription, actor: Actor) -> Query:
    """Types matter to it only where something is filtered by, which they may mask."""
    document = row.document
    filtered = "q" in document or "geoQ" in document
    named = [t for s in document.get("entities", ()) if "type" in s for t in selectors.named(s["type"])]
    types = tuple(dict.fromkeys(named)) if filtered else ()
    return subscription_form.query(document, types, actor, row.context)

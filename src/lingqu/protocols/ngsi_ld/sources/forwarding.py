"""Copies of subscriptions at sources (CIM 009 5.8.1.4, 5.8.2.4, 5.8.5.4): what changes there is told here.

Which copies there should be follows from the subscriptions and the sources that stand; what differs is brought about,
tried again, and never waited for by whoever subscribes. A copy ends within a day unless it is renewed, so that nobody
is told of what nobody wants any more, whatever becomes of us.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db.models import Count, Max, Q, Sum
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.centre.entities import door
from lingqu.protocols.models import Forward, Subscription
from lingqu.protocols.ngsi_ld import compact, http, subscription_said
from lingqu.protocols.ngsi_ld.notify import queue, rights, selectors
from lingqu.protocols.ngsi_ld.sources import ask, known, wire
from lingqu.protocols.ngsi_ld.sources.known import Known
from lingqu.protocols.ngsi_ld.sources.targets import Target

LIFE = timedelta(days=1)
MOST_AT_ONCE = 32
TRIES_TO_END = 8
_PUSHED = ("scopeQ", "geoQ")
"""Filters that a source can hold to by itself, as long as it has the whole entity."""


@dataclass
class _Seen:
    sign: Any = None
    sources: tuple[str, ...] = ()


_seen: dict[str, _Seen] = {}


def look() -> int:
    """Bring copies in line with subscriptions and sources; gives how many sources were asked for something."""
    able = {source.id: source for source in known.able(known.living(), "createSubscription")}
    if not able and not Forward.objects.exists():
        return 0
    asked = Subscription.objects.filter(kind="entities", state="active")
    counted = asked.aggregate(n=Count("pk"), v=Sum("version"), at=Max("created_at"))
    sign = (*counted.values(), access.revision(), *sorted((s.id, str(s.document)) for s in able.values()))
    seen = _seen.setdefault(access.tenancy.current(), _Seen())
    if sign != seen.sign:
        _compare(list(asked), able)
        seen.sign = sign
    return _act(able)


def matching(row: Subscription, source: Known) -> Target | None:
    """What a source speaks for of what is subscribed to."""
    watched = frozenset(row.document.get("watchedAttributes", ()))
    kept = []
    for information in source.informations:
        if watched and information.attributes and not watched & information.attributes:
            continue
        for each in row.document.get("entities") or [{}]:
            named = selectors.named(each["type"]) if each.get("type", "*") != "*" else ()
            ids = each.get("id", ())
            ids = [ids] if isinstance(ids, str) else ids
            if information.matching([frozenset({n}) for n in named], ids, each.get("idPattern", "")) is not None:
                kept.append(information)
                break
    return Target(source, tuple(kept)) if kept else None


def _compare(rows: Sequence[Subscription], able: Mapping[str, Known]) -> None:
    now, actors = timezone.now(), rights.actors(rows)
    wanted = {
        (row.pk, source.id): row.version
        for row in rows
        if not row.document.get("localOnly") and (row.expires_at is None or row.expires_at > now)
        for source in able.values()
        if _wanted(row, source, actors[rights.key(row)])
    }
    there = set()
    for copy in Forward.objects.exclude(state="ending"):
        pair = (copy.subscription, copy.source)
        if wanted.get(pair) == copy.version:
            there.add(pair)
        else:
            Forward.objects.filter(pk=copy.pk).update(state="ending", attempts=0, next_at=now)
    Forward.objects.bulk_create(
        Forward(
            id=f"urn:ngsi-ld:Subscription:{uuid4()}", subscription=pair[0], source=pair[1], version=version, next_at=now
        )
        for pair, version in wanted.items()
        if pair not in there
    )


def _wanted(row: Subscription, source: Known, actor: Actor | None) -> bool:
    if actor is None or (source.alias and source.alias in ask.named(row.via)):
        return False
    target = matching(row, source)
    if target is None:
        return False
    types = {t for i in target.informations for s in i.entities for t in s.types} or {"*"}
    return any(access.may(actor, "read", kind, owner=source.department) for kind in types)


@dataclass(frozen=True)
class _Task:
    copy: Forward
    call: ask.Call
    via: str = ""
    until: datetime = field(default_factory=lambda: timezone.now() + LIFE)


def _act(able: Mapping[str, Known]) -> int:
    due = Forward.objects.filter(Q(next_at__lte=timezone.now())).order_by("next_at", "id")[:MOST_AT_ONCE]
    rows = Subscription.objects.in_bulk([copy.subscription for copy in due])
    tasks = [task for copy in due if (task := _task(copy, able.get(copy.source), rows.get(copy.subscription)))]
    for task, reply in zip(tasks, ask.unasked([t.call for t in tasks], [t.via for t in tasks]), strict=True):
        _settle(task, reply)
    return len(tasks)


def _task(copy: Forward, source: Known | None, row: Subscription | None) -> _Task | None:
    """None where there is nobody to be asked any more; what stands there ends by itself."""
    if source is None or (row is None and copy.state != "ending"):
        Forward.objects.filter(pk=copy.pk).delete()
        return None
    path = f"subscriptions/{http.quoted(copy.pk)}"
    if copy.state == "ending":
        return _Task(copy, ask.Call(source, wire.of(source, None), "DELETE", path))
    assert row is not None
    until = min(filter(None, (timezone.now() + LIFE, row.expires_at)))
    used = wire.of(source, row.context)
    if copy.state == "placed":
        body: Any = {"expiresAt": compact.moment(until)}
        return _Task(copy, ask.Call(source, used, "PATCH", path, body=body), row.via, until)
    body = document(row, copy.pk, used, until)
    return _Task(copy, ask.Call(source, used, "POST", "subscriptions", body=body), row.via, until)


def document(row: Subscription, pk: str, used: wire.Wire, until: datetime) -> dict[str, Any]:
    """The reduced copy: whole entities, normalized, to us. What is of several systems is filtered here."""
    said = subscription_said.document(row, used.terms)
    split = bool(row.document.get("splitEntities"))
    kept = ("entities", "watchedAttributes", "notificationTrigger", *(() if split else _PUSHED))
    stored = "" if split else row.document.get("q", {}).get("stored", "")
    q = said["q"] if stored and used.same else door.renamed_q(stored, used.terms.said) if stored else ""
    place = f"/{tenant}" if (tenant := access.tenancy.current()) else ""
    address = f"{settings.LINGQU_ADDRESS.rstrip('/')}/ngsi-ld/ex/remote-notify{place}"
    return {
        "id": pk,
        "type": "Subscription",
        **{name: said[name] for name in kept if name in said},
        **({"q": q} if q else {}),
        **({"splitEntities": True} if split else {}),
        "notification": {"format": "normalized", "endpoint": {"uri": address, "accept": http.JSON}},
        "expiresAt": compact.moment(until),
    }


def _settle(task: _Task, reply: ask.Reply) -> None:
    copy, now = task.copy, timezone.now()
    stands = Forward.objects.filter(pk=copy.pk, state=copy.state)
    if copy.state == "ending":
        if not reply.fault or reply.status == 404 or copy.attempts + 1 >= TRIES_TO_END:
            stands.delete()
            return
    elif not reply.fault or (copy.state == "wanted" and reply.status == 409):
        stands.update(state="placed", attempts=0, why=None, next_at=now + (task.until - now) / 2)
        return
    elif copy.state == "placed" and reply.status == 404:
        stands.update(state="wanted", next_at=now)
        return
    elif reply.status == 508:
        stands.update(state="refused", why=ask.why(reply), next_at=None)
        return
    rest = queue.pause(copy.attempts + 1)
    stands.update(attempts=copy.attempts + 1, why=ask.why(reply), next_at=now + rest)

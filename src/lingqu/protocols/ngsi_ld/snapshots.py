"""Snapshots (CIM 009 5.16, 5.2.41, 6.36 to 6.38): what queries found, kept as it was.

A snapshot is its maker's alone. It is filled at once where this store alone is asked; where other systems hold a part
of what is asked for, somebody is at work on it for as long as these need, and its state says so. Whoever was ended in
the middle of that is followed by whoever asks for it next.
"""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import orjson
import structlog
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.centre.entities import door
from lingqu.centre.entities.door import Draft, Evolved, Foreign, Query
from lingqu.kernel.errors import Conflict, LingquError
from lingqu.kernel.text import Text
from lingqu.protocols.models import Snapshot
from lingqu.protocols.ngsi_ld import (
    checking,
    compact,
    entity_maps,
    http,
    linkedq,
    params,
    postquery,
    subscription_form,
    temporal_params,
)
from lingqu.protocols.ngsi_ld.snapshot_header import one
from lingqu.protocols.ngsi_ld.sources import known, reading, through_time
from lingqu.protocols.ngsi_ld.terms import terms

LIFE, LONGEST = timedelta(hours=1), timedelta(days=1)
MOST, MOST_OF_ONE, MOST_QUERIES = 10_000, 20, 20
"""Entities of a snapshot, snapshots of an account, queries of a snapshot."""
AT_WORK = timedelta(minutes=2)
"""For how long somebody is taken to be at work on a snapshot."""
_PAGE = 1000
_LATER = ("endpoint", "receiverInfo")
_CHANGED = frozenset({"snapshotPriority", "snapshotLifetime", "expiresAt"})
_QUERIES = ("snapshotQueries", "snapshotTemporalQueries")
_MEMBERS = frozenset({"id", "type", *_QUERIES, "@context"}) | _CHANGED
_CLONED = frozenset({"id", "type", "@context"}) | _CHANGED
_hands = threading.BoundedSemaphore(4)
log = structlog.get_logger("lingqu.snapshots")


@http.endpoint
def collection(request: HttpRequest) -> HttpResponse:
    """POST makes a snapshot (5.16.1); DELETE takes away those that ``q`` finds (5.16.7)."""
    if request.method == "POST":
        return _create(request)
    if request.method == "DELETE":
        return _purge(request)
    return HttpResponseNotAllowed(["POST", "DELETE"])


def _create(request: HttpRequest) -> HttpResponse:
    actor = http.writer(request)
    http.only(request)
    document, context = http.body(request)
    _checked(document, _MEMBERS)
    queries = {name: document[name] for name in _QUERIES if name in document}
    for name, each in queries.items():
        if not isinstance(each, list) or not 0 < len(each) <= MOST_QUERIES:
            raise http.bad_data(f"{name} must be a list of 1 to {MOST_QUERIES} queries")
    if not queries:
        raise http.bad_data("snapshotQueries or snapshotTemporalQueries must say what is kept")
    if b"\\u0000" in orjson.dumps(document):
        raise http.bad_data("a snapshot holds no NUL characters")
    _all(queries, context)
    row = _made(actor, document, context)
    row.document = queries
    with transaction.atomic():
        _save(actor, row)
        _begin(request, actor, row)
    return _created(row)


def _checked(document: Any, members: frozenset[str]) -> None:
    if not isinstance(document, Mapping) or document.get("type", "Snapshot") != "Snapshot":
        raise http.bad_data("the body must be a Snapshot")
    for name in document:
        if name in _LATER:
            raise http.Problem(
                "OperationNotSupported", 422, f"尚不支持 {name}", f"{name} of a snapshot is not supported here"
            )
        if name not in members:
            raise http.bad_data(f"{str(name)[:80]!r} is no member of a snapshot that can be given here")


@dataclass(frozen=True)
class _Asked:
    given: dict[str, str]
    query: Query
    shape: compact.Shape
    context: Any


def _read(document: Any, context: Any) -> _Asked:
    """One query of a snapshot. Raises Problem."""
    if isinstance(document, Mapping) and "temporalQ" in document:
        raise http.bad_data("a query of snapshotQueries asks for no time; temporalQ has no place in it")
    used = terms(context)
    given, selectors = postquery.parameters(document, used)
    query = params.query(given, used, selectors=selectors)
    return _Asked(given, replace(query, limit=_PAGE), params.shape(given, used, http.JSON), context)


@dataclass(frozen=True)
class _AskedPast:
    given: dict[str, str]
    query: Query
    asked: temporal_params.Asked
    context: Any


def _read_past(document: Any, context: Any) -> _AskedPast:
    """One temporal query of a snapshot. Raises Problem."""
    given, query, asked = temporal_params.in_body(document, terms(context))
    if asked.aggregation is not None:
        raise http.bad_data("a snapshot keeps instances; aggregate them when it is asked")
    return _AskedPast(given, replace(query, limit=_PAGE, offset=0), asked, context)


def _all(document: Mapping[str, Any], context: Any) -> tuple[list[_Asked], list[_AskedPast]]:
    now, past = (document.get(name, ()) for name in _QUERIES)
    return [_read(query, context) for query in now], [_read_past(query, context) for query in past]


def _made(actor: Actor, document: Mapping[str, Any], context: Any) -> Snapshot:
    now = timezone.now()
    name = document.get("id", f"urn:ngsi-ld:Snapshot:{uuid4()}")
    subscription_form.require_uri(name)
    row = Snapshot(id=name, maker=actor.name, document={}, context=context, created_at=now, modified_at=now)
    row.last_used_at, row.expires_at = now, now + LIFE
    _change(row, document)
    return row


def _change(row: Snapshot, document: Mapping[str, Any]) -> None:
    if "snapshotPriority" in document:
        priority = document["snapshotPriority"]
        if type(priority) is not int or not 1 <= priority <= 10:
            raise http.bad_data("snapshotPriority must be a whole number from 1 to 10")
        row.priority = priority
    if "snapshotLifetime" in document:
        given = document["snapshotLifetime"]
        if not isinstance(given, str):
            raise http.bad_data("snapshotLifetime must be an ISO 8601 duration such as PT10M")
        row.expires_at = row.created_at + min(entity_maps.duration(given, "snapshotLifetime"), LONGEST)
    if "expiresAt" in document:
        row.expires_at = min(checking.time(document["expiresAt"], "expiresAt"), timezone.now() + LONGEST)
    row.modified_at = timezone.now()


def _save(actor: Actor, row: Snapshot) -> None:
    access.carry(actor)
    over = Snapshot.objects.filter(maker=actor.name, expires_at__lte=timezone.now())
    if gone := list(over.values_list("pk", flat=True)):
        _delete(gone)
    if Snapshot.objects.filter(maker=actor.name).count() >= MOST_OF_ONE:
        raise http.Problem(
            "TooManySnapshots",
            403,
            f"一个账号最多 {MOST_OF_ONE} 个快照",
            f"an account has {MOST_OF_ONE} snapshots at most; delete some first",
        )
    Snapshot.objects.bulk_create([row], ignore_conflicts=True)  # what is another's is not to be seen, but there
    if not Snapshot.objects.filter(pk=row.pk, created_at=row.created_at).exists():
        raise Conflict(
            "ngsi_ld.snapshot.exists", Text(zh="快照已存在", en="There is such a snapshot already"), place=row.pk[:200]
        )


def _created(row: Snapshot) -> HttpResponse:
    response = HttpResponse(status=201)
    response["Location"] = f"{http.BASE}/snapshots/{http.quoted(row.pk)}"
    return response


def _begin(request: HttpRequest, actor: Actor, row: Snapshot) -> None:
    """Fill it: now where this store alone is asked, else beside the request, once it is committed."""
    asked, pasts = _all(row.document, row.context)
    there = known.living() if any(each.given.get("local") != "true" for each in asked) else ()
    through = any(
        each.given.get("local") != "true" and known.through_time(each.asked.window, "queryTemporal") for each in pasts
    )
    if not there and not through:
        _work(request, actor, row, asked, pasts)
        return
    Snapshot.objects.filter(pk=row.pk).update(filling=timezone.now() + AT_WORK)
    context = contextvars.copy_context()
    hand = threading.Thread(
        target=context.run, args=(_beside, request, actor, row, asked, pasts), name="snapshot", daemon=True
    )
    transaction.on_commit(hand.start)


def _beside(request: HttpRequest, actor: Actor, row: Snapshot, asked: list[_Asked], pasts: list[_AskedPast]) -> None:
    try:
        with _hands, access.working_for(lambda: actor):
            _work(request, actor, row, asked, pasts)
    except Exception:  # whatever it was, nobody else will say so
        log.exception("snapshot", snapshot=row.pk)
        with access.working_for(lambda: actor):
            Snapshot.objects.filter(pk=row.pk, state="preparing").update(state="failure", filling=None)
    finally:
        connection.close()


def _work(request: HttpRequest, actor: Actor, row: Snapshot, asked: list[_Asked], pasts: list[_AskedPast]) -> None:
    row.details = [_queried(request, actor, row.pk, each) for each in asked]
    row.details += _evolved(request, actor, row.pk, pasts)
    came = [each["resultStatus"] for each in row.details]
    if all(each == "success" for each in came):
        row.state = "success"
    elif "success" in came:
        row.state = "partial"
    else:
        row.state = "empty" if all(each == "empty" for each in came) else "failure"
    access.carry(actor)
    Snapshot.objects.filter(pk=row.pk).update(state=row.state, details=row.details, filling=None)


def _queried(request: HttpRequest, actor: Actor, snapshot: str, asked: _Asked) -> dict[str, Any]:
    """5.2.42: what came of one query."""
    try:
        query = replace(asked.query, q=linkedq.resolved(actor, asked.query, asked.shape.terms), sorts=())
        number = _everywhere(request, actor, snapshot, replace(asked, query=query))
    except LingquError as error:
        return {"resultStatus": "failure", "problemDetails": http.problem_document(error)}
    return {"resultStatus": "success" if number else "empty"}


def _everywhere(request: HttpRequest, actor: Actor, snapshot: str, asked: _Asked) -> int:
    """The entities here and at the sources; gives how many. No transaction is open while sources are waited for."""
    first = reading.queried(request, actor, asked.given, asked.query, asked.shape, asked.context)
    if first is None:
        with transaction.atomic():
            return door.freeze(actor, snapshot, asked.query, most=MOST)
    if first.more:
        raise http.Problem(
            "TooComplexQuery", 403, f"跨系统的快照最多 {_PAGE} 个实体，请缩小范围",
            f"a snapshot over several systems holds {_PAGE} entities at most; narrow the query down",
        )  # fmt: skip
    here = tuple(e.id for e in first.entities if first.origins.get(e.id) == [entity_maps.HERE])
    with transaction.atomic():
        if here:
            door.freeze(actor, snapshot, Query(ids=here), most=MOST)
        door.keep_frozen(actor, snapshot, [e for e in first.entities if e.id not in set(here)])
    return len(first.entities)


def _evolved(request: HttpRequest, actor: Actor, snapshot: str, pasts: list[_AskedPast]) -> list[dict[str, Any]]:
    """What came of the temporal queries. What several of them find of an entity is kept together."""
    found: dict[str, Evolved] = {}
    details: list[dict[str, Any]] = []
    for each in pasts:
        try:
            evolved = _through_time(request, actor, each)
        except LingquError as error:
            details.append({"resultStatus": "failure", "problemDetails": http.problem_document(error)})
            continue
        for entity in evolved:
            before = found.get(entity.entity.id)
            found[entity.entity.id] = _together(before, entity) if before else entity
        details.append({"resultStatus": "success" if evolved else "empty"})
    if found:
        with transaction.atomic():
            door.keep_frozen_past(actor, snapshot, list(found.values()))
    return details


def _through_time(request: HttpRequest, actor: Actor, each: _AskedPast) -> list[Evolved]:
    most = temporal_params.LARGEST
    spread = through_time.queried(request, actor, each.given, each.query, each.asked, each.context, most)
    if spread:
        found, more = spread.evolutions, spread.more
    else:
        found = door.evolutions(actor, each.query, each.asked.window, most=most)
        more = bool(found.next)
    if more or found.cut:
        raise http.Problem(
            "TooComplexQuery", 403, f"快照的时间查询最多 {_PAGE} 个实体、{most} 个时间点，请缩小范围",
            f"a temporal query of a snapshot finds {_PAGE} entities and {most} instances at most; narrow it down",
        )  # fmt: skip
    return found.found


def _together(before: Evolved, other: Evolved) -> Evolved:
    seen = {(i.attribute, i.id) for i in before.instances}
    added = [i for i in other.instances if (i.attribute, i.id) not in seen]
    return replace(before, instances=[*before.instances, *added])


@http.endpoint
def single(request: HttpRequest, snapshot_id: str) -> HttpResponse:
    """GET tells its state (5.16.3), PATCH changes what may be (5.16.4), DELETE takes it away (5.16.5)."""
    if request.method not in ("GET", "HEAD", "PATCH", "DELETE"):
        return HttpResponseNotAllowed(["GET", "PATCH", "DELETE"])
    http.only(request)
    actor = http.actor(request)
    row = one(actor, snapshot_id)
    media = http.accepted(request)
    if request.method == "DELETE":
        with transaction.atomic():
            _delete([row.pk])
        return HttpResponse(status=204)
    if request.method == "PATCH":
        fragment, _ = http.body(request, merge=True)
        if not isinstance(fragment, Mapping) or not fragment:
            raise http.bad_data("a fragment of a snapshot must be a JSON object that is not empty")
        _checked(fragment, _CHANGED | {"type", "@context"})
        _change(row, fragment)
        row.save(update_fields=["priority", "expires_at", "modified_at"])
    elif row.state == "preparing" and (row.filling is None or row.filling < timezone.now()):
        row = _again(request, actor, row)
    return http.answer(document(row), media, row.context)


def _again(request: HttpRequest, actor: Actor, row: Snapshot) -> Snapshot:
    """Whoever was at work on it is no more."""
    with transaction.atomic():
        stale = Snapshot.objects.filter(pk=row.pk, state="preparing", filling=row.filling)
        if stale.update(filling=timezone.now() + AT_WORK):
            door.thaw([row.pk])
            _begin(request, actor, row)
    return one(actor, row.pk)


@http.endpoint
def clone(request: HttpRequest, snapshot_id: str) -> HttpResponse:
    """5.16.2: another of the same copies, with a life and a priority of its own."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    actor = http.writer(request)
    http.only(request)
    row = one(actor, snapshot_id)
    given, _ = http.body(request)
    _checked(given, _CLONED)
    if row.state == "preparing":
        raise Conflict(
            "ngsi_ld.snapshot.preparing",
            Text(zh="快照仍在生成", en="The snapshot is still being prepared"),
            place=row.pk[:200],
        )
    new = _made(actor, given, row.context)
    new.document, new.state, new.details = row.document, row.state, row.details
    with transaction.atomic():
        _save(actor, new)
        door.copy_frozen(actor, row.pk, new.pk)
    return _created(new)


def _purge(request: HttpRequest) -> HttpResponse:
    actor = http.writer(request)
    given = http.only(request, "q")
    if not given.get("q"):
        raise http.bad_data("q must say which snapshots are taken away, e.g. snapshotPriority<5")
    q = door.renamed_q(given["q"], _member)
    access.carry(actor)
    rows = list(Snapshot.objects.filter(maker=actor.name))
    found = door.foreign(access.SYSTEM, [_told(row) for row in rows], Query(q=q))
    with transaction.atomic():
        access.carry(actor)
        _delete([each.id for each in found])
    return HttpResponse(status=204)


_TOLD = ("snapshotStatus", "snapshotPriority", "expiresAt", "lastUsedAt")


def _member(name: str) -> str:
    """5.16.7.4: of a snapshot nothing but its own members is asked."""
    if name not in (*_TOLD, "createdAt", "modifiedAt"):
        raise http.bad_data(f"{name[:80]!r} is no member of a snapshot that can be asked for")
    return name


def _told(row: Snapshot) -> Foreign:
    said = document(row)
    attrs = {name: {"type": "Property", "value": said[name]} for name in _TOLD}
    return Foreign(Draft(row.pk, "Snapshot", attrs), row.created_at, row.modified_at)


def document(row: Snapshot) -> dict[str, Any]:
    return {
        "id": row.pk,
        "type": "Snapshot",
        **row.document,
        "snapshotStatus": row.state,
        "snapshotPriority": row.priority,
        **_details(row),
        "createdAt": compact.moment(row.created_at),
        "modifiedAt": compact.moment(row.modified_at),
        "lastUsedAt": compact.moment(row.last_used_at),
        "expiresAt": compact.moment(row.expires_at),
    }


def _details(row: Snapshot) -> dict[str, Any]:
    """5.2.41: of each query what came of it."""
    found, behind = {}, list(row.details)
    for name in _QUERIES:
        if asked := row.document.get(name):
            found[f"{name}Details"], behind = behind[: len(asked)], behind[len(asked) :]
    return found


def _delete(names: list[str]) -> None:
    door.thaw(names)
    Snapshot.objects.filter(pk__in=names).delete()


def sweep() -> int:
    """Delete those whose time is over, by the worker; gives how many."""
    with transaction.atomic():
        over = list(Snapshot.objects.filter(expires_at__lte=timezone.now()).values_list("pk", flat=True)[:1000])
        _delete(over)
    return len(over)

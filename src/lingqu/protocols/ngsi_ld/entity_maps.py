"""Entity maps (CIM 009 5.14, 5.5.9.3, 6.32, 6.34, 6.35): what a query found, fixed for paging through it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.kernel.errors import NotFound
from lingqu.kernel.text import Text
from lingqu.protocols.models import EntityMap
from lingqu.protocols.ngsi_ld import checking, compact, http, subscription_form

LIFE, LONGEST = timedelta(minutes=5), timedelta(hours=1)
MOST = 1000
"""Entities of a map."""
MOST_OF_ONE = 100
HEADER, _SHOWN = "NGSILD-EntityMap", "HTTP_NGSILD_ENTITYMAP"
HERE = "@none"
_DURATION = re.compile(r"P(?!\Z)(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?\Z")
Found = list[tuple[str, list[str]]]


def lifetime(given: Mapping[str, str]) -> timedelta:
    """``entityMapLifetime``, an ISO 8601 duration, as far as it is granted (6.4.3.2)."""
    if "entityMapLifetime" not in given:
        return LIFE
    return min(duration(given["entityMapLifetime"], "entityMapLifetime"), LONGEST)


def duration(text: str, name: str) -> timedelta:
    """An ISO 8601 duration without years and months. Raises Problem (BadRequestData)."""
    parts = _DURATION.match(text)
    if not parts or max(len(p or "") for p in parts.groups()) > 6:
        raise http.bad_data(f"{name} must be an ISO 8601 duration such as PT10M")
    days, hours, minutes, seconds = (int(part or 0) for part in parts.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def wanted(request: HttpRequest, given: Mapping[str, str]) -> bool:
    """Whether the answer comes with a map: one is asked for, or one is named that is no more."""
    if given.get("entityMap", "false") not in ("true", "false"):
        raise http.bad_data("entityMap must be true or false")
    lifetime(given)
    return given.get("entityMap") == "true" or _SHOWN in request.META


def named(request: HttpRequest, actor: Actor) -> EntityMap | None:
    """The living map that a request names."""
    pk = request.META.get(_SHOWN, "").rpartition("/")[2]
    access.carry(actor)
    return _living(actor).filter(pk=pk).first() if pk else None


def make(actor: Actor, found: Found, given: Mapping[str, str]) -> EntityMap:
    """Raises Refused for who is not signed in, Problem where there is too much to keep."""
    if actor.kind == "anonymous":
        raise access.refusal(actor, "read", "*", place="entityMaps")
    if len(found) > MOST:
        raise http.Problem(
            "TooComplexQuery", 403, f"一个实体映射最多 {MOST} 个实体，请缩小范围",
            f"an entity map holds {MOST} entities at most; narrow the query down",
        )  # fmt: skip
    access.carry(actor)
    EntityMap.objects.filter(maker=actor.name, expires_at__lte=timezone.now()).delete()
    if EntityMap.objects.filter(maker=actor.name).count() >= MOST_OF_ONE:
        raise http.Problem(
            "TooComplexQuery", 403, f"一个账号最多 {MOST_OF_ONE} 个实体映射",
            f"an account has {MOST_OF_ONE} entity maps at most; delete some first",
        )  # fmt: skip
    row = EntityMap(
        id=f"urn:ngsi-ld:EntityMap:{uuid4()}",
        maker=actor.name,
        entities=[list(pair) for pair in found],
        expires_at=timezone.now() + lifetime(given),
    )
    row.save(force_insert=True)
    return row


def prune(row: EntityMap, left: set[str]) -> None:
    """5.5.9.3: what does not fit the query any more leaves the map."""
    kept = [pair for pair in row.entities if pair[0] in left]
    if len(kept) < len(row.entities):
        row.entities = kept
        row.save(update_fields=["entities"])


def tell(response: HttpResponse, row: EntityMap) -> HttpResponse:
    response[HEADER] = f"{http.BASE}/entityMaps/{row.pk}"
    return response


def document(row: EntityMap) -> dict[str, Any]:
    return {
        "id": row.pk,
        "type": "EntityMap",
        "expiresAt": compact.moment(row.expires_at),
        "entityMap": {entity_id: sources for entity_id, sources in row.entities},
    }


def made(request: HttpRequest, row: EntityMap, media: str) -> HttpResponse:
    return tell(http.answer(document(row), media, http.context_of(request), 201), row)


@http.endpoint
def single(request: HttpRequest, map_id: str) -> HttpResponse:
    if request.method not in ("GET", "HEAD", "PATCH", "DELETE"):
        return HttpResponseNotAllowed(["GET", "PATCH", "DELETE"])
    subscription_form.require_uri(map_id)
    http.only(request)
    actor = http.actor(request)
    access.carry(actor)
    row = _living(actor).filter(pk=map_id).first()
    if row is None:
        raise NotFound(
            "ngsi_ld.entity_map", Text(zh="没有这个实体映射", en="There is no such entity map"), place=map_id[:200]
        )
    if request.method in ("GET", "HEAD"):
        return http.answer(document(row), http.accepted(request), http.context_of(request))
    if request.method == "DELETE":
        row.delete()
        return HttpResponse(status=204)
    fragment, _ = http.body(request, merge=True)
    if not isinstance(fragment, Mapping):
        raise http.bad_data("a fragment of an entity map must be a JSON object")
    if "expiresAt" in fragment:
        row.expires_at = _bounded(checking.time(fragment["expiresAt"], "expiresAt"))
        row.save(update_fields=["expires_at"])
    return HttpResponse(status=204)


def _bounded(at: datetime) -> datetime:
    return min(at, timezone.now() + LONGEST)


def _living(actor: Actor) -> Any:
    return EntityMap.objects.filter(maker=actor.name, expires_at__gt=timezone.now())

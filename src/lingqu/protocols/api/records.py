"""``GET /api/agreements/<number>/records``: what an agreement gives, page by page, and nothing beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpRequest

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.entities import door as entities
from lingqu.kernel.errors import Refused
from lingqu.kernel.text import Text
from lingqu.protocols.api import http

LARGEST_PAGE = 500


def records(request: HttpRequest, number: str) -> Any:
    asked = http.parameters(request, others=True)
    limit = http.whole(asked.pop("limit", "100"), "limit", LARGEST_PAGE)
    after, kind = asked.pop("after", ""), asked.pop("type", "")
    actor = http.known(request, number)
    if actor.kind != "client":
        raise _for_systems(number)
    kind = kind or _type_of(actor, number)
    standing = access.require_agreed(replace(actor, roles=(), lent=()), number, kind)
    actor = replace(actor, roles=(), lent=())  # what roles open beside it is no part of the agreement
    ids = _asked(actor, kind, asked)
    page = entities.find(actor, entities.Query(types=(kind,), ids=ids, limit=limit, after=after))
    if ids and not page.entities:
        access.require_consent(actor, kind, ids[0])
    agreed = {name for each in standing for name in each.grant.attributes}
    return {
        "agreement": number,
        "type": kind,
        "records": [_record(entity, agreed) for entity in page.entities],
        "next": page.next or None,
    }


def _type_of(actor: access.Actor, number: str) -> str:
    """The type of an agreement that grants one type only."""
    known = catalogue.agreement_by_number(number)
    if known is not None and known.entity_type:
        return known.entity_type
    types = {t for h in access.holds(actor) if h.standing and h.standing.agreement == number for t in h.grant.types}
    if len(types) > 1:
        zh, en = f"请用 type 指定：{'、'.join(sorted(types))}", f"name a type: {', '.join(sorted(types))}"
        raise http.Problem(400, "type", zh, en)
    return next(iter(types), "Person")


def _asked(actor: access.Actor, kind: str, who: dict[str, str]) -> tuple[str, ...]:
    """The id of the one whom the identifiers name; nothing where all are asked for."""
    return tuple(entities.persons(actor, kind, [who])) if who else ()


def _record(entity: entities.Entity, agreed: set[str]) -> dict[str, Any]:
    names = [name for name in entity.attrs if "*" in agreed or name in agreed]
    told: dict[str, Any] = {"id": entity.id, "attributes": {name: entity.value(name) for name in names}}
    if contested := [name for name in entity.contested if name in names]:
        told["contested"] = contested
    told["modifiedAt"] = entity.modified_at.isoformat()
    return told


def _for_systems(number: str) -> Refused:
    return Refused(
        "api.systems_only",
        Text(zh="此接口只供部门系统使用", en="This is for departments' systems only"),
        place=number,
        owner="information_centre",
        next_step=Text(zh="请在“基础库”页面查看", en="People look at the pages of the registers"),
    )


endpoint = http.endpoint(GET=records)

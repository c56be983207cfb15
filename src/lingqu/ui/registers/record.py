"""The record of one entity: key facts, facts with their sources, disputes, members, relations, history, map."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.entities import door as entities
from lingqu.centre.entities.definitions import EntityType
from lingqu.centre.exchange import door as exchange
from lingqu.centre.fusion import door as fusion
from lingqu.ui import purpose, regions
from lingqu.ui.values import Wording, moment

RELATED = 20
"""Things that point to this one, shown at most."""


@require_safe
def page(request: HttpRequest, kind: str, entity_id: str) -> HttpResponse:
    actor = access.actor_of(request)
    shown = entities.entity_type(kind)
    if purpose.missing(request, shown.personal):
        return purpose.ask(request, request.get_full_path())
    access.require(actor, "read", kind)
    entity = entities.get(actor, entity_id)
    types = entities.entity_types()
    shown = types.get(entity.type, shown)
    wording = Wording(get_language() or "zh-hans")
    wording.learn(targets(actor, entity), types)
    wording.places = regions.names(actor, [entity.region] if entity.region else [])
    context = _context(actor, shown, entity, types, wording)
    return render(request, "ui/record.html", context)


def _context(
    actor: access.Actor,
    kind: EntityType,
    entity: entities.Entity,
    types: Mapping[str, EntityType],
    wording: Wording,
) -> dict[str, Any]:
    title = wording.label(kind, entity)
    plural = (kind.plural or kind.title).say(wording.language)
    steward = access.may(actor, "steward")
    disputes = fusion.disputes(entity_id=entity.id) if steward else []
    sources = exchange.sources()
    members = _members(entity, steward)
    return {
        "kind": kind,
        "entity": entity,
        "title": title,
        "crumbs": [
            (_("Registers"), reverse("registers:front")),
            (plural, reverse("registers:list", args=[kind.code])),
            (title, ""),
        ],
        "key": _key_facts(kind, entity, wording),
        "sections": sections(kind, entity, wording, steward),
        "disputes": [_dispute(d, actor, kind, entity, wording) for d in disputes],
        "members": members,
        "made_up": any(getattr(sources.get(m["source"]), "synthetic", False) for m in members),
        "referring": _referring(actor, entity, types, wording),
        "history": _history(actor, entity, kind, wording),
        "geojson": _geometry(kind, entity),
        "bounds": _around(entity),
        "steward": steward,
        "corrects": corrects(actor, entity),
    }


def corrects(actor: access.Actor, entity: entities.Entity) -> bool:
    """Whether pages offer to say that a fact is wrong: to the person of the record, and to departments."""
    return (actor.is_of(entity.id, "apply") or bool(actor.department)) and actor.kind == "person"


def targets(actor: access.Actor, entity: entities.Entity) -> list[entities.Entity]:
    """The entities this one points to, for their names; one query. Without the right to read one, its id is shown."""
    ids: set[str] = set()
    for instances in entity.attrs.values():
        for instance in instances if isinstance(instances, list) else [instances]:
            found = instance.get("object") if isinstance(instance, Mapping) else None
            ids.update(found if isinstance(found, list) else [found] if found else [])
    if not ids:
        return []
    return entities.find(actor, entities.Query(ids=tuple(sorted(ids)), limit=len(ids))).entities


def _key_facts(kind: EntityType, entity: entities.Entity, wording: Wording) -> list[dict[str, Any]]:
    facts = []
    for name, attribute in kind.attributes.items():
        if attribute.column and name != kind.label and (items := wording.show(attribute, entity.attrs.get(name))):
            facts.append({"title": wording.title(attribute, name), "items": items})
    return facts[:6]


def sections(kind: EntityType, entity: entities.Entity, wording: Wording, steward: bool) -> list[dict[str, Any]]:
    """Facts by the type's groups; what the type does not know stands last under its own name."""
    groups: dict[str, list[dict[str, Any]]] = {code: [] for code in kind.groups}
    for name in [*kind.attributes, *(n for n in entity.attrs if n not in kind.attributes)]:
        attribute = kind.attributes.get(name)
        items = wording.show(attribute, entity.attrs.get(name))
        if not items:
            continue
        group = (attribute.group if attribute else None) or ""
        fact = {
            "title": wording.title(attribute, name),
            "items": items,
            "from": _source(entity, name),
            "name": name,
            "contested": name in entity.contested,
            "correctable": attribute is not None and attribute.kind == "Property",
            "lost": _lost(entity, name, kind, wording) if steward else [],
        }
        groups.setdefault(group, []).append(fact)
    other = _("Facts") if len([g for g in groups.values() if g]) == 1 else _("Further facts")
    return [
        {"title": kind.groups[code].say(wording.language) if code in kind.groups else other, "facts": facts}
        for code, facts in groups.items()
        if facts
    ]


def _source(entity: entities.Entity, name: str) -> dict[str, Any] | None:
    """Who said it and when (law 5)."""
    prov = entity.prov.get(name)
    if not isinstance(prov, Mapping):
        return None
    resources, departments = catalogue.resources(), catalogue.departments()
    resource = resources.get(str(prov.get("s", "")))
    return {
        "resource": resource,
        "department": departments.get(resource.department) if resource else None,
        "code": prov.get("s", ""),
        "delivery": prov.get("d"),
        "row": prov.get("r"),
        "at": moment(str(prov["t"])) if prov.get("t") else None,
    }


def _lost(entity: entities.Entity, name: str, kind: EntityType, wording: Wording) -> list[dict[str, Any]]:
    """Values other departments gave, masked as the one that won."""
    prov = entity.prov.get(name)
    if not isinstance(prov, Mapping):
        return []
    element = wording.elements.get(kind.attributes[name].element or "") if name in kind.attributes else None
    resources = catalogue.resources()
    lost = []
    for other in prov.get("lost", []):
        value = other.get("v")
        resource = resources.get(str(other.get("s", "")))
        lost.append({"shown": [wording.plain(element, value)], "resource": resource, "code": other.get("s", "")})
    return lost


def _dispute(
    dispute: fusion.Dispute, actor: access.Actor, kind: EntityType, entity: entities.Entity, wording: Wording
) -> dict[str, Any]:
    """Both sides of a dispute, masked as the fact itself is: they do not come through the entities' door."""
    attribute = kind.attributes.get(dispute.attribute)
    element = wording.elements.get((attribute.element if attribute else None) or "")
    resources = catalogue.resources()
    masks = access.masks(actor, kind.code, entity.owner, entity.region, entity.id)
    how = masks.get(dispute.attribute, masks.get("*", "none"))

    def said(resource: str, value: Any) -> dict[str, Any]:
        shown = [wording.plain(element, access.masked(how, value))]
        return {"resource": resources.get(resource), "code": resource, "shown": shown}

    return {
        "title": wording.title(attribute, dispute.attribute),
        "held": said(dispute.held_by, dispute.held),
        "others": [said(resource, value) for resource, value in dispute.others],
        "since": dispute.since,
    }


def _members(entity: entities.Entity, steward: bool) -> list[dict[str, Any]]:
    """The departments' records this one was made of; rows and keys only for stewards."""
    resources, departments = catalogue.resources(), catalogue.departments()
    members = []
    for member in fusion.members(entity.id, with_values=False):
        resource = resources.get(member.resource)
        members.append(
            {
                "resource": resource,
                "code": member.resource,
                "department": departments.get(resource.department) if resource else None,
                "source": member.source,
                "delivery": member.delivery if steward else None,
                "row": member.row if steward else None,
                "probability": member.probability,
            }
        )
    return members


def _referring(
    actor: access.Actor, entity: entities.Entity, types: Mapping[str, EntityType], wording: Wording
) -> list[dict[str, Any]]:
    found: Iterable[entities.Entity] = entities.referring(actor, entity.id, limit=RELATED)
    rows = []
    for other in found:
        kind = types.get(other.type)
        rows.append(
            {
                "label": wording.label(kind, other),
                "kind": kind.title.say(wording.language) if kind else other.type,
                "href": reverse("registers:record", args=[other.type, other.id]),
            }
        )
    return rows


def _history(actor: access.Actor, entity: entities.Entity, kind: EntityType, wording: Wording) -> list[dict[str, Any]]:
    rows = []
    for past in entities.history(actor, entity.id)[:50]:
        was = [
            {"title": wording.title(kind.attributes.get(n), n), "items": wording.show(kind.attributes.get(n), v)}
            for n, v in past.was.items()
        ]
        rows.append({"past": past, "was": was})
    return rows


def _geometry(kind: EntityType, entity: entities.Entity) -> Mapping[str, Any] | None:
    value = entity.value(kind.geometry) if kind.geometry else None
    return value if isinstance(value, Mapping) and "coordinates" in value else None


def _around(entity: entities.Entity) -> str:
    """The entity's box, widened to some hundred metres so that a point is seen in its street."""
    if entity.bounds is None:
        return ""
    west, south, east, north = entity.bounds
    margin = max(0.0025, (east - west) * 0.15, (north - south) * 0.15)
    return ",".join(f"{n:.6f}" for n in (west - margin, south - margin * 0.7, east + margin, north + margin * 0.7))

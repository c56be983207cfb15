"""Disputes: where two departments disagree about one fact, with both values and both sources."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.entities import door as entities
from lingqu.centre.fusion import door as fusion
from lingqu.stewardship.desk import frame, stewards, whole
from lingqu.ui import purpose
from lingqu.ui.values import Wording

PAGE = 50


@require_safe
@stewards
def listing(request: HttpRequest) -> HttpResponseBase:
    """Disputes about what the reader may see, masked as on the record; a register of persons asks for a purpose."""
    actor, wording = access.actor_of(request), Wording(get_language() or "zh-hans")
    rules, types = fusion.registers(), entities.entity_types()
    asked = {name: request.GET.get(name, "") for name in ("register", "attribute")}
    personal = {c for c, r in rules.items() if r.type in types and types[r.type].personal}
    if asked["register"] in personal and not actor.purpose:
        return purpose.ask(request, request.get_full_path())
    found = fusion.disputes(**asked, before=whole(request.GET.get("before", "")), limit=PAGE)
    told = [d for d in found if d.register not in personal or actor.purpose]
    about = _about(actor, told)
    shown = [d for d in told if d.entity_id in about]
    context = frame(
        "disputes",
        (_("Disputes"), ""),
        rows=[_row(d, about[d.entity_id], actor, wording) for d in shown],
        hidden=len(found) - len(told),
        closed=len(told) - len(shown),
        counts=_counts(wording),
        asked=asked,
        last=found[-1].id if len(found) == PAGE else None,
    )
    return render(request, "stewardship/disputes.html", context)


def _about(actor: access.Actor, disputes: list[fusion.Dispute]) -> dict[str, entities.Entity]:
    """What the disputes are about, through the entities' door: it leaves out what the actor may not see, and records
    the read of what is personal (law 3)."""
    ids = tuple(sorted({d.entity_id for d in disputes}))
    found = entities.find(actor, entities.Query(ids=ids, limit=len(ids))).entities if ids else []
    return {entity.id: entity for entity in found}


def _row(dispute: fusion.Dispute, entity: entities.Entity, actor: access.Actor, wording: Wording) -> dict[str, Any]:
    kind, resources = entities.entity_types().get(entity.type), catalogue.resources()
    attribute = kind.attributes.get(dispute.attribute) if kind else None
    element = wording.elements.get((attribute.element if attribute else None) or "")
    masks = access.masks(actor, entity.type, entity.owner or "-", entity.region or "-", entity.id)
    how = masks.get(dispute.attribute, masks.get("*", "none"))

    def said(resource: str, value: Any) -> dict[str, Any]:
        shown = [wording.plain(element, access.masked(how, value))]
        return {"resource": resources.get(resource), "code": resource, "shown": shown}

    return {
        "label": wording.label(kind, entity),
        "href": reverse("registers:record", args=[entity.type, entity.id]),
        "kind": kind,
        "title": wording.title(attribute, dispute.attribute),
        "held": said(dispute.held_by, dispute.held),
        "others": [said(resource, value) for resource, value in dispute.others],
        "since": dispute.since,
    }


def _counts(wording: Wording) -> list[dict[str, Any]]:
    rules, types = fusion.registers(), entities.entity_types()
    counts = []
    for (register, attribute), number in sorted(fusion.dispute_counts().items(), key=lambda c: -c[1]):
        kind = types.get(rules[register].type) if register in rules else None
        title = wording.title(kind.attributes.get(attribute) if kind else None, attribute)
        name = rules[register].title.say(wording.language) if register in rules else register
        counts.append({"register": register, "attribute": attribute, "name": name, "title": title, "count": number})
    return counts

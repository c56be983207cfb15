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
from lingqu.centre.entities.definitions import EntityType
from lingqu.centre.fusion import door as fusion
from lingqu.stewardship.desk import frame, stewards
from lingqu.ui import purpose
from lingqu.ui.values import Wording

PAGE = 50


@require_safe
@stewards
def listing(request: HttpRequest) -> HttpResponseBase:
    """Values are masked as on the record; a register of persons asks for a purpose first."""
    actor, wording = access.actor_of(request), Wording(get_language() or "zh-hans")
    rules, types = fusion.registers(), entities.entity_types()
    asked = {name: request.GET.get(name, "") for name in ("register", "attribute")}
    personal = {c for c, r in rules.items() if r.type in types and types[r.type].personal}
    if asked["register"] in personal and not actor.purpose:
        return purpose.ask(request, request.get_full_path())
    before = request.GET.get("before", "")
    found = fusion.disputes(**asked, before=int(before) if before.isdigit() else None, limit=PAGE)
    shown = [d for d in found if d.register not in personal or actor.purpose]
    context = frame(
        "disputes",
        (_("Disputes"), ""),
        rows=_rows(shown, actor, wording),
        hidden=len(found) - len(shown),
        counts=_counts(wording),
        asked=asked,
        last=found[-1].id if len(found) == PAGE else None,
    )
    _remember(actor, shown, personal)
    return render(request, "stewardship/disputes.html", context)


def _remember(actor: access.Actor, shown: list[fusion.Dispute], personal: set[str]) -> None:
    """Disputes do not come through the entities' door, so the read of personal values is recorded here (law 3)."""
    rules = fusion.registers()
    for register in sorted({d.register for d in shown} & personal):
        read = [d for d in shown if d.register == register]
        access.record(
            actor,
            "read",
            entity_type=rules[register].type,
            entity_ids=[d.entity_id for d in read],
            attributes=sorted({d.attribute for d in read}),
            count=len(read),
        )


def _rows(disputes: list[fusion.Dispute], actor: access.Actor, wording: Wording) -> list[dict[str, Any]]:
    rules, types, resources = fusion.registers(), entities.entity_types(), catalogue.resources()
    kinds = {code: types.get(register.type) for code, register in rules.items()}
    return [_row(d, kinds.get(d.register), actor, wording, resources) for d in disputes]


def _row(
    dispute: fusion.Dispute,
    kind: EntityType | None,
    actor: access.Actor,
    wording: Wording,
    resources: dict[str, catalogue.InformationResource],
) -> dict[str, Any]:
    attribute = kind.attributes.get(dispute.attribute) if kind else None
    element = wording.elements.get((attribute.element if attribute else None) or "")

    def said(resource: str, value: Any) -> dict[str, Any]:
        seen = access.mask(actor, kind.code, {dispute.attribute: {"value": value}}) if kind else {}
        masked = seen.get(dispute.attribute, {}).get("value")
        return {"resource": resources.get(resource), "code": resource, "shown": [wording.plain(element, masked)]}

    label = access.mask(actor, kind.code, {kind.label: {"value": dispute.label}}) if kind else {}
    return {
        "label": label.get(kind.label, {}).get("value", _("hidden")) if kind else dispute.label,
        "href": reverse("registers:record", args=[kind.code, dispute.entity_id]) if kind else "",
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

"""Corrections to answer: for the department that gave the value; and how departments keep their clocks."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.entities import door as entities
from lingqu.centre.fusion import door as fusion
from lingqu.kernel.errors import Invalid, NotFound
from lingqu.stewardship.desk import frame, stewards, whole
from lingqu.ui import purpose
from lingqu.ui.values import Wording

PAGE = 50


def states() -> dict[str, str]:
    return {
        "open": _("to be answered"),
        "accepted": _("accepted; being corrected at the source"),
        "done": _("corrected"),
        "refused": _("refused"),
        "withdrawn": _("taken back"),
    }


@require_safe
@stewards
def listing(request: HttpRequest) -> HttpResponseBase:
    actor = access.actor_of(request)
    state = request.GET.get("state", "")
    found = fusion.corrections(actor, state=state, before=whole(request.GET.get("before", "")), limit=PAGE)
    wording = Wording(get_language() or "zh-hans")
    departments = catalogue.departments()
    everything = access.may(actor, "steward", owner="*")
    counts = fusion.correction_counts("" if everything else actor.department)
    context = frame(
        "corrections",
        (_("Corrections"), ""),
        rows=[{"of": c, "title": _title(c, wording), "department": departments.get(c.department)} for c in found],
        states=states(),
        state=state,
        league=[
            {"department": departments.get(code), "code": code, "counts": n}
            for code, n in sorted(counts.items(), key=lambda pair: -pair[1].get("overdue", 0))
        ],
        last=found[-1].number if len(found) == PAGE else None,
    )
    return render(request, "stewardship/corrections.html", context)


def _title(correction: fusion.Corrected, wording: Wording) -> str:
    kind = entities.entity_types().get(correction.entity_type)
    title = wording.title(kind.attributes.get(correction.attribute) if kind else None, correction.attribute)
    return f"{kind.title.say(wording.language)} · {title}" if kind else title


@require_http_methods(["GET", "POST"])
@stewards
def entry(request: HttpRequest, number: int) -> HttpResponseBase:
    """Both values are about a person: the page is opened for a purpose, and the look stands in the ledger."""
    actor = access.actor_of(request)
    found = fusion.correction(actor, number)
    kind = entities.entity_types().get(found.entity_type)
    if kind is not None and purpose.missing(request, kind.personal):
        return purpose.ask(request, request.get_full_path())
    fault = ""
    if request.method == "POST":
        said = {name: request.POST.get(name, "")[:2000] for name in ("words", "law", "to")}
        try:
            fusion.answer_correction(actor, number, request.POST.get("act", ""), **said)
        except Invalid as error:
            fault = error.message.say(get_language() or "zh-hans")
        else:
            messages.success(request, _("Written down; who asked sees it."))
            return redirect("stewardship:corrections")
    context = _context(actor, found, kind) | {"fault": fault, "given": request.POST}
    return render(request, "stewardship/correction.html", context, status=400 if fault else 200)


def _context(actor: access.Actor, found: fusion.Corrected, kind: Any) -> dict[str, Any]:
    wording = Wording(get_language() or "zh-hans")
    attribute = kind.attributes.get(found.attribute) if kind else None
    element = wording.elements.get((attribute.element if attribute else None) or "")
    departments = catalogue.departments()
    label, how = _seen(actor, found, kind, wording)
    held = found.held if isinstance(found.held, list) else [found.held]
    stages = {"asked": _("asked"), "passed_on": _("passed on"), **states()}
    return frame(
        "corrections",
        (_("Corrections"), reverse("stewardship:corrections")),
        (str(found.number), ""),
        of=found,
        title=_title(found, wording),
        label=label,
        held=[wording.plain(element, access.masked(how, value)) for value in held],
        claimed=[wording.plain(element, access.masked(how, found.claimed))],
        department=departments.get(found.department),
        departments=[(code, d.title.say(wording.language)) for code, d in departments.items()],
        resource=catalogue.resources().get(found.resource),
        state=states()[found.state],
        stages=[
            {"of": s, "act": stages.get(s.act, s.act), "department": departments.get(s.department)}
            for s in found.stages
        ],
        answers=found.state == "open" and access.may(actor, "steward", owner=found.department),
    )


def _seen(actor: access.Actor, found: fusion.Corrected, kind: Any, wording: Wording) -> tuple[str, Any]:
    """The name of whom it is about and the mask of the item, for what the actor may see of the record. Who answers for
    the value that was given sees both values all the same: they are the department's own."""
    try:
        entity = entities.get(actor, found.entity_id)
    except NotFound:
        entity = None
    label = wording.label(kind, entity) if kind and entity else found.entity_id
    resource = catalogue.resources().get(found.resource)
    if resource is not None and resource.department == actor.department == found.department:
        access.record(
            actor, "read", entity_type=found.entity_type, entity_ids=[found.entity_id], attributes=[found.attribute]
        )
        return label, "none"
    if entity is None:
        return label, "absent"
    masks = access.masks(actor, entity.type, entity.owner or "-", entity.region or "-", entity.id)
    return label, masks.get(found.attribute, masks.get("*", "none"))


@require_safe
@stewards
def evidence(request: HttpRequest, number: int) -> HttpResponseBase:
    found = fusion.correction_evidence(access.actor_of(request), number)
    response = HttpResponse(found.content, content_type=found.media)
    ending = found.media.rpartition("/")[2]
    response["Content-Disposition"] = f'attachment; filename="evidence-{number}.{ending}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox"
    return response

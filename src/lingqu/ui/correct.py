"""Say that a fact is wrong: one page for the person of the record and for clerks of departments."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.entities import door as entities
from lingqu.centre.fusion import door as fusion
from lingqu.kernel.errors import Invalid, NotFound
from lingqu.kernel.text import Text
from lingqu.ui import purpose, selves
from lingqu.ui.values import Wording

MOST_CODES = 120
"""A code list that is longer is not offered as a choice."""


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, entity_id: str, attribute: str) -> HttpResponse:
    if not request.user.is_authenticated:
        return redirect(f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}")
    actor = selves.about(request, entity_id)
    own = actor.is_of(entity_id, "apply")
    kind = _kind(entity_id, attribute)
    if not own and purpose.missing(request, kind.personal):
        return purpose.ask(request, request.get_full_path())
    entity = entities.get(actor, entity_id)
    fault = ""
    if request.method == "POST":
        try:
            return _asked(request, actor, entity, attribute, own)
        except Invalid as error:
            fault = error.message.say(get_language() or "zh-hans")
    context = _context(request, entity, kind, attribute, own) | {"fault": fault}
    return render(request, "ui/correct.html", context, status=400 if fault else 200)


def _kind(entity_id: str, attribute: str) -> Any:
    parts = entity_id.split(":")
    kind = entities.entity_types().get(parts[2] if len(parts) > 3 else "")
    if kind is None or attribute not in kind.attributes or kind.attributes[attribute].kind != "Property":
        raise NotFound("correction.item", Text(zh="没有可更正的这一项", en="There is no such item to correct"))
    return kind


def _asked(
    request: HttpRequest, actor: access.Actor, entity: entities.Entity, attribute: str, own: bool
) -> HttpResponse:
    file = request.FILES.get("evidence")
    evidence = None
    if file is not None:
        evidence = (str(file.name), file.read(fusion.LARGEST_EVIDENCE + 1))
    claimed, words = request.POST.get("claimed", "")[:1000], request.POST.get("words", "")[:2000]
    found = fusion.ask_correction(actor, entity.id, attribute, claimed, words, evidence)
    messages.success(request, _("Sent to the department that gave this value. Number: %(n)s") % {"n": found.number})
    if own:
        return redirect("citizen:my_corrections")
    return redirect("registers:record", entity.type, entity.id)


def _context(request: HttpRequest, entity: entities.Entity, kind: Any, attribute: str, own: bool) -> dict[str, Any]:
    wording = Wording(get_language() or "zh-hans")
    declared = kind.attributes[attribute]
    element = wording.elements.get(declared.element or "")
    codes = wording.lists.get(element.code_list) if element and element.code_list else None
    choices = [(i.code, i.title.say(wording.language)) for i in codes.items] if codes else []
    prov = entity.prov.get(attribute)
    resource = catalogue.resources().get(str(prov.get("s", ""))) if isinstance(prov, dict) else None
    back = reverse("citizen:my_data") if own else reverse("registers:record", args=[entity.type, entity.id])
    return {
        "crumbs": [(wording.label(kind, entity), back), (_("This is wrong"), "")],
        "title": wording.title(declared, attribute),
        "items": wording.show(declared, entity.attrs.get(attribute)),
        "department": catalogue.departments().get(resource.department if resource else entity.owner),
        "choices": choices if len(choices) <= MOST_CODES else [],
        "date": bool(element and element.type == "date"),
        "days": catalogue.sharing_rules().correct.days,
        "given": {name: request.POST.get(name, "") for name in ("claimed", "words")},
        "back": back,
    }

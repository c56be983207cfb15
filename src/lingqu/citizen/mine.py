"""My page: what to do first, and the ways to what is one's own, or that of the child or parent one acts for."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lingqu.centre.access import door as access
from lingqu.centre.entities import door as entities
from lingqu.ui import selves
from lingqu.ui.my.rights import to_sign_in
from lingqu.ui.own import things, whom
from lingqu.ui.own.looks import rows as looks


@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return to_sign_in(request)
    actor = selves.actor(request)
    if actor.behalf is not None and whom.is_firm(actor.behalf.type):
        return redirect("enterprise:mine")
    entity = entities.get(actor, actor.subject) if actor.subject else None
    has = things.has(actor)
    context: dict[str, Any] = {
        "crumbs": [(_("For citizens"), reverse("citizen:front")), (_("My page"), "")],
        "name": actor.behalf.label if actor.behalf else str(request.user),
        "linked": entity is not None,
        "has": has,
        "todo": things.todo(actor, entity, has["all_cases"]),
        "people": whom.acted_for(actor, firms=False),
        "firms": whom.acted_for(actor, firms=True),
        "next": request.path,
    }
    if entity is not None:
        access.note_held_back(actor.subject)
        context["looks"] = looks(access.reads_of(actor.subject, own=False, limit=3))
        context["consents"] = sum(c.state == "given" for c in access.consents_of(actor.subject))
    return render(request, "citizen/mine.html", context)

"""My firm: what the registers hold of it, what is due, its certificates, cases and mandates, and who looked."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lingqu.centre.access import door as access
from lingqu.centre.entities import door as entities
from lingqu.ui import behalf, selves
from lingqu.ui.my.rights import to_sign_in
from lingqu.ui.own import things, whom
from lingqu.ui.own.looks import rows as looks

SEEN = 20


@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return to_sign_in(request)
    actor = selves.actor(request)
    firms = whom.acted_for(actor, firms=True)
    crumbs = [(_("For enterprises"), reverse("enterprise:front")), (_("My firm"), "")]
    context = {"crumbs": crumbs, "firms": firms, "name": actor.name, "next": request.path}
    if actor.behalf is None or not whom.is_firm(actor.behalf.type):
        return render(request, "enterprise/my_choose.html", context)
    if not actor.behalf.may("see"):
        return render(request, "enterprise/my_narrow.html", context | {"whom": actor.behalf})
    entity = entities.get(actor, actor.subject)
    has = things.has(actor)
    context |= whom.facts(actor, entity, get_language() or "zh-hans") | {
        "has": has,
        "todo": things.todo(actor, entity, has["all_cases"]),
        "mandates": [m for m in access.mandates(actor, entity.id) if m.open],
        "states": behalf.states(),
        "others": [f for f in firms if not f["now"]],
        "looks": looks(access.reads_of(entity.id, own=False, limit=things.SHOWN)),
    }
    return render(request, "enterprise/my_firm.html", context)


@never_cache
@require_safe
def seen(request: HttpRequest) -> HttpResponse:
    """Who looked at the firm's data."""
    if not request.user.is_authenticated:
        return to_sign_in(request)
    actor, before = selves.actor(request), request.GET.get("before", "")
    if actor.behalf is None or not whom.is_firm(actor.behalf.type) or not actor.behalf.may("see"):
        return redirect("enterprise:mine")
    number = int(before) if before.isascii() and before.isdigit() and len(before) < 18 else None
    own = request.GET.get("own") == "1"
    found = access.reads_of(actor.subject, own=own, before=number, limit=SEEN)
    crumbs = [(_("For enterprises"), reverse("enterprise:front")), (_("My firm"), reverse("enterprise:mine"))]
    context = {
        "crumbs": [*crumbs, (_("Who looked at it"), "")],
        "rows": looks(found),
        "own": own,
        "label": actor.behalf.label,
        "last": found[-1].number if len(found) == SEEN else None,
    }
    return render(request, "enterprise/my_looks.html", context)

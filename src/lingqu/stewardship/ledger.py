"""The ledger of reads and writes, for auditors and stewards."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.entities import door as entities
from lingqu.stewardship.desk import frame, stewards, whole

PAGE = 50


def acts() -> dict[str, str]:
    return {
        "read": _("read"),
        "write": _("write"),
        "export": _("export"),
        "verify": _("verified"),
        "refused": _("refused"),
        "apply": _("applied"),
        "login": _("signed in"),
    }


def impartial(actor: access.Actor) -> bool:
    """Who administers, or whose department provides no data, sees the whole ledger; a party sees its own rows only."""
    if access.may(actor, "administer"):
        return True
    return bool(actor.department) and all(r.department != actor.department for r in catalogue.resources().values())


@require_safe
@stewards
def listing(request: HttpRequest) -> HttpResponseBase:
    asked = {name: request.GET.get(name, "").strip() for name in ("who", "act", "entity_type", "entity_id")}
    before = request.GET.get("before", "")
    actor = access.actor_of(request)
    if not impartial(actor):
        asked["who"] = actor.name
    found = access.ledger_rows(actor, **asked, before=whole(before), limit=PAGE)
    context = frame(
        "ledger",
        (_("Ledger"), ""),
        rows=found,
        own_only=not impartial(actor),
        asked=asked,
        acts=acts(),
        types=entities.entity_types(),
        last=found[-1].id if len(found) == PAGE else None,
    )
    return render(request, "stewardship/ledger.html", context)

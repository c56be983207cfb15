"""The ledger of reads and writes, for auditors and stewards."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lingqu.centre.access import door as access
from lingqu.centre.entities import door as entities
from lingqu.stewardship.desk import frame, stewards

PAGE = 50


def acts() -> dict[str, str]:
    return {
        "read": _("read"),
        "write": _("write"),
        "export": _("export"),
        "refused": _("refused"),
        "apply": _("applied"),
        "login": _("signed in"),
    }


@require_safe
@stewards
def listing(request: HttpRequest) -> HttpResponseBase:
    asked = {name: request.GET.get(name, "").strip() for name in ("who", "act", "entity_type", "entity_id")}
    before = request.GET.get("before", "")
    actor = access.actor_of(request)
    found = access.ledger_rows(actor, **asked, before=int(before) if before.isdigit() else None, limit=PAGE)
    context = frame(
        "ledger",
        (_("Ledger"), ""),
        rows=found,
        asked=asked,
        acts=acts(),
        types=entities.entity_types(),
        last=found[-1].id if len(found) == PAGE else None,
    )
    return render(request, "stewardship/ledger.html", context)

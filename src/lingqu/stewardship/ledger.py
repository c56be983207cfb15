"""The ledger of reads and writes, for auditors and stewards."""

from __future__ import annotations

import json

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
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
        "grant": _("right changed"),
        "alert": _("alert"),
    }


def ways() -> dict[str, str]:
    return {
        "page": _("on a page"),
        "api": _("through an interface"),
        "export": _("as a file"),
        "tile": _("on a map"),
        "command": _("by a command"),
        "delivery": _("in a delivery"),
    }


def told(row: access.LedgerEntry) -> dict[str, object]:
    """A row with its codes in words."""
    code, _colon, matter = row.purpose.partition(":")
    purpose = access.purposes().get(code.strip())
    title = purpose.title.say(get_language() or "zh-hans") if purpose else code
    return {
        "row": row,
        "act": acts().get(row.act, row.act),
        "why": f"{title} · {matter.strip()}" if matter.strip() else title,
        "way": ways().get(row.way, row.way),
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
        rows=[told(row) for row in found],
        own_only=not impartial(actor),
        asked=asked,
        acts=acts(),
        types=entities.entity_types(),
        last=found[-1].id if len(found) == PAGE else None,
        standing=access.ledger_standing(),
    )
    return render(request, "stewardship/ledger.html", context)


@require_safe
@stewards
def entry(request: HttpRequest, number: int) -> HttpResponseBase:
    """One row: everything that stands in it, and its seal."""
    actor = access.actor_of(request)
    if number >= 2**63:
        raise Http404
    row = access.ledger_entry(actor, number)
    if row.actor != actor.name and not impartial(actor):
        raise access.ledger_missing(number)
    kind = entities.entity_types().get(row.entity_type)
    context = frame(
        "ledger",
        (_("Ledger"), reverse("stewardship:ledger")),
        (str(row.id), ""),
        **told(row),
        kind=kind,
        detail=json.dumps(row.detail, ensure_ascii=False, indent=1) if row.detail else "",
        seal=access.seal_of(number),
    )
    return render(request, "stewardship/ledger_entry.html", context)

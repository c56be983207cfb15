"""Accounts: the list, and one with its roles, keys and loans."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lingqu.centre.access import door as access
from lingqu.centre.access.door import administration
from lingqu.centre.entities import door as entities
from lingqu.kernel.text import Text
from lingqu.stewardship.desk import administrators, frame
from lingqu.stewardship.ledger import acts
from lingqu.ui import regions
from lingqu.ui.my import words
from lingqu.ui.my.loans import states as loan_states
from lingqu.ui.my.rights import names

PAGE = 50
ASKED = ("words", "kind", "department", "role", "state")


def kinds() -> dict[str, str]:
    return {"person": _("person"), "client": _("system"), "device": _("device")}


def states() -> dict[str, tuple[str, str]]:
    return {"open": (_("in use"), "ok"), "closed": (_("closed"), "bad"), "over": (_("time is over"), "notice")}


def key_states() -> dict[str, tuple[str, str]]:
    return {"living": (_("in force"), "ok"), "over": (_("expired"), ""), "withdrawn": (_("called in"), "bad")}


def titles(codes: Iterable[str], known: Mapping[str, Text]) -> list[str]:
    language = get_language() or "zh-hans"
    return [known[code].say(language) if code in known else code for code in codes]


def role_titles() -> dict[str, Text]:
    return {code: role.title for code, role in administration.roles().items()}


@require_safe
@administrators
def listing(request: HttpRequest) -> HttpResponseBase:
    asked = {name: request.GET.get(name, "").strip()[:100] for name in ASKED}
    after = request.GET.get("after", "")[:150]
    found = administration.accounts_found(access.actor_of(request), **asked, after=after, limit=PAGE)
    roles, departments = role_titles(), administration.departments()
    context = frame(
        "accounts",
        (_("Accounts"), ""),
        rows=[
            {
                "account": a,
                "kind": kinds()[a.kind],
                "department": titles([a.department], departments)[0],
                "roles": titles(a.roles, roles),
                "state": states()[a.state],
            }
            for a in found.accounts
        ],
        count=found.count,
        next=found.next,
        after=after,
        asked=asked,
        narrowed=any(asked.values()),
        facets=_facets(found, roles, departments),
        states=states(),
    )
    return render(request, "stewardship/accounts.html", context)


def _facets(
    found: administration.Found, roles: Mapping[str, Text], departments: Mapping[str, Text]
) -> list[dict[str, Any]]:
    named: list[tuple[str, str, dict[str, str]]] = [
        ("kind", _("Kind"), kinds()),
        ("department", _("Department"), dict(zip(departments, titles(departments, departments), strict=True))),
        ("role", _("Role"), dict(zip(roles, titles(roles, roles), strict=True))),
    ]
    return [
        {
            "name": name,
            "title": title,
            "choices": [
                {"value": value, "title": known.get(value, value), "count": number}
                for value, number in list(found.counts[name].items())[:20]
            ],
        }
        for name, title, known in named
    ]


@require_safe
@administrators
def entry(request: HttpRequest, name: str) -> HttpResponseBase:
    return render(request, "stewardship/account.html", about(request, name))


def about(request: HttpRequest, name: str, **more: Any) -> dict[str, Any]:
    """The context of an account's page."""
    actor = access.actor_of(request)
    account = administration.account(actor, name)
    rights = [r for r in administration.rights_of(actor, name) if r.way != "everybody"]
    roles, types = role_titles(), entities.entity_types()
    language = get_language() or "zh-hans"
    return frame(
        "accounts",
        (_("Accounts"), reverse("stewardship:accounts")),
        (account.display_name or account.username, ""),
        account=account,
        own=account.username == actor.name,
        kind=kinds()[account.kind],
        state=states()[account.state],
        department=titles([account.department], administration.departments())[0],
        region=regions.names(actor, [account.region]).get(account.region, "") if account.region else "",
        roles=titles(account.roles, roles),
        dangers=[administration.DANGERS[d].say(language) for d in administration.dangers_of(account.roles)],
        rows=words.table(rights, names(actor, rights)),
        keys=[{"key": k, "state": key_states()[k.state]} for k in administration.keys(actor, name)],
        loans=[
            {"loan": one, "roles": titles(one.roles, roles), "state": loan_states()[one.state],
             "open": one.state in ("coming", "living")}
            for one in administration.loans_with(actor, name)
        ],
        done=[
            {"row": d, "act": acts().get(d.act, d.act),
             "kind": types[d.entity_type].title.say(language) if d.entity_type in types else d.entity_type}
            for d in administration.last_acts(actor, name)
        ],
        **more,
    )  # fmt: skip

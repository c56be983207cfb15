"""The forms that make and change an account."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lingqu.centre.access import door as access
from lingqu.centre.access.door import administration
from lingqu.stewardship.account_acts import carry_out
from lingqu.stewardship.accounts import kinds, titles
from lingqu.stewardship.desk import administrators, frame
from lingqu.ui.my.loans import day

_TEXTS = ("kind", "username", "display_name", "department", "region")


@require_http_methods(["GET", "POST"])
@administrators
def new(request: HttpRequest) -> HttpResponseBase:
    given: dict[str, Any] = {"kind": "person", "department": access.actor_of(request).department, "roles": ()}
    faults: dict[str, str] = {}
    if request.method == "POST":
        given, faults = _given(request)
        if given["kind"] not in kinds():
            given["kind"] = "person"
        if not faults:
            faults = carry_out(request, "create_account", given, _("The account is made. Nothing opens it yet."))
        if not faults:
            known = administration.accounts_found(access.actor_of(request), words=given["username"], limit=20).accounts
            made = any(a.username == given["username"] for a in known)
            return (
                redirect("stewardship:account", name=given["username"]) if made else redirect("stewardship:approvals")
            )
    return _form(request, given, faults, None)


@require_http_methods(["GET", "POST"])
@administrators
def change(request: HttpRequest, name: str) -> HttpResponseBase:
    account = administration.account(access.actor_of(request), name)
    fields = ("username", "kind", "display_name", "department", "region", "roles", "valid_until")
    given: dict[str, Any] = {field: getattr(account, field) for field in fields}
    faults: dict[str, str] = {}
    if request.method == "POST":
        asked, faults = _given(request)
        if given["valid_until"] and asked["valid_until"] and _day(given["valid_until"]) == _day(asked["valid_until"]):
            asked["valid_until"] = given["valid_until"]
        given = {**asked, "username": name, "kind": account.kind}
        arguments = {field: value for field, value in given.items() if field != "kind"}
        if not faults:
            faults = carry_out(request, "change_account", arguments, _("The account is changed."))
        if not faults:
            return redirect("stewardship:account", name=name)
    return _form(request, given, faults, account)


def _given(request: HttpRequest) -> tuple[dict[str, Any], dict[str, str]]:
    post = request.POST
    given: dict[str, Any] = {field: " ".join(post.get(field, "").split()) for field in _TEXTS}
    given["roles"] = tuple(post.getlist("roles"))
    until = post.get("valid_until", "").strip()
    given["valid_until"] = day(until, last=True)
    faults = {"valid_until": _("This is no day.")} if until and given["valid_until"] is None else {}
    return given, faults


def _day(moment: Any) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d}" if moment else ""


def _form(
    request: HttpRequest, given: Mapping[str, Any], faults: dict[str, str], account: administration.Registered | None
) -> HttpResponseBase:
    departments = administration.departments()
    here = _("Change") if account else _("New account")
    crumbs = [(_("Accounts"), reverse("stewardship:accounts"))]
    if account:
        title = account.display_name or account.username
        crumbs.append((title, reverse("stewardship:account", args=[account.username])))
    context = frame(
        "accounts",
        *crumbs,
        (here, ""),
        heading=here,
        account=account,
        given={**given, "until": _day(given.get("valid_until")), "reason": request.POST.get("reason", "")},
        faults=faults,
        kinds=kinds(),
        departments=list(zip(departments, titles(departments, departments), strict=True)),
        roles=_roles(given["roles"]),
    )
    return render(request, "stewardship/account_form.html", context, status=400 if faults else 200)


def _roles(chosen: Iterable[str]) -> list[dict[str, Any]]:
    language, held = get_language() or "zh-hans", set(chosen)
    return [
        {
            "code": code,
            "title": role.title,
            "note": role.note,
            "chosen": code in held,
            "much": [administration.DANGERS[d].say(language) for d in administration.dangers_of([code])],
        }
        for code, role in administration.roles().items()
        if not role.anonymous
    ]

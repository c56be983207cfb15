"""My loans: lend own roles to a colleague, see what is lent to me, end it."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lingqu.centre.access import door as access
from lingqu.centre.access.door import administration
from lingqu.kernel.errors import Invalid
from lingqu.ui.my.rights import to_sign_in


def states() -> dict[str, tuple[str, str]]:
    return {
        "coming": (_("begins later"), ""),
        "living": (_("in force"), "ok"),
        "over": (_("over"), ""),
        "ended": (_("ended early"), ""),
    }


def day(text: str, *, last: bool = False) -> datetime | None:
    """The first (or last) moment of a day of the city."""
    try:
        found = parse_date(text.strip())
    except ValueError:
        found = None
    return timezone.make_aware(datetime.combine(found, time.max if last else time.min)) if found else None


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return to_sign_in(request)
    actor = access.actor_of(request)
    faults: dict[str, str] = {}
    if request.method == "POST":
        faults = _lend(request, actor)
        if not faults:
            return redirect("my:loans")
    return render(request, "ui/my_loans.html", _context(request, actor, faults), status=400 if faults else 200)


def _lend(request: HttpRequest, actor: access.Actor) -> dict[str, str]:
    """Faults by field; none where it is done or proposed."""
    given, today = request.POST, timezone.localdate()
    begins = day(given.get("begins", ""))
    ends = day(given.get("ends", ""), last=True)
    if begins is None or ends is None:
        return {"ends": _("Give the first and the last day.")}
    reason = " ".join(given.get("reason", "").split())
    loan = administration.Loan(
        giver=actor.name,
        taker=given.get("taker", "").strip(),
        roles=tuple(given.getlist("roles")),
        begins=timezone.now() if begins.date() <= today else begins,
        ends=ends,
        reason=reason,
    )
    try:
        number = administration.do_or_propose(actor, "lend", loan.model_dump(), reason)
    except Invalid as error:
        return {f.column: f.message.say(get_language() or "zh-hans") for f in error.faults}
    if number is None:
        messages.success(request, _("The roles are lent. They come back by themselves, or when you end the loan."))
    else:
        messages.info(request, _("These roles may do much: an administrator has to second the loan."))
    return {}


def _context(request: HttpRequest, actor: access.Actor, faults: dict[str, str]) -> dict[str, Any]:
    roles, language, today = administration.roles(), get_language() or "zh-hans", timezone.localdate()

    def titles(codes: Any) -> list[str]:
        return [roles[c].title.say(language) if c in roles else c for c in codes]

    given, posted = request.POST, request.method == "POST"
    told: list[dict[str, Any]] = [
        {
            "loan": one,
            "roles": titles(one.roles),
            "state": states()[one.state],
            "open": one.state in ("coming", "living"),
        }
        for one in administration.my_loans(actor)
    ]
    return {
        "crumbs": [(_("Loans of roles"), "")],
        "mine": [t for t in told if t["loan"].giver == actor.name],
        "lent": [t for t in told if t["loan"].taker == actor.name],
        "own": [
            {"code": c, "title": t, "much": bool(administration.dangers_of([c])), "chosen": c in given.getlist("roles")}
            for c, t in zip(actor.roles, titles(actor.roles), strict=True)
        ],
        "colleagues": administration.colleagues(actor),
        "waiting": [p for p in administration.my_proposals(actor) if p.act == "lend" and p.state == "asked"],
        "faults": faults,
        "given": {
            "taker": given.get("taker", ""),
            "reason": given.get("reason", ""),
            "begins": given.get("begins", "") if posted else f"{today:%Y-%m-%d}",
            "ends": given.get("ends", "") if posted else f"{today + timedelta(days=7):%Y-%m-%d}",
        },
    }


@require_POST
def end(request: HttpRequest, number: int) -> HttpResponse:
    if not request.user.is_authenticated:
        return to_sign_in(request)
    administration.end_loan(access.actor_of(request), number)
    messages.success(request, _("The loan is ended."))
    return redirect("my:loans")

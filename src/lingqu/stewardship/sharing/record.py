"""One request or agreement as both sides see it: where it stands, its stages, and what may be done now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lingqu.centre.access import door as access
from lingqu.centre.access.definitions import Role
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.drawing import door as drawing
from lingqu.kernel.errors import LingquError, NotFound, Refused
from lingqu.kernel.text import Text
from lingqu.stewardship import outgoing
from lingqu.stewardship.desk import frame, stewards
from lingqu.stewardship.sharing import listing, summary, words

DAYS = 30


@require_safe
@stewards
def page(request: HttpRequest, number: str) -> HttpResponseBase:
    actor = access.actor_of(request)
    shown = _agreement if number.startswith("A-") else _request
    template, context = shown(actor, number)
    catalogue.seen(actor, number)
    steps = catalogue.steps(actor, number)
    context |= {"steps": [words.step(s) for s in reversed(steps)], "number": number}
    crumbs = (listing.crumb("record"), (number, ""))
    return render(request, template, frame("sharing", *crumbs, **context))


def _request(actor: access.Actor, number: str) -> tuple[str, dict[str, Any]]:
    found = catalogue.request(actor, number)
    mine = found.consumer in catalogue.departments_of(actor)
    open_now = found.state in catalogue.workflow.OPEN
    context = {
        "of": found,
        "state": words.state(found.state),
        "clock": words.clock(found),
        "resource": words.resource(found.resource),
        "consumer": words.department(found.consumer),
        "provider": words.department(found.provider),
        "groups": summary.groups(found),
        "items": _items(found),
        "decisions": words.decisions(),
        "rules": catalogue.sharing_rules(),
        "provide_by": catalogue.provide_by(found) if found.state == "agreed" else None,
        "may": {
            "edit": mine and found.state in ("draft", "returned"),
            "withdraw": mine and open_now,
            "check": found.state == "submitted" and catalogue.oversees(actor),
            "decide": found.state == "deciding"
            and catalogue.may_decide(actor, found)
            and actor.name != found.submitted_by,
        },
    }
    return "stewardship/sharing/request.html", context


def _items(found: catalogue.Request) -> list[dict[str, Any]]:
    known, served = words.items_of(found.resource), catalogue.serve(found.resource, found.wish.items)
    return [
        {
            "code": code,
            "title": words.item(known, code),
            "personal": code in known and known[code].personal,
            "sensitive": code in known and known[code].sensitive,
            "lacking": code in served.lacking,
            "decided": words.decisions().get(found.decided.get(code, ""), ""),
            "look": "bad" if found.decided.get(code) == "refuse" else "ok",
        }
        for code in found.wish.items
    ]


def _agreement(actor: access.Actor, number: str) -> tuple[str, dict[str, Any]]:
    found = catalogue.agreement(actor, number)
    mine = catalogue.departments_of(actor)
    known = words.items_of(found.resource)
    today = timezone.localdate()
    usage = access.usage(number, today - timedelta(days=DAYS - 1))
    living = found.state == "living"
    consents = access.consents_to(number, limit=1000) if found.consent else []
    context = {
        "of": found,
        "state": words.state(found.state),
        "resource": words.resource(found.resource),
        "consumer": words.department(found.consumer),
        "provider": words.department(found.provider),
        "purpose_title": words.purpose(found.purpose),
        "method": words.methods().get(found.method, found.method),
        "frequency": words.frequencies().get(found.frequency, found.frequency),
        "items": [
            {"title": words.item(known, item), "attribute": attribute, "unmasked": item in found.unmasked}
            for item, attribute in found.attributes
        ],
        "lacking": [words.item(known, code) for code in found.lacking],
        "holders": _holders(found),
        "usage": usage,
        "trend": _trend(usage),
        "trend_words": ", ".join(f"{day:%m-%d}: {entities:,}" for day, _calls, entities in usage[-7:]),
        "calls": sum(calls for _day, calls, _n in usage),
        "entities": sum(n for _day, _calls, n in usage),
        "consents": {"given": sum(c.state == "given" for c in consents), "asked": len(consents)},
        "outgoing": outgoing.latest(actor, found),
        "reports": catalogue.reports(actor, number),
        "year": today.year,
        "left": (found.last_day - today).days,
        "soon": living and (found.last_day - today).days <= catalogue.sharing_rules().warn,
        "may": {
            "withdraw": living,
            "renew": found.consumer in mine and found.state in ("living", "ended") and not found.renewed_by,
            "change": found.consumer in mine and living,
            "report": found.consumer in mine,
        },
    }
    return "stewardship/sharing/agreement.html", context


def _holders(found: catalogue.Agreement) -> list[str]:
    """Who holds it, in words; what is delivered is read by the platform."""
    roles = drawing.every(Role)
    people = [roles[code].title.say(words.language()) if code in roles else code for code in found.people_roles]
    if found.method in catalogue.targets():
        return [*people, _("the platform delivers it")]
    return [*people, *(name for name in found.accounts if name != "-")]


def _trend(usage: list[tuple[Any, int, int]]) -> list[int]:
    """Records a day for each of the last days, those without use as 0."""
    by_day = {day: entities for day, _calls, entities in usage}
    today = timezone.localdate()
    return [by_day.get(today - timedelta(days=n), 0) for n in reversed(range(DAYS))]


@require_POST
@stewards
def act(request: HttpRequest, number: str) -> HttpResponseBase:
    """One act on a request or an agreement; what is wrong with it is said on the record."""
    do = _ACTS.get(request.POST.get("act", ""))
    if do is None:
        raise NotFound(
            "sharing.unknown",
            Text(zh="没有这一操作", en="There is no such act"),
            place=number,
            next_step=Text(zh="返回申请页面", en="Go back to the record"),
        )
    try:
        where, told = do(access.actor_of(request), number, request.POST)
    except Refused:
        raise
    except LingquError as error:
        messages.error(request, f"{error.message.say(words.language())} {error.next_step.say(words.language())}")
        return redirect("stewardship:sharing_record", number)
    messages.success(request, told)
    return redirect(where[0], *where[1:])


Done = tuple[tuple[str, ...], str]
_RECORD = "stewardship:sharing_record"


def _check(actor: access.Actor, number: str, given: QueryDict) -> Done:
    passed = given.get("how") == "pass"
    catalogue.check(actor, number, passed=passed, reasons=given.get("words", "")[:2000])
    return (_RECORD, number), _("Passed on to the owner.") if passed else _("Returned to the consumer.")


def _decide(actor: access.Actor, number: str, given: QueryDict) -> Done:
    found = catalogue.request(actor, number)
    items = {code: given.get(f"item.{code}", "refuse") for code in found.wish.items}
    done = catalogue.decide(
        actor, number, items, reason=given.get("words", "")[:2000], law=given.get("law", "").strip()[:400]
    )
    told = _("Refused.") if done.state == "refused" else _("Agreed; it is in force from its first day.")
    return (_RECORD, done.agreement or number), told


def _withdraw(actor: access.Actor, number: str, given: QueryDict) -> Done:
    catalogue.withdraw(actor, number, given.get("words", "")[:2000])
    return (_RECORD, number), _("Withdrawn; both sides are told.")


def _renew(actor: access.Actor, number: str, given: QueryDict) -> Done:
    return (_RECORD, catalogue.renew(actor, number).number), _("Requested for as long again.")


def _change(actor: access.Actor, number: str, given: QueryDict) -> Done:
    made = catalogue.change(actor, number).number
    return ("stewardship:sharing_group", made, "items"), _("Change what you need and send it in.")


def _message(actor: access.Actor, number: str, given: QueryDict) -> Done:
    catalogue.message(actor, number, given.get("words", ""))
    return (_RECORD, number), _("Sent to the other side.")


def _report(actor: access.Actor, number: str, given: QueryDict) -> Done:
    year = given.get("year", "")
    used = int(year) if year.isascii() and year.isdigit() and len(year) == 4 else timezone.localdate().year
    said = {name: given.get(name, "") for name in ("use", "benefit", "trouble")}
    catalogue.report(actor, number, used, **said)
    return (_RECORD, number), _("Thank you; the provider can read it.")


_ACTS: dict[str, Callable[[access.Actor, str, QueryDict], Done]] = {
    "check": _check,
    "decide": _decide,
    "withdraw": _withdraw,
    "renew": _renew,
    "change": _change,
    "message": _message,
    "report": _report,
}

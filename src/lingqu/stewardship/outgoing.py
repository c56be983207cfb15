"""Deliveries out: the list, one with its counts side by side, and what may be done about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.exchange import door as exchange
from lingqu.kernel.errors import LingquError, NotFound, Refused
from lingqu.kernel.text import Text
from lingqu.stewardship.desk import frame, stewards, whole
from lingqu.stewardship.sharing import words

PAGE = 50
LATEST = 5


def states() -> dict[str, tuple[str, str]]:
    """States of a dispatch as (words, look)."""
    return {
        "waiting": (_("waiting"), "notice"),
        "running": (_("on its way"), "notice"),
        "delivered": (_("delivered, no receipt yet"), "notice"),
        "acknowledged": (_("received in full"), "ok"),
        "differs": (_("receipt differs"), "bad"),
        "parked": (_("parked"), "bad"),
        "withdrawn": (_("stopped: agreement ended"), "none"),
        "failed": (_("failed"), "bad"),
    }


def channels() -> dict[str, str]:
    known = words.methods()
    return {code: known[code] for code in ("file", "database", "push", "subscription")}


def sides(actor: access.Actor) -> tuple[str, ...] | None:
    """Departments whose deliveries the actor may know of; None for all of them."""
    return None if catalogue.oversees(actor) else tuple(catalogue.departments_of(actor))


def latest(actor: access.Actor, agreement: catalogue.Agreement) -> dict[str, Any]:
    """For ``part_outgoing.html`` on the page of an agreement."""
    return {
        "channels": channels(),
        "states": states(),
        "dispatches": exchange.dispatches(agreement=agreement.number, limit=LATEST),
        "agreement": agreement.number,
        "may": agreement.state == "living" and access.may(actor, "steward", owner=agreement.provider),
    }


@require_safe
@stewards
def listing(request: HttpRequest) -> HttpResponseBase:
    known = sides(access.actor_of(request))
    asked = {name: request.GET.get(name, "") for name in ("agreement", "state", "channel")}
    before = request.GET.get("before", "")
    found = exchange.dispatches(**asked, sides=known, before=whole(before), limit=PAGE)
    context = frame(
        "outgoing",
        (_("Deliveries out"), ""),
        outgoing={"states": states(), "channels": channels(), "dispatches": found},
        counts={name: exchange.dispatch_counts(name, known) for name in ("state", "channel", "agreement")},
        asked=asked,
        before=before,
        last=found[-1].id if len(found) == PAGE else None,
    )
    return render(request, "stewardship/outgoing.html", context)


def _seen(request: HttpRequest, number: int) -> exchange.Dispatch:
    """The dispatch, for its two sides and who oversees sharing; to others there is none."""
    actor = access.actor_of(request)
    found, known = exchange.dispatch(number), sides(actor)
    if known is not None and not {found.provider, found.consumer} & set(known):
        access.record(actor, "refused", detail={"rule": "outgoing.side", "dispatch": number})
        raise NotFound(
            "outgoing.unknown",
            Text(zh=f"没有编号为 {number} 的交付", en=f"There is no delivery out {number}"),
            place=str(number),
            next_step=Text(zh="在对外交付列表中查找", en="Look it up in the list of deliveries out"),
        )
    return found


def _about(request: HttpRequest, found: exchange.Dispatch) -> dict[str, Any]:
    actor = access.actor_of(request)
    told, look = states()[found.state]
    may = access.may(actor, "steward", owner=found.provider)
    return {
        "dispatch": found,
        "words": told,
        "look": look,
        "channel": channels().get(found.channel, found.channel),
        "provider": words.department(found.provider),
        "consumer": words.department(found.consumer),
        "resource": words.resource(found.resource),
        "may_again": may and found.state in ("waiting", "parked", "failed", "differs"),
        "may_park": may and found.working,
        "may_fetch": exchange.may_fetch(actor, found),
        "acknowledged": found.receipt.get("acknowledged"),
        "differing": found.receipt.get("differing", ()),
        "tries": list(reversed(found.tries)),
    }


@require_safe
@stewards
def entry(request: HttpRequest, number: int) -> HttpResponseBase:
    found = _seen(request, number)
    crumbs = ((_("Deliveries out"), reverse("stewardship:outgoing")), (f"{_('Delivery out')} {number}", ""))
    return render(request, "stewardship/dispatch.html", frame("outgoing", *crumbs, **_about(request, found)))


@require_safe
@stewards
def progress(request: HttpRequest, number: int) -> HttpResponseBase:
    """The part of the page that changes while work goes on; asked for once a second."""
    found = _seen(request, number)
    return render(request, "stewardship/part_dispatch.html", _about(request, found) | {"reload": not found.working})


@require_POST
@stewards
def act(request: HttpRequest, number: int) -> HttpResponseBase:
    _seen(request, number)
    acts: dict[str, Callable[[access.Actor, int], Any]] = {"again": exchange.try_again, "park": exchange.park}
    chosen = acts.get(request.POST.get("act", ""))
    if chosen is not None:
        _said(request, lambda actor: chosen(actor, number), _("Done."))
    return redirect("stewardship:dispatch", number=number)


@require_POST
@stewards
def deliver(request: HttpRequest, number: str) -> HttpResponseBase:
    made = _said(
        request,
        lambda actor: exchange.deliver(actor, catalogue.agreement(actor, number).number),
        _("It begins by itself; you may leave this page."),
    )
    if made is None:
        return redirect("stewardship:sharing_record", number)
    return redirect("stewardship:dispatch", number=made.id)


def _said(request: HttpRequest, do: Callable[[access.Actor], Any], told: str) -> Any:
    """What was done, or None where it could not be, which is said on the page."""
    try:
        done = do(access.actor_of(request))
    except Refused:
        raise
    except LingquError as error:
        language = get_language() or "zh-hans"
        messages.error(request, f"{error.message.say(language)} {error.next_step.say(language)}")
        return None
    messages.success(request, told)
    return done


@require_safe
@stewards
def file(request: HttpRequest, number: int, name: str) -> HttpResponseBase:
    """For people of the consumer who hold a role that the agreement names. The door decides, and keeps the ledger."""
    at = exchange.fetch(access.actor_of(request), number, name)
    answer = FileResponse(at.open("rb"), as_attachment=True, filename=at.name)
    answer["Cache-Control"] = "no-store"
    return answer

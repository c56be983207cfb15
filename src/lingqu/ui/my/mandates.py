"""Acting for others: whom I act for, the mandates I gave and got, giving one, and the switch."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from lingqu.centre.access import door as access
from lingqu.centre.notices import door as notices
from lingqu.centre.procedures import door as procedures
from lingqu.kernel.errors import Conflict, Invalid
from lingqu.kernel.text import Text
from lingqu.ui import behalf
from lingqu.ui.my.loans import day
from lingqu.ui.my.rights import to_sign_in

MANY_SERVICES = 60
_OFFERED = Text(zh="有人请您代办，请答复", en="Somebody wants you to act for them: please answer")
_ACCEPTED = Text(zh="您给出的授权已被接受", en="A mandate that you gave was accepted")
_REFUSED = Text(zh="您给出的授权被拒绝", en="A mandate that you gave was refused")
_ENDED = Text(zh="一项授权已终止", en="A mandate was ended")


@never_cache
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return to_sign_in(request)
    actor = access.actor_of(request)
    faults: dict[str, str] = {}
    if request.method == "POST":
        faults = _give(request, actor)
        if not faults:
            return redirect("my:mandates")
    return render(request, "ui/my_mandates.html", _context(request, actor, faults), status=400 if faults else 200)


def _tell(to: str, what: Text, number: int) -> None:
    notices.tell([to], "mandate", what, link="/my/mandates/", about=f"mandate:{number}", key=f"{what.en}:{number}")


def _tell_parties(actor: access.Actor, number: int, what: Text) -> None:
    """Who gave and who took it, but for who just did it."""
    for each in access.mandates(actor):
        if each.number == number:
            for to in {each.giver, each.taker} - {actor.name}:
                _tell(to, what, number)


def _give(request: HttpRequest, actor: access.Actor) -> dict[str, str]:
    """Faults by field; none where it is offered."""
    given, now = request.POST, timezone.now()
    begins, ends = day(given.get("begins", "")), day(given.get("ends", ""), last=True)
    if begins is None or ends is None:
        return {"ends": _("Give the first and the last day.")}
    some = given.get("services_kind") == "some"
    services = tuple(c for c in procedures.procedures() if some and c in given.getlist("services"))
    if some and not services:
        return {"services": _("Choose the services, or all of them.")}
    offer = access.MandateOffer(
        entity=given.get("entity", "")[:200],
        taker=given.get("taker", "").strip()[:150],
        does=tuple(given.getlist("does")[:5]),
        services=services,
        words=given.get("words", "")[:400],
        begins=now if begins.date() <= timezone.localdate() else begins,
        ends=ends,
    )
    try:
        with transaction.atomic():
            _tell(offer.taker, _OFFERED, access.give_mandate(actor, offer))
    except Invalid as error:
        return {f.column: f.message.say(get_language() or "zh-hans") for f in error.faults}
    messages.success(request, _("Offered. It holds once the other has accepted it; you can take it back at any time."))
    return {}


@require_POST
def decide(request: HttpRequest, number: int) -> HttpResponse:
    if not request.user.is_authenticated:
        return to_sign_in(request)
    actor, act = access.actor_of(request), request.POST.get("act", "")
    try:
        if act in ("accept", "refuse"):
            with transaction.atomic():
                access.answer_mandate(actor, number, accept=act == "accept")
                _tell_parties(actor, number, _ACCEPTED if act == "accept" else _REFUSED)
            said = _("Accepted. You can act for the other now.") if act == "accept" else _("Refused.")
        elif act == "end":
            with transaction.atomic():
                access.end_mandate(actor, number)
                _tell_parties(actor, number, _ENDED)
            said = _("Ended. From now on nothing is done on this mandate.")
        else:
            return redirect("my:mandates")
    except Conflict as error:
        messages.error(request, error.message.say(get_language() or "zh-hans"))
    else:
        messages.success(request, said)
    return redirect("my:mandates")


@require_POST
def act_for(request: HttpRequest) -> HttpResponse:
    """The switch. Where it may not be, the refusal says so, and nothing changes."""
    if not request.user.is_authenticated:
        return to_sign_in(request)
    access.act_for(request, request.POST.get("entity", "")[:200])
    onward = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        onward, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return redirect(onward if safe else "my:mandates")


def _context(request: HttpRequest, actor: access.Actor, faults: dict[str, str]) -> dict[str, Any]:
    given, posted, today = request.POST, request.method == "POST", timezone.localdate()
    whom, rows = access.represented(actor), [_row(actor, each) for each in access.mandates(actor)]
    return {
        "crumbs": [(_("Acting for others"), "")],
        "whom": [{"of": each, "basis": behalf.basis(each.basis), "now": _is_now(actor, each.id)} for each in whom],
        "offered": [r for r in rows if r["mine"] and r["of"].state == "offered"],
        "taken": [r for r in rows if r["mine"] and r["of"].state != "offered"],
        "given": [r for r in rows if not r["mine"]],
        "may_give": _may_give(actor, whom),
        "does": [{"code": code, "words": said, "chosen": not posted or code in given.getlist("does")}
                 for code, said in behalf.does().items()],
        "services": _services(given.getlist("services")),
        "some": given.get("services_kind") == "some",
        "faults": faults,
        "name": actor.name,
        "said": {
            "entity": given.get("entity", request.GET.get("entity", "")),
            "taker": given.get("taker", ""),
            "words": given.get("words", ""),
            "begins": given.get("begins", f"{today:%Y-%m-%d}"),
            "ends": given.get("ends", f"{today + timedelta(days=365):%Y-%m-%d}"),
        },
    }  # fmt: skip


def _is_now(actor: access.Actor, entity: str) -> bool:
    return actor.behalf is not None and actor.behalf.id == entity


def _may_give(actor: access.Actor, whom: list[access.Represented]) -> list[tuple[str, str]]:
    own = [(actor.person, _("myself"))] if actor.person else []
    return own + [(each.id, each.label) for each in whom if each.by_register]


def _services(chosen: list[str]) -> list[dict[str, Any]]:
    language = get_language() or "zh-hans"
    return [
        {"code": code, "title": each.title.say(language), "chosen": code in chosen}
        for code, each in list(procedures.procedures().items())[:MANY_SERVICES]
    ]


def _row(actor: access.Actor, each: access.Mandated) -> dict[str, Any]:
    language, known, words = get_language() or "zh-hans", procedures.procedures(), behalf.does()
    return {
        "of": each,
        "mine": each.taker == actor.name,
        "label": _("myself") if each.entity == actor.person else each.label,
        "does": [words[code][0] for code in each.does if code in words],
        "services": [known[code].title.say(language) if code in known else code for code in each.services],
        "state": behalf.states()[each.state],
    }

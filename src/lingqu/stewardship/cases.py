"""Cases to work on: what waits for one's department, and a case with its diagram, steps and history."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.procedures import door as procedures
from lingqu.kernel.errors import Conflict, Invalid, NotFound
from lingqu.stewardship.desk import frame

P = ParamSpec("P")
Page = Callable[Concatenate[HttpRequest, access.Actor, P], HttpResponseBase]


def handlers(page: Page[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Only for who handles cases of some department; who is not signed in is asked to."""

    @wraps(page)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect(f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}")
        actor = access.actor_of(request)
        access.require(actor, "handle")
        return page(request, actor, *args, **kwargs)

    return guarded


def clocks() -> dict[str, tuple[str, str]]:
    """clock → (words, class of the tag)"""
    return {
        "overdue": (_("overdue"), "bad"),
        "soon": (_("due soon"), "notice"),
        "calm": (_("in time"), "ok"),
        "stopped": (_("waits for the applicant"), ""),
        "none": (_("no term"), ""),
    }


def acts() -> dict[str, str]:
    return {
        "start": _("application handed in"),
        "claim": _("taken on"),
        "hand_over": _("handed over"),
        "complete": _("done"),
        "return": _("sent back to the applicant"),
        "supplement": _("supplemented"),
        "suspend": _("suspended"),
        "resume": _("resumed"),
        "withdraw": _("withdrawn"),
        "timer": _("timer went off"),
        "overdue": _("found overdue"),
        "supplement_overdue": _("supplement overdue"),
        "escalate": _("escalated"),
        "end": _("ended"),
        "stuck": _("stuck"),
    }


def states() -> dict[str, str]:
    return {
        "running": _("under way"),
        "suspended": _("suspended"),
        "ended": _("ended"),
        "withdrawn": _("withdrawn"),
        "stuck": _("stuck"),
        "open": _("not taken on"),
        "claimed": _("taken on"),
        "returned": _("sent back to the applicant"),
        "done": _("done"),
        "cancelled": _("cancelled"),
    }


@require_safe
@handlers
def listing(request: HttpRequest, actor: access.Actor) -> HttpResponseBase:
    mine = request.GET.get("mine") == "1"
    departments, known, words = catalogue.departments(), procedures.procedures(), clocks()
    rows = [
        {
            "of": item,
            "clock": words[item.clock],
            "department": departments.get(item.department),
            "procedure": known.get(item.procedure),
        }
        for item in procedures.inbox(actor, mine=mine)
    ]
    context = frame("cases", (_("Cases"), ""), rows=rows, mine=mine, counts=procedures.counts(actor))
    return render(request, "stewardship/cases.html", context)


@require_safe
@handlers
def entry(request: HttpRequest, actor: access.Actor, number: int) -> HttpResponseBase:
    case = procedures.case(actor, number)
    plan, procedure = case.compiled.plan, case.compiled.procedure
    departments, words, said, named = catalogue.departments(), clocks(), states(), acts()
    items = [
        {
            "of": item,
            "state": said[item.state],
            "clock": words[item.clock],
            "department": departments.get(item.department),
            "acts": _may(actor, case, item),
            "returns": procedure.tasks[item.node].returns,
            "answers": [(name, procedure.variables[name]) for name in procedure.tasks[item.node].answers],
        }
        for item in case.items
    ]
    passed = {act.node for act in case.acts if act.node}
    drawn = procedures.picture(plan, case.waiting, passed, procedure.title.say(request.LANGUAGE_CODE))  # type: ignore[attr-defined]
    history = [
        {"of": act, "act": named.get(act.act, act.act), "node": plan.nodes[act.node].title if act.node else ""}
        for act in case.acts
    ]
    context = frame(
        "cases",
        (_("Cases"), reverse("stewardship:cases")),
        (str(number), ""),
        case=case,
        state=said[case.state],
        items=items,
        history=history,
        picture=mark_safe(drawn),  # noqa: S308 (made by us, every word escaped)
    )
    return render(request, "stewardship/case.html", context)


def _may(actor: access.Actor, case: procedures.Case, item: procedures.Item) -> bool:
    return (
        case.state == "running"
        and item.state in ("open", "claimed")
        and item.holder in ("", actor.name)
        and actor.name != case.applicant
        and access.may(actor, "handle", case.procedure, owner=item.department)
    )


@require_POST
@handlers
def act(request: HttpRequest, actor: access.Actor, number: int, item: int, name: str) -> HttpResponseBase:
    """Claim, complete or send back; what is refused for its words is told on the page."""
    done: dict[str, Callable[[], None]] = {
        "claim": lambda: procedures.claim(actor, item),
        "complete": lambda: procedures.complete(
            actor, item, _answers(request, procedures.case(actor, number), item), request.POST.get("words", "")[:2000]
        ),
        "return": lambda: procedures.send_back(actor, item, _missing(request.POST.get("missing", ""))),
    }
    if name not in done:
        raise NotFound("procedures.act", _("There is no such act"), place=name)
    try:
        done[name]()
    except (Invalid, Conflict) as error:
        access.tell(actor, error, place=request.path)
        told = [error.message, *(fault.message for fault in error.faults), error.next_step]
        messages.error(request, " ".join(text.say(request.LANGUAGE_CODE) for text in told))  # type: ignore[attr-defined]
    else:
        messages.success(request, _("Written down."))
    return redirect("stewardship:case", number)


def _answers(request: HttpRequest, case: procedures.Case, item: int) -> dict[str, Any]:
    node = next((each.node for each in case.items if each.id == item), "")
    procedure = case.compiled.procedure
    given: dict[str, Any] = {}
    for name in procedure.tasks[node].answers if node else ():
        text = request.POST.get(f"answer_{name}", "").strip()
        if text:
            given[name] = _value(procedure.variables[name].type, text)
    return given


def _value(kind: str, text: str) -> Any:
    if kind == "truth":
        return {"yes": True, "no": False}.get(text, text)
    if kind == "number":
        try:
            return float(text) if "." in text else int(text)
        except ValueError:
            return text
    return text


def _missing(text: str) -> list[tuple[str, str]]:
    """A line each: what, a colon, why."""
    lines = [line.replace("：", ":").partition(":") for line in text.splitlines() if line.strip()]
    return [(what.strip(), why.strip()) for what, _colon, why in lines]

"""Running cases of older versions: where they stand, what would become of them, and taking them over by two people."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lingqu.blueprint.design import acts
from lingqu.blueprint.design.frame import designers, frame
from lingqu.blueprint.design.listing import titles
from lingqu.centre.access import door as access
from lingqu.centre.access.door import administration
from lingqu.centre.drawing import door as drawing
from lingqu.centre.procedures import door as procedures
from lingqu.centre.procedures.door import Procedure
from lingqu.kernel.errors import Invalid

TAKES = "takes."
"""Before a node of an older version, in the address and in what is posted."""


@require_safe
@designers
def page(request: HttpRequest, actor: access.Actor, code: str) -> HttpResponseBase:
    procedure, chosen = drawing.one(Procedure, code), _mapping(request.GET.items())
    _require(actor, procedure)
    wrong = ""
    try:
        found = procedures.standing(code, chosen)
    except Invalid as error:
        found, wrong = procedures.standing(code), str(error)
    context = frame(
        (titles()[Procedure.kind], ""),
        (code, ""),
        code=code,
        title=procedure.title,
        found=found,
        chosen=chosen,
        wrong=wrong,
        places=[{"of": each, "name": TAKES + each.node, "to": chosen.get(each.node, "")} for each in found.places],
        mappable=any(each.may for each in found.places),
        waiting=_waiting(actor, code),
        **_progress(found.run),
    )
    return render(request, "design/moving.html", context)


@require_safe
@designers
def progress(request: HttpRequest, actor: access.Actor, code: str) -> HttpResponseBase:
    """Only how far the worker is; the page is loaded anew when it is done."""
    procedure = drawing.one(Procedure, code)
    _require(actor, procedure)
    made = _progress(procedures.last_run(code))
    return render(request, "design/part_moving.html", {"code": code, "reload": not made["working"], **made})


@require_POST
@designers
def act(request: HttpRequest, actor: access.Actor, code: str, name: str) -> HttpResponseBase:
    procedure = drawing.one(Procedure, code)
    _require(actor, procedure)
    why, waiting = request.POST.get("reason", "")[:400], _waiting(actor, code)
    number = waiting.id if waiting else 0
    arguments: dict[str, Any] = {"procedure": code, "version": request.POST.get("version", "")[:64]}
    done = {
        "propose": lambda: administration.propose(
            actor, procedures.MOVE_CASES, arguments | {"mapping": _mapping(request.POST.items())}, why
        ),
        "back": lambda: administration.propose(actor, procedures.MOVE_CASES, arguments | {"back": True}, why),
        "second": lambda: administration.second(actor, number),
        "refuse": lambda: administration.refuse_proposal(actor, number, why),
    }
    said = {
        "propose": _("Proposed. It begins when another person seconds it."),
        "back": _("Proposed. It begins when another person seconds it."),
        "second": _("Seconded. It begins within seconds."),
        "refuse": _("The proposal is off; nothing was changed."),
    }
    acts.performed(request, name, done, said)
    return redirect("design:moving", code)


def _require(actor: access.Actor, procedure: Procedure) -> None:
    if not access.may(actor, "apply"):
        access.require(actor, "steward", owner=procedure.department)


def _mapping(given: Any) -> dict[str, str]:
    return {name.removeprefix(TAKES)[:80]: str(to)[:80] for name, to in given if name.startswith(TAKES) and to}


def _waiting(actor: access.Actor, code: str) -> Any:
    """The proposal that is open for this procedure, by whom it may be seconded or who made it."""
    asked = [*administration.proposals_waiting(actor), *administration.my_proposals(actor)]
    ours = [each for each in asked if each.act == procedures.MOVE_CASES and each.state == "asked"]
    return next((each for each in ours if each.arguments.get("procedure") == code), None)


def _progress(run: Any) -> dict[str, Any]:
    return {"run": run, "working": bool(run and run.wanted), "backed": bool(run and run.back_at and run.moved)}

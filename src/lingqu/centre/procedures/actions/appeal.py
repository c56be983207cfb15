"""Appeal against an outcome, or against being sent back: a case of another procedure, linked to the first one.

The term ends with the first working day where its last day is none (Administrative Reconsideration Law of the PRC, art.
88, with the Civil Procedure Law, art. 85).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.procedures import moves, rights, store
from lingqu.centre.procedures.actions import start
from lingqu.centre.procedures.definitions import Appeal
from lingqu.centre.procedures.models import Case, Item
from lingqu.kernel.errors import Conflict, Invalid
from lingqu.kernel.text import Text


def appeal(actor: access.Actor, case_id: int, words: str) -> int:
    if not words.strip():
        raise Invalid(
            "procedures.words",
            Text(zh="请写明申诉的请求和理由", en="Say what you ask for, and why"),
            place="words",
            next_step=Text(zh="写明后重试", en="Give a reason and try again"),
        )
    with moves.at_once():
        held = store.by_case(case_id)
        rights.require_applicant(actor, held)
        terms = held.compiled.procedure.appeal
        until = term(held)
        if terms is None or until is None:
            raise _none(case_id)
        _require_time(held, until)
        _require_first(case_id)
        title = f"{held.case['title'] or held.compiled.procedure.title.zh} · {case_id}"
        number = start.start(
            actor,
            terms.procedure,
            title=title,
            appeal_of=case_id,
            words=words[:4000],
            on_behalf_of=held.case["on_behalf_of"],
        )
        _link(actor, held, number)
    return number


def term(held: store.Held) -> datetime | None:
    """Until when there may be an appeal; None where there is nothing to appeal against."""
    terms = held.compiled.procedure.appeal
    since = _since(held.case, terms) if terms else None
    if terms is None or since is None:
        return None
    last = since + timedelta(days=terms.days - 1)
    return catalogue.due(last, 1)


def _since(case: dict[str, Any], terms: Appeal) -> datetime | None:
    """When that was done which is appealed against."""
    if case["state"] == "ended":
        return case["ended_at"] if case["outcome"] in terms.outcomes else None
    if not terms.returns or case["state"] != "running":
        return None
    rows = Item.objects.filter(case=case["id"], state="returned")
    return rows.order_by("-returned_at").values_list("returned_at", flat=True).first()


def _require_time(held: store.Held, until: datetime) -> None:
    if timezone.now() < until:
        return
    raise Conflict(
        "procedures.appeal_late",
        Text(zh=f"申诉期限已于 {until:%Y-%m-%d} 届满", en=f"The term of appeal ended on {until:%Y-%m-%d}"),
        place=str(held.case["id"]),
        owner=held.compiled.procedure.department,
        next_step=Text(zh="有正当理由的，请联系牵头部门", en="If something kept you, ask the leading department"),
    )


def _require_first(case_id: int) -> None:
    other = Case.objects.filter(appeal_of=case_id).exclude(state="withdrawn").values_list("id", flat=True).first()
    if other is not None:
        raise Conflict(
            "procedures.appealed",
            Text(zh=f"已经提出过申诉，编号 {other}", en=f"There is an appeal already: {other}"),
            place=str(case_id),
            next_step=Text(zh="查看该申诉的进度", en="See how it stands"),
        )


def _none(case_id: int) -> Conflict:
    return Conflict(
        "procedures.no_appeal",
        Text(zh="现在没有可以申诉的决定", en="There is nothing to appeal against now"),
        place=str(case_id),
        next_step=Text(zh="等办件有结论后再提出", en="Wait for the outcome of the case"),
    )


def _link(actor: access.Actor, held: store.Held, number: int) -> None:
    """Whoever decides the appeal sees the first case; its history says so."""
    fresh = Case.objects.filter(pk=number).values_list("departments", flat=True).first() or []
    case = {"departments": sorted({*held.case["departments"], *fresh})}
    row = store.act("appeal", actor.name, actor.department, timezone.now(), detail={"case": number})
    store.write(store.Change(case=case, acts=[row]), held)
    moves.record(actor, held.case["id"], "appeal", appeal=number)

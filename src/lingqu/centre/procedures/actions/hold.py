"""Suspend a case, resume it, or withdraw it."""

from __future__ import annotations

from datetime import datetime

from django.db import connection
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.procedures import moves, rights, store
from lingqu.centre.procedures.engine import Marking
from lingqu.kernel.errors import Invalid
from lingqu.kernel.text import Text


def suspend(actor: access.Actor, case_id: int, reason: str, law: str) -> None:
    """All clocks of the case stand still. The leading department does it, for a reason and on a basis in law."""
    if not reason.strip() or not law.strip():
        raise Invalid(
            "procedures.words",
            Text(zh="中止须写明理由和依据", en="Suspending needs a reason and its basis in law"),
            next_step=Text(zh="补充理由和依据后重试", en="Give both and try again"),
        )
    _lead(actor, case_id, "running", "suspended", "suspend", reason, law)


def resume(actor: access.Actor, case_id: int, reason: str = "") -> None:
    """Every clock gets what was left of it."""
    _lead(actor, case_id, "suspended", "running", "resume", reason, "")


def _lead(actor: access.Actor, case_id: int, of: str, to: str, act: str, reason: str, law: str) -> None:
    with moves.at_once():
        held = store.by_case(case_id)
        rights.require_handler(actor, held, held.compiled.procedure.department)
        moves.require_state(held, of)
        now, since = timezone.now(), held.case["suspended_at"]
        case = {"state": to, "suspended_at": now if to == "suspended" else None}
        if since is not None:
            case["due"] = _later(held.case["due"], since, now)
            _move_clocks(case_id, since, now)
        detail = {"law": law} if law else {}
        hands = rights.apart(actor, held.case["applicant"])
        whose = rights.stands_for(hands, held.case["procedure"], held.compiled.procedure.department)
        row = store.act(act, actor.name, actor.department, now, words=reason, detail=detail, stands_for=whose)
        store.write(store.Change(case=case, acts=[row]), held)
        moves.record(actor, case_id, act, **moves.whose(whose))


def _later(due: datetime | None, since: datetime, now: datetime, working: bool = True) -> datetime | None:
    """A moment put off by as long as the case stood still. ``due`` is the end of a last day, hence the -1."""
    if due is None or not working:
        return due and due + (now - since)
    return moves.due(now, max(1, catalogue.working_days(since, due) - 1))


def _move_clocks(case_id: int, since: datetime, now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select id, due from procedures_item where case_id = %s and state in ('open', 'claimed') "
            "and due is not null",
            [case_id],
        )
        for item, due in cursor.fetchall():
            cursor.execute("update procedures_item set due = %s where id = %s", [_later(due, since, now), item])
        cursor.execute("select id, fires_at, working from procedures_clock where case_id = %s", [case_id])
        for clock, fires, working in cursor.fetchall():
            moment = _later(fires, since, now, working)
            cursor.execute("update procedures_clock set fires_at = %s where id = %s", [moment, clock])


def withdraw(actor: access.Actor, case_id: int, words: str) -> None:
    """The applicant takes his application back; what offices did stays in the history."""
    with moves.at_once():
        held = store.by_case(case_id)
        rights.require_applicant(actor, held)
        moves.require_state(held, "running", "suspended", "stuck")
        now = timezone.now()
        case = {"state": "withdrawn", "ended_at": now, "marking": Marking().document(), "suspended_at": None}
        row = store.act("withdraw", actor.name, actor.department, now, words=words)
        store.write(store.Change(case=case, closed=[*held.marking.waiting], acts=[row]), held)
        moves.record(actor, case_id, "withdraw")

"""Begin a case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.drawing import door as drawing
from lingqu.centre.procedures import answers as answering
from lingqu.centre.procedures import engine, moves, rights, store
from lingqu.centre.procedures.actions.attach import attach
from lingqu.centre.procedures.definitions import Procedure
from lingqu.kernel.errors import Refused
from lingqu.kernel.text import Text


def start(
    actor: access.Actor,
    code: str,
    *,
    title: str = "",
    answers: Mapping[str, Any] | None = None,
    applicant: str = "",
    appeal_of: int | None = None,
    words: str = "",
    application: int | None = None,
    on_behalf_of: str = "",
    days: int | None = None,
) -> int:
    def act(_: bool) -> int:
        of = store.pin(drawing.one(Procedure, code))
        _require(actor, of.procedure, applicant)
        given, now = answering.of_start(of, answers or {}), timezone.now()
        step = engine.begin(of.plan, given)
        number = store.number()
        change = store.Change(
            case={
                "id": number, "procedure": code, "version": of.version, "state": "running", "step": 1,
                "title": title[:200], "applicant": (applicant or actor.name)[:200],
                "departments": [of.procedure.department],
                "started_at": now, "due": moves.due(now, _days(of.procedure, days)), "outcome": "",
                "appeal_of": appeal_of, "application": application, "on_behalf_of": on_behalf_of[:200],
            },
            acts=[store.act("start", actor.name, actor.department, now, words=words)],
            ledger=moves.ledger(actor, number, "start", procedure=code),
        )  # fmt: skip
        moves.apply(change, step, of, actor, now, given)
        return store.write(change)

    return store.at_a_stroke(act)


def with_files(
    actor: access.Actor, code: str, files: Sequence[tuple[str, bytes]] = (), *, on_behalf_of: str = "", **more: Any
) -> int:
    """All of it or nothing."""
    if on_behalf_of and on_behalf_of != actor.person:
        access.require_represents(actor, on_behalf_of, "apply", code)
    if not files:
        return start(actor, code, on_behalf_of=on_behalf_of, **more)
    with transaction.atomic():
        number = start(actor, code, on_behalf_of=on_behalf_of, **more)
        for name, content in files:
            attach(actor, number, name, content)
    return number


def _days(procedure: Procedure, fewer: int | None) -> int | None:
    return min((each for each in (procedure.days, fewer) if each is not None), default=None)


def _require(actor: access.Actor, procedure: Procedure, applicant: str) -> None:
    """Everybody who is signed in may apply; for somebody else the desk of the leading department."""
    if actor.kind == "anonymous":
        raise access.refusal(actor, "handle", procedure.code, owner=procedure.department)
    if applicant not in ("", actor.name) and not rights.handles(actor, procedure.code, procedure.department):
        error = Refused(
            "procedures.for_another",
            Text(zh="只能为自己申请", en="One applies for oneself"),
            place=procedure.code,
            owner=procedure.department,
            next_step=Text(zh="请本人申请，或由牵头部门窗口代办", en="Let him apply, or the leading department's desk"),
        )
        access.tell(actor, error)
        raise error

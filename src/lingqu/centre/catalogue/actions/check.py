"""The platform's check: the information centre passes a request on, or returns it with reasons."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import clocks, history, requests, rights, workflow
from lingqu.centre.catalogue.records import Request, of_request
from lingqu.kernel.errors import Invalid
from lingqu.kernel.text import Text


@transaction.atomic
def check(actor: access.Actor, number: str, passed: bool, reasons: str) -> Request:
    row = requests.row(actor, number, locked=True)
    if not rights.oversees(actor):
        raise rights.not_theirs(actor, number, clocks.rules().steward)
    act: workflow.Act = "pass" if passed else "return"
    state = workflow.after(row.state, act, number)
    if not passed and not reasons.strip():
        raise Invalid(
            "sharing.reason",
            Text(zh="退回须写明要补正什么", en="Say what has to be completed"),
            place=number,
            next_step=Text(zh="写明理由后再退回", en="Give the reasons and return it again"),
        )
    now = timezone.now()
    history.enter(row, state, now, clocks.rules().decide.days if passed else 0)
    if passed:
        row.passed_at = now
    row.save()
    history.add(row, act, actor, reasons)
    access.record(actor, "write", entity_type="SharingRequest", count=1, detail={"request": number, "act": act})
    return of_request(row)

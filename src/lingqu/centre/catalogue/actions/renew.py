"""A new period for an agreement, or a new version of it: by a request that goes the usual way."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import models, requests, rights
from lingqu.centre.catalogue.actions.draft import draft
from lingqu.centre.catalogue.actions.submit import submit
from lingqu.centre.catalogue.records import Request, Wish, of_request, wish_of
from lingqu.centre.catalogue.workflow import OPEN
from lingqu.kernel.errors import Conflict
from lingqu.kernel.text import Text


@transaction.atomic
def renew(actor: access.Actor, number: str) -> Request:
    """As long again as it was, from the day after its end (or from today), sent in at once."""
    row = requests.agreement_row(actor, number, locked=True)
    rights.require_for(actor, row.consumer, number)
    _none_open(number, renews=number)
    if row.renewed_by or row.state not in ("living", "ended"):
        raise _conflict(number, "协议已续签或已终止", "The agreement was renewed or withdrawn already")
    wish = wish_of(row.request)
    begins = max(timezone.localdate(), timezone.localdate(row.ends))
    length = (wish.ends - wish.begins) if wish.begins and wish.ends else timedelta(days=365)
    wish = replace(wish, begins=begins, ends=begins + length, items=_granted(row))
    return submit(actor, draft(actor, row.consumer, row.resource, wish, renews=number).number)


@transaction.atomic
def change(actor: access.Actor, number: str, wish: Wish | None) -> Request:
    """A draft that replaces the agreement when it is agreed. One that is open already is given back."""
    row = requests.agreement_row(actor, number, locked=True)
    rights.require_for(actor, row.consumer, number)
    if row.state != "living":
        raise _conflict(number, "只有生效中的协议可以变更", "Only an agreement in force can be changed")
    before = models.Request.objects.filter(changes=number, state__in=OPEN).first()
    if before is not None:
        return of_request(before)
    begins = timezone.localdate()
    wish = wish or replace(wish_of(row.request), begins=begins, items=_granted(row))
    return draft(actor, row.consumer, row.resource, wish, changes=number)


def _granted(row: models.Agreement) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for item, _ in row.attributes))


def _none_open(number: str, **by: str) -> None:
    before = models.Request.objects.filter(state__in=OPEN, **by).first()
    if before is not None:
        raise _conflict(number, f"续签申请 {before.number} 正在办理", f"Request {before.number} asks for it already")


def _conflict(number: str, zh: str, en: str) -> Conflict:
    return Conflict(
        "sharing.stage",
        Text(zh=zh, en=en),
        place=number,
        next_step=Text(zh="刷新页面查看最新状态", en="Reload the page to see how it stands"),
    )

"""The owner's decision, item by item."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import models, requests, rights, workflow
from lingqu.centre.catalogue.actions import settle
from lingqu.centre.catalogue.records import Request, of_request
from lingqu.kernel.errors import Invalid, Refused
from lingqu.kernel.text import Text

HOW = ("grant", "unmask", "refuse")


@transaction.atomic
def decide(actor: access.Actor, number: str, items: Mapping[str, str], reason: str, law: str) -> Request:
    row = requests.row(actor, number, locked=True)
    _entitled(actor, row)
    workflow.after(row.state, "agree", number)
    decided = {item: items.get(item, "refuse") for item in row.items}
    for item, how in items.items():
        if item not in row.items or how not in HOW:
            raise Invalid(
                "sharing.items",
                Text(zh=f"“{item}”不在申请之列", en=f"{item} was not asked for"),
                place=number,
                next_step=Text(zh="刷新页面后重新填写", en="Reload the page and decide again"),
            )
    if all(how == "refuse" for how in decided.values()):
        settle.refuse(actor, row, reason=reason, law=law)
    else:
        if "refuse" in decided.values() and not (reason.strip() and law.strip()):
            raise Invalid(
                "sharing.reason",
                Text(
                    zh="部分信息项不予共享，须写明理由和依据", en="Some items are refused: give the reason and the law"
                ),
                place=number,
                next_step=Text(zh="补充理由和依据", en="Give both"),
            )
        settle.agree(actor, row, decided, reason=reason, law=law)
    return of_request(models.Request.objects.select_related("agreement").get(pk=row.pk))


def may_decide(actor: access.Actor, provider: str, escalated: bool) -> bool:
    return rights.acts_for(actor, provider) or (escalated and rights.oversees(actor))


def _entitled(actor: access.Actor, row: models.Request) -> None:
    """The owner decides; where it let the clock run out, the information centre may. Never who asked (four eyes)."""
    if not may_decide(actor, row.provider, bool(row.escalated_at)):
        raise rights.not_theirs(actor, row.number, row.provider)
    if actor.name == row.submitted_by:
        access.record(actor, "refused", detail={"rule": "sharing.four_eyes", "place": row.number})
        raise Refused(
            "sharing.four_eyes",
            Text(zh="提交申请的人不能自己答复", en="Who sent a request in does not decide it"),
            place=row.number,
            owner=row.provider,
            next_step=Text(zh="请数源部门的其他人答复", en="Somebody else of the owner decides"),
        )

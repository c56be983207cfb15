"""Agree or refuse: the agreement and what it grants come into being in the transaction of the decision."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import clocks, history, models, requests, workflow
from lingqu.centre.catalogue.records import DELIVERED
from lingqu.centre.catalogue.served import Served, serve
from lingqu.kernel.elements import Mask
from lingqu.kernel.errors import Conflict, Invalid
from lingqu.kernel.text import Text

NOBODY = "-"
"""The name of no account: what is granted to people only."""


def refuse(
    actor: access.Actor, row: models.Request, *, reason: str, law: str, said: Mapping[str, Any] | None = None
) -> None:
    """Raises ``Invalid`` (``sharing.reason``) without a reason and a law: sharing is the rule, refusing is not.
    ``said``: both in two languages, where the platform refuses."""
    if not reason.strip() or not law.strip():
        raise Invalid(
            "sharing.reason",
            Text(
                zh="不予共享须写明理由和依据的法律、法规条款",
                en="A refusal names its reason and the law that it rests on",
            ),
            place=row.number,
            next_step=Text(zh="补充理由和依据", en="Give both"),
        )
    row.state = workflow.after(row.state, "refuse", row.number)
    _close(actor, row)
    row.reason, row.law = reason, law[:400]
    row.save()
    history.add(row, "refuse", actor, f"{reason}（{law}）", detail=said)
    _record(actor, row, "refused", row.number)


def agree(
    actor: access.Actor, row: models.Request, decided: Mapping[str, str], *, reason: str = "", law: str = ""
) -> models.Agreement:
    """``decided``: item → grant, unmask or refuse. Raises ``Conflict`` (``sharing.not_served``) where the registers
    have changed so that nothing can be served."""
    row.state = workflow.after(row.state, "agree", row.number)
    _close(actor, row)
    row.decided, row.reason, row.law = dict(decided), reason, law[:400]
    row.save()
    granted = [item for item in row.items if decided.get(item) in ("grant", "unmask")]
    served = serve(row.resource, granted)
    if not served.attributes:
        raise Conflict(
            "sharing.not_served",
            Text(zh="这些信息项目前无法经平台提供", en="These items cannot be served by the platform now"),
            place=row.number,
            next_step=Text(zh="联系市大数据中心", en="Ask the information centre"),
        )
    made = _agreement(row, served, decided)
    history.add(row, "agree", actor, reason, detail={"agreement": made.number, "items": dict(decided)})
    history.add(made, "begin", actor, reason, detail={"request": row.number})
    if row.changes:
        _replace(actor, row.changes, made)
    if row.renews:
        models.Agreement.objects.filter(number=row.renews).update(renewed_by=made.number)
    _issue(made)
    _record(actor, row, "agreed", made.number)
    return made


def _close(actor: access.Actor, row: models.Request) -> None:
    now = timezone.now()
    row.decided_at, row.decided_by = now, actor.name[:200]
    row.since, row.due, row.remind_at = now, None, None


def _agreement(row: models.Request, served: Served, decided: Mapping[str, str]) -> models.Agreement:
    now = timezone.now()
    number = history.next_number("A", now)
    accounts = list(row.accounts)
    if row.method in DELIVERED:
        accounts = [requests.holder(number)]
    elif not accounts:
        accounts = [NOBODY]
    return models.Agreement.objects.create(
        number=number,
        request=row,
        accounts=accounts,
        attributes=[list(pair) for pair in served.attributes],
        unmasked=[item for item, how in decided.items() if how == "unmask"],
        lacking=list(served.lacking),
        entity_type=served.entity_type,
        begins=max(now, clocks.start_of(row.begins)) if row.begins else now,
        ends=clocks.start_of(row.ends + timedelta(days=1)) if row.ends else now,
        **{name: getattr(row, name) for name in _SAME},
    )


_SAME = (
    "provider", "consumer", "resource", "purpose", "basis", "method", "frequency", "quota", "target", "consent",
    "people_roles", "renews", "changes",
)  # fmt: skip


def _issue(made: models.Agreement) -> None:
    """People see by their roles what systems get; what is delivered is read by Lingqu's own hand alone."""
    access.issue(
        agreement=made.number,
        department=made.consumer,
        grant=grant_of(made),
        begins=made.begins,
        ends=made.ends,
        accounts=tuple(made.accounts),
        people_roles=tuple(made.people_roles),
        consent=made.consent,
        basis=made.basis,
    )


def grant_of(made: models.Agreement) -> access.Grant:
    attributes = {item: attribute for item, attribute in made.attributes}
    request = made.request
    where = dict(serve(made.resource, request.where).attributes)
    mask: dict[str, Mask] = {a: "none" for item, a in made.attributes if item in made.unmasked}
    return access.Grant(
        actions=("verify",) if made.method == "verify" else ("read", "export"),
        types=(made.entity_type,),
        attributes=tuple(dict.fromkeys(attribute for _, attribute in made.attributes)),
        mask=mask,
        purposes=(made.purpose,),
        regions=tuple(request.regions),
        where={(attributes.get(item) or where[item]): tuple(v) for item, v in request.where.items()},
        quota=made.quota,
    )


def _replace(actor: access.Actor, number: str, made: models.Agreement) -> None:
    """The new version takes the old one's place at once."""
    old = models.Agreement.objects.select_for_update().get(number=number)
    if old.state != "living":
        return
    over(actor, old, "replaced", f"由 {made.number} 取代 · replaced by {made.number}", act="replace")


def over(actor: access.Actor, row: models.Agreement, state: str, why: str, *, act: str) -> None:
    """End an agreement and what it grants, in the caller's transaction: whoever asks next gets nothing."""
    row.state, row.ended_at, row.ended_by, row.ended_why = state, timezone.now(), actor.name[:200], why
    row.save()
    access.end(row.number, why)
    history.add(row, act, actor, why)
    access.record(actor, "grant", detail={"agreement": row.number, "what": state, "why": why})


def _record(actor: access.Actor, row: models.Request, what: str, number: str) -> None:
    access.record(
        actor,
        "grant",
        attributes=row.items,
        detail={
            "request": row.number,
            "agreement": number if number != row.number else "",
            "what": what,
            "resource": row.resource,
            "consumer": row.consumer,
        },
    )

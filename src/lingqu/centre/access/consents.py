"""What persons consented to: asked, given, refused, withdrawn. Withdrawing works at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from lingqu.centre.access import ledger
from lingqu.centre.access.actors import Actor
from lingqu.centre.access.models import Consent
from lingqu.kernel.errors import Conflict, NotFound, Refused
from lingqu.kernel.text import Text


@dataclass(frozen=True)
class Consented:
    """``state``: asked, given, refused, withdrawn, over."""

    number: int
    person: str
    agreement: str
    department: str
    items: tuple[str, ...]
    matter: str
    state: str
    asked_at: datetime
    asked_by: str
    given_at: datetime | None
    until: datetime | None
    refused_at: datetime | None
    withdrawn_at: datetime | None
    way: str
    evidence: str


@transaction.atomic
def ask(
    actor: Actor, *, person: str, agreement: str, department: str, items: tuple[str, ...], matter: str, until: datetime
) -> Consented:
    """See ``door.ask_consent``."""
    now = timezone.now()
    row = (
        Consent.objects.filter(person=person, agreement=agreement, refused_at=None, withdrawn_at=None, until__gt=now)
        .order_by("-number")
        .first()
    )
    if row is None:
        row = Consent.objects.create(
            person=person,
            agreement=agreement,
            department=department,
            items=list(items),
            matter=matter[:200],
            asked_at=now,
            asked_by=actor.name,
            until=until,
        )
        _record(actor, row, "asked")
    return _told(row)


@transaction.atomic
def give(actor: Actor, number: int, *, way: str = "page", evidence: str = "") -> Consented:
    """See ``door.give_consent``."""
    row = _own(actor, number, paper=way == "paper")
    if row.refused_at or row.withdrawn_at or row.given_at:
        raise _over(number)
    row.given_at, row.way, row.evidence = timezone.now(), way, evidence[:200]
    row.save()
    _record(actor, row, "given")
    return _told(row)


@transaction.atomic
def refuse(actor: Actor, number: int) -> Consented:
    """See ``door.refuse_consent``."""
    row = _own(actor, number)
    if row.refused_at or row.withdrawn_at or row.given_at:
        raise _over(number)
    row.refused_at = timezone.now()
    row.save()
    _record(actor, row, "refused by the person")
    return _told(row)


@transaction.atomic
def withdraw(actor: Actor, number: int) -> Consented:
    """See ``door.withdraw_consent``."""
    row = _own(actor, number)
    if row.withdrawn_at or not row.given_at:
        raise _over(number)
    row.withdrawn_at = timezone.now()
    row.save()
    _record(actor, row, "withdrawn")
    return _told(row)


def of_person(person: str) -> list[Consented]:
    """Newest first."""
    return [_told(row) for row in Consent.objects.filter(person=person).order_by("-number")] if person else []


def of_agreement(agreement: str, person: str = "", limit: int = 100, before: int | None = None) -> list[Consented]:
    found = Consent.objects.filter(agreement=agreement)
    if before is not None:
        found = found.filter(number__lt=before)
    return [_told(row) for row in (found.filter(person=person) if person else found).order_by("-number")[:limit]]


def latest(agreement: str, person: str) -> Consented | None:
    found = of_agreement(agreement, person, 1)
    return found[0] if found else None


def latest_of(agreements: Sequence[str], persons: Iterable[str]) -> dict[str, Consented]:
    """Person → the consent asked last under one of these agreements. One query."""
    asked = Consent.objects.filter(agreement__in=agreements, person__in=list(persons)).order_by("number")
    return {row.person: _told(row) for row in asked}


def _own(actor: Actor, number: int, *, paper: bool = False) -> Consent:
    """The row, locked. A person acts on the own consents; a signed paper is entered by the department that asked."""
    row = Consent.objects.select_for_update().filter(number=number).first()
    mine = row is not None and actor.is_of(row.person, "apply")
    theirs = row is not None and paper and bool(actor.department) and actor.department == row.department
    if row is None or not (mine or theirs or actor.kind == "system"):
        ledger.record(actor, "refused", detail={"rule": "access.consent", "consent": number})
        raise NotFound(
            "access.consent",
            Text(zh="没有这项授权", en="There is no such consent"),
            place=str(number),
            next_step=Text(zh="在“我的数据”查看您的授权", en="See your consents under My data"),
            recorded=True,
        )
    return row


def _over(number: int) -> Conflict:
    return Conflict(
        "access.consent",
        Text(zh="这项授权已经有了结果", en="This consent was decided already"),
        place=str(number),
        next_step=Text(zh="刷新页面查看现状", en="Reload the page to see how it stands"),
    )


def _record(actor: Actor, row: Consent, what: str) -> None:
    ledger.record(
        actor,
        "grant",
        entity_type="Person",
        entity_ids=[row.person],
        attributes=row.items,
        detail={"consent": row.number, "what": what, "agreement": row.agreement, "department": row.department},
    )


def refusal(actor: Actor, entity_type: str, found: Consented) -> Refused:
    """Why what was granted for consenting persons is not given for this one."""
    ledger.record(
        actor,
        "refused",
        entity_type=entity_type,
        entity_ids=[found.person],
        detail={"rule": f"access.consent_{found.state}", "agreement": found.agreement, "consent": found.number},
    )
    moment = found.withdrawn_at or found.refused_at or found.until
    when = f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment else ""
    said: dict[str, Text] = {
        "asked": Text(zh="本人尚未答复授权请求", en="The person has not answered the request for consent yet"),
        "refused": Text(zh=f"本人于 {when} 拒绝授权", en=f"The person refused consent on {when}"),
        "withdrawn": Text(zh=f"本人于 {when} 撤回授权", en=f"The person withdrew consent on {when}"),
        "over": Text(zh=f"授权已于 {when} 到期", en=f"The consent ended on {when}"),
    }
    return Refused(
        f"access.consent_{found.state}",
        said.get(found.state, said["asked"]),
        place=found.agreement,
        owner=found.department,
        next_step=Text(
            zh="停止使用并向本人重新说明后再请求授权", en="Stop using it; ask the person again and say what for"
        ),
        recorded=True,
    )


def _told(row: Consent) -> Consented:
    now = timezone.now()
    if row.withdrawn_at:
        state = "withdrawn"
    elif row.refused_at:
        state = "refused"
    elif row.until and row.until <= now:
        state = "over"
    else:
        state = "given" if row.given_at else "asked"
    fields: dict[str, Any] = {
        name: getattr(row, name)
        for name in ("number", "person", "agreement", "department", "matter", "asked_at", "asked_by", "given_at",
                     "until", "refused_at", "withdrawn_at", "way", "evidence")
    }  # fmt: skip
    return Consented(items=tuple(row.items), state=state, **fields)

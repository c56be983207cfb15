"""Four eyes: a dangerous act is proposed by one, seconded by another, and done in the moment it is seconded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from pydantic import ValidationError

from lingqu.centre.access import acts, ledger, validity
from lingqu.centre.access.actors import Actor, acting, is_over
from lingqu.centre.access.models import Account, Proposal
from lingqu.kernel.errors import Conflict, Invalid, NotFound, Refused
from lingqu.kernel.text import Text

LIVES = timedelta(days=7)
TAKEN_UP_WITHIN = timedelta(days=3)
"""How long an approval that lets its proposer do something later (an export) stays good."""


@dataclass(frozen=True)
class Proposed:
    """``state``: asked, done, refused, expired. ``mine``: asked by who looks; ``open``: who looks may second it."""

    id: int
    act: str
    title: Text
    about: Text
    arguments: Mapping[str, Any]
    dangers: tuple[str, ...]
    reason: str
    asked_by: str
    asked_at: datetime
    expires_at: datetime
    state: str
    decided_by: str
    decided_at: datetime | None
    decided_why: str
    mine: bool = False
    open: bool = False


@transaction.atomic
def propose(actor: Actor, code: str, arguments: Mapping[str, Any], reason: str) -> int:
    """Propose an act (``known()`` names them) with its arguments, for a reason; gives the proposal's number. Rights and
    rules are checked now and again when it is seconded. The same proposal, still open, is given again. Raises Refused,
    Invalid."""
    act = acts.act(code)
    asked = _arguments(act, arguments)
    validity.check((validity.reason(reason),), code)
    dangers = list(act.dangers(actor, asked))
    kept = asked.model_dump(mode="json")
    twin = Proposal.objects.filter(act=code, arguments=kept, asked_by=actor.name, state="asked")
    if found := twin.filter(expires_at__gt=timezone.now()).first():
        return found.pk
    now = timezone.now()
    row = Proposal.objects.create(
        act=code,
        arguments=kept,
        dangers=dangers,
        reason=reason.strip(),
        asked_by=actor.name,
        asked_at=now,
        expires_at=now + LIVES,
    )
    _record(actor, row, "proposed")
    return row.pk


def do_or_propose(actor: Actor, code: str, arguments: Mapping[str, Any], reason: str) -> int | None:
    """Do an act at once where it is not dangerous (None); else propose it and give the proposal's number."""
    act = acts.act(code)
    asked = _arguments(act, arguments)
    if act.dangers(actor, asked) and actor.kind != "system":
        return propose(actor, code, arguments, reason)
    act.perform(actor, asked, None)  # type: ignore[arg-type]
    return None


@transaction.atomic
def second(actor: Actor, number: int) -> Proposed:
    """The second pair of eyes: another person than who proposed, with the right for the act by other means than the
    proposer's loan. The act is done in the same transaction, its rules checked again. Raises Refused, NotFound,
    Conflict, and whatever the act raises."""
    row, act, asked, proposer = _taken(actor, number)
    outcome = act.perform(_by_own_right(proposer, actor), asked, _by_own_right(actor, proposer))
    row.state, row.decided_by, row.decided_at = "done", actor.name, timezone.now()
    row.outcome = dict(outcome or {})
    row.save()
    _record(actor, row, "seconded")
    return _told(row, actor)


@transaction.atomic
def refuse_proposal(actor: Actor, number: int, why: str) -> Proposed:
    """Refuse a proposal, or take the own one back, for a reason. Raises Refused, NotFound, Conflict, Invalid."""
    validity.check((validity.reason(why),), str(number))
    row = Proposal.objects.select_for_update().filter(pk=number).first()
    if row is None or row.asked_by != actor.name:
        row = _taken(actor, number)[0]
    _still_open(row)
    row.state, row.decided_by, row.decided_at, row.decided_why = "refused", actor.name, timezone.now(), why.strip()
    row.save()
    _record(actor, row, "withdrawn" if row.asked_by == actor.name else "refused")
    return _told(row, actor)


@transaction.atomic
def take_up(actor: Actor, code: str, arguments: Mapping[str, Any]) -> bool:
    """Whether another approved that the actor does this later (an export), within the last three days; each approval
    is taken up once."""
    kept = _arguments(acts.act(code), arguments).model_dump(mode="json")
    since = timezone.now() - TAKEN_UP_WITHIN
    rows = Proposal.objects.select_for_update().filter(
        act=code, arguments=kept, asked_by=actor.name, state="done", decided_at__gt=since
    )
    row = next((r for r in rows.order_by("pk") if "taken_up" not in r.outcome), None)
    if row is None:
        return False
    row.outcome = {**row.outcome, "taken_up": timezone.now().isoformat()}
    row.save(update_fields=["outcome"])
    _record(actor, row, "taken up")
    return True


def proposal(actor: Actor, number: int) -> Proposed | None:
    """One proposal, for a page of what it is about; whether the actor may see that is the page's to know."""
    row = Proposal.objects.filter(pk=number).first()
    return _told(row, actor) if row is not None else None


def waiting(actor: Actor, limit: int = 200) -> list[Proposed]:
    """What the actor may second, the oldest first."""
    rows = Proposal.objects.filter(state="asked", expires_at__gt=timezone.now()).exclude(asked_by=actor.name)
    told = [_told(row, actor) for row in rows.order_by("pk")[:limit]]
    return [t for t in told if t.open]


def mine(actor: Actor, limit: int = 50) -> list[Proposed]:
    """What the actor proposed, the newest first."""
    rows = Proposal.objects.filter(asked_by=actor.name).order_by("-pk")[:limit]
    return [_told(row, actor) for row in rows]


def decided(actor: Actor, before: int | None = None, limit: int = 50) -> list[Proposed]:
    """What was decided or expired, of that which the actor might have seconded or took part in; the newest first."""
    rows = Proposal.objects.exclude(state="asked", expires_at__gt=timezone.now())
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = [_told(row, actor) for row in rows.order_by("-pk")[: 4 * limit]]
    return [t for t in found if t.open or t.mine or t.decided_by == actor.name][:limit]


def _taken(actor: Actor, number: int) -> tuple[Proposal, acts.Act[Any], Any, Actor]:
    """The proposal, locked, for who may second it."""
    row = Proposal.objects.select_for_update().filter(pk=number).first()
    proposer = _proposer(row) if row is not None else None
    act = acts.known().get(row.act) if row is not None else None
    if row is None or proposer is None or act is None:
        raise _none(actor, number)
    asked = act.arguments.model_validate(row.arguments)
    if _same_hands(actor, proposer):
        ledger.record(actor, "refused", detail={"rule": "access.four_eyes", "proposal": number})
        raise Refused(
            "access.four_eyes",
            Text(zh="复核须由另一个人完成", en="The second pair of eyes is another person's"),
            place=str(number),
            owner="information_centre",
            next_step=Text(zh="请另一位管理员复核", en="Ask another administrator"),
        )
    if not act.may_second(_by_own_right(actor, proposer), proposer, asked):
        raise _none(actor, number)
    _still_open(row)
    return row, act, asked, proposer


def _proposer(row: Proposal) -> Actor | None:
    """Who asked, with the rights of today."""
    account = Account.objects.filter(username=row.asked_by, is_active=True).first()
    return None if account is None or is_over(account) else acting(account)


def _same_hands(actor: Actor, proposer: Actor) -> bool:
    """One account, one person behind two, or one who acts by what the other lent."""
    if actor.kind != "person" or actor.account_id is None or actor.name == proposer.name:
        return True
    return bool(actor.person) and actor.person == proposer.person


def _by_own_right(actor: Actor, other: Actor) -> Actor:
    """Without what the other one of the two lent."""
    return replace(actor, lent=tuple(lent for lent in actor.lent if lent.lent_by != other.name))


def _still_open(row: Proposal) -> None:
    if row.state != "asked" or row.expires_at <= timezone.now():
        raise Conflict(
            "access.four_eyes",
            Text(zh="这项提议已有结果或已过期", en="This proposal was decided already, or has expired"),
            place=str(row.pk),
            next_step=Text(zh="如仍需要，请重新提出", en="Propose it again if it is still needed"),
        )


def _none(actor: Actor, number: int) -> NotFound:
    ledger.record(actor, "refused", detail={"rule": "access.proposal", "proposal": number})
    return NotFound(
        "access.proposal",
        Text(zh="没有等您复核的这项提议", en="No such proposal waits for you"),
        place=str(number),
        next_step=Text(zh="在“复核”中查看", en="See Approvals"),
    )


def _arguments(act: acts.Act[Any], arguments: Mapping[str, Any]) -> Any:
    try:
        return act.arguments.model_validate(dict(arguments))
    except ValidationError as error:
        raise Invalid(
            "access.arguments",
            Text(zh="操作的内容不完整或有误", en="What the act needs is missing or wrong"),
            place=act.code,
            next_step=Text(zh="检查填写的内容", en="Check what was entered"),
        ) from error


def _record(actor: Actor, row: Proposal, what: str) -> None:
    detail = {"what": f"proposal {what}", "proposal": row.pk, "act": row.act, "asked_by": row.asked_by,
              "dangers": row.dangers, "reason": row.decided_why or row.reason}  # fmt: skip
    ledger.record(actor, "grant", detail=detail)


def _told(row: Proposal, actor: Actor) -> Proposed:
    act = acts.known().get(row.act)
    over = row.state == "asked" and row.expires_at <= timezone.now()
    nothing = Text(zh=row.act, en=row.act)
    about, may = nothing, False
    if act is not None:
        asked = act.arguments.model_validate(row.arguments)
        about, proposer = act.about(asked), _proposer(row)
        may = proposer is not None and not _same_hands(actor, proposer)
        may = may and proposer is not None and act.may_second(_by_own_right(actor, proposer), proposer, asked)
    fields = {name: getattr(row, name) for name in (
        "id", "act", "arguments", "reason", "asked_by", "asked_at", "expires_at", "decided_by", "decided_at",
        "decided_why")}  # fmt: skip
    return Proposed(
        title=act.title if act else nothing,
        about=about,
        dangers=tuple(row.dangers),
        state="expired" if over else row.state,
        mine=row.asked_by == actor.name,
        open=may,
        **fields,
    )

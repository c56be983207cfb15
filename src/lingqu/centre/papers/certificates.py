"""Certificates (证照): whose there are; what anybody may know of one; is this file one of ours.

Issuing is an act of its own (``issue``, about the type of the holder, in the issuing department). What anybody may know
by a number is its kind, its issuer, its dates, whether it counts, and whose it is, masked where holders are not public.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from django.db.models import Q
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.drawing import door as drawing
from lingqu.centre.papers import signing
from lingqu.centre.papers.definitions import CertificateKind
from lingqu.centre.papers.models import Certificate as Row
from lingqu.centre.papers.signing import Signature
from lingqu.kernel.errors import NotFound
from lingqu.kernel.text import Text

State = Literal["valid", "later", "expired", "revoked", "replaced"]
MOST_BYTES = 10 << 20


@dataclass(frozen=True)
class Certificate:
    """One as its holder and its issuer see it. ``since``: when it came into its state, where that is not ``valid``."""

    number: str
    kind: str
    title: Text
    issuer: str
    issuer_title: Text
    holder: str
    holder_name: str
    holder_number: str
    facts: Mapping[str, str]
    case: str
    issued_at: datetime
    begins: date
    ends: date | None
    state: State
    since: datetime | date | None
    why: str
    replaces: str
    status_list: tuple[int, int]

    @property
    def renewable(self) -> bool:
        known = kinds().get(self.kind)
        if known is None or self.ends is None or self.state not in ("valid", "expired"):
            return False
        return (self.ends - timezone.localdate()).days <= known.warn_days


@dataclass(frozen=True)
class Shown:
    """What anybody may know who has the number."""

    number: str
    title: Text
    issuer: Text
    holder: str
    issued_at: datetime
    begins: date
    ends: date | None
    state: State
    since: datetime | date | None


@dataclass(frozen=True)
class Proof:
    """Of a file that somebody brought. ``same``: it is byte for byte what was issued under ``number`` (empty where no
    certificate has this content); ``shown`` is that certificate."""

    signature: Signature
    number: str
    same: bool
    shown: Shown | None

    @property
    def good(self) -> bool:
        """Genuine, unchanged and in force."""
        return self.same and self.signature.good and self.shown is not None and self.shown.state == "valid"


def kinds() -> dict[str, CertificateKind]:
    return drawing.every(CertificateKind)


def kind(code: str) -> CertificateKind:
    """Raises ``NotFound``."""
    return drawing.one(CertificateKind, code)


def may_issue(actor: access.Actor, of: CertificateKind) -> bool:
    return access.may(actor, "issue", of.about, of.issuer)


def require_issue(actor: access.Actor, of: CertificateKind) -> None:
    """Raises ``Refused`` (``access.issue``); a ledger row stands then."""
    access.require(actor, "issue", of.about, of.issuer)


def show(actor: access.Actor, number: str) -> Shown:
    """By its number, for anybody; holders who are persons see in the ledger that somebody looked. Raises
    ``NotFound`` (``certificates.unknown``)."""
    row = Row.objects.defer("pdf").filter(number=number).first()
    if row is None:
        raise unknown(number)
    _note(actor, row, "number")
    return _shown(row)


def prove(actor: access.Actor, pdf: bytes) -> Proof:
    """Whether a file is one of ours, unchanged, and what it is worth today."""
    digest = hashlib.sha256(pdf).hexdigest()
    row = Row.objects.defer("pdf").filter(digest=digest).first() if len(pdf) <= MOST_BYTES else None
    if len(pdf) > MOST_BYTES:
        return Proof(Signature(signed=False), "", same=False, shown=None)
    signature = signing.check(pdf, row.issued_at if row else None)
    if row is None:
        return Proof(signature, "", same=False, shown=None)
    _note(actor, row, "file")
    return Proof(signature, row.number, same=True, shown=_shown(row))


def of_person(person: str) -> list[Certificate]:
    """A person's own certificates, and those of firms that stand in the person's wallet; newest first. Whether it is
    that person is for the caller to know."""
    if not person:
        return []
    own = Row.objects.defer("pdf").filter(Q(wallet=person) | Q(holder=person))
    return [told(row) for row in own.order_by("-issued_at")[:500]]


def issued(actor: access.Actor, limit: int = 100, before: int | None = None) -> list[Certificate]:
    """Those of the kinds that the actor may issue, newest first."""
    mine = [each.code for each in kinds().values() if may_issue(actor, each)]
    rows = Row.objects.defer("pdf").filter(kind__in=mine)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = [told(row) for row in rows.order_by("-pk")[:limit]]
    if found:
        access.record(actor, "read", entity_type="Certificate", count=len(found), detail={"act": "list"})
    return found


def one(actor: access.Actor, number: str) -> Certificate:
    """For the holder and for who may issue it. Raises ``NotFound``: others do not learn that there is one."""
    return told(_own(actor, number))


def file(actor: access.Actor, number: str) -> bytes:
    """The signed PDF, for the holder and for who may issue it; leaves a ledger row. Raises ``NotFound``."""
    row = _own(actor, number)
    ids = [row.holder] if row.holder else []
    access.record(actor, "read", entity_type="Certificate", entity_ids=ids, count=1, detail={"certificate": number})
    return bytes(row.pdf)


def _own(actor: access.Actor, number: str) -> Row:
    row = Row.objects.filter(number=number).first()
    if row is None:
        raise unknown(number)
    own = actor.is_of(row.wallet) or actor.is_of(row.holder)
    known = kinds().get(row.kind)
    if not own and not (actor.kind == "system" or (known is not None and may_issue(actor, known))):
        raise unknown(number)
    return row


def unknown(number: str) -> NotFound:
    return NotFound(
        "certificates.unknown",
        Text(zh="没有这个编号的证照", en="There is no certificate of this number"),
        place=number[:40],
        owner="information_centre",
        next_step=Text(
            zh="核对编号；如属伪造，请向签发部门举报", en="Check the number; report a forgery to the issuer"
        ),
    )


def state_of(row: Row, today: date) -> tuple[State, datetime | date | None]:
    if row.ended_at is not None:
        return ("replaced" if row.ended_how == "replaced" else "revoked"), row.ended_at
    if row.ends is not None and row.ends < today:
        return "expired", row.ends
    return ("later", row.begins) if row.begins > today else ("valid", None)


def told(row: Row) -> Certificate:
    state, since = state_of(row, timezone.localdate())
    return Certificate(
        number=row.number,
        kind=row.kind,
        title=Text.model_validate(row.title),
        issuer=row.issuer,
        issuer_title=Text.model_validate(row.issuer_title),
        holder=row.holder,
        holder_name=row.holder_name,
        holder_number=row.holder_number,
        facts=row.facts,
        case=row.case,
        issued_at=row.issued_at,
        begins=row.begins,
        ends=row.ends,
        state=state,
        since=since,
        why=row.ended_why,
        replaces=row.replaces,
        status_list=(row.list_number, row.list_index),
    )


def _shown(row: Row) -> Shown:
    state, since = state_of(row, timezone.localdate())
    known = kinds().get(row.kind)
    public = known is not None and access.is_public(known.about)
    return Shown(
        number=row.number,
        title=Text.model_validate(row.title),
        issuer=Text.model_validate(row.issuer_title),
        holder=row.holder_name if public else str(access.masked("name", row.holder_name)),
        issued_at=row.issued_at,
        begins=row.begins,
        ends=row.ends,
        state=state,
        since=since,
    )


def _note(actor: access.Actor, row: Row, how: str) -> None:
    """Public holders' certificates are looked up by anybody; of persons each look is told."""
    known = kinds().get(row.kind)
    if known is not None and access.is_public(known.about):
        return
    ids = [row.holder] if row.holder else []
    detail: dict[str, Any] = {"certificate": row.number, "by": how}
    access.record(actor, "verify", entity_type="Certificate", entity_ids=ids, count=1, detail=detail)

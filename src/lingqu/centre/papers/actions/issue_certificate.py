"""Issue a certificate: check, number, set, sign, keep, and say so in the ledger; all of it or nothing."""

from __future__ import annotations

import hashlib
import io
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import qrcode
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from qrcode.image.svg import SvgPathImage

from lingqu.centre.access import door as access
from lingqu.centre.drawing import door as drawing
from lingqu.centre.entities import door as entities
from lingqu.centre.papers import certificates, signing, status_list
from lingqu.centre.papers.definitions import CertificateKind
from lingqu.centre.papers.models import Certificate as Row
from lingqu.centre.papers.stated import settled
from lingqu.centre.papers.typeset import typeset
from lingqu.kernel.errors import Conflict, Invalid
from lingqu.kernel.text import Text

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: none is mistaken for another
_MERGED = "营业执照 · 组织机构代码证 · 税务登记证 · 统计登记证　四证合一"


@dataclass(frozen=True)
class Order:
    """What to issue. ``facts`` by code of what the kind states; ``holder`` is the id of the holder's entity, else it
    is looked up by the kind's ``found_by``; ``wallet`` that of a person in whose wallet it stands too."""

    kind: str
    facts: Mapping[str, str]
    holder: str = ""
    wallet: str = ""
    case: str = ""
    begins: date | None = None


def issue(actor: access.Actor, order: Order) -> certificates.Certificate:
    """Raises ``Refused`` (``access.issue``), ``Invalid`` (``certificates.facts``), ``Conflict``
    (``certificates.living``) where the holder has a living one of the kind."""
    kind = certificates.kind(order.kind)
    certificates.require_issue(actor, kind)
    with transaction.atomic(), only_one(kind):
        return certificates.told(write(actor, kind, order))


@contextmanager
def only_one(kind: CertificateKind) -> Iterator[None]:
    """The database says whether the holder has a living one already, however many ask at once."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if "living" not in str(error):
            raise
        raise _living(kind) from error


def write(
    actor: access.Actor, kind: CertificateKind, order: Order, replaces: str = "", counted_from: date | None = None
) -> Row:
    """In the caller's transaction, whose rights are checked already. ``counted_from``: from when its years count, where
    that is not its first day."""
    facts, now = settled(kind, order.facts), timezone.now()
    begins = order.begins or timezone.localdate(now)
    row = Row(
        number=_number(kind, now),
        kind=kind.code,
        title=kind.title.model_dump(),
        issuer=kind.issuer,
        issuer_title=_department(kind.issuer).model_dump(),
        holder=order.holder or record_of(actor, kind, facts[kind.number]),
        wallet=order.wallet,
        holder_name=facts[kind.name][:300],
        holder_number=facts[kind.number][:100],
        facts=facts,
        case=order.case,
        issued_at=now,
        issued_by=actor.name[:200],
        begins=begins,
        ends=last_day(counted_from or begins, kind.years),
        replaces=replaces,
        living=f"{kind.code}\n{facts[kind.number]}"[:300],
    )
    row.list_number, row.list_index = status_list.free_place()
    row.pdf = signing.sign(_laid_out(kind, row, now), row.issuer_title["zh"], f"签发{kind.title.zh}")
    row.digest = hashlib.sha256(row.pdf).hexdigest()
    row.save(force_insert=True)
    detail: dict[str, Any] = {"certificate": row.number, "kind": kind.code, "act": "renew" if replaces else "issue"}
    detail |= {"digest": row.digest} | ({"replaces": replaces} if replaces else {})
    ids = [row.holder] if row.holder else []
    access.record(actor, "write", entity_type="Certificate", entity_ids=ids, count=1, detail=detail)
    return row


def record_of(actor: access.Actor, kind: CertificateKind, number: str) -> str:
    """The id of the one record of the register that has the holder's number; empty where there is none yet. Lingqu
    looks it up for itself: the issuer is told nothing of it."""
    if not kind.found_by:
        return ""
    try:
        query = entities.Query(types=(kind.about,), facets={kind.found_by: number}, limit=2)
        found = entities.find(access.SYSTEM, query).entities
    finally:
        access.carry(actor)
    return found[0].id if len(found) == 1 else ""


def last_day(begins: date, years: int) -> date | None:
    """The day before the same day years later; none for zero years."""
    if not years:
        return None
    try:
        return begins.replace(year=begins.year + years) - timedelta(days=1)
    except ValueError:  # 29 February
        return begins.replace(year=begins.year + years, day=28)


def address(number: str) -> str:
    """Where anybody checks a certificate: what its QR code says."""
    return f"{settings.LINGQU_ADDRESS.rstrip('/')}/certificates/{number}/"


def _number(kind: CertificateKind, now: datetime) -> str:
    """Random, so that nobody counts certificates or tries the neighbours: 60 bits."""
    return f"{kind.prefix}-{timezone.localtime(now):%Y}-" + "".join(secrets.choice(_LETTERS) for _ in range(12))


def _department(code: str) -> Text:
    found = access.administration.departments().get(code)
    if found is None:
        raise Invalid(
            "certificates.issuer",
            Text(zh=f"没有编码为“{code}”的部门", en=f"There is no department {code!r}"),
            place=code,
            next_step=Text(zh="改正证照的签发部门", en="Correct the issuer of the kind"),
        )
    return found


def _laid_out(kind: CertificateKind, row: Row, now: datetime) -> bytes:
    city = drawing.city()
    svg = io.BytesIO()
    qrcode.make(address(row.number), image_factory=SvgPathImage, border=1).save(svg)
    data = {
        "title": kind.title.zh,
        "layout": kind.layout,
        "merged": _MERGED,
        "number": row.number,
        "city": city.title.zh if city else "",
        "made_up": bool(city and city.synthetic),
        "rows": [{"title": s.title.zh, "value": row.facts[s.code] or "—"} for s in kind.states],
        "issuer": row.issuer_title["zh"],
        "issued": f"{timezone.localtime(now):%Y 年 %m 月 %d 日}",
        "validity": f"{row.begins:%Y-%m-%d} 至 " + (f"{row.ends:%Y-%m-%d}" if row.ends else "长期"),
        "law": kind.law.zh if kind.law else "",
        "address": address(row.number),
        "qr": svg.getvalue().decode(),
    }
    return typeset("certificate", data, now)


def _living(kind: CertificateKind) -> Conflict:
    return Conflict(
        "certificates.living",
        Text(zh=f"该持证主体已有一份有效的“{kind.title.zh}”", en=f"The holder has a living {kind.title.en} already"),
        place=kind.code,
        owner=kind.issuer,
        next_step=Text(zh="换发或先吊销原证", en="Renew it, or revoke it first"),
    )

"""Revoke a certificate, at once and for good."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.papers import certificates
from lingqu.centre.papers.models import Certificate as Row
from lingqu.kernel.errors import Conflict, Invalid
from lingqu.kernel.text import Text


@transaction.atomic
def revoke(actor: access.Actor, number: str, why: str) -> certificates.Certificate:
    """By who may issue it, for a reason. Raises ``NotFound``, ``Refused``, ``Invalid`` (``certificates.reason``) and
    ``Conflict`` (``certificates.ended``)."""
    row = living(actor, number)
    if not why.strip():
        raise Invalid(
            "certificates.reason",
            Text(zh="须写明吊销原因", en="A reason is needed"),
            place=number,
            owner=row.issuer,
            next_step=Text(zh="写明原因后再提交", en="Give it and send again"),
        )
    end(actor, row, "revoked", why.strip())
    return certificates.told(row)


def living(actor: access.Actor, number: str) -> Row:
    """The row, locked for the transaction, of a certificate that has not ended and that the actor may issue."""
    row = Row.objects.select_for_update().filter(number=number).first()
    if row is None:
        raise certificates.unknown(number)
    certificates.require_issue(actor, certificates.kind(row.kind))
    if row.ended_at is not None:
        raise Conflict(
            "certificates.ended",
            Text(zh="该证照已吊销或换发", en="The certificate was revoked or replaced before"),
            place=number,
            owner=row.issuer,
            next_step=Text(zh="刷新页面查看最新状态", en="Reload the page to see how it stands"),
        )
    return row


def end(actor: access.Actor, row: Row, how: str, why: str) -> None:
    row.ended_at, row.ended_how, row.ended_why, row.ended_by = timezone.now(), how, why[:2000], actor.name[:200]
    row.living = None
    row.save(update_fields=["ended_at", "ended_how", "ended_why", "ended_by", "living"])
    detail = {"certificate": row.number, "act": how, "why": why[:200]}
    ids = [row.holder] if row.holder else []
    access.record(actor, "write", entity_type="Certificate", entity_ids=ids, count=1, detail=detail)

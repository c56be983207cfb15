"""The consumer's side of a file: fetch it, and say what was received."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.centre.exchange import models
from lingqu.centre.exchange.outgoing import agreements, outbox, reading, reads, records
from lingqu.centre.exchange.outgoing.agreements import Agreement
from lingqu.kernel.errors import Conflict, Invalid
from lingqu.kernel.text import Text

_SHA256 = re.compile(r"[0-9a-f]{64}")


def fetch(actor: Actor, number: int, name: str) -> Path:
    """A file of a dispatch, for who may read under its agreement now. Raises ``NotFound`` for everybody else, so that
    nobody learns what others are given; ``Withdrawn`` where the agreement ended; ``Conflict`` where a consent in it
    was withdrawn since. Leaves a ledger row."""
    row, agreement = _own(actor, number)
    if row.channel != "file" or row.state not in ("delivered", "acknowledged", "differs"):
        raise reads.absent(number)
    _require_consents(actor, row, agreement)
    known = {file["name"] for file in records.of(row).files} | {"manifest.json"}
    file = outbox.folder(row.agreement, row.pk) / name
    if name not in known or not file.is_file():
        raise reads.absent(number)
    access.record(
        replace(actor, purpose=agreement.purpose, agreement=agreement.number),
        "export",
        entity_type=row.entity_type,
        attributes=[attribute for _, attribute in agreement.attributes],
        count=row.rows_sent,
        detail={"dispatch": row.pk, "file": name, "agreement": agreement.number},
    )
    return file


def _own(actor: Actor, number: int) -> tuple[models.Dispatch, Agreement]:
    """The dispatch, where it is for the actor and its agreement stands."""
    row = models.Dispatch.objects.filter(pk=number).first()
    if row is None or not is_own(actor, row.agreement):
        access.record(actor, "refused", detail={"rule": "outgoing.unknown", "dispatch": number})
        raise reads.absent(number)
    agreement = agreements.one(row.agreement)
    if not reading.stands(agreement):
        detail = {"rule": "outgoing.withdrawn", "dispatch": number, "agreement": row.agreement}
        access.record(actor, "refused", entity_type=row.entity_type, detail=detail)
        raise reading.withdrawn(row.agreement, agreement.ended_why)
    return row, agreement


def is_own(actor: Actor, number: str) -> bool:
    """Whether the actor is a system of the consumer, or a person of it who holds a role that the agreement names."""
    agreement = agreements.one(number)
    if not actor.department or actor.department != agreement.consumer:
        return False
    return actor.kind == "client" or (actor.kind == "person" and bool(set(actor.roles) & set(agreement.people_roles)))


def _require_consents(actor: Actor, row: models.Dispatch, agreement: Agreement) -> None:
    """Where nothing at all changed since the file was made, no consent did."""
    if not agreement.consent or row.ended_at is None or row.started_at is None:
        return
    since, now = row.started_at, timezone.now()
    for each in access.consents_to(agreement.number, limit=1_000_000):
        over = each.withdrawn_at or (each.until if each.until and each.until <= now else None)
        if each.given_at and over and over > since:
            access.record(
                actor,
                "refused",
                entity_type=row.entity_type,
                detail={"rule": "outgoing.consent", "dispatch": row.pk, "agreement": agreement.number},
            )
            raise Conflict(
                "outgoing.consent",
                Text(zh="文件生成后有人撤回了授权，不再提供", en="Somebody in this file withdrew consent since"),
                place=str(row.pk),
                owner=agreement.provider,
                next_step=Text(zh="请提供方重新交付一次", en="Have it delivered anew"),
            )


@transaction.atomic
def acknowledge(actor: Actor, number: int, rows: int, sha256: str) -> records.Dispatch:
    """What the consumer counted and digested. It is reconciled with what was given out."""
    _own(actor, number)
    row = models.Dispatch.objects.select_for_update().get(pk=number)
    if row.channel != "file" or row.state not in ("delivered", "acknowledged", "differs"):
        raise Conflict(
            "outgoing.state",
            Text(zh="这次交付没有可签收的文件", en="This delivery has no file to acknowledge"),
            place=str(number),
            next_step=Text(zh="只签收已生成的文件", en="Acknowledge files that were made"),
        )
    if rows < 0 or not _SHA256.fullmatch(sha256):
        raise Invalid(
            "outgoing.receipt",
            Text(zh="签收须写明行数和 SHA-256（64 位小写十六进制）",
                 en="A receipt names the rows and the SHA-256 (64 lower-case hexadecimal digits)"),
            place=str(number),
            next_step=Text(zh='例：{"rows": 120, "sha256": "…"}', en='For example {"rows": 120, "sha256": "…"}'),
        )  # fmt: skip
    same = rows == row.rows_sent and sha256 == row.digest
    row.state, row.rows_received = ("acknowledged" if same else "differs"), rows
    said = {"rows": rows, "sha256": sha256, "by": actor.name, "at": timezone.now().isoformat()}
    row.receipt = {**row.receipt, "acknowledged": said}
    row.save(update_fields=["state", "rows_received", "receipt"])
    access.record(
        actor, "write", entity_type="dispatch", entity_ids=[str(number)], detail={"receipt": said, "state": row.state}
    )
    return records.of(row)

"""Corrections: what others may know of them, and the rules that their acts share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.centre.fusion.models import Correction, CorrectionEvidence
from lingqu.kernel.errors import Conflict, Invalid, NotFound
from lingqu.kernel.text import Text

LARGEST = 5 * 1024 * 1024
"""Bytes of a file of evidence."""
_MEDIA = {b"%PDF-": "application/pdf", b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
LIVING = ("open", "accepted")


@dataclass(frozen=True)
class Stage:
    """``act``: asked, passed_on, accepted, refused, done, withdrawn."""

    at: datetime
    act: str
    by: str
    department: str
    words: str


@dataclass(frozen=True)
class Corrected:
    """A correction asked for. ``state``: open (to be answered), accepted (the department corrects it at its source),
    done (a delivery carries the claimed value), refused, withdrawn."""

    number: int
    entity_id: str
    entity_type: str
    attribute: str
    held: Any
    claimed: Any
    words: str
    resource: str
    department: str
    by_person: bool
    asking_department: str
    asked_by: str
    asked_at: datetime
    due_at: datetime
    state: str
    reason: str
    law: str
    answered_at: datetime | None
    ended_at: datetime | None
    delivery: int | None
    stages: tuple[Stage, ...]
    evidence: str = ""  # name of the file

    @property
    def overdue(self) -> bool:
        return self.state == "open" and self.due_at <= timezone.now()


@dataclass(frozen=True)
class Evidence:
    name: str
    media: str
    content: bytes


def of_entity(entity_id: str) -> list[Corrected]:
    """Newest first. What is asked about a record is for who may see it."""
    return [told(row) for row in Correction.objects.filter(entity_id=entity_id).order_by("-number")]


def listed(actor: Actor, *, state: str, before: int | None, limit: int) -> list[Corrected]:
    """See ``door.corrections``."""
    found = Correction.objects.order_by("-number")
    found = found.filter(state=state) if state else found
    found = found.filter(number__lt=before) if before is not None else found
    if not access.may(actor, "steward", owner="*"):
        found = found.filter(department=actor.department)
    return [told(row) for row in found[:limit]]


def one(actor: Actor, number: int) -> Corrected:
    """See ``door.correction``."""
    row = Correction.objects.filter(number=number).first()
    if row is None or not (_own(actor, row) or access.may(actor, "steward", owner=row.department)):
        raise nothing(actor, number)
    return told(row)


def evidence(actor: Actor, number: int) -> Evidence:
    """See ``door.correction_evidence``."""
    one(actor, number)
    row = CorrectionEvidence.objects.filter(correction_id=number).first()
    if row is None:
        raise nothing(actor, number)
    access.record(actor, "read", entity_type="Correction", detail={"evidence": number})
    return Evidence(row.name, row.media, bytes(row.content))


def _own(actor: Actor, row: Correction) -> bool:
    return actor.is_of(row.entity_id) or actor.name == row.asked_by


def counts(department: str = "") -> dict[str, dict[str, int]]:
    """Department → state → corrections; ``overdue`` beside the states."""
    found: dict[str, dict[str, int]] = {}
    rows = Correction.objects.filter(**({"department": department} if department else {}))
    now = timezone.now()
    for code, state, due in rows.values_list("department", "state", "due_at"):
        by_state = found.setdefault(code, {})
        by_state[state] = by_state.get(state, 0) + 1
        if state == "open" and due <= now:
            by_state["overdue"] = by_state.get("overdue", 0) + 1
    return found


def locked(actor: Actor, number: int) -> Correction:
    row = Correction.objects.select_for_update().filter(number=number).first()
    if row is None:
        raise nothing(actor, number)
    return row


def nothing(actor: Actor, number: int) -> NotFound:
    access.record(actor, "refused", detail={"rule": "correction.unknown", "number": number})
    return NotFound(
        "correction.unknown", Text(zh="没有这件更正申请", en="There is no such correction"), place=str(number)
    )


def answered(number: int) -> Conflict:
    return Conflict(
        "correction.answered",
        Text(zh="这件更正申请已经答复", en="This correction was answered already"),
        place=str(number),
        next_step=Text(zh="刷新页面查看现状", en="Reload the page to see how it stands"),
    )


def staged(row: Correction, act: str, actor: Actor, words: str) -> None:
    """Add a stage; the caller saves. The person is shown a clerk's department, not the name."""
    stage = {"at": timezone.now().isoformat(), "act": act, "by": actor.name, "department": actor.department}
    row.stages = [*row.stages, {**stage, "words": words[:2000]}]


def noted(row: Correction, actor: Actor, what: str) -> None:
    access.record(
        actor,
        "write",
        entity_type=row.entity_type,
        entity_ids=[row.entity_id],
        attributes=[row.attribute],
        detail={"correction": row.number, "what": what, "department": row.department},
    )


def checked(name: str, content: bytes) -> tuple[str, str]:
    """(name, media type) of a file of evidence, by its first bytes. Raises ``Invalid``."""
    media = next((media for start, media in _MEDIA.items() if content.startswith(start)), "")
    if not media or len(content) > LARGEST:
        raise Invalid(
            "correction.evidence",
            Text(zh="证明材料应为 5 MB 以内的 PDF、PNG 或 JPEG", en="Evidence is a PDF, PNG or JPEG of at most 5 MB"),
            place="evidence",
            next_step=Text(
                zh="缩小后重新选择，或先不附材料", en="Make it smaller and choose it again, or leave it out"
            ),
        )
    plain = "".join(c for c in name.replace("\\", "/").rpartition("/")[2] if c.isprintable() and c not in '"<>:|?*')
    return plain[-120:] or "evidence", media


def told(row: Correction) -> Corrected:
    names = [name for name in Corrected.__dataclass_fields__ if name not in ("stages", "evidence")]
    fields: Mapping[str, Any] = {name: getattr(row, name) for name in names}
    stages = tuple(Stage(**{**stage, "at": datetime.fromisoformat(stage["at"])}) for stage in row.stages)
    name = CorrectionEvidence.objects.filter(correction=row).values_list("name", flat=True).first()
    return Corrected(**fields, stages=stages, evidence=name or "")

"""Put a file to a case, take it back, hand it out."""

from __future__ import annotations

import hashlib
from typing import Any

from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.procedures import files, moves, rights, store
from lingqu.centre.procedures.models import File
from lingqu.kernel.errors import Conflict, NotFound
from lingqu.kernel.text import Text


def attach(
    actor: access.Actor, case_id: int, name: str, content: bytes, *, item: int | None = None, shown: bool = False
) -> int:
    """``shown``: the applicant sees an office's file too. Applicants add files while the case is under way."""
    name, media = files.checked(name, content)
    with moves.at_once():
        held = store.by_case(case_id)
        department = _owner(actor, held)
        _require_room(case_id)
        if item is not None and not store.is_item(case_id, item):
            raise store.missing(str(item))
        now, digest = timezone.now(), hashlib.sha256(content).hexdigest()
        row = File.objects.create(
            case_id=case_id, item=item, at=now, by=actor.name[:200], department=department, name=name, media=media,
            size=len(content), sha256=digest, content=content, for_applicant=shown or not department,
        )  # fmt: skip
        _told(actor, held, "file", row, department)
    return row.pk


def _owner(actor: access.Actor, held: store.Held) -> str:
    """The department whose file it is; empty for the applicant."""
    rights.require_sight(actor, held.case)
    if actor.kind != "system" and rights.is_applicant(actor, held.case, "apply"):
        moves.require_state(held, "running", "suspended")
        return ""
    return rights.require_office(actor, held.case)


def _require_room(case_id: int) -> None:
    if File.objects.filter(case_id=case_id).count() >= files.MOST:
        raise Conflict(
            "procedures.files",
            Text(zh=f"一件办件最多 {files.MOST} 份材料", en=f"A case holds {files.MOST} files at most"),
            place=str(case_id),
            next_step=Text(zh="合并后上传", en="Put several into one"),
        )


def _told(actor: access.Actor, held: store.Held, act: str, row: File, department: str) -> None:
    """The history has the number of the file and not its name, which offices may want to keep to themselves."""
    told = store.act(act, actor.name, department, timezone.now(), item=row.item, detail={"file": row.pk})
    store.write(store.Change(acts=[told]), held)
    moves.record(actor, held.case["id"], act, file=row.pk, sha256=row.sha256)


def withdraw_file(actor: access.Actor, file_id: int) -> None:
    """By the side it is of: the applicant, or the department. It stays in the list, but is handed out no more."""
    with moves.at_once():
        row = _found(actor, file_id)
        held = store.by_case(row.case_id)
        if row.department != _owner(actor, held):
            raise access.refusal(
                actor, "handle", held.case["procedure"], owner=row.department or held.case["applicant"]
            )
        row.withdrawn_at, row.withdrawn_by = timezone.now(), actor.name[:200]
        row.save(update_fields=["withdrawn_at", "withdrawn_by"])
        _told(actor, held, "file_withdrawn", row, row.department)


def hand_out(actor: access.Actor, file_id: int) -> tuple[str, str, bytes]:
    """(name, media type, content); the look stands in the ledger."""
    with moves.at_once():
        row = _found(actor, file_id)
        detail = {"case": row.case_id, "act": "file", "file": row.pk, "sha256": row.sha256}
        access.record(actor, "read", entity_type="Case", count=1, detail=detail)
        return row.name, row.media, bytes(row.content)


def visible(actor: access.Actor, case: dict[str, Any]) -> dict[str, Any] | None:
    """A filter for the files that the actor sees of a case; None: no file of it."""
    if actor.kind == "system" or rights.offices(actor, case):
        return {}
    return {"for_applicant": True} if rights.is_applicant(actor, case) else None


def _found(actor: access.Actor, file_id: int) -> File:
    """Raises ``NotFound``, also for what was taken back."""
    row = File.objects.filter(pk=file_id, withdrawn_at=None).first()
    case = store.about(row.case_id) if row else None
    narrowed = visible(actor, case) if case else None
    if row is None or narrowed is None or (narrowed and not row.for_applicant):
        error = NotFound(
            "procedures.file",
            Text(zh="没有这份材料，或您不能查看", en="There is no such file, or not for you"),
            place=str(file_id),
            next_step=Text(zh="回到办件页查看", en="Go back to the case"),
        )
        access.tell(actor, error)
        raise error
    return row

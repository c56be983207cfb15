"""From a draft into the drawing: one proposes, another who may apply blueprints seconds, Lingqu's worker applies.

Pages cannot write the drawing (ADR 6); what is seconded is taken up by the worker, which checks and plans the whole
drawing with the draft in it and applies that, as ``lingqu blueprint apply`` does with a folder.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone

from lingqu.blueprint.apply import apply
from lingqu.blueprint.drafts import standing, store
from lingqu.blueprint.models import Draft as Row
from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor, administration
from lingqu.kernel.definition import Part
from lingqu.kernel.errors import Conflict, Invalid, LingquError
from lingqu.kernel.text import Text

log = structlog.get_logger(__name__)
CODE = "publish_draft"


class Publish(Part):
    """Which version of which draft."""

    draft: int
    version: int
    kind: str
    code: str


@transaction.atomic
def propose(actor: Actor, number: int, version: int, reason: str) -> int:
    """Ask for a second pair of eyes; gives the proposal's number. Raises Refused, Invalid (``blueprint.faults``) with
    what is wrong with the draft, Conflict."""
    row = store.locked(number)
    arguments = Publish(draft=number, version=version, kind=row.kind, code=row.code)
    proposal = administration.propose(actor, CODE, arguments.model_dump(), reason)
    row.state, row.proposal, row.proposed_by, row.told = "proposed", proposal, actor.name, None
    row.save()
    return proposal


def publish_due() -> list[int]:
    """Apply what was seconded, oldest first, by the rights its seconder has now; gives the drafts. For the worker."""
    rows = Row.objects.filter(state="approved").order_by("decided_at", "pk").values_list("pk", flat=True)
    return [number for number in list(rows) if _publish(number)]


def waiting() -> bool:
    """Whether something seconded is still to be applied."""
    return Row.objects.filter(state="approved").exists()


def _publish(number: int) -> bool:
    try:
        with transaction.atomic():
            row = store.locked(number)
            if row.state != "approved":
                return False
            key = (row.seconder, "", "")
            seconder = access.acting_as([key])[key]
            if row.seconder is None or seconder is None:
                raise _not_any_more(row)
            document = json.loads(row.document)
            _require_base(row)
            made = standing.with_document(row.kind, document)
            if isinstance(made, list):
                raise _faulty(row, made)
            detail = {"draft": row.pk, "definition": f"{row.kind} {row.code}", "proposed_by": row.proposed_by}
            applied = apply(seconder, made, allow_removal=True, detail=detail)  # going back is a change like others
            row.state, row.revision, row.decided_at = "published", applied.revision, timezone.now()
            row.save()
        return True
    except LingquError as error:
        log.warning("draft.not_published", draft=number, rule=error.rule)
        why = [error.message, *(fault.message for fault in error.faults[:3])]
        told = {"zh": "；".join(each.zh for each in why), "en": "; ".join(each.en for each in why)}
        Row.objects.filter(pk=number, state="approved").update(state="draft", proposal=None, told=told)
        return False


def _dangers(actor: Actor, asked: Publish) -> list[str]:
    row = store.locked(asked.draft)
    document = json.loads(row.document)
    store.require_steward(actor, row.kind, row.code, document)
    store.still(row, asked.version)
    _require_sound(row, document)
    return ["publish"]


def _require_sound(row: Row, document: Mapping[str, Any]) -> None:
    _require_base(row)
    errors = [fault for fault in standing.faults(row.kind, document) if fault.severity == "error"]
    if errors:
        raise _faulty(row, errors)


def _require_base(row: Row) -> None:
    before = standing.published(row.kind, row.code)
    if row.base != (standing.digest(before.document) if before else ""):
        raise Conflict(
            "blueprint.base_moved",
            Text(zh="此后图纸中的版本已改变", en="The drawing's own version has changed since this draft began"),
            place=f"{row.kind} {row.code}",
            next_step=Text(
                zh="对照差异，再决定是否以它为准", en="Look at the differences, then keep or drop the draft"
            ),
        )


def _perform(_proposer: Actor, asked: Publish, second: Actor) -> Mapping[str, Any]:
    access.require(second, "apply")
    row = store.locked(asked.draft)
    if row.state != "proposed" or row.version != asked.version:
        raise Conflict(
            "blueprint.draft_moved",
            Text(zh="草稿已改变", en="The draft has changed"),
            place=str(row.pk),
            next_step=Text(zh="请重新提交", en="Propose it again"),
        )
    _require_sound(row, json.loads(row.document))
    row.state, row.seconded_by, row.seconder = "approved", second.name, second.account_id
    row.decided_at = timezone.now()
    row.save()
    return {"draft": row.pk, "version": row.version}


def _may_second(second: Actor, _proposer: Actor, _asked: Publish) -> bool:
    return access.may(second, "apply")


def _about(asked: Publish) -> Text:
    row = Row.objects.filter(pk=asked.draft).first()
    title = json.loads(row.document).get("title") if row else None
    words = Text.model_validate(title or asked.code)
    return Text(zh=f"{words.zh}（第 {asked.version} 稿）", en=f"{words.en} (version {asked.version})")


def _faulty(row: Row, faults: list[Any]) -> Invalid:
    return Invalid(
        "blueprint.faults",
        Text(zh=f"还有 {len(faults)} 处错误", en=f"{len(faults)} errors are left"),
        place=f"{row.kind} {row.code}",
        next_step=Text(zh="逐条改正后再提交", en="Correct each, then propose it again"),
        faults=faults,
    )


def _not_any_more(row: Row) -> Conflict:
    return Conflict(
        "blueprint.seconder",
        Text(zh="复核人的账号已停用", en="The account that seconded it is closed"),
        place=str(row.pk),
        next_step=Text(zh="请重新提交复核", en="Propose it again"),
    )


def register() -> None:
    title = Text(zh="发布到图纸", en="Publish into the drawing")
    administration.register(administration.DangerousAct(CODE, title, Publish, _dangers, _perform, _may_second, _about))

"""Drafts of definitions: begin, save, put aside. Who stewards the department a definition belongs to works on it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from lingqu.blueprint.drafts import standing
from lingqu.blueprint.models import OPEN
from lingqu.blueprint.models import Draft as Row
from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor, administration
from lingqu.centre.drawing import door as drawing
from lingqu.centre.papers.door import Form, FormRules
from lingqu.centre.procedures.door import Procedure
from lingqu.kernel.errors import Conflict, Invalid, NotFound
from lingqu.kernel.text import Text

KINDS = (Procedure.kind, Form.kind)
MOST_BYTES = 2_000_000
"""Of one document as JSON."""


@dataclass(frozen=True)
class Draft:
    """``told``: why it could not be published. ``moved``: the drawing's own document is no longer what it began from.
    ``waiting``: the proposal that waits for a second pair of eyes."""

    id: int
    kind: str
    code: str
    document: dict[str, Any]
    base: str
    version: int
    state: str
    author: str
    saved_at: datetime
    proposed_by: str
    seconded_by: str
    decided_at: datetime | None
    revision: int | None
    told: Text | None
    moved: bool
    waiting: administration.Proposed | None


def one(actor: Actor, number: int) -> Draft:
    """Raises ``NotFound`` and ``Refused``."""
    row = Row.objects.filter(pk=number).first()
    if row is None:
        raise _missing(number)
    document = json.loads(row.document)
    require_steward(actor, row.kind, row.code, document, seconding=True)
    return told(actor, row)


def open_one(kind: str, code: str) -> int | None:
    """The number of the draft that is open, if there is one."""
    return Row.objects.filter(kind=kind, code=code, state__in=OPEN).values_list("pk", flat=True).first()


def open_ones() -> dict[tuple[str, str], str]:
    """(kind, code) → state of the drafts that are open."""
    rows = Row.objects.filter(state__in=OPEN).values_list("kind", "code", "state")
    return {(kind, code): state for kind, code, state in rows}


def history(kind: str, code: str, limit: int = 30) -> list[Row]:
    """What was published or put aside, newest first."""
    return list(Row.objects.filter(kind=kind, code=code).exclude(state__in=OPEN).order_by("-pk")[:limit])


@transaction.atomic
def begin(actor: Actor, kind: str, code: str, document: Mapping[str, Any] | None = None) -> int:
    """A draft of what the drawing holds, or of a new ``document``; the open one where there is one. Raises Refused,
    ``NotFound``, ``Conflict`` (``blueprint.code_taken``) for a new one whose code the drawing has already."""
    if kind not in KINDS:
        raise _missing(0)
    before = standing.published(kind, code)
    if document is None and before is None:
        raise _missing(0)
    if document is not None and (before is not None or open_one(kind, code)):
        raise Conflict(
            "blueprint.code_taken",
            Text(zh=f"编码“{code}”已被使用", en=f"The code {code!r} is taken"),
            place=code,
            next_step=Text(zh="换一个编码，或修改已有的那一个", en="Choose another, or edit the one that is there"),
        )
    kept = dict(document if document is not None else before.document)  # type: ignore[union-attr]
    require_steward(actor, kind, code, kept)
    if found := open_one(kind, code):
        return found
    now = timezone.now()
    row = Row.objects.create(
        kind=kind,
        code=code,
        document=_text(kept),
        base=standing.digest(before.document) if before else "",
        author=actor.name,
        begun_by=actor.name,
        begun_at=now,
        saved_at=now,
    )
    return row.pk


@transaction.atomic
def save(actor: Actor, number: int, version: int, document: Mapping[str, Any]) -> int:
    """Keep a new version of a draft; gives its number. What it says need not be sound yet. Raises Refused, Invalid
    (``blueprint.too_large``), ``Conflict`` (``blueprint.draft_moved``) where somebody saved after ``version``."""
    row = locked(number)
    require_steward(actor, row.kind, row.code, json.loads(row.document))
    require_steward(actor, row.kind, row.code, document)
    still(row, version)
    kept = {**document, "code": row.code}
    row.document, row.version = _text({"code": row.code, **kept}), row.version + 1
    row.author, row.saved_at, row.told = actor.name, timezone.now(), None
    row.save()
    return row.version


@transaction.atomic
def rebase(actor: Actor, number: int, version: int) -> None:
    """Let the draft stand on what the drawing holds now: publishing it will replace that."""
    row = locked(number)
    require_steward(actor, row.kind, row.code, json.loads(row.document))
    still(row, version)
    before = standing.published(row.kind, row.code)
    row.base, row.version = standing.digest(before.document) if before else "", row.version + 1
    row.save()


@transaction.atomic
def drop(actor: Actor, number: int, version: int) -> None:
    """Put a draft aside. It is kept, and no longer in anybody's way."""
    row = locked(number)
    require_steward(actor, row.kind, row.code, json.loads(row.document))
    still(row, version)
    row.state, row.author, row.decided_at = "dropped", actor.name, timezone.now()
    row.save()


def told(actor: Actor, row: Row) -> Draft:
    """A row for who may see it. A proposal that was refused or expired elsewhere gives the draft back."""
    waiting = administration.proposal(actor, row.proposal) if row.state == "proposed" and row.proposal else None
    if row.state == "proposed" and (waiting is None or waiting.state in ("refused", "expired")):
        why = waiting.decided_why if waiting else ""
        _give_back(row, Text(zh=f"未获复核：{why or '已过期'}", en=f"It was not seconded: {why or 'expired'}"))
        waiting = None
    before = standing.published(row.kind, row.code) if row.state in OPEN else None
    base = standing.digest(before.document) if before else ""
    fields = {name: getattr(row, name) for name in (
        "id", "kind", "code", "base", "version", "state", "author", "saved_at", "proposed_by", "seconded_by",
        "decided_at", "revision")}  # fmt: skip
    return Draft(
        document=json.loads(row.document),
        told=Text.model_validate(row.told) if row.told else None,
        moved=row.state in OPEN and row.base != base,
        waiting=waiting,
        **fields,
    )


def _give_back(row: Row, why: Text) -> None:
    row.state, row.proposal, row.proposed_by, row.told = "draft", None, "", why.model_dump()
    Row.objects.filter(pk=row.pk, state="proposed").update(state="draft", proposal=None, proposed_by="", told=row.told)


def owners(kind: str, document: Mapping[str, Any]) -> Iterator[str]:
    """The departments a definition belongs to: that which leads a procedure, that whose form it is."""
    if kind == Procedure.kind:
        yield str(document.get("department") or "-")
        return
    office = str(document.get("office") or "-")
    for rules in drawing.every(FormRules).values():
        if rules.terms == document.get("terms") and office in rules.departments:
            yield from rules.departments[office]
    yield office


def may_edit(actor: Actor, kind: str, document: Mapping[str, Any]) -> bool:
    return any(access.may(actor, "steward", owner=owner) for owner in owners(kind, document))


def require_steward(actor: Actor, kind: str, code: str, document: Mapping[str, Any], seconding: bool = False) -> None:
    if may_edit(actor, kind, document) or (seconding and access.may(actor, "apply")):
        return
    raise access.refusal(actor, "steward", "*", next(owners(kind, document)), f"{kind} {code}")


def locked(number: int) -> Row:
    row = Row.objects.select_for_update().filter(pk=number).first()
    if row is None:
        raise _missing(number)
    return row


def still(row: Row, version: int) -> None:
    if row.state != "draft" or row.version != version:
        raise Conflict(
            "blueprint.draft_moved",
            Text(
                zh=f"{row.author} 在您之后保存过，或草稿已提交；您的修改没有保存",
                en=f"{row.author} saved after you, or it was proposed meanwhile; your changes are not kept",
            ),
            place=str(row.pk),
            next_step=Text(zh="在新窗口打开草稿，把修改并入", en="Open the draft anew and put your changes into it"),
        )


def _text(document: Mapping[str, Any]) -> str:
    text = json.dumps(document, ensure_ascii=False)
    if len(text.encode()) > MOST_BYTES:
        raise Invalid(
            "blueprint.too_large",
            Text(zh="内容过大", en="This is too large"),
            place=f"{len(text)}",
            next_step=Text(zh="拆成几个流程或表单", en="Part it into several"),
        )
    return text


def _missing(number: int) -> NotFound:
    return NotFound(
        "blueprint.draft",
        Text(zh="没有这份草稿或定义", en="There is no such draft or definition"),
        place=str(number),
        next_step=Text(zh="从清单中选择", en="Choose one of the list"),
    )

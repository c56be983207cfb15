"""Begin an application."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.papers import applications
from lingqu.centre.papers.actions.save_application import checked, looked
from lingqu.centre.papers.asking import asked
from lingqu.centre.papers.models import Application as Row
from lingqu.kernel.errors import Conflict
from lingqu.kernel.text import Text


@transaction.atomic
def begin(
    actor: access.Actor,
    situation: str,
    facts: Iterable[str] | None = None,
    *,
    answers: Mapping[str, Sequence[str]] | None = None,
) -> applications.Application:
    """For whom the actor acts at the moment, else for himself. ``answers`` are those given before signing in; of them
    what is understood is taken over. Raises ``NotFound``, ``Refused``, ``Invalid``, ``Conflict``
    (``papers.drafts``)."""
    if actor.kind not in ("person", "system"):
        raise access.refusal(actor, "write", "Application")
    if actor.behalf:
        access.require_represents(actor, actor.behalf.id, "apply")
    of = asked(situation, facts)
    if applications.own(actor).filter(state="draft").count() >= applications.MOST_DRAFTS:
        raise Conflict(
            "papers.drafts",
            Text(
                zh=f"未提交的申请最多 {applications.MOST_DRAFTS} 份",
                en=f"There are {applications.MOST_DRAFTS} unsent applications already",
            ),
            place=situation,
            next_step=Text(zh="先提交或删除其中一份", en="Send or delete one of them first"),
        )
    kept, faults = checked(of, answers or {})
    for fault in faults:
        kept[fault.column][fault.row or 0] = ""
    kept = {term: texts for term, texts in kept.items() if any(texts)}
    now = timezone.now()
    row = Row(
        situation=situation, facts=list(of.true), account=actor.name[:200], person=actor.person,
        on_behalf_of=actor.behalf.id if actor.behalf else "", answers=kept, begun_at=now, saved_at=now,
    )  # fmt: skip
    row.save(force_insert=True)
    if kept:
        row.looks = looked(actor, row, of)
        row.save(update_fields=["looks"])
    access.record(actor, "write", entity_type="Application", count=1, detail={"application": row.pk, "act": "begin"})
    return applications.told(row)

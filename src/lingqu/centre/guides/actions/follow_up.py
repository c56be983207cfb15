"""A department answers a bad rating; the applicant is told."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.guides.models import Rating
from lingqu.centre.notices import door as notices
from lingqu.kernel.errors import Conflict, Invalid, NotFound
from lingqu.kernel.text import Text


def follow_up(actor: access.Actor, case_id: int, words: str) -> None:
    words = words.replace("\0", "").strip()[:1_000]
    with transaction.atomic():
        row = Rating.objects.select_for_update().filter(case=case_id).first()
        if row is None or not access.may(actor, "handle", row.procedure, owner=row.department):
            error = NotFound(
                "guides.no_rating",
                Text(zh="没有这条评价，或不归您回访", en="There is no such rating, or it is not yours to follow up"),
                place=str(case_id),
                next_step=Text(zh="回到评价列表", en="Go back to the list"),
            )
            access.tell(actor, error)
            raise error
        if row.account == actor.name or row.answered_at is not None or row.due is None:
            raise Conflict(
                "guides.followed",
                Text(zh="这条评价不需要您回访", en="This rating is not for you to follow up"),
                place=str(case_id),
                next_step=Text(zh="刷新页面查看最新状态", en="Reload the page to see how it stands"),
            )
        if not words:
            raise Invalid(
                "guides.words",
                Text(zh="请写明回访结果和整改措施", en="Say what came of it and what is changed"),
                next_step=Text(zh="填写后重新提交", en="Fill it in and send it again"),
            )
        Rating.objects.filter(pk=row.pk).update(answer=words, answered_by=actor.name[:200], answered_at=timezone.now())
        subject = Text(zh=f"您对办件 {case_id} 的评价有了答复", en=f"Your rating of case {case_id} was answered")
        notices.tell(
            [row.account], "answer", subject, Text(zh=words, en=words), link=f"/services/rate/{case_id}/",
            about=f"case:{case_id}", key=f"rating:{case_id}:answer",
        )  # fmt: skip
        access.record(actor, "write", entity_type="Rating", count=1, detail={"case": case_id, "act": "follow up"})

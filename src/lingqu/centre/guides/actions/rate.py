"""Rate a case that ended: once, by its applicant; what is bad needs a reason, and an answer of the department."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.guides.models import Rating
from lingqu.centre.notices import door as notices
from lingqu.centre.procedures import door as procedures
from lingqu.kernel.errors import Conflict, Fault, Invalid, Refused
from lingqu.kernel.text import Text

BAD = 2  # stars and less
FOLLOW_UP_DAYS = 5  # working days
LONGEST = 1_000


def rate(actor: access.Actor, case_id: int, stars: int, words: str = "") -> None:
    case = procedures.case(actor, case_id)
    _require(actor, case)
    words = _checked(stars, words)
    now, lead = timezone.now(), case.compiled.procedure.department
    due = catalogue.due(now, FOLLOW_UP_DAYS) if stars <= BAD else None
    try:
        with transaction.atomic():
            Rating.objects.create(
                case=case.id, procedure=case.procedure, department=lead, account=actor.name[:200], stars=stars,
                words=words, at=now, due=due,
            )  # fmt: skip
            if due is not None:
                _tell(case, lead)
            access.record(actor, "write", entity_type="Rating", count=1, detail={"case": case.id, "stars": stars})
    except IntegrityError as twice:
        raise _rated(case.id) from twice


def _require(actor: access.Actor, case: procedures.Case) -> None:
    if actor.kind != "person" or actor.name != case.applicant:
        error = Refused(
            "guides.not_applicant",
            Text(zh="只有申请人可以评价", en="Only the applicant may rate it"),
            place=str(case.id),
            next_step=Text(zh="请申请人本人评价", en="Ask the applicant to do it"),
        )
        access.tell(actor, error)
        raise error
    if case.state != "ended":
        raise Conflict(
            "guides.not_ended",
            Text(zh="办结后才能评价", en="It can be rated once it has ended"),
            place=str(case.id),
            next_step=Text(zh="办结后会有消息提醒", en="A message tells you when it ended"),
        )


def _rated(case_id: int) -> Conflict:
    return Conflict(
        "guides.rated",
        Text(zh="这件已经评价过了", en="It was rated already"),
        place=str(case_id),
        next_step=Text(zh="还有意见可以投诉", en="If more is to be said, complain"),
    )


def _checked(stars: int, words: str) -> str:
    words, faults = words.replace("\0", "").strip(), []
    if stars not in range(1, 6):
        faults.append(Fault("guides.stars", Text(zh="请选择一至五星", en="Choose one to five"), column="stars"))
    if stars <= BAD and not words:
        faults.append(Fault("guides.words", Text(zh="请写明不满意的原因", en="Say what was not good"), column="words"))
    if len(words) > LONGEST:
        faults.append(Fault("guides.words", Text(zh="不超过 1000 字", en="At most 1000 characters"), column="words"))
    if faults:
        raise Invalid("guides.rating", Text(zh="评价需要改正", en="The rating must be corrected"), faults=faults)
    return words


def _tell(case: procedures.Case, department: str) -> None:
    people = [a.name for a in access.people(department) if access.may(a, "handle", case.procedure, owner=department)]
    subject = Text(
        zh=f"办件 {case.id} 收到差评，须在 {FOLLOW_UP_DAYS} 个工作日内回访",
        en=f"Case {case.id} was rated badly: follow it up within {FOLLOW_UP_DAYS} working days",
    )
    notices.tell(people, "work", subject, link="/stewardship/ratings/", about=f"case:{case.id}", key=f"bad:{case.id}")

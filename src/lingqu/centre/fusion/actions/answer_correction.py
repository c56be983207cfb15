"""The department accepts, refuses with reason and law, or passes on to the right one; who asked may withdraw."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.entities import door as entities
from lingqu.centre.fusion import corrections
from lingqu.centre.fusion.models import Correction
from lingqu.kernel.errors import Invalid
from lingqu.kernel.text import Text


@transaction.atomic
def answer(actor: Actor, number: int, act: str, *, words: str, law: str, to: str) -> corrections.Corrected:
    """See ``door.answer_correction``."""
    row = corrections.locked(actor, number)
    access.require(actor, "steward", owner=row.department)
    if row.state != "open":
        raise corrections.answered(number)
    words, law = words.strip()[:2000], law.strip()[:400]
    acts = {"accept": _accept, "refuse": _refuse, "pass_on": _pass_on}
    if act not in acts:
        raise _wrong("请选择处理方式", "Choose what is to be done", "act")
    acts[act](row, actor, words, law, to)
    row.save()
    corrections.noted(row, actor, act)
    return corrections.told(row)


def _accept(row: Correction, actor: Actor, words: str, law: str, to: str) -> None:
    """The correction is made in the department's own system; the next delivery brings it."""
    row.state, row.reason, row.answered_at = "accepted", words, timezone.now()
    corrections.staged(row, "accepted", actor, words)


def _refuse(row: Correction, actor: Actor, words: str, law: str, to: str) -> None:
    if len(words) < 2 or not law:
        raise _wrong("不予更正须写明理由和法律依据", "To refuse takes the reason and the law", "words")
    row.state, row.reason, row.law = "refused", words, law
    row.answered_at = row.ended_at = timezone.now()
    corrections.staged(row, "refused", actor, words)
    settle(row)


def _pass_on(row: Correction, actor: Actor, words: str, law: str, to: str) -> None:
    """The clock runs on: the person has waited all the same."""
    if to not in catalogue.departments() or to == row.department:
        raise _wrong("请选择应受理的部门", "Choose the department it belongs to", "to")
    if len(words) < 2:
        raise _wrong("请写明转办理由", "Write why it belongs there", "words")
    corrections.staged(row, "passed_on", actor, words)
    row.department = to


@transaction.atomic
def withdraw(actor: Actor, number: int) -> corrections.Corrected:
    """See ``door.withdraw_correction``."""
    row = corrections.locked(actor, number)
    if actor.name != row.asked_by:
        raise corrections.nothing(actor, number)
    if row.state not in corrections.LIVING:
        raise corrections.answered(number)
    row.state, row.ended_at = "withdrawn", timezone.now()
    corrections.staged(row, "withdrawn", actor, "")
    row.save()
    settle(row)
    corrections.noted(row, actor, "withdrawn")
    return corrections.told(row)


def settle(row: Correction) -> None:
    """Take the mark away, unless somebody else contests the same."""
    others = Correction.objects.filter(
        entity_id=row.entity_id, attribute=row.attribute, state__in=corrections.LIVING
    ).exclude(number=row.number)
    if not others.exists():
        entities.contest(row.entity_id, row.attribute, False, f"correction:{row.number}")


def _wrong(zh: str, en: str, place: str) -> Invalid:
    return Invalid("correction.answer", Text(zh=zh, en=en), place=place)

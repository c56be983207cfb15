"""Words between the sides, the yearly report on use, and that somebody has read what is new."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import history, models, requests, rights
from lingqu.kernel.errors import Invalid
from lingqu.kernel.text import Text


@transaction.atomic
def message(actor: access.Actor, number: str, words: str) -> None:
    if not words.strip():
        raise _empty(number)
    find = requests.agreement_row if number.startswith("A-") else requests.row
    history.add(find(actor, number), "message", actor, words.strip()[:2000])


@transaction.atomic
def report(actor: access.Actor, number: str, year: int, use: str, benefit: str, trouble: str) -> None:
    """The consumer's account for a year; given again it replaces the earlier one."""
    row = requests.agreement_row(actor, number, locked=True)
    rights.require_for(actor, row.consumer, number)
    if not use.strip():
        raise _empty(number)
    models.Report.objects.update_or_create(
        agreement=row,
        year=year,
        defaults={
            "use": use.strip()[:4000],
            "benefit": benefit.strip()[:4000],
            "trouble": trouble.strip()[:4000],
            "at": timezone.now(),
            "by": actor.name[:200],
        },
    )
    history.add(row, "report", actor, f"{year}", centre=bool(trouble.strip()))


def seen(actor: access.Actor, number: str) -> None:
    """The actor's own department has seen what happened to this."""
    mine = rights.departments(actor)
    models.Told.objects.filter(step__number=number, department__in=mine, seen_at=None).update(seen_at=timezone.now())


def _empty(number: str) -> Invalid:
    return Invalid(
        "sharing.reason",
        Text(zh="内容为空", en="Nothing is written"),
        place=number,
        next_step=Text(zh="写明后再提交", en="Write it and send again"),
    )

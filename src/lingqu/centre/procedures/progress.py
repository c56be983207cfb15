"""Progress by number, for who is not signed in: a number and the code that came with the receipt show stages, and no
word of the application.

Wrong codes are counted by case and by address, like failed sign-ins.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.crypto import constant_time_compare

from lingqu.centre.access import door as access
from lingqu.centre.procedures import codes, models, store
from lingqu.kernel.errors import NotFound, Refused
from lingqu.kernel.text import Text


@dataclass(frozen=True)
class Stage:
    """``state``: open, claimed, returned, done, cancelled."""

    name: Text
    department: str
    state: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True)
class Progress:
    """``state``: running, suspended, ended, withdrawn, stuck. What the outcome was is for the applicant to read."""

    number: int
    name: Text
    state: str
    started_at: datetime
    due: datetime | None
    ended_at: datetime | None
    stages: tuple[Stage, ...]


def look(number: int, given: str, address: str) -> Progress:
    """``address``: whence it is asked. Raises ``Refused`` (``procedures.progress_locked``), ``NotFound``."""
    case, place = f"progress:{number}", f"progress:{address}"
    if until := access.locked_until(case, place):
        raise _locked(until)
    fits = constant_time_compare("".join(given.split()), codes.code(number))
    with access.working_for(lambda: access.SYSTEM):
        row = models.Case.objects.filter(pk=number).first() if fits else None
        items = list(models.Item.objects.filter(case=row).order_by("id")) if row else []
    if row is None:
        access.login_failed(case, place, "progress")
        raise NotFound(
            "procedures.progress",
            Text(zh="编号或查询码不对", en="Number or code is not right"),
            next_step=Text(zh="核对回执上的编号和查询码", en="Compare both with the receipt"),
        )
    access.login_succeeded(case)
    access.record(access.ANONYMOUS, "read", entity_type="Case", count=1, detail={"case": number, "by": "number, code"})
    of = store.version(row.version)
    stages = tuple(
        Stage(of.says(each.node), each.department, each.state, each.opened_at, each.done_at) for each in items
    )
    return Progress(row.pk, of.procedure.title, row.state, row.started_at, row.due, row.ended_at, stages)


def _locked(until: datetime) -> Refused:
    minutes = max(1, -(-int((until - timezone.now()).total_seconds()) // 60))
    return Refused(
        "procedures.progress_locked",
        Text(zh=f"尝试次数过多，请 {minutes} 分钟后再试", en=f"Too many tries; wait {minutes} min"),
        next_step=Text(zh="登录后可直接查看您的办件", en="Signed in, you see your cases without a code"),
        recorded=True,
    )

"""Progress by number, for who is not signed in: a number and the code that came with the receipt show stages, and no
word of the application.

Wrong codes are counted by case and by address, like failed sign-ins. Who lost the receipt gives the last four of the
identity number of whom the case is for. Ten thousand of these are soon tried: a wrong one counts twice, and it opens
only cases that are under way or ended lately.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.crypto import constant_time_compare

from lingqu.centre.access import door as access
from lingqu.centre.drawing import door as drawing
from lingqu.centre.entities import door as entities
from lingqu.centre.papers import door as papers
from lingqu.centre.procedures import codes, models, store
from lingqu.kernel.elements import DataElement
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
    said = "".join(given.split()).upper()
    by_person = bool(_LAST_FOUR.match(said))
    case, place = f"progress:{number}", f"progress:{address}"
    if until := access.locked_until(case, place):
        raise _locked(until)
    with access.working_for(lambda: access.SYSTEM):
        row = models.Case.objects.filter(pk=number).first()
        if not (_is_of(row, said) if by_person else constant_time_compare(said, codes.code(number))):
            row = None
        items = list(models.Item.objects.filter(case=row).order_by("id")) if row else []
    if row is None:
        for _ in range(2 if by_person else 1):
            access.login_failed(case, place, "progress")
        raise NotFound(
            "procedures.progress",
            Text(zh="编号、查询码或身份证后四位不对", en="Number, code or last four are not right"),
            next_step=Text(zh="核对回执上的编号和查询码", en="Compare number and code with the receipt"),
        )
    access.login_succeeded(case)
    how = "number, last four" if by_person else "number, code"
    access.record(access.ANONYMOUS, "read", entity_type="Case", count=1, detail={"case": number, "by": how})
    of = store.version(row.version)
    stages = tuple(
        Stage(of.says(each.node), each.department, each.state, each.opened_at, each.done_at) for each in items
    )
    return Progress(row.pk, of.procedure.title, row.state, row.started_at, row.due, row.ended_at, stages)


_LAST_FOUR = re.compile(r"^\d{3}[\dX]$")
_LATELY = timedelta(days=30)


def _is_of(row: models.Case | None, last_four: str) -> bool:
    """Whether a person's case, under way or ended lately, is of whom has such an identity number."""
    if row is None or (row.ended_at is not None and row.ended_at < timezone.now() - _LATELY):
        return False
    whose = row.on_behalf_of
    if not whose and row.application is not None:
        whose = papers.applications.sent_dossier(row.application, row.pk)[1].person
    try:
        person = entities.get(access.SYSTEM, whose) if whose else None
    except NotFound:
        person = None
    if person is None:
        return False
    elements, kept = drawing.every(DataElement), entities.entity_type(person.type).attributes
    numbers = [name for name, each in kept.items() if _is_identity(elements.get(each.element or ""))]
    fits = [constant_time_compare(str(person.value(name) or "")[-4:].upper(), last_four) for name in numbers]
    return any(fits)


def _is_identity(element: DataElement | None) -> bool:
    return element is not None and element.identifier == "citizen_id"


def _locked(until: datetime) -> Refused:
    minutes = max(1, -(-int((until - timezone.now()).total_seconds()) // 60))
    return Refused(
        "procedures.progress_locked",
        Text(zh=f"尝试次数过多，请 {minutes} 分钟后再试", en=f"Too many tries; wait {minutes} min"),
        next_step=Text(zh="登录后可直接查看您的办件", en="Signed in, you see your cases without a code"),
        recorded=True,
    )

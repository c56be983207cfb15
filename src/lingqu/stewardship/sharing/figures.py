"""The execution of sharing in a month, by department: every figure is the number of the rows that stand with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.exchange import door as exchange

FIGURES = (
    "late_supply", "asked", "answered", "answered_late", "overdue", "refused", "requested", "used", "unused",
)  # fmt: skip
BAD = frozenset({"late_supply", "answered_late", "overdue"})
RECENT = 2000


@dataclass
class Month:
    """``rows``: department → figure → what was counted: numbers of requests or agreements, codes of resources."""

    first: date
    begins: datetime
    ends: datetime
    rows: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    records: dict[str, int] = field(default_factory=dict)

    def put(self, department: str, figure: str, row: str) -> None:
        self.rows.setdefault(department, {name: [] for name in FIGURES})[figure].append(row)

    def count(self, department: str, figure: str) -> int:
        return len(self.rows.get(department, {}).get(figure, ()))

    def in_time(self, department: str) -> float | None:
        """The share of answers given in time; None where nothing was to be answered."""
        answered, overdue = self.count(department, "answered"), self.count(department, "overdue")
        late = self.count(department, "answered_late")
        return (answered - late) / (answered + overdue) if answered + overdue else None

    def document(self) -> dict[str, Any]:
        """As a bulletin keeps it."""
        departments = {
            code: {"figures": rows, "in_time": self.in_time(code), "records": self.records.get(code, 0)}
            for code, rows in sorted(self.rows.items())
        }
        return {"month": f"{self.first:%Y-%m}", "until": self.ends.isoformat(), "departments": departments}


def titles() -> dict[str, str]:
    return {
        "late_supply": _("Resources supplied late"),
        "asked": _("Requests to answer"),
        "answered": _("Answered"),
        "answered_late": _("Answered late"),
        "overdue": _("Not answered in time"),
        "refused": _("Refused as a whole"),
        "requested": _("Requested of others"),
        "used": _("Agreements used"),
        "unused": _("Agreements not used"),
    }


def formulas() -> dict[str, str]:
    """How each figure is counted, as the page states it."""
    return {
        "late_supply": _(
            "Resources whose last delivery before the month's end is older than their update cycle and a quarter of it;"
            " irregular ones never."
        ),
        "asked": _("Requests that passed the platform's check in the month."),
        "answered": _(
            "Requests that the owner decided in the month; what the platform decides by itself is not counted."
        ),
        "answered_late": _("Of these, those decided after the last of the working days for a decision."),
        "overdue": _("Requests whose working days ran out before the month's end and that were not decided by then."),
        "refused": _("Of those answered, those refused as a whole."),
        "requested": _("Requests that the department sent in during the month."),
        "used": _("The department's agreements under which something was read in the month."),
        "unused": _("Agreements in force during the whole month under which nothing was read."),
        "in_time": _("(answered − answered late) ÷ (answered + not answered in time)"),
    }


def of(first: date, now: datetime | None = None) -> Month:
    """A month up to its end, or up to now."""
    first = first.replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    ends = min(_midnight(following), now or timezone.now())
    month = Month(first, _midnight(first), ends)
    _supply(month)
    _answers(month)
    _use(month, whole=ends == _midnight(following))
    return month


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def _supply(month: Month) -> None:
    last: dict[str, datetime] = {}
    for delivery in exchange.deliveries(limit=RECENT):
        if delivery.state not in ("withdrawn", "refused") and delivery.received_at < month.ends:
            last.setdefault(delivery.resource, delivery.received_at)
    for resource in catalogue.resources().values():
        month.rows.setdefault(resource.department, {name: [] for name in FIGURES})
        if catalogue.overdue(resource, last.get(resource.code), month.ends).overdue:
            month.put(resource.department, "late_supply", resource.code)


def _answers(month: Month) -> None:
    days = catalogue.sharing_rules().decide.days
    for r in catalogue.activity(month.begins, month.ends):
        if r.submitted_at and month.begins <= r.submitted_at:
            month.put(r.consumer, "requested", r.number)
        if r.passed_at is None or r.decided_by == access.SYSTEM.name:
            continue
        for figure in _figures_of(r, month, catalogue.due(r.passed_at, days)):
            month.put(r.provider, figure, r.number)


def _figures_of(r: catalogue.Request, month: Month, due: datetime) -> Iterable[str]:
    if r.passed_at and month.begins <= r.passed_at < month.ends:
        yield "asked"
    decided = r.decided_at if r.decided_at and r.decided_at < month.ends else None
    if decided and decided >= month.begins:
        yield "answered"
        if decided > due:
            yield "answered_late"
        if r.state == "refused":
            yield "refused"
    elif decided is None and due <= month.ends and r.state in ("deciding", "agreed", "refused"):
        yield "overdue"


def _use(month: Month, whole: bool) -> None:
    before = timezone.localdate(month.ends - timedelta(microseconds=1)) + timedelta(days=1)
    used = access.usage_in(month.first, before)
    for a in catalogue.in_force(month.begins, month.ends):
        calls, entities = used.get(a.number, (0, 0))
        if calls:
            month.put(a.consumer, "used", a.number)
            month.records[a.consumer] = month.records.get(a.consumer, 0) + entities
        elif whole and a.begins <= month.begins and (a.ended_at is None or a.ended_at >= month.ends):
            month.put(a.consumer, "unused", a.number)

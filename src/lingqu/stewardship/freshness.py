"""Whether a resource is as fresh as its update cycle promises."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.exchange import door as exchange

_DAYS = {"realtime": 0.125, "daily": 1, "weekly": 7, "monthly": 31, "quarterly": 92, "half_yearly": 183, "yearly": 366}
_GRACE = 1.25
"""A delivery may be a quarter of its cycle late before it is called overdue."""

RECENT = 500


@dataclass(frozen=True)
class Standing:
    """How a resource stands: its newest delivery and what follows from it."""

    resource: catalogue.InformationResource
    department: catalogue.Department | None
    newest: exchange.Delivery | None
    state: str  # ok | notice | bad | none
    words: str
    next_step: str


def cycles() -> dict[str, str]:
    return {
        "realtime": _("in real time"),
        "daily": _("daily"),
        "weekly": _("weekly"),
        "monthly": _("monthly"),
        "quarterly": _("quarterly"),
        "half_yearly": _("every half year"),
        "yearly": _("yearly"),
        "irregular": _("irregularly"),
    }


def states() -> dict[str, tuple[str, str]]:
    """Delivery states as (words, look)."""
    return {
        "received": (_("Received"), "notice"),
        "landed": (_("Read, not yet checked"), "notice"),
        "checked": (_("Checked"), "ok"),
        "refused": (_("Refused"), "bad"),
        "withdrawn": (_("Withdrawn"), "none"),
    }


def standings() -> list[Standing]:
    """Every resource of the catalogue; one read for nearly all of them."""
    newest: dict[str, exchange.Delivery] = {}
    for delivery in exchange.deliveries(limit=RECENT):
        if delivery.state != "withdrawn":
            newest.setdefault(delivery.resource, delivery)
    departments = catalogue.departments()
    return [
        _standing(resource, departments.get(resource.department), newest.get(code) or _older(code))
        for code, resource in catalogue.resources().items()
    ]


def _older(code: str) -> exchange.Delivery | None:
    found = exchange.deliveries(resource=code, limit=1)
    return found[0] if found else None


def standing(resource: catalogue.InformationResource) -> Standing:
    return _standing(resource, catalogue.departments().get(resource.department), _older(resource.code))


def _standing(
    resource: catalogue.InformationResource,
    department: catalogue.Department | None,
    newest: exchange.Delivery | None,
) -> Standing:
    if newest is None:
        return Standing(
            resource, department, None, "none", _("Nothing delivered yet"), _("Hand in a file or switch on its source")
        )
    if newest.state == "refused":
        step = _("Read why, mend the file or the source, deliver again")
        return Standing(resource, department, newest, "bad", _("Last delivery refused"), step)
    if newest.state != "checked":
        return Standing(resource, department, newest, "notice", _("Being worked on"), "")
    if overdue(resource.update_cycle, newest.received_at):
        return Standing(
            resource, department, newest, "notice", _("Overdue"), _("Ask the department for a new delivery")
        )
    return Standing(resource, department, newest, "ok", _("Up to date"), "")


def overdue(cycle: str, received: datetime, now: datetime | None = None) -> bool:
    days = _DAYS.get(cycle)
    return days is not None and (now or timezone.now()) - received > timedelta(days=days * _GRACE)

"""Whether a resource is as fresh as its update cycle promises."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.exchange import door as exchange

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


def states() -> dict[str, tuple[str, str]]:
    """Delivery states as (words, look)."""
    return {
        "received": (_("Received"), "notice"),
        "landed": (_("Read, not yet checked"), "notice"),
        "checked": (_("Checked"), "ok"),
        "refused": (_("Refused"), "bad"),
        "withdrawn": (_("Withdrawn"), "none"),
    }


def standings(resources: Iterable[catalogue.InformationResource] | None = None) -> list[Standing]:
    """These resources, or every one of the catalogue; one read for nearly all of them."""
    newest: dict[str, exchange.Delivery] = {}
    for delivery in exchange.deliveries(limit=RECENT):
        if delivery.state != "withdrawn":
            newest.setdefault(delivery.resource, delivery)
    departments = catalogue.departments()
    return [
        _standing(resource, departments.get(resource.department), newest.get(resource.code) or _older(resource.code))
        for resource in (catalogue.resources().values() if resources is None else resources)
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
    if catalogue.overdue(resource, newest.received_at).overdue:
        return Standing(
            resource, department, newest, "notice", _("Overdue"), _("Ask the department for a new delivery")
        )
    return Standing(resource, department, newest, "ok", _("Up to date"), "")

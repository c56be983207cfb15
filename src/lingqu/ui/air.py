"""Air quality now, from whichever entity type has an air quality index (HJ 633-2012)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lingqu.centre.access.door import Actor
from lingqu.centre.entities import door as entities
from lingqu.centre.entities.definitions import EntityType
from lingqu.ui.values import Wording, moment

STALE = timedelta(hours=3)
_EDGES = (50, 100, 150, 200, 300)


@dataclass(frozen=True)
class Reading:
    """``index`` 0..500; ``grade`` 1..6 by HJ 633-2012 table 2."""

    label: str
    href: str
    index: int
    grade: int
    words: str
    pollutant: str
    at: datetime | None
    stale: bool


def grade(index: float) -> int:
    return 1 + sum(1 for edge in _EDGES if index > edge)


def grades() -> list[str]:
    return [
        _("excellent"),
        _("good"),
        _("lightly polluted"),
        _("moderately polluted"),
        _("heavily polluted"),
        _("severely polluted"),
    ]


def kind() -> EntityType | None:
    """The public type with an air quality index, if the city has one."""
    for found in entities.entity_types().values():
        if found.public and any(a.element == "aqi" for a in found.attributes.values()):
            return found
    return None


def now(actor: Actor, language: str, limit: int = 100) -> list[Reading]:
    """The newest reading of each station, the worst first; stale ones last."""
    found = kind()
    if found is None:
        return []
    named = {a.element: name for name, a in found.attributes.items() if a.element}
    wording, readings = Wording(language), []
    for entity in entities.find(actor, entities.Query(types=(found.code,), limit=limit)).entities:
        index = entity.value(named["aqi"])
        if not isinstance(index, int | float):
            continue
        observed = entity.value(named.get("observed_at", ""))
        at = moment(str(observed)) if observed else None
        at = at if isinstance(at, datetime) else None
        if at is not None and timezone.is_naive(at):
            at = timezone.make_aware(at)
        pollutant = entity.value(named.get("primary_pollutant", "")) or ""
        readings.append(
            Reading(
                wording.label(found, entity),
                reverse("registers:record", args=[found.code, entity.id]),
                round(index),
                grade(index),
                grades()[grade(index) - 1],
                str(pollutant),
                at,
                at is None or timezone.now() - at > STALE,
            )
        )
    return sorted(readings, key=lambda r: (r.stale, -r.index))

"""What somebody has, and what he has to see to first: the same for a person and for a firm."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lingqu.centre.access import door as access
from lingqu.centre.entities import door as entities
from lingqu.centre.notices import door as notices
from lingqu.centre.offers import door as offers
from lingqu.centre.papers import door as papers
from lingqu.centre.procedures import door as procedures
from lingqu.ui.certificates.public import states

AHEAD, SHOWN = 45, 5
"""Days ahead that belong among what is to be done; rows of a section."""


@dataclass(frozen=True)
class Todo:
    """``urgent``: overdue, or within a week."""

    title: str
    href: str
    day: date | None = None
    words: str = ""

    @property
    def urgent(self) -> bool:
        return self.day is not None and self.day <= timezone.localdate() + timedelta(days=7)


def link(name: str, *args: Any) -> str:
    """An address of a part that may not be there."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def todo(actor: access.Actor, entity: entities.Entity | None, cases: list[procedures.Case]) -> list[Todo]:
    """The nearest first; what has no day before what has."""
    found = [*_asked(actor), *_returned(cases), *_ending(actor), *_dues(entity)]
    return sorted(found, key=lambda each: (each.day is not None, each.day or date.min))


def _asked(actor: access.Actor) -> Iterator[Todo]:
    if actor.behalf is None:
        for each in access.mandates(actor):
            if each.state == "offered" and each.taker == actor.name:
                yield Todo(_("Answer a mandate: %(whom)s") % {"whom": each.label}, reverse("my:mandates"))
    for consent in access.consents_of(actor.subject):
        if consent.state == "asked":
            yield Todo(
                _("Answer a request for consent: %(what)s") % {"what": consent.matter}, link("citizen:my_consents")
            )


def _returned(cases: list[procedures.Case]) -> Iterator[Todo]:
    for case in cases:
        if any(item.state == "returned" for item in case.items) and case.state == "running":
            title = _("Supplement your application: %(what)s") % {"what": name_of(case)}
            yield Todo(title, link("cases:one", case.id))


def _ending(actor: access.Actor) -> Iterator[Todo]:
    language = get_language() or "zh-hans"
    for each in papers.certificates.of_person(actor.subject):
        if each.renewable:
            title = _("Renew: %(what)s") % {"what": each.title.say(language)}
            yield Todo(title, reverse("certificates:mine", args=[each.number]), each.ends)


def _dues(entity: entities.Entity | None) -> Iterator[Todo]:
    if entity is None:
        return
    today = timezone.localdate()
    for each in procedures.dues(entity, today, today + timedelta(days=AHEAD)):
        if each.opens <= today and not each.of.certificate:
            yield Todo(each.of.title.say(get_language() or "zh-hans"), reverse("own:dues"), each.day)


def name_of(case: procedures.Case) -> str:
    return case.title or case.name.say(get_language() or "zh-hans")


def has(actor: access.Actor) -> dict[str, Any]:
    """Certificates, cases, appointments, messages: some of each, and where the rest is."""
    marks, cases = states(), procedures.applications(actor, 20)
    held = papers.certificates.of_person(actor.subject)
    return {
        "certificates": [(each, marks[each.state]) for each in held[:SHOWN]],
        "all_cases": cases,
        "cases": [(each, name_of(each), link("cases:one", each.id)) for each in cases[:SHOWN]],
        "cases_href": link("cases:mine"),
        "appointments": sorted((b for b in offers.mine(actor) if b.open), key=lambda b: b.begins)[:SHOWN],
        "services_href": link("services:list"),
        "messages": notices.messages(actor, limit=3),
        "unread": notices.unread(actor),
    }

"""Requests, agreements and their steps, as far as somebody may see them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import clocks, models, rights
from lingqu.centre.catalogue.records import (
    Agreement,
    Bulletin,
    Report,
    Request,
    Step,
    of_agreement,
    of_request,
    of_step,
)
from lingqu.centre.catalogue.workflow import OPEN
from lingqu.kernel.errors import NotFound
from lingqu.kernel.text import Text

FILTERS = ("state", "consumer", "provider", "resource", "method", "purpose")


def row(actor: access.Actor, number: str, *, locked: bool = False) -> models.Request:
    """Raises ``NotFound`` for who sees all, ``Refused`` for all others: numbers are not to be guessed."""
    rows = models.Request.objects.select_for_update(of=("self",)) if locked else models.Request.objects
    found = rows.select_related("agreement").filter(number=number).first()
    return _guarded(actor, found, number)  # type: ignore[return-value]


def agreement_row(actor: access.Actor, number: str, *, locked: bool = False) -> models.Agreement:
    rows = models.Agreement.objects.select_for_update(of=("self",)) if locked else models.Agreement.objects
    found = rows.select_related("request").filter(number=number).first()
    return _guarded(actor, found, number)  # type: ignore[return-value]


def _guarded(
    actor: access.Actor, found: models.Request | models.Agreement | None, number: str
) -> models.Request | models.Agreement:
    if found is not None and _shown(actor, found):
        return found
    if found is None and rights.oversees(actor):
        raise NotFound(
            "sharing.unknown",
            Text(zh=f"没有编号为 {number} 的申请或协议", en=f"There is no request or agreement {number}"),
            place=number,
            next_step=Text(zh="核对编号", en="Check the number"),
        )
    raise rights.not_theirs(actor, number)


def _shown(actor: access.Actor, found: models.Request | models.Agreement) -> bool:
    """What was never sent in is not the other side's to see."""
    if found.state == "draft":
        return rights.oversees(actor) or rights.acts_for(actor, found.consumer)
    return rights.sees(actor, found.consumer, found.provider)


def request(actor: access.Actor, number: str) -> Request:
    return of_request(row(actor, number))


def agreement(actor: access.Actor, number: str) -> Agreement:
    return of_agreement(agreement_row(actor, number))


def steps(actor: access.Actor, number: str) -> list[Step]:
    """Oldest first."""
    _known(actor, number)
    return [of_step(step) for step in models.Step.objects.filter(number=number).order_by("id")]


def reports(actor: access.Actor, number: str) -> list[Report]:
    rows = agreement_row(actor, number).reports.order_by("-year")
    return [Report(r.year, r.use, r.benefit, r.trouble, r.at, r.by) for r in rows]


def _known(actor: access.Actor, number: str) -> None:
    (agreement_row if number.startswith("A-") else row)(actor, number)


def _narrowed(
    model: type[Any], actor: access.Actor, tab: str, words: str, chosen: Mapping[str, str]
) -> QuerySet[Any, Any]:
    found = model.objects.filter(rights.seen(actor))
    allowed = {name: value for name, value in chosen.items() if name in FILTERS and value}
    found = found.filter(**allowed)
    if tab == "mine":
        found = found.filter(consumer__in=rights.departments(actor))
    elif tab == "provided":
        found = found.filter(provider__in=rights.departments(actor))
    for word in words.split()[:8]:
        found = found.filter(_says(model, word))
    return found


def _says(model: type[Any], word: str) -> Q:
    matter = "matter" if model is models.Request else "request__matter"
    return Q(number__icontains=word) | Q(resource__icontains=word) | Q(**{f"{matter}__icontains": word})


def requests(
    actor: access.Actor,
    tab: str,
    words: str,
    chosen: Mapping[str, str],
    order: str,
    before: str,
    limit: int,
) -> list[Request]:
    found = _narrowed(models.Request, actor, "" if tab == "to_decide" else tab, words, chosen)
    if not rights.oversees(actor):
        found = found.filter(~Q(state="draft") | Q(consumer__in=rights.departments(actor)))
    if tab == "to_decide":
        found = found.filter(waits_for(actor))
    if before:
        found = found.filter(number__lt=before)
    by = ("due", "number") if order == "due" else ("-number",)
    return [of_request(r) for r in found.select_related("agreement").order_by(*by)[:limit]]


def waits_for(actor: access.Actor) -> Q:
    """What the actor has to do something about: decide, check, complete."""
    mine = rights.departments(actor)
    waits = Q(state="deciding", provider__in=mine) | Q(state__in=("returned", "draft"), consumer__in=mine)
    if rights.oversees(actor):
        waits |= Q(state="submitted") | Q(state__in=OPEN, escalated_at__isnull=False)
    return waits


def agreements(
    actor: access.Actor, tab: str, words: str, chosen: Mapping[str, str], before: str, limit: int
) -> list[Agreement]:
    found = _narrowed(models.Agreement, actor, tab, words, chosen)
    if before:
        found = found.filter(number__lt=before)
    return [of_agreement(a) for a in found.select_related("request").order_by("-number")[:limit]]


def requests_named(actor: access.Actor, numbers: Iterable[str]) -> list[Request]:
    found = models.Request.objects.filter(rights.seen(actor), number__in=list(numbers))
    return [of_request(r) for r in found.select_related("agreement").order_by("number")]


def agreements_named(actor: access.Actor, numbers: Iterable[str]) -> list[Agreement]:
    found = models.Agreement.objects.filter(rights.seen(actor), number__in=list(numbers))
    return [of_agreement(a) for a in found.select_related("request").order_by("number")]


def counts(actor: access.Actor) -> dict[str, int]:
    """For the desk: what waits for the actor, and what has happened since somebody of the department looked."""
    mine = rights.departments(actor)
    return {
        "waiting": models.Request.objects.filter(waits_for(actor)).count(),
        "overdue": models.Request.objects.filter(rights.seen(actor), state__in=OPEN)
        .filter(escalated_at__isnull=False)
        .count(),
        "news": models.Told.objects.filter(department__in=mine, seen_at=None).count(),
    }


def living(method: str) -> list[Agreement]:
    found = models.Agreement.objects.filter(state="living")
    if method:
        found = found.filter(method=method)
    return [of_agreement(a) for a in found.select_related("request").order_by("number")]


def activity(begins: datetime, ends: datetime) -> list[Request]:
    """Sent in before ``ends`` and not closed before ``begins``."""
    found = models.Request.objects.filter(submitted_at__lt=ends)
    found = found.filter(Q(since__gte=begins) | Q(state__in=OPEN))
    return [of_request(r) for r in found.select_related("agreement").order_by("number")]


def in_force(begins: datetime, ends: datetime) -> list[Agreement]:
    """Agreements that stood at some time between two moments."""
    found = models.Agreement.objects.filter(begins__lt=ends, ends__gt=begins)
    found = found.filter(Q(ended_at=None) | Q(ended_at__gt=begins))
    return [of_agreement(a) for a in found.select_related("request").order_by("number")]


def by_number(number: str) -> Agreement | None:
    found = models.Agreement.objects.select_related("request").filter(number=number).first()
    return of_agreement(found) if found else None


def news(actor: access.Actor, limit: int) -> list[Step]:
    told = models.Told.objects.filter(department__in=rights.departments(actor), seen_at=None)
    return [of_step(t.step) for t in told.select_related("step").order_by("-id")[:limit]]


def bulletins() -> list[Bulletin]:
    """Newest first."""
    rows = models.Bulletin.objects.order_by("-month")
    return [Bulletin(b.month, b.issued_at, b.issued_by, b.figures) for b in rows]


def delivering(found: Agreement) -> access.Actor:
    """See ``door.delivering``."""
    return access.Actor(
        "client",
        holder(found.number),
        department=found.consumer,
        purpose=f"{found.purpose}: {found.matter}"[:200],
        way="delivery",
        agreement=found.number,
        basis=found.basis,
    )


def holder(number: str) -> str:
    """The name under which Lingqu reads for a delivery; no account of this form can be made."""
    return f"delivery:{number}"


def provide_by(found: Request) -> Any:
    """When what was agreed must flow."""
    return clocks.due(found.decided_at, clocks.rules().provide.days) if found.decided_at else None

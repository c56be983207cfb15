"""The catalogue: departments, data elements, code lists, information resources, as the drawing holds them; and from
entry to use: requests, agreements, their clocks.

A request goes ``draft`` → ``submitted`` (the platform checks) → ``deciding`` (the owner answers) → ``agreed`` or
``refused``; see ``workflow.TRANSITIONS``. An agreement is ``living``, ``ended``, ``withdrawn`` or ``replaced``; what it
grants is issued and ended (``access.issue``, ``access.end``) in the transaction in which it begins and ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Literal

from django.utils import timezone

from lingqu.centre.access.door import Actor
from lingqu.centre.catalogue import clocks as _clocks
from lingqu.centre.catalogue import reads as _reads
from lingqu.centre.catalogue import repeated as _repeated
from lingqu.centre.catalogue import requests as _requests
from lingqu.centre.catalogue import requirements as _requirements
from lingqu.centre.catalogue import rights as _rights
from lingqu.centre.catalogue import rows as _rows
from lingqu.centre.catalogue import search as _search
from lingqu.centre.catalogue import served as _served
from lingqu.centre.catalogue import wording, workflow
from lingqu.centre.catalogue.actions import bulletin as _bulletin
from lingqu.centre.catalogue.actions import check as _check
from lingqu.centre.catalogue.actions import decide as _decide
from lingqu.centre.catalogue.actions import draft as _draft
from lingqu.centre.catalogue.actions import renew as _renew
from lingqu.centre.catalogue.actions import say as _say
from lingqu.centre.catalogue.actions import submit as _submit
from lingqu.centre.catalogue.actions import tick as _tick
from lingqu.centre.catalogue.actions import withdraw as _withdraw
from lingqu.centre.catalogue.definitions import (
    Calendar,
    Department,
    InformationResource,
    ResourceItem,
    SharingRules,
)
from lingqu.centre.catalogue.reads import Entry, Freshness, Item, Metadatum, Use
from lingqu.centre.catalogue.records import Agreement, Bulletin, Report, Request, Step, Wish
from lingqu.centre.catalogue.repeated import Repeat
from lingqu.centre.catalogue.search import Choice, Found
from lingqu.centre.catalogue.served import Served
from lingqu.centre.drawing import door as drawing
from lingqu.kernel.elements import CodeList, DataElement
from lingqu.kernel.text import Text


def departments() -> dict[str, Department]:
    return drawing.every(Department)


def resources() -> dict[str, InformationResource]:
    return drawing.every(InformationResource)


def resource(code: str) -> InformationResource:
    """Raises NotFound."""
    return drawing.one(InformationResource, code)


def data_elements() -> dict[str, DataElement]:
    return drawing.every(DataElement)


def code_lists() -> dict[str, CodeList]:
    return drawing.every(CodeList)


def entry(code: str) -> Entry:
    """A resource with its department, items (element, code list, type letter, personal or not) and related resources.
    Raises NotFound."""
    return _reads.entry(code)


def metadata(code: str) -> list[Metadatum]:
    """The 13 core metadata elements of a resource in the order and words of 发改高技〔2017〕1272号. Raises NotFound."""
    return _reads.metadata(code)


def search(words: str = "", chosen: Mapping[str, str] | None = None) -> list[InformationResource]:
    """Resources that have all the words (Chinese or English: title, code, abstract, provider, items) and the chosen
    facet values. Those with the words in their title come first. Facets: ``wording.FACETS``."""
    return _search.resources(words, chosen or {})


def search_all(words: str) -> list[Found]:
    """Resources, data elements (also by synonyms) and code lists (also by items) that have all the words."""
    return _search.anything(words)


def facets(found: Iterable[InformationResource]) -> dict[str, list[Choice]]:
    """For each facet its values among what was found, with titles in both languages and counts."""
    return _search.facets(found)


def used_where(kind: str, code: str) -> list[Use]:
    """What uses a ``data_element`` (items of resources, attributes of types), a ``code_list`` or a ``department``."""
    return _reads.used_where(kind, code)


def overdue(resource: InformationResource, last_delivery: datetime | None, now: datetime | None = None) -> Freshness:
    """When the next delivery is due by the resource's update cycle, and how late it is: overdue when by more than a
    quarter of the cycle. What was never delivered counts from its publication; irregular resources are never late."""
    return _reads.freshness(resource, last_delivery, now)


def as_rows(resources: Iterable[InformationResource], language: str) -> list[dict[str, str]]:
    """One row a resource, the 13 elements as columns, titles and values in one language."""
    return _rows.as_rows(resources, language)


def as_csv(resources: Iterable[InformationResource], language: str) -> bytes:
    """``as_rows`` as CSV in UTF-8 with byte order mark, safe to open in a spreadsheet program."""
    return _rows.as_csv(resources, language)


def as_json(resources: Iterable[InformationResource]) -> str:
    """Definitions as a JSON list, items resolved."""
    return _rows.as_json(resources)


def sharing_rules() -> SharingRules:
    """The city's clocks and limits of sharing, or those by default."""
    return _clocks.rules()


def calendar() -> Calendar:
    """The city's calendar; one that knows weekends only where it has none."""
    return _clocks.calendar()


def is_working(day: date) -> bool:
    """Whether it is a working day of the city."""
    return _clocks.is_working(day, _clocks.calendar())


def is_holiday(day: date) -> bool:
    """Whether it is one of the holidays that the city's calendar names."""
    return _clocks.is_holiday(day, _clocks.calendar())


def due(since: datetime, days: int) -> datetime:
    """The end of the last of so many working days of the city; the day of ``since`` does not count."""
    return _clocks.due(since, days)


def working_days(since: datetime, until: datetime) -> int:
    """Working days between two moments: those that began after the day of the first one."""
    return _clocks.working_days(since, until)


def serve(resource: str, items: Iterable[str]) -> Served:
    """The entity type that has most of these items of a resource, its attributes for them, and what it lacks."""
    return _served.serve(resource, items)


def repeats(consumer: str, resource: str, items: Iterable[str]) -> list[Repeat]:
    """What of these items the consumer collects itself, or could have of others without a decision."""
    return _repeated.repeats(consumer, resource, items)


def departments_of(actor: Actor) -> list[str]:
    """The departments for which the actor may request and decide."""
    return _rights.departments(actor)


def oversees(actor: Actor) -> bool:
    """Whether the actor checks requests and sees all of them: the information centre."""
    return _rights.oversees(actor)


def draft(actor: Actor, consumer: str, resource: str, wish: Wish) -> Request:
    """Begin a request. Raises ``NotFound``, ``Refused`` (``sharing.side``) where the actor is not of the consumer."""
    return _draft.draft(actor, consumer, resource, wish)


def edit(actor: Actor, number: str, wish: Wish) -> Request:
    """Fill in more of a draft or of what was returned. Raises ``Conflict`` (``sharing.stage``)."""
    return _draft.edit(actor, number, wish)


def faults(request: Request) -> list[Any]:
    """What a request lacks before it can be sent in, as ``Fault``: rule, message, column (field of ``Wish``)."""
    return list(_requirements.faults_of(request))


def targets() -> Mapping[str, tuple[str, ...]]:
    """Method → keys of ``Wish.target`` that it needs."""
    return _requirements.TARGETS


def submit(actor: Actor, number: str) -> Request:
    """Send a request in. Raises ``Invalid`` (``sharing.request``) with every fault. What is shared without conditions
    comes back ``agreed``, what is not shared ``refused`` with the law, all else ``submitted``."""
    return _submit.submit(actor, number)


def check(actor: Actor, number: str, *, passed: bool, reasons: str = "") -> Request:
    """The information centre passes a request on to the owner, or returns it. Raises ``Invalid``, ``Conflict``."""
    return _check.check(actor, number, passed, reasons)


def decide(actor: Actor, number: str, items: Mapping[str, str], *, reason: str = "", law: str = "") -> Request:
    """The owner's decision: item → ``grant`` (personal attributes masked as their data elements say), ``unmask`` or
    ``refuse``; an item not named is refused. All refused refuses the request. What is refused needs reason and law.
    Raises ``Invalid``, ``Conflict``, ``Refused`` (``sharing.side``, ``sharing.four_eyes``)."""
    return _decide.decide(actor, number, items, reason, law)


def withdraw(actor: Actor, number: str, why: str) -> None:
    """Take back a request (its consumer), or end an agreement at once (either side, the information centre)."""
    _withdraw.withdraw(actor, number, why)


def renew(actor: Actor, number: str) -> Request:
    """Request an agreement for as long again; sent in at once, decided in the usual way."""
    return _renew.renew(actor, number)


def change(actor: Actor, number: str, wish: Wish | None = None) -> Request:
    """A draft of a new version of an agreement, which takes its place when it is agreed."""
    return _renew.change(actor, number, wish)


def message(actor: Actor, number: str, words: str) -> None:
    """Words from one side to the other, on a request or an agreement."""
    _say.message(actor, number, words)


def report(actor: Actor, number: str, year: int, use: str, benefit: str = "", trouble: str = "") -> None:
    """The consumer's yearly account of the use of an agreement."""
    _say.report(actor, number, year, use, benefit, trouble)


def reports(actor: Actor, number: str) -> list[Report]:
    """Newest first."""
    return _requests.reports(actor, number)


def request(actor: Actor, number: str) -> Request:
    """Raises ``Refused`` (``sharing.side``) for what is another department's or is not there; ``NotFound`` for who
    sees all."""
    return _requests.request(actor, number)


def agreement(actor: Actor, number: str) -> Agreement:
    """Raises like ``request``."""
    return _requests.agreement(actor, number)


def steps(actor: Actor, number: str) -> list[Step]:
    """What happened to a request or agreement, oldest first."""
    return _requests.steps(actor, number)


def requests(
    actor: Actor,
    *,
    tab: Literal["", "mine", "provided", "to_decide"] = "",
    words: str = "",
    chosen: Mapping[str, str] | None = None,
    order: Literal["newest", "due"] = "newest",
    before: str = "",
    limit: int = 50,
) -> list[Request]:
    """Requests that the actor may see. ``mine``: of the own departments; ``to_decide``: what waits for the actor.
    ``chosen``: state, consumer, provider, resource, method, purpose → value. ``before``: number of the last one
    seen."""
    return _requests.requests(actor, tab, words, chosen or {}, order, before, limit)


def agreements(
    actor: Actor,
    *,
    tab: Literal["", "mine", "provided"] = "",
    words: str = "",
    chosen: Mapping[str, str] | None = None,
    before: str = "",
    limit: int = 50,
) -> list[Agreement]:
    """Agreements that the actor may see, newest first; arguments as of ``requests``."""
    return _requests.agreements(actor, tab, words, chosen or {}, before, limit)


def requests_named(actor: Actor, numbers: Iterable[str]) -> list[Request]:
    """Of these the ones that the actor may see."""
    return _requests.requests_named(actor, numbers)


def agreements_named(actor: Actor, numbers: Iterable[str]) -> list[Agreement]:
    """Of these the ones that the actor may see."""
    return _requests.agreements_named(actor, numbers)


def counts(actor: Actor) -> dict[str, int]:
    """``waiting`` for the actor, ``overdue``, ``news`` not yet seen by the actor's department."""
    return _requests.counts(actor)


def news(actor: Actor, limit: int = 20) -> list[Step]:
    """Steps of which the actor's department was told and that nobody of it has looked at, newest first."""
    return _requests.news(actor, limit)


def seen(actor: Actor, number: str) -> None:
    """The actor's department has looked at this request or agreement."""
    _say.seen(actor, number)


def living_agreements(method: str = "") -> list[Agreement]:
    """For rooms above, no actor asked: agreements not ended, in force or not yet begun (``begun``)."""
    return _requests.living(method)


def agreement_by_number(number: str) -> Agreement | None:
    """For rooms above, no actor asked."""
    return _requests.by_number(number)


def activity(begins: datetime, ends: datetime) -> list[Request]:
    """For rooms above, no actor asked: requests sent in before ``ends`` and not closed before ``begins``."""
    return _requests.activity(begins, ends)


def in_force(begins: datetime, ends: datetime) -> list[Agreement]:
    """For rooms above, no actor asked: agreements that stood at some time between two moments."""
    return _requests.in_force(begins, ends)


def sees(actor: Actor, of: Request | Agreement) -> bool:
    """Whether the actor may open this request or agreement."""
    return _rights.sees(actor, of.consumer, of.provider)


def may_decide(actor: Actor, of: Request) -> bool:
    """Whether the decision is the actor's: of the owner, or of the information centre where the clock ran out."""
    return _decide.may_decide(actor, of.provider, bool(of.escalated_at))


def delivering(agreement: Agreement) -> Actor:
    """Who reads for a delivery under an agreement (``file``, ``database``, ``push``, ``subscription``): a client of the
    consumer that the agreement names and nobody can sign in as. What it reads is granted, masked, counted and kept in
    the ledger as whatever else is read; it is refused as soon as the agreement ends."""
    return _requests.delivering(agreement)


def provide_by(request: Request) -> datetime | None:
    """When what was agreed must flow: so many working days after the decision."""
    return _requests.provide_by(request)  # type: ignore[no-any-return]


def tick(now: datetime | None = None) -> dict[str, int]:
    """Remind, escalate, expire, end and warn as the time says; gives how many of each. May be killed and repeated."""
    return _tick.tick(now or timezone.now())


def bulletins() -> list[Bulletin]:
    """Monthly bulletins of the execution of sharing as they were issued, newest first."""
    return _requests.bulletins()


def issue_bulletin(actor: Actor, month: date, figures: Mapping[str, Any]) -> Bulletin:
    """Keep a month's figures as issued; one that was issued already is given back as it is. Raises ``Refused``."""
    return _bulletin.issue(actor, month, figures)


__all__ = [
    "Agreement",
    "Bulletin",
    "Calendar",
    "Choice",
    "CodeList",
    "DataElement",
    "Department",
    "Entry",
    "Found",
    "Freshness",
    "InformationResource",
    "Item",
    "Metadatum",
    "Repeat",
    "Report",
    "Request",
    "ResourceItem",
    "Served",
    "SharingRules",
    "Step",
    "Text",
    "Use",
    "Wish",
    "wording",
    "workflow",
]

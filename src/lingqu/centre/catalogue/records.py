"""What the door tells of requests and agreements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal

from django.utils import timezone

from lingqu.centre.catalogue import models

Method = Literal["api", "subscription", "file", "database", "push", "verify"]
Frequency = Literal["once", "realtime", "hourly", "daily", "weekly", "monthly", "on_demand"]
METHODS: tuple[Method, ...] = ("api", "subscription", "file", "database", "push", "verify")
FREQUENCIES: tuple[Frequency, ...] = ("once", "realtime", "hourly", "daily", "weekly", "monthly", "on_demand")
DELIVERED: frozenset[str] = frozenset({"file", "database", "push", "subscription"})
"""Methods by which Lingqu brings the data; by the others the consumer's systems ask for it."""


@dataclass(frozen=True)
class Wish:
    """What a consumer fills in. ``items`` are items of the resource, ``where`` item → values of which one must hold,
    ``begins`` and ``ends`` the first and last day, ``quota`` entities a day, ``target`` where a delivery goes
    (file: ``format``; database: ``connection``, ``table``; push, subscription: ``url``)."""

    items: tuple[str, ...] = ()
    purpose: str = ""
    matter: str = ""
    basis: str = ""
    regions: tuple[str, ...] = ()
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    begins: date | None = None
    ends: date | None = None
    frequency: Frequency = "on_demand"
    method: Method = "api"
    quota: int | None = None
    target: Mapping[str, str] = field(default_factory=dict)
    security: str = ""
    assessment: str = ""
    consent: bool = False
    people_roles: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Request:
    """``due`` is the moment the running stage must be over; ``decided`` item → grant, unmask or refuse."""

    number: str
    state: str
    consumer: str
    provider: str
    resource: str
    wish: Wish
    renews: str
    changes: str
    created_at: datetime
    created_by: str
    since: datetime
    due: datetime | None
    escalated_at: datetime | None
    submitted_at: datetime | None
    submitted_by: str
    passed_at: datetime | None
    decided_at: datetime | None
    decided_by: str
    decided: Mapping[str, str]
    reason: str
    law: str
    agreement: str

    @property
    def due_day(self) -> date | None:
        """The last day on which it is in time."""
        return timezone.localdate(self.due - timedelta(seconds=1)) if self.due else None

    @property
    def overdue(self) -> bool:
        return self.due is not None and timezone.now() >= self.due


@dataclass(frozen=True)
class Agreement:
    """``attributes`` are (item, attribute of ``entity_type``); ``lacking`` items that cannot be had by this way.
    ``state``: living, ended, withdrawn, replaced."""

    number: str
    request: str
    state: str
    provider: str
    consumer: str
    resource: str
    entity_type: str
    attributes: tuple[tuple[str, str], ...]
    unmasked: tuple[str, ...]
    lacking: tuple[str, ...]
    purpose: str
    matter: str
    basis: str
    method: str
    frequency: str
    quota: int | None
    target: Mapping[str, str]
    consent: bool
    accounts: tuple[str, ...]
    people_roles: tuple[str, ...]
    regions: tuple[str, ...]
    where: Mapping[str, tuple[str, ...]]
    begins: datetime
    ends: datetime
    renews: str
    changes: str
    renewed_by: str
    ended_at: datetime | None
    ended_by: str
    ended_why: str

    @property
    def last_day(self) -> date:
        return timezone.localdate(self.ends - timedelta(seconds=1))

    @property
    def begun(self) -> bool:
        return self.begins <= timezone.now()


@dataclass(frozen=True)
class Step:
    """What happened to a request or an agreement. ``act`` is one of ``workflow.ACTS``."""

    id: int
    number: str
    at: datetime
    act: str
    state: str
    by: str
    department: str
    words: str
    detail: Mapping[str, Any]


@dataclass(frozen=True)
class Report:
    year: int
    use: str
    benefit: str
    trouble: str
    at: datetime
    by: str


@dataclass(frozen=True)
class Bulletin:
    """``month`` is its first day."""

    month: date
    issued_at: datetime
    issued_by: str
    figures: Mapping[str, Any]


def of_request(row: models.Request) -> Request:
    agreement = getattr(row, "agreement", None)
    return Request(
        wish=wish_of(row),
        decided=dict(row.decided),
        agreement=agreement.number if agreement else "",
        **{name: getattr(row, name) for name in _REQUEST},
    )


_REQUEST = (
    "number", "state", "consumer", "provider", "resource", "renews", "changes", "created_at", "created_by", "since",
    "due", "escalated_at", "submitted_at", "submitted_by", "passed_at", "decided_at", "decided_by", "reason", "law",
)  # fmt: skip
_TUPLES = ("items", "regions", "people_roles", "accounts")
_PLAIN = (
    "purpose", "matter", "basis", "begins", "ends", "frequency", "method", "quota", "security", "assessment", "consent",
)  # fmt: skip


def wish_of(row: models.Request) -> Wish:
    values: dict[str, Any] = {name: tuple(getattr(row, name)) for name in _TUPLES}
    values |= {name: getattr(row, name) for name in _PLAIN}
    where = {item: tuple(each) for item, each in row.where.items()}
    return Wish(where=where, target=dict(row.target), **values)


def put_wish(row: models.Request, wish: Wish) -> None:
    for name in _TUPLES:
        setattr(row, name, list(getattr(wish, name)))
    for name in _PLAIN:
        setattr(row, name, getattr(wish, name))
    row.where = {item: list(values) for item, values in wish.where.items()}
    row.target = dict(wish.target)


_AGREEMENT = (
    "number", "state", "provider", "consumer", "resource", "entity_type", "purpose", "basis", "method", "frequency",
    "quota", "consent", "begins", "ends", "renews", "changes", "renewed_by", "ended_at", "ended_by", "ended_why",
)  # fmt: skip


def of_agreement(row: models.Agreement) -> Agreement:
    """``row`` with its request selected."""
    return Agreement(
        request=row.request.number,
        matter=row.request.matter,
        regions=tuple(row.request.regions),
        where={item: tuple(values) for item, values in row.request.where.items()},
        attributes=tuple((item, attribute) for item, attribute in row.attributes),
        unmasked=tuple(row.unmasked),
        lacking=tuple(row.lacking),
        target=dict(row.target),
        accounts=tuple(row.accounts),
        people_roles=tuple(row.people_roles),
        **{name: getattr(row, name) for name in _AGREEMENT},
    )


def of_step(row: models.Step) -> Step:
    return Step(row.pk, row.number, row.at, row.act, row.state, row.by, row.department, row.words, dict(row.detail))

"""The accounts that an administrator looks after, and loans of roles, to read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Func, Q, QuerySet
from django.utils import timezone

from lingqu.centre.access import powers
from lingqu.centre.access.actors import Actor, acting, is_over
from lingqu.centre.access.models import Account, Credential, Delegation, LedgerRow
from lingqu.centre.access.rights import Right, rights

STATES = ("open", "closed", "over")


@dataclass(frozen=True)
class Key:
    """``kind``: key, certificate. ``state``: living, over, withdrawn."""

    id: int
    kind: str
    hint: str
    title: str
    created_at: datetime
    created_by: str
    expires_at: datetime
    revoked_at: datetime | None
    last_used_on: Any

    @property
    def state(self) -> str:
        if self.revoked_at:
            return "withdrawn"
        return "over" if self.expires_at <= timezone.now() else "living"


@dataclass(frozen=True)
class Lent:
    """A loan. ``state``: coming, living, over, ended."""

    id: int
    giver: str
    giver_name: str
    taker: str
    taker_name: str
    roles: tuple[str, ...]
    reason: str
    begins: datetime
    ends: datetime
    revoked_at: datetime | None

    @property
    def state(self) -> str:
        now = timezone.now()
        if self.revoked_at:
            return "ended"
        if self.ends <= now:
            return "over"
        return "coming" if self.begins > now else "living"


@dataclass(frozen=True)
class Registered:
    """An account. ``state``: open, closed, over. ``entered``: somebody who has signed in, or can by password."""

    username: str
    kind: str
    display_name: str
    department: str
    region: str
    roles: tuple[str, ...]
    person: str
    state: str
    valid_until: datetime | None
    created_at: datetime
    last_login: datetime | None
    entered: bool
    demo: bool


@dataclass(frozen=True)
class Done:
    """What an account did last, by the ledger."""

    at: datetime
    act: str
    way: str
    entity_type: str
    count: int
    purpose: str


@dataclass(frozen=True)
class Found:
    """One page of accounts; ``next`` is what to ask after for more. ``counts``: facet → value → number."""

    accounts: tuple[Registered, ...]
    count: int
    next: str
    counts: dict[str, dict[str, int]]


def accounts(
    actor: Actor,
    *,
    words: str = "",
    kind: str = "",
    department: str = "",
    role: str = "",
    state: str = "",
    after: str = "",
    limit: int = 50,
) -> Found:
    """A page of the accounts that the actor administers, by name, with counts for narrowing down. ``state``: open,
    closed, over, or empty for all."""
    every = Account.objects.filter(powers.administered(actor))
    narrowed = _narrowed(every, words, kind, department, role, state)
    page = narrowed.filter(username__gt=after) if after else narrowed
    rows = list(page.order_by("username")[: limit + 1])
    more = rows[limit - 1].username if len(rows) > limit else ""
    return Found(tuple(map(_registered, rows[:limit])), narrowed.count(), more, _counts(narrowed))


def _narrowed(
    found: QuerySet[Account], words: str, kind: str, department: str, role: str, state: str
) -> QuerySet[Account]:
    for word in words.split():
        found = found.filter(Q(username__icontains=word) | Q(display_name__icontains=word))
    exact = {"kind": kind, "department": department}
    found = found.filter(**{name: value for name, value in exact.items() if value})
    if role:
        found = found.filter(roles__contains=[role])
    over = Q(valid_until__isnull=False, valid_until__lte=timezone.now())
    if state == "closed":
        return found.filter(is_active=False)
    if state == "over":
        return found.filter(over, is_active=True)
    return found.filter(~over, is_active=True) if state == "open" else found


def _counts(found: QuerySet[Account]) -> dict[str, dict[str, int]]:
    def by(rows: Iterable[tuple[Any, int]]) -> dict[str, int]:
        return {str(value): number for value, number in rows if value}

    unnested = found.annotate(role=Func(F("roles"), function="unnest")).values_list("role").annotate(n=Count("pk"))
    return {
        "kind": by(found.values_list("kind").annotate(n=Count("pk")).order_by("-n")),
        "department": by(found.values_list("department").annotate(n=Count("pk")).order_by("-n")),
        "role": by(unnested.order_by("-n")),
    }


def account(actor: Actor, username: str) -> Registered:
    """One account. Raises NotFound for what is not the actor's to administer."""
    return _registered(_one(actor, username))


def keys(actor: Actor, username: str) -> list[Key]:
    """Keys and certificates of an account, the newest first; never what opens. Raises NotFound."""
    names = ("id", "kind", "hint", "title", "created_at", "created_by", "expires_at", "revoked_at", "last_used_on")
    rows = Credential.objects.filter(account=_one(actor, username)).order_by("-pk")[:100]
    return [Key(**{name: getattr(row, name) for name in names}) for row in rows]


def rights_of(actor: Actor, username: str) -> list[Right]:
    """What an account holds. Raises NotFound."""
    return rights(acting(_one(actor, username)))


def loans_with(actor: Actor, username: str) -> list[Lent]:
    """Loans by and to an account, the newest first. Raises NotFound."""
    found = _one(actor, username)
    return _lent(Q(giver=found) | Q(taker=found))


def my_loans(actor: Actor) -> list[Lent]:
    """Loans by and to the actor, the newest first."""
    if actor.account_id is None:
        return []
    return _lent(Q(giver=actor.account_id) | Q(taker=actor.account_id))


def colleagues(actor: Actor, limit: int = 500) -> list[tuple[str, str]]:
    """(name, words) of people to whom the actor may lend."""
    if not actor.department or actor.kind != "person":
        return []
    rows = Account.objects.filter(kind="person", is_active=True, department=actor.department)
    rows = rows.exclude(username=actor.name).exclude(valid_until__lte=timezone.now()).order_by("username")[:limit]
    return [(row.username, row.display_name or row.username) for row in rows]


def staff(department: str, roles: Iterable[str] = (), limit: int = 500) -> list[tuple[Actor, str]]:
    """People of a department as actors by their own roles, with their words; ``roles``: who holds one of these. For
    rooms that hand work to somebody, not for pages."""
    if not department:
        return []
    rows = Account.objects.filter(kind="person", is_active=True, department=department)
    rows = rows.exclude(valid_until__lte=timezone.now()).order_by("username")
    if wanted := list(roles):
        rows = rows.filter(roles__overlap=wanted)
    return [(acting(row, lent=()), row.display_name or row.username) for row in rows[:limit]]


def last_acts(actor: Actor, username: str, limit: int = 20) -> list[Done]:
    """What an account did last, by the ledger. Raises NotFound."""
    rows = LedgerRow.objects.filter(actor=_one(actor, username).username).order_by("-at")[:limit]
    return [Done(row.at, row.act, row.way, row.entity_type, row.count, row.purpose) for row in rows]


def _lent(condition: Q) -> list[Lent]:
    rows = Delegation.objects.filter(condition).select_related("giver", "taker").order_by("-pk")[:100]
    return [
        Lent(
            row.pk,
            row.giver.username,
            row.giver.display_name or row.giver.username,
            row.taker.username,
            row.taker.display_name or row.taker.username,
            tuple(row.roles),
            row.reason,
            row.begins,
            row.ends,
            row.revoked_at,
        )
        for row in rows
    ]


def _one(actor: Actor, username: str) -> Account:
    found = Account.objects.filter(powers.administered(actor), username=username).first()
    if found is None:
        raise powers.missing(actor, username)
    return found


def _registered(row: Account) -> Registered:
    state = "closed" if not row.is_active else "over" if is_over(row) else "open"
    return Registered(
        row.username,
        row.kind,
        row.display_name,
        row.department,
        row.region,
        tuple(row.roles),
        row.person,
        state,
        row.valid_until,
        row.date_joined,
        row.last_login,
        row.has_usable_password() or row.last_login is not None,
        row.demo,
    )

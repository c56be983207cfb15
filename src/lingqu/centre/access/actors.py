"""Who acts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal, cast
from urllib.parse import unquote

from django.utils import timezone

from lingqu.centre.access import credentials, tenants
from lingqu.centre.access.models import Account
from lingqu.centre.access.policy import basis_of
from lingqu.centre.access.represented import Represented
from lingqu.kernel.errors import Refused

Way = Literal["page", "api", "export", "tile", "command", "delivery", "view"]
Kind = Literal["person", "client", "device", "system", "anonymous"]
PURPOSE_HEADER = "HTTP_LINGQU_PURPOSE"
AGREEMENT_HEADER = "HTTP_LINGQU_AGREEMENT"


@dataclass(frozen=True)
class Holding:
    """Roles within a department and a region, as somebody lent them (``lent_by``) until a moment."""

    roles: tuple[str, ...]
    department: str = ""
    region: str = ""
    lent_by: str = ""
    until: datetime | None = None


@dataclass(frozen=True)
class Actor:
    """Somebody who acts: a person, a department's system (``client``), a device, or Lingqu itself (``system``, which
    may do everything).

    ``department`` is a department's code, ``region`` a division code whose prefix is what the actor looks after.
    ``purpose`` says why personal data is read and ``basis`` on which legal basis; without a purpose it is refused.
    ``person`` is the id of the actor's own Person entity, for grants over rows ``self``. ``lent`` are roles that others
    delegated. ``agreement`` narrows what agreements grant to the one of that number; what roles grant stays.
    ``behalf`` is whom the actor acts for at the moment; grants over rows ``self`` reach that entity too, as far as it
    may be seen. ``tenant`` is whose data the actor works with, empty for the city's: roles hold where they say.
    """

    kind: Kind
    name: str
    roles: tuple[str, ...] = ()
    department: str = ""
    region: str = ""
    purpose: str = ""
    way: Way = "page"
    account_id: int | None = None
    person: str = ""
    lent: tuple[Holding, ...] = ()
    agreement: str = ""
    basis: str = ""
    behalf: Represented | None = None
    tenant: str = field(default_factory=tenants.current)

    @property
    def selves(self) -> tuple[str, ...]:
        """Ids of the entities that rows ``self`` reach: the own person, and whom the actor acts for."""
        behalf = self.behalf.id if self.behalf and self.behalf.may("see") else ""
        return tuple(each for each in (self.person, behalf) if each)

    @property
    def subject(self) -> str:
        """Whom pages about the own data are about: whom the actor acts for, else the own person."""
        return self.behalf.id if self.behalf and self.behalf.may("see") else self.person

    def is_of(self, entity_id: str, does: str = "see") -> bool:
        """Whether an entity is the own person, or one that the actor acts for now and may do this for."""
        acts = self.behalf is not None and self.behalf.id == entity_id and self.behalf.may(does)
        return bool(entity_id) and (entity_id == self.person or acts)


SYSTEM = Actor(kind="system", name="lingqu", way="command", purpose="operation")
"""Lingqu's own work (fusion, import): may read and write everything; its writes are recorded."""

ANONYMOUS = Actor(kind="anonymous", name="anonymous")
_KEPT = "_lingqu_credential"
_LENT = "_lingqu_lent"


def actor_of(request: Any) -> Actor:
    """See ``door.actor_of``."""
    purpose = _said(request, PURPOSE_HEADER)
    account = _account(request)
    if account is None:
        return Actor(kind="anonymous", name="anonymous", purpose=purpose)
    if account.kind == "person" and not purpose and getattr(request, "session", None) is not None:
        purpose = str(request.session.get("purpose", ""))[:200]
    agreement = _said(request, AGREEMENT_HEADER)[:40]
    return acting(account, purpose=purpose, agreement=agreement, lent=_lent_now(request, account))


def _lent_now(request: Any, account: Account) -> tuple[Holding, ...]:
    """Asked once for each request: a page asks a dozen times who acts."""
    kept = getattr(request, _LENT, None)
    if kept is None or kept[0] != account.pk:
        kept = (account.pk, _holdings(account))
        setattr(request, _LENT, kept)
    found: tuple[Holding, ...] = kept[1]
    return found


def acting(
    account: Account,
    *,
    purpose: str = "",
    agreement: str = "",
    way: Way = "page",
    lent: tuple[Holding, ...] | None = None,
) -> Actor:
    """An account as an actor, with what others lent to it."""
    return Actor(
        kind=cast(Kind, account.kind),
        name=account.username,
        roles=tuple(account.roles),
        department=account.department,
        region=account.region,
        purpose=purpose,
        way=way,
        account_id=account.pk,
        person=account.person,
        lent=_holdings(account) if lent is None else lent,
        agreement=agreement,
        basis=basis_of(purpose),
    )


def acting_as(wanted: Iterable[tuple[int | None, str, str]]) -> dict[tuple[int | None, str, str], Actor | None]:
    """See ``door.acting_as``."""
    keys = list(wanted)
    found = Account.objects.in_bulk([pk for pk in {key[0] for key in keys} if pk is not None])
    lent = {pk: _holdings(account) for pk, account in found.items()}
    made: dict[tuple[int | None, str, str], Actor | None] = {}
    for key in keys:
        pk, purpose, agreement = key
        account = found.get(pk) if pk is not None else None
        if pk is None:
            made[key] = Actor(kind="anonymous", name="anonymous", purpose=purpose, way="api")
        elif account is None or not account.is_active or is_over(account):
            made[key] = None
        else:
            made[key] = acting(account, purpose=purpose, agreement=agreement, way="api", lent=lent[pk])
    return made


def _account(request: Any) -> Account | None:
    """Whoever shows a key, a certificate or a token is that account, whatever the session says."""
    if not hasattr(request, _KEPT):
        try:
            setattr(request, _KEPT, credentials.shown(request))
        except Refused as refusal:  # asked again, it is the same refusal, with one row in the ledger
            setattr(request, _KEPT, refusal)
    shown = getattr(request, _KEPT)
    if isinstance(shown, Refused):
        raise shown
    if isinstance(shown, Account):
        return shown
    account = getattr(request, "user", None)
    if account is None or not account.is_authenticated or is_over(account):
        return None
    found: Account = account
    return found


def by_credential(request: Any) -> bool:
    """Whether a key, certificate or token opens this request; sessions say nothing for these."""
    return isinstance(getattr(request, _KEPT, None), Account)


def is_over(account: Account) -> bool:
    """Whether the account's time is over: sessions outlive it."""
    return account.valid_until is not None and account.valid_until <= timezone.now()


def _holdings(account: Account) -> tuple[Holding, ...]:
    return tuple(
        Holding(tuple(lent.roles), lent.giver.department, lent.giver.region, lent.giver.username, lent.ends)
        for lent in _lent(account)
    )


def _lent(account: Account) -> list[Any]:
    """Living delegations to the account; what its giver does not hold any more is not lent either."""
    if account.kind != "person":
        return []
    now = timezone.now()
    rows = account.lent_to_me.select_related("giver").filter(revoked_at=None, begins__lte=now, ends__gt=now)
    found = []
    for lent in rows:
        lent.roles = [role for role in lent.roles if role in lent.giver.roles]
        if lent.roles and lent.giver.is_active and not is_over(lent.giver):
            found.append(lent)
    return found


def _said(request: Any, header: str) -> str:
    return _read(request.META.get(header, "")[:_LONGEST])


_LONGEST = 2000  # characters of a header, before it is decoded


@lru_cache(1000)
def _read(text: str) -> str:
    return "".join(c for c in unquote(text) if c.isprintable())[:200]

"""The toy town under siege: who attacks, what must not get out, and what the ledger says of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from django.http.response import HttpResponseBase
from django.test import Client
from django.utils import timezone

from lingqu.centre.access import credentials
from lingqu.centre.access import door as access
from lingqu.centre.access.door import SYSTEM, Grant
from lingqu.centre.access.models import Account, LedgerRow
from lingqu.centre.entities import door as entities
from lingqu.kernel.errors import LingquError
from ui.living import Town

ENTITIES = "/ngsi-ld/v1/entities"


@dataclass
class Siege:
    """``person`` is somebody about whom the attacker may learn nothing; ``secrets`` are values of that person."""

    town: Town
    person: entities.Entity
    secrets: list[str] = field(default_factory=list)

    def client(self, username: str = "", *, purpose: bool = True) -> Client:
        return self.town.client(username, purpose=purpose and bool(username))

    def app(self, name: str = "market-app", department: str = "market", roles: tuple[str, ...] = ()) -> App:
        account, _ = Account.objects.get_or_create(username=name, kind="client", department=department)
        account.roles = list(roles)
        account.save()
        key, row = credentials.issue_key(account, "siege", timezone.now() + timedelta(days=1), "tests")
        return App(account, key, row)

    def agree(self, number: str, **how: Any) -> None:
        """An agreement for the market department: name and sex of everybody, unmasked."""
        grant = {"actions": ["read"], "types": ["Person"], "attributes": ["name", "sex"], "unmasked": True}
        grant |= {"purposes": ["verification"]} | how.pop("grant", {})
        now = timezone.now()
        given = {"department": "market", "begins": now - timedelta(days=2), "ends": now + timedelta(days=2)} | how
        access.issue(agreement=number, grant=Grant.model_validate(grant), **given)


@dataclass
class App:
    account: Account
    key: str
    credential: Any

    def ask(self, path: str, purpose: str = "verification", method: str = "get", **more: Any) -> HttpResponseBase:
        headers = {"Authorization": f"Bearer {self.key}", "Lingqu-Purpose": quote(purpose)} | more.pop("headers", {})
        headers = {name: value for name, value in headers.items() if value}
        return getattr(Client(), method)(path, headers=headers, **more)  # type: ignore[no-any-return]


def besieged(town: Town) -> Siege:
    person = entities.get(SYSTEM, town.disputed)
    secrets = [str(v) for n in ("idNumber", "phone", "insuranceNumber") if (v := person.value(n))]
    return Siege(town, person, [*secrets, str(person.value("name"))])


Attack = Callable[[Siege], Any]


@contextmanager
def told() -> Iterator[list[LedgerRow]]:
    """The refusals that the ledger got meanwhile."""
    last = LedgerRow.objects.order_by("-id").values_list("id", flat=True).first() or 0
    rows: list[LedgerRow] = []
    yield rows
    rows += LedgerRow.objects.filter(id__gt=last, act__in=("refused", "alert")).order_by("id")


def outcome(attack: Attack, siege: Siege) -> list[str]:
    """What came back, as text: ``403 …`` of an answer, status and rule of a refusal."""
    try:
        found = attack(siege)
    except LingquError as error:
        return [f"{error.status} [{error.rule}] {error.message.en}"]
    answers = found if isinstance(found, list) else [found]
    return [f"{a.status_code} {body(a)}" for a in answers]


def body(answer: Any) -> str:
    content = b"".join(answer.streaming_content) if getattr(answer, "streaming", False) else answer.content
    return bytes(content).decode("utf-8", "replace")

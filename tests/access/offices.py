"""A drawing with departments and administrators, for tests of accounts, loans and four eyes::

from access.offices import ..., offices  # noqa: F401
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from lingqu.centre.access.actors import acting
from lingqu.centre.access.definitions import Role
from lingqu.centre.access.door import Actor
from lingqu.centre.access.models import Account, LedgerRow
from lingqu.centre.catalogue.definitions import Department
from lingqu.centre.drawing import door as drawing
from little_city import city  # noqa: F401

ROLES: dict[str, list[dict[str, Any]]] = {
    "chief": [{"actions": ["administer"]}],
    "officer": [{"actions": ["administer", "apply", "steward", "read", "export"]}],
    "housing_chief": [{"actions": ["administer"], "rows": "own_department"}],
    "desk": [{"actions": ["read", "export"], "rows": "own_department", "unmasked": True}],
    "street": [{"actions": ["read"], "types": ["Person"], "rows": "own_region"}],
    "reader": [{"actions": ["read", "steward"]}],
    "seer": [{"actions": ["read"], "types": ["Person"], "unmasked": True}],
    "blueprints": [{"actions": ["apply"]}],
    "meter": [{"actions": ["write"], "types": ["Building"], "rows": "own_department"}],
    "own": [{"actions": ["read"], "types": ["Person"], "rows": "self"}],
}
DANGEROUS = {"chief", "officer", "housing_chief", "seer", "blueprints"}
_before = [0]


@pytest.fixture
def offices(city: None) -> None:  # noqa: F811
    draw_offices()
    _before[:] = [LedgerRow.objects.order_by("-pk").values_list("pk", flat=True).first() or 0]


def draw_offices() -> None:
    made: list[tuple[str, Any]] = [
        ("role", Role.model_validate({"code": code, "title": code, "grants": grants})) for code, grants in ROLES.items()
    ]
    made += [
        ("department", Department.model_validate({"code": c, "title": c})) for c in ("centre", "housing", "police")
    ]
    placed = [drawing.Placed(kind, d.code, d.document(), "tests", "city") for kind, d in made]
    drawing.replace(placed, [], actor="tests", summary={})


def somebody(name: str, roles: Iterable[str] = (), department: str = "centre", **more: Any) -> Actor:
    """Makes the account; gives who signs in with it."""
    Account.objects.create(username=name, department=department, roles=list(roles), **more)
    return now(name)


def now(name: str) -> Actor:
    """The account's actor with the rights of this moment."""
    return acting(Account.objects.get(username=name))


def roles_of(name: str) -> list[str]:
    return Account.objects.get(username=name).roles


def granted(**detail: Any) -> list[LedgerRow]:
    return list(LedgerRow.objects.filter(act="grant", **{f"detail__{k}": v for k, v in detail.items()}).order_by("id"))


def refused(rule: str) -> list[LedgerRow]:
    """Of this test: refusals stay when a test's transaction is undone."""
    return list(LedgerRow.objects.filter(act="refused", detail__rule=rule, pk__gt=_before[0]))

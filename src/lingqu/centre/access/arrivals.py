"""What a city's identity provider says of a person, and what of it we take over."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lingqu.centre.access.clients import governs
from lingqu.centre.access.models import Account
from lingqu.centre.access.policy import policy
from lingqu.centre.drawing import door as drawing

_RESERVED = ("lingqu", "anonymous", "system", "admin", "root")


@dataclass(frozen=True)
class Told:
    """``roles`` are only such as the allow-table names and claims may give. Of department and region, None says that no
    claim decides on them."""

    username: str
    display_name: str
    department: str | None
    region: str | None
    roles: tuple[str, ...]


def told(rules: Mapping[str, Any], claims: Mapping[str, Any]) -> Told:
    """What the claims of a city's identity provider make of a person. ``rules`` has ``claims`` (what → name of the
    claim), ``departments`` and ``regions`` (value → code), ``roles`` (value → roles; nothing else gives any)."""
    names = {"user": "preferred_username", "name": "name"} | dict(rules.get("claims") or {})

    def of(what: str) -> Any:
        return claims.get(names[what], "") if what in names else ""

    return Told(
        _username(str(of("user") or "")),
        str(of("name") or "")[:120],
        _department(rules.get("departments") or {}, of("department")) if "department" in names else None,
        _region(rules.get("regions") or {}, of("region")) if "region" in names else None,
        _roles(rules.get("roles") or {}, of("roles")),
    )


def _username(text: str) -> str:
    clean = re.sub(r"[^\w.@+-]", "", text)[:120]
    return clean if clean and clean.casefold() not in _RESERVED else "person"


def _first(value: Any) -> str:
    found = value[0] if isinstance(value, list) and value else value
    return found if isinstance(found, str) else ""


def _department(table: Mapping[str, str], value: Any) -> str:
    code = table.get(_first(value), "") if table else _first(value)
    known = {p.code for p in drawing.placed() if p.kind == "department"}
    return code if code in known else ""


def _region(table: Mapping[str, str], value: Any) -> str:
    code = str(table.get(_first(value), "")) if table else _first(value)
    return code if re.fullmatch(r"\d{6,12}", code) else ""


def _roles(table: Mapping[str, Any], value: Any) -> tuple[str, ...]:
    """By the allow-table alone. What administers or applies is given by people, never by a claim."""
    values = value if isinstance(value, list) else [value]
    found: list[str] = []
    for one in values:
        given = table.get(one, ()) if isinstance(one, str) else ()
        found += [given] if isinstance(given, str) else list(given)
    known = policy().roles
    return tuple(dict.fromkeys(r for r in found if r in known and not known[r].anonymous and not governs([r])))


def free_username(wanted: str) -> str:
    """The name, or the name with the first number behind it that nobody has."""
    taken = {
        n.casefold() for n in Account.objects.filter(username__istartswith=wanted).values_list("username", flat=True)
    }
    number, name = 1, wanted
    while name.casefold() in taken:
        number += 1
        name = f"{wanted}{number}"
    return name


def settle(account: Account, now: Told, before: Iterable[str]) -> tuple[str, ...]:
    """Make an account that a provider's people brought be what the provider says now. Roles given here stay; those that
    claims gave ``before`` and do not give any more end. Gives the roles that claims give now."""
    held = [r for r in account.roles if r not in set(before)]
    account.roles = list(dict.fromkeys([*held, *now.roles]))
    account.display_name = now.display_name or account.display_name
    account.department = account.department if now.department is None else now.department
    account.region = account.region if now.region is None else now.region
    return now.roles

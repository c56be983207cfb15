"""Accounts of demo mode, from the roles of the drawing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.conf import settings

from lingqu.centre.access.actors import Actor, acting, is_over
from lingqu.centre.access.definitions import Role
from lingqu.centre.access.models import Account
from lingqu.centre.drawing import door as drawing
from lingqu.kernel.errors import Refused
from lingqu.kernel.text import Text


@dataclass(frozen=True)
class Demo:
    """An account for one-click login in demo mode. Roles that name the same user share the account."""

    username: str
    name: Text
    roles: tuple[str, ...]
    title: Text  # of the first role
    department: str = ""
    region: str = ""
    person: Mapping[str, str] = field(default_factory=dict)
    represents: tuple[str, ...] = ()


def demo_accounts() -> list[Demo]:
    """See ``door.demo_accounts``."""
    if not settings.DEMO:
        return []
    found: dict[str, Demo] = {}
    for code, role in drawing.every(Role).items():
        for d in role.accounts():
            known = found.get(d.username)
            found[d.username] = Demo(
                d.username,
                known.name if known else d.name,
                (*known.roles, code) if known else (code,),
                known.title if known else role.title,
                (known.department if known else "") or d.department or "",
                (known.region if known else "") or d.region,
                (known.person if known else {}) or d.person,
                (known.represents if known else ()) or d.represents,
            )
    return list(found.values())


def ensure_demo_accounts() -> list[str]:
    """See ``door.ensure_demo_accounts``."""
    if not settings.DEMO:
        raise Refused(
            "access.demo",
            Text(zh="演示账号只在演示模式中存在", en="Demo accounts exist in demo mode only"),
            next_step=Text(zh="以 LINGQU_DEMO=1 启动演示", en="Start a demo with LINGQU_DEMO=1"),
        )
    accounts = demo_accounts()
    for demo in accounts:
        account, made = Account.objects.get_or_create(username=demo.username, defaults={"demo": True})
        if not account.demo:
            continue  # a real account of that name stands; demo mode does not touch it
        account.display_name = demo.name.zh
        account.department, account.region, account.roles = demo.department, demo.region, list(demo.roles)
        if made:
            account.set_unusable_password()
        account.save()
    return [demo.username for demo in accounts]


def systems(department: str) -> list[str]:
    """See ``door.systems``."""
    found = Account.objects.filter(kind="client", department=department, is_active=True).order_by("username")
    return list(found.values_list("username", flat=True))


def people(department: str) -> list[Actor]:
    """See ``door.people``."""
    found = Account.objects.filter(kind="person", department=department, is_active=True).order_by("username")
    return [acting(account) for account in found if not is_over(account)]


def link(username: str, person: str, name: str) -> None:
    """See ``door.link_demo_account``."""
    Account.objects.filter(username=username, demo=True).update(person=person, display_name=name[:120])

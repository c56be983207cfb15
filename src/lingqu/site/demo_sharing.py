"""Some requests and agreements for the demo, in different stages: made up, said so, and made through the real doors by
the demo's accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.catalogue.door import InformationResource, Wish

_WAYS = ("submitted", "deciding", "returned", "agreed", "verify")


@dataclass(frozen=True)
class _Cast:
    """Who plays: somebody who asks, the owner of a resource with conditions, the information centre."""

    asks: Actor
    owns: Actor
    checks: Actor
    resource: str
    free: str


def tell() -> int:
    """Gives how many requests were made: none where there are any, or where the city has nobody to make them."""
    if catalogue.requests(access.SYSTEM, limit=1):
        return 0
    cast = _cast()
    if cast is None:
        return 0
    for way in _WAYS:
        _play(cast, way)
    _ask(cast, cast.resource, "draft")
    if cast.free:
        catalogue.submit(cast.asks, _ask(cast, cast.free, "free").number)
    return len(catalogue.requests(access.SYSTEM))


def _play(cast: _Cast, way: str) -> None:
    """One request for the resource with conditions, as far as ``way`` says."""
    made = _ask(cast, cast.resource, way)
    catalogue.submit(cast.asks, made.number)
    if way == "returned":
        catalogue.check(cast.checks, made.number, passed=False, reasons="演示：请说明为何需要出生日期")
    elif way != "submitted":
        catalogue.check(cast.checks, made.number, passed=True)
    if way in ("agreed", "verify"):
        catalogue.decide(cast.owns, made.number, dict.fromkeys(made.wish.items, "grant"))


_MATTERS = {
    "submitted": "演示（虚构）：新生儿入户信息核对",
    "deciding": "演示（虚构）：高龄津贴发放核对",
    "returned": "演示（虚构）：殡葬惠民补贴核对",
    "agreed": "演示（虚构）：社会救助对象身份核对",
    "verify": "演示（虚构）：临时救助申请人信息核验",
    "draft": "演示（虚构）：孤儿保障对象核对",
    "free": "演示（虚构）：服务网点地址引用",
}


def _ask(cast: _Cast, resource: str, way: str) -> catalogue.Request:
    today = timezone.localdate()
    plain = [i.code for i in catalogue.entry(resource).items if not i.sensitive]
    items = dict.fromkeys(item for item, _attribute in catalogue.serve(resource, plain).attributes)
    purposes = [code for code, p in access.purposes().items() if p.ground != "consent"]
    wish = Wish(
        items=tuple(items)[:4],
        purpose=purposes[0] if purposes else "casework",
        matter=_MATTERS[way],
        basis="演示：履行法定职责（《政务数据共享条例》）",
        begins=today,
        ends=today + timedelta(days=364),
        method="verify" if way == "verify" else "api",
        quota=10_000,
        security="演示：政务外网访问，专人专用，日志留存三年",
        people_roles=cast.asks.roles[:1],
    )
    return catalogue.draft(cast.asks, cast.asks.department, resource, wish)


def _cast() -> _Cast | None:
    actors = [
        Actor("person", d.username, roles=d.roles, department=d.department, region=d.region)
        for d in access.demo_accounts()
    ]
    checks = next((a for a in actors if catalogue.oversees(a)), None)
    clerks = [a for a in actors if catalogue.departments_of(a) and not catalogue.oversees(a)]
    served = [r for r in catalogue.resources().values() if _serves(r)]
    for owns in clerks:
        own = [r for r in served if r.department == owns.department and r.sharing.type == "conditional"]
        asks = next((a for a in clerks if a.department != owns.department and _holds(a, served)), None)
        if checks and own and asks:
            free = [r.code for r in served if r.sharing.type == "unconditional" and r.department != asks.department]
            return _Cast(asks, owns, checks, own[0].code, free[0] if free else "")
    return None


def _holds(actor: Actor, served: list[InformationResource]) -> bool:
    """Whether the actor's department does services: one that provides data does."""
    return any(r.department == actor.department for r in served)


def _serves(resource: InformationResource) -> bool:
    plain = [i.code for i in catalogue.entry(resource.code).items if not i.sensitive]
    return bool(catalogue.serve(resource.code, plain).attributes)

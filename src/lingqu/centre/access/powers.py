"""What an administrator may give: how far the right to administer reaches, and which rights are dangerous."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from django.db.models import Q
from django.utils import timezone

from lingqu.centre.access import ledger
from lingqu.centre.access.actors import Actor
from lingqu.centre.access.definitions import Grant
from lingqu.centre.access.grants import Held, covering, held, region_prefix
from lingqu.centre.access.models import Account
from lingqu.centre.access.policy import policy
from lingqu.centre.access.refusals import refusal
from lingqu.kernel.errors import NotFound, Refused
from lingqu.kernel.text import Text

Danger = Literal["administer", "apply", "unmasked", "beyond", "person", "export", "publish"]
DANGERS: dict[str, Text] = {
    "administer": Text(zh="可管理账号与权限", en="may administer accounts and rights"),
    "apply": Text(zh="可应用蓝图，改变全市的规则", en="may apply blueprints, which changes the rules of the city"),
    "unmasked": Text(zh="可看全市未脱敏的个人信息", en="sees personal data of the whole city unmasked"),
    "beyond": Text(zh="超出提出者管理的范围", en="is more than the proposer administers"),
    "person": Text(
        zh="把账号与一个自然人相连，即打开其本人数据", en="links an account to a person, which opens that person's data"
    ),
    "export": Text(zh="一次导出大量个人信息", en="exports personal data of many people at once"),
    "publish": Text(zh="改变全市的流程或表单", en="changes a procedure or form of the city"),
}


class FourEyes(Refused):
    """The act is dangerous: it has to be proposed, and seconded by another."""

    def __init__(self, dangers: Iterable[str], place: str) -> None:
        self.dangers = tuple(dangers)
        zh, en = "；".join(DANGERS[d].zh for d in self.dangers), "; ".join(DANGERS[d].en for d in self.dangers)
        super().__init__(
            "access.four_eyes",
            Text(zh=f"这项操作须另一位管理员复核：{zh}", en=f"Another administrator has to second this: {en}"),
            place=place,
            owner="information_centre",
            next_step=Text(zh="提交复核，由另一位管理员批准", en="Propose it, and let another administrator second it"),
        )


@dataclass(frozen=True)
class Hands:
    """Who would hold roles, and where."""

    kind: str
    roles: tuple[str, ...]
    department: str = ""
    region: str = ""
    active: bool = True
    valid_until: datetime | None = None

    @property
    def live(self) -> bool:
        return self.active and (self.valid_until is None or self.valid_until > timezone.now())


def hands_of(account: Account) -> Hands:
    return Hands(
        account.kind,
        tuple(account.roles),
        account.department,
        account.region,
        account.is_active,
        account.valid_until,
    )


def administers(actor: Actor, department: str, region: str = "") -> bool:
    """Whether accounts of this department (or, for who administers a region, in this region) are the actor's."""
    found = covering(actor, "administer", "*", department or "-", region or "-")
    return actor.kind == "system" or any(f.grant.rows != "self" for f in found)


def covers(actor: Actor, hands: Hands) -> bool:
    """Whether the actor administers all that these roles allow in these hands."""
    if actor.kind == "system":
        return True
    mine = [m for m in held(actor, "administer") if m.grant.rows not in ("self", "public")]
    return all(any(_inside(grant, hands, m) for m in mine) for grant in grants_of(hands.roles))


def grants_of(roles: Iterable[str]) -> list[Grant]:
    known = policy().roles
    return [grant for code in roles if code in known for grant in known[code].grants]


def _inside(grant: Grant, hands: Hands, mine: Held) -> bool:
    """Whether what one grant reaches in these hands lies in what one right to administer reaches. Own rows only of
    whom it is about are in everybody's."""
    if grant.rows == "self":
        return True
    if "*" not in mine.grant.types and not set(grant.types) <= set(mine.grant.types):
        return False
    return _owners_inside(grant, hands, mine) and _regions_inside(grant, hands, mine)


def _owners_inside(grant: Grant, hands: Hands, mine: Held) -> bool:
    bound = {hands.department} if grant.rows == "own_department" else set(grant.owners)
    bounds = [set(mine.grant.owners)] if mine.grant.owners else []
    if mine.grant.rows == "own_department":
        bounds.append({mine.department} if mine.department else set())
    return all(bool(bound) and bound <= b for b in bounds)


def _regions_inside(grant: Grant, hands: Hands, mine: Held) -> bool:
    bound = [hands.region] if grant.rows == "own_region" else list(grant.regions)
    bounds = [list(mine.grant.regions)] if mine.grant.regions else []
    if mine.grant.rows == "own_region":
        bounds.append([mine.region] if mine.region else [])
    return all(
        bool(bound) and all(any(r.startswith(region_prefix(outer)) for outer in b) for r in bound) for b in bounds
    )


def dangers_of(roles: Iterable[str]) -> list[Danger]:
    """Which of the dangerous rights these roles hold."""
    found: list[Danger] = []
    grants = grants_of(roles)
    if any("administer" in g.actions for g in grants):
        found.append("administer")
    if any("apply" in g.actions for g in grants):
        found.append("apply")
    if any(_unmasked_everywhere(g) for g in grants):
        found.append("unmasked")
    return found


def _unmasked_everywhere(grant: Grant) -> bool:
    bounded = grant.rows in ("own_department", "own_region", "self") or grant.owners or grant.regions
    personal = "*" in grant.types or set(grant.types) & set(policy().personal)
    return grant.unmasked and not bounded and bool(personal)


def growth(actor: Actor, before: Hands | None, after: Hands) -> list[Danger]:
    """The dangers of a change: of roles that come into hands that did not hold them there, or not living."""
    if not after.live:
        return []
    same_place = before is not None and (before.department, before.region) == (after.department, after.region)
    longer = before is None or not before.live or _later(before.valid_until, after.valid_until)
    new = [r for r in after.roles if before is None or r not in before.roles or longer or not same_place]
    found = dangers_of(new)
    if new and not covers(actor, replace(after, roles=tuple(new))):
        found.append("beyond")
    return found


def _later(before: datetime | None, after: datetime | None) -> bool:
    return before is not None and (after is None or after > before)


def settle(actor: Actor, dangers: Iterable[str], second: Actor | None, after: Hands, place: str) -> None:
    """Dangerous things are done with a second pair of eyes that administers all that is given. Raises ``FourEyes``,
    ``Refused``."""
    found = tuple(dict.fromkeys(dangers))
    if not found or actor.kind == "system":
        return
    if second is None:
        ledger.record(actor, "refused", detail={"rule": "access.four_eyes", "place": place, "dangers": found})
        raise FourEyes(found, place)
    if not (administers(second, after.department, after.region) and covers(second, after)):
        raise refusal(second, "administer", "*", after.department, place)


def own_account(actor: Actor, username: str, second: Actor | None = None) -> None:
    """Nobody administers the own account, nor seconds it. Raises Refused (``access.own_account``)."""
    for who in (actor, second):
        if who is not None and who.kind != "system" and who.name == username:
            ledger.record(who, "refused", detail={"rule": "access.own_account", "place": username})
            raise Refused(
                "access.own_account",
                Text(zh="不能管理自己的账号", en="Nobody administers the own account"),
                place=username,
                owner="information_centre",
                next_step=Text(zh="请另一位管理员办理", en="Ask another administrator to do it"),
            )


def taken_up(actor: Actor, username: str, second: Actor | None = None) -> Account:
    """The account to change, locked; only for who administers it and all that it may do. Who may not is told that
    there is no such account."""
    account = Account.objects.select_for_update().filter(username=username).first()
    if account is None or not administers(actor, account.department, account.region):
        raise missing(actor, username)
    own_account(actor, username, second)
    if not covers(actor, hands_of(account)):
        ledger.record(actor, "refused", detail={"rule": "access.account_above", "place": username})
        raise Refused(
            "access.account_above",
            Text(zh="这个账号的权限超出您管理的范围", en="This account may do more than you administer"),
            place=username,
            owner="information_centre",
            next_step=Text(zh="请市大数据中心的管理员办理", en="Ask an administrator of the information centre"),
        )
    return account


def missing(actor: Actor, username: str) -> NotFound:
    """The refusal to raise; its ledger row stands already."""
    ledger.record(actor, "refused", detail={"rule": "access.account", "place": username[:200]})
    return NotFound(
        "access.account",
        Text(zh="没有这个账号，或不归您管理", en="There is no such account, or it is not yours to administer"),
        place=username,
        next_step=Text(zh="在账号列表中查找", en="Look for it in the list of accounts"),
    )


def administered(actor: Actor) -> Q:
    """The accounts that an actor administers, as a condition."""
    if actor.kind == "system":
        return Q()
    found = Q(pk__in=[])
    for mine in held(actor, "administer"):
        if "*" in mine.grant.types and mine.grant.rows != "public":
            found |= _reach(mine)
    return found


def _reach(mine: Held) -> Q:
    reach = ~Q(pk__in=[])
    if mine.grant.rows == "own_department":
        reach &= Q(department=mine.department) & ~Q(department="")
    if mine.grant.rows == "own_region":
        reach &= Q(region__startswith=region_prefix(mine.region)) if mine.region else Q(pk__in=[])
    if mine.grant.rows == "self":
        reach &= Q(pk__in=[])
    if mine.grant.owners:
        reach &= Q(department__in=mine.grant.owners)
    if mine.grant.regions:
        within = Q(pk__in=[])
        for region in mine.grant.regions:
            within |= Q(region__startswith=region_prefix(region))
        reach &= within
    return reach

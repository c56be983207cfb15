"""Refusals that name the rule, who owns it and the next step."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from lingqu.centre.access import consents, ledger
from lingqu.centre.access.actors import Actor
from lingqu.centre.access.definitions import Action
from lingqu.centre.access.grants import ended, may, standings, withheld_types
from lingqu.centre.access.policy import policy
from lingqu.kernel.errors import LingquError, Refused
from lingqu.kernel.text import Text

_ACTIONS = {
    "read": Text(zh="查看", en="read"),
    "write": Text(zh="修改", en="change"),
    "export": Text(zh="导出", en="export"),
    "verify": Text(zh="核验", en="verify"),
    "steward": Text(zh="治理", en="steward"),
    "handle": Text(zh="办理", en="handle"),
    "apply": Text(zh="应用蓝图于", en="apply a blueprint to"),
    "administer": Text(zh="管理", en="administer"),
    "issue": Text(zh="签发证照于", en="issue certificates about"),
    "register": Text(zh="登记上下文源于", en="register a source of"),
}


def tell(actor: Actor, error: LingquError, place: str = "") -> None:
    """See ``door.tell``."""
    if error.recorded:
        return
    error.recorded = True
    detail = {"rule": error.rule, "place": error.place[:200], "at": place[:200]}
    ledger.record(actor, "refused", detail=detail)


def require(actor: Actor, action: Action, entity_type: str = "*", owner: str = "", region: str = "") -> None:
    """See ``door.require``."""
    if may(actor, action, entity_type, owner, region):
        return
    if entity_type in withheld_types(policy(), actor, action):
        require_purpose(actor, (entity_type,), action)
    raise refusal(actor, action, entity_type, owner)


def refusal(actor: Actor, action: Action, entity_type: str, owner: str = "", place: str = "") -> Refused:
    """The refusal to raise; the ledger row stands already."""
    ledger.record(actor, "refused", entity_type=entity_type, detail={"action": action, "owner": owner, "place": place})
    act, thing = _ACTIONS[action], "" if entity_type == "*" else entity_type
    if actor.kind == "anonymous":
        step = Text(zh="登录后再试", en="Sign in and try again")
    else:
        step = Text(zh="向市大数据中心申请相应角色", en="Ask the information centre for a role that allows it")
    return Refused(
        f"access.{action}",
        Text(
            zh=f"您的角色不能{act.zh}{f'“{thing}”' if thing else '此内容'}",
            en=f"None of your roles may {act.en} {thing or 'this'}",
        ),
        place=place or thing,
        owner=owner or "information_centre",
        next_step=step,
        recorded=True,
    )


def require_purpose(actor: Actor, types: tuple[str, ...], action: Action = "read") -> None:
    """Raises Refused (``access.purpose``) when one of the types is personal and the actor names no purpose."""
    personal = [t for t in types if t in withheld_types(policy(), actor, action)]
    if not personal:
        return
    if actor.purpose:
        raise _no_purpose(actor, personal[0], action)
    ledger.record(actor, "refused", entity_type=personal[0], detail={"action": action, "rule": "access.purpose"})
    raise Refused(
        "access.purpose",
        Text(
            zh=f"“{personal[0]}”含个人信息，须说明查看目的",
            en=f"{personal[0]} is personal data; it is read for a stated purpose only",
        ),
        place=personal[0],
        owner="information_centre",
        next_step=Text(
            zh="选择查看目的后重试（接口请带 Lingqu-Purpose 请求头）",
            en="State a purpose and try again (in the API: the header Lingqu-Purpose)",
        ),
        recorded=True,
    )


def _no_purpose(actor: Actor, entity_type: str, action: Action) -> Refused:
    ledger.record(actor, "refused", entity_type=entity_type, detail={"action": action, "rule": "access.purpose"})
    known = ", ".join(sorted(policy().purposes))
    return Refused(
        "access.purpose",
        Text(zh=f"“{actor.purpose[:40]}”不是本市的使用目的", en=f"{actor.purpose[:40]!r} is no purpose of this city"),
        place=entity_type,
        owner="information_centre",
        next_step=Text(zh=f"选用其一：{known}", en=f"Take one of: {known}"),
        recorded=True,
    )


def require_agreement(actor: Actor, types: tuple[str, ...], action: Action = "read") -> None:
    """Raises Refused (``access.agreement_ended``) where an agreement granted one of the types and does so no more, and
    nothing else grants it."""
    for entity_type in types if actor.department else ():
        if not may(actor, action, entity_type) and (was := ended(actor, entity_type)):
            raise _agreement_over(actor, entity_type, was.agreement, was.ended_why, was.ended_at or was.ends)


def _agreement_over(actor: Actor, entity_type: str, agreement: str, why: str, at: Any) -> Refused:
    when = f"{timezone.localtime(at):%Y-%m-%d %H:%M}"
    detail = {"rule": "access.agreement_ended", "agreement": agreement}
    ledger.record(actor, "refused", entity_type=entity_type, detail=detail)
    return Refused(
        "access.agreement_ended",
        Text(
            zh=f"协议 {agreement} 已于 {when} 终止" + (f"：{why}" if why else ""),
            en=f"Agreement {agreement} ended on {when}" + (f": {why}" if why else ""),
        ),
        place=agreement,
        owner="information_centre",
        next_step=Text(zh="续签协议或重新申请共享", en="Renew the agreement, or request the data again"),
        recorded=True,
    )


def require_consent(actor: Actor, entity_type: str, entity_id: str) -> None:
    """Raises Refused where this person's consent would open the row and is not living. Only of persons who were asked:
    of others nothing is told, not even that they exist."""
    for stands in standings(actor):
        asked = stands.consent and entity_type in stands.grant.types and stands.lives(timezone.now())
        if asked and (found := consents.latest(stands.agreement, entity_id)):
            raise consents.refusal(actor, entity_type, found)

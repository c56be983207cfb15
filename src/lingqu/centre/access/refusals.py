"""Refusals that name the rule, who owns it and the next step."""

from __future__ import annotations

from lingqu.centre.access import ledger
from lingqu.centre.access.actors import Actor
from lingqu.centre.access.definitions import Action
from lingqu.centre.access.grants import may, withheld_types
from lingqu.centre.access.policy import policy
from lingqu.kernel.errors import Refused
from lingqu.kernel.text import Text

_ACTIONS = {
    "read": Text(zh="查看", en="read"),
    "write": Text(zh="修改", en="change"),
    "export": Text(zh="导出", en="export"),
    "steward": Text(zh="治理", en="steward"),
    "apply": Text(zh="应用蓝图于", en="apply a blueprint to"),
    "administer": Text(zh="管理", en="administer"),
}


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
            zh=f"您的角色不能{act.zh}“{thing or '此内容'}”",
            en=f"None of your roles may {act.en} {thing or 'this'}",
        ),
        place=place or thing,
        owner=owner or "information_centre",
        next_step=step,
    )


def require_purpose(actor: Actor, types: tuple[str, ...], action: Action = "read") -> None:
    """Raises Refused (``access.purpose``) when one of the types is personal and the actor names no purpose."""
    personal = [t for t in types if t in withheld_types(policy(), actor, action)]
    if not personal:
        return
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
    )

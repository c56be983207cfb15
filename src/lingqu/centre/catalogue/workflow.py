"""The stages of a request and the acts that lead from one to the next: one table, and nothing beside it."""

from __future__ import annotations

from typing import Literal

from lingqu.kernel.errors import Conflict
from lingqu.kernel.text import Text

State = Literal["draft", "submitted", "returned", "deciding", "agreed", "refused", "withdrawn", "expired"]
Act = Literal["submit", "return", "pass", "agree", "refuse", "withdraw", "expire"]

TRANSITIONS: dict[tuple[str, Act], State] = {
    ("draft", "submit"): "submitted",
    ("draft", "withdraw"): "withdrawn",
    ("draft", "expire"): "expired",
    ("submitted", "return"): "returned",
    ("submitted", "pass"): "deciding",
    ("submitted", "refuse"): "refused",
    ("submitted", "withdraw"): "withdrawn",
    ("submitted", "expire"): "expired",
    ("returned", "submit"): "submitted",
    ("returned", "withdraw"): "withdrawn",
    ("returned", "expire"): "expired",
    ("deciding", "agree"): "agreed",
    ("deciding", "refuse"): "refused",
    ("deciding", "withdraw"): "withdrawn",
    ("deciding", "expire"): "expired",
}
OPEN: tuple[State, ...] = ("draft", "submitted", "returned", "deciding")

STATES: dict[str, Text] = {
    "draft": Text(zh="草稿", en="draft"),
    "submitted": Text(zh="平台审核中", en="being checked"),
    "returned": Text(zh="退回补正", en="returned for completion"),
    "deciding": Text(zh="待数源部门答复", en="waits for the owner's decision"),
    "agreed": Text(zh="已同意", en="agreed"),
    "refused": Text(zh="不予同意", en="refused"),
    "withdrawn": Text(zh="已撤回", en="withdrawn"),
    "expired": Text(zh="已失效", en="expired"),
}
AGREEMENT_STATES: dict[str, Text] = {
    "living": Text(zh="生效中", en="in force"),
    "ended": Text(zh="已到期", en="ended"),
    "withdrawn": Text(zh="已终止", en="withdrawn"),
    "replaced": Text(zh="已变更", en="replaced"),
}
ACTS: dict[str, Text] = {
    "draft": Text(zh="起草", en="drafted"),
    "submit": Text(zh="提交申请", en="sent in"),
    "return": Text(zh="平台退回补正", en="returned by the platform"),
    "pass": Text(zh="平台审核通过", en="passed the platform's check"),
    "agree": Text(zh="同意共享", en="agreed"),
    "refuse": Text(zh="不予共享", en="refused"),
    "withdraw": Text(zh="撤回", en="withdrawn"),
    "expire": Text(zh="逾期失效", en="expired"),
    "end": Text(zh="协议到期", en="agreement ended"),
    "replace": Text(zh="协议变更", en="agreement replaced"),
    "begin": Text(zh="协议生效", en="agreement begun"),
    "remind": Text(zh="时限过半提醒", en="reminded at half time"),
    "escalate": Text(zh="超期，已报大数据中心", en="overdue, escalated"),
    "warn": Text(zh="即将到期提醒", en="warned that the end is near"),
    "message": Text(zh="留言", en="message"),
    "report": Text(zh="使用情况反馈", en="report on use"),
    "report_due": Text(zh="请报送年度使用情况", en="the yearly report on use is due"),
}


def after(state: str, act: Act, number: str = "") -> State:
    """The state that an act leads to. Raises ``Conflict`` (``sharing.stage``) where it cannot be done now."""
    found = TRANSITIONS.get((state, act))
    if found is None:
        now = STATES.get(state, Text(zh=state, en=state))
        raise Conflict(
            "sharing.stage",
            Text(
                zh=f"申请现为“{now.zh}”，不能{ACTS[act].zh}",
                en=f"The request is {now.en}; it cannot be {ACTS[act].en} now",
            ),
            place=number,
            next_step=Text(zh="刷新页面查看最新状态", en="Reload the page to see how it stands"),
        )
    return found

"""Applicants and departments are told of what happens to cases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from lingqu.centre.access.models import Account
from lingqu.centre.notices import door as notices
from lingqu.centre.procedures import door
from procedures.little import APPLICANT, LEAD, OTHER, bureau, clerk, do, items, through  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bureau")]


def told(actor: Any = APPLICANT) -> list[str]:
    return [m.subject.zh for m in reversed(notices.messages(actor, limit=100))]


def test_the_applicant_is_told_of_what_concerns_him() -> None:
    number = door.start(APPLICANT, "licence")
    do(number, "accept")
    item = items(number)["b"].id
    door.send_back(clerk("taxation"), item, [("合同", "缺页"), ("授权书", "未签")])
    door.supplement(APPLICANT, item, "已补")
    door.suspend(LEAD, number, "等待检测", "行政许可法第四十五条")
    door.resume(LEAD, number)
    for node in "acb":
        do(number, node, **({"note": "无"} if node == "b" else {}))
    do(number, "decide", approved=True)
    assert [each.replace(f"办件 {number} ", "").split("（")[0].split("：")[0] for each in told()] == [
        "已收到",
        "需要补正 2 项",
        "的补正材料已收到",
        "已中止",
        "已恢复办理",
        "已办结",
    ]
    missing = next(m for m in notices.messages(APPLICANT) if "补正 2" in m.subject.zh)
    assert missing.words.zh == "合同：缺页\n授权书：未签"
    assert missing.link == f"/my/cases/{number}/"
    assert told(OTHER) == told(clerk("taxation")) == []


def test_what_did_not_happen_is_not_told() -> None:
    number = door.start(APPLICANT, "licence")
    item = items(number)["accept"].id
    with pytest.raises(Exception, match="procedures"):
        door.send_back(clerk("market"), item, [])
    assert len(told()) == 1


def test_withdrawn_and_supplements_that_did_not_come() -> None:
    number = door.start(APPLICANT, "licence")
    door.send_back(clerk("market"), items(number)["accept"].id, [("合同", "缺页")])
    later = timezone.now() + timedelta(days=60)
    door.tick(later)
    door.tick(later)
    door.withdraw(APPLICANT, number, "不办了")
    assert [t.split("（")[0] for t in told()[2:]] == [f"办件 {number} 的补正期限已过", f"办件 {number} 已撤回"]


def test_departments_get_one_digest_a_day() -> None:
    for name, department in (("an", "market"), ("bo", "market"), ("chen", "police"), ("qi", "market")):
        roles = [] if name == "qi" else ["clerk"]
        Account.objects.create(username=name, department=department, roles=roles)
    for _ in range(3):
        door.start(APPLICANT, "licence")
    day = timezone.localtime().replace(hour=9, minute=0)
    while day.weekday() > 4:
        day -= timedelta(days=1)
    assert door.digest(day.replace(hour=6)) == 0
    assert door.digest(day) == 2
    door.digest(day + timedelta(minutes=10))
    (only,) = notices.messages(clerk("market", "an"))
    assert only.subject.zh == "market：待办 3 件，新到 3 件，超期 0 件"
    assert notices.messages(clerk("police", "chen")) == []
    assert notices.messages(clerk("market", "qi")) == []
    saturday = day + timedelta(days=5 - day.weekday())
    assert door.digest(saturday) == 0

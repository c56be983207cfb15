"""Cases on the desk, by everybody: a narrow phone, both languages, a screen reader; a step finished by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from browser import founding_desk
from browser.test_my_data import AXE, looked_through, signed_in
from lingqu.centre.access.door import SYSTEM
from lingqu.centre.procedures import door
from ui.living import Town

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

DESK: dict[str, Any] = {
    "reasons": [
        {"act": "return", "title": "租赁合同", "words": "缺第二页", "law": "《行政许可法》第三十二条"},
        {"act": "refuse", "title": "不符合条件", "words": "经营场所不符合规划"},
        {"act": "suspend", "title": "鉴定", "words": "需专家鉴定", "law": "《行政许可法》第四十五条"},
    ],
    "escalation": [{"after": 0, "roles": ["steward"]}],
    "appeal": {"procedure": "founding", "outcomes": ["rejected"]},
}


@pytest.fixture(scope="module")
def case(town: Town) -> Iterator[int]:
    """The founding of a firm, all of whose steps are the demo clerk's."""
    with founding_desk.placed(**DESK):
        number = door.start(SYSTEM, "founding", title="松江面馆", applicant="li")
        door.complete(SYSTEM, door.case(SYSTEM, number).items[0].id, {"complete": True})
        door.comment(SYSTEM, number, "请@civil_affairs 核对经营场所的门牌号", ["civil_affairs"])
        door.comment(SYSTEM, number, "已与社区核实")
        door.attach(SYSTEM, number, "经营场所租赁合同扫描件（第一至第三页）.pdf", b"%PDF-1.7")
        item = next(item for item in door.case(SYSTEM, number).items if item.node == "seal")
        door.send_back(SYSTEM, item.id, [("印模", "不清晰")])
        assert item.due is not None
        door.tick(item.due + timedelta(days=1))
        refused = door.start(SYSTEM, "founding", title="江畔书店", applicant="citizen")
        door.attach(SYSTEM, refused, "不予受理通知书.pdf", b"%PDF-1.7", shown=True)
        first = door.case(SYSTEM, refused).items[0].id
        door.complete(SYSTEM, first, {"complete": False}, "内部备注", "缺少住所使用证明（《行政许可法》第三十二条）")
        yield number
        door.withdraw(SYSTEM, number, "")


@pytest.mark.parametrize(("width", "language"), [(320, "zh-CN"), (1280, "en-GB")])
def test_everybody_can_use_it(browser: Browser, server: str, case: int, width: int, language: str) -> None:
    page = signed_in(browser, server, width, language, "clerk")
    opened = [item.id for item in door.case(SYSTEM, case).items if item.state == "open"]
    many = "&".join(f"item={item}" for item in opened)
    addresses = [
        "/stewardship/cases/",
        "/stewardship/cases/?mine=1",
        "/stewardship/cases/?clock=none&words=x",
        "/stewardship/cases/all/",
        "/stewardship/cases/all/?q=%E9%9D%A2&state=running",
        "/stewardship/cases/all/?q=nowhere",
        f"/stewardship/cases/{case}/",
        f"/stewardship/cases/{case}/?acts=clocks",
        f"/stewardship/cases/{case}/items/{opened[0]}/hand_over/to/",
        f"/stewardship/cases/many/?{many}",
        f"/stewardship/cases/many/?item={opened[0]}",
    ]
    assert looked_through(page, addresses, width) == []


@pytest.mark.parametrize(("width", "language"), [(320, "zh-CN"), (1280, "en-GB")])
def test_the_applicant_reads_why_and_appeals(
    browser: Browser, server: str, case: int, width: int, language: str
) -> None:
    """Looked at only: the appeal itself is of the tests of pages."""
    refused = case + 1
    page = signed_in(browser, server, width, language, "citizen")
    assert looked_through(page, [f"/my/cases/{refused}/", f"/my/cases/{refused}/appeal/"], width) == []


def test_the_applicant_rates_by_keyboard_and_is_answered(browser: Browser, server: str, case: int) -> None:
    rate, ratings = f"/services/rate/{case + 1}/", "/stewardship/ratings/"
    for width in (320, 1280):
        assert looked_through(signed_in(browser, server, width, "zh-CN", "citizen"), [rate], width) == []
    page = signed_in(browser, server, 320, "zh-CN", "citizen")
    page.goto(rate)
    page.get_by_label("1 · 非常不满意").press("Space")
    page.get_by_label("您的意见").fill("等了两周")
    page.get_by_role("button", name="提交").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("感谢评价")
    page.context.close()
    assert (
        looked_through(signed_in(browser, server, 320, "en-GB", "clerk"), [ratings, ratings + "?show=all"], 320) == []
    )
    page = signed_in(browser, server, 1280, "zh-CN", "clerk")
    page.goto(ratings)
    page.get_by_label("回访结果").fill("已道歉，增设窗口")
    page.get_by_role("button", name="答复").press("Enter")
    expect(page.locator("main")).to_contain_text("没有待回访的评价")
    page.context.close()
    assert looked_through(signed_in(browser, server, 320, "zh-CN", "citizen"), [rate, "/my/messages/"], 320) == []


def test_what_comes_of_it_is_shown_before(browser: Browser, server: str, case: int) -> None:
    """The pages between a form and its act, on a phone."""
    page = signed_in(browser, server, 320, "zh-CN", "clerk")
    for act, chosen, words in (
        ("办结本步", "社会保险登记", "还在等待"),
        ("一次性退回补正", "社会保险登记", "缺第二页"),
    ):
        page.goto(f"/stewardship/cases/{case}/")
        card = page.locator("section.card", has_text=chosen)
        form = card.locator("details", has=page.locator("summary", has_text=act))
        form.locator("summary").press("Enter")
        if act != "办结本步":
            form.get_by_label("租赁合同").press("Space")
        form.get_by_role("button", name="先看结果").press("Enter")
        expect(page.locator("main")).to_contain_text(words)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        page.add_script_tag(path=AXE)
        assert page.evaluate("axe.run().then((r) => r.violations)") == []
    page.context.close()


def test_a_step_is_finished_by_keyboard(browser: Browser, server: str, case: int) -> None:
    page = signed_in(browser, server, 1280, "zh-CN", "clerk")
    page.goto(f"/stewardship/cases/{case}/")
    assert page.locator("svg .is-waiting").count() == 6
    card = page.locator("section.card", has_text="设立登记")
    card.get_by_role("button", name="认领").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("已认领")
    card.locator("summary").first.press("Enter")
    card.get_by_label("是", exact=True).press("Space")
    card.get_by_role("button", name="办结本步").press("Enter")
    expect(page.locator("svg .is-waiting")).to_have_count(5)
    page.context.close()

"""From an application to the licence in a real browser: the applicant a group a page, five departments in parallel, one
sends it back once, four certificates in one in the wallet. And the flow by keyboard alone, on small phones, with axe.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect

import lingqu.ui
from founding import ME, WIFE, build, example, id_of
from lingqu.centre.access.models import Account
from lingqu.centre.papers import door as papers
from lingqu.centre.procedures import store
from lingqu.ui import vendor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AXE = Path(lingqu.ui.__file__).parent / "static" / "vendor" / "axe.min.js"
WIDEST = """() => [...document.querySelectorAll('main *')]
    .filter((e) => e.getBoundingClientRect().right > innerWidth && !e.closest('.scroll'))
    .map((e) => e.outerHTML.slice(0, 120)).join(' | ').slice(0, 600)"""
STAFF = {
    "fang": ("registrar", "market"),
    "yin": ("clerk", "police"),
    "shui": ("clerk", "taxation"),
    "bao": ("clerk", "human_resources"),
    "ju": ("clerk", "housing"),
}
BRANCHES = {"fang": "设立登记", "yin": "印章备案", "bao": "社会保险登记", "ju": "公积金开户"}


@pytest.fixture
def bureau(transactional_db: None, tmp_path: Path) -> Iterator[None]:
    vendor.bring(dev=True)
    build(tmp_path)
    Account.objects.create(username="li", kind="person", roles=["citizen"], person=id_of(ME), demo=True)
    for name, (role, department) in STAFF.items():
        Account.objects.create(username=name, kind="person", roles=[role], department=department, demo=True)
    yield
    store.forget()


def signed_in(browser: Browser, url: str, name: str, width: int = 1280, language: str = "zh-CN") -> Page:
    client = Client()
    client.force_login(Account.objects.get(username=name), backend="django.contrib.auth.backends.ModelBackend")
    context = browser.new_context(
        base_url=url, locale=language, viewport={"width": width, "height": 900}, bypass_csp=True
    )
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": url}])
    return context.new_page()


def looked(page: Page, found: list[tuple[str, str, str]]) -> None:
    """What axe finds on the page as it stands, and whether it scrolls sideways."""
    assert page.viewport_size is not None
    if page.evaluate("document.documentElement.scrollWidth") > page.viewport_size["width"]:
        found.append((page.url, "scrolls sideways", page.evaluate(WIDEST)))
    page.add_script_tag(path=AXE)
    for violation in page.evaluate("axe.run().then((r) => r.violations)"):
        found.append((page.url, violation["id"], violation["nodes"][0]["html"][:120]))


def filled_in(page: Page, situation: str, answers: dict[str, list[str]], found: list[tuple[str, str, str]]) -> None:
    """Every group, one after the other, as a person fills it; each page is looked at."""
    for group in papers.asked(situation).groups:
        expect(page.locator("h1")).to_have_text(group.title.zh)
        rows = max(len(answers[q.term]) for q in group.questions)
        for _ in range(rows - 1):
            page.get_by_role("button", name="再加一").click()
        for n, question in enumerate(group.questions):
            for row, text in enumerate(answers[question.term]):
                field = page.locator(f"#q{n}-{row}")
                if field.evaluate("e => e.tagName") == "SELECT":
                    field.select_option(text)
                else:
                    field.fill(text)
        looked(page, found)
        page.locator("main form .btn", has_text="保存并继续").click()
    expect(page.locator("h1")).to_have_text("核对")
    looked(page, found)


def finished(page: Page, case: str, step: str, answered: bool = True) -> None:
    page.goto(f"/stewardship/cases/{case}/")
    card = page.locator("section.card", has_text=step)
    details = card.locator("details", has=page.locator("summary", has_text="办结本步"))
    details.locator("summary").click()
    if answered:
        details.get_by_label("是", exact=True).check()
    details.get_by_role("button", name="办结本步").first.click()
    expect(page.get_by_role("status")).to_be_visible()


def test_from_application_to_four_in_one(browser: Browser, bureau: None, live_server) -> None:
    found: list[tuple[str, str, str]] = []
    url = live_server.url
    li = signed_in(browser, url, "li")
    li.goto("/enterprise/")
    li.get_by_role("link", name="设立有限责任公司（自然人投资，租房经营）").first.click()
    looked(li, found)
    li.get_by_role("button", name="开始填写").click()
    filled_in(li, "founding_common", example(papers.asked("founding_common")), found)
    expect(li.locator("main")).to_contain_text("欧阳小明")
    li.locator('input[name="agreed"]').check()
    li.get_by_role("button", name="签名并提交").click()
    li.wait_for_url("**/my/cases/*/")
    case = li.url.rstrip("/").rpartition("/")[2]
    looked(li, found)

    staff = {name: signed_in(browser, url, name) for name in STAFF}
    finished(staff["fang"], case, "受理")
    shui = staff["shui"]
    shui.goto(f"/stewardship/cases/{case}/")
    looked(shui, found)
    shui.locator('a[href*="/forms/"]').first.click()
    looked(shui, found)
    shui.goto(f"/stewardship/cases/{case}/")
    card = shui.locator("section.card", has_text="税务登记")
    back = card.locator("details", has=shui.locator("summary", has_text="一次性退回补正"))
    back.locator("summary").first.click()
    back.locator("textarea").fill("企业 · 从业人数：与社保申报不符")
    back.get_by_role("button", name="先看结果").click()
    shui.locator("main form .btn").first.click()
    expect(shui.get_by_role("status")).to_be_visible()
    for name, step in BRANCHES.items():  # the other branches go on
        finished(staff[name], case, step)

    li.goto("/my/cases/")
    expect(li.locator("main")).to_contain_text("待您补正")
    looked(li, found)
    li.locator("main th a").first.click()
    li.get_by_role("link", name="补正").first.click()
    looked(li, found)
    expect(li.locator("#q0-0")).to_have_value("12")
    li.locator("#q0-0").fill("15")
    li.locator("#words").fill("已按社保申报更正")
    li.get_by_role("button", name="提交补正").click()
    li.wait_for_url(f"**/my/cases/{case}/")
    finished(shui, case, "税务登记")
    finished(staff["fang"], case, "颁发证照", answered=False)

    li.goto(f"/my/cases/{case}/")
    expect(li.locator("main")).to_contain_text("已开办")
    looked(li, found)
    li.goto("/my/certificates/")
    expect(li.locator("main")).to_contain_text("松江一号软件有限公司")
    li.get_by_role("link", name="营业执照").click()
    number = li.url.rstrip("/").rpartition("/")[2]
    for said in ("组织机构代码", "纳税人识别号", "统计登记编号"):
        expect(li.locator("main")).to_contain_text(said)
    stranger = browser.new_context(base_url=url, locale="zh-CN").new_page()
    stranger.goto(f"/certificates/{number}/")
    expect(stranger.locator("main")).to_contain_text("有效")
    assert found == []
    for page in (li, stranger, *staff.values()):
        page.context.close()


@pytest.mark.parametrize(("width", "language"), [(320, "zh-CN"), (375, "en-GB")])
def test_on_a_phone(browser: Browser, bureau: None, live_server, width: int, language: str) -> None:
    """Pages as they are in between: with faults, with what registers say, with corrections."""
    found: list[tuple[str, str, str]] = []
    page = signed_in(browser, live_server.url, "li", width, language)
    page.goto("/apply/founding_common/")
    looked(page, found)
    page.locator("main form button.btn").first.click()
    here = page.url.rpartition("/1/")[0]
    asked = papers.asked("founding_common")
    number = next(i for i, g in enumerate(asked.groups, 1) if g.subject == "法定代表人")
    page.goto(f"{here}/{number}/")
    page.locator('button[value^="mine:"]').first.click()
    expect(page.locator("main")).to_contain_text("欧阳小明")
    page.locator("details summary", has_text="This is wrong" if language == "en-GB" else "此项有误").first.click()
    looked(page, found)
    people = next(i for i, g in enumerate(asked.groups, 1) if g.subject == "董监高")
    n = next(i for i, q in enumerate(asked.groups[people - 1].questions) if q.term.endswith("证件号码"))
    page.goto(f"{here}/{people}/")
    page.fill(f"#q{n}-0", "123")
    page.locator(f"#q{n}-0").blur()
    expect(page.locator(f"#q{n}-0-fault")).to_be_visible()
    looked(page, found)
    page.fill(f"#q{n}-0", WIFE)
    page.locator('button[value="row"]').click()
    expect(page.locator("fieldset")).to_have_count(2)
    assert "司马丽" not in page.content()
    looked(page, found)
    page.goto(f"{here}/facts/")
    page.uncheck('input[value="resident_ids"]')
    page.locator("main form button.btn").click()
    page.goto(f"{here}/{number}/")
    expect(page.locator('input[type="file"]')).to_be_visible()
    looked(page, found)
    for address in (f"{here}/facts/", f"{here}/summary/", f"{here}/forms/F09/", "/my/applications/", "/my/cases/"):
        page.goto(address)
        looked(page, found)
    assert found == []
    page.context.close()


def test_a_birth_by_keyboard_alone(browser: Browser, bureau: None, live_server) -> None:
    """From the citizens' page to sent, without touching the mouse."""
    page = signed_in(browser, live_server.url, "li")
    page.goto("/apply/birth_common/")
    tab_to(page, "开始填写")
    page.keyboard.press("Enter")
    asked = papers.asked("birth_common")
    answers = example(asked) | {"母亲.证件号码": [WIFE], "父亲.证件号码": [ME]}
    for group in asked.groups:
        expect(page.locator("h1")).to_have_text(group.title.zh)
        for n, question in enumerate(group.questions):
            tab_to(page, f"#q{n}-0")
            if page.evaluate("document.activeElement.tagName") == "SELECT":
                page.keyboard.press("ArrowDown")
            else:
                page.keyboard.type(answers[question.term][0])
        tab_to(page, "保存并继续")
        page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("核对")
    tab_to(page, "input[name=agreed]")
    page.keyboard.press("Space")
    tab_to(page, "签名并提交")
    page.keyboard.press("Enter")
    page.wait_for_url("**/my/cases/*/")
    expect(page.locator("main")).to_contain_text("市卫健委")
    page.context.close()


def tab_to(page: Page, what: str) -> None:
    """Tab until the element with these words, or that the selector names, has the focus; it must be seen to have it."""
    for _ in range(150):
        page.keyboard.press("Tab")
        at = page.evaluate(
            """what => {
                const e = document.activeElement;
                const named = /^[#\\w]+[\\w-]*(\\[.*\\])?$/.test(what) && e.matches(what);
                return named || e.textContent.trim() === what;
            }""",
            what,
        )
        if at:
            return
    raise AssertionError(f"no way to {what} by Tab")

"""One department asks, another decides, a system reads, the person sees it and withdraws: in a real browser."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from lingqu.centre.access import credentials
from lingqu.centre.access.models import Account
from ui.living import Town

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
NUMBER = "419901198407285332"
MATTER = "社会救助家庭经济状况核对"


@pytest.fixture(scope="module")
def key(town: Town, django_db_blocker: Any) -> str:
    """A key of the system of civil affairs."""
    with django_db_blocker.unblock():
        account = Account.objects.create(username="assist-app", kind="client", department="civil_affairs")
        made, _ = credentials.issue_key(account, "journey", timezone.now() + timedelta(days=1), "tests")
    return made


def signed_in(browser: Browser, server: str, username: str) -> Page:
    page = browser.new_context(base_url=server, locale="zh-CN", viewport={"width": 1280, "height": 900}).new_page()
    page.goto("/accounts/login/")
    page.click(f'button[value="{username}"]')
    return page


def go_on(page: Page) -> None:
    page.get_by_role("button", name="保存并继续").click()


def requested(page: Page) -> str:
    """A request filled in from the catalogue on; gives its number."""
    page.goto("/stewardship/catalogue/police.household_register/")
    page.get_by_role("link", name="申请共享").click()
    page.get_by_role("button", name="开始填写").click()
    for item in ("person_name", "sex"):
        page.check(f'input[value="{item}"]')
    go_on(page)
    page.check('input[value="assistance"]')
    page.fill('input[name="matter"]', MATTER)
    page.fill('input[name="basis"]', "《社会救助暂行办法》第五十八条")
    page.check('input[name="consent"]')
    go_on(page)
    go_on(page)
    today = timezone.localdate()
    page.fill('input[name="begins"]', f"{today}")
    page.fill('input[name="ends"]', f"{today + timedelta(days=200)}")
    go_on(page)
    go_on(page)
    page.check('input[value="assist-app"]')
    go_on(page)
    page.fill('textarea[name="security"]', "专网访问，专人专用")
    go_on(page)
    page.get_by_role("button", name="提交申请").click()
    expect(page.locator(".tag", has_text="平台审核中")).to_be_visible()
    return page.url.rstrip("/").rpartition("/")[2]


def decided(page: Page, number: str) -> str:
    page.goto(f"/stewardship/sharing/{number}/")
    page.select_option('select[name="item.person_name"]', "unmask")
    page.get_by_role("button", name="提交答复").click()
    expect(page.locator(".tag", has_text="生效中")).to_be_visible()
    return page.url.rstrip("/").rpartition("/")[2]


def test_asked_decided_read_seen_and_withdrawn(browser: Browser, server: str, key: str) -> None:
    clerk, centre, owner = (signed_in(browser, server, name) for name in ("clerk", "steward", "owner"))
    number = requested(clerk)
    centre.goto(f"/stewardship/sharing/{number}/")
    centre.get_by_role("button", name="审核通过，转数源部门").click()
    agreement = decided(owner, number)

    system = browser.new_context(base_url=server)
    headers = {"Authorization": f"Bearer {key}", "Lingqu-Purpose": "assistance"}
    records = f"/api/agreements/{agreement}/records?idNumber={NUMBER}"
    assert read(system, records, headers) == (200, [])
    asked = system.request.post(
        "/api/consents",
        headers=headers,
        data={
            "agreement": agreement,
            "items": ["name", "sex"],
            "matter": MATTER,
            "until": (timezone.now() + timedelta(days=90)).isoformat(),
            "persons": [{"idNumber": NUMBER}],
        },
    )
    assert asked.status == 201, asked.text()

    person = signed_in(browser, server, "citizen")
    person.goto("/citizen/my-data/consents/")
    person.get_by_role("button", name="同意授权").click()
    status, found = read(system, records, headers)
    assert status == 200
    assert [set(record["attributes"]) for record in found] == [{"name", "sex"}]

    person.goto("/citizen/my-data/looks/")
    expect(person.locator("main")).to_contain_text("县民政局")
    person.goto("/citizen/my-data/consents/")
    person.locator("summary", has_text="撤回").click()
    person.get_by_role("button", name="撤回授权").click()
    status, told = read(system, records, headers)
    assert (status, told) == (403, "urn:lingqu:rule:access.consent_withdrawn")

    owner.goto(f"/stewardship/sharing/{agreement}/")
    owner.fill("#why", "事项已办结")
    owner.get_by_role("button", name="终止协议").click()
    status, told = read(system, records, headers)
    assert (status, told) == (403, "urn:lingqu:rule:access.agreement_ended")
    for context in (clerk.context, centre.context, owner.context, person.context, system):
        context.close()


def read(system: BrowserContext, path: str, headers: dict[str, str]) -> tuple[int, Any]:
    """Status and records, or status and rule."""
    answer = system.request.get(path, headers=headers)
    found = answer.json()
    return answer.status, found.get("records", found.get("type"))

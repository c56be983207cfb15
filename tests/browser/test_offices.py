"""Pages of administrators, loans and rights: axe finds nothing, nothing scrolls sideways at 320 px."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from browser.test_access import AXE, opened
from ui.living import Town

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
DESK = ["/accounts/", "/accounts/steward/", "/accounts/app/", "/new-account/", "/accounts/clerk/change/", "/approvals/"]
ADDRESSES = [*("/stewardship" + each for each in DESK), "/my/loans/", "/my/rights/"]


def told(browser: Browser, server: str) -> None:
    """Something on each page: a system with a key, a proposal that waits."""
    page = opened(browser, server, 1280, "en-GB", "guardian")
    for kind, name, role in (("client", "app", "department_clerk"), ("person", "head", "information_officer")):
        page.goto("/stewardship/new-account/")
        page.check(f'input[value="{kind}"]')
        page.fill("#username", name)
        page.select_option("#department", "civil_affairs")
        page.check(f'input[value="{role}"]')
        page.fill("#reason", "asked for by letter 12")
        page.click("main form .btn")
    page.goto("/stewardship/accounts/app/")
    page.click("summary:has-text('Issue a key')")
    page.click("main button:has-text('Issue it')")
    assert faults(page) == []
    page.context.close()


def faults(page: Page) -> list[tuple[str, str]]:
    page.add_script_tag(path=AXE)
    found = page.evaluate("axe.run().then((r) => r.violations)")
    return [(violation["id"], violation["nodes"][0]["html"][:120]) for violation in found]


def test_everybody_can_use_the_office(browser: Browser, server: str, town: Town) -> None:
    told(browser, server)
    for width, language in ((320, "zh-CN"), (1280, "en-GB")):
        page = opened(browser, server, width, language, "officer")
        for address in ADDRESSES:
            answer = page.goto(address)
            assert answer is not None
            assert answer.status == 200, address
            assert page.evaluate("document.documentElement.scrollWidth") <= width, address
            assert faults(page) == [], address
        page.context.close()

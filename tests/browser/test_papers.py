"""Many forms as one, in a browser: axe finds nothing, nothing scrolls sideways, the keyboard alone gets through."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

import lingqu.ui
from lingqu.blueprint import door as blueprint
from lingqu.centre.access.door import SYSTEM

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AXE = Path(lingqu.ui.__file__).parent / "static" / "vendor" / "axe.min.js"
CITY = "code: c\ntitle: 城\ndivision: '419902000000'\npacks: [registers, enterprise_founding]\n"
WAY = "/enterprise/papers/founding_common/"
HERE = "/apply/founding_common/"
ADDRESSES = [
    "/enterprise/papers/",
    WAY,
    HERE,
    f"{HERE}facts/",
    f"{HERE}1/",
    f"{HERE}2/",
    f"{HERE}summary/",
    f"{HERE}forms/F14/",
]


@pytest.fixture
def applied(transactional_db, tmp_path):
    (tmp_path / "city.yaml").write_text(CITY, "utf-8")
    blueprint.apply(SYSTEM, blueprint.load(tmp_path))


@pytest.mark.parametrize(("width", "language"), [(1280, "zh-CN"), (320, "en-GB")])
def test_everybody_can_use_it(browser: Browser, applied, live_server, width: int, language: str) -> None:
    context = browser.new_context(
        base_url=live_server.url, locale=language, viewport={"width": width, "height": 900}, bypass_csp=True
    )
    page, found = context.new_page(), []
    for address in ADDRESSES:
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, address
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append((address, "scrolls sideways", ""))
        page.add_script_tag(path=AXE)
        for violation in page.evaluate("axe.run().then((r) => r.violations)"):
            found.append((address, violation["id"], violation["nodes"][0]["html"][:120]))
    context.close()
    assert found == []


def test_by_keyboard_alone(browser: Browser, applied, live_server) -> None:
    context = browser.new_context(base_url=live_server.url, locale="zh-CN", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(f"{HERE}1/")
    page.focus("#q0-0")
    page.keyboard.type("松江一号公司")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{HERE}2/")
    page.goto(f"{HERE}forms/F17/")
    assert page.get_by_text("松江一号公司").count() == 1
    context.close()

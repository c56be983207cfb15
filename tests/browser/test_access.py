"""Everybody can use it: axe finds nothing at two widths, nothing scrolls sideways at 320 px (WCAG 2.2: 1.4.10)."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

import lingqu.ui
from lingqu.centre.access import door as access
from lingqu.centre.catalogue import door as catalogue
from lingqu.site import demo_sharing
from ui.living import Town

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
AXE = Path(lingqu.ui.__file__).parent / "static" / "vendor" / "axe.min.js"

PUBLIC = [
    "/",
    "/accounts/login/",
    "/citizen/",
    "/enterprise/",
    "/operations/",
    "/registers/",
    "/registers/Building/?map=1",
]
PUBLIC += ["/registers/search/?words=望河", "/registers/Building/", "/nowhere/"]
DESK = [
    "/",
    "/catalogue/",
    "/catalogue/police.household_register/",
    "/deliveries/",
    "/upload/",
    "/sources/",
    "/fusion/",
]
DESK += [
    "/fusion/population/",
    "/disputes/",
    "/upload/police.household_register/",
    "/sources/police.household_register/",
]
DESK += ["/blueprint/?kind=resource", "/ledger/"]
SHARING = ["", "?tab=all", "agreements/", "monitoring/", "bulletins/", "new/police.household_register/"]
GROUPS = ["items", "purpose", "rows", "period", "method", "reach", "protection", "send"]


def addresses(town: Town) -> list[str]:
    number = town.deliveries["police.household_register"].id
    person, building = town.disputed, town.first("Building")
    records = [f"/registers/Person/{person}/", f"/registers/Building/{building}/", "/registers/Person/", "/purpose/"]
    records += [f"/stewardship/sharing/{each}" for each in [*SHARING, *shared(town)]]
    return [*PUBLIC, *records, *("/stewardship" + p for p in DESK), f"/stewardship/deliveries/{number}/"]


def shared(town: Town) -> list[str]:
    """Requests and agreements in every stage, as the demo makes them."""
    demo_sharing.tell()
    requests = catalogue.requests(access.SYSTEM)
    drafts = [r.number for r in requests if r.state == "draft"]
    numbers = [r.number for r in requests] + [a.number for a in catalogue.agreements(access.SYSTEM)]
    return [f"{n}/" for n in numbers] + [f"{drafts[0]}/{group}/" for group in GROUPS]


def opened(browser: Browser, server: str, width: int, language: str, who: str = "steward") -> Page:
    context = browser.new_context(
        base_url=server,
        locale=language,
        viewport={"width": width, "height": 900},
        bypass_csp=True,
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto("/accounts/login/")
    page.click(f'button[value="{who}"]')
    page.goto("/purpose/")
    page.check('input[value="casework"]')
    page.fill("#text", "2026-118")
    page.click("main .btn")
    return page


@pytest.mark.parametrize(("width", "language"), [(1280, "zh-CN"), (360, "en-GB")])
def test_axe_finds_nothing(browser: Browser, server: str, town: Town, width: int, language: str) -> None:
    page, found = opened(browser, server, width, language), []
    for address in addresses(town):
        answer = page.goto(address)
        assert answer is not None
        assert answer.status < 500, address
        page.add_script_tag(path=AXE)
        for violation in page.evaluate("axe.run().then((r) => r.violations)"):
            found.append((address, violation["id"], violation["nodes"][0]["html"][:120]))
    page.context.close()
    assert found == []


def test_nothing_scrolls_sideways_at_320(browser: Browser, server: str, town: Town) -> None:
    page, wide = opened(browser, server, 320, "zh-CN"), {}
    for address in addresses(town):
        page.goto(address)
        if (width := page.evaluate("document.documentElement.scrollWidth")) > 320:
            wide[address] = width
    page.context.close()
    assert wide == {}

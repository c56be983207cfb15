"""An operation tried from the page, by keyboard alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


def test_entities_are_asked_for_and_shown(page: Page, server: str) -> None:
    page.goto(f"{server}/developers/")
    page.get_by_label("type", exact=True).fill("Building")
    page.get_by_label("limit", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-status]")).to_contain_text("200")
    expect(page.locator("[data-answer] pre")).to_contain_text("urn:ngsi-ld:Building:")
    expect(page.locator("[data-asked]")).to_contain_text("GET /ngsi-ld/v1/entities?")


def test_a_wrong_filter_is_named(page: Page, server: str) -> None:
    page.goto(f"{server}/developers/")
    page.get_by_label("q", exact=True).fill('name=="')
    page.keyboard.press("Enter")
    expect(page.locator("[data-status]")).to_contain_text("400")
    expect(page.locator("[data-answer] pre")).to_contain_text("BadRequestData")


def test_headers_go_along(page: Page, server: str) -> None:
    page.goto(f"{server}/developers/")
    page.get_by_text("More parameters and headers").or_(page.get_by_text("更多参数与请求头")).click()
    page.get_by_label("NGSILD-Snapshot", exact=True).fill("urn:ngsi-ld:Snapshot:none")
    page.keyboard.press("Enter")
    expect(page.locator("[data-status]")).to_contain_text("404")
    expect(page.locator("[data-answer] pre")).to_contain_text("urn:ngsi-ld:Snapshot:none")

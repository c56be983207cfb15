"""What people do, in a real browser on the living toy town."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection
from playwright.sync_api import Page, expect

from lingqu.centre.exchange import door as exchange
from lingqu.centre.quality import door as quality
from toytown import TOYTOWN
from ui.living import Town

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


def sign_in(page: Page, username: str = "steward") -> None:
    page.goto("/accounts/login/")
    page.click(f'button[value="{username}"]')


def state_purpose(page: Page) -> None:
    page.check('input[value="casework"]')
    page.fill("#text", "办件 2026-118")
    page.get_by_role("button", name="继续").click()


def test_from_the_front_page_to_a_persons_sources(page: Page, town: Town, faults: list[str]) -> None:
    page.goto("/")
    expect(page).to_have_title("柳溪县（示例） · 灵渠")
    page.get_by_role("link", name="登录").click()
    page.click('button[value="steward"]')
    page.get_by_role("link", name="基础库").click()
    page.get_by_role("link", name="人口").click()
    expect(page.get_by_role("heading", name="为什么需要个人数据？")).to_be_visible()
    state_purpose(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("人口")
    expect(page.locator(".band.why")).to_contain_text("办件 2026-118")
    page.goto(f"/registers/Person/{town.disputed}/")
    expect(page.get_by_role("heading", name="部门说法不一之处")).to_be_visible()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Where departments disagree")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert faults == []


def _work(number: int) -> None:
    """The worker's part, on a connection of its own."""
    try:
        quality.check(exchange.land(number).id)
    finally:
        connection.close()


def test_a_file_is_handed_in_and_its_progress_followed(page: Page, tmp_path: Path, faults: list[str]) -> None:
    file = tmp_path / "addresses.csv"
    file.write_bytes((TOYTOWN / "data" / "addresses.csv").read_bytes() + b"\n")
    sign_in(page)
    page.goto("/stewardship/upload/")
    page.locator('a[href="/stewardship/upload/civil_affairs.addresses/"]').click()
    page.set_input_files("#file", file)
    page.get_by_role("button", name="预览").click()
    expect(page.get_by_role("heading", name="前几行")).to_be_visible()
    page.get_by_role("button", name="确认报送").click()
    expect(page.locator("[data-refresh]")).to_be_visible()
    number = int(page.url.rstrip("/").rpartition("/")[2])
    with ThreadPoolExecutor() as worker:
        worker.submit(_work, number).result()
    expect(page.locator(".tag.ok").first).to_have_text("已检查", timeout=15000)
    assert faults == []


def test_the_map_draws_our_own_tiles(page: Page, faults: list[str]) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/registers/Building/?map=1&bounds=113.195,35.095,113.245,35.120")
    expect(page.locator(".map.alive")).to_be_visible(timeout=30000)
    assert any("/tiles/Building/" in url for url in asked)
    assert all(url.startswith((page.url.split("/registers")[0], "data:", "blob:")) for url in asked)
    drawn = page.evaluate("document.querySelector('[data-map]').map.queryRenderedFeatures().length")
    assert drawn > 0
    count = page.evaluate(
        "document.querySelector('[data-map]').map.querySourceFeatures('Building', {sourceLayer: 'Building'})"
        ".reduce((sum, f) => sum + (f.properties.count || 1), 0)"
    )
    assert count >= 10
    assert faults == []


def test_on_a_phone_the_map_beside_a_list_is_drawn_when_it_is_wanted(browser, server: str, town: Town) -> None:
    context = browser.new_context(base_url=server, locale="zh-CN", viewport={"width": 375, "height": 800})
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/registers/Building/?map=1")
    draw = page.get_by_role("button", name="绘制地图")
    expect(draw).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert not any("maplibre" in url for url in asked)
    draw.press("Enter")
    expect(page.locator(".map.alive")).to_be_visible(timeout=30000)
    expect(draw).to_be_hidden()
    page.goto("/registers/Building/")
    page.get_by_role("link", name="显示地图").press("Enter")
    expect(page.locator(".map.alive")).to_be_visible(timeout=30000)
    context.close()


def test_the_keyboard_is_enough_to_search(page: Page) -> None:
    page.goto("/registers/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("/")
    page.keyboard.type("望河路")
    page.keyboard.press("Enter")
    expect(page.locator("main .list li").first).to_be_visible()


def test_lists_work_without_scripts(browser, server: str, town: Town) -> None:
    context = browser.new_context(base_url=server, java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto("/registers/Building/")
    page.get_by_role("link", name="商业、金融、信息").first.click()
    expect(page.locator("tbody tr")).to_have_count(4)
    context.close()

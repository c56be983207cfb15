"""Certificates in a browser: axe finds nothing, nothing scrolls sideways, a file is checked by keyboard."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

import lingqu.ui
from lingqu.blueprint import door as blueprint
from lingqu.centre.access.door import SYSTEM
from lingqu.centre.papers import door
from lingqu.kernel.identifiers import uscc_of
from lingqu.ui import vendor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AXE = Path(lingqu.ui.__file__).parent / "static" / "vendor" / "axe.min.js"
CITY = "code: c\ntitle: 城\ndivision: '419902000000'\npacks: [registers, enterprise_founding]\n"
ROLE = "- {code: issuer, title: 发证人员, grants: [{actions: [issue], rows: own_department}]}\n"
FIRM = {"name": "松江一号软件有限公司", "uscc": uscc_of("91", "419902", "MA1K3C5X"), "kind": "有限责任公司"}
FIRM |= {"legal_representative": "甲某某", "established": "2026-03-02", "address": "一号路", "scope": "软件开发"}


@pytest.fixture
def licence(transactional_db, tmp_path):
    vendor.bring(dev=True)
    (tmp_path / "city.yaml").write_text(CITY, "utf-8")
    (tmp_path / "departments").mkdir()
    (tmp_path / "departments" / "d.yaml").write_text("- {code: market, title: 市场监督管理局}\n", "utf-8")
    (tmp_path / "roles").mkdir()
    (tmp_path / "roles" / "r.yaml").write_text(ROLE, "utf-8")
    blueprint.apply(SYSTEM, blueprint.load(tmp_path))
    return door.issue_certificate(SYSTEM, door.Order("business_licence", FIRM))


@pytest.mark.parametrize(("width", "language"), [(1280, "zh-CN"), (320, "en-GB")])
def test_everybody_can_check(browser: Browser, licence, live_server, tmp_path, width: int, language: str) -> None:
    (tmp_path / "licence.pdf").write_bytes(door.certificates.file(SYSTEM, licence.number))
    context = browser.new_context(
        base_url=live_server.url, locale=language, viewport={"width": width, "height": 900}, bypass_csp=True
    )
    page, found = context.new_page(), []

    def look(where: str) -> None:
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append((where, "scrolls sideways", ""))
        page.add_script_tag(path=AXE)
        for violation in page.evaluate("axe.run().then((r) => r.violations)"):
            found.append((where, violation["id"], violation["nodes"][0]["html"][:120]))

    page.goto("/certificates/")
    look("asked")
    page.focus("#number")
    page.keyboard.type(licence.number)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/certificates/{licence.number}/")
    look("shown")
    page.set_input_files("#file", str(tmp_path / "licence.pdf"))
    page.get_by_role("button", name="Check the file" if width == 320 else "核验文件").press("Enter")
    page.get_by_role("status").wait_for()
    look("proved")
    page.goto("/certificates/NONE-1/")
    look("unknown")
    context.close()
    assert found == []


def test_the_issuers_window(browser: Browser, licence, live_server, client, django_user_model) -> None:
    officer = django_user_model.objects.create(
        username="k", kind="person", roles=["issuer"], department="market", demo=True
    )
    client.force_login(officer)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    for width in (1280, 320):
        context = browser.new_context(
            base_url=live_server.url, viewport={"width": width, "height": 900}, bypass_csp=True
        )
        context.add_cookies([cookie])
        page, found = context.new_page(), []
        shown = f"/my/certificates/{licence.number}/"
        for address in ("/certificates/issue/", "/certificates/issue/business_licence/", "/my/certificates/", shown):
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

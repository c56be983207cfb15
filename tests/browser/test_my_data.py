"""My data in a real browser: on a phone, with a keyboard, in both languages; and the journey of a consent."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

import lingqu.ui
from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor, Grant
from lingqu.centre.access.models import Account
from lingqu.centre.entities import door as entities
from lingqu.centre.fusion import door as fusion
from ui.living import Town

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
AXE = Path(lingqu.ui.__file__).parent / "static" / "vendor" / "axe.min.js"
MINE = ["", "looks/", "looks/?own=1", "consents/", "corrections/", "objections/", "object/?department=police"]
APP = Actor("client", "housing-app", department="civil_affairs", purpose="verification", way="api")


@pytest.fixture(scope="module")
def person(town: Town) -> str:
    """Whose account is ``citizen``: looked at, asked for consent, with something to correct and an objection."""
    me = Account.objects.get(username="citizen").person
    clerk = Actor("person", "clerk", roles=("steward",), department="civil_affairs", purpose="casework: 118")
    entities.get(clerk, me)
    now, grant = timezone.now(), {"actions": ["verify"], "types": ["Person"], "attributes": ["name"]}
    begins, ends = now - timedelta(days=1), now + timedelta(days=30)
    access.issue(
        agreement="J-1",
        department="civil_affairs",
        grant=Grant.model_validate(grant),
        begins=begins,
        ends=ends,
        consent=True,
    )
    access.ask_consent(
        APP, person=me, agreement="J-1", department="civil_affairs", items=("name",), matter="住房补贴", until=ends
    )
    own = Actor("person", "citizen", roles=("citizen",), person=me, purpose="my_data")
    fusion.ask_correction(own, me, "ethnicGroup", "03", "户口本有误")
    access.object_to(own, department="police", words="请说明用途", due=ends)
    return me


def signed_in(browser: Browser, server: str, width: int, language: str, who: str = "citizen") -> Page:
    view = {"width": width, "height": 800}
    context = browser.new_context(base_url=server, locale=language, viewport=view, bypass_csp=True)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto("/accounts/login/")
    page.click(f'button[value="{who}"]')
    return page


def looked_through(page: Page, addresses: list[str], width: int) -> list[object]:
    found: list[object] = []
    for address in addresses:
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, address
        if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
            found.append((address, wide))
        page.add_script_tag(path=AXE)
        for violation in page.evaluate("axe.run().then((r) => r.violations)"):
            found.append((address, violation["id"], violation["nodes"][0]["html"][:120]))
    page.context.close()
    return found


@pytest.mark.parametrize(("width", "language"), [(320, "zh-CN"), (360, "en-GB"), (1280, "zh-CN")])
def test_everybody_can_use_it(browser: Browser, server: str, person: str, width: int, language: str) -> None:
    page = signed_in(browser, server, width, language)
    addresses = ["/citizen/", *("/citizen/my-data/" + p for p in MINE), f"/correct/{person}/sex/"]
    assert looked_through(page, addresses, width) == []


def test_the_desks_pages(browser: Browser, server: str, person: str) -> None:
    page = signed_in(browser, server, 320, "zh-CN", "officer")
    page.goto("/purpose/")
    page.check('input[value="correction"]')
    page.fill("#text", "118")
    page.click("main .btn")
    [asked] = fusion.corrections_of(person)
    addresses = ["/stewardship/corrections/", f"/stewardship/corrections/{asked.number}/"]
    addresses += ["/stewardship/objections/", "/stewardship/objections/delayed/", f"/registers/Person/{person}/"]
    assert looked_through(page, addresses, 320) == []


def state_of(person: str) -> str:
    claim = entities.Claim({"idNumber": "419901198407285332"}, {"name": "陈洋鹏"})
    return entities.verify(APP, "Person", [claim])[0].state


def test_a_person_consents_and_withdraws(browser: Browser, server: str, person: str) -> None:
    assert state_of(person) == "consent_asked"
    page = signed_in(browser, server, 360, "zh-CN")
    page.goto("/citizen/")
    page.get_by_role("link", name="我的数据").click()
    page.get_by_role("link", name="授权", exact=False).first.click()
    page.goto("/citizen/my-data/consents/")
    page.get_by_role("button", name="同意授权").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("您已授权")
    assert state_of(person) == "answered"
    page.goto("/citizen/my-data/looks/")
    expect(page.get_by_role("main")).to_contain_text("核验（不看内容）")
    expect(page.get_by_role("main")).to_contain_text("民政局")
    page.goto("/citizen/my-data/consents/")
    page.locator("summary").click()
    page.get_by_role("button", name="撤回授权").click()
    expect(page.get_by_role("status")).to_contain_text("已撤回")
    assert state_of(person) == "consent_withdrawn"
    page.context.close()

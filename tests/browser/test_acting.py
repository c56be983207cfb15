"""Acting for others in a real browser: on a phone, with a keyboard, in both languages."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect

from browser.test_my_data import looked_through, signed_in
from lingqu.centre.access import door as access
from lingqu.centre.access.models import Account
from lingqu.centre.entities import door as entities
from lingqu.centre.offers import door as offers
from ui.living import Town

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


@pytest.fixture(scope="module")
def firm(town: Town) -> access.Represented:
    """What the demo citizen represents; two mandates are given, one of them waits for its answer."""
    entities.follow_representations()
    me = access.Actor("person", "citizen", account_id=1, person=Account.objects.get(username="citizen").person)
    [found] = [each for each in access.represented(me) if each.type == "Organization"]
    now = timezone.now()
    for _ in range(2):
        given = {"entity": found.id, "taker": "accountant", "does": ("see", "apply"), "words": "代理记账"}
        number = access.give_mandate(me, access.MandateOffer(begins=now, ends=now + timedelta(days=90), **given))
    access.answer_mandate(access.Actor("person", "accountant"), number, accept=True)
    acting = replace(me, behalf=found)
    counter = offers.counter("civil_affairs_counter")
    for place in (0, 1):
        slot = offers.slots(counter, offers.days(counter)[1])[place]
        offers.book(acting, counter, slot.begins, matter="换发营业执照", name=found.label)
    return found


PAGES = ["/my/mandates/", "/citizen/", "/my/certificates/", "/enterprise/my/", "/enterprise/my/looks/", "/my/dues/"]
PAGES += ["/appointments/", "/appointments/market_counter/", "/my/appointments/"]


@pytest.mark.parametrize(("width", "language"), [(320, "zh-CN"), (360, "en-GB"), (1280, "zh-CN")])
@pytest.mark.parametrize("who", ["citizen", "accountant"])
def test_everybody_can_use_it(
    browser: Browser, server: str, firm: access.Represented, width: int, language: str, who: str
) -> None:
    page = signed_in(browser, server, width, language, who)
    page.goto("/my/mandates/")
    page.click(f'button[value="{firm.id}"]')
    expect(page.locator(".band.acting")).to_contain_text(firm.label)
    assert looked_through(page, PAGES, width) == []


@pytest.mark.parametrize(("width", "language"), [(320, "zh-CN"), (1280, "en-GB")])
@pytest.mark.parametrize("who", ["citizen", "accountant", "clerk"])
def test_pages_of_who_acts_for_nobody_now(
    browser: Browser, server: str, firm: access.Represented, width: int, language: str, who: str
) -> None:
    page = signed_in(browser, server, width, language, who)
    assert looked_through(page, ["/citizen/my/", "/enterprise/my/", "/enterprise/", "/my/dues/"], width) == []


def test_the_counters_day(browser: Browser, server: str, firm: access.Represented) -> None:
    day = offers.days(offers.counter("civil_affairs_counter"))[1]
    page = signed_in(browser, server, 320, "zh-CN", "clerk")
    page.goto(f"/stewardship/counters/?day={day}")
    expect(page.locator("tbody tr")).to_have_count(2)
    addresses = [f"/stewardship/counters/?day={day}", "/stewardship/counters/"]
    assert looked_through(page, addresses, 320) == []


def test_booked_by_keyboard_alone(browser: Browser, server: str, firm: access.Represented) -> None:
    page = signed_in(browser, server, 390, "en-GB", "parent")
    page.goto("/appointments/market_counter/")
    page.locator("button[name=begins]").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Booked")
    page.get_by_role("button", name="Cancel").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Cancelled")

"""Everybody can use it: axe finds nothing at two widths, nothing scrolls sideways at 320 px (WCAG 2.2: 1.4.10)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page

import lingqu.ui
from guides.harbin import HARBIN, SERVICES, placed
from lingqu.blueprint.load import load
from lingqu.centre.access import door as access
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.drawing import door as drawing
from lingqu.centre.exchange.models import Dispatch
from lingqu.centre.guides.definitions import GROUPS as LISTS
from lingqu.centre.notices import door as notices
from lingqu.centre.notices.models import Message, Preference, Sending
from lingqu.kernel.text import Text
from lingqu.protocols.models import Source, SourceState, Subscription
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
PUBLIC += ["/developers/", "/developers/?operation=post+/entities", "/developers/connect/"]
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
MINE = ["/my/messages/", "/my/messages/settings/"]
SERVICE = [
    "/citizen/services/",
    "/enterprise/services/",
    "/services/",
    "/services/?words=开饭馆",
    "/services/?words=zzz",
    "/services/guides/food_business_licence/",
    "/services/guides/identity_card/",
    "/services/progress/",
    "/citizen/consult/",
    "/enterprise/consult/?service=food_safety_report",
    "/services/departments/",
    "/stewardship/ratings/",
    "/stewardship/ratings/?show=all",
    "/services/matters/open_restaurant/",
]
SHARING = ["", "?tab=all", "agreements/", "monitoring/", "bulletins/", "new/police.household_register/"]
GROUPS = ["items", "purpose", "rows", "period", "method", "reach", "protection", "send"]


def addresses(town: Town, stages: list[str]) -> list[str]:
    number = town.deliveries["police.household_register"].id
    person, building = town.disputed, town.first("Building")
    records = [f"/registers/Person/{person}/", f"/registers/Building/{building}/", "/registers/Person/", "/purpose/"]
    records += [f"/stewardship/sharing/{each}" for each in [*SHARING, *stages]]
    records += ["/stewardship/outgoing/", *(f"/stewardship/outgoing/{d.pk}/" for d in Dispatch.objects.all())]
    return [
        *PUBLIC,
        *SERVICE,
        *MINE,
        *(f"/my/messages/{m.pk}/" for m in Message.objects.all()),
        *records,
        *("/stewardship" + p for p in DESK),
        "/subscriptions/",
        "/subscriptions/sources/",
        f"/stewardship/deliveries/{number}/",
    ]


@pytest.fixture(scope="module")
def stages(town: Town, django_db_blocker: Any) -> list[str]:
    """One request and agreement of every state, as the demo makes them, committed as the town is."""
    with django_db_blocker.unblock():
        demo_sharing.tell()
        handed_out()
        told()
        neighbours()
        city = load(HARBIN)
        lists = [p for p in placed(city, {"code_list"}) if p.code in LISTS.values()]
        asking = [p for p in placed(city, {"procedure"}) if p.code in ("consultation", "complaint")]
        drawing.replace([*placed(city, SERVICES), *lists, *asking], [], actor="tests", summary={})
        found = [*catalogue.requests(access.SYSTEM), *catalogue.agreements(access.SYSTEM)]
    numbers = {each.state: each.number for each in found}
    return [f"{n}/" for n in numbers.values()] + [f"{numbers['draft']}/{group}/" for group in GROUPS]


def told() -> None:
    """A message, and one that could not be sent."""
    subject = Text(zh="办件 1 需要补正 2 项（企业开办）", en="Case 1: 2 things are missing (Founding an enterprise)")
    words = Text(zh="合同：缺页\n授权书：未签", en="Contract: a page is missing\nAuthority: not signed")
    notices.tell(["steward"], "case", subject, words, link="/my/cases/1/", about="case:1", key="axe")
    Preference.objects.create(account="steward", hook="http://127.0.0.1:9/hook", ways={"case": ["hook"]})
    now, why = timezone.now(), {"zh": "HTTP 503", "en": "HTTP 503"}
    hook: dict[str, Any] = {"account": "steward", "way": "hook", "address": "http://127.0.0.1:9/hook", "why": why}
    Sending.objects.create(message=Message.objects.get(key="axe"), state="parked", at=now, next_at=now, **hook)


def neighbours() -> None:
    """A source that fails, one that is paused, and a subscription."""
    said = {"zh": "数据源无法连接", "en": "The source cannot be reached"}
    document: dict[str, Any] = {
        "registrationName": "南区灵渠（路灯与停车位），长名称",
        "information": [{"entities": [{"type": "Lamp"}, {"type": "https://example.org/a/long/ParkingSpot"}]}],
        "endpoint": "https://lingqu.south-district.example:8443/broker",
    }
    why = {"rule": "ngsi_ld.source_disconnected", "message": said, "next_step": said}
    for pk, paused in (("urn:ngsi-ld:ContextSourceRegistration:south", False), ("urn:x:2", True)):
        row = Source.objects.create(id=pk, document=document, maker="steward", department="police", paused=paused)
        counts = {"times_sent": 1500, "times_failed": 7, "last_failure": timezone.now(), "why": why}
        SourceState.objects.create(source=row, **counts)
    notification = {"endpoint": {"uri": "https://receiver.example/notify"}}
    Subscription.objects.create(
        id="urn:x:s", document={"entities": [{"type": "Lamp"}], "notification": notification}, maker="steward", why=why
    )


def handed_out() -> None:
    """A delivery out about which everything there is to say is said."""
    said = {"zh": "接收方没有签收：HTTP 503", "en": "The receiver gave no receipt: HTTP 503"}
    error = {"rule": "outgoing.push", "message": said, "place": "https://example.org/a/long/path", "next_step": said}
    told: dict[str, Any] = dict(
        resource="police.household_register",
        provider="police",
        consumer="civil_affairs",
        entity_type="Person",
        channel="push",
        state="parked",
        next_at=timezone.now(),
        batch=3,
        rows_sent=1500,
        rows_received=1499,
        receipt={"differing": [{"batch": 2, "sent": 500, "received": 499}]},
        error=error,
        tries=[{"at": timezone.now().isoformat(), **error}],
    )
    number = catalogue.agreements(access.SYSTEM)[0].number
    Dispatch.objects.create(agreement=number, **told)


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
def test_axe_finds_nothing(
    browser: Browser, server: str, town: Town, stages: list[str], width: int, language: str
) -> None:
    page, found = opened(browser, server, width, language), []
    for address in addresses(town, stages):
        answer = page.goto(address)
        assert answer is not None
        assert answer.status < 500, address
        page.add_script_tag(path=AXE)
        for violation in page.evaluate("axe.run().then((r) => r.violations)"):
            found.append((address, violation["id"], violation["nodes"][0]["html"][:120]))
    page.context.close()
    assert found == []


def test_nothing_scrolls_sideways_at_320(browser: Browser, server: str, town: Town, stages: list[str]) -> None:
    page, wide = opened(browser, server, 320, "zh-CN"), {}
    for address in addresses(town, stages):
        page.goto(address)
        if (width := page.evaluate("document.documentElement.scrollWidth")) > 320:
            wide[address] = width
    page.context.close()
    assert wide == {}


def test_filters_are_folded_on_a_phone_before_the_script_folds_them(browser: Browser, server: str, town: Town) -> None:
    context = browser.new_context(base_url=server, viewport={"width": 412, "height": 823})
    page, held = context.new_page(), []
    page.route("**/page.js", lambda route: held.append(route))
    page.goto("/registers/Building/", wait_until="commit")
    page.wait_for_selector(".facet-fold summary")
    choice = page.locator(".facet-fold a").first
    assert not choice.is_visible()
    held[0].continue_()
    page.wait_for_selector(".facet-fold.ready")
    assert not choice.is_visible()
    page.click(".facet-fold summary")
    assert choice.is_visible()
    context.close()


def test_filters_are_there_without_scripts(browser: Browser, server: str, town: Town) -> None:
    context = browser.new_context(base_url=server, viewport={"width": 412, "height": 823}, java_script_enabled=False)
    page = context.new_page()
    page.goto("/registers/Building/")
    assert page.locator(".facet-fold a").first.is_visible()
    context.close()

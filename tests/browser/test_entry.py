"""The pages of signing in, in a real browser: nothing for axe to find, no sideways scroll, consent that leads back."""

from __future__ import annotations

import base64
import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from browser.test_access import AXE
from entry.people import PASSWORD
from lingqu.centre.access import door as access
from lingqu.centre.access.door import SYSTEM
from lingqu.centre.access.models import Account

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
PAGES = [
    "/accounts/2fa/",
    "/accounts/2fa/totp/activate/",
    "/accounts/password/change/",
    "/accounts/sessions/",
    "/accounts/logout/",
    "/accounts/reauthenticate/?next=/",
    "/accounts/3rdparty/",
    "/accounts/3rdparty/login/error/",
    "/accounts/3rdparty/login/cancelled/",
    "/accounts/inactive/",
    "/security/",
    "/stewardship/clients/",
]


@pytest.fixture(scope="module")
def person(town: Any) -> Account:
    made = Account(username="lin.yue", display_name="林越", roles=["information_officer"])
    made.set_password(PASSWORD)
    made.save()
    return made


def enter(page: Page, person: Account) -> Page:
    page.goto("/accounts/login/")
    page.fill("#id_login", person.username)
    page.fill("#id_password", PASSWORD)
    page.click("form[action='/accounts/login/'] button")
    page.wait_for_url("**/")
    return page


@pytest.mark.parametrize(("width", "language"), [(1280, "zh-CN"), (320, "en-GB")])
def test_pages_of_an_account(browser: Browser, server: str, person: Account, width: int, language: str) -> None:
    context = browser.new_context(
        base_url=server, locale=language, viewport={"width": width, "height": 900}, bypass_csp=True
    )
    page, found = enter(context.new_page(), person), []
    for address in PAGES:
        answer = page.goto(address)
        assert answer is not None
        assert answer.status in (200, 401), address
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append((address, "wide", ""))
        page.add_script_tag(path=AXE)
        for violation in page.evaluate("axe.run().then((r) => r.violations)"):
            found.append((address, violation["id"], violation["nodes"][0]["html"][:120]))
    context.close()
    assert found == []


class _Back(BaseHTTPRequestHandler):
    seen: list[str] = []

    def do_GET(self) -> None:
        self.seen.append(self.path)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>back</title>back")

    def log_message(self, *_given: Any) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def client_site() -> Iterator[str]:
    site = HTTPServer(("127.0.0.1", 0), _Back)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{site.server_port}/back"
    site.shutdown()


@pytest.fixture(scope="module")
def client(town: Any, client_site: str) -> str:
    return access.register_client(SYSTEM, "公交系统", redirects=[client_site], scopes=access.SCOPES)[0]


def test_consent_leads_back_through_the_content_security_policy(
    page: Page, person: Account, client: str, client_site: str, faults: list[str]
) -> None:
    inside = enter(page, person)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(b"v" * 43).digest()).decode().rstrip("=")
    inside.goto(
        f"/identity/o/authorize?client_id={client}&redirect_uri={client_site}&response_type=code&state=s1"
        f"&scope=openid+profile+lingqu+lingqu.read&code_challenge={challenge}&code_challenge_method=S256"
    )
    assert "公交系统 请求访问" in inside.inner_text("h1")
    inside.uncheck("input[value='lingqu.read']")
    inside.click("button[value=grant]")
    inside.wait_for_url(f"{client_site}*")
    (seen,) = [path for path in _Back.seen if path.startswith("/back")]
    assert "code=" in seen
    assert "state=s1" in seen
    assert not faults

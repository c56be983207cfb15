"""Signing in with the city's identity provider: a certified one by other people, over HTTP."""

# ruff: noqa: F811

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from allauth.socialaccount.models import SocialAccount

from entry.people import PASSWORD, account, grown, opened, sign_in, signed_in
from lingqu.centre.access.models import Account, LedgerRow
from lingqu.site import identity
from lingqu.site.instance import Instance
from little_city import city  # noqa: F401

pytestmark = pytest.mark.usefixtures("city")
RULES: dict[str, Any] = {
    "title": {"zh": "统一身份认证", "en": "City identity"},
    "people": "known",
    "scopes": ["openid", "profile"],
    "claims": {"department": "dept", "roles": "groups"},
    "departments": {"GA": "police"},
    "roles": {"grp-clerk": ["clerk"], "grp-boss": ["chief"]},
    "token_auth_method": "client_secret_basic",
}


@dataclass
class Provider:
    """``server`` is Lingqu, ``issuer`` the city's provider."""

    server: str
    issuer: str
    settings: Any
    root: Path

    def configure(self, **rules: Any) -> None:
        told = RULES | {"issuer": self.issuer} | rules
        self.settings.SOCIALACCOUNT_PROVIDERS = {"city": {"APPS": [identity.app(Instance(self.root), "gov", told)]}}

    def mode(self, name: str) -> None:
        assert requests.get(f"{self.issuer}/_mode/{name}").text == "ok"


@pytest.fixture
def provider(server: str, script: Any, settings: Any, tmp_path: Path, city: None) -> Provider:
    grown("boss")
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "oidc_gov").write_text("kept-with-the-instance\n")
    process = script("provider.mjs", f"{server}/accounts/oidc/gov/login/callback/", "kept-with-the-instance")
    line = ""
    while not line.startswith("{"):
        line = process.stdout.readline()
    made = Provider(server, json.loads(line)["issuer"], settings, tmp_path)
    settings.LINGQU_OUTBOUND = ["127.0.0.1"]
    settings.DEMO = False
    made.configure()
    return made


def to_provider(browser: requests.Session, provider: Provider, process: str = "login") -> requests.Response:
    page = browser.get(f"{provider.server}/accounts/login/")
    if process == "login":
        assert "Sign in with City identity" in page.text
        assert f"form-action 'self' {provider.issuer};" in page.headers["Content-Security-Policy"]
    address = f"{provider.server}/accounts/oidc/gov/login/?process={process}"
    return browser.post(address, data={"csrfmiddlewaretoken": browser.cookies["csrftoken"]}, allow_redirects=False)


def at_provider(browser: requests.Session, provider: Provider, address: str, who: str) -> str:
    """Sign in and consent there; gives the address that leads back."""
    answer = browser.get(address, allow_redirects=False)
    for _step in range(12):
        where = answer.headers.get("Location", "")
        if where.startswith(provider.server):
            return where
        if where:
            answer = browser.get(requests.compat.urljoin(provider.issuer, where), allow_redirects=False)
            continue
        action = re.search(r'<form[^>]* action="([^"]+)"', answer.text)
        assert action, answer.text
        prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)
        given = {"prompt": prompt[1] if prompt else "", "login": who, "password": "x"}
        answer = browser.post(action[1], data=given, allow_redirects=False)
    raise AssertionError(answer.text)


def enter(provider: Provider, who: str = "lin", browser: requests.Session | None = None, process: str = "login") -> Any:
    browser = browser or opened()
    there = to_provider(browser, provider, process)
    assert there.status_code == 302, there.text
    back = at_provider(browser, provider, there.headers["Location"], who)
    return browser, browser.get(back, allow_redirects=False)


def test_known_people_come_in_with_what_the_table_allows(provider: Provider) -> None:
    _browser, answer = enter(provider)
    assert answer.status_code == 302, answer.text
    made = Account.objects.get(username="lin.yue")
    assert (made.display_name, made.department, made.roles) == ("林越", "police", ["clerk"])  # never chief
    assert made.email == ""
    assert not made.has_usable_password()
    assert not set(SocialAccount.objects.get().extra_data) & {"claims", "email", "name"}
    assert LedgerRow.objects.filter(act="login", actor="lin.yue").count() == 1
    made.roles = ["clerk", "developer"]  # one given here by a person
    made.save()
    provider.configure(roles={})
    enter(provider)
    made.refresh_from_db()
    assert made.roles == ["developer"]
    assert Account.objects.filter(username__startswith="lin").count() == 1


def test_strangers_get_no_account(provider: Provider) -> None:
    provider.configure(people="linked")
    browser, answer = enter(provider)
    assert "nobody gave you an account" in answer.text
    assert not Account.objects.filter(username="lin.yue").exists()
    assert LedgerRow.objects.filter(act="refused", detail__rule="login.stranger").exists()
    assert "sessionid" not in browser.cookies or "account_logout" not in browser.get(provider.server).text


def test_a_name_or_mail_that_is_taken_takes_nothing_over(provider: Provider) -> None:
    held = account("lin.yue", email="officer@example.org", roles=["chief"])
    enter(provider)
    assert Account.objects.get(username="lin.yue2").roles == ["clerk"]
    assert SocialAccount.objects.get().user.username == "lin.yue2"
    held.refresh_from_db()
    assert held.roles == ["chief"]


def test_who_is_signed_in_may_connect_and_keeps_what_he_is(provider: Provider) -> None:
    provider.configure(people="linked")
    held = account("old.lin", roles=["developer"], department="housing")
    browser = signed_in(provider.server, "old.lin")
    _same, answer = enter(provider, browser=browser, process="connect")
    assert answer.headers.get("Location") == "/accounts/3rdparty/", answer.text
    assert SocialAccount.objects.get().user == held
    _other, answer = enter(provider)
    assert answer.status_code == 302
    held.refresh_from_db()
    assert (held.roles, held.department) == (["developer"], "housing")
    assert LedgerRow.objects.filter(act="login", actor="old.lin").count() == 2


def test_nobody_connects_without_being_signed_in(provider: Provider) -> None:
    provider.configure(people="linked")
    enter(provider, process="connect")
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize(
    "mode", ["nonce", "audience", "issuer", "expired", "foreign", "none", "hmac", "subject", "discovery"]
)
def test_an_answer_that_does_not_hold_is_refused(provider: Provider, mode: str) -> None:
    browser = opened()
    there = to_provider(browser, provider)
    back = at_provider(browser, provider, there.headers["Location"], "lin")
    provider.mode(mode)
    answer = browser.get(back, allow_redirects=False)
    assert "could not be trusted" in answer.text
    assert not Account.objects.filter(username__startswith="lin").exists()
    assert LedgerRow.objects.filter(act="refused", detail__rule="login.provider").exists()


def test_an_answer_to_somebody_else_is_refused(provider: Provider) -> None:
    browser = opened()
    back = at_provider(browser, provider, to_provider(browser, provider).headers["Location"], "lin")
    assert "could not be trusted" in opened().get(back).text  # no such state there
    swapped = re.sub(r"state=[^&]+", "state=madeup", back)
    assert "could not be trusted" in browser.get(swapped).text
    assert browser.get(back, allow_redirects=False).status_code == 302
    assert "could not be trusted" in browser.get(back).text  # and once only


def test_a_host_that_is_not_listed_is_not_asked(provider: Provider) -> None:
    provider.settings.LINGQU_OUTBOUND = ["id.example.org"]
    answer = to_provider(opened(), provider)
    assert "could not be trusted" in answer.text
    row = LedgerRow.objects.get(act="refused", detail__rule="login.provider")
    assert "source.outbound" in row.detail["error"]


def test_a_password_beside_it_still_works(provider: Provider) -> None:
    account("wang")
    assert sign_in(opened(), provider.server, "wang", PASSWORD).status_code == 302


def test_the_file_of_the_instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = Instance(tmp_path)
    assert identity.providers(here) == []
    monkeypatch.setenv("LINGQU_OIDC_ISSUER", "https://id.example.org/")
    monkeypatch.setenv("LINGQU_SECRET_oidc_city", "from outside")
    (found,) = identity.providers(here)
    assert (found["provider_id"], found["secret"], found["settings"]["people"]) == ("city", "from outside", "linked")
    (tmp_path / "identity.yaml").write_text(
        "providers:\n  gov: {issuer: https://sso.example.org, client: lq, title: {zh: 市, en: City}, people: known}\n"
    )
    (found,) = identity.providers(here)
    assert (found["provider_id"], found["client_id"], found["settings"]["people"]) == ("gov", "lq", "known")
    first = identity.signing_keys(here)
    assert first == identity.signing_keys(here)
    assert (tmp_path / "secrets" / "oidc.pem").stat().st_mode & 0o077 == 0

"""Lingqu as OpenID provider, asked by a certified client of other people over HTTP."""

# ruff: noqa: F811

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.idp.oidc.models import Client, Token
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from entry.people import account as grown_account
from entry.people import grown, signed_in
from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.centre.access.models import Account, LedgerRow
from lingqu.kernel.errors import Invalid, NotFound, Refused
from little_city import city  # noqa: F401

BACK = "http://127.0.0.1:9/back"
pytestmark = pytest.mark.usefixtures("city")


@pytest.fixture
def registered(city: None) -> tuple[str, str]:
    return access.register_client(grown("boss"), "公交系统", redirects=[BACK], scopes=access.SCOPES)


def consent(browser: requests.Session, address: str, answer: str = "grant") -> requests.Response:
    """What a person does on the consent page; gives the answer that leads back."""
    page = browser.get(address)
    assert page.status_code == 200, page.text
    assert f"form-action 'self' {BACK.rpartition('/')[0]};" in page.headers["Content-Security-Policy"]
    action = re.search(r'<form method="post" action="(/identity[^"]+)"', page.text)
    assert action
    fields = re.findall(r'<input[^>]*name="(request|csrfmiddlewaretoken)"[^>]*value="([^"]*)"', page.text)
    scopes = re.findall(r'name="scopes" value="([^"]+)"', page.text)
    return browser.post(
        "{0.scheme}://{0.netloc}".format(urlsplit(address)) + action[1].replace("&amp;", "&"),
        data=[*fields, *(("scopes", s) for s in scopes), ("action", answer)],
        allow_redirects=False,
    )


def told(process: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(process.stdout.readline())
    return found


def run(script: Any, server: str, who: tuple[str, str], scope: str, trick: str = "") -> tuple[Any, str]:
    process = script("client.mjs", server, *who, BACK, scope, trick)
    return process, told(process)["url"]


def test_code_flow_with_another_authors_client(server: str, script: Any, registered: tuple[str, str]) -> None:
    account = grown_account("zhao", roles=["clerk"], department="police", region="230102000000")
    process, address = run(script, server, registered, "openid profile lingqu lingqu.read")
    answer = consent(signed_in(server, "zhao"), address)
    assert answer.status_code == 302
    process.stdin.write(answer.headers["Location"] + "\n")
    process.stdin.flush()
    found = told(process)
    assert "error" not in found, found
    for claims in (found["claims"], found["userinfo"]):
        assert claims["sub"] == str(account.pk)
        assert claims["preferred_username"] == "zhao"
        assert claims["department"] == "police"
        assert claims["roles"] == ["clerk"]
    assert found["claims"]["iss"] == server
    assert found["reused"] == "invalid_grant"  # a refresh token is good once
    request = RequestFactory().get("/api/", headers={"authorization": f"Bearer {found['access']}"})
    with CaptureQueriesContext(connection) as asked:
        assert access.account_of_token(request) == account
    assert len(asked) == 1
    assert access.actor_of(request).name == "zhao"


@pytest.mark.parametrize(
    ("trick", "error"),
    [
        ("state", "OAUTH_INVALID_RESPONSE"),
        ("nonce", "OAUTH_JWT_CLAIM_COMPARISON_FAILED"),
        ("verifier", "invalid_grant"),
    ],
)
def test_a_swapped_answer_is_refused(
    server: str, script: Any, registered: tuple[str, str], trick: str, error: str
) -> None:
    grown_account("zhao")
    process, address = run(script, server, registered, "openid", trick)
    process.stdin.write(consent(signed_in(server, "zhao"), address).headers["Location"] + "\n")
    process.stdin.flush()
    assert told(process) == {"error": error}


def test_a_public_client_needs_no_secret_but_the_right_verifier(server: str, script: Any) -> None:
    grown_account("zhao")
    who = access.register_client(grown("boss"), "手机端", redirects=[BACK], scopes=["openid", "profile"], public=True)
    assert who[1] == ""
    process, address = run(script, server, who, "openid profile")
    process.stdin.write(consent(signed_in(server, "zhao"), address).headers["Location"] + "\n")
    process.stdin.flush()
    assert told(process)["userinfo"] == {"sub": str(Account.objects.get(username="zhao").pk), "name": "zhao", "preferred_username": "zhao"}  # fmt: skip # noqa: E501


def test_whoever_does_not_consent_gives_nothing(server: str, registered: tuple[str, str], script: Any) -> None:
    grown_account("zhao")
    _process, address = run(script, server, registered, "openid")
    answer = consent(signed_in(server, "zhao"), address, "cancel")
    assert parse_qs(urlsplit(answer.headers["Location"]).query)["error"] == ["access_denied"]
    assert not Token.objects.exists()


def without(address: str, *names: str) -> str:
    return re.sub(rf"({'|'.join(names)})=[^&]*&?", "", address)


def test_what_an_authorisation_must_have(server: str, registered: tuple[str, str], script: Any) -> None:
    grown_account("zhao")
    _process, address = run(script, server, registered, "openid profile")
    browser = signed_in(server, "zhao")

    def error(changed: str) -> str:
        answer = browser.get(changed, allow_redirects=False)
        assert answer.status_code == 302, answer.text
        return parse_qs(urlsplit(answer.headers["Location"]).query)["error"][0]

    assert error(without(address, "code_challenge", "code_challenge_method")) == "invalid_request"
    assert error(address.replace("=S256", "=plain")) == "invalid_request"
    assert error(address + "&prompt=none") == "consent_required"
    assert error(address.replace("openid+profile", "openid+email")) == "invalid_scope"
    elsewhere = browser.get(address.replace("back", "elsewhere"), allow_redirects=False)
    assert "Location" not in elsewhere.headers
    assert "OpenID Connect" in elsewhere.text


def test_scopes_that_one_client_was_given_are_not_anothers(
    server: str, registered: tuple[str, str], script: Any
) -> None:
    account = grown_account("zhao")
    other = Client.objects.create(id="other", name="other", scopes="openid\nprofile")
    held = Token(type="rt", client=other, user=account, hash="x")
    held.set_scopes(["openid", "profile"])
    held.save()
    _process, address = run(script, server, registered, "openid profile")
    answer = signed_in(server, "zhao").get(address + "&prompt=none", allow_redirects=False)
    assert "error=consent_required" in answer.headers["Location"]


def test_a_departments_system_acts_as_its_account(server: str, script: Any) -> None:
    account = grown_account("buses", roles=["clerk"], department="police")
    who = access.register_client(grown("boss"), "公交", redirects=[], scopes=["lingqu.read"], owner="buses")
    process = script("client.mjs", server, *who, BACK, "machine")
    token = told(process)["tokens"]["access_token"]
    answer: Callable[[str], Any] = lambda method: RequestFactory().generic(  # noqa: E731
        method, "/ngsi-ld/v1/entities", headers={"authorization": f"Bearer {token}"}
    )
    assert access.account_of_token(answer("GET")) == account
    with pytest.raises(access.TokenRefused) as refused:
        access.account_of_token(answer("POST"))
    assert (refused.value.status, refused.value.rule) == (403, "access.scope")
    process.stdin.write("\n")
    process.stdin.flush()
    assert told(process) == {"revoked": True}
    assert requests.get(f"{server}/ngsi-ld/v1/types", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    with pytest.raises(access.TokenRefused, match=r"access\.token"):
        access.account_of_token(answer("GET"))
    assert LedgerRow.objects.filter(act="refused", detail__rule="access.token").exists()


@pytest.mark.parametrize("ended", ["expired", "closed", "other"])
def test_tokens_that_open_nothing(city: None, ended: str) -> None:
    account = grown_account("buses")
    client = Client.objects.create(id="c", name="c", owner=account)
    token = Token(type="at", client=client, expires_at=timezone.now() + timedelta(hours=1))
    token.set_value("secret-token")
    token.set_scopes(["lingqu.read"])
    token.save()
    request = RequestFactory().get("/", headers={"authorization": "bearer secret-token"})
    assert access.account_of_token(request) == account
    if ended == "expired":
        Token.objects.update(expires_at=timezone.now())
    elif ended == "closed":
        Account.objects.update(is_active=False)
    else:
        Token.objects.update(type="rt")  # a refresh token is no access token
    with pytest.raises(access.TokenRefused):
        access.account_of_token(request)
    assert access.account_of_token(RequestFactory().get("/", headers={"authorization": "Bearer lq_key"})) is None
    assert access.account_of_token(RequestFactory().get("/", headers={"authorization": "Basic YTpi"})) is None


def test_clients_are_for_who_administers(registered: tuple[str, str]) -> None:
    clerk, boss = Actor("person", "zhao", roles=("clerk",)), grown("boss")
    with pytest.raises(Refused):
        access.register_client(clerk, "x y", redirects=[BACK], scopes=["openid"])
    with pytest.raises(Refused):
        access.clients(clerk)
    client = Client.objects.get(pk=registered[0])
    assert client.check_secret(registered[1])
    second = access.rotate_client(boss, client.pk)
    client.refresh_from_db()
    assert client.check_secret(second)
    assert not client.check_secret(registered[1])
    access.revoke_client(boss, client.pk)
    assert access.clients(boss) == []
    with pytest.raises(NotFound):
        access.rotate_client(boss, client.pk)
    assert LedgerRow.objects.filter(act="grant", detail__client=client.pk).count() == 3


@pytest.mark.parametrize(
    ("given", "column"),
    [
        ({"redirects": ["http://example.org/back"]}, "redirects"),
        ({"redirects": ["https://*.example.org/"]}, "redirects"),
        ({"redirects": ["https://example.org/#x"]}, "redirects"),
        ({"redirects": ["javascript:alert(1)"]}, "redirects"),
        ({"redirects": []}, "redirects"),
        ({"scopes": ["email"]}, "scopes"),
        ({"owner": "nobody"}, "owner"),
        ({"owner": "boss"}, "owner"),
        ({"owner": "zhao", "public": True}, "owner"),
    ],
)
def test_what_no_client_may_be(given: dict[str, Any], column: str) -> None:
    grown_account("zhao", roles=["clerk"])
    boss = grown("boss")
    with pytest.raises(Invalid) as refused:
        access.register_client(boss, "公交", **({"redirects": [BACK], "scopes": ["openid"]} | given))
    assert [f.column for f in refused.value.faults] == [column]

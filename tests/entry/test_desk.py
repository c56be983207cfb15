"""The page of registered systems, and alerts on the desk."""

# ruff: noqa: F811

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.idp.oidc.models import Client as OAuthClient
from django.test import Client

from entry.people import PASSWORD, account, grown
from lingqu.centre.access import attempts
from lingqu.centre.access import door as access
from little_city import city  # noqa: F401
from web_role import as_web, requests_as_web, web_role  # noqa: F401

pytestmark = [pytest.mark.usefixtures("city"), pytest.mark.django_db]
GIVEN = {"name": "公交系统", "redirects": "https://bus.example.org/back", "scopes": ["openid", "lingqu"], "public": "0"}


def desk(name: str) -> Client:
    client = Client(headers={"accept-language": "en"})
    assert client.post("/accounts/login/", {"login": name, "password": PASSWORD}).status_code == 302
    return client


@pytest.fixture
def boss(city: None, requests_as_web: None) -> Client:
    grown("boss")
    return desk("boss")


def test_a_system_is_registered_renewed_and_taken_away(boss: Client) -> None:
    assert "No system signs in here yet" in boss.get("/stewardship/clients/").content.decode()
    page = boss.post("/stewardship/clients/", GIVEN)
    assert "no-store" in page["Cache-Control"]
    (secret,) = re.findall(r'class="code">([0-9a-f]{64})<', page.content.decode())
    made = OAuthClient.objects.get()
    assert made.check_secret(secret)
    assert (made.get_scopes(), made.get_grant_types()) == (
        ["openid", "lingqu"],
        ["authorization_code", "refresh_token"],
    )
    again = boss.get("/stewardship/clients/").content.decode()
    assert secret not in again
    assert "公交系统" in again
    page = boss.post(f"/stewardship/clients/{made.pk}/rotate/").content.decode()
    (second,) = re.findall(r'class="code">([0-9a-f]{64})<', page)
    made.refresh_from_db()
    assert made.check_secret(second)
    assert not made.check_secret(secret)
    assert boss.post(f"/stewardship/clients/{made.pk}/revoke/").status_code == 302
    assert not OAuthClient.objects.exists()


def test_a_wrong_form_keeps_what_was_entered(boss: Client) -> None:
    answer = boss.post("/stewardship/clients/", GIVEN | {"redirects": "http://bus.example.org/"})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "Not an HTTPS address" in page
    assert "http://bus.example.org/</textarea>" in page
    assert 'value="公交系统"' in page


@pytest.mark.parametrize("act", ["", "x/rotate/", "x/revoke/"])
def test_only_who_administers_sees_them(city: None, act: str) -> None:
    grown("boss")
    account("steward", roles=["keeper"])
    client = desk("steward")
    answer: Any = client.post(f"/stewardship/clients/{act}", GIVEN)
    assert answer.status_code == 403
    assert desk("boss").post(f"/stewardship/clients/{act}", GIVEN).status_code in (200, 404)


def test_alerts_are_told_to_who_administers(boss: Client) -> None:
    assert "Look at this" not in boss.get("/stewardship/").content.decode()
    account("zhao")
    account("keeper", roles=["keeper"])
    for _n in range(attempts.ACCOUNT_FREE):
        access.login_failed("zhao", "192.0.2.1")
    page = boss.get("/stewardship/").content.decode()
    assert "zhao was locked after failed sign-ins from 192.0.2.1" in page
    assert "192.0.2.1" not in desk("keeper").get("/stewardship/").content.decode()
    assert boss.get("/stewardship/ledger/?act=alert").content.decode().count("<td") > 3

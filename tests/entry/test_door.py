"""What stands before the pages: failures that lock, the second factor, sessions that end, limits, headers, cookies."""

# ruff: noqa: F811

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import struct
import subprocess
import sys
import time
from datetime import datetime, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.db import connection
from django.db.models import Max, QuerySet
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from entry.people import PASSWORD, account, grown
from lingqu.centre.access import attempts
from lingqu.centre.access import door as access
from lingqu.centre.access.models import Account, LedgerRow
from lingqu.ui import limits
from little_city import city  # noqa: F401

pytestmark = pytest.mark.usefixtures("city")


def browser(language: str = "en") -> Client:
    return Client(headers={"accept-language": language})


def enter(client: Client, name: str, password: str = PASSWORD, address: str = "192.0.2.1") -> Any:
    return client.post("/accounts/login/", {"login": name, "password": password}, REMOTE_ADDR=address)


def code(secret: str, ahead: int = 0) -> str:
    """RFC 6238, by hand."""
    counter = struct.pack(">Q", int(time.time()) // 30 + ahead)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


def written() -> QuerySet[LedgerRow]:
    """The ledger's rows from now on: refusals of earlier tests stay, written by a connection of their own."""
    last = LedgerRow.objects.aggregate(last=Max("id"))["last"] or 0
    return LedgerRow.objects.filter(id__gt=last).order_by("id")


def forgotten(name: str) -> None:
    """As if the lock's time were over."""
    with connection.cursor() as cursor:
        cursor.execute("update access_attempt set locked_until = clock_timestamp()")


def test_an_account_is_locked_longer_with_each_failure(city: None) -> None:
    account("zhao")
    since = written()
    for _n in range(attempts.ACCOUNT_FREE - 1):
        assert "Too many" not in enter(browser(), "zhao", "wrong").content.decode()
    first = enter(browser(), "zhao", "wrong").content.decode()
    assert "You may try again in 1 minute." in first
    locked = enter(browser("zh-CN"), "ZHAO").content.decode()  # the right one, from another place even
    assert "请 1 分钟后再试" in locked
    forgotten("zhao")
    assert "in 2 minutes" in enter(browser(), "zhao", "wrong").content.decode()
    forgotten("zhao")
    assert enter(browser(), "zhao").status_code == 302
    assert access.locked_until("zhao", "192.0.2.1") is None
    assert "Too many" not in enter(browser(), "zhao", "wrong").content.decode()
    rows = since.filter(act="refused", detail__rule="login.failed", detail__account="zhao")
    assert rows.count() == attempts.ACCOUNT_FREE + 2
    assert rows.first().detail["address"] == "192.0.2.1"
    assert since.filter(act="alert", detail__rule="login.locked.account").count() == 2
    assert since.filter(act="refused", detail__rule="login.locked").count() == 1
    assert PASSWORD not in json.dumps([r.detail for r in LedgerRow.objects.all()])


def test_the_same_is_said_of_names_that_are_none(city: None) -> None:
    account("zhao")
    said = []
    for name in ("zhao", "my-secret-password"):
        pages = [enter(browser(), name, "wrong", f"198.51.100.{n}").content.decode() for n in range(6)]
        said.append([re.findall(r'role="alert">(.*?)</div>', p, re.S) for p in pages])
    assert said[0] == said[1]
    assert "my-secret-password" not in json.dumps([r.detail for r in LedgerRow.objects.all()])
    with connection.cursor() as cursor:
        cursor.execute("select string_agg(key, ' ') from access_attempt")
        assert "secret" not in cursor.fetchone()[0]


def test_an_address_is_locked_however_many_names_it_tries(city: None) -> None:
    account("zhao")
    since = written()
    for n in range(attempts.ADDRESS_FREE):
        access.login_failed(f"name{n}", "203.0.113.9")
    assert "Too many" in enter(browser(), "zhao", address="203.0.113.9").content.decode()
    assert enter(browser(), "zhao", address="203.0.113.10").status_code == 302
    assert access.locked_until("wang", "203.0.113.9") is not None
    assert since.filter(act="alert", detail__rule="login.locked.address").count() == 1


def test_locks_grow_to_an_hour_and_a_quiet_day_ends_them(city: None) -> None:
    for _n in range(30):
        until = access.login_failed("zhao", "192.0.2.1")
    assert until is not None
    assert timedelta(minutes=59) < until - timezone.now() <= timedelta(hours=1)
    with connection.cursor() as cursor:
        cursor.execute("update access_attempt set last_at = last_at - interval '2 days'")
    assert access.login_failed("zhao", "192.0.2.1") is None


@pytest.fixture
def in_earnest(settings: Any, city: None) -> None:
    settings.DEMO = False
    grown("boss")


def set_up(client: Client) -> str:
    """Activate an authenticator app; gives its secret."""
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    secret = re.search(r'class="code">([A-Z2-7]{16,})<', page)
    assert secret, page
    assert client.post("/accounts/2fa/totp/activate/", {"code": "000000"}).status_code == 200
    assert client.post("/accounts/2fa/totp/activate/", {"code": code(secret[1])}).status_code == 302
    return secret[1]


def test_who_administers_sets_up_a_second_factor_before_all_else(in_earnest: None) -> None:
    since = written()
    client = browser()
    assert enter(client, "boss").status_code == 302
    for address in ("/", "/stewardship/", "/registers/", "/identity/o/authorize?client_id=x"):
        assert client.get(address)["Location"] == "/accounts/2fa/totp/activate/", address
    refused = client.get("/ngsi-ld/v1/types")
    assert (refused.status_code, refused["Content-Type"]) == (403, "application/problem+json")
    assert refused.json()["type"] == "urn:lingqu:rule:access.second_factor"
    secret = set_up(client)
    assert client.get("/stewardship/").status_code == 200
    row = Authenticator.objects.get(type="totp")
    assert secret not in json.dumps(row.data)
    assert client.get("/accounts/2fa/totp/deactivate/").status_code == 200
    answer = client.post("/accounts/2fa/totp/deactivate/")
    assert answer.status_code == 200
    assert Authenticator.objects.filter(type="totp").exists()

    again = browser()
    assert enter(again, "boss")["Location"] == "/accounts/2fa/authenticate/"
    assert "_auth_user_id" not in again.session
    assert again.get("/stewardship/")["Location"].startswith("/accounts/login/")
    cache.clear()  # the code of before must not be good again by the time that passed
    assert again.post("/accounts/2fa/authenticate/", {"code": "123456"}).status_code == 200
    assert since.filter(act="refused", detail__rule="login.failed", detail__by="code").count() == 2
    assert again.post("/accounts/2fa/authenticate/", {"code": code(secret, 1)}).status_code in (200, 302)


def test_recovery_codes_open_once(in_earnest: None) -> None:
    client = browser()
    enter(client, "boss")
    set_up(client)
    client.post("/accounts/2fa/recovery-codes/generate/")
    page = client.get("/accounts/2fa/recovery-codes/").content.decode()
    found = re.findall(r"<li>([0-9a-f]{8,})</li>", page)
    assert len(found) == 10
    for times in (302, 200):
        other = browser()
        enter(other, "boss")
        assert other.post("/accounts/2fa/authenticate/", {"code": found[0]}).status_code == times


def test_who_may_little_needs_no_second_factor(in_earnest: None) -> None:
    account("li", roles=["clerk"])
    client = browser()
    enter(client, "li")
    assert client.get("/registers/").status_code == 200


@pytest.mark.parametrize(
    ("roles", "needed"),
    [(["chief"], True), (["police"], True), (["developer"], True), (["clerk"], False), ([], False), (["gone"], False)],
)
def test_which_roles_need_a_second_factor(in_earnest: None, roles: list[str], needed: bool) -> None:
    assert access.needs_second_factor(roles) is needed


def test_guesses_of_codes_end(in_earnest: None) -> None:
    client = browser()
    enter(client, "boss")
    set_up(client)
    other = browser()
    enter(other, "boss")
    said = [other.post("/accounts/2fa/authenticate/", {"code": f"{n:06d}"}).content.decode() for n in range(12)]
    assert "Too many" in said[-1]


def test_a_session_ends_and_is_made_anew_at_sign_in(city: None, settings: Any) -> None:
    account("li")
    client = browser()
    client.get("/accounts/login/")
    session = client.session
    session["purpose"] = "x"
    session.save()
    before = session.session_key
    enter(client, "li")
    assert client.session.session_key != before
    for key, seconds in (("seen", settings.SESSION_IDLE), ("began", settings.SESSION_LONGEST)):
        enter(client, "li")
        session = client.session
        assert client.get("/accounts/2fa/").status_code == 200
        session[key] = time.time() - seconds - 1
        session.save()
        assert client.get("/accounts/2fa/").status_code == 302, key
        assert "_auth_user_id" not in client.session


def test_signed_out_everywhere_else(city: None) -> None:
    account("li")
    here, there = browser(), browser()
    enter(here, "li")
    enter(there, "li")
    page = here.get("/accounts/sessions/").content.decode()
    assert page.count("<tr>") == 3
    here.post("/accounts/sessions/")
    assert here.get("/accounts/2fa/").status_code == 200
    assert there.get("/accounts/2fa/").status_code == 302


def test_a_changed_password_signs_out_elsewhere(city: None) -> None:
    account("li")
    here, there = browser(), browser()
    enter(here, "li")
    enter(there, "li")
    given = {"oldpassword": PASSWORD, "password1": "short", "password2": "short"}
    assert here.post("/accounts/password/change/", given).status_code == 200
    fresh = "another-odd-phrase-9"
    given = {"oldpassword": PASSWORD, "password1": fresh, "password2": fresh}
    assert here.post("/accounts/password/change/", given).status_code == 302
    assert there.get("/accounts/2fa/").status_code == 302
    assert enter(browser(), "li", fresh).status_code == 302


@pytest.mark.parametrize(
    "address",
    ["/accounts/signup/", "/accounts/email/", "/accounts/password/reset/", "/accounts/password/reset/key/1-x/",
     "/identity/o/device", "/accounts/3rdparty/signup/", "/accounts/confirm-email/"],
)  # fmt: skip
def test_ways_that_are_not_offered(city: None, address: str) -> None:
    assert browser().get(address).status_code == 404


def test_headers(city: None) -> None:
    account("li")
    client = browser()
    open_page = client.get("/registers/")
    assert open_page["Cross-Origin-Opener-Policy"] == "same-origin"
    assert open_page["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "unsafe" not in open_page["Content-Security-Policy"]
    assert "no-store" not in open_page.get("Cache-Control", "")
    enter(client, "li")
    for address in ("/registers/", "/", "/ngsi-ld/v1/types", "/nothing-here/"):
        assert "no-store" in client.get(address)["Cache-Control"], address
    keyed = browser().get("/ngsi-ld/v1/types", headers={"authorization": "Bearer lq_made-up"})
    assert keyed.status_code == 401
    assert keyed["WWW-Authenticate"].startswith("Bearer")
    assert "no-store" in keyed["Cache-Control"]
    cookie = client.cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", "")


def test_cookies_under_https() -> None:
    ask = (
        "import json; from lingqu.site import settings as s; "
        "print(json.dumps([s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.ALLAUTH_TRUSTED_PROXY_COUNT, s.RATES]))"
    )
    import os

    known = {**os.environ, "LINGQU_HTTPS": "1", "LINGQU_DEMO": "", "LINGQU_RATE_TILES": ""}
    said = json.loads(subprocess.run([sys.executable, "-c", ask], env=known, capture_output=True, check=True).stdout)
    assert said == ["__Host-session", "__Host-csrf", 1, {"named": "20:400", "anonymous": "5:100", "tiles": ""}]


def test_security_txt(city: None, settings: Any) -> None:
    settings.SECURITY_CONTACT = "security@example.org, https://example.org/report"
    answer = browser().get("/.well-known/security.txt")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    lines = [line.partition(": ") for line in answer.content.decode().splitlines()]
    fields = [name for name, _colon, _value in lines]
    assert fields.count("Expires") == 1
    assert [value for name, _c, value in lines if name == "Contact"] == ["mailto:security@example.org", "https://example.org/report"]  # fmt: skip # noqa: E501
    expires = datetime.fromisoformat(dict((n, v) for n, _c, v in lines)["Expires"])
    assert timedelta(days=1) < expires - timezone.now() < timedelta(days=365)
    page = browser().get("/security/").content.decode()
    assert 'href="mailto:security@example.org"' in page
    settings.SECURITY_CONTACT = ""
    assert b"Contact: http://testserver/security/" in browser().get("/.well-known/security.txt").content


def limited(settings: Any, **rates: str) -> limits.Rates:
    settings.RATES = rates
    settings.WEB_WORKERS = 1

    def answer(request: Any) -> HttpResponse:
        if request.headers.get("Authorization", "").endswith("good"):
            setattr(request, limits.SHOWN, object())
            return HttpResponse()
        return HttpResponse(status=401 if "Authorization" in request.headers else 200)

    return limits.Rates(answer)


def ask(rates: limits.Rates, token: str = "", address: str = "192.0.2.1", path: str = "/api/x") -> HttpResponse:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    return rates(RequestFactory().get(path, headers=headers, REMOTE_ADDR=address))


def test_strangers_are_limited_by_address(settings: Any) -> None:
    rates = limited(settings, anonymous="0.1:3", named="1:10")
    assert [ask(rates).status_code for _n in range(4)] == [200, 200, 200, 429]
    refused = ask(rates)
    assert refused["Content-Type"] == "application/problem+json"
    assert 1 <= int(refused["Retry-After"]) <= 11
    assert json.loads(refused.content)["type"] == "urn:lingqu:rule:limits.rate"
    assert ask(rates, address="192.0.2.2").status_code == 200
    assert ask(rates, path="/registers/").status_code == 200


def test_a_good_key_has_a_bucket_of_its_own_and_made_up_ones_have_none(settings: Any) -> None:
    rates = limited(settings, anonymous="0.001:3", named="0.001:10")
    assert [ask(rates, f"made-up-{n}").status_code for n in range(4)] == [401, 401, 401, 429]
    assert ask(rates, "good", address="192.0.2.7").status_code == 200  # proved itself
    assert [ask(rates, "good").status_code for _n in range(11)] == [200] * 10 + [429]
    assert ask(limited(settings), "made-up").status_code == 401  # nothing set: nothing limited


def test_buckets_fill_again_and_workers_share() -> None:
    now = [0.0]
    buckets = limits.Buckets(clock=lambda: now[0])
    rate = limits.Rate(2, 4)
    assert [buckets.take("a", rate) > 0 for _n in range(5)] == [False] * 4 + [True]
    assert buckets.take("a", rate) == pytest.approx(0.5)
    now[0] = 0.5
    assert buckets.take("a", rate) == 0
    assert [buckets.take("b", rate, share=2) > 0 for _n in range(3)] == [False, False, True]


def test_a_code_of_consent_is_known_to_every_process(city: None) -> None:
    """Codes stand in the database, as the next request may meet another worker."""
    cache.set("entry-test", {"a": 1}, 30)
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from access_cache where cache_key like '%%entry-test'")
        assert cursor.fetchone()[0] == 1
    assert Account.objects.count() >= 0


def test_what_is_over_is_deleted(city: None) -> None:
    account("li")
    client = browser()
    enter(client, "li")
    enter(browser(), "li", "wrong")
    cache.set("old", 1, 60)
    cache.set("new", 1, 60)
    assert access.tidy() == {"attempts": 0, "cache": 0, "sessions": 0, "devices": 0, "tokens": 0}
    with connection.cursor() as cursor:
        cursor.execute("update django_session set expire_date = now() - interval '1 s'")
        cursor.execute("update access_attempt set last_at = now() - interval '3 days'")
        cursor.execute("update access_cache set expires = now() - interval '1 s' where cache_key like '%%old'")
    gone = access.tidy()
    assert (gone["cache"], gone["devices"], gone["attempts"]) == (1, 1, 2)
    assert gone["sessions"] >= 1
    assert cache.get("new") == 1
    assert client.get("/accounts/2fa/").status_code == 302

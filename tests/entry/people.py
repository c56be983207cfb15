"""Accounts with a password, and people who sign in with it over HTTP."""

from __future__ import annotations

import re
from typing import Any

import requests

from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.centre.access.models import Account
from lingqu.centre.catalogue.definitions import Department
from lingqu.centre.drawing import door as drawing
from little_city import BOTH, DOCUMENTS

MODELS: dict[str, Any] = BOTH | {"department": Department}
MORE = [
    *DOCUMENTS,
    ("role", {"code": "chief", "title": "主任", "grants": [{"actions": ["administer", "steward"]}]}),
    ("role", {"code": "keeper", "title": "数据管家", "grants": [{"actions": ["steward"]}]}),
    ("department", {"code": "police", "title": "公安局"}),
]
PASSWORD = "rather-long-and-odd-7"


def account(name: str, **given: Any) -> Account:
    made = Account(username=name, **given)
    made.set_password(PASSWORD)
    made.save()
    return made


def grown(name: str) -> Actor:
    """Somebody who may administer, in the little city."""
    placed = [drawing.Placed(k, d["code"], MODELS[k].model_validate(d).document(), "tests", "city") for k, d in MORE]
    drawing.replace(placed, [], actor="tests", summary={})
    found = Account.objects.filter(username=name).first() or account(name, roles=["chief"])
    return access.acting(found)


def opened() -> requests.Session:
    """A browser that prefers English."""
    browser = requests.Session()
    browser.trust_env = False
    browser.headers["Accept-Language"] = "en"
    return browser


def signed_in(server: str, name: str, password: str = PASSWORD) -> requests.Session:
    browser = opened()
    answer = sign_in(browser, server, name, password)
    assert answer.status_code == 302, answer.text
    return browser


def sign_in(browser: requests.Session, server: str, name: str, password: str) -> requests.Response:
    page = browser.get(f"{server}/accounts/login/")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    assert token
    given = {"login": name, "password": password, "csrfmiddlewaretoken": token[1]}
    return browser.post(f"{server}/accounts/login/", data=given, allow_redirects=False)

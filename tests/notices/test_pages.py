"""The inbox and its settings as pages."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from lingqu.centre.access.models import Account
from lingqu.centre.notices import door
from lingqu.centre.notices.models import Message
from lingqu.kernel.text import Text

pytestmark = pytest.mark.django_db


def person(name: str) -> Client:
    account = Account.objects.create(username=name)
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return client


def tell(to: str, n: int = 1) -> None:
    subject = Text(zh=f"<b>{n}</b>", en=f"<b>{n}</b>")
    door.tell([to], "case", subject, Text(zh="词", en="words\nmore"), link="/my/cases/1/", key=str(n))


def test_who_is_not_signed_in_is_asked_to() -> None:
    for address in ("/my/messages/", "/my/messages/1/", "/my/messages/settings/", "/my/messages/confirm/x/"):
        assert Client().get(address).status_code == 302


def test_empty_unread_opened_read() -> None:
    li = person("li")
    assert "No messages yet" in li.get("/my/messages/").content.decode()
    tell("li")
    page = li.get("/").content.decode()
    assert 'Messages <b class="fig">1</b>' in page
    number = door.messages(_actor("li"))[0].id
    page = li.get("/my/messages/").content.decode()
    assert "&lt;b&gt;1" in page
    assert "<b>1</b></b>" not in page
    li.head(f"/my/messages/{number}/")
    assert Message.objects.get().read_at is None
    page = li.get(f"/my/messages/{number}/").content.decode()
    assert 'href="/my/cases/1/"' in page
    assert "Everything is read" in li.get("/my/messages/").content.decode()
    assert person("zhao").get(f"/my/messages/{number}/").status_code == 404


def test_paging_filters_and_marking_all() -> None:
    li = person("li")
    for n in range(25):
        tell("li", n)
    page = li.get("/my/messages/").content.decode()
    assert page.count("/my/messages/") > 20
    assert 'rel="next"' in page
    last = door.messages(_actor("li"), limit=20)[-1].id
    assert "&lt;b&gt;4" in li.get(f"/my/messages/?before={last}").content.decode()
    assert "Nothing found" in li.get("/my/messages/?words=zzz").content.decode()
    for odd in ("?before=x", "?before=²", "?before=99999999999999999999", "?kind=x", "?words=%25_"):
        assert li.get("/my/messages/" + odd).status_code == 200
    assert li.get("/my/messages/read/").status_code == 405
    li.post("/my/messages/read/")
    assert door.unread(_actor("li")) == 0


def test_settings_are_kept_and_faults_said(settings: Any) -> None:
    settings.LINGQU_MAIL, settings.LINGQU_OUTBOUND = "smtp://localhost", "127.0.0.1"
    li = person("li")
    answer = li.post("/my/messages/settings/", {"mail": "x", "hook": "http://10.0.0.1/", "case-mail": "1"})
    assert answer.status_code == 400
    assert "This is no e-mail address" in answer.content.decode()
    assert 'id="hook-fault"' in answer.content.decode()
    answer = li.post(
        "/my/messages/settings/", {"mail": "li@example.org", "hook": "", "case-mail": "1", "work-sms": "1"}, follow=True
    )
    assert "A link was sent" in answer.content.decode()
    assert "not confirmed yet" in answer.content.decode()
    assert door.preferences(_actor("li")).ways["case"] == ("mail",)
    assert "too old" in li.get("/my/messages/confirm/abc/", follow=True).content.decode()
    settings.LINGQU_MAIL = settings.LINGQU_OUTBOUND = ""
    settings.DEMO = False
    assert "Only the inbox" in li.get("/my/messages/settings/").content.decode()


def _actor(name: str) -> Any:
    from lingqu.centre.access.door import Actor

    return Actor("person", name)

"""Messages: told once, in the caller's transaction, read by their receiver alone; their ways out of the house."""

# ruff: noqa: F811

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection, transaction
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.centre.notices import door, outbox
from lingqu.centre.notices.models import Message, Preference, Sending
from lingqu.kernel.errors import Invalid, NotFound, Refused
from lingqu.kernel.text import Text
from lingqu.site import mailing
from receiver import Receiver
from web_role import as_web, web_role  # noqa: F401

pytestmark = pytest.mark.django_db
LI, ZHAO = Actor("person", "li", account_id=7), Actor("person", "zhao", account_id=8)


def tell(*to: str, key: str = "k", **more: Any) -> None:
    door.tell(to, "case", Text(zh="办件 1 已收到", en="Case 1 was received"), key=key, link="/my/cases/1/", **more)


def keep(actor: Actor, **given: Any) -> door.Preferences:
    whole: dict[str, Any] = {"language": "zh", "mail": "", "hook": "", "ways": {"case": ("mail", "hook")}}
    return door.keep_preferences(actor, **(whole | given))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


@pytest.fixture
def mails(settings: Any) -> None:
    settings.LINGQU_MAIL = "smtp://localhost"
    mail.outbox.clear()


def test_the_same_thing_is_told_once() -> None:
    tell("li", "zhao", "li", "")
    tell("li")
    tell("li", key="other")
    assert len(door.messages(LI)) == 2
    assert len(door.messages(ZHAO)) == 1
    assert door.unread(LI) == 2


def test_what_is_undone_was_not_told() -> None:
    with transaction.atomic():
        tell("li")
        transaction.set_rollback(True)
    assert door.messages(LI) == []


@pytest.mark.parametrize("link", ["https://example.org/", "//example.org/", "javascript:alert(1)"])
def test_no_message_leads_elsewhere(link: str) -> None:
    with pytest.raises(ValueError, match="cannot tell"):
        door.tell(["li"], "case", Text.model_validate("x"), link=link, key="k")


def test_nobody_reads_or_marks_anothers() -> None:
    tell("li")
    number = door.messages(LI)[0].id
    with pytest.raises(NotFound):
        door.message(ZHAO, number)
    assert door.mark_read(ZHAO, number) == 0
    assert door.mark_read(ZHAO) == 0
    assert door.unread(LI) == 1
    with pytest.raises(Refused):
        door.messages(access.ANONYMOUS)
    assert door.mark_read(LI, number) == 1
    assert door.message(LI, number).read_at is not None


def test_search_filters_and_pages() -> None:
    for n in range(5):
        door.tell(["li"], "case", Text(zh=f"办件 {n} 100%", en=f"Case {n}"), key=str(n))
    door.tell(["li"], "work", Text(zh="待办", en="Work"), key="w")
    assert [m.subject.zh for m in door.messages(LI, words="办件 3")] == ["办件 3 100%"]
    assert [m.subject.zh for m in door.messages(LI, words="0%", limit=1)] == ["办件 4 100%"]
    assert len(door.messages(LI, words="%")) == 5
    assert [m.kind for m in door.messages(LI, kind="work")] == ["work"]
    first = door.messages(LI, limit=2)
    assert [m.subject.zh for m in door.messages(LI, before=first[-1].id, limit=2)] == ["办件 3 100%", "办件 2 100%"]


def test_a_mail_address_counts_when_its_owner_confirmed_it(mails: None) -> None:
    keep(LI, mail="li@example.org")
    tell("li")
    assert door.deliver().sent == 1
    (asked,) = mail.outbox
    assert asked.to == ["li@example.org"]
    token = asked.body.split("/my/messages/confirm/")[1].split("/")[0]
    assert not door.confirm_mail(ZHAO, token)
    assert not door.confirm_mail(LI, token + "x")
    assert door.confirm_mail(LI, token)
    tell("li", key="2", words=Text(zh="身份证号 230102", en="secret"))
    door.deliver()
    assert len(mail.outbox) == 2
    assert mail.outbox[1].subject == "办件 1 已收到"
    assert "230102" not in mail.outbox[1].body  # what is said stands behind signing in
    assert f"/my/messages/{door.messages(LI)[0].id}/" in mail.outbox[1].body
    keep(LI, mail="other@example.org")
    tell("li", key="3")
    door.deliver()
    assert [m.to for m in mail.outbox[2:]] == [["other@example.org"]]  # only the question whether it is his


def test_nobody_is_flooded_with_questions(mails: None) -> None:
    for n in range(5):
        keep(LI, mail=f"a{n}@example.org")
    with pytest.raises(Invalid, match="too_often"):
        keep(LI, mail="b@example.org")


@pytest.mark.parametrize("given", ["no address", "a@b\nBcc: c@example.org", "@"])
def test_what_is_no_address_is_refused(mails: None, given: str) -> None:
    with pytest.raises(Invalid) as refused:
        keep(LI, mail=given)
    assert [f.column for f in refused.value.faults] == ["mail"]


def test_a_call_is_signed_and_carries_the_same_key_when_it_is_repeated(receiver: Receiver, settings: Any) -> None:
    settings.LINGQU_OUTBOUND = f"127.0.0.1:{receiver.server.server_port},127.0.0.1"
    kept = keep(LI, hook=receiver.url)
    tell("li", words=Text(zh="缺合同", en="no contract"))
    receiver.answers = [503]
    assert door.deliver() == door.Delivered(0, 1)
    assert door.deliver() == door.Delivered(0, 0)  # not before its time
    (waiting,) = door.sendings(LI)
    assert (waiting.state, waiting.attempts, waiting.why.en) == ("waiting", 1, "HTTP 503")
    assert door.deliver(timezone.now() + timedelta(seconds=6)) == door.Delivered(1, 0)
    headers, body = receiver.headers[0], receiver.got[0]
    assert body["words"] == {"zh": "缺合同", "en": "no contract"}
    sent = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    at, _, given = headers["Lingqu-Signature"].partition(",v1=")
    signed = f"{at[2:]}.{headers['Idempotency-Key']}.".encode() + sent
    assert hmac.compare_digest(given, hmac.new(kept.key.encode(), signed, hashlib.sha256).hexdigest())
    assert headers["Idempotency-Key"] == f"notice:{door.messages(LI)[0].id}"
    assert door.sendings(LI) == []
    assert keep(LI, hook=receiver.url, new_key=True).key != kept.key


def test_what_nobody_takes_is_parked_shown_and_tried_again(receiver: Receiver, settings: Any) -> None:
    settings.LINGQU_OUTBOUND = "127.0.0.1"
    keep(LI, hook=receiver.url)
    tell("li")
    receiver.answers = [500] * outbox.TRIES
    now = timezone.now()
    for _ in range(outbox.TRIES):
        now += timedelta(hours=2)
        assert door.deliver(now).failed == 1
    assert not door.pending(now + timedelta(days=1))
    (parked,) = door.sendings(LI)
    assert parked.state == "parked"
    with pytest.raises(NotFound):
        door.send_again(ZHAO, parked.id)
    door.send_again(LI, parked.id)
    assert door.deliver().sent == 1
    assert len(receiver.got) == 1


def test_one_that_fails_is_left_alone_for_the_round(receiver: Receiver, settings: Any) -> None:
    settings.LINGQU_OUTBOUND = "127.0.0.1"
    keep(LI, hook=receiver.url)
    for n in range(3):
        tell("li", key=str(n))
    receiver.answers = [503]
    assert door.deliver() == door.Delivered(0, 1)
    assert door.deliver() == door.Delivered(2, 0)


@pytest.mark.parametrize("hook", ["http://169.254.169.254/", "http://10.0.0.1/", "https://example.com/x", "ftp://a/"])
def test_only_listed_hosts_are_called(settings: Any, hook: str) -> None:
    settings.LINGQU_OUTBOUND = "127.0.0.1"
    with pytest.raises(Invalid) as refused:
        keep(LI, hook=hook)
    assert [f.column for f in refused.value.faults] == ["hook"]
    Preference.objects.create(account="li", hook=hook, ways={"case": ["hook"]})
    tell("li")
    assert door.deliver().failed == 1  # nor where it was let in before the list changed


def test_who_no_longer_wants_it_is_not_called(receiver: Receiver, settings: Any) -> None:
    settings.LINGQU_OUTBOUND = "127.0.0.1"
    keep(LI, hook=receiver.url)
    tell("li")
    outbox.plan()
    keep(LI, hook=receiver.url, ways={})
    assert door.deliver().sent == 0
    assert receiver.got == []
    assert Sending.objects.get().state == "dropped"


def test_off_unless_it_is_set_up(settings: Any) -> None:
    settings.LINGQU_MAIL, settings.LINGQU_OUTBOUND, settings.DEMO = "", "", False
    assert door.ways() == ()
    assert mailing.settings("")["EMAIL_BACKEND"] == "django.core.mail.backends.dummy.EmailBackend"
    found = mailing.settings("smtp://a%40b:p%3Aw@mail.example.org?tls=on")
    assert (found["EMAIL_HOST_USER"], found["EMAIL_HOST_PASSWORD"], found["EMAIL_PORT"]) == ("a@b", "p:w", 465)
    with pytest.raises(ValueError, match="LINGQU_MAIL"):
        mailing.settings("http://mail.example.org")


def test_old_ones_go(settings: Any) -> None:
    tell("li")
    Message.objects.update(read_at=timezone.now() - timedelta(days=800), planned=True)
    tell("li", key="new")
    assert door.tidy() == 1
    assert len(door.messages(LI)) == 1


def seen() -> list[int]:
    found = []
    with connection.cursor() as cursor:
        for table in ("message", "preference", "sending"):
            cursor.execute(f"select count(*) from notices_{table}")
            found.append(cursor.fetchone()[0])
    return found


def test_behind_it_stand_walls(as_web: Any, mails: None) -> None:
    with as_web(), access.working_for(lambda: ZHAO):
        tell("li", "zhao")  # whoever is signed in may tell another, and does not see what he told
        tell("li")
        assert seen() == [1, 0, 0]
        keep(ZHAO, mail="z@example.org")
        assert seen() == [1, 1, 1]
    with as_web(), access.working_for(lambda: LI):
        assert seen() == [1, 0, 0]
        assert Message.objects.filter(account="zhao").update(read_at=timezone.now()) == 0
        assert door.mark_read(LI) == 1
        assert [m.subject.zh for m in door.messages(LI)] == ["办件 1 已收到"]
    with as_web(), access.working_for(lambda: replace(access.ANONYMOUS)):
        assert seen() == [0, 0, 0]
    assert seen() == [2, 1, 1]

"""One sending: by mail, or as a signed call.

Calls carry ``Lingqu-Signature: t=<seconds since 1970>,v1=<hex HMAC-SHA-256>`` over ``<t>.<Idempotency-Key>.<body>``.
A mail holds the subject and the link: what is said stands behind signing in.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from email.utils import parseaddr

import httpx
import orjson
from django.conf import settings
from django.core.mail import EmailMessage

from lingqu.centre.access import door as access
from lingqu.centre.notices import models
from lingqu.centre.notices.preferences import key
from lingqu.kernel.errors import LingquError
from lingqu.kernel.text import Text

TIMEOUT = 10.0  # seconds
_ANSWER_BYTES = 64 << 10


def send(row: models.Sending, preference: models.Preference) -> Text | None:
    """Never raises; gives why it was not taken."""
    try:
        if row.way == "mail":
            _mail(row, preference.language)
            return None
        return _call(row, preference)
    except httpx.TimeoutException:
        return Text(zh="对方没有及时回应", en="no answer in time")
    except LingquError as error:
        return error.message
    except Exception as broken:
        return Text(zh=type(broken).__name__, en=type(broken).__name__)


def _address(link: str) -> str:
    return settings.LINGQU_ADDRESS.rstrip("/") + link if link else ""


def _mail(row: models.Sending, language: str) -> None:
    zh = language == "zh"
    if row.message is None:
        subject = "请确认您的电子邮箱" if zh else "Confirm your e-mail address"
        link = f"/my/messages/confirm/{row.words}/"
        words = (
            "登录后打开下面的链接，三天内有效。如果不是您本人填写，请忽略这封邮件。"
            if zh
            else "Sign in and open this link within three days. If you did not give this address, ignore this mail."
        )
    else:
        subject, link = Text(**row.message.subject).say(language), f"/my/messages/{row.message.pk}/"
        words = "登录后查看详情：" if zh else "Sign in to read it:"
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    mail = EmailMessage(
        subject=" ".join(subject.split()),
        body=f"{words}\n\n{_address(link)}\n",
        to=[row.address],
        headers={"Message-ID": f"<notice-{row.pk}@{domain}>", "Auto-Submitted": "auto-generated"},
    )
    mail.send()


def _call(row: models.Sending, preference: models.Preference) -> Text | None:
    message = row.message
    assert message is not None
    told = {
        "id": message.pk, "kind": message.kind, "subject": message.subject, "words": message.words,
        "link": _address(message.link), "about": message.about, "at": message.at.isoformat(),
    }  # fmt: skip
    body, idempotency = orjson.dumps(told), f"notice:{message.pk}"
    secret = key(preference.account, preference.turn).encode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Lingqu",
        "Idempotency-Key": idempotency,
        "Lingqu-Signature": signature(secret, int(time.time()), idempotency, body),
    }
    until = time.monotonic() + TIMEOUT
    with (
        access.outbound_client(timeout=TIMEOUT) as client,
        client.stream("POST", row.address, content=body, headers=headers) as answer,
    ):
        read = 0
        for chunk in answer.iter_bytes():
            read += len(chunk)
            if read > _ANSWER_BYTES or time.monotonic() > until:
                return Text(zh="回复过长或过慢", en="the answer is too long, or takes too long")
        if 200 <= answer.status_code < 300:
            return None
        return Text(zh=f"HTTP {answer.status_code}", en=f"HTTP {answer.status_code}")


def signature(secret: bytes, at: int, idempotency: str, body: bytes) -> str:
    signed = hmac.new(secret, f"{at}.{idempotency}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={signed}"

"""An account's messages, for that account alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from lingqu.centre.access import door as access
from lingqu.centre.notices import models
from lingqu.kernel.errors import NotFound, Refused
from lingqu.kernel.text import Text

MOST_COUNTED = 100


@dataclass(frozen=True)
class Message:
    id: int
    kind: str
    subject: Text
    words: Text
    link: str
    about: str
    at: datetime
    read_at: datetime | None


@dataclass(frozen=True)
class Sending:
    """``why``: what the last try came to, empty where none failed."""

    id: int
    subject: Text
    way: str
    address: str
    state: str
    attempts: int
    at: datetime
    next_at: datetime
    why: Text


def require_person(actor: access.Actor) -> None:
    """Raises ``Refused``: nobody is told who has no account."""
    if actor.kind == "anonymous":
        raise Refused(
            "notices.account",
            Text(zh="登录后才有消息", en="Messages are for who is signed in"),
            next_step=Text(zh="请先登录", en="Sign in first"),
        )


def messages(
    actor: access.Actor, *, words: str = "", kind: str = "", unread: bool = False, before: int | None = None,
    limit: int = 20,
) -> list[Message]:  # fmt: skip
    require_person(actor)
    found = models.Message.objects.filter(account=actor.name)
    for word in words.split()[:8]:
        found = found.filter(_has(word))
    if kind:
        found = found.filter(kind=kind)
    if unread:
        found = found.filter(read_at=None)
    if before is not None:
        found = found.filter(pk__lt=before)
    return [_message(row) for row in found.order_by("-id")[:limit]]


def _has(word: str) -> Q:
    made = Q()
    for name in ("subject__zh", "subject__en", "words__zh", "words__en"):
        made |= Q(**{f"{name}__icontains": word})
    return made


def one(actor: access.Actor, number: int) -> Message:
    require_person(actor)
    row = models.Message.objects.filter(account=actor.name, pk=number).first()
    if row is None:
        raise NotFound(
            "notices.unknown",
            Text(zh="没有这条消息，或不是给您的", en="There is no such message, or not for you"),
            place=str(number),
            next_step=Text(zh="回到消息列表", en="Go back to the list"),
        )
    return _message(row)


def unread(actor: access.Actor) -> int:
    """At most 100: more is said as “99+”."""
    found = models.Message.objects.filter(account=actor.name, read_at=None)
    return found[:MOST_COUNTED].count()


def sendings(actor: access.Actor, limit: int = 20) -> list[Sending]:
    """What is on its way, or was parked; newest first."""
    require_person(actor)
    found = models.Sending.objects.filter(account=actor.name, state__in=("waiting", "parked"))
    return [_sending(row) for row in found.select_related("message").order_by("-id")[:limit]]


def _message(row: models.Message) -> Message:
    return Message(
        row.pk, row.kind, Text(**row.subject), Text(**row.words), row.link, row.about, row.at, row.read_at
    )  # fmt: skip


def _sending(row: models.Sending) -> Sending:
    confirming = Text(zh="确认电子邮箱", en="Confirm an e-mail address")
    subject = Text(**row.message.subject) if row.message else confirming
    why = row.why or {}
    return Sending(
        row.pk, subject, row.way, row.address, row.state, row.attempts, row.at, row.next_at,
        Text(zh=why.get("zh", ""), en=why.get("en", "")),
    )  # fmt: skip

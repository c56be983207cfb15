"""Notices: messages to accounts, in an inbox that is always there, and by mail or signed call where they choose so.

A message is told in the transaction of what it tells of; the worker brings it out of the house.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from lingqu.centre.access import door as access
from lingqu.centre.notices import outbox as _outbox
from lingqu.centre.notices import preferences as _preferences
from lingqu.centre.notices import reads as _reads
from lingqu.centre.notices.actions import again as _again
from lingqu.centre.notices.actions import mark as _mark
from lingqu.centre.notices.actions import tell as _tell
from lingqu.centre.notices.kinds import KINDS, WAYS, Kind, Way
from lingqu.centre.notices.outbox import Delivered
from lingqu.centre.notices.preferences import Preferences
from lingqu.centre.notices.reads import MOST_COUNTED, Message, Sending
from lingqu.kernel.text import Text


def tell(
    to: Iterable[str],
    kind: Kind,
    subject: Text,
    words: Text = Text(zh="", en=""),  # noqa: B008 (frozen)
    *,
    link: str = "",
    about: str = "",
    key: str,
) -> None:
    """Tell accounts, by name, in the transaction of the caller. ``subject`` says it all in a line without data of
    others; ``link`` is an address of this site; ``about`` such as ``case:7``. What has the same ``key`` is told to an
    account once. Raises ``ValueError`` for an unknown kind or a link to elsewhere."""
    _tell.tell(to, kind, subject, words, link=link, about=about, key=key)


def tell_part(
    to: Iterable[str],
    kind: Kind,
    subject: Text,
    words: Text,
    *,
    link: str,
    about: str,
    key: str,
    mark: str,
    only: str,
) -> tuple[str, dict[str, Any]]:
    """What ``tell`` would write, as an ``insert`` and its parameters (names start with ``mark``): for who writes what
    is told of in one statement with it. ``only``: SQL of the caller's own that says whether it happened."""
    return _tell.part(to, kind, subject, words, link=link, about=about, key=key, mark=mark, only=only)


def messages(
    actor: access.Actor,
    *,
    words: str = "",
    kind: str = "",
    unread: bool = False,
    before: int | None = None,
    limit: int = 20,
) -> list[Message]:
    """The actor's own, newest first; ``before`` is the id of the last one seen. Raises ``Refused`` without account."""
    return _reads.messages(actor, words=words, kind=kind, unread=unread, before=before, limit=limit)


def message(actor: access.Actor, number: int) -> Message:
    """Raises ``NotFound``."""
    return _reads.one(actor, number)


def unread(actor: access.Actor) -> int:
    """How many were not read yet, counted to ``MOST_COUNTED``."""
    return _reads.unread(actor)


def mark_read(actor: access.Actor, number: int | None = None) -> int:
    """One, or all; gives how many were unread."""
    return _mark.read(actor, number)


def ways() -> tuple[Way, ...]:
    """Those this instance is set up for: mail with ``LINGQU_MAIL``, calls with hosts in ``LINGQU_OUTBOUND``."""
    return _preferences.offered()


def preferences(actor: access.Actor) -> Preferences:
    return _preferences.of(actor)


def keep_preferences(
    actor: access.Actor,
    *,
    language: str,
    mail: str,
    hook: str,
    ways: Mapping[Kind, tuple[Way, ...]],
    new_key: bool = False,
) -> Preferences:
    """A new mail address is asked to be confirmed by a link sent to it. Raises ``Invalid`` with ``faults`` by field
    (``mail``, ``hook``), or ``notices.too_often``."""
    return _preferences.keep(actor, language=language, mail=mail, hook=hook, ways=ways, new_key=new_key)


def confirm_mail(actor: access.Actor, token: str) -> bool:
    """Whether the token was sent to the actor's address and is not over."""
    return _preferences.confirm(actor, token)


def sendings(actor: access.Actor, limit: int = 20) -> list[Sending]:
    """What is on its way to the actor or was parked, newest first."""
    return _reads.sendings(actor, limit)


def send_again(actor: access.Actor, number: int) -> None:
    """Take up a parked sending. Raises ``NotFound``."""
    _again.again(actor, number)


def pending(now: datetime | None = None) -> bool:
    """Whether there is something for ``deliver``."""
    return _outbox.pending(now)


def deliver(now: datetime | None = None, *, limit: int = 200, seconds: float = 60.0) -> Delivered:
    """One round of the worker, one at a time."""
    return _outbox.deliver(now, limit=limit, seconds=seconds)


def tidy() -> int:
    """Delete what was sent a month ago and what was read two years ago; gives how many."""
    return _outbox.tidy()


__all__ = [
    "KINDS",
    "MOST_COUNTED",
    "WAYS",
    "Delivered",
    "Kind",
    "Message",
    "Preferences",
    "Sending",
    "Way",
    "confirm_mail",
    "deliver",
    "keep_preferences",
    "mark_read",
    "message",
    "messages",
    "pending",
    "preferences",
    "send_again",
    "sendings",
    "tell",
    "tidy",
    "unread",
    "ways",
]

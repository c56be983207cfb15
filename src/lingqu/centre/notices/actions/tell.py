"""Tell accounts of something, in the transaction of the caller."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import orjson
from django.db import connection
from django.utils import timezone

from lingqu.centre.notices.kinds import KINDS, Kind
from lingqu.kernel.text import Text

_TYPES = {
    "to": "text[]", "kind": "text", "subject": "jsonb", "words": "jsonb", "link": "text", "about": "text",
    "key": "text", "at": "timestamptz",
}  # fmt: skip
_NOTHING = Text(zh="", en="")


def tell(
    to: Iterable[str], kind: Kind, subject: Text, words: Text = _NOTHING, *, link: str = "", about: str = "", key: str
) -> None:
    statement, given = part(to, kind, subject, words, link=link, about=about, key=key)
    if given["to"]:
        with connection.cursor() as cursor:
            cursor.execute(statement, given)


def part(
    to: Iterable[str],
    kind: Kind,
    subject: Text,
    words: Text,
    *,
    link: str,
    about: str,
    key: str,
    mark: str = "",
    only: str = "true",
) -> tuple[str, dict[str, Any]]:
    """See ``door.tell_part``."""
    if kind not in KINDS or len(key) > 120 or (link and (not link.startswith("/") or link.startswith("//"))):
        raise ValueError(f"cannot tell {kind!r} {key!r} {link!r}")
    given = {
        "to": sorted({name[:200] for name in to if name}), "kind": kind, "subject": _text(subject, 200),
        "words": _text(words, 4_000), "link": link[:300], "about": about[:80], "key": key, "at": timezone.now(),
    }  # fmt: skip
    return _statement(mark, only), {mark + name: value for name, value in given.items()}


@cache
def _statement(mark: str, only: str) -> str:
    """No conflict target: with one, PostgreSQL asks that the writer may see the row, which is the receiver's alone."""
    named = {name: f"%({mark}{name})s::{kind}" for name, kind in _TYPES.items()}
    rest = ", ".join(each for name, each in named.items() if name != "to")
    return (
        "insert into notices_message (account, kind, subject, words, link, about, key, at, read_at, planned) "  # noqa: S608
        f"select name, {rest}, null::timestamptz, false from unnest({named['to']}) name where {only} "
        "on conflict do nothing"
    )


def _text(text: Text, most: int) -> str:
    """PostgreSQL takes no NUL."""
    cut = {name: value.replace("\0", "�")[:most] for name, value in (("zh", text.zh), ("en", text.en))}
    return orjson.dumps(cut).decode()

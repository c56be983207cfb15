"""Tell accounts of something, in the transaction of the caller."""

from __future__ import annotations

from collections.abc import Iterable

import orjson
from django.db import connection
from django.utils import timezone

from lingqu.centre.notices.kinds import KINDS, Kind
from lingqu.kernel.text import Text

# No conflict target: with one, PostgreSQL asks that the writer may see the row, which is the receiver's alone.
_TELL = """
insert into notices_message (account, kind, subject, words, link, about, key, at, read_at, planned)
select unnest(%(to)s::text[]), %(kind)s, %(subject)s, %(words)s, %(link)s, %(about)s, %(key)s, %(at)s, null, false
on conflict do nothing
"""
_NOTHING = Text(zh="", en="")


def tell(
    to: Iterable[str], kind: Kind, subject: Text, words: Text = _NOTHING, *, link: str = "", about: str = "", key: str
) -> None:
    if kind not in KINDS or len(key) > 120 or (link and (not link.startswith("/") or link.startswith("//"))):
        raise ValueError(f"cannot tell {kind!r} {key!r} {link!r}")
    names = sorted({name[:200] for name in to if name})
    if not names:
        return
    given = {
        "to": names, "kind": kind, "subject": _text(subject, 200), "words": _text(words, 4_000), "link": link[:300],
        "about": about[:80], "key": key, "at": timezone.now(),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_TELL, given)


def _text(text: Text, most: int) -> str:
    """PostgreSQL takes no NUL."""
    cut = {name: value.replace("\0", "�")[:most] for name, value in (("zh", text.zh), ("en", text.en))}
    return orjson.dumps(cut).decode()

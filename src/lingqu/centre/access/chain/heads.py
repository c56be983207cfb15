"""What of the chain is kept outside the database, so that a database set back as a whole is told.

In the instance's folder ``ledger/``: ``latest.json``, how far the chain came; ``heads.jsonl``, one line a day (and one
for each time the database was found behind ``latest.json``); ``key.pub``; ``verified.json``, what the last check said.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from lingqu.centre.access.chain import keys
from lingqu.centre.access.chain.records import Head, Seal
from lingqu.kernel.errors import Invalid
from lingqu.kernel.text import Text

HEADS, LATEST, VERIFIED = "heads.jsonl", "latest.json", "verified.json"


@dataclass(frozen=True)
class Latest:
    number: int
    position: int
    digest: str
    at: str


def folder() -> Path:
    return Path(settings.LINGQU_LEDGER)


def latest() -> Latest | None:
    """How far the chain came by what is written beside the database."""
    try:
        return Latest(**json.loads((folder() / LATEST).read_text()))
    except FileNotFoundError:
        return None


def keep_latest(seal: Seal) -> None:
    keys.public_key()
    put(LATEST, asdict(Latest(seal.number, seal.position, bytes(seal.digest).hex(), seal.at.isoformat())))


def put(name: str, content: Mapping[str, Any]) -> None:
    """A file that is whole at any moment."""
    folder().mkdir(parents=True, exist_ok=True)
    fresh = folder() / f"{name}.{os.getpid()}"
    fresh.write_text(json.dumps(content, ensure_ascii=False))
    fresh.replace(folder() / name)


def note_loss(cursor: Any, witnessed: Latest | None, standing: int) -> None:
    """Where the database does not hold the seal that was written beside it, say so for good, before going on."""
    if witnessed is None:
        return
    cursor.execute("select digest from access_ledger_seal where number = %s", [witnessed.number])
    row = cursor.fetchone()
    if row and bytes(row[0]).hex() == witnessed.digest:
        return
    lost = {"lost": asdict(witnessed), "standing": standing, "found": datetime.now(UTC).isoformat()}
    if not any(line.get("lost") == lost["lost"] for line in lines(folder() / HEADS)):
        _append([lost])


def accept(actor: str, reason: str) -> list[int]:
    """Accept every loss that is open; gives the numbers of the seals up to which the chain had come."""
    numbers = sorted(line["lost"]["number"] for line in losses())
    if numbers:
        text = {"accepted": numbers, "by": actor, "reason": reason, "at": datetime.now(UTC).isoformat()}
        _append([text | {"signature": keys.sign(_accepted_text(text)).hex()}])
    return numbers


def _accepted_text(line: Mapping[str, Any]) -> bytes:
    bare = {name: line.get(name) for name in ("accepted", "by", "reason", "at")}
    return b"lingqu ledger accepted 1\n" + json.dumps(bare, sort_keys=True).encode()


def losses() -> list[dict[str, Any]]:
    """The times the database was found set back that nobody with the signing key has accepted."""
    found = lines(folder() / HEADS)
    lost = [line for line in found if "lost" in line]
    said = [line for line in found if "accepted" in line]
    if not lost or not said:
        return lost
    verifier = keys.Verifier(keys.public_key())
    good = [line for line in said if verifier.holds(str(line.get("signature", "")), _accepted_text(line))]
    accepted = {number for line in good for number in line["accepted"]}
    return [line for line in lost if line["lost"]["number"] not in accepted]


def lines(file: Path) -> list[dict[str, Any]]:
    """The lines of a file of heads. Raises Invalid for one that is none."""
    try:
        text = file.read_text()
    except FileNotFoundError:
        return []
    try:
        found = [json.loads(line) for line in text.splitlines() if line.strip()]
        if not all(isinstance(line, dict) for line in found):
            raise ValueError
    except ValueError:
        raise _unreadable(file) from None
    return found


def _unreadable(file: Path) -> Invalid:
    return Invalid(
        "ledger.heads",
        Text(zh="日头文件读不出来", en="The file of heads cannot be read"),
        place=file.name,
        next_step=Text(
            zh="请用未改动的 heads.jsonl 副本", en="Give an unchanged copy of heads.jsonl, one JSON object a line"
        ),
    )


def read(file: Path) -> list[Head]:
    """The heads in a file. Raises Invalid where one cannot be read."""
    found = [line for line in lines(file) if line.keys() >= Head.__dataclass_fields__.keys()]
    try:
        return [_head(line) for line in found]
    except (TypeError, ValueError):
        raise _unreadable(file) from None


def _head(line: Mapping[str, Any]) -> Head:
    day, digest, at, signature = (str(line[name]) for name in ("day", "digest", "at", "signature"))
    return Head(day, int(line["number"]), int(line["position"]), digest, at, signature)


def stored() -> list[Head]:
    """The heads in the database, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute("select day, number, position, digest, at, signature from access_ledger_head order by day")
        return [
            Head(d.isoformat(), n, p, bytes(digest).hex(), at.astimezone(UTC).isoformat(), bytes(s).hex())
            for d, n, p, digest, at, s in cursor.fetchall()
        ]


_NEXT = """
select at from access_ledger_seal where number > (select coalesce(max(number), 0) from access_ledger_head)
order by number limit 1
"""
_DAYS = """
select s.day, s.number, s.position, s.digest from (
    select distinct on (day) (at at time zone %(zone)s)::date as day, number, position, digest from access_ledger_seal
    where number > (select coalesce(max(number), 0) from access_ledger_head) and at < %(midnight)s
    order by day, number desc
) s where s.day > coalesce((select max(day) from access_ledger_head), '-infinity') order by s.day
"""


def close_days(lock: int) -> int:
    """Give every day of the city that has ended, and in which something was sealed, its signed head."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    made = 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_NEXT)
        row = cursor.fetchone()
        if row and row[0] < midnight:
            cursor.execute("select pg_advisory_xact_lock(%s)", [lock])
            cursor.execute(_DAYS, {"zone": settings.TIME_ZONE, "midnight": midnight})
            for day, number, position, digest in cursor.fetchall():
                _keep(
                    cursor, Head(day.isoformat(), number, position, bytes(digest).hex(), datetime.now(UTC).isoformat())
                )
                made += 1
    if made or _unpublished:
        publish()
    return made


_unpublished = [True]
"""Whether the file may lack heads that are stored: until this process has looked once."""


def _keep(cursor: Any, head: Head) -> None:
    cursor.execute(
        "insert into access_ledger_head (day, number, position, digest, at, signature) values (%s, %s, %s, %s, %s, %s)",
        [head.day, head.number, head.position, bytes.fromhex(head.digest), head.at, keys.sign(head.signed_text())],
    )


def publish() -> None:
    """Append to the file what of the stored heads it lacks."""
    known = {head.day for head in read(folder() / HEADS)}
    _append(asdict(head) for head in stored() if head.day not in known)
    _unpublished.clear()


def _append(said: Iterable[Mapping[str, Any]]) -> None:
    text = "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in said)
    if not text:
        return
    folder().mkdir(parents=True, exist_ok=True)
    with (folder() / HEADS).open("a") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())

"""A row of the ledger as bytes: the same when Lingqu writes it and when PostgreSQL's binary COPY gives it back.

Each field is its length (int32, big-endian) and its bytes, as in PostgreSQL's documentation of COPY, "Binary Format";
so no two rows have the same bytes, and to verify a row nothing of it has to be parsed.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from json.encoder import encode_basestring
from struct import Struct, pack, unpack_from
from typing import Any, NamedTuple

COLUMNS = (
    "id, coalesce(mac, ''::bytea), at, actor, purpose, basis, act, way, entity_type, entity_ids, attributes, count, "
    "detail::text, xid"
)
"""What is read back, in this order. The transaction's number is not hashed: it may differ after a restore."""

FIELDS = (14).to_bytes(2, "big")
MAC_BYTES = 16
_MAC, _BODY, _XID = slice(18, 34), 34, -12
_MAC_LENGTH = MAC_BYTES.to_bytes(4, "big")
_SIGNATURE = b"PGCOPY\n\xff\r\n\0"
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_TEXT_OID = 25
# Looked up once: this is done a million times within seconds.
_number_at, _new, _hmac, _sha256 = Struct("!q").unpack_from, tuple.__new__, hmac.digest, hashlib.sha256
_NO_TEXTS = pack("!iiii", 12, 0, 0, _TEXT_OID)


class Judged(NamedTuple):
    """One row read back: ``whole`` says whether its mac holds (True where none was asked for), ``at`` is microseconds
    since 2000, ``print`` the SHA-256 of everything in it, its number and mac included."""

    id: int
    whole: bool
    print: bytes
    at: int
    mac: bytes
    xid: int


@dataclass(frozen=True)
class Written:
    """What a row says, cleaned so that PostgreSQL takes it and gives back the same."""

    at: datetime
    actor: str
    purpose: str
    basis: str
    act: str
    way: str
    entity_type: str
    entity_ids: Sequence[str]
    attributes: Sequence[str]
    count: int
    detail: str

    def body(self) -> bytes:
        return b"".join(
            (
                pack("!iq", 8, micros(self.at)),
                *map(_field, (self.actor, self.purpose, self.basis, self.act, self.way, self.entity_type)),
                _texts(self.entity_ids),
                _texts(self.attributes),
                pack("!iq", 8, self.count),
                _field(self.detail),
            )
        )


def mac(key: bytes, body: bytes) -> bytes:
    """HMAC-SHA256 (RFC 2104) cut to 16 bytes (its section 5)."""
    return hmac.digest(key, body, "sha256")[:MAC_BYTES]


def micros(at: datetime) -> int:
    """Microseconds since 2000-01-01 UTC, as PostgreSQL counts them."""
    return (at - _EPOCH) // _MICROSECOND


def moment(since_2000: int) -> datetime:
    """The other way; a number no date has (somebody wrote it there) becomes the nearest there is."""
    try:
        return _EPOCH + since_2000 * _MICROSECOND
    except OverflowError:
        return (datetime.max if since_2000 > 0 else datetime.min).replace(tzinfo=UTC)


def clean(text: str) -> str:
    """Text that PostgreSQL can hold. What it cannot (NUL, half a surrogate pair) is shown as a replacement: an attempt
    that is told in such text must not escape the ledger by it."""
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-8", "replace").decode()
    return text


def normal(value: Any) -> str:
    """JSON as PostgreSQL's jsonb writes it: keys by length, then by bytes; numbers without exponent, their written
    scale kept. What JSON does not know is its text; what is not a number is null."""
    if value is None or value is True or value is False:
        return "null" if value is None else "true" if value else "false"
    if isinstance(value, str):
        return encode_basestring(clean(value))
    if isinstance(value, (int, float, Decimal)):
        return _number(value)
    if isinstance(value, Mapping):
        pairs = {clean(key if isinstance(key, str) else str(key)): each for key, each in value.items()}
        order = sorted(pairs, key=lambda key: (len(encoded := key.encode()), encoded))
        return "{" + ", ".join(f"{encode_basestring(key)}: {normal(pairs[key])}" for key in order) + "}"
    if isinstance(value, (list, tuple, set, frozenset)):
        return "[" + ", ".join(map(normal, value)) + "]"
    if isinstance(value, date):
        return encode_basestring(value.isoformat())
    return encode_basestring(clean(str(value)))


def _number(value: float | Decimal) -> str:
    if isinstance(value, int):
        return int.__repr__(value)
    if not math.isfinite(value):
        return "null"
    text = format(value if isinstance(value, Decimal) else Decimal(repr(float(value))), "f")
    return text.removeprefix("-") if not value else text


def judge(message: bytes, key: bytes | None) -> Judged:
    """One row of ``COLUMNS`` as COPY gave it. Without a key only its print is made."""
    if message[14:18] != _MAC_LENGTH:
        return _judge_slowly(message, key, "")
    found = message[_MAC]
    whole = key is None or _hmac(key, message[_BODY:_XID], "sha256")[:MAC_BYTES] == found
    if not whole and (text := _renormalised(message)):
        return _judge_slowly(message, key, text)
    (number,), (at,), (xid,) = _number_at(message, 6), _number_at(message, 38), _number_at(message, len(message) - 8)
    return _new(Judged, (number, whole, _sha256(message[2:_XID]).digest(), at, found, xid))


def _judge_slowly(message: bytes, key: bytes | None, detail: str) -> Judged:
    """A row whose mac has another length, or whose detail PostgreSQL writes otherwise than we do in ``detail``."""
    fields = _split(message)
    if detail:
        fields[12] = detail.encode()
    number, found, at = fields[0] or b"", fields[1] or b"", fields[2] or b""
    body = b"".join(map(_raw, fields[2:13]))
    return Judged(
        int.from_bytes(number, "big", signed=True),
        key is None or hmac.compare_digest(mac(key, body), found),
        hashlib.sha256(_raw(number) + _raw(found) + body).digest(),
        int.from_bytes(at, "big", signed=True),
        found,
        int.from_bytes(fields[13] or b"", "big"),
    )


def _renormalised(message: bytes) -> str:
    """The detail in our normal form, where it is read back in another; else empty."""
    try:
        text = (_split(message)[12] or b"").decode()
        ours = normal(json.loads(text, parse_float=Decimal))
    except (ValueError, RecursionError):
        return ""
    return "" if ours == text else ours


def _split(message: bytes) -> list[bytes | None]:
    fields: list[bytes | None] = []
    place = 2
    while place < len(message):
        (length,) = unpack_from("!i", message, place)
        place += 4
        fields.append(None if length < 0 else message[place : place + length])
        place += max(length, 0)
    return fields


def _raw(field: bytes | None) -> bytes:
    return b"\xff\xff\xff\xff" if field is None else pack("!i", len(field)) + field


def _field(text: str) -> bytes:
    encoded = text.encode()
    return pack("!i", len(encoded)) + encoded


def _texts(values: Sequence[str]) -> bytes:
    if not values:
        return _NO_TEXTS
    inner = pack("!iiiii", 1, 0, _TEXT_OID, len(values), 1) + b"".join(map(_field, values))
    return pack("!i", len(inner)) + inner


def stripped(message: bytes) -> bytes:
    """A message of COPY without the header that precedes the first row; empty for the trailer."""
    if message.startswith(_SIGNATURE):
        message = message[len(_SIGNATURE) + 8 :]
    return message if message[:2] == FIELDS else b""

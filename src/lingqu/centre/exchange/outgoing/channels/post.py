"""One signed batch over HTTP, and the receipt for it.

``Lingqu-Signature: t=<seconds since 1970>,v1=<hex HMAC-SHA-256>`` over ``<t>.<Idempotency-Key>.<body as sent>``.
The key is ``<dispatch>:<batch>:<revision>``: what is sent again unchanged has the same one, and a batch that was read
anew since (a consent may have been withdrawn) has a higher revision, so that nobody takes it for known, also where it
is again what it was before.
"""

from __future__ import annotations

import gzip
import hashlib
import hmac
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

import httpx
import orjson

from lingqu.centre.access import door as access
from lingqu.centre.exchange.connectors.base import Finding
from lingqu.centre.exchange.outgoing import secrets
from lingqu.centre.exchange.outgoing.agreements import Agreement
from lingqu.centre.exchange.outgoing.channels import base
from lingqu.kernel.definition import Field
from lingqu.kernel.errors import Invalid, LingquError, Unavailable
from lingqu.kernel.text import Text

RECEIPT_BYTES = 64 << 10
_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})


class PostTarget(base.Target):
    """``url`` must lead to a host listed in LINGQU_OUTBOUND. ``secret`` names the secret that batches are signed with,
    ``<department>__push`` unless given; ``token`` one that is sent as a bearer token."""

    url: str
    secret: str = ""
    token: str = ""
    format: Literal["ndjson", "json"] = "ndjson"
    batch: int = Field(default=500, ge=1, le=1000, description="rows")
    gzip: bool = True
    timeout: float = Field(default=30, ge=1, le=120, description="seconds for one batch")
    tries: int = Field(default=8, ge=1, le=50)


@dataclass(frozen=True)
class Batch:
    """``revision`` grows when what is sent under this number changes."""

    dispatch: int
    number: int
    revision: int
    rows: int
    body: bytes
    headers: Mapping[str, str]


def key_of(agreement: Agreement, target: PostTarget) -> bytes:
    """Raises ``Invalid`` where the secret is not there: nothing is sent unsigned."""
    name = target.secret or secrets.prefix(agreement.consumer) + "push"
    return secrets.one(name, agreement.consumer).encode()


def headers_of(agreement: Agreement, target: PostTarget) -> dict[str, str]:
    kind = "application/x-ndjson" if target.format == "ndjson" else "application/json"
    headers = {
        "Content-Type": kind,
        "User-Agent": "Lingqu",
        "Lingqu-Agreement": quote(agreement.number),
        "Lingqu-Resource": quote(agreement.resource),
        "Lingqu-Purpose": quote(agreement.purpose),
    }
    if target.token:
        headers["Authorization"] = f"Bearer {secrets.one(target.token, agreement.consumer)}"
    return headers


def signature(key: bytes, at: int, idempotency: str, body: bytes) -> str:
    signed = hmac.new(key, f"{at}.{idempotency}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={signed}"


def body_of(target: PostTarget, rows: Sequence[Mapping[str, Any]]) -> bytes:
    """The same rows give the same bytes."""
    if target.format == "json":
        body = orjson.dumps(list(rows))
    else:
        body = b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows)
    return gzip.compress(body, 5, mtime=0) if target.gzip else body


def post(agreement: Agreement, target: PostTarget, batch: Batch) -> dict[str, Any]:
    """The receipt, with ``received``. Raises ``Unavailable`` where trying again may help, ``Invalid`` where not."""
    key, body = key_of(agreement, target), batch.body
    idempotency = f"{batch.dispatch}:{batch.number}:{batch.revision}"
    headers = {
        **headers_of(agreement, target),
        **({"Content-Encoding": "gzip"} if target.gzip else {}),
        "Idempotency-Key": idempotency,
        "Lingqu-Dispatch": str(batch.dispatch),
        "Lingqu-Batch": str(batch.number),
        "Lingqu-Rows": str(batch.rows),
        "Lingqu-Signature": signature(key, int(time.time()), idempotency, body),
        **batch.headers,
    }
    url = secrets.fill(target.url, agreement.consumer)
    try:
        with (
            access.outbound_client(timeout=target.timeout) as client,
            client.stream("POST", url, content=body, headers=headers) as answer,
        ):
            _require_taken(answer, url)
            return _receipt(_read(answer, time.monotonic() + target.timeout, url), url)
    except httpx.HTTPError as fault:
        raise unanswered(url, type(fault).__name__) from fault


def _require_taken(answer: httpx.Response, url: str) -> None:
    status = answer.status_code
    if status in _AGAIN:
        raise unanswered(url, f"HTTP {status}")
    if not 200 <= status < 300:
        raise Invalid(
            "outgoing.rejected",
            Text(zh=f"接收方拒收：HTTP {status}", en=f"The receiver rejects it: HTTP {status}"),
            place=_place(url),
            next_step=Text(
                zh="由使用方检查地址、密钥和接收程序；重定向不会被跟随",
                en="Have the consumer check address, keys and receiver; redirects are not followed",
            ),
        )


def _read(answer: httpx.Response, until: float, url: str) -> bytes:
    """A receiver that drips its answer does not hold us longer than one that is silent."""
    found = b""
    for chunk in answer.iter_bytes():
        found += chunk
        if len(found) > RECEIPT_BYTES or time.monotonic() > until:
            raise unanswered(url, "the receipt is too long, or takes too long")
    return found


def _receipt(body: bytes, url: str) -> dict[str, Any]:
    try:
        found = orjson.loads(body)
        received = found["received"]
    except (orjson.JSONDecodeError, KeyError, TypeError) as fault:
        raise unanswered(url, 'no receipt {"received": n}') from fault
    if not isinstance(received, int) or isinstance(received, bool) or received < 0:
        raise unanswered(url, 'no receipt {"received": n}')
    return {"received": received} | ({"total": found["total"]} if isinstance(found.get("total"), int) else {})


def self_check(agreement: Agreement, target: PostTarget) -> list[Finding]:
    try:
        key_of(agreement, target)
        headers_of(agreement, target)
        where = access.outbound_place(secrets.fill(target.url, agreement.consumer))
    except LingquError as fault:
        return [Finding(False, "push", fault.message.en, fault.next_step.en)]
    found = [Finding(True, where.host, f"is listed, at {where.address}")]
    if where.scheme != "https":
        found.append(Finding(True, where.host, "is asked without TLS", "Use https"))
    return found


def unanswered(url: str, detail: str) -> Unavailable:
    return Unavailable(
        "outgoing.push",
        Text(zh=f"接收方没有签收：{detail}", en=f"The receiver gave no receipt: {detail}"),
        place=_place(url),
        next_step=Text(zh="平台会自动重试；由使用方检查接收程序", en="It is tried again; have the consumer check it"),
    )


def _place(url: str) -> str:
    """Without the query, which may hold a key."""
    parts = httpx.URL(url)
    return f"{parts.scheme}://{parts.host}{parts.path}"

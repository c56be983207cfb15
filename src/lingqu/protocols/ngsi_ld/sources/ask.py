"""Asking sources, several at once, each with its own time (CIM 009 4.3.6, 6.3.17, 6.3.18)."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Literal
from urllib.parse import urlencode

import httpx
import orjson
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.kernel.errors import LingquError, Refused
from lingqu.kernel.text import Text
from lingqu.protocols.models import SourceState
from lingqu.protocols.ngsi_ld import http, subscription_form
from lingqu.protocols.ngsi_ld.sources import sealing
from lingqu.protocols.ngsi_ld.sources.known import Known
from lingqu.protocols.ngsi_ld.sources.wire import Wire

LARGEST = 16 << 20  # bytes of an answer
HANDS = 32
"""Sources that one process asks at a time."""
REST = 1.0  # seconds for which a source that did not answer is left alone, so that nobody waits for it in a row
Fault = Literal["", "timeout", "disconnected", "invalid", "refused"]
_OURS = subscription_form.OURS | {"via", "ngsild-tenant", "link", "accept", "user-agent"}
_THEIRS = ("authorization", "cookie", "proxy-", "lingqu-")
_WARNINGS = {"timeout": "110", "disconnected": "112", "invalid": "111", "refused": "299"}
_resting: dict[str, float] = {}


@dataclass(frozen=True)
class Call:
    source: Known
    wire: Wire
    method: str
    path: str
    params: tuple[tuple[str, str], ...] = ()
    body: Any = None
    prefer: str = ""


@dataclass(frozen=True)
class Reply:
    """``fault`` empty: it answered, with a 2xx, or with a 404 to a question."""

    call: Call
    status: int = 0
    document: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    fault: Fault = ""

    @property
    def fine(self) -> bool:
        return not self.fault and 200 <= self.status < 300


def alias() -> str:
    """Under which name this instance, or the tenant that is worked for, is known to others, in ``Via`` and as
    contextSourceAlias: always the same."""
    digest = hmac.new(settings.SECRET_KEY.encode(), b"lingqu alias", hashlib.sha256).hexdigest()
    return f"lingqu-{digest[:16]}" + (f"-{tenant}" if (tenant := access.tenancy.current()) else "")


def passed(request: HttpRequest) -> frozenset[str]:
    """The systems that a request came through (``Via``, RFC 9110 7.6.3)."""
    return named(request.META.get("HTTP_VIA", ""))


def named(via: str) -> frozenset[str]:
    """The systems of a header ``Via``."""
    each = (part.split() for part in via.split(","))
    return frozenset(part[1] for part in each if len(part) > 1)


def every(request: HttpRequest, calls: Sequence[Call]) -> list[Reply]:
    """All at once; none of them raises. How it went is kept with each source."""
    return _every(calls, [_headers(request.headers, call) for call in calls])


def unasked(calls: Sequence[Call], via: Sequence[str]) -> list[Reply]:
    """Like ``every``, where no request stands behind it. ``via``: of each call what it came through."""
    return _every(calls, [_headers({"Via": came}, call) for call, came in zip(calls, via, strict=True)])


def _every(calls: Sequence[Call], headers: Sequence[Mapping[str, str]]) -> list[Reply]:
    if not calls:
        return []
    replies = list(_pool().map(_asked, calls, headers))
    _keep(replies)
    return replies


def questions(request: HttpRequest, calls: Sequence[Call]) -> list[Reply]:
    """Like ``every``; who failed is named in the answer's NGSILD-Warning (6.3.17)."""
    replies = every(request, calls)
    for reply in replies:
        if reply.fault:
            warn(request, reply)
    return replies


@contextmanager
def believed(request: HttpRequest, reply: Reply) -> Iterator[None]:
    """Inside an answer is read. What is no NGSI-LD is left out, and said to be so; a refusal of ours stays one."""
    try:
        yield
    except Refused:
        raise
    except (LingquError, TypeError, ValueError, AttributeError, KeyError):
        _disbelieved(request, reply)


def _disbelieved(request: HttpRequest, reply: Reply) -> None:
    """Its answer came in time, and is none."""
    warn(request, replace(reply, fault="invalid"))
    now = timezone.now()
    told = {**why(replace(reply, fault="invalid")), "at": now.isoformat()}
    state = SourceState.objects.filter(pk=reply.call.source.id)
    state.update(times_failed=F("times_failed") + 1, last_failure=now, why=told)


def warn(request: HttpRequest, reply: Reply) -> None:
    http.warn(request, f'{_WARNINGS[reply.fault]} {_agent(reply.call.source)} "{_told(reply)}"')


def _agent(source: Known) -> str:
    return source.id.encode("ascii", "backslashreplace").decode().replace(" ", "_")


def _told(reply: Reply) -> str:
    if reply.fault == "refused":
        return f"answered {reply.status}"
    return {
        "timeout": "did not answer in time",
        "disconnected": "cannot be reached",
        "invalid": "gave an answer that is no NGSI-LD",
    }[reply.fault]


def why(reply: Reply) -> dict[str, Any]:
    """For people: what went wrong, and what to do."""
    en, zh = (
        _told(reply),
        {
            "timeout": "未在规定时间内答复",
            "disconnected": "无法连接",
            "invalid": "答复不是 NGSI-LD",
            "refused": f"答复 {reply.status}",
        }[reply.fault],
    )
    step = Text(zh="请其运维检查该系统及网络", en="Have its operator look at the system and at the network")
    if reply.status in (401, 403):
        step = Text(
            zh="检查登记中随请求发送的凭据（contextSourceInfo）",
            en="Look at the credentials that are sent along (contextSourceInfo of the registration)",
        )
    message = Text(zh=f"数据源{zh}", en=f"The source {en}")
    return {"rule": f"ngsi_ld.source_{reply.fault}", "message": message.model_dump(), "next_step": step.model_dump()}


def _headers(given: Mapping[str, str], call: Call) -> dict[str, str]:
    """What the source was registered with goes along, but nothing that is ours to say, and never a caller's own
    credential."""
    source = call.source
    came = given.get("Via", "")
    found = {"User-Agent": "Lingqu", "Via": f"{came}, 1.1 {alias()}".removeprefix(", ")}
    found |= call.wire.headers(call.body is not None)
    if source.tenant:
        found["NGSILD-Tenant"] = source.tenant
    if call.prefer:
        found["Prefer"] = call.prefer
    for key, value in source.headers.items():
        name = key.lower()
        if key in sealing.SETTINGS or name in _OURS:
            continue
        if value == sealing.OF_THE_REQUEST:
            value = "" if name.startswith(_THEIRS) else given.get(key, "")
        if value:
            found[key] = value
    return found


def _asked(call: Call, headers: Mapping[str, str]) -> Reply:
    source = call.source
    asking = call.method == "GET" or call.path == "entityOperations/query"
    if asking and _resting.get(source.id, 0) > time.monotonic():
        return Reply(call, fault="disconnected")
    reply = _sent(call, headers)
    if reply.fault in ("timeout", "disconnected"):
        cooldown = source.document.get("management", {}).get("cooldown", REST * 1000) / 1000
        _resting[source.id] = time.monotonic() + cooldown
    return reply


def _sent(call: Call, headers: Mapping[str, str]) -> Reply:
    params = (*call.params, ("local", "true")) if call.source.local_only else call.params
    url = f"{call.source.endpoint}/ngsi-ld/v1/{call.path}"
    if params:
        url += "?" + urlencode(params, safe=":,;/*()[]")
    content = orjson.dumps(call.wire.body(call.body)) if call.body is not None else None
    until = time.monotonic() + call.source.timeout
    try:
        with _client().stream(
            call.method, url, content=content, headers=dict(headers), timeout=call.source.timeout
        ) as answer:
            parts, size = [], 0
            for chunk in answer.iter_bytes():
                parts.append(chunk)
                size += len(chunk)
                if size > LARGEST:
                    return Reply(call, answer.status_code, fault="invalid")
                if time.monotonic() > until:
                    return Reply(call, answer.status_code, fault="timeout")
            return _read(call, answer, b"".join(parts))
    except httpx.TimeoutException:
        return Reply(call, fault="timeout")
    except (httpx.HTTPError, LingquError):
        return Reply(call, fault="disconnected")


def _read(call: Call, answer: httpx.Response, text: bytes) -> Reply:
    document, headers = None, answer.headers
    if text:
        try:
            document = orjson.loads(text)
        except orjson.JSONDecodeError:
            if answer.status_code < 300 and call.method == "GET":
                return Reply(call, answer.status_code, headers=headers, fault="invalid")
    fine = 200 <= answer.status_code < 300 or (answer.status_code == 404 and call.method == "GET")
    return Reply(call, answer.status_code, document, headers, "" if fine else "refused")


def _keep(replies: Sequence[Reply]) -> None:
    now = timezone.now()
    with transaction.atomic():
        for reply in sorted(replies, key=lambda r: r.call.source.id):
            state = SourceState.objects.filter(pk=reply.call.source.id)
            # A source that refuses one request is there.
            if reply.fault and not (reply.fault == "refused" and reply.call.method != "GET"):
                told = {**why(reply), "at": now.isoformat()}
                failed = {"times_failed": F("times_failed") + 1, "last_failure": now, "why": told}
                state.update(times_sent=F("times_sent") + 1, **failed)
            else:
                state.update(times_sent=F("times_sent") + 1, last_success=now)


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(HANDS, "sources")


@cache
def _client() -> httpx.Client:
    return access.outbound_client(timeout=30.0)

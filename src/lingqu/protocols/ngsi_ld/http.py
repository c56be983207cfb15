"""What every request and answer has in common (CIM 009 6.3): contexts, negotiation, problems, paging."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import replace
from functools import lru_cache, wraps
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import orjson
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt

from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.kernel.errors import Conflict, Invalid, LingquError, NotFound, Refused, Unavailable
from lingqu.kernel.text import Text
from lingqu.protocols.ngsi_ld import tenancy, versions
from lingqu.protocols.ngsi_ld.contexts_store import CORE_URL
from lingqu.protocols.ngsi_ld.terms import Terms, terms

BASE = "/ngsi-ld/v1"
JSON, LD, GEO, PATCH = "application/json", "application/ld+json", "application/geo+json", "application/merge-patch+json"
_ERRORS = "https://uri.etsi.org/ngsi-ld/errors/"
CONTEXT_REL = "http://www.w3.org/ns/json-ld#context"
_LINK = re.compile(r'<([^>]+)>\s*;([^,]*rel="?' + re.escape(CONTEXT_REL) + r'"?[^,]*)')
LARGEST_PAGE = 1000
DEEPEST = 100
"""Levels of a body: more than anybody writes, fewer than what reads it can follow."""
_WARNINGS = "lingqu.ngsi_ld_warnings"


class Problem(LingquError):
    """A fault of the request itself. ``kind`` is the last part of the error's URI."""

    def __init__(self, kind: str, status: int, zh: str, en: str, **more: Any) -> None:
        super().__init__(f"ngsi_ld.{kind}", Text(zh=zh, en=en), **more)
        self.kind, self.status = kind, status


def invalid_request(en: str, zh: str = "请求有误") -> Problem:
    return Problem("InvalidRequest", 400, zh, en)


def bad_data(en: str, zh: str = "请求数据有误") -> Problem:
    return Problem("BadRequestData", 400, zh, en)


def endpoint(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Errors become ProblemDetails. Signed-in browsers need the CSRF token; a request without a session has nothing
    that could be ridden on."""

    @csrf_exempt
    @wraps(view)
    def handled(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if request.method in ("POST", "PATCH", "PUT") and not request.META.get("CONTENT_LENGTH"):
            return HttpResponse(status=411)  # 6.3.3: no body of problem details
        if tenant := request.META.get("HTTP_NGSILD_TENANT", ""):
            return tenancy.answered(request, tenant, lambda: answered(request, **kwargs))
        return answered(request, **kwargs)

    def answered(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            if request.user.is_authenticated and (broken := _csrf(request)):
                return broken
            if "HTTP_NGSILD_SNAPSHOT" in request.META:
                _of_snapshot(request)
            with tenancy.data(request, actor) if access.tenancy.current() else nullcontext():
                answer = view(request, **kwargs)
            versions.conform(request, answer)
            return _warned(request, _lean(answer))
        except LingquError as error:
            if isinstance(error, Refused):
                access.tell(_known(request), error, request.path)
            return _warned(request, problem(error))

    return handled


def warn(request: HttpRequest, text: str) -> None:
    """Say with the answer, whatever it will be, what went wrong on the way to it (6.3.17)."""
    request.META.setdefault(_WARNINGS, []).append(text)


def _warned(request: HttpRequest, answer: Any) -> Any:
    if told := request.META.get(_WARNINGS):
        answer["NGSILD-Warning"] = ", ".join(told)
    return answer


def _lean(response: HttpResponse) -> Any:
    """An answer without a body says neither of what kind nor how long it is."""
    if response.status_code != 204:
        return response
    empty = StreamingHttpResponse((), status=204, headers=dict(response.items()))
    del empty["Content-Type"]
    return empty


def _of_snapshot(request: HttpRequest) -> None:
    """A snapshot is there for querying and retrieving entities; whatever else names one is refused."""
    path = request.path.removeprefix(f"{BASE}/").strip("/")
    through = path.removeprefix("temporal/")
    reads = request.method in ("GET", "HEAD") and through.split("/")[0] == "entities" and "/attrs" not in path
    if not reads and through != "entityOperations/query":
        raise Problem(
            "OperationNotSupported", 422, "快照只能查询和读取实体", "a snapshot is for querying and retrieving entities"
        )


def _known(request: HttpRequest) -> Actor:
    try:
        return actor(request)
    except Refused:
        return access.ANONYMOUS


def _csrf(request: HttpRequest) -> Any:
    def nothing(_: Any) -> HttpResponse:
        return HttpResponse()

    check: Any = CsrfViewMiddleware(nothing)
    return check.process_view(request, nothing, (), {})


_KINDS: list[tuple[type[LingquError], str, int, str]] = [
    (NotFound, "ResourceNotFound", 404, "Not found"),
    (Conflict, "AlreadyExists", 409, "Exists already"),
    (Refused, "AccessDenied", 403, "Not allowed"),
    (Unavailable, "LdContextNotAvailable", 504, "Context not available"),
    (Invalid, "BadRequestData", 400, "Bad request data"),
]


def problem_document(error: LingquError) -> dict[str, Any]:
    """RFC 9457, with the rule and the next step beside NGSI-LD's own members."""
    kind, status, title = next(
        ((k, s, t) for c, k, s, t in _KINDS if isinstance(error, c)), ("InternalError", 500, "Internal error")
    )
    if error.status == 401:
        status = 401
    if isinstance(error, Problem):
        kind, status, title = error.kind, error.status, _spaced(error.kind)
    elif error.rule == "access.tenant":
        kind, title = "NonexistentTenant", _spaced("NonexistentTenant")
    language = get_language() or "en"
    detail = "; ".join(
        [error.message.say(language), *(f"{f.place}: {f.message.say(language)}" for f in error.faults[:20])]
    )
    document = {"type": _ERRORS + kind, "title": title, "status": status, "detail": detail, "rule": error.rule}
    if error.place:
        document["place"] = error.place
    if step := error.next_step.say(language):
        document["nextStep"] = step
    return document


def _spaced(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).capitalize()


def problem(error: LingquError) -> HttpResponse:
    document = problem_document(error)
    answer = HttpResponse(orjson.dumps(document), status=document["status"], content_type="application/problem+json")
    if document["status"] in (401, 403):
        answer["Vary"] = "Authorization, Cookie, Accept-Language"
    if document["status"] == 401:
        answer["WWW-Authenticate"] = 'Bearer error="invalid_token"'  # RFC 6750 3
    return answer


def actor(request: HttpRequest) -> Actor:
    found = replace(access.actor_of(request), way="api")
    access.carry(found)
    return found


def writer(request: HttpRequest) -> Actor:
    """The actor of a write. Nobody writes unnamed."""
    found = actor(request)
    if found.kind == "anonymous":
        raise access.refusal(found, "write", "*")
    return found


def _linked(request: HttpRequest) -> str | None:
    return linked(request.META.get("HTTP_LINK", ""))


def linked(header: str) -> str | None:
    """The context that a Link header names."""
    found = _LINK.search(header)
    return found[1] if found else None


def quoted(name: str) -> str:
    """A name as a part of an address."""
    return quote(name, safe=":")


def context_of(request: HttpRequest) -> Any:
    """The context of a request without a body: its Link header, or None for the core alone."""
    return _linked(request)


def body(request: HttpRequest, *, merge: bool = False) -> tuple[Any, Any]:
    """(document, context). ``application/ld+json`` carries its context and no Link; ``application/json`` may have a
    Link and carries none. Raises Problem (415, InvalidRequest, BadRequestData)."""
    media = (request.content_type or "").lower()
    if media not in (JSON, LD, *([PATCH] if merge else [])):
        if not media:
            _parsed(request)  # what is no JSON either is told so first
        raise Problem(
            "UnsupportedMediaType", 415, "不支持的内容类型", f"content type {media or 'missing'!r} is not supported"
        )
    document, link = _parsed(request), _linked(request)
    if isinstance(document, list):  # of a batch each entity stands by itself
        if link and media == LD:
            raise bad_data("application/ld+json must not come with a Link to a context")
        return document, link
    if media != LD:
        if _carries(document):
            raise bad_data("application/json must not carry an @context; use a Link header or application/ld+json")
        return document, link
    if link:
        raise bad_data("application/ld+json must not come with a Link to a context")
    if not _carries(document):
        raise bad_data("application/ld+json must carry an @context")
    return document, document["@context"]


def _parsed(request: HttpRequest) -> Any:
    try:
        document = orjson.loads(request.body)
    except orjson.JSONDecodeError as error:
        raise invalid_request(f"the body is no JSON: {error}", "正文不是 JSON") from error
    if request.body.count(b"{") + request.body.count(b"[") > DEEPEST and _deeper(document):
        raise invalid_request(f"the body is nested more than {DEEPEST} levels deep", f"正文嵌套超过 {DEEPEST} 层")
    return document


def _deeper(document: Any) -> bool:
    level = [document] if isinstance(document, dict | list) else []
    for _ in range(DEEPEST):
        inner = (one for each in level for one in (each.values() if isinstance(each, dict) else each))
        level = [one for one in inner if isinstance(one, dict | list)]
    return bool(level)


def scheme(address: str) -> str:
    """Of an address; empty where it is none."""
    try:
        return urlsplit(address).scheme
    except ValueError:
        return ""


def _carries(document: Any) -> bool:
    return isinstance(document, Mapping) and "@context" in document


def of_batch(request: HttpRequest, member: Any, context: Any) -> Any:
    """The context of one entity of a batch; the rules of ``body`` for it. Raises Problem (BadRequestData)."""
    carries = _carries(member)
    if (request.content_type or "").lower() != LD:
        if carries:
            raise bad_data("application/json must not carry an @context; use a Link header or application/ld+json")
        return context
    if not carries:
        raise bad_data("application/ld+json must carry an @context")
    return member["@context"]


def accepted(request: HttpRequest, offered: tuple[str, ...] = (JSON, LD)) -> str:
    """The media type to answer in; equal weights in the order offered. Raises Problem (406)."""
    best = _best((request.META.get("HTTP_ACCEPT") or "*/*")[:_LONGEST], offered)
    if not best:
        raise Problem("NotAcceptable", 406, "不支持所要求的格式", f"can answer in {', '.join(offered)} only")
    return best


_LONGEST = 2000
"""Characters of a header Accept that are looked at."""


@lru_cache(1000)
def _best(accept: str, offered: tuple[str, ...]) -> str:
    weights: dict[str, float] = {}
    for part in accept.split(","):
        media, _, rest = part.strip().partition(";")
        found = re.search(r"q=([\d.]+)", rest)
        weights[media.strip().lower()] = float(found[1]) if found else 1.0

    def weight(media: str) -> float:
        return weights.get(media, weights.get(media.split("/")[0] + "/*", weights.get("*/*", 0.0)))

    best = max(offered, key=weight)
    return best if weight(best) > 0 else ""


def answer(document: Any, media: str, context: Any, status: int = 200, *, embed: bool = True) -> HttpResponse:
    """``json`` names the context in a Link header, ``ld+json`` carries it, and so does ``geo+json`` unless the request
    prefers it apart (``embed``, 6.3.6)."""
    named = context if context not in (None, [], {}) else CORE_URL
    carried = media == LD or (media == GEO and embed)
    if carried:
        members = document if isinstance(document, list) else [document]
        members = [{**m, "@context": named} for m in members]
        document = members if isinstance(document, list) else members[0]
    response = HttpResponse(orjson.dumps(document), status=status, content_type=media)
    if not carried:
        url = named if isinstance(named, str) else CORE_URL
        response["Link"] = f'<{url}>; rel="{CONTEXT_REL}"; type="application/ld+json"'
    return response


def embeds(request: HttpRequest) -> bool:
    """Whether a GeoJSON answer carries its context: ``Prefer: body=json`` wants it in a header (6.3.6)."""
    return versions.preferences(request).get("body") != "json"


def add_link(
    response: HttpResponse,
    path: str,
    query: Mapping[str, str],
    limit: int,
    offset: int,
    rel: str,
    media: str,
    *,
    behind: bool = False,
) -> None:
    """A paging link as 6.3.10 writes it: relative, limit before offset; parameters in their order, or those of the page
    ``behind`` the others."""
    page = {"limit": str(limit), "offset": str(offset)}
    named = [*sorted(query.items()), *page.items()] if behind else sorted({**query, **page}.items())
    address = f"{BASE}/{path}?{urlencode(named, safe=':,;/*()')}"
    before = f"{response['Link']}, " if response.has_header("Link") else ""
    response["Link"] = f'{before}<{address}>;rel="{rel}";type="{media}"'


def only(request: HttpRequest, *names: str) -> dict[str, str]:
    """The query parameters, of which no other may be given. Raises Problem (InvalidRequest)."""
    given: dict[str, str] = request.GET.dict() if request.META.get("QUERY_STRING") else {}  # type: ignore[assignment]
    for name in given:
        if name not in names:
            raise invalid_request(f"unknown query parameter {name!r}")
    return given


def number(query: Mapping[str, str], name: str, otherwise: int) -> int:
    text = query.get(name, str(otherwise))
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise bad_data(f"{name} must be a whole number, not {text!r}")
    return int(text)


def user_terms(context: Any) -> Terms:
    return terms(context)

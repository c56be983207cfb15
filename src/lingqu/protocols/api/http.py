"""What every request and answer of Lingqu's own API has in common: JSON in, JSON out, problems by RFC 9457."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import wraps
from typing import Any, TypeVar

import orjson
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from pydantic import BaseModel, ValidationError

from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.kernel.errors import Fault, Invalid, LingquError, Refused
from lingqu.kernel.text import Text

LARGEST_BODY = 2 * 1024 * 1024
"""Bytes; a thousand claims of ten items are a third of it."""
DEEPEST = 8
"""Brackets within brackets."""
PROBLEM = "application/problem+json"
_TITLES = {
    400: "Bad request",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    413: "Too large",
    415: "Unsupported media type",
    429: "Too many",
    503: "Not available",
}
_STATUS = {"access.quota": 429}
Body = TypeVar("Body", bound=BaseModel)


class Problem(LingquError):
    """A fault of the request itself, with its status."""

    def __init__(self, status: int, rule: str, zh: str, en: str, *, place: str = "") -> None:
        super().__init__(f"api.{rule}", Text(zh=zh, en=en), place=place)
        self.status = status


def endpoint(**methods: Callable[..., Any]) -> Callable[..., HttpResponse]:
    """One address; a method gives a document, or a document and a status. Signed-in browsers need the CSRF token: a
    request without a session has nothing that could be ridden on."""

    @csrf_exempt
    def handled(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            return _answered(request, methods, kwargs)
        except LingquError as error:
            if isinstance(error, Refused):
                access.tell(_known(request), error, request.path)
            return problem(error)

    return wraps(next(iter(methods.values())))(handled)


def _answered(request: HttpRequest, methods: Mapping[str, Callable[..., Any]], kwargs: Mapping[str, Any]) -> Any:
    method = "GET" if request.method == "HEAD" else request.method or ""
    if method not in methods:
        answer = problem(Problem(405, "method", "不支持的方法", f"{request.method} is not supported here"))
        answer["Allow"] = ", ".join(sorted(methods))
        return answer
    if method != "GET" and request.user.is_authenticated and (broken := _csrf(request)):
        return broken
    given = methods[method](request, **kwargs)
    if isinstance(given, HttpResponseBase):  # a file
        given["Cache-Control"] = "no-store"
        return given
    document, status = given if isinstance(given, tuple) else (given, 200)
    answer = HttpResponse(orjson.dumps(document), status=status, content_type="application/json")
    answer["Cache-Control"] = "no-store"
    return answer


def _csrf(request: HttpRequest) -> Any:
    def nothing(_: Any) -> HttpResponse:
        return HttpResponse()

    check: Any = CsrfViewMiddleware(nothing)
    if check.process_view(request, nothing, (), {}) is None:
        return None
    zh, en = "请求须带 CSRF 令牌", "a signed-in browser's request needs its CSRF token"
    return problem(Problem(403, "csrf", zh, en))


def _known(request: HttpRequest) -> Actor:
    try:
        return actor(request)
    except Refused:
        return access.ANONYMOUS


def actor(request: HttpRequest) -> Actor:
    return replace(access.actor_of(request), way="api")


def known(request: HttpRequest, agreement: str = "") -> Actor:
    """The actor, who must be somebody. ``agreement`` narrows what agreements grant to the one of that number; the
    header and the request may not name different ones."""
    found = actor(request)
    if found.kind == "anonymous":
        raise Refused(
            "api.sign_in",
            Text(zh="请出示密钥或登录", en="Show a key, or sign in"),
            next_step=Text(zh="请求头 Authorization: Bearer lq_…", en="The header Authorization: Bearer lq_…"),
        )
    if agreement and found.agreement and agreement != found.agreement:
        zh, en = "请求头与请求所指协议不一致", "the header Lingqu-Agreement names another agreement than the request"
        raise Problem(400, "agreement", zh, en, place=agreement[:40])
    return replace(found, agreement=agreement or found.agreement)


def body(request: HttpRequest, form: type[Body]) -> Body:
    """The body by its schema. Raises Problem (413, 415, 400), Invalid with a Fault for each member that is wrong."""
    if (request.content_type or "").lower() != "application/json":
        raise Problem(415, "media_type", "请以 application/json 提交", "send application/json")
    if int(request.headers.get("Content-Length") or 0) > LARGEST_BODY or len(request.body) > LARGEST_BODY:
        zh, en = f"正文超过 {LARGEST_BODY} 字节", f"the body is more than {LARGEST_BODY} bytes"
        raise Problem(413, "size", zh, en)
    try:
        document = orjson.loads(request.body)
    except orjson.JSONDecodeError as error:
        raise Problem(400, "json", "正文不是 JSON", f"the body is no JSON: {error}") from error
    if _deep(document) > DEEPEST:
        raise Problem(400, "depth", f"嵌套超过 {DEEPEST} 层", f"more than {DEEPEST} brackets within brackets")
    try:
        return form.model_validate_json(request.body)
    except ValidationError as error:
        raise _invalid(error) from error


def _deep(document: Any) -> int:
    """How deep it is, looked for without recursion."""
    depth, level = 0, [document]
    while level:
        depth += 1
        if depth > DEEPEST:
            return depth
        level = [
            inner
            for each in level
            if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
            if isinstance(inner, dict | list)
        ]
    return depth


def _invalid(error: ValidationError) -> Invalid:
    found = [
        Fault("api.body", Text(zh=each["msg"], en=each["msg"]), column=".".join(map(str, each["loc"]))[:200])
        for each in error.errors(include_url=False, include_input=False, include_context=False)[:20]
    ]
    return Invalid(
        "api.body",
        Text(
            zh=f"请求有 {error.error_count()} 处不合接口定义",
            en=f"{error.error_count()} members are not as they must be",
        ),
        faults=found,
        next_step=Text(zh="见 /api/openapi.json", en="See /api/openapi.json"),
    )


def parameters(request: HttpRequest, *names: str, others: bool = False) -> dict[str, str]:
    """Query parameters, each once; unknown ones are refused unless ``others`` are wanted."""
    found: dict[str, str] = {}
    for name in request.GET:
        if name not in names and not others:
            raise Problem(400, "parameter", f"没有参数“{name[:60]}”", f"there is no parameter {name[:60]!r}")
        values = request.GET.getlist(name)
        if len(values) > 1 or len(values[0]) > 1000:
            raise Problem(400, "parameter", f"参数“{name[:60]}”只能有一个值", f"{name[:60]!r} takes one value")
        found[name] = values[0]
    return found


def whole(text: str, name: str, most: int) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= len(text) <= 18 or not 1 <= int(text) <= most:
        raise Problem(400, "parameter", f"{name} 应为 1 至 {most} 的整数", f"{name} must be from 1 to {most}")
    return int(text)


def problem(error: LingquError) -> HttpResponse:
    """RFC 9457; ``rule``, ``place``, ``owner`` and ``nextStep`` beside its own members."""
    language = get_language() or "en"
    status = _STATUS.get(error.rule, 401 if error.rule == "api.sign_in" else error.status)
    document: dict[str, Any] = {
        "type": f"urn:lingqu:rule:{error.rule}",
        "title": _TITLES.get(status, "Error"),
        "status": status,
        "detail": error.message.say(language),
        "rule": error.rule,
    }
    more = {"place": error.place, "owner": error.owner, "nextStep": error.next_step.say(language)}
    document |= {name: value for name, value in more.items() if value}
    if error.faults:
        document["faults"] = [{"place": f.place, "detail": f.message.say(language)} for f in error.faults[:20]]
    answer = HttpResponse(orjson.dumps(document), status=status, content_type=PROBLEM)
    answer["Cache-Control"] = "no-store"
    if status == 401:
        answer["WWW-Authenticate"] = 'Bearer realm="lingqu"'  # RFC 6750 3
    return answer

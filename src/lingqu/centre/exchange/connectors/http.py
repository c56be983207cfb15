"""An HTTP API, page by page.

The bodies are kept as they came: one as it is, several as a JSON text sequence (RFC 7464).
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, BinaryIO, Literal
from urllib.parse import urljoin, urlsplit

import httpx
import orjson

from lingqu.centre.access import door as access
from lingqu.centre.exchange import limits, places
from lingqu.centre.exchange.connectors.base import Connector, Finding, Item
from lingqu.centre.exchange.formats.records import at_path, records_of
from lingqu.centre.exchange.options import FormatOptions
from lingqu.kernel import outbound
from lingqu.kernel.definition import Field, Part
from lingqu.kernel.errors import LingquError, Unavailable
from lingqu.kernel.text import Text

RECORD_SEPARATOR = b"\x1e"


class Paging(Part):
    """How further pages are asked for.

    page: ``parameter`` counts pages from ``start``. offset: ``parameter`` counts records. Both end with a page that has
    fewer than ``size`` records (``size_parameter`` asks for that many). cursor: the dotted path ``next`` in the answer
    gives the value of ``parameter``. link: the address of the next page stands in the ``Link`` header (RFC 8288), or in
    the answer at ``next``.
    """

    style: Literal["page", "offset", "cursor", "link"]
    parameter: str = "page"
    size: int = 100
    size_parameter: str = ""
    start: int = 1
    next: str = ""
    most: int = Field(default=10_000, description="more pages than this are refused")


class HttpConfig(FormatOptions):
    """``headers`` may hold ``${secret:NAME}``. Only hosts in the setting LINGQU_OUTBOUND are asked."""

    url: str
    parameters: dict[str, str] = Field(default_factory=dict)
    headers: dict[str, str] = Field(default_factory=dict)
    paging: Paging | None = None
    timeout: float = Field(default=60, description="seconds for one page")


class HttpConnector(Connector):
    name = "http"
    Config = HttpConfig

    def items(self, config: HttpConfig) -> Iterator[Item]:
        last = urlsplit(config.url).path.rstrip("/").rpartition("/")[2] or "answer"
        yield Item(last + (".pages.json" if config.paging else ""))

    def fetch(self, config: HttpConfig, item: Item, into: BinaryIO) -> None:
        with _client(config) as client:
            if config.paging is None:
                _get(client, places.fill(config.url), config.parameters, into)
                return
            for body in _pages(client, config, config.paging):
                into.write(RECORD_SEPARATOR + body.strip() + b"\n")

    def self_check(self, config: HttpConfig) -> list[Finding]:
        try:
            host = access.outbound_place(places.fill(config.url)).host
            with _client(config) as client:
                _get(client, places.fill(config.url), _first(config), io.BytesIO())
        except LingquError as fault:
            return [Finding(False, config.url, fault.message.en, fault.next_step.en)]
        return [Finding(True, config.url, f"{host} answers")]


def _client(config: HttpConfig) -> httpx.Client:
    headers = {name: places.fill(value) for name, value in config.headers.items()}
    return access.outbound_client(headers=headers, timeout=config.timeout)


def _get(client: httpx.Client, url: str, parameters: dict[str, str], into: BinaryIO) -> str:
    """Write one answer's body; gives the address of the next page by its ``Link`` header, or an empty text.

    Redirects are followed on the same host only, to the same port or from http to https: headers may hold keys.
    """
    for _ in range(4):
        asked = access.outbound_place(url)
        try:
            with client.stream("GET", httpx.URL(url).copy_merge_params(parameters)) as answer:
                if not answer.has_redirect_location:
                    _copy(answer, into)
                    return urljoin(url, answer.links["next"]["url"]) if "next" in answer.links else ""
                url, parameters = urljoin(str(answer.url), answer.headers["location"]), {}
        except httpx.HTTPError as fault:
            raise _unanswered(url, f"{type(fault).__name__} {fault}") from fault
        led = access.outbound_place(url)
        if led.host != asked.host or (led.port != asked.port and led.scheme != "https"):
            raise outbound.forbidden(f"{led.host}:{led.port}")
    raise _unanswered(url, "too many redirects")


def _copy(answer: httpx.Response, into: BinaryIO) -> None:
    if answer.status_code != 200:
        raise _unanswered(str(answer.url), f"HTTP {answer.status_code}")
    size = 0
    for chunk in answer.iter_bytes():
        size += len(chunk)
        if size > limits.current().file_bytes:
            raise limits.too_large(str(answer.url))
        into.write(chunk)


def _pages(client: httpx.Client, config: HttpConfig, paging: Paging) -> Iterator[bytes]:
    """The bodies of all pages. The whole is held to the size limit of one file."""
    url, parameters, size, at = places.fill(config.url), _first(config), 0, paging.start
    for _ in range(paging.most):
        body = io.BytesIO()
        link = _get(client, url, parameters, body)
        yield body.getvalue()
        size += body.tell()
        if size > limits.current().file_bytes:
            raise limits.too_large(config.url)
        answer = _parsed(body.getvalue(), url)
        found = records_of(answer, config.records)
        at += 1 if paging.style == "page" else len(found)
        follow = _follow(paging, answer, link, at, url, len(found))
        if follow is None:
            return
        url, more = follow
        parameters = {} if paging.style == "link" else parameters | more
    raise _unanswered(config.url, f"more than {paging.most} pages")


def _first(config: HttpConfig) -> dict[str, str]:
    """Parameters of the first page."""
    parameters, paging = dict(config.parameters), config.paging
    if paging and paging.size_parameter:
        parameters[paging.size_parameter] = str(paging.size)
    if paging and paging.style in ("page", "offset"):
        parameters[paging.parameter] = str(paging.start)
    return parameters


def _follow(paging: Paging, answer: Any, link: str, at: int, url: str, found: int) -> tuple[str, dict[str, str]] | None:
    """Address and parameters of the next page; None after the last one."""
    if paging.style in ("page", "offset"):
        return (url, {paging.parameter: str(at)}) if found >= paging.size else None
    token = at_path(answer, paging.next) if paging.next else link
    if not token:
        return None
    return (urljoin(url, str(token)), {}) if paging.style == "link" else (url, {paging.parameter: str(token)})


def _parsed(body: bytes, url: str) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as fault:
        raise _unanswered(url, f"not JSON: {fault}") from fault


def _unanswered(url: str, detail: str) -> Unavailable:
    parts = urlsplit(url)
    place = f"{parts.scheme}://{parts.hostname}{parts.path}"  # a query may hold a key
    return Unavailable(
        "source.http",
        Text(zh=f"接口没有给出数据：{detail}", en=f"The interface gave no data: {detail}"),
        place=place,
        next_step=Text(zh="检查地址、权限和网络后再收取", en="Check address, rights and network, then collect again"),
    )

"""/info/sourceIdentity (CIM 009 5.15.1), and what is told of addresses that are none."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import NoReturn

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from lingqu.centre.access import door as access
from lingqu.kernel.errors import NotFound
from lingqu.kernel.text import Text
from lingqu.protocols.ngsi_ld import compact, http
from lingqu.protocols.ngsi_ld.sources import ask

_BEGAN = time.monotonic()


@http.endpoint
def identity(request: HttpRequest) -> HttpResponse:
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET"])
    http.only(request)
    host = request.get_host().replace(":", "-") + (f"-{tenant}" if (tenant := access.tenancy.current()) else "")
    document = {
        "id": f"urn:ngsi-ld:ContextSourceIdentity:{host}",
        "type": "ContextSourceIdentity",
        "contextSourceAlias": ask.alias(),
        "contextSourceUptime": f"PT{int(time.monotonic() - _BEGAN)}S",
        "contextSourceTimeAt": compact.moment(datetime.now(UTC)),
    }
    return http.answer(document, http.accepted(request), None)


@http.endpoint
def unknown(request: HttpRequest) -> NoReturn:
    raise NotFound("ngsi_ld.address", Text(zh="没有这个地址", en="There is no such address"), place=request.path[:200])

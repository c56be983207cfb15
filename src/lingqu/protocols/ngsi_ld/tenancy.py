"""The header ``NGSILD-Tenant`` (CIM 009 4.14, 5.5.10, 6.3.14): which data a request is about.

Whoever holds nothing in a tenant is told what is told of one that is not there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import orjson
from django.http import HttpRequest, HttpResponse

from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor

_OF_ALL = ("jsonldContexts", "info", "openapi.json", "ex")
"""Addresses that need no data of a tenant, or turn to them themselves."""
_MAKING = frozenset(
    {
        "entities",
        "entityOperations/create",
        "entityOperations/upsert",
        "temporal/entities",
        "subscriptions",
        "csourceRegistrations",
        "csourceSubscriptions",
    }
)
"""Creating there makes the tenant too (5.5.10)."""


def answered(request: HttpRequest, name: str, answer: Callable[[], HttpResponse]) -> HttpResponse:
    """With the tenant's name on it, whatever the answer is."""
    if not access.tenancy.is_name(name):
        document = {
            "type": "https://uri.etsi.org/ngsi-ld/errors/BadRequestData",
            "title": "Bad request data",
            "status": 400,
            "detail": "NGSILD-Tenant must be 1 to 50 letters, digits, - or _",
            "rule": "access.tenant",
            "place": "NGSILD-Tenant",
        }
        return HttpResponse(orjson.dumps(document), status=400, content_type="application/problem+json")
    with access.tenancy.named(name):
        response = answer()
    response["NGSILD-Tenant"] = name
    return response


@contextmanager
def data(request: HttpRequest, who: Callable[[HttpRequest], Actor]) -> Iterator[None]:
    """All that is done inside is done with the data of the tenant. Raises NotFound (``access.tenant``)."""
    path = request.path.removeprefix("/ngsi-ld/").removeprefix("v1/").strip("/")
    if path.split("/")[0] in _OF_ALL:
        yield
        return
    actor, name = who(request), access.tenancy.current()
    if not access.tenancy.holds(actor):
        raise access.tenancy.missing(name)
    if request.method == "POST" and path in _MAKING and not access.tenancy.there(name):
        access.tenancy.make(actor)
    with access.tenancy.within(name):
        yield

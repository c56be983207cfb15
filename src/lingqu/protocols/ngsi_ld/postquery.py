"""/entityOperations/query: a query in a body (CIM 009 5.2.23, 5.7.2), read as the parameters of one in an address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from lingqu.centre.entities.door import Selector
from lingqu.protocols.ngsi_ld import checking, http, params, querying
from lingqu.protocols.ngsi_ld.terms import Terms, terms

_TEXTS = ("q", "csf", "scopeQ", "lang", "geometryProperty", "join", "local", "id", "format")
_LISTS = ("attrs", "pick", "omit", "datasetId", "containedBy", "expandValues")
_MEMBERS = frozenset({"type", "entities", "geoQ", "ordering", "joinLevel", "@context", *_TEXTS, *_LISTS})
_MOST = 100


@http.endpoint
def query(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    document, context = http.body(request)
    media = http.accepted(request, querying.ALL)
    paging: dict[str, str] = request.GET.dict()  # type: ignore[assignment]
    params.known(paging)
    used = terms(context)
    body, selectors = parameters(document, used)
    given = {**paging, **body}
    asked = params.query(given, used, selectors=selectors)
    return querying.answered(request, given, asked, params.shape(given, used, media), media, context)


def parameters(
    document: Any, used: Terms, *, more: tuple[str, ...] = ()
) -> tuple[dict[str, str], tuple[Selector, ...]]:
    """A query in a body as parameters of an address, and its selectors. ``more``: members that the caller reads."""
    if not isinstance(document, Mapping) or document.get("type", "Query") != "Query":
        raise http.bad_data("the body must be a Query")
    for name in document:
        if name not in _MEMBERS and name not in more:
            raise http.bad_data(f"{str(name)[:80]!r} is no member of a query here")
    return _parameters(document), _selectors(document, used)


def _parameters(document: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in _TEXTS:
        if name in document:
            found[name] = _text(name, document[name])
    for name in _LISTS:
        if name in document:
            found[name] = ",".join(_texts(name, document[name]))
    if "joinLevel" in document:
        found["joinLevel"] = str(document["joinLevel"])
    return found | _placed(document.get("geoQ")) | _ordered(document.get("ordering"))


def _text(name: str, value: Any) -> str:
    if isinstance(value, bool) and name == "local":
        return str(value).lower()
    if not isinstance(value, str):
        raise http.bad_data(f"{name} must be text")
    return value


def _texts(name: str, value: Any) -> list[str]:
    each = value.split(",") if isinstance(value, str) else value
    if not isinstance(each, list) or not each or not all(isinstance(v, str) for v in each):
        raise http.bad_data(f"{name} must be a list of texts that is not empty")
    return each


def _placed(geo: Any) -> dict[str, str]:
    if geo is None:
        return {}
    if not isinstance(geo, Mapping):
        raise http.bad_data("geoQ must be an object")
    coordinates = geo.get("coordinates", "")
    said = coordinates if isinstance(coordinates, str) else orjson.dumps(coordinates).decode()
    texts = {name: _text(name, geo[name]) for name in ("georel", "geometry", "geoproperty") if name in geo}
    return {**texts, "coordinates": said}


def _ordered(ordering: Any) -> dict[str, str]:
    if ordering is None:
        return {}
    if not isinstance(ordering, Mapping) or not isinstance(ordering.get("coordinates", []), list):
        raise http.bad_data("ordering must be an object, its coordinates an array")
    found = {"orderBy": ",".join(_texts("orderBy", ordering.get("orderBy")))}
    if "coordinates" in ordering:
        found["orderFrom"] = orjson.dumps(ordering["coordinates"]).decode()
    if "geometry" in ordering:
        found["orderGeometry"] = _text("geometry", ordering["geometry"])
    if "collation" in ordering:
        found["collation"] = _text("collation", ordering["collation"])
    return found


def _selectors(document: Mapping[str, Any], used: Terms) -> tuple[Selector, ...]:
    if "entities" not in document:
        return ()
    each = document["entities"]
    if not isinstance(each, list) or not 0 < len(each) <= _MOST:
        raise http.bad_data(f"entities must be a list of 1 to {_MOST} selectors")
    return tuple(_selector(selector, used) for selector in each)


def _selector(selector: Any, used: Terms) -> Selector:
    if not isinstance(selector, Mapping) or not isinstance(selector.get("type"), str):
        raise http.bad_data("a selector of entities must name a type")
    ids = selector.get("id", [])
    ids = ids if isinstance(ids, list) else [ids]
    if not all(checking.is_uri(i) for i in ids):
        raise http.bad_data("every id must be a URI", "id 须是 URI")
    return Selector(params.types(selector["type"], used), tuple(ids), _text("idPattern", selector.get("idPattern", "")))

"""Query parameters of a consumption request (CIM 009 6.4.3.2) as a query of the store and a shape of the answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson

from lingqu.centre.entities import door
from lingqu.centre.entities.door import GeoQuery, Query
from lingqu.protocols.ngsi_ld import http
from lingqu.protocols.ngsi_ld.compact import Shape
from lingqu.protocols.ngsi_ld.terms import Terms

_SELECTING = ("id", "type", "idPattern", "q", "attrs", "georel", "geometry", "coordinates", "geoproperty", "local")
_SHAPING = ("pick", "omit", "geometryProperty", "limit", "offset", "count", "options", "format", "lang", "details")
_QUERY = frozenset({*_SELECTING, *_SHAPING})
_OPTIONS = {"keyValues": "simplified", "simplified": "simplified", "concise": "concise", "normalized": "normalized"}
_UNSUPPORTED = (
    "scopeQ",
    "csf",
    "datasetId",
    "expandValues",
    "orderBy",
    "join",
    "containedBy",
    "entityMap",
    "splitEntities",
)
_RELATION = re.compile(r"(near|within|contains|intersects|equals|disjoint|overlaps)((?:;[^;]*)*)\Z")


def options(given: Mapping[str, str]) -> list[str]:
    named = [o for o in given.get("options", "").split(",") if o]
    if "format" in given:
        named.append(given["format"])
    for option in named:
        if option not in {*_OPTIONS, "sysAttrs", "count", "noOverwrite", "update", "replace", "geojson"}:
            raise http.invalid_request(f"unknown option {option!r}")
    return named


def known(given: Mapping[str, str]) -> None:
    for name in given:
        if name not in _QUERY and name not in _UNSUPPORTED:
            raise http.invalid_request(f"unknown query parameter {name!r}")
        if name in _UNSUPPORTED:
            raise http.Problem(
                "OperationNotSupported", 422, f"尚不支持参数 {name}", f"the parameter {name} is not supported yet"
            )


def shape(given: Mapping[str, str], terms: Terms) -> Shape:
    named = options(given)
    forms = {_OPTIONS[o] for o in named if o in _OPTIONS}
    if len(forms) > 1:
        raise http.invalid_request("the options contradict each other")
    attrs = _names(given, "attrs", terms)
    pick = _names(given, "pick", terms) or (attrs and attrs | {"id", "type", "scope"})
    return Shape(
        terms=terms,
        form=next(iter(forms), "normalized"),  # type: ignore[arg-type]
        sys_attrs="sysAttrs" in named,
        pick=pick,
        omit=_names(given, "omit", terms),
        lang=given.get("lang", ""),
        geometry=terms.stored(given.get("geometryProperty", "location")),
    )


def _names(given: Mapping[str, str], name: str, terms: Terms) -> frozenset[str]:
    if name not in given:
        return frozenset()
    named = [part.strip() for part in given[name].split(",")]
    if not all(named):
        raise http.bad_data(f"{name} names no attribute")
    return frozenset(part if part in ("id", "type", "scope") else terms.stored(part) for part in named)


def query(given: Mapping[str, str], terms: Terms) -> Query:
    """Raises Problem where nothing limits the query, or a parameter makes no sense."""
    known(given)
    if not any(given.get(name) for name in ("type", "attrs", "q", "georel", "id", "idPattern", "local")):
        raise http.bad_data(
            "at least one of type, attrs, q, georel or local=true must be given",
            "请至少给出 type、attrs、q、georel 或 local=true",
        )
    limit = http.number(given, "limit", 20)
    counted = wants_count(given)
    if limit > http.LARGEST_PAGE or (limit == 0 and not counted):
        raise http.bad_data(f"limit must lie between 1 and {http.LARGEST_PAGE}, or be 0 together with count=true")
    return Query(
        types=_types(given.get("type", ""), terms),
        ids=tuple(i for i in given.get("id", "").split(",") if i),
        id_pattern=given.get("idPattern", ""),
        q=door.renamed_q(given["q"], terms.stored) if given.get("q") else "",
        has=tuple(sorted(_names(given, "attrs", terms))),
        geo=_geo(given, terms),
        limit=limit,
        offset=http.number(given, "offset", 0),
    )


def wants_count(given: Mapping[str, str]) -> bool:
    return given.get("count") == "true" or "count" in given.get("options", "").split(",")


def _types(text: str, terms: Terms) -> tuple[str, ...]:
    if ";" in text:
        raise http.Problem(
            "OperationNotSupported", 422, "尚不支持同时属于多种类型的查询", "types joined by ; are not supported yet"
        )
    return tuple(terms.stored(t) for t in re.split(r"[,|]", text.replace("(", "").replace(")", "")) if t)


def _geo(given: Mapping[str, str], terms: Terms) -> GeoQuery | None:
    asked = [given.get(name) for name in ("georel", "geometry", "coordinates")]
    if not any(asked):
        return None
    if not all(asked):
        raise http.bad_data("georel, geometry and coordinates go together")
    name = terms.stored(given["geoproperty"]) if "geoproperty" in given else ""
    return geo_query(given["georel"], given["geometry"], _coordinates(given["coordinates"]), name)


def geo_query(georel: Any, geometry: Any, coordinates: Any, attribute: str) -> GeoQuery:
    """``coordinates`` as JSON, or as text of it. Raises Problem (BadRequestData)."""
    relation = _RELATION.match(georel) if isinstance(georel, str) else None
    if not relation:
        raise http.bad_data(f"unknown georel {georel!r}")
    limits = dict(part.split("==", 1) for part in relation[2].split(";") if "==" in part)
    if relation[1] == "near" and not limits:
        raise http.bad_data("near needs maxDistance or minDistance")
    return GeoQuery(
        relation[1],  # type: ignore[arg-type]
        {"type": geometry, "coordinates": _coordinates(coordinates) if isinstance(coordinates, str) else coordinates},
        max_distance=_metres(limits.get("maxDistance")),
        min_distance=_metres(limits.get("minDistance")),
        attribute=attribute,
    )


def _coordinates(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise http.bad_data("coordinates must be a JSON array") from error


def _metres(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        found = float(text)
    except ValueError as error:
        raise http.bad_data(f"{text!r} is no distance in metres") from error
    if not 0 <= found < 1e9:
        raise http.bad_data(f"{text!r} is no distance in metres")
    return found

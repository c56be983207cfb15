"""Parameters of a temporal query (CIM 009 4.11, 4.5.19, 5.2.21, 6.18.3.2) as a window, an aggregation, and a form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, get_args

from django.http import HttpRequest

from lingqu.centre.entities.door import Aggregation, Axis, Method, Query, Selector, Window
from lingqu.protocols.ngsi_ld import checking, http, params, postquery, projection, versions
from lingqu.protocols.ngsi_ld.compact import Shape
from lingqu.protocols.ngsi_ld.terms import Terms

_TIMES = ("timerel", "timeAt", "endTimeAt", "timeproperty", "lastN")
_SHAPING = ("attrs", "pick", "omit", "options", "format", "lang", "datasetId", "aggrMethods", "aggrPeriodDuration")
RETRIEVE = frozenset({*_TIMES, *_SHAPING, "local", "type", "entityMap", "entityMapLifetime"})
QUERY = (
    RETRIEVE
    | frozenset(
        {*("id", "idPattern", "q", "scopeQ", "csf", "expandValues", "georel", "geometry", "coordinates", "geoproperty")}
    )
    | frozenset({"limit", "offset", "after", "count", "orderBy", "collation"})
)
_FORMS = {
    "normalized": "normalized",
    "concise": "concise",
    "simplified": "values",
    "keyValues": "values",
    "temporalValues": "values",
    "aggregatedValues": "aggregated",
}
_DURATION = re.compile(
    r"P(?=.)(?:(\d{1,4})Y)?(?:(\d{1,5})M)?(?:(\d{1,5})W)?(?:(\d{1,6})D)?"
    r"(?:T(?=.)(?:(\d{1,7})H)?(?:(\d{1,8})M)?(?:(\d{1,9}(?:\.\d{1,6})?)S)?)?\Z"
)
PAGE = 30
"""Instances in an answer, unless ``Prefer: maxpagesize`` asks for more. ETSI's suite takes 20 to 39 for given."""
LARGEST = 10_000


@dataclass(frozen=True)
class Asked:
    """``form``: normalized, concise, values (4.5.9) or aggregated (4.5.19). ``named``: attributes asked for by name."""

    window: Window
    shape: Shape
    form: str
    aggregation: Aggregation | None = None
    named: frozenset[str] = frozenset()


def asked(given: Mapping[str, str], terms: Terms, *, aggregating: bool = False) -> Asked:
    """``aggregating``: a query in a body that names methods of aggregation wants aggregated values."""
    form, sys_attrs = _form(given, aggregating)
    pick, omit = params.projections(given, terms)
    if pick.depth() or omit.depth():
        raise http.bad_data("linked entities have no part in temporal queries", "时间查询不涉及关联实体")
    attrs = params.names(given, "attrs", terms)
    picked = frozenset(pick.members)
    shape = Shape(
        terms=terms,
        form="concise" if form == "concise" else "normalized",
        sys_attrs=sys_attrs,
        pick=pick,
        omit=omit,
        attrs=attrs,
        lang=given.get("lang", ""),
    )
    return Asked(
        window=_narrowed(_window(given), given, attrs, picked, frozenset(omit.members)),
        shape=shape,
        form=form,
        aggregation=_aggregation(given) if form == "aggregated" else None,
        named=(attrs | picked) - projection.OWN,
    )


def _narrowed(
    window: Window, given: Mapping[str, str], attrs: frozenset[str], pick: frozenset[str], omit: frozenset[str]
) -> Window:
    scope = {"@scope"} if "scope" in pick or (attrs and not pick) else set()
    wanted = (attrs or pick) - projection.OWN | scope
    without = omit - projection.OWN | ({"@scope"} if "scope" in omit else set())
    datasets = [part for part in given.get("datasetId", "").split(",") if part]
    return replace(
        window,
        attributes=tuple(sorted(wanted)) or (("@none",) if pick else ()),
        without=tuple(sorted(without)),
        datasets=tuple("" if part == "@none" else part for part in datasets),
    )


def _form(given: Mapping[str, str], aggregating: bool) -> tuple[str, bool]:
    """What ``format`` says goes before what ``options`` say (6.3.7). Raises Problem (InvalidRequest)."""
    options = [o for o in given.get("options", "").split(",") if o]
    for option in [*options, *([given["format"]] if "format" in given else [])]:
        if option not in {*_FORMS, "sysAttrs", "count"}:
            raise http.invalid_request(f"unknown option {option[:80]!r}")
    named = {_FORMS[given["format"]]} if given.get("format") in _FORMS else {_FORMS[o] for o in options if o in _FORMS}
    if len(named) > 1:
        raise http.invalid_request("the options contradict each other")
    return next(iter(named), "aggregated" if aggregating else "normalized"), "sysAttrs" in options


def _window(given: Mapping[str, str]) -> Window:
    axis = given.get("timeproperty", "observedAt" if "timerel" in given else "")
    if axis not in get_args(Axis) or (not axis and "timeproperty" in given):
        raise http.bad_data("timeproperty must be observedAt, createdAt, modifiedAt or deletedAt", "timeproperty 有误")
    relation = given.get("timerel", "")
    if relation not in ("", "before", "after", "between"):
        raise http.bad_data("timerel must be before, after or between", "timerel 须为 before、after 或 between")
    at = checking.time(given.get("timeAt", ""), "timeAt") if relation else None
    end = checking.time(given.get("endTimeAt", ""), "endTimeAt") if relation == "between" else None
    last = http.number(given, "lastN", 0)
    if "lastN" in given and last < 1:
        raise http.bad_data("lastN must be a positive whole number", "lastN 须为正整数")
    return Window(
        axis=axis,  # type: ignore[arg-type]
        since=at if relation != "before" else None,
        before=at if relation == "before" else end,
        last=last,
    )


def _aggregation(given: Mapping[str, str]) -> Aggregation:
    methods = tuple(dict.fromkeys(part for part in given.get("aggrMethods", "").split(",") if part))
    known: tuple[str, ...] = get_args(Method)
    if not methods or not set(methods) <= set(known):
        listed = ", ".join(known)
        raise http.bad_data(f"aggrMethods must name some of {listed}", f"aggrMethods 可为：{listed}")
    months, seconds = duration(given.get("aggrPeriodDuration", "PT0S"))
    return Aggregation(methods, months, seconds)  # type: ignore[arg-type]


def duration(text: str) -> tuple[int, float]:
    """(months, seconds) of an ISO 8601 duration. Raises Problem (BadRequestData)."""
    found = _DURATION.match(text)
    if not found:
        said = f"aggrPeriodDuration {text[:40]!r}"
        raise http.bad_data(f"{said} is no duration like P1D or PT15M", f"{said} 不是 P1D、PT15M 这样的时长")
    years, months, weeks, days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
    whole = int(years * 12 + months)
    return whole, (weeks * 7 + days) * 86400 + hours * 3600 + minutes * 60 + seconds


def query(given: Mapping[str, str], terms: Terms, *, selectors: tuple[Selector, ...] = ()) -> Query:
    """Raises Problem where the query is too wide, has no temporal part, or an order but that of ids (5.7.4.4)."""
    if "timerel" not in given:
        raise http.bad_data("a temporal query must be given: timerel and timeAt", "须给出 timerel 和 timeAt")
    if "{" in given.get("q", ""):
        raise http.bad_data("linked entities have no part in temporal queries", "时间查询不涉及关联实体")
    for part in given.get("orderBy", "").split(","):
        if part not in ("", "id", "id;asc", "id;desc"):
            raise http.bad_data("temporal queries are ordered by id only", "时间查询只能按 id 排序")
    plain = {name: value for name, value in given.items() if name != "after"}
    found = params.query(plain, terms, selectors=selectors)
    after = given.get("after", "")
    if after and not checking.is_uri(after):
        raise http.bad_data("after must be an id")
    return replace(found, after=after)


def in_body(
    document: Any, terms: Terms, paging: Mapping[str, str] = MappingProxyType({})
) -> tuple[dict[str, str], Query, Asked]:
    """(parameters, query, form) of a query in a body (5.2.23). Raises Problem."""
    temporal = of_body(document) if isinstance(document, Mapping) else {}
    body, selectors = postquery.parameters(document, terms, more=("temporalQ", "aggrParams"))
    given = {**paging, **body, **temporal}
    return given, query(given, terms, selectors=selectors), asked(given, terms, aggregating="aggrMethods" in temporal)


def page(request: HttpRequest) -> int:
    """Instances that one answer may hold."""
    wanted = versions.preferences(request).get("maxpagesize", "")
    return min(int(wanted), LARGEST) if wanted.isascii() and wanted.isdigit() and int(wanted[:6]) > 0 else PAGE


_TEMPORAL = ("timerel", "timeAt", "endTimeAt", "timeproperty", "aggrPeriodDuration")
_MEMBERS = frozenset({*_TEMPORAL, "lastN", "aggrMethods"})


def of_body(document: Mapping[str, Any]) -> dict[str, str]:
    """``temporalQ`` and ``aggrParams`` of a query in a body (5.2.21, 5.2.44) as parameters."""
    found: dict[str, str] = {}
    for name in ("temporalQ", "aggrParams"):
        part = document.get(name, {})
        if not isinstance(part, Mapping) or not part.keys() <= _MEMBERS:
            raise http.bad_data(f"{name} must be an object of {', '.join(sorted(_MEMBERS))}")
        for member, value in part.items():
            found[member] = _said(member, value)
    return found


def _said(name: str, value: Any) -> str:
    if name == "lastN":
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise http.bad_data("lastN must be a positive whole number", "lastN 须为正整数")
        return str(value)
    if name == "aggrMethods" and isinstance(value, list) and all(isinstance(v, str) for v in value):
        return ",".join(value)
    if not isinstance(value, str):
        raise http.bad_data(f"{name} must be text")
    return value

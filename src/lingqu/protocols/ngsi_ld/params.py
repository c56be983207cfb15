"""Query parameters of a consumption request (CIM 009 6.4.3.2) as a query of the store and a shape of the answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Any

import orjson

from lingqu.centre.entities import door
from lingqu.centre.entities.door import GeoQuery, Query, Selector, Sort
from lingqu.protocols.ngsi_ld import checking, http, linkedq, projection
from lingqu.protocols.ngsi_ld.compact import Shape
from lingqu.protocols.ngsi_ld.terms import Terms

_SELECTING = (
    *("id", "type", "idPattern", "q", "attrs", "scopeQ", "csf", "local", "expandValues"),
    *("georel", "geometry", "coordinates", "geoproperty"),
)
_LINKING = ("join", "joinLevel", "containedBy")
_SHAPING = ("pick", "omit", "geometryProperty", "options", "format", "lang", "datasetId", *_LINKING)
_PAGING = ("limit", "offset", "count", "details", "orderBy", "orderFrom", "orderGeometry", "collation")
_SHAPED = frozenset({"attrs", *_SHAPING})
QUERY = frozenset({*_SELECTING, *_SHAPING, *_PAGING, "splitEntities", "entityMap", "entityMapLifetime"})
RETRIEVE = frozenset({"attrs", "type", "local", "entityMap", "entityMapLifetime", *_SHAPING})
_OPTIONS = {"keyValues": "simplified", "simplified": "simplified", "concise": "concise", "normalized": "normalized"}
_RELATION = re.compile(r"(near|within|contains|intersects|equals|disjoint|overlaps)((?:;[^;]*)*)\Z")
_TYPES = re.compile(r"[();,|]|[^();,|]+")
_PATH = re.compile(r"([^\[\]]+?)(?:\[([^\[\]]+)\])?\Z")
_SYSTEM = frozenset({"createdAt", "modifiedAt", "deletedAt", "expiresAt"})
_DISTANCES = re.compile(r"(max|min)Distance==(.+)\Z")


def options(given: Mapping[str, str]) -> list[str]:
    """What ``options`` and ``format`` name; a format goes before those of the options."""
    named = [o for o in given.get("options", "").split(",") if o]
    if "format" in given:
        named = [given["format"], *(o for o in named if o not in _OPTIONS)]
    for option in named:
        if option not in {*_OPTIONS, "sysAttrs", "count", "noOverwrite", "update", "replace", "geojson"}:
            raise http.invalid_request(f"unknown option {option!r}")
    return named


def known(given: Mapping[str, str], names: frozenset[str] = QUERY) -> None:
    for name in given:
        if name not in names:
            raise http.invalid_request(f"unknown query parameter {name!r}")


def shape(given: Mapping[str, str], terms: Terms, media: str) -> Shape:
    """Raises Problem where parameters contradict each other."""
    return _plain(terms, media) if _SHAPED.isdisjoint(given) else _shape(given, terms, media)


@lru_cache(1000)
def _plain(terms: Terms, media: str) -> Shape:
    return _shape({}, terms, media)


def _shape(given: Mapping[str, str], terms: Terms, media: str) -> Shape:
    named = options(given)
    forms = {_OPTIONS[o] for o in named if o in _OPTIONS}
    if len(forms) > 1:
        raise http.invalid_request("the options contradict each other")
    if "geometryProperty" in given and media != http.GEO:
        raise http.bad_data("geometryProperty goes with application/geo+json only")
    pick, omit = projections(given, terms)
    join, level = _joined(given)
    if max(pick.depth(), omit.depth()) > level:
        raise http.bad_data("members of linked entities are named deeper than the join reaches")
    return Shape(
        terms=terms,
        form=next(iter(forms), "normalized"),  # type: ignore[arg-type]
        sys_attrs="sysAttrs" in named,
        pick=pick,
        omit=omit,
        attrs=names(given, "attrs", terms),
        lang=given.get("lang", ""),
        geometry=terms.stored(given.get("geometryProperty", "location")),
        datasets=frozenset(part for part in given.get("datasetId", "").split(",") if part),
        join=join,
        level=level,
        contained=tuple(part for part in given.get("containedBy", "").split(",") if part),
    )


def projections(given: Mapping[str, str], terms: Terms) -> tuple[projection.Projection, projection.Projection]:
    if "attrs" in given and ("pick" in given or "omit" in given):
        raise http.bad_data("attrs goes neither with pick nor with omit")
    pick = projection.parse(given["pick"], terms.stored) if "pick" in given else projection.NOTHING
    omit = projection.parse(given["omit"], terms.stored) if "omit" in given else projection.NOTHING
    whole = {name for name, inner in omit.members.items() if inner is None}
    if whole & pick.members.keys():
        raise http.bad_data("pick and omit name the same member")
    return pick, omit


def _joined(given: Mapping[str, str]) -> tuple[str, int]:
    join = given.get("join", "@none")
    if join not in ("inline", "flat", "@none"):
        raise http.bad_data("join must be inline, flat or @none")
    level = http.number(given, "joinLevel", 1)
    if level < 1:
        raise http.bad_data("joinLevel must be 1 or more")
    return ("", 0) if join == "@none" else (join, min(level, projection.DEEPEST))


def names(given: Mapping[str, str], name: str, terms: Terms) -> frozenset[str]:
    if name not in given:
        return frozenset()
    named = [part.strip() for part in given[name].split(",")]
    found = (checking.attribute_name(part, terms.knows(part)) for part in named)
    return frozenset(part if part in projection.OWN else terms.stored(part) for part in found)


def query(given: Mapping[str, str], terms: Terms, *, selectors: tuple[Selector, ...] = ()) -> Query:
    """``selectors``: those of a query in a body, instead of id, type and idPattern. Raises Problem where nothing limits
    the query, or a parameter makes no sense."""
    limit = http.number(given, "limit", 20)
    if limit > http.LARGEST_PAGE or (limit == 0 and not wants_count(given)):
        raise http.bad_data(f"limit must lie between 1 and {http.LARGEST_PAGE}, or be 0 together with count=true")
    _, level = _joined(given)
    q = linkedq.resolvable(given.get("q", ""), level)
    has = names(given, "attrs", terms) - projection.OWN
    selectors = selectors or _selector(given, terms)
    _narrow_enough(given, selectors, has, q)
    if given.get("csf"):
        with_csf(given["csf"])
    named = [selector.kinds for selector in selectors]
    single = len(selectors) == 1 and all(len(kind) == 1 for kind in named[0])
    types = {t for kinds in named for kind in kinds for t in kind} if all(named) else set()
    return Query(
        types=tuple(sorted(types)),
        ids=selectors[0].ids if single else (),
        id_pattern=selectors[0].id_pattern if single and not selectors[0].ids else "",
        selectors=() if single else selectors,
        q=linkedq.renamed(q, terms.stored, _expanding(given, terms)) if q else "",
        has=tuple(sorted(has)),
        scope_q=given.get("scopeQ", ""),
        geo=geo(given, terms),
        limit=limit,
        offset=http.number(given, "offset", 0),
        sorts=sorts(given, terms),
        collation=given.get("collation", ""),
    )


def _narrow_enough(given: Mapping[str, str], selectors: Any, has: frozenset[str], q: str) -> None:
    """5.7.2.4: what is asked for must be narrowed by more than ids and times."""
    local = given.get("local", "true")
    if local not in ("true", "false"):
        raise http.bad_data("local must be true or false")
    if given.get("type") == "*" and local == "false":
        raise http.bad_data("every type can be asked for locally only")
    told = any(s.kinds for s in selectors) or given.get("type") == "*" or has or linkedq.tells(q, _SYSTEM)
    if not (told or given.get("georel") or given.get("scopeQ") or given.get("local") == "true"):
        raise http.bad_data(
            "at least one of type, attrs, q, georel, scopeQ or local=true must be given",
            "请至少给出 type、attrs、q、georel、scopeQ 或 local=true",
        )


def with_csf(text: str) -> None:
    """A filter of context sources; there being none, it is only looked at."""
    door.renamed_q(text, lambda name: name)


def _expanding(given: Mapping[str, str], terms: Terms) -> linkedq.Expand:
    wanted = {part for part in given.get("expandValues", "").split(",") if part}
    return lambda name, value: terms.iri(value) if name in wanted and isinstance(value, str) else value


def wants_count(given: Mapping[str, str]) -> bool:
    return given.get("count") == "true" or "count" in given.get("options", "").split(",")


def _selector(given: Mapping[str, str], terms: Terms) -> tuple[Selector, ...]:
    ids = tuple(i for i in given.get("id", "").split(",") if i)
    if not all(checking.is_uri(i) for i in ids):
        raise http.bad_data("every id must be a URI", "id 须是 URI")
    return (Selector(types(given.get("type", ""), terms), ids, given.get("idPattern", "")),)


def types(text: str, terms: Terms) -> tuple[tuple[str, ...], ...]:
    """The type selection language (4.17) as alternatives of what must all be; none for all types."""
    if text in ("", "*"):
        return ()
    return _short(text, terms) if len(text) < 200 else _selected(text, terms)


@lru_cache(1000)
def _short(text: str, terms: Terms) -> tuple[tuple[str, ...], ...]:
    return _selected(text, terms)


def _selected(text: str, terms: Terms) -> tuple[tuple[str, ...], ...]:
    tokens = _TYPES.findall(text)
    found = _any_type(tokens, terms)
    if tokens:
        raise http.bad_data(f"{text[:80]!r} selects no types")
    return tuple(tuple(sorted(kind)) for kind in dict.fromkeys(found))


def _any_type(tokens: list[str], terms: Terms) -> list[frozenset[str]]:
    found = _all_types(tokens, terms)
    while tokens and tokens[0] in ",|":
        tokens.pop(0)
        found = found + _all_types(tokens, terms)
    return found


def _all_types(tokens: list[str], terms: Terms) -> list[frozenset[str]]:
    found = _one_type(tokens, terms)
    while tokens and tokens[0] == ";":
        tokens.pop(0)
        other = _one_type(tokens, terms)
        found = [a | b for a in found for b in other]
        if len(found) > 100:
            raise http.bad_data("the selection of types is too long")
    return found


def _one_type(tokens: list[str], terms: Terms) -> list[frozenset[str]]:
    token = tokens.pop(0) if tokens else ""
    if token == "(":  # noqa: S105
        found = _any_type(tokens, terms)
        if not tokens or tokens.pop(0) != ")":
            raise http.bad_data("a parenthesis of the types is not closed")
        return found
    return [frozenset({terms.stored(checking.name(token, terms.knows(token)))})]


def sorts(given: Mapping[str, str], terms: Terms) -> tuple[Sort, ...]:
    """``orderBy`` (4.23); ``orderFrom`` is the point that distances are measured from."""
    found = tuple(_sort(part, given, terms) for part in given.get("orderBy", "").split(",") if part)
    if given.get("collation"):
        door.check_collation(given["collation"])
    return found


def _sort(text: str, given: Mapping[str, str], terms: Terms) -> Sort:
    path, _, way = text.partition(";")
    parts = _PATH.match(path)
    if not parts or way not in ("", "asc", "desc", "dist-asc", "dist-desc"):
        raise http.bad_data(f"cannot order by {text[:80]!r}")
    named = [parts[1]] if "://" in parts[1] else parts[1].split(".")
    stored = tuple(n if n in projection.OWN else terms.stored(n) for n in named)
    near = _from(given) if way.startswith("dist") else None
    return Sort(stored, tuple(parts[2].split(".")) if parts[2] else (), way.endswith("desc"), near)


def _from(given: Mapping[str, str]) -> tuple[float, float]:
    found: Any = None
    with suppress(orjson.JSONDecodeError):
        found = orjson.loads(given.get("orderFrom", ""))
    while isinstance(found, list) and found and isinstance(found[0], list):
        found = found[0]
    if not isinstance(found, list) or len(found) < 2 or not all(isinstance(c, int | float) for c in found):
        raise http.bad_data("to order by distance, orderFrom must give coordinates")
    return float(found[0]), float(found[1])


def geo(given: Mapping[str, str], terms: Terms) -> GeoQuery | None:
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
    said = [part for part in relation[2].split(";") if part]
    limits = {found[1]: _metres(found[2]) for part in said if (found := _DISTANCES.match(part))}
    if len(said) != (1 if relation[1] == "near" else 0) or len(limits) != len(said):
        raise http.bad_data("near needs either maxDistance or minDistance; nothing else has a distance")
    return GeoQuery(
        relation[1],  # type: ignore[arg-type]
        {"type": geometry, "coordinates": _coordinates(coordinates) if isinstance(coordinates, str) else coordinates},
        max_distance=limits.get("max"),
        min_distance=limits.get("min"),
        attribute=attribute,
    )


def _coordinates(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise http.bad_data("coordinates must be a JSON array") from error


def _metres(text: str) -> float:
    try:
        found = float(text)
    except ValueError as error:
        raise http.bad_data(f"{text!r} is no distance in metres") from error
    if not 0 < found < 1e9:
        raise http.bad_data(f"{text!r} is no distance in metres")
    return found

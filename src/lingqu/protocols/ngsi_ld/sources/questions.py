"""A retrieval or a query in the words in which a source is asked, narrowed to what it was registered for
(CIM 009 4.3.6.1, 5.7.1.4, 5.7.2.4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from lingqu.centre.entities import door
from lingqu.centre.entities.door import Query
from lingqu.protocols.ngsi_ld import http, projection
from lingqu.protocols.ngsi_ld.compact import Shape
from lingqu.protocols.ngsi_ld.sources import wire
from lingqu.protocols.ngsi_ld.sources.ask import Call
from lingqu.protocols.ngsi_ld.sources.targets import Target

_PASSED = ("georel", "geometry", "coordinates", "scopeQ", "lang")


def retrieval(target: Target, entity_id: str, wanted: frozenset[str], context: Any) -> Call:
    how = wire.of(target.source, context)
    names = narrowed(wanted, target.attributes)
    params = [("attrs", ",".join(how.terms.said(n) for n in sorted(names)))] if names else []
    params.append(("options", "sysAttrs"))
    if "retrieveEntity" in target.source.operations:
        return Call(target.source, how, "GET", f"entities/{http.quoted(entity_id)}", tuple(params))
    said = {**dict(params[:-1]), "id": entity_id}
    if types := sorted({how.terms.said(t) for t in _registered(target)}):
        said["type"] = ",".join(types)
    if "queryEntity" in target.source.operations:
        return Call(target.source, how, "GET", "entities", (*said.items(), params[-1]))
    return Call(target.source, how, "POST", "entityOperations/query", (params[-1],), _document(said))


def narrowed(wanted: frozenset[str], registered: frozenset[str]) -> frozenset[str]:
    """Attributes to ask for; none for all."""
    return wanted & registered if wanted and registered else wanted or registered


def selection(asked: Query) -> tuple[tuple[frozenset[str], ...], tuple[str, ...], str]:
    """Alternatives of types, ids and a pattern, over all selectors: what a source might hold of it."""
    if not asked.selectors:
        return tuple(frozenset({t}) for t in asked.types), asked.ids, asked.id_pattern
    each = asked.selectors
    kinds = tuple(frozenset(k) for s in each for k in s.kinds) if all(s.kinds for s in each) else ()
    ids = tuple(i for s in each for i in s.ids) if all(s.ids for s in each) else ()
    return kinds, ids, each[0].id_pattern if len(each) == 1 else ""


def listed(documents: Any) -> list[Any]:
    """Raises Problem for what is no list of entities."""
    if not isinstance(documents, list):
        raise http.bad_data("a list of entities was meant")
    return documents


def query(
    request: HttpRequest, target: Target, given: Mapping[str, str], asked: Query, shape: Shape, context: Any,
    limit: int, split: bool,
) -> Call:  # fmt: skip
    how = wire.of(target.source, context)
    by_get = "queryEntity" in target.source.operations
    if by_get and "queryBatch" in target.source.operations:
        by_get = request.method != "POST"
    paging = [("limit", str(limit)), ("options", "sysAttrs")] if limit else [("limit", "0")]
    if given.get("count") == "true":
        paging.append(("count", "true"))
    said = parameters(target, how, given, asked, shape, split)
    if by_get:
        return Call(target.source, how, "GET", "entities", (*said.items(), *paging))
    return Call(target.source, how, "POST", "entityOperations/query", tuple(paging), _document(said))


def parameters(
    target: Target, how: wire.Wire, given: Mapping[str, str], asked: Query, shape: Shape, split: bool = False
) -> dict[str, str]:
    """The query as parameters, narrowed to what the source was registered for."""
    kinds, ids, pattern = selection(asked)
    found: dict[str, str] = {}
    types = [_type(kind, how) for kind in kinds] or sorted({how.terms.said(t) for t in _registered(target)})
    if types:
        found["type"] = ",".join(dict.fromkeys(types))
    if ids or target.ids:
        found["id"] = ",".join([i for i in ids if i in target.ids] if ids and target.ids else ids or target.ids)
    elif pattern:
        found["idPattern"] = pattern
    wanted = frozenset(() if split else asked.has) or (shape.attrs | frozenset(shape.pick.members)) - projection.OWN
    if names := narrowed(wanted if not asked.q else wanted & frozenset(asked.has), target.attributes):
        found["attrs"] = ",".join(how.terms.said(name) for name in sorted(names))
    if not split:
        found |= {name: given[name] for name in _PASSED if name in given}
        if asked.q:
            found["q"] = given["q"] if how.same else door.renamed_q(asked.q, how.terms.said)
        if asked.geo and asked.geo.attribute:
            found["geoproperty"] = how.terms.said(asked.geo.attribute)
    return found


def _type(kind: frozenset[str], how: wire.Wire) -> str:
    said = [how.terms.said(t) for t in sorted(kind)]
    return said[0] if len(said) == 1 else f"({';'.join(said)})"


def _registered(target: Target) -> set[str]:
    """Types to ask for where none was named; none where the source speaks for any."""
    each = [s.types for i in target.informations for s in i.entities]
    return set().union(*each) if all(i.entities for i in target.informations) else set()


def _document(said: Mapping[str, str]) -> dict[str, Any]:
    selector: dict[str, Any] = {"type": said.get("type", "*")}
    if "id" in said:
        ids = said["id"].split(",")
        selector["id"] = ids[0] if len(ids) == 1 else ids
    if "idPattern" in said:
        selector["idPattern"] = said["idPattern"]
    found: dict[str, Any] = {"type": "Query", "entities": [selector]}
    if "attrs" in said:
        found["attrs"] = said["attrs"].split(",")
    found |= {name: said[name] for name in ("q", "scopeQ", "lang") if name in said}
    if "georel" in said:
        names = ("georel", "geometry", "coordinates", "geoproperty")
        found["geoQ"] = {name: said[name] for name in names if name in said}
    return found

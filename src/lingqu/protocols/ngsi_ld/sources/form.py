"""A registration of a source as it comes (CIM 009 5.2.9 to 5.2.11, 5.2.34), checked, with names of the store."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.kernel.errors import Invalid, Unavailable
from lingqu.protocols.ngsi_ld import checking, expand, http, subscription_form
from lingqu.protocols.ngsi_ld.sources import operations
from lingqu.protocols.ngsi_ld.terms import Terms

MODES = ("inclusive", "exclusive", "redirect", "auxiliary")
PLACES = ("location", "observationSpace", "operationSpace")
INTERVALS = ("observationInterval", "managementInterval")
MOST = 100
"""Members of a list of a registration; properties of its own."""
_NULL = "urn:ngsi-ld:null"
_DURATION = re.compile(r"P(?!\Z)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?\Z")
_TENANT = re.compile(r"[A-Za-z0-9_-]{1,50}\Z")
_VERBATIM = ("id", "type")
_GIVEN_OUT = frozenset({"status", "timesSent", "timesFailed", "lastSuccess", "lastFailure", "createdAt", "modifiedAt"})
Reader = Callable[[Any, Terms], Any]


def fresh(document: Any, used: Terms) -> dict[str, Any]:
    """A new one. Raises Problem (BadRequestData), Invalid."""
    if not isinstance(document, Mapping) or not document:
        raise http.bad_data("a registration must be a JSON object that is not empty")
    return _whole(_read(document, used))


def patched(standing: Mapping[str, Any], document: Any, used: Terms) -> dict[str, Any]:
    """What stands, with the members of a fragment in their places; null takes away (5.9.3)."""
    if not isinstance(document, Mapping) or not document:
        raise http.bad_data("a fragment of a registration must be a JSON object that is not empty")
    gone = {name for name, value in document.items() if value in (None, _NULL)}
    if gone & {"id", "type", "information", "endpoint"}:
        raise http.bad_data("id, type, information and endpoint cannot be taken away")
    given = _read({k: v for k, v in document.items() if k not in gone}, used)
    stored = {name if name in _READERS else used.stored(name) for name in gone}
    return _whole({k: v for k, v in standing.items() if k not in stored} | given)


def _read(document: Mapping[str, Any], used: Terms) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in document.items():
        if name in _READERS:
            found[name] = _READERS[name](value, used)
        elif name in _VERBATIM:
            found[name] = value
        elif name != "@context" and name not in _GIVEN_OUT:
            checking.attribute_name(name, used.knows(name))
            found[used.stored(name)] = _own(name, value, used)
    if len(found) > MOST:
        raise http.bad_data(f"a registration has {MOST} members at most")
    if found.get("type", "ContextSourceRegistration") != "ContextSourceRegistration":
        raise http.bad_data("the type must be ContextSourceRegistration")
    return found


def _own(name: str, value: Any, used: Terms) -> Any:
    """A context source property, as it is filtered by (``csf``): kept as it came, once it can be read."""
    expand.attribute(name, value, used, merging=False)
    return value


def _whole(found: dict[str, Any]) -> dict[str, Any]:
    if found.get("type") != "ContextSourceRegistration":
        raise http.bad_data("the type must be ContextSourceRegistration")
    for name in ("information", "endpoint"):
        if name not in found:
            raise http.bad_data(f"{name} is missing", f"缺少 {name}")
    if "expiresAt" in found and datetime.fromisoformat(found["expiresAt"]) <= timezone.now():
        raise http.bad_data("expiresAt lies in the past", "expiresAt 已过")
    mode = found.get("mode", "inclusive")
    if mode == "auxiliary" and not set(found.get("operations", ())) <= operations.AUXILIARY:
        raise http.bad_data("an auxiliary source is asked for what it holds only: retrieveOps or its members")
    if mode == "exclusive":
        _exclusive(found["information"])
    return found


def _exclusive(information: list[dict[str, Any]]) -> None:
    """4.3.6.3: attributes of single entities."""
    for each in information:
        named = each.get("entities", ())
        if not named or not all("id" in entity for entity in named):
            raise http.bad_data("an exclusive registration must name the id of each entity")
        if not attributes(each):
            raise http.bad_data("an exclusive registration must name attributes")


def attributes(information: Mapping[str, Any]) -> frozenset[str]:
    """Attributes that one RegistrationInfo names; none for all."""
    return frozenset(information.get("propertyNames", ())) | frozenset(information.get("relationshipNames", ()))


def _information(given: Any, used: Terms) -> list[dict[str, Any]]:
    if not isinstance(given, list) or not 0 < len(given) <= MOST:
        raise http.bad_data(f"information must be a list of 1 to {MOST} descriptions", "information 有误")
    return [_described(each, used) for each in given]


def _described(given: Any, used: Terms) -> dict[str, Any]:
    members = {"entities", "propertyNames", "relationshipNames"}
    if not isinstance(given, Mapping) or not given or not given.keys() <= members:
        raise http.bad_data("information must name entities, propertyNames, relationshipNames")
    found: dict[str, Any] = {}
    if "entities" in given:
        listed = given["entities"]
        if not isinstance(listed, list) or not 0 < len(listed) <= MOST:
            raise http.bad_data(f"entities must be a list of 1 to {MOST}")
        found["entities"] = [_entity(each, used) for each in listed]
    for name in ("propertyNames", "relationshipNames"):
        if name in given:
            found[name] = _names(given[name], used)
    return found


def _entity(given: Any, used: Terms) -> dict[str, Any]:
    if not isinstance(given, Mapping) or not given.keys() <= {"id", "type", "idPattern"} or "type" not in given:
        raise http.bad_data("an entity of a registration must name its type, and may name an id or an idPattern")
    named = given["type"] if isinstance(given["type"], list) else [given["type"]]
    if not named or len(named) > MOST:
        raise http.bad_data("an entity of a registration must name its type")
    types = [used.stored(checking.name(each, isinstance(each, str) and used.knows(each))) for each in named]
    found: dict[str, Any] = {"type": types if isinstance(given["type"], list) else types[0]}
    if "id" in given:
        if not checking.is_uri(given["id"]):
            raise http.bad_data("the id of an entity must be a URI", "id 须是 URI")
        found["id"] = given["id"]
    if "idPattern" in given:
        found["idPattern"] = subscription_form.pattern(given["idPattern"])
    return found


def _names(given: Any, used: Terms) -> list[str]:
    if not isinstance(given, list) or not 0 < len(given) <= MOST:
        raise http.bad_data(f"a list of 1 to {MOST} attribute names is needed")
    each = (checking.attribute_name(name, isinstance(name, str) and used.knows(name)) for name in given)
    return [used.stored(name) for name in each]


def _mode(given: Any, _: Terms) -> str:
    if given not in MODES:
        raise http.bad_data(f"mode must be one of {', '.join(MODES)}")
    return str(given)


def _operations(given: Any, _: Terms) -> list[str]:
    known = operations.SINGLE | operations.GROUPS.keys()
    if not isinstance(given, list) or not given or not all(isinstance(n, str) and n in known for n in given):
        raise http.bad_data("operations must be a list of operations, or of groups of them (4.20)")
    return list(dict.fromkeys(given))


def _endpoint(given: Any, _: Terms) -> str:
    """Told at once where it may never be called; whether it can be is found out when it is asked."""
    subscription_form.require_uri(given)
    if http.scheme(given) not in ("http", "https"):
        raise http.bad_data("the endpoint of a source is asked by http or https")
    try:
        access.outbound_place(given)
    except Unavailable:
        return str(given)
    except Invalid as error:
        raise http.Problem("BadRequestData", 400, error.message.zh, error.message.en) from error
    return str(given)


def _management(given: Any, _: Terms) -> dict[str, Any]:
    """5.2.34; times are milliseconds."""
    if not isinstance(given, Mapping) or not given.keys() <= {"localOnly", "cacheDuration", "timeout", "cooldown"}:
        raise http.bad_data("management holds localOnly, cacheDuration, timeout, cooldown")
    if not isinstance(given.get("localOnly", False), bool):
        raise http.bad_data("localOnly must be true or false")
    duration = given.get("cacheDuration", "PT0S")
    if not isinstance(duration, str) or not _DURATION.match(duration):
        raise http.bad_data("cacheDuration must be an ISO 8601 duration")
    for name in ("timeout", "cooldown"):
        value = given.get(name, 1)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e9:
            raise http.bad_data(f"{name} must be milliseconds above 0")
    return dict(given)


def _local_only(given: Any, _: Terms) -> bool:
    if not isinstance(given, bool):
        raise http.bad_data("localOnly must be true or false")
    return given


def _interval(given: Any, _: Terms) -> dict[str, str]:
    if not isinstance(given, Mapping) or not given.keys() <= {"startAt", "endAt"} or "startAt" not in given:
        raise http.bad_data("an interval has a startAt, and may have an endAt")
    found = {name: checking.time(given[name], name) for name in given}
    if found.get("endAt", found["startAt"]) < found["startAt"]:
        raise http.bad_data("an interval ends after it begins")
    return {name: str(given[name]) for name in given}


def _place(given: Any, _: Terms) -> Any:
    value = given.get("value") if isinstance(given, Mapping) and given.get("type") == "GeoProperty" else given
    if not isinstance(value, Mapping) or value.get("type") not in expand.GEOMETRIES or "coordinates" not in value:
        raise http.bad_data("a place must be a GeoJSON geometry")
    return given


def _scope(given: Any, _: Terms) -> Any:
    found = checking.scopes(given)
    return list(found) if isinstance(given, list) else found[0]


def _moment(given: Any, _: Terms) -> str:
    checking.time(given, "expiresAt")
    return str(given)


def _text(given: Any, _: Terms) -> str:
    if not isinstance(given, str) or len(given) > 2000:
        raise http.bad_data("text is needed")
    return given


def _tenant(given: Any, _: Terms) -> str:
    if not isinstance(given, str) or not _TENANT.match(given):
        raise http.bad_data("tenant must be letters, digits, - or _")
    return given


def _pairs(given: Any, _: Terms) -> list[dict[str, str]]:
    return subscription_form.pairs("contextSourceInfo", given, kept=True)


_READERS: dict[str, Reader] = {
    "registrationName": _text,
    "description": _text,
    "information": _information,
    "tenant": _tenant,
    "mode": _mode,
    "operations": _operations,
    "endpoint": _endpoint,
    "contextSourceAlias": _text,
    "contextSourceInfo": _pairs,
    "management": _management,
    "localOnly": _local_only,
    "scope": _scope,
    "expiresAt": _moment,
    "refreshRate": _text,
    **dict.fromkeys(PLACES, _place),
    **dict.fromkeys(INTERVALS, _interval),
}
KNOWN = frozenset({*_READERS, *_VERBATIM})

"""A subscription as it comes (CIM 009 5.2.12 to 5.2.15, 5.2.22, 5.2.23), checked, with names in store form."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.centre.entities import door
from lingqu.kernel.errors import Invalid, Unavailable
from lingqu.protocols.ngsi_ld import http, linkedq, params, projection
from lingqu.protocols.ngsi_ld.notify import mqtt, scopes, selectors
from lingqu.protocols.ngsi_ld.terms import Terms, terms

TRIGGERS = (
    "entityCreated",
    "entityUpdated",
    "entityDeleted",
    "attributeCreated",
    "attributeUpdated",
    "attributeDeleted",
)
DEFAULT_TRIGGERS = ["attributeCreated", "attributeUpdated"]
FORMATS = {"normalized": "normalized", "concise": "concise", "simplified": "simplified", "keyValues": "simplified"}
ACCEPTS = ("application/json", "application/ld+json", "application/geo+json")
MOST = 100  # entity selectors, attribute names, pairs of receiverInfo
_OWN = frozenset({"id", "type", "scope"})
_NULL = "urn:ngsi-ld:null"
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")  # RFC 9110 5.6.2
_VALUE = re.compile(r"[ -~]{0,4000}")
OURS = frozenset(
    {"connection", "content-length", "content-type", "host", "te", "trailer", "transfer-encoding", "upgrade"}
)
_VERBATIM = ("id", "type", "temporalQ")
Reader = Callable[[Any, Terms], Any]


def fresh(document: Any, used: Terms) -> dict[str, Any]:
    """A new one. Raises Problem (BadRequestData)."""
    if not isinstance(document, Mapping) or not document:
        raise http.bad_data("a subscription must be a JSON object that is not empty")
    given = _read({k: v for k, v in document.items() if v is not None}, used)
    _whole(given)
    return given


def patched(standing: Mapping[str, Any], document: Any, used: Terms) -> dict[str, Any]:
    """What stands, with the members of a fragment in their places; null takes away (5.8.2)."""
    if not isinstance(document, Mapping) or not document:
        raise http.bad_data("a fragment of a subscription must be a JSON object that is not empty")
    gone = {name for name, value in document.items() if value in (None, _NULL)}
    if gone & {"id", "type", "notification"}:
        raise http.bad_data("id, type and notification cannot be taken away")
    given = _read({k: v for k, v in document.items() if k not in gone}, used)
    found = {k: v for k, v in standing.items() if k not in gone} | given
    _whole(found)
    return found


def _read(document: Mapping[str, Any], used: Terms) -> dict[str, Any]:
    found = {}
    for name in _VERBATIM:
        if name in document:
            found[name] = document[name]
    for name, reader in _READERS.items():
        if name in document:
            found[name] = reader(document[name], used)
    if found.get("type", "Subscription") != "Subscription":
        raise http.bad_data("the type must be Subscription")
    return found


def _whole(found: Mapping[str, Any]) -> None:
    if found.get("type") != "Subscription":
        raise http.bad_data("the type must be Subscription")
    if "notification" not in found:
        raise http.bad_data("notification is missing", "缺少 notification")
    if not found.get("entities") and not found.get("watchedAttributes"):
        raise http.bad_data("entities or watchedAttributes must be given", "请给出 entities 或 watchedAttributes")
    if "timeInterval" in found and ("throttling" in found or "watchedAttributes" in found):
        raise http.bad_data("timeInterval goes neither with throttling nor with watchedAttributes")
    if "expiresAt" in found and datetime.fromisoformat(found["expiresAt"]) <= timezone.now():
        raise http.bad_data("expiresAt lies in the past", "expiresAt 已过")


def _entities(given: Any, used: Terms) -> list[dict[str, Any]]:
    if not isinstance(given, list) or not 0 < len(given) <= MOST:
        raise http.bad_data(f"entities must be a list of 1 to {MOST} selectors")
    return [_selector(each, used) for each in given]


def _selector(given: Any, used: Terms) -> dict[str, Any]:
    if not isinstance(given, Mapping) or not given.keys() & {"type", "id", "idPattern"}:
        raise http.bad_data("an entity selector must name a type, an id or an idPattern")
    found: dict[str, Any] = {}
    if "type" in given:
        if not isinstance(given["type"], str) or not given["type"]:
            raise http.bad_data("the type of an entity selector must be text")
        found["type"] = selectors.renamed(given["type"], used.stored)
    if "id" in given:
        ids = given["id"] if isinstance(given["id"], list) else [given["id"]]
        for each in ids:
            require_uri(each)
        found["id"] = given["id"]
    if "idPattern" in given:
        found["idPattern"] = pattern(given["idPattern"])
    return found


def pattern(given: Any) -> str:
    """One that neither is too long nor takes very long: it is tried on each change."""
    wrong = http.bad_data("idPattern is no regular expression that can be used")
    if not isinstance(given, str) or len(given) > 200 or re.search(r"[+*}]\)?[+*{]", given):
        raise wrong
    try:
        re.compile(given)
    except re.error as error:
        raise wrong from error
    return given


def require_uri(given: Any) -> None:
    if not isinstance(given, str) or ":" not in given[1:] or len(given) > 2000 or any(c <= " " for c in given):
        raise http.bad_data(f"{str(given)[:80]!r} is no URI", "须是 URI")


def _names(given: Any, used: Terms) -> list[str]:
    if not isinstance(given, list) or not 0 < len(given) <= MOST or not all(isinstance(n, str) and n for n in given):
        raise http.bad_data(f"a list of 1 to {MOST} attribute names is needed")
    return [n if n in _OWN else used.stored(n) for n in given]


def _triggers(given: Any, _: Terms) -> list[str]:
    if not isinstance(given, list) or not given or not set(map(str, given)) <= set(TRIGGERS):
        raise http.bad_data(f"notificationTrigger must be some of {', '.join(TRIGGERS)}")
    return list(given)


def _seconds(given: Any, _: Terms) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 < given <= 1e9:
        raise http.bad_data("timeInterval and throttling must be seconds above 0")
    return given


def _q(given: Any, used: Terms) -> dict[str, str]:
    """As it was said, for giving it back, and in store names. Many write it as in an address (``%20``)."""
    if not isinstance(given, str) or len(given) > 10_000:
        raise http.bad_data("q must be text")
    plain = unquote(given)
    linkedq.resolvable(plain, projection.DEEPEST)
    return {"said": given, "stored": linkedq.renamed(plain, used.stored, lambda _, value: value)}


def _csf(given: Any, used: Terms) -> str:
    return _q(given, used)["said"]


def _scope(given: Any, _: Terms) -> str:
    if not isinstance(given, str):
        raise http.bad_data("scopeQ must be text")
    scopes.compiled(given)
    return given


def _geo(given: Any, used: Terms) -> dict[str, Any]:
    if not isinstance(given, Mapping) or not {"georel", "geometry", "coordinates"} <= given.keys():
        raise http.bad_data("geoQ needs georel, geometry and coordinates")
    found = {k: given[k] for k in ("georel", "geometry", "coordinates")}
    if "geoproperty" in given:
        found["geoproperty"] = used.stored(str(given["geoproperty"]))
    geo_query(found)
    return found


def geo_query(given: Mapping[str, Any]) -> door.GeoQuery:
    return params.geo_query(given["georel"], given["geometry"], given["coordinates"], given.get("geoproperty", ""))


def _boolean(given: Any, _: Terms) -> bool:
    if not isinstance(given, bool):
        raise http.bad_data("true or false is needed")
    return given


def _text(given: Any, _: Terms) -> str:
    if not isinstance(given, str) or len(given) > 2000:
        raise http.bad_data("text is needed")
    return given


def _moment(given: Any, _: Terms) -> str:
    try:
        assert datetime.fromisoformat(given).tzinfo is not None
    except (TypeError, ValueError, AssertionError) as error:
        raise http.bad_data("a time with its zone is needed") from error
    return str(given)


def _datasets(given: Any, _: Terms) -> list[str]:
    listed = given if isinstance(given, list) else [given]
    if not listed or len(listed) > MOST:
        raise http.bad_data("datasetId must name some datasets")
    for each in listed:
        if each != "@none":
            require_uri(each)
    return listed


def _context(given: Any, _: Terms) -> str:
    require_uri(given)
    if http.scheme(given) not in ("http", "https"):
        raise http.bad_data("jsonldContext must be the address of a context")
    try:
        terms(given)
    except Unavailable as error:
        raise http.Problem("LdContextNotAvailable", 504, error.message.zh, error.message.en) from error
    return str(given)


def _notification(given: Any, used: Terms) -> dict[str, Any]:
    if not isinstance(given, Mapping) or not isinstance(given.get("endpoint"), Mapping):
        raise http.bad_data("notification must be an object with an endpoint", "notification 须含 endpoint")
    found = _members(given, used)
    if "format" in given:
        if given["format"] not in tuple(FORMATS):
            raise http.bad_data(f"format must be one of {', '.join(FORMATS)}")
        found["format"] = given["format"]
    for name in ("showChanges", "sysAttrs"):
        if name in given:
            found[name] = _boolean(given[name], used)
    if found.get("showChanges") and FORMATS[found.get("format", "normalized")] == "simplified":
        raise http.bad_data("showChanges does not go with simplified entities")
    return found | _linked(given) | {"endpoint": _endpoint(given["endpoint"])}


def _members(given: Mapping[str, Any], used: Terms) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in ("attributes", "pick", "omit"):
        if name in given:
            found[name] = _names(given[name], used)
    if "attributes" in found and found.keys() & {"pick", "omit"}:
        raise http.bad_data("attributes goes neither with pick nor with omit")
    if set(found.get("pick", ())) & set(found.get("omit", ())):
        raise http.bad_data("pick and omit name the same member")
    return found


def _linked(given: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "join" in given:
        if given["join"] not in ("flat", "inline", "@none"):
            raise http.bad_data("join must be flat, inline or @none")
        found["join"] = given["join"]
    if "joinLevel" in given:
        if not isinstance(given["joinLevel"], int) or not 1 <= given["joinLevel"] <= 5:
            raise http.bad_data("joinLevel must lie between 1 and 5")
        found["joinLevel"] = given["joinLevel"]
    return found


def _endpoint(given: Mapping[str, Any]) -> dict[str, Any]:
    uri = given.get("uri")
    require_uri(uri)
    found: dict[str, Any] = {"uri": uri}
    if "accept" in given:
        if given["accept"] not in ACCEPTS:
            raise http.bad_data(f"accept must be one of {', '.join(ACCEPTS)}")
        found["accept"] = given["accept"]
    for name in ("timeout", "cooldown"):
        if name in given:
            if isinstance(given[name], bool) or not isinstance(given[name], int) or given[name] < 1:
                raise http.bad_data(f"{name} must be milliseconds above 0")
            found[name] = given[name]
    for name in ("receiverInfo", "notifierInfo"):
        if name in given:
            found[name] = pairs(name, given[name])
    _notifier(found.get("notifierInfo", []))
    reachable(str(uri))
    return found


def pairs(name: str, given: Any, *, kept: bool = False) -> list[dict[str, str]]:
    """KeyValuePairs (5.2.22), each a header. ``kept``: what cannot be sent is kept, for it is not sent (4.3.6.5)."""
    if not isinstance(given, list) or len(given) > MOST:
        raise http.bad_data(f"{name} must be a list of key and value")
    for pair in given:
        if not isinstance(pair, Mapping) or not all(isinstance(pair.get(k), str) for k in ("key", "value")):
            raise http.bad_data(f"{name} must be a list of key and value, both of them text")
        if not _HEADER.fullmatch(pair["key"]) or not _VALUE.fullmatch(pair["value"]):
            raise http.bad_data(f"{pair['key'][:40]!r} cannot be sent as a header")
        if pair["key"].lower() in OURS and not kept:
            raise http.bad_data(f"{pair['key'][:40]!r} cannot be sent as a header")
    return [{"key": pair["key"], "value": pair["value"]} for pair in given]


def reachable(uri: str) -> None:
    """Told at once where the host may never be called; whether it can be is found out when something is sent."""
    scheme = http.scheme(uri)
    if scheme not in ("http", "https", *mqtt.PORTS):
        raise http.bad_data(f"notifications are sent by http, https, mqtt and mqtts, not by {scheme}")
    if scheme in mqtt.PORTS and (fault := mqtt.wrong(uri)):
        raise http.bad_data(f"the address of the endpoint {fault}")
    try:
        if scheme in mqtt.PORTS:
            access.outbound_reach(*mqtt.place(uri))
        else:
            access.outbound_place(uri)
    except Unavailable:
        return
    except Invalid as error:
        raise http.Problem("BadRequestData", 400, error.message.zh, error.message.en) from error


def _notifier(pairs: list[dict[str, str]]) -> None:
    """CIM 009 clause 7: the version and the quality of service of MQTT."""
    known = {"MQTT-Version": tuple(mqtt.VERSIONS), "MQTT-QoS": mqtt.QUALITIES}
    for pair in pairs:
        if pair["key"] in known and pair["value"] not in known[pair["key"]]:
            raise http.bad_data(f"{pair['key']} must be one of {', '.join(known[pair['key']])}")


_READERS: dict[str, Reader] = {
    "subscriptionName": _text,
    "description": _text,
    "entities": _entities,
    "watchedAttributes": _names,
    "notificationTrigger": _triggers,
    "timeInterval": _seconds,
    "throttling": _seconds,
    "q": _q,
    "csf": _csf,
    "scopeQ": _scope,
    "geoQ": _geo,
    "isActive": _boolean,
    "localOnly": _boolean,
    "splitEntities": _boolean,
    "notification": _notification,
    "expiresAt": _moment,
    "lang": _text,
    "datasetId": _datasets,
    "jsonldContext": _context,
}


def allowed(actor: Actor, document: Mapping[str, Any]) -> None:
    """Raises Refused where the actor may not read or filter by what is subscribed to, Invalid for a query that makes no
    sense: told when it is made, not when the first change comes."""
    for query in queries(document):
        door.require_query(actor, query)


def queries(document: Mapping[str, Any]) -> list[door.Query]:
    """One for each type that is named; one for whatever type where none is. What reaches into linked entities is left
    out: it is asked for by itself, with the rights that stand then."""
    named = [t for s in document.get("entities", ()) if "type" in s for t in selectors.named(s["type"])]
    return [query(document, (name,)) for name in dict.fromkeys(named)] or [query(document, ())]


def query(
    document: Mapping[str, Any], types: tuple[str, ...], actor: Actor | None = None, context: Any = None
) -> door.Query:
    """``actor``: who asks for what the query says of linked entities; without one it is left out."""
    q = document.get("q", {}).get("stored", "")
    geo = geo_query(document["geoQ"]) if "geoQ" in document else None
    asked = door.Query(types=types, q=q, geo=geo)
    if "{" not in q:
        return asked
    return replace(asked, q=linkedq.resolved(actor, asked, terms(context)) if actor else "")

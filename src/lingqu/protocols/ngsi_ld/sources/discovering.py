"""Types and attributes that sources have (CIM 009 5.7.5.4, 5.7.8.4), by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.protocols.ngsi_ld import http
from lingqu.protocols.ngsi_ld.sources import ask, dividing, known, wire
from lingqu.protocols.ngsi_ld.sources.ask import Call
from lingqu.protocols.ngsi_ld.sources.known import Known


def types(request: HttpRequest, actor: Actor, given: Mapping[str, str], context: Any) -> set[str]:
    """Of those that a source was registered for, the ones that it has and that the actor may read of it."""
    found: set[str] = set()
    for source, named in _asked(request, actor, given, context, "types", "retrieveEntityTypes", "typeList"):
        registered = _types(source)
        mine = {t for t in named if access.may(actor, "read", t, owner=source.department)}
        found |= mine & registered if registered else mine
    return found


def attributes(request: HttpRequest, actor: Actor, given: Mapping[str, str], context: Any) -> set[str]:
    """As far as the actor may read every type that the source was registered for, and none of them is masked."""
    found: set[str] = set()
    for source, named in _asked(request, actor, given, context, "attributes", "retrieveAttrTypes", "attributeList"):
        each = [information.attributes for information in source.informations]
        found |= named & frozenset().union(*each) if all(each) else named
    return found


def _asked(
    request: HttpRequest, actor: Actor, given: Mapping[str, str], context: Any, path: str, operation: str, member: str
) -> list[tuple[Known, set[str]]]:
    through = ask.passed(request)
    if not dividing.spread(given) or ask.alias() in through:
        return []
    able = known.able(known.living(), operation)
    able = [s for s in able if not (s.alias and s.alias in through) and _open(actor, s, path == "attributes")]
    calls = [Call(source, wire.of(source, context), "GET", path) for source in able]
    found = []
    for source, reply in zip(able, ask.questions(request, calls), strict=True):
        if reply.fine:
            with ask.believed(request, reply):
                used = wire.read(reply.call.wire, reply.document, http.linked(reply.headers.get("Link", "")))
                found.append((source, {used.stored(name) for name in reply.document[member] if isinstance(name, str)}))
    return found


def _types(source: Known) -> set[str]:
    every = source.informations
    return {t for i in every for s in i.entities for t in s.types} if all(i.entities for i in every) else set()


def _open(actor: Actor, source: Known, whole: bool) -> bool:
    """``whole``: nothing of it is masked, so that the names of attributes tell nothing."""
    named = _types(source) or {"*"}
    may = [access.may(actor, "read", kind, owner=source.department) for kind in named]
    if not whole:
        return any(may)
    return all(may) and "*" not in named and not any(access.hidden(actor, kind) for kind in named)

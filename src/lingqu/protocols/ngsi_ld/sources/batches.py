"""Batches and purges, here and at the sources (CIM 009 5.6.7 to 5.6.10, 5.6.20, 5.6.21)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse

from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.centre.entities import door
from lingqu.centre.entities.door import Draft, Query
from lingqu.protocols.ngsi_ld import http
from lingqu.protocols.ngsi_ld.sources import ask, dividing, known, outcomes, questions, wire
from lingqu.protocols.ngsi_ld.sources.ask import Call, Reply
from lingqu.protocols.ngsi_ld.sources.known import Known

Done = tuple[list[str], list[str], list[dict[str, Any]]]
_SINGLE = {
    "create": ("createEntity", "POST"),
    "merge": ("mergeEntity", "PATCH"),
    "delete": ("deleteEntity", "DELETE"),
    "update": ("appendAttrs", "POST"),
    "upsert": ("", ""),
}


def spread(
    request: HttpRequest, actor: Actor, name: str, drafts: Sequence[Draft], act: Callable[[list[Draft]], Done],
    contexts: Mapping[str, Any],
) -> Done:  # fmt: skip
    """(created, changed, errors). ``act`` does what is left for here. What a source refuses is said beside its id.
    ``contexts``: id → that in which the entity came; what came in one goes out in one call."""
    here: list[Draft] = []
    there: dict[tuple[str, bytes], list[Draft]] = {}
    failures: list[outcomes.Failure] = []
    sources: dict[str, Known] = {}
    for draft in drafts:
        types = dividing.types_of(actor, draft)
        able = (f"{name}Batch", _SINGLE[name][0])
        parts = dividing.divide(request, actor, draft, types, *able, whole=name == "delete")
        failures += [outcomes.looping(draft.id, s) for s in parts.looping]
        failures += [outcomes.unable(draft.id, s) for s in parts.unable]
        if parts.local is not None and not (name == "delete" and parts.proxied and not _stands(actor, draft.id)):
            here.append(parts.local)
        for share in parts.shares:
            sources[share.source.id] = share.source
            key = (share.source.id, orjson.dumps(contexts.get(draft.id)))
            there.setdefault(key, []).append(share.draft)
    created, fine, errors = act(here) if here else ([], [], [])
    calls = [
        call
        for (pk, context), each in there.items()
        for call in _calls(request, sources[pk], name, each, orjson.loads(context))
    ]
    for ids, reply in zip([ids for ids, _ in calls], ask.every(request, [c for _, c in calls]), strict=True):
        done, new, failed = _told(ids, reply, name)
        created += [i for i in new if i not in created]
        fine += [i for i in done if i not in new and i not in fine and i not in created]
        failures += failed
    errors += [failure.document() for failure in failures]
    broken = {error["entityId"] for error in errors}
    return [i for i in created if i not in broken], [i for i in fine if i not in broken], errors


def _stands(actor: Actor, entity_id: str) -> bool:
    return bool(door.types_found(actor, Query(ids=(entity_id,))))


def _calls(
    request: HttpRequest, source: Known, name: str, drafts: Sequence[Draft], context: Any
) -> list[tuple[list[str], Call]]:
    how = wire.of(source, context)
    if f"{name}Batch" in source.operations:
        options = request.GET.get("options", "")
        params = (("options", options),) if options else ()
        body: list[Any] = [d.id for d in drafts] if name == "delete" else [how.entity(d) for d in drafts]
        return [([d.id for d in drafts], Call(source, how, "POST", f"entityOperations/{name}", params, body))]
    found = []
    for draft in drafts:
        method = _SINGLE[name][1]
        path = "entities" if name == "create" else f"entities/{http.quoted(draft.id)}"
        path += "/attrs" if name == "update" else ""
        body_ = None if name == "delete" else how.entity(draft, typed=name != "update")
        found.append(([draft.id], Call(source, how, method, path, (), body_)))
    return found


def _told(ids: list[str], reply: Reply, name: str) -> tuple[list[str], list[str], list[outcomes.Failure]]:
    """(done, of these created, failures)"""
    if not reply.fine:
        return [], [], [outcomes.there(entity_id, reply) for entity_id in ids]
    if reply.status != 207:
        listed = reply.document if isinstance(reply.document, list) else []
        new = ids if name == "create" else [i for i in listed if i in ids] if reply.status == 201 else []
        return ids, new, []
    told = reply.document if isinstance(reply.document, Mapping) else {}
    errors = told.get("errors")
    failed: dict[str, Mapping[str, Any]] = {
        str(e.get("entityId", "")): e["error"] if isinstance(e.get("error"), Mapping) else {}
        for e in (errors if isinstance(errors, list) else [])
        if isinstance(e, Mapping)
    }
    if not failed:
        failed = {entity_id: {} for entity_id in ids}  # it does not say which
    done = [i for i in ids if i not in failed]
    source = reply.call.source
    failures = [outcomes.Failure(i, _problem(source, failed[i]), source.id) for i in ids if i in failed]
    return done, done if name == "create" else [], failures


def _problem(source: Known, told: Mapping[str, Any]) -> dict[str, Any]:
    status = told.get("status")
    code = status if isinstance(status, int) else 400
    return outcomes.said(source, Reply(Call(source, wire.of(source, None), "POST", ""), code, dict(told)))


def purge(
    request: HttpRequest, actor: Actor, given: Mapping[str, str], asked: Query, act: Callable[[], None], context: Any
) -> HttpResponse:
    """What is found here is purged here; each source purges what it was registered for."""
    through = ask.passed(request)
    kinds, ids, pattern = questions.selection(asked)
    calls, failures = [], []
    for source in known.living() if dividing.spread(given) else ():
        if source.mode == "auxiliary":
            continue
        matching = [i for i in source.informations if i.matching(kinds, ids, pattern) is not None]
        if not matching:
            continue
        looping = ask.alias() in through or bool(source.alias and source.alias in through)
        supported = "purgeEntity" in source.operations
        if source.proxied and looping:
            failures.append(outcomes.looping("", source))
        elif supported and not looping:
            calls.append(_purge(actor, source, matching, given, asked, context))
    act()
    for reply in ask.every(request, calls):
        if not reply.fine:
            failures.append(outcomes.there("", reply))
    if not failures:
        return HttpResponse(status=204)
    result = {"success": [], "errors": [failure.document() for failure in failures]}
    return HttpResponse(orjson.dumps(result), status=207, content_type=http.JSON)


def _purge(
    actor: Actor, source: Known, matching: Sequence[known.Information], given: Mapping[str, str], asked: Query,
    context: Any,
) -> Call:  # fmt: skip
    registered = {t for i in matching for s in i.entities for t in s.types}
    for kind in sorted(set(asked.types) & registered or registered) or ("*",):
        access.require(actor, "write", kind, owner=source.department)
    how = wire.of(source, context)
    params = {k: v for k, v in given.items() if k != "local"}
    if not how.same and params.keys() - {"id", "idPattern", "type", "scopeQ", "datasetId"}:
        raise http.bad_data(f"{source.id} has other terms: purge by types and ids only, or with local=true")
    if asked.types:
        params["type"] = params["type"] if how.same else ",".join(how.terms.said(t) for t in asked.types)
    selectors = [s for i in matching for s in i.entities]
    if not asked.ids and selectors and all(s.id for s in selectors):
        params["id"] = ",".join(sorted({s.id for s in selectors}))
    if all(i.attributes for i in matching):
        _narrow(params, how, frozenset().union(*(i.attributes for i in matching)))
    return Call(source, how, "DELETE", "entities", tuple(params.items()))


def _narrow(params: dict[str, str], how: wire.Wire, registered: frozenset[str]) -> None:
    """The rest of the entity is not the source's to lose by us."""

    def named(name: str) -> frozenset[str]:
        return frozenset(how.terms.stored(n.strip()) for n in params.pop(name, "").split(",") if n.strip())

    drop, keep = named("drop"), named("keep")
    gone = (registered & drop if drop else registered) - keep
    params["drop"] = ",".join(how.terms.said(n) for n in sorted(gone))

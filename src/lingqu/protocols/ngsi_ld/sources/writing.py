"""Writing one entity here and at the sources that hold it (CIM 009 5.6.1 to 5.6.6, 5.6.17 to 5.6.19)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse

from lingqu.centre.access.door import Actor
from lingqu.centre.entities.door import Draft
from lingqu.kernel.errors import Conflict, LingquError, NotFound
from lingqu.protocols.ngsi_ld import compact, http
from lingqu.protocols.ngsi_ld.sources import ask, dividing, outcomes, wire
from lingqu.protocols.ngsi_ld.sources.ask import Call, Reply
from lingqu.protocols.ngsi_ld.sources.dividing import Division, Share
from lingqu.protocols.ngsi_ld.sources.outcomes import Failure
from lingqu.protocols.ngsi_ld.terms import whole

Params = tuple[tuple[str, str], ...]


def division(
    request: HttpRequest, actor: Actor, given: Mapping[str, str], draft: Draft, operation: str, entire: bool = False
) -> Division | None:
    """None where no source has to do with it."""
    if not dividing.spread(given):
        return None
    types = dividing.types_of(actor, draft)
    found = dividing.divide(request, actor, draft, types, operation, whole=entire)
    return found if found.elsewhere else None


def entity(
    request: HttpRequest, parts: Division, context: Any, method: str, act: Callable[[Draft], Any], done: HttpResponse
) -> HttpResponse:
    """Create (POST), replace (PUT), merge (PATCH) or delete an entity. ``act`` does what is left for here."""
    draft = parts.local or parts.shares[0].draft if parts.shares else parts.local
    entity_id = draft.id if draft else ""
    failures, fine = _unforwarded(entity_id, parts), 0
    if parts.local is not None:
        try:
            act(parts.local)
            fine += 1
        except (NotFound, Conflict) as error:
            if not (isinstance(error, NotFound) and parts.proxied):
                failures.insert(0, outcomes.here(entity_id, error))
    for reply in ask.every(request, [_whole(share, context, method) for share in parts.shares]):
        if reply.fine:
            fine += 1
        else:
            failures.append(outcomes.there(entity_id, reply))
    return outcomes.of_entity(entity_id, failures, fine, done)


def _unforwarded(entity_id: str, parts: Division) -> list[Failure]:
    failures = [outcomes.looping(entity_id, source) for source in parts.looping]
    return failures + [outcomes.unable(entity_id, source) for source in parts.unable]


def _whole(share: Share, context: Any, method: str) -> Call:
    how = wire.of(share.source, context)
    path = "entities" if method == "POST" else f"entities/{http.quoted(share.draft.id)}"
    body = None if method == "DELETE" else how.entity(share.draft)
    return Call(share.source, how, method, path, (), body)


def attributes(
    request: HttpRequest, parts: Division, context: Any, method: str, act: Callable[[Draft], Mapping[str, str]],
    params: Params = (),
) -> HttpResponse:  # fmt: skip
    """Append (POST) or update (PATCH) attributes. ``act`` gives those that it left as they were, and why."""

    def call(share: Share) -> Call:
        how = wire.of(share.source, context)
        path = f"entities/{http.quoted(share.draft.id)}/attrs"
        return Call(share.source, how, method, path, params, how.entity(share.draft, typed=False))

    return _attributes(request, parts, [call(share) for share in parts.shares], act)


def attribute(
    request: HttpRequest, parts: Division, context: Any, method: str, act: Callable[[Draft], Mapping[str, str]],
    params: Params = (),
) -> HttpResponse:  # fmt: skip
    """Change (PATCH), replace (PUT) or delete one attribute."""

    def call(share: Share) -> Call:
        how = wire.of(share.source, context)
        [(name, instances)] = share.draft.attrs.items()
        path = f"entities/{http.quoted(share.draft.id)}/attrs/{http.quoted(how.terms.said(name))}"
        shape = compact.Shape(how.terms, sys_attrs=True)
        body = None if method == "DELETE" else compact.attribute(instances, shape)
        return Call(share.source, how, method, path, params, body)

    return _attributes(request, parts, [call(share) for share in parts.shares], act)


def _attributes(
    request: HttpRequest, parts: Division, calls: list[Call], act: Callable[[Draft], Mapping[str, str]]
) -> HttpResponse:
    entity_id = (parts.local or parts.shares[0].draft).id if parts.local or parts.shares else ""
    failures, updated, missed = _unforwarded(entity_id, parts), set[str](), dict[str, str]()
    if parts.local is not None:
        try:
            missed |= act(parts.local)
            updated |= {_full(name) for name in parts.local.attrs}
        except NotFound as error:
            if not parts.proxied:
                failures.insert(0, outcomes.here(entity_id, error))
    for share, reply in zip(parts.shares, ask.every(request, calls), strict=True):
        if reply.fine and reply.status != 207:
            updated |= {_full(name) for name in share.draft.attrs}
        elif reply.fine:
            done, left = _partly(share, reply)
            updated |= done
            missed |= left
        else:
            failures.append(outcomes.there(entity_id, reply))
    return outcomes.of_attributes(failures, updated, missed)


def _partly(share: Share, reply: Reply) -> tuple[set[str], dict[str, str]]:
    """What a source did, and what not, by its UpdateResult; where it does not say, nothing is known to be done."""
    names = {_full(name) for name in share.draft.attrs}
    told = reply.document if isinstance(reply.document, Mapping) else {}
    try:
        used = wire.read(reply.call.wire, told, None)
        left = {whole(used.stored(e["attributeName"])): str(e.get("reason", ""))[:200] for e in told["notUpdated"]}
    except (LingquError, KeyError, TypeError, AttributeError):
        left = dict.fromkeys(names, f"{share.source.id} did it in part")
    return names - left.keys(), {n: why for n, why in left.items() if n in names}


def _full(name: str) -> str:
    return name if name in ("scope", "type") else whole(name)

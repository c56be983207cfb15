"""What became of a write that went to several places (CIM 009 5.2.16 to 5.2.18, 6.3.17)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from django.http import HttpResponse

from lingqu.kernel.errors import LingquError
from lingqu.protocols.ngsi_ld import http
from lingqu.protocols.ngsi_ld.sources import ask
from lingqu.protocols.ngsi_ld.sources.ask import Reply
from lingqu.protocols.ngsi_ld.sources.known import Known

_KINDS = {400: "BadRequestData", 403: "AccessDenied", 404: "ResourceNotFound", 409: "AlreadyExists"}
_FAULTS = {"timeout": 504, "disconnected": 502, "invalid": 502}
_LONGEST = 1000  # characters of what another system says


@dataclass(frozen=True)
class Failure:
    """``source`` empty: here."""

    entity_id: str
    error: dict[str, Any]
    source: str = ""

    def document(self) -> dict[str, Any]:
        found = {"entityId": self.entity_id, "error": self.error}
        return found | ({"registrationId": self.source} if self.source else {})


def here(entity_id: str, error: LingquError) -> Failure:
    return Failure(entity_id, http.problem_document(error))


def unable(entity_id: str, source: Known) -> Failure:
    """5.6.1.4: what is held elsewhere alone can only be done there."""
    problem = http.Problem(
        "Conflict", 409, f"数据由 {source.id} 保管，而其登记不含此操作",
        f"{source.id} holds this, and was registered without this operation", place=source.id,
    )  # fmt: skip
    return Failure(entity_id, http.problem_document(problem), source.id)


def looping(entity_id: str, source: Known) -> Failure:
    problem = http.Problem(
        "LoopDetected", 508, f"请求正是从 {source.id} 转来的", f"the request would go in a circle by {source.id}"
    )
    return Failure(entity_id, http.problem_document(problem), source.id)


def there(entity_id: str, reply: Reply) -> Failure:
    """What a source said, as a problem of ours."""
    return Failure(entity_id, said(reply.call.source, reply), reply.call.source.id)


def said(source: Known, reply: Reply) -> dict[str, Any]:
    status = _FAULTS.get(reply.fault, reply.status or 502)
    told = reply.document if isinstance(reply.document, Mapping) else {}
    kind = str(told.get("type") or "https://uri.etsi.org/ngsi-ld/errors/" + _KINDS.get(status, "InternalError"))
    words = ask.why(reply)["message"]["en"] if reply.fault else f"The source answered {reply.status}"
    detail = told.get("detail")
    return {
        "type": kind[:_LONGEST],
        "title": str(told.get("title") or "The source did not do it")[:_LONGEST],
        "status": status,
        "detail": f"{source.id}: " + (detail[:_LONGEST] if isinstance(detail, str) else words),
    }


def of_entity(entity_id: str, failures: list[Failure], fine: int, done: HttpResponse) -> HttpResponse:
    """All went well, all of it failed for one reason, or something in between (BatchOperationResult)."""
    if not failures:
        return done
    if len(failures) == 1 and not fine:
        return problem(failures[0])
    result = {"success": [entity_id] if fine else [], "errors": [each.document() for each in failures]}
    return HttpResponse(orjson.dumps(result), status=207, content_type=http.JSON)


def of_attributes(failures: list[Failure], updated: set[str], missed: Mapping[str, str]) -> HttpResponse:
    """An UpdateResult (5.2.18)."""
    if not failures and not missed:
        return HttpResponse(status=204)
    if len(failures) == 1 and not missed and not updated:
        return problem(failures[0])
    not_updated: list[dict[str, Any]] = [{"attributeName": n, "reason": reason} for n, reason in missed.items()]
    not_updated += [{"attributeName": "*", "reason": f.error["detail"], "registrationId": f.source} for f in failures]
    result = {"updated": sorted(updated - missed.keys()), "notUpdated": not_updated}
    return HttpResponse(orjson.dumps(result), status=207, content_type=http.JSON)


def problem(failure: Failure) -> HttpResponse:
    return HttpResponse(
        orjson.dumps(failure.error), status=failure.error["status"], content_type="application/problem+json"
    )

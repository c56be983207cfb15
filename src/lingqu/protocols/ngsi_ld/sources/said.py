"""A registration as it goes out (CIM 009 5.2.9): in the terms of who asks, without what is nobody's to know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lingqu.protocols.models import Source, SourceState
from lingqu.protocols.ngsi_ld.compact import moment
from lingqu.protocols.ngsi_ld.sources import form, operations
from lingqu.protocols.ngsi_ld.terms import Terms


def document(row: Source, used: Terms, sys_attrs: bool = False, information: Any = None) -> dict[str, Any]:
    """``information``: the part of it that answers what was asked, instead of all."""
    stored = row.document if information is None else {**row.document, "information": information}
    found: dict[str, Any] = {"id": row.pk, "type": "ContextSourceRegistration"}
    found |= {name if name in form.KNOWN else used.said(name): _said(name, v, used) for name, v in stored.items()}
    found.setdefault("mode", "inclusive")
    found.setdefault("operations", list(operations.DEFAULT))
    state = SourceState.objects.filter(pk=row.pk).first()
    if state is not None and state.times_sent:
        found |= _counts(state)
    if sys_attrs:
        found |= {"createdAt": moment(row.created_at), "modifiedAt": moment(row.modified_at)}
    return found


def _said(name: str, value: Any, used: Terms) -> Any:
    return [_information(each, used) for each in value] if name == "information" else value


def _information(given: Mapping[str, Any], used: Terms) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "entities" in given:
        found["entities"] = [{**each, "type": _types(each["type"], used)} for each in given["entities"]]
    for name in ("propertyNames", "relationshipNames"):
        if name in given:
            found[name] = [used.said(each) for each in given[name]]
    return found


def _types(given: Any, used: Terms) -> Any:
    return [used.said(each) for each in given] if isinstance(given, list) else used.said(given)


def _counts(state: SourceState) -> dict[str, Any]:
    times = {"lastSuccess": state.last_success, "lastFailure": state.last_failure}
    return {
        "status": "failed" if failing(state) else "ok",
        "timesSent": state.times_sent,
        "timesFailed": state.times_failed,
        **{name: moment(at) for name, at in times.items() if at is not None},
    }


def failing(state: SourceState) -> bool:
    return state.last_failure is not None and (state.last_success is None or state.last_failure > state.last_success)

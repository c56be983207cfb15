"""A subscription as it goes out (CIM 009 5.2.12): in the terms of who asks, with what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language

from lingqu.kernel.text import Text
from lingqu.protocols.models import Subscription
from lingqu.protocols.ngsi_ld.compact import moment
from lingqu.protocols.ngsi_ld.notify import selectors
from lingqu.protocols.ngsi_ld.subscription_form import DEFAULT_TRIGGERS
from lingqu.protocols.ngsi_ld.terms import Terms


def document(row: Subscription, used: Terms, sys_attrs: bool = False) -> dict[str, Any]:
    found = {name: _said(name, value, used) for name, value in row.document.items()}
    found = {"id": row.pk, "type": "Subscription", **found}
    if row.kind == "entities":
        found.setdefault("notificationTrigger", list(DEFAULT_TRIGGERS))
    found["status"] = status(row)
    found["notification"] = found["notification"] | _counts(row)
    if row.state in ("withdrawn", "parked") and row.why:
        found["statusReason"] = Text.model_validate(row.why["message"]).say(get_language() or "en")
    if sys_attrs:
        found |= {"createdAt": moment(row.created_at), "modifiedAt": moment(row.modified_at)}
    return found


def status(row: Subscription) -> str:
    """``active``, ``paused`` or ``expired``, as the standard has it. What was stopped is paused and says why."""
    if row.expires_at is not None and row.expires_at <= timezone.now():
        return "expired"
    return "paused" if row.state in ("paused", "withdrawn") else "active"


def _said(name: str, value: Any, used: Terms) -> Any:
    if name == "entities":
        return [_selector(each, used) for each in value]
    if name == "watchedAttributes":
        return [used.said(each) for each in value]
    if name == "q":
        return value["said"]
    if name == "geoQ" and "geoproperty" in value:
        return {**value, "geoproperty": used.said(value["geoproperty"])}
    if name == "notification":
        names = {k: [used.said(n) for n in value[k]] for k in ("attributes", "pick", "omit") if k in value}
        return {**value, **names}
    return value


def _selector(selector: Mapping[str, Any], used: Terms) -> dict[str, Any]:
    found = dict(selector)
    if "type" in found:
        found["type"] = selectors.renamed(found["type"], used.said)
    return found


def _counts(row: Subscription) -> dict[str, Any]:
    """CIM 009 5.2.14.2. Before the first notification there is nothing to tell."""
    if not row.times_sent:
        return {}
    times = {
        "lastNotification": row.last_notification,
        "lastSuccess": row.last_success,
        "lastFailure": row.last_failure,
    }
    failed = row.last_failure is not None and (row.last_success is None or row.last_failure > row.last_success)
    return {
        "status": "failed" if failed else "ok",
        "timesSent": row.times_sent,
        **({"timesFailed": row.times_failed} if row.times_failed else {}),
        **{name: moment(at) for name, at in times.items() if at is not None},
    }

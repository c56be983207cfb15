"""Deliveries out as their consumer's systems see them: which there are, their files, and the receipt for one."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, HttpRequest

from lingqu.centre.exchange import door as exchange
from lingqu.kernel.errors import NotFound
from lingqu.kernel.text import Text
from lingqu.protocols.api import forms, http

PAGE = 100


def listed(request: HttpRequest, number: str) -> Any:
    """Of an agreement, newest first. An agreement that is not of the caller's department has none."""
    asked = http.parameters(request, "before")
    actor = http.known(request)
    before = http.whole(asked["before"], "before", 10**18) if "before" in asked else None
    own = (actor.department or "-",)
    found = [d for d in exchange.dispatches(agreement=number, sides=own, before=before, limit=PAGE)]
    told = [_told(d) for d in found if exchange.may_fetch(actor, d)]
    return {"agreement": number, "dispatches": told, "next": found[-1].id if len(found) == PAGE else None}


def one(request: HttpRequest, number: int) -> Any:
    http.parameters(request)
    found = exchange.dispatch(number)
    if not exchange.may_fetch(http.known(request), found):
        raise _absent(number)
    return _told(found)


def file(request: HttpRequest, number: int, name: str) -> Any:
    http.parameters(request)
    at = exchange.fetch(http.known(request), number, name)
    return FileResponse(at.open("rb"), as_attachment=True, filename=at.name)


def receipt(request: HttpRequest, number: int) -> Any:
    form = http.body(request, forms.ReceiptForm)
    return _told(exchange.acknowledge(http.known(request), number, form.rows, form.sha256))


def _told(d: exchange.Dispatch) -> dict[str, Any]:
    told: dict[str, Any] = {
        "number": d.id,
        "agreement": d.agreement,
        "channel": d.channel,
        "state": d.state,
        "rowsSent": d.rows_sent,
        "rowsReceived": d.rows_received,
        "createdAt": d.created_at.isoformat(),
        "endedAt": d.ended_at.isoformat() if d.ended_at else None,
    }
    names = ("name", "rows", "bytes", "sha256")
    return told | {"files": [{name: f[name] for name in names} for f in d.files]}


def _absent(number: int) -> NotFound:
    return NotFound(
        "outgoing.unknown",
        Text(zh=f"没有编号为 {number} 的交付", en=f"There is no delivery out {number}"),
        place=str(number),
        next_step=Text(zh="列出协议的交付", en="List the deliveries of the agreement"),
    )


collection = http.endpoint(GET=listed)
single = http.endpoint(GET=one)
content = http.endpoint(GET=file)
acknowledgement = http.endpoint(POST=receipt)

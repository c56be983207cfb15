"""All that the agreement opens, in signed batches, each with its receipt; the last, empty one asks for the total."""

from __future__ import annotations

import hashlib
from typing import Any

from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.entities import door as entities
from lingqu.centre.exchange.connectors.base import Finding
from lingqu.centre.exchange.outgoing.agreements import Agreement
from lingqu.centre.exchange.outgoing.channels import base, post

_REMEMBERED = 20


class PushChannel(base.Channel):
    name = "push"
    Target = post.PostTarget

    def most_tries(self, target: post.PostTarget) -> int:
        return target.tries

    def send(self, work: base.Work) -> None:
        """Goes on behind the last entity whose batch was received."""
        query = entities.Query(types=(work.agreement.entity_type,))
        actor = catalogue.delivering(work.agreement)
        while True:
            work.require_living()
            found = entities.versions(actor, query, after=work.row.cursor_to, limit=work.target.batch)
            if not found:
                break
            rows = [record(work, values) for _, values in work.rows(tuple(entity_id for entity_id, _ in found))]
            work.put(rows_read=work.row.rows_read + len(rows))
            receipt = sent(work, rows) if rows else {"received": 0}
            work.put(cursor_to=found[-1][0], attempts=0, **counted(work, len(rows), receipt["received"]))
        total = sent(work, [], {"Lingqu-Final": "1", "Lingqu-Total": str(work.row.rows_sent)}).get("total")
        work.put(receipt={**work.row.receipt, "total": total})
        work.row.state = base.reconciled(work.row) if total in (None, work.row.rows_sent) else "differs"

    def self_check(self, agreement: Agreement, target: post.PostTarget) -> list[Finding]:
        return post.self_check(agreement, target)


def record(work: base.Work, values: tuple[Any, ...]) -> dict[str, Any]:
    return dict(zip((c.name for c in work.columns), values, strict=True))


def sent(work: base.Work, rows: list[dict[str, Any]], headers: dict[str, str] | None = None) -> dict[str, Any]:
    """One batch, looked at once more before it leaves; its receipt."""
    number, body = work.row.batch + 1, post.body_of(work.target, rows)
    revision = _revision(work, number, body)
    work.require_living()
    batch = post.Batch(work.row.pk, number, revision, len(rows), body, headers or {})
    return post.post(work.agreement, work.target, batch)


def _revision(work: base.Work, number: int, body: bytes) -> int:
    """Of this batch, kept before it leaves: the last one's where the same bytes go out again, else the next."""
    digest = hashlib.sha256(body).hexdigest()
    last = work.row.receipt.get("sending", {})
    if last.get("batch") != number:
        last = {"revision": 0}
    if last.get("sha256") == digest:
        return int(last["revision"])
    sending = {"batch": number, "revision": last["revision"] + 1, "sha256": digest}
    work.put(receipt={**work.row.receipt, "sending": sending})
    return int(sending["revision"])


def counted(work: base.Work, rows: int, received: int) -> dict[str, Any]:
    """The row's counts after a batch; batches whose receipt says another number are remembered."""
    row = work.row
    receipt = dict(row.receipt)
    if received != rows:
        told = {"batch": row.batch + 1, "sent": rows, "received": received}
        receipt["differing"] = [*receipt.get("differing", []), told][:_REMEMBERED]
    return {
        "batch": row.batch + 1,
        "rows_sent": row.rows_sent + rows,
        "rows_received": (row.rows_received or 0) + received,
        "receipt": receipt,
    }

"""Work on one dispatch: bring what is agreed, or say what keeps it from being brought.

Done twice or killed anywhere it ends the same: each channel leaves nothing half done, or goes on where receipts end.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import structlog
from django.utils import timezone

from lingqu.centre.exchange import models
from lingqu.centre.exchange.outgoing import agreements, channels, outbox, reading, reads, records
from lingqu.centre.exchange.outgoing.channels import base
from lingqu.centre.exchange.outgoing.channels.subscription import NOTHING
from lingqu.kernel.errors import LingquError, Unavailable
from lingqu.kernel.text import Text

log = structlog.get_logger(__name__)
LONGEST = timedelta(hours=1)
_REMEMBERED = 20


def send(number: int) -> records.Dispatch | None:
    """Gives the dispatch as it stands then; None where there was nothing to tell, so that it is not kept."""
    row = reads.row(number)
    if row.state not in ("waiting", "running") or row.next_at > timezone.now():
        return records.of(row)
    row.state, row.started_at = "running", row.started_at or timezone.now()
    row.save(update_fields=["state", "started_at"])
    tries = base.Channel.tries
    try:
        agreement = agreements.one(row.agreement)
        reading.require_living(agreement)
        channel, target = channels.of(agreement), channels.target(agreement)
        tries = channel.most_tries(target)
        channel.send(base.Work(row, agreement, target, channel.with_id(target)))
    except base.Halted:
        return records.of(reads.row(number))
    except Exception as fault:
        _failed(row, fault, tries)
    else:
        row.error = None
        _ended(row)
    if row.state == NOTHING:
        models.Dispatch.objects.filter(pk=row.pk).delete()
        return None
    return records.of(reads.row(number))


def _ended(row: models.Dispatch) -> None:
    """What a person did meanwhile (parked it) stays."""
    row.ended_at = timezone.now()
    _save(row, state=row.state, error=row.error, ended_at=row.ended_at)


def _failed(row: models.Dispatch, fault: Exception, tries: int) -> None:
    error = _told(fault)
    row.error = error
    remembered = [*row.tries, {"at": timezone.now().isoformat(), **error}][-_REMEMBERED:]
    row.attempts += 1
    models.Dispatch.objects.filter(pk=row.pk).update(tries=remembered, attempts=row.attempts)
    if isinstance(fault, reading.Withdrawn) or error["rule"] == "access.agreement_ended":
        outbox.remove(row.agreement, row.pk)
        row.state = "withdrawn"
        _ended(row)
    elif error["rule"] == "access.quota":
        _save(row, state="waiting", error=error, next_at=_tomorrow())
    elif isinstance(fault, LingquError) and not isinstance(fault, Unavailable):
        row.state = "failed"
        _ended(row)
    elif row.attempts >= tries:
        _save(row, state="parked", error=error)
    else:
        _save(row, state="waiting", error=error, next_at=timezone.now() + pause(row.attempts))


def pause(attempts: int) -> timedelta:
    """After the n-th try in a row that failed: 5 s · 4ⁿ⁻¹, an hour at most."""
    return min(timedelta(seconds=5 * 4 ** min(attempts - 1, 9)), LONGEST)


def _save(row: models.Dispatch, **values: Any) -> None:
    models.Dispatch.objects.filter(pk=row.pk, state="running").update(**values)


def _tomorrow() -> datetime:
    day = timezone.localdate() + timedelta(days=1)
    return timezone.make_aware(datetime.combine(day, time(0, 5)))


def _told(fault: Exception) -> dict[str, Any]:
    if isinstance(fault, LingquError):
        return {
            "rule": fault.rule,
            "message": fault.message.model_dump(),
            "place": fault.place,
            "owner": fault.owner,
            "next_step": fault.next_step.model_dump(),
        }
    log.exception("outgoing.broke", exc_info=fault)
    return {
        "rule": "outgoing.broke",
        "message": Text(
            zh=f"交付中断：{type(fault).__name__}", en=f"It broke off: {type(fault).__name__}"
        ).model_dump(),
        "place": "",
        "owner": "information_centre",
        "next_step": Text(zh="查看日志后重试", en="Look into the log, then try again").model_dump(),
    }

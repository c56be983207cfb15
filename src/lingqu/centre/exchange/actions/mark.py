"""Note what checking found."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from lingqu.centre.exchange import reads
from lingqu.centre.exchange.records import Delivery, of_row


@transaction.atomic
def mark_checked(delivery: int, *, clean_rows: int, bad_rows: int, score: float, rules: str) -> Delivery:
    row = reads.row(delivery, locked=True)  # nobody withdraws it between the look and the mark
    if row.state not in ("landed", "checked"):
        return of_row(row)
    same = row.state == "checked" and row.rules == rules
    row.clean_rows, row.bad_rows, row.score, row.rules = clean_rows, bad_rows, score, rules
    row.state, row.progress = "checked", {}
    row.checked_at = row.checked_at if same else timezone.now()
    row.save(update_fields=["clean_rows", "bad_rows", "score", "rules", "state", "progress", "checked_at"])
    return of_row(row)

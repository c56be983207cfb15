"""Renew a certificate: a new one in its place, the old one ends in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.papers import certificates
from lingqu.centre.papers.actions.issue_certificate import Order, only_one, write
from lingqu.centre.papers.actions.revoke_certificate import end, living


@transaction.atomic
def renew(actor: access.Actor, number: str, changes: Mapping[str, str] | None = None) -> certificates.Certificate:
    """``changes``: what it states otherwise from now on. The new one begins today; where the old one still counted and
    nothing changes, its years count from the old one's last day. Raises as ``issue`` and ``revoke`` do."""
    row = living(actor, number)
    kind = certificates.kind(row.kind)
    given = {each.code for each in kind.states if not each.by}
    facts = {code: value for code, value in row.facts.items() if code in given} | dict(changes or {})
    today = timezone.localdate()
    counted_from = row.ends + timedelta(days=1) if row.ends and row.ends >= today and not changes else today
    end(actor, row, "replaced", "换发")
    order = Order(kind.code, facts, row.holder, row.wallet, row.case, today)
    with only_one(kind):
        return certificates.told(write(actor, kind, order, number, counted_from))

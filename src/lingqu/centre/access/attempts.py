"""Failed sign-ins: who fails often waits, each time longer. Kept in the database, so that it holds over processes and
restarts.

An account is locked after ``ACCOUNT_FREE`` failures, an address after ``ADDRESS_FREE``; the first lock lasts
``FIRST`` seconds and each later failure doubles it up to ``LONGEST``. A day without a failure wipes the slate clean; a
success wipes the account's, not the address's, as an attacker may own one good account.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import connection

from lingqu.centre.access import ledger
from lingqu.centre.access.actors import ANONYMOUS
from lingqu.centre.access.models import Account

ACCOUNT_FREE, ADDRESS_FREE = 5, 20
FIRST, LONGEST = 60, 3600

_FAIL = """
insert into access_attempt as a (key, failures, last_at) values (%(key)s, 1, clock_timestamp())
on conflict (key) do update set
  failures = case when a.last_at < clock_timestamp() - interval '1 day' then 1 else a.failures + 1 end,
  last_at = clock_timestamp()
returning failures
"""
_LOCK = """
update access_attempt set locked_until = clock_timestamp() + least(%(longest)s, %(first)s * 2.0 ^ least(%(over)s, 20))
  * interval '1 second' where key = %(key)s returning locked_until
"""


def locked_until(name: str, address: str) -> datetime | None:
    """Until when nobody may sign in by this name, or from this address; None: now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select max(locked_until) from access_attempt where key = any(%s) and locked_until > clock_timestamp()",
            [[_of_name(name), _of_address(address)]],
        )
        row = cursor.fetchone()
    return row[0] if row else None


def failed(name: str, address: str, way: str = "password") -> datetime | None:
    """Count one failure; gives until when the name or the address is locked now.

    The ledger tells the account's name only where there is one: people type passwords into the field for names.
    """
    known = Account.objects.filter(username__iexact=name).values_list("username", flat=True).first()
    until = [_count(key, free) for key, free in ((_of_name(name), ACCOUNT_FREE), (_of_address(address), ADDRESS_FREE))]
    locks = [at for at in until if at]
    told = {"rule": "login.failed", "account": known or "", "address": address, "by": way}
    ledger.record(ANONYMOUS, "refused", detail=told | ({"locked_until": max(locks)} if locks else {}))
    for what, at in zip(("account", "address"), until, strict=True):
        if at:
            ledger.record(
                ANONYMOUS, "alert", detail={"rule": f"login.locked.{what}", "account": known or "", "address": address}
            )
    return max(locks) if locks else None


def refused_while_locked(name: str, address: str) -> None:
    """A try that was not even looked at."""
    known = Account.objects.filter(username__iexact=name).values_list("username", flat=True).first()
    ledger.record(ANONYMOUS, "refused", detail={"rule": "login.locked", "account": known or "", "address": address})


def succeeded(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("delete from access_attempt where key = %s", [_of_name(name)])


def _count(key: str, free: int) -> datetime | None:
    with connection.cursor() as cursor:
        cursor.execute(_FAIL, {"key": key})
        failures = cursor.fetchone()[0]
        if failures < free:
            return None
        cursor.execute(_LOCK, {"key": key, "longest": LONGEST, "first": FIRST, "over": failures - free})
        found: datetime = cursor.fetchone()[0]
        return found


def _of_name(name: str) -> str:
    """Names are kept as digests: what was typed may be a password."""
    return "name:" + hashlib.sha256(name.strip().casefold().encode()).hexdigest()


def _of_address(address: str) -> str:
    return "address:" + address

"""What those who administer have to look at: locked accounts and addresses of the last day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from lingqu.centre.access import door as access

SHOWN_FOR = timedelta(days=1)
MOST = 5


def standing(actor: access.Actor) -> list[dict[str, Any]]:
    """The newest alerts, for actors who may administer; empty for everybody else."""
    if not access.may(actor, "administer"):
        return []
    since = timezone.now() - SHOWN_FOR
    rows = access.ledger_rows(actor, act="alert", limit=MOST)
    return [{"at": row.at, "words": _words(row.detail)} for row in rows if row.at > since]


def _words(detail: Any) -> str:
    rule, account, address = (str(detail.get(name) or "") for name in ("rule", "account", "address"))
    if rule == "login.locked.account":
        name = account or _("a name that is no account")
        said = _("%(name)s was locked after failed sign-ins from %(address)s")
        return said % {"name": name, "address": address}
    if rule == "login.locked.address":
        return _("%(address)s was locked after failed sign-ins by many names") % {"address": address}
    return rule

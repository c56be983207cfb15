"""Who may have a login of an analyst."""

from __future__ import annotations

from lingqu.centre.access.models import Account
from lingqu.kernel.errors import Refused
from lingqu.kernel.text import Text

ROLE = "analyst"


def require(username: str) -> None:
    """See ``door.require_analyst``."""
    account = Account.objects.filter(username=username, is_active=True).first()
    if account is not None and ROLE in account.roles:
        return
    raise Refused(
        "access.analyst",
        Text(zh=f"账号“{username}”没有分析员角色", en=f"The account {username!r} does not hold the role analyst"),
        place=username,
        owner="information_centre",
        next_step=Text(zh="先为该账号授予 analyst 角色", en="Give the account the role analyst first"),
    )

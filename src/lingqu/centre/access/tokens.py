"""OAuth access tokens at the API: whose they are, and what they were given for (RFC 6750)."""

from __future__ import annotations

from typing import Any

from allauth.idp.oidc.adapter import get_adapter
from django.utils import timezone

from lingqu.centre.access.models import Account
from lingqu.kernel.errors import Refused
from lingqu.kernel.text import Text

READ, WRITE = "lingqu.read", "lingqu.write"
KEY_PREFIX = "lq_"
"""Keys of department systems look like this; they are no OAuth tokens."""

_READING = ("GET", "HEAD", "OPTIONS")


class TokenRefused(Refused):
    """The token is none, is over or was withdrawn (401), or was not given for this (403)."""

    def __init__(self, status: int, rule: str, message: Text, next_step: Text) -> None:
        super().__init__(rule, message, owner="information_centre", next_step=next_step)
        self.status = status


def bearer(request: Any) -> str:
    """The OAuth token of the header ``Authorization``, or an empty text."""
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    value = value.strip()
    return value if scheme.lower() == "bearer" and not value.startswith(KEY_PREFIX) else ""


def account_of_token(request: Any) -> Account | None:
    """The account behind the OAuth access token in ``Authorization: Bearer``: the person who consented, or the account
    that a department's system acts as. None where there is no such token (or it is a key ``lq_…``).

    Raises ``TokenRefused`` (``status`` 401 unknown, over, withdrawn; 403 without the scope ``lingqu.read`` or, for what
    changes something, ``lingqu.write``). One query.
    """
    value = bearer(request)
    if not value:
        return None
    account = _living(value)
    if account is None or not _open(account):
        raise _refused(
            401,
            "access.token",
            Text(zh="访问令牌无效、已过期或已收回", en="The access token is unknown, over or withdrawn"),
            Text(zh="重新取得令牌后再试", en="Get a new token and try again"),
        )
    needed = READ if request.method in _READING else WRITE
    if needed not in account.token_scopes.split():  # type: ignore[attr-defined]  # the query's own column
        raise _refused(
            403,
            "access.scope",
            Text(zh=f"令牌未含权限范围 {needed}", en=f"The token was not given for {needed}"),
            Text(zh=f"申请令牌时要求 {needed}", en=f"Ask for the scope {needed} when getting the token"),
        )
    return account


_LIVING = """
select a.*, t.scopes as token_scopes
from allauth_idp_oidc_token t
join allauth_idp_oidc_client c on c.id = t.client_id
join access_account a on a.id = coalesce(t.user_id, c.owner_id)
where t.type = 'at' and t.hash = %s and (t.expires_at is null or t.expires_at > clock_timestamp())
"""
"""The person who let the client in, else the account that the client itself acts as. As text, as it stands before every
request of a client: putting it together anew takes longer than asking it."""


def _living(value: str) -> Account | None:
    found = list(Account.objects.raw(_LIVING, [get_adapter().hash_token(value)]))
    return found[0] if found else None


def _open(account: Account) -> bool:
    return account.is_active and (account.valid_until is None or account.valid_until > timezone.now())


def _refused(status: int, rule: str, message: Text, next_step: Text) -> TokenRefused:
    from lingqu.centre.access import ledger
    from lingqu.centre.access.actors import Actor

    ledger.record(Actor("anonymous", "anonymous", way="api"), "refused", detail={"rule": rule})
    return TokenRefused(status, rule, message, next_step)

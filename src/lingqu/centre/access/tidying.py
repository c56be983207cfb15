"""What sign-ins leave behind and nobody needs any more."""

from __future__ import annotations

from allauth.idp.oidc.models import Token
from django.db import connection

_OVER = {
    "attempts": "delete from access_attempt where last_at < now() - interval '2 days' "
    "and coalesce(locked_until, now()) <= now()",
    "cache": "delete from access_cache where expires < now()",
    "sessions": "delete from django_session where expire_date < now()",
    "devices": "delete from usersessions_usersession u where not exists "
    "(select from django_session s where s.session_key = u.session_key)",
}


def tidy() -> dict[str, int]:
    """Delete sessions, tokens, codes and counts of failures whose time is over; gives how many of each."""
    gone = {}
    with connection.cursor() as cursor:
        for what, statement in _OVER.items():
            cursor.execute(statement)
            gone[what] = cursor.rowcount
    gone["tokens"] = Token.objects.expired().delete()[0]
    return gone

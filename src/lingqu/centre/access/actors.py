"""Who acts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import unquote

Way = Literal["page", "api", "export", "tile", "command"]
PURPOSE_HEADER = "Lingqu-Purpose"


@dataclass(frozen=True)
class Actor:
    """Somebody who acts: a person, a system, or a part of Lingqu itself (``kind="system"``).

    ``department`` is a department's code, ``region`` a division code whose prefix is what the actor looks after.
    ``purpose`` says why personal data is read; without one it is refused. ``person`` is the id of the actor's own
    Person entity, for grants over rows ``self``.
    """

    kind: Literal["person", "system", "anonymous"]
    name: str
    roles: tuple[str, ...] = ()
    department: str = ""
    region: str = ""
    purpose: str = ""
    way: Way = "page"
    account_id: int | None = None
    person: str = ""


SYSTEM = Actor(kind="system", name="lingqu", way="command", purpose="operation")
"""Lingqu's own work (fusion, import): may read and write everything; its writes are recorded."""

ANONYMOUS = Actor(kind="anonymous", name="anonymous")


def actor_of(request: Any) -> Actor:
    """The signed-in account, or ANONYMOUS. ``purpose`` is ``request.session["purpose"]`` or, before it, the header
    ``Lingqu-Purpose`` (percent-encoded UTF-8)."""
    account = getattr(request, "user", None)
    purpose = "".join(c for c in unquote(request.headers.get(PURPOSE_HEADER, "")) if c.isprintable())
    if account is None or not account.is_authenticated:
        return Actor(kind="anonymous", name="anonymous", purpose=purpose[:200])
    return Actor(
        kind="person",
        name=account.username,
        roles=tuple(account.roles),
        department=account.department,
        region=account.region,
        purpose=(purpose or str(request.session.get("purpose", "")))[:200],
        account_id=account.pk,
        person=account.person,
    )

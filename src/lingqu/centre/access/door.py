"""Who may do what: actors, grants compiled to SQL, masking, and the ledger of reads and writes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from psycopg import sql

from lingqu.centre.access.definitions import Action

Way = Literal["page", "api", "export", "tile", "command"]


@dataclass(frozen=True)
class Actor:
    """Somebody who acts: a person, a system, or a part of Lingqu itself (``kind="system"``).

    ``department`` is a department's code, ``region`` a division code whose prefix is what the actor looks after.
    ``purpose`` says why personal data is read; without one it is refused.
    """

    kind: Literal["person", "system", "anonymous"]
    name: str
    roles: tuple[str, ...] = ()
    department: str = ""
    region: str = ""
    purpose: str = ""
    way: Way = "page"
    account_id: int | None = None


SYSTEM = Actor(kind="system", name="lingqu", way="command", purpose="operation")
"""Lingqu's own work (fusion, import): may read and write everything; its writes are recorded."""

ANONYMOUS = Actor(kind="anonymous", name="anonymous")


def visible(actor: Actor, action: Action = "read") -> tuple[sql.Composable, dict[str, Any]]:
    """The grants of an actor as one SQL condition over the entity table's promoted columns.

    Columns are named without a prefix (``type``, ``owner``, ``region``). Gives the condition and its parameters
    (names start with ``access_``). Nothing granted gives ``false``.
    """
    raise NotImplementedError


def may(actor: Actor, action: Action, entity_type: str = "*", owner: str = "", region: str = "") -> bool:
    """Whether one act on one (kind of) entity is granted."""
    raise NotImplementedError


def require(actor: Actor, action: Action, entity_type: str = "*", owner: str = "", region: str = "") -> None:
    """Raises ``Refused`` naming the rule, who owns it and the next step, and leaves a ledger row."""
    raise NotImplementedError


def mask(actor: Actor, entity_type: str, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Attribute values (store form) as this actor may see them: left out, masked or as they are."""
    raise NotImplementedError


def record(
    actor: Actor,
    act: Literal["read", "write", "export", "refused", "apply", "login"],
    *,
    entity_type: str = "",
    entity_ids: Iterable[str] = (),
    attributes: Iterable[str] = (),
    count: int = 0,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Append one row to the ledger, in the transaction of the caller."""
    raise NotImplementedError


def actor_of(request: Any) -> Actor:
    """The actor behind a Django request: the signed-in account, or ANONYMOUS. ``purpose`` is taken from the session
    (pages) or the header ``Lingqu-Purpose`` (API)."""
    raise NotImplementedError

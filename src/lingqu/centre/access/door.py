"""Who may do what: actors, grants compiled to SQL, masking, and the ledger of reads and writes.

Everything no grant allows is denied. Everybody holds the roles with ``anonymous: true`` and may read the types with
``public: true``. Types with ``personal: true`` are read and exported under a stated purpose only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from psycopg import sql

from lingqu.centre.access import accounts, actors, grants, ledger, masking, refusals
from lingqu.centre.access import policy as _policy
from lingqu.centre.access.accounts import Demo
from lingqu.centre.access.actors import ANONYMOUS, SYSTEM, Actor, Way
from lingqu.centre.access.definitions import Action
from lingqu.centre.access.ledger import Row as LedgerEntry
from lingqu.centre.access.policy import steady
from lingqu.kernel.elements import Mask
from lingqu.kernel.errors import Refused

Act = Literal["read", "write", "export", "refused", "apply", "login"]


def visible(actor: Actor, action: Action = "read") -> tuple[sql.Composable, dict[str, Any]]:
    """The grants of an actor as one SQL condition over the entity table's promoted columns.

    Columns are named without a prefix (``id``, ``type``, ``owner``, ``region``). Gives the condition and its
    parameters (names start with ``access_``). Nothing granted gives ``false``.
    """
    return grants.visible(actor, action)


def may(actor: Actor, action: Action, entity_type: str = "*", owner: str = "", region: str = "") -> bool:
    """Whether one act on one (kind of) entity is granted. An empty owner or region asks whether it is for some rows."""
    return grants.may(actor, action, entity_type, owner, region)


def may_with_purpose(actor: Actor, entity_type: str, owner: str = "", region: str = "") -> bool:
    """Whether the actor could read it, were a purpose stated."""
    return grants.may(replace(actor, purpose=actor.purpose or "?"), "read", entity_type, owner, region)


def require(actor: Actor, action: Action, entity_type: str = "*", owner: str = "", region: str = "") -> None:
    """Raises ``Refused`` naming the rule, who owns it and the next step, and leaves a ledger row (which stays when
    the caller's transaction is undone)."""
    refusals.require(actor, action, entity_type, owner, region)


def require_purpose(actor: Actor, types: Sequence[str], action: Action = "read") -> None:
    """Raises ``Refused`` (``access.purpose``) when one of the types is personal and the actor names no purpose."""
    refusals.require_purpose(actor, tuple(types), action)


def refusal(actor: Actor, action: Action, entity_type: str, owner: str = "", place: str = "") -> Refused:
    """The refusal to raise, when the caller found by itself what is not granted. Its ledger row stands already."""
    return refusals.refusal(actor, action, entity_type, owner, place)


def revision() -> int:
    """The revision of the drawing by which is decided now."""
    return _policy.revision()


def is_personal(entity_type: str) -> bool:
    """Whether every read of the type leaves a ledger row."""
    return _policy.policy().facts(entity_type).personal


def personal_types() -> tuple[str, ...]:
    return _policy.policy().personal


def masks(actor: Actor, entity_type: str, owner: str = "", region: str = "", entity_id: str = "") -> dict[str, Mask]:
    """How the attributes of one (kind of) entity are masked for the actor; what is shown as it is is not in it.
    The key ``*`` (→ ``absent``) says that attributes not named are not shown at all."""
    return masking.masks(actor, entity_type, owner, region, entity_id)


def hidden(actor: Actor, entity_type: str) -> dict[str, Mask]:
    """Like ``masks``, for the row of the type that the actor sees least of: by these nobody filters or counts."""
    return masking.hidden(actor, entity_type)


def mask(
    actor: Actor,
    entity_type: str,
    attributes: Mapping[str, Any],
    owner: str = "",
    region: str = "",
    entity_id: str = "",
) -> dict[str, Any]:
    """Attribute values (store form) as this actor may see them: left out, masked or as they are."""
    return masking.mask(actor, entity_type, attributes, owner, region, entity_id)


def masked(how: Mask, value: Any) -> Any:
    """One plain value behind a mask."""
    return masking.masked(how, value)


def apply_masks(found: Mapping[str, Mask], attributes: Mapping[str, Any]) -> dict[str, Any]:
    """What ``mask`` does, for masks already looked up."""
    return masking.apply(found, attributes)


def record(
    actor: Actor,
    act: Act,
    *,
    entity_type: str = "",
    entity_ids: Iterable[str] = (),
    attributes: Iterable[str] = (),
    count: int = 0,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Append one row to the ledger, in the transaction of the caller; a refusal in one of its own."""
    ledger.record(
        actor, act, entity_type=entity_type, entity_ids=entity_ids, attributes=attributes, count=count, detail=detail
    )


def ledger_rows(
    actor: Actor,
    *,
    who: str = "",
    act: str = "",
    entity_type: str = "",
    entity_id: str = "",
    before: int | None = None,
    limit: int = 50,
) -> list[LedgerEntry]:
    """The ledger, newest first; ``before`` is the id of the last row seen. Who may not steward sees the own rows only;
    whether a steward may see those of others is for the caller to decide."""
    return ledger.rows(actor, who, act, entity_type, entity_id, before, limit)


def actor_of(request: Any) -> Actor:
    """The actor behind a Django request: the signed-in account, or ANONYMOUS. ``purpose`` is taken from
    ``request.session["purpose"]`` (pages) or the header ``Lingqu-Purpose`` (API, percent-encoded UTF-8)."""
    return actors.actor_of(request)


def demo_accounts() -> list[Demo]:
    """The accounts that roles offer for one-click login; empty outside demo mode."""
    return accounts.demo_accounts()


def ensure_demo_accounts() -> list[str]:
    """Create or refresh the demo accounts (without a password) and give their usernames. Raises ``Refused`` outside
    demo mode."""
    return accounts.ensure_demo_accounts()


__all__ = ["ANONYMOUS", "SYSTEM", "Act", "Action", "Actor", "Demo", "LedgerEntry", "Way", "steady"]

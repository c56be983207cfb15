"""Claim an item, or hand it over to a colleague."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.procedures import moves, rights, store
from lingqu.kernel.errors import Conflict, Invalid
from lingqu.kernel.text import Text


def claim(actor: access.Actor, item_id: int) -> None:
    with moves.at_once():
        held = _held(actor, item_id)
        _write(actor, held, "claim", {"state": "claimed", "holder": actor.name[:200]}, ("open",), "")


def hand_over(actor: access.Actor, item_id: int, to: str, words: str) -> None:
    """``to`` is the name of a person's account of the same department; empty: back to the team."""
    if not words.strip():
        raise Invalid(
            "procedures.words",
            Text(zh="请写明转办理由", en="Say why it is handed over"),
            next_step=Text(zh="填写理由后重试", en="Give a reason and try again"),
        )
    with moves.at_once():
        held = _held(actor, item_id)
        require_holder(actor, held)
        if to:
            _require_colleague(actor, to)
        item = {"state": "claimed" if to else "open", "holder": to}
        _write(actor, held, "hand_over", item, ("open", "claimed"), words, to=to)


def require_holder(actor: access.Actor, held: store.Held) -> None:
    """Raises ``Conflict`` (``procedures.holder``) where a colleague has it in hands."""
    holder = held.item["holder"]
    if actor.kind != "system" and holder not in ("", actor.name):
        raise Conflict(
            "procedures.holder",
            Text(zh=f"“{holder}”正在办理", en=f"{holder} has it in hands"),
            place=str(held.item["id"]),
            owner=holder,
            next_step=Text(zh="请其转办给您", en="Ask for it to be handed over"),
        )


def _require_colleague(actor: access.Actor, to: str) -> None:
    if to not in dict(access.administration.colleagues(actor)):
        raise Invalid(
            "procedures.colleague",
            Text(zh=f"本部门没有账号“{to}”", en=f"The department has no account {to!r}"),
            place=to,
            next_step=Text(zh="填写本部门在用的账号", en="Name a living account of the department"),
        )


def _held(actor: access.Actor, item_id: int) -> store.Held:
    held = store.by_item(item_id)
    rights.require_handler(actor, held, held.item["department"])
    moves.require_state(held, "running")
    return held


def _write(
    actor: access.Actor,
    held: store.Held,
    act: str,
    item: dict[str, Any],
    of: tuple[str, ...],
    words: str,
    **detail: Any,
) -> None:
    row = store.act(
        act, actor.name, actor.department, timezone.now(), node=held.item["node"], item=held.item["id"], words=words,
        detail=detail,
    )  # fmt: skip
    store.write(store.Change(item=item, item_id=held.item["id"], item_from=of, acts=[row]), held)
    moves.record(actor, held.case["id"], act, item=held.item["id"])

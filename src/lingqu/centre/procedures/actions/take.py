"""Claim an item, put it back, or hand it over to a colleague."""

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


def release(actor: access.Actor, item_id: int) -> None:
    """The way back from ``claim``: whoever holds the item, or his deputy, puts it back for the team."""
    with moves.at_once():
        held = _held(actor, item_id)
        require_holder(actor, held)
        _write(actor, held, "release", {"state": "open", "holder": ""}, ("claimed",), "")


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
            _require_colleague(held, to)
        item = {"state": "claimed" if to else "open", "holder": to}
        _write(actor, held, "hand_over", item, ("open", "claimed"), words, to=to)


def require_holder(actor: access.Actor, held: store.Held) -> None:
    """Raises ``Conflict`` (``procedures.holder``) where a colleague has it in hands whose deputy the actor is not."""
    holder = held.item["holder"]
    if actor.kind == "system" or holder in ("", actor.name) or holder == stands_for(actor, held):
        return
    raise Conflict(
        "procedures.holder",
        Text(zh=f"“{holder}”正在办理", en=f"{holder} has it in hands"),
        place=str(held.item["id"]),
        owner=holder,
        next_step=Text(zh="请其转办给您，或请其指定您为代理人", en="Ask to have it, or to be made deputy"),
    )


def stands_for(actor: access.Actor, held: store.Held) -> str:
    """Whose deputy the actor is in acting on this item; empty where nobody's."""
    if not actor.lent:
        return ""
    hands = rights.apart(actor, held.case["applicant"])
    return rights.stands_for(hands, held.case["procedure"], held.item["department"], held.item["holder"])


def colleagues(held: store.Held) -> list[tuple[str, str]]:
    """(name, words) of people of the item's department who may handle it; the applicant is none of them."""
    case, department = held.case, held.item["department"]
    return [
        (person.name, words)
        for person, words in access.administration.staff(department)
        if person.name != case["applicant"] and rights.handles(person, case["procedure"], department)
    ]


def choices(actor: access.Actor, item_id: int) -> list[tuple[str, str]]:
    """To whom the actor may hand an item over."""
    with moves.at_once():
        held = store.by_item(item_id, lock=False)
        rights.require_handler(actor, held, held.item["department"])
        return [each for each in colleagues(held) if each[0] != actor.name]


def _require_colleague(held: store.Held, to: str) -> None:
    if to not in dict(colleagues(held)):
        raise Invalid(
            "procedures.colleague",
            Text(zh=f"“{to}”不是本部门可以办理这一步的人", en=f"{to!r} is nobody of the department who may do this"),
            place=to,
            next_step=Text(zh="从同事名单中选择", en="Choose from the list of colleagues"),
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
    whose = stands_for(actor, held)
    row = store.act(
        act, actor.name, actor.department, timezone.now(), node=held.item["node"], item=held.item["id"], words=words,
        detail=detail, stands_for=whose,
    )  # fmt: skip
    store.write(store.Change(item=item, item_id=held.item["id"], item_from=of, acts=[row]), held)
    moves.record(actor, held.case["id"], act, item=held.item["id"], **moves.whose(whose))

"""Finish an item with its answers; the case goes on when all whom the task waits for have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.procedures import answers as answering
from lingqu.centre.procedures import engine, moves, outcome, rights, store
from lingqu.centre.procedures.actions.take import require_holder, stands_for


def complete(
    actor: access.Actor, item_id: int, answers: Mapping[str, Any] | None = None, words: str = "", reason: str = ""
) -> None:
    """``words`` are for offices, ``reason`` is for the applicant: a refusal must give one (Administrative Licensing Law
    of the PRC, art. 38(2))."""

    def act(lock: bool) -> None:
        held = store.by_item(item_id, lock=lock)
        if not lock and outcome.issues(held):
            with transaction.atomic():
                return act(True)
        item, case = held.item, held.case
        rights.require_handler(actor, held, item["department"])
        moves.require_state(held, "running")
        require_holder(actor, held)
        given, now = answering.of_task(held.compiled, item["node"], answers or {}), timezone.now()
        whose = stands_for(actor, held)
        row = store.act(
            "complete", actor.name, item["department"], now, node=item["node"], item=item_id, words=words,
            detail=given, stands_for=whose,
        )  # fmt: skip
        change = store.Change(
            case={"departments": case["departments"]},
            item={"state": "done", "done_at": now, "done_by": actor.name[:200], "answers": given},
            item_id=item_id,
            acts=[row, *_reason(row, reason), *outcome.issued(actor, held, now)],
            ledger=moves.ledger(actor, case["id"], "complete", item=item_id, **moves.whose(whose)),
        )
        go_on(change, held, actor, now, given)
        store.write(change, held)

    store.at_a_stroke(act)


def _reason(row: Mapping[str, Any], reason: str) -> list[dict[str, Any]]:
    return [{**row, "act": "reason", "words": reason, "detail": {}}] if reason.strip() else []


def go_on(change: store.Change, held: store.Held, actor: access.Actor, now: Any, given: Mapping[str, Any]) -> None:
    marking, token = held.marking, held.item["token"]
    many = marking.many.get(token)
    if many is not None:
        many["left"] -= 1
        many["said"] = {name: value and many["said"].get(name, True) for name, value in given.items()}
        if many["left"] and token in marking.waiting:
            change.case["marking"] = marking.document()
            return
        given = many["said"]
        del marking.many[token]
    answers = {**held.case["answers"], **given}
    if held.compiled.plan.nodes[held.item["node"]].timers:
        change.finished.append(token)
    moves.apply(change, engine.finish(held.compiled.plan, marking, token, answers), held.compiled, actor, now, answers)

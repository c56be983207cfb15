"""Pass a step on to the department whose matter it is (转办); the applicant is told to whom, and why."""

from __future__ import annotations

from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.procedures import moves, rights, store
from lingqu.centre.procedures.actions.take import require_holder, stands_for
from lingqu.kernel.errors import Invalid
from lingqu.kernel.text import Text


def pass_on(actor: access.Actor, item_id: int, to: str, words: str) -> None:
    """The step ends here and begins anew there, with its whole term; the case's own term stays as promised."""
    with moves.at_once():
        held = store.by_item(item_id)
        item, case = held.item, held.case
        rights.require_handler(actor, held, item["department"])
        moves.require_state(held, "running")
        require_holder(actor, held)
        task = held.compiled.procedure.tasks[item["node"]]
        _require_target(item["department"], task.department_from, to, words)
        now, whose = timezone.now(), stands_for(actor, held)
        row = store.act(
            "pass", actor.name, item["department"], now, node=item["node"], item=item_id, words=words.strip(),
            detail={"to": to}, stands_for=whose,
        )  # fmt: skip
        change = store.Change(
            case={
                "departments": sorted({*case["departments"], to}),
                "answers": {**case["answers"], task.department_from: to},
            },
            item={"state": "done", "done_at": now, "done_by": actor.name[:200]},
            item_id=item_id,
            items=[
                {"node": item["node"], "token": item["token"], "department": to, "state": "open", "opened_at": now,
                 "due": moves.due(now, task.days)}
            ],
            acts=[row],
            ledger=moves.ledger(actor, case["id"], "pass", item=item_id, to=to, **moves.whose(whose)),
        )  # fmt: skip
        store.write(change, held)


def _require_target(department: str, variable: str | None, to: str, words: str) -> None:
    if variable is None:
        raise Invalid(
            "procedures.pass",
            Text(zh="这一步不能转给其他部门", en="This step is not passed on to another department"),
            next_step=Text(zh="转办给本部门同事", en="Hand it over to a colleague instead"),
        )
    if to == department or to not in catalogue.departments():
        raise Invalid(
            "procedures.pass",
            Text(zh="请选择本部门以外的部门", en="Choose a department other than your own"),
            place=to[:80],
            next_step=Text(zh="从名单中选择", en="Choose from the list"),
        )
    if not words.strip():
        raise Invalid(
            "procedures.words",
            Text(zh="请写明转办理由，申请人会看到", en="Say why it is passed on; the applicant reads it"),
            next_step=Text(zh="填写理由后重试", en="Give a reason and try again"),
        )

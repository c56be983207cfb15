"""A case as a record: its stages as a strip, days left, what its history says, whom it concerns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.procedures import door as procedures

GROUPS = {
    "applicant": ("start", "supplement", "withdraw", "appeal"),
    "offices": (
        "claim",
        "release",
        "hand_over",
        "pass",
        "complete",
        "reason",
        "return",
        "suspend",
        "resume",
        "involve",
        "issue",
    ),
    "files": ("file", "file_withdrawn"),
    "clocks": ("timer", "message", "overdue", "supplement_overdue", "told", "escalate", "end", "stuck"),
}


def groups() -> dict[str, str]:
    return {
        "": _("all"),
        "applicant": _("the applicant"),
        "offices": _("offices"),
        "files": _("files"),
        "clocks": _("clocks and outcome"),
    }


def days_left(due: datetime | None) -> str:
    """In words; ``due`` is the end of a last day."""
    if due is None:
        return ""
    now, last = timezone.now(), due - timedelta(seconds=1)
    if now >= due:
        over = max(1, catalogue.working_days(last, now))
        return ngettext("%(n)s working day over", "%(n)s working days over", over) % {"n": over}
    left = catalogue.working_days(now, last)
    if not left:
        return _("ends today")
    return ngettext("%(n)s working day left", "%(n)s working days left", left) % {"n": left}


def strip(case: procedures.Case, language: str) -> list[dict[str, Any]]:
    """The steps in the order of the diagram, those that run at once together; ``state``: done, now, next, passed."""
    items: dict[str, set[str]] = {}
    for item in case.items:
        items.setdefault(item.node, set()).add(item.state)
    living = case.state in ("running", "suspended")
    told = []
    for level in _levels(case.compiled.plan, set(items)):
        states = {state for node in level for state in items.get(node, ())}
        state = "done" if states else "next" if living else "passed"
        if living and states & {"open", "claimed", "returned"}:
            state = "now"
        elif states and states <= {"cancelled"}:
            state = "passed"
        told.append({"names": [case.compiled.says(node).say(language) or node for node in level], "state": state})
    return told


def _levels(plan: procedures.Plan, reached: set[str]) -> Iterable[list[str]]:
    """Tasks by how many others come before them on the shortest way; those behind a timer only where they came up."""
    depths, ahead = {plan.start: 0}, [plan.start]
    while ahead:
        here = ahead.pop(0)
        node = plan.nodes[here]
        depth = depths[here] + (node.kind == "task")
        around = plan.nodes[node.parent] if node.parent and not node.outgoing else node
        onward = [plan.flows[flow].target for flow in around.outgoing]
        for target in [node.inner] if node.inner else onward:
            if depths.get(target, depth + 1) > depth:
                depths[target] = depth
                ahead.append(target)
    depths |= {node: depths.get(node, len(depths)) for node in reached}
    found: dict[int, list[str]] = {}
    for node in plan.tasks():
        if node.id in depths:
            found.setdefault(depths[node.id], []).append(node.id)
    return [found[depth] for depth in sorted(found)]


def known(case: procedures.Case, language: str) -> list[tuple[str, str]]:
    """Answers of the case in words."""
    yes = {True: _("Yes"), False: _("No")}
    variables = case.compiled.procedure.variables
    naming = {task.department_from for task in case.compiled.procedure.tasks.values()}
    return [
        (
            variables[name].title.say(language),
            yes[value] if isinstance(value, bool) else titled(value, language) if name in naming else str(value),
        )
        for name, value in case.answers.items()
        if name in variables and value is not None
    ]


def history(
    case: procedures.Case, names: Mapping[str, str], chosen: str, department: str, language: str
) -> list[dict[str, Any]]:
    """Acts of a group and a department, the newest last; empty stands for all."""
    wanted = GROUPS.get(chosen)
    return [
        {
            "of": act,
            "act": names.get(act.act, act.act),
            "node": case.compiled.says(act.node).say(language),
            "department": titled(act.department, language),
            "more": _more(case, act, language),
            "case": act.detail.get("case") if act.act == "appeal" else None,
        }
        for act in case.acts
        if (wanted is None or act.act in wanted) and department in ("", act.department)
    ]


def _more(case: procedures.Case, act: procedures.Act, language: str) -> list[str]:
    detail, variables = act.detail, case.compiled.procedure.variables
    if act.act == "return":
        return [f"{each['what']}: {each['why']}" for each in detail.get("missing", ())]
    if act.act in ("complete", "message"):
        if act.act == "message":
            inside = act.node.rpartition("/")[0]
            detail = {f"{inside}/{name}" if inside else name: value for name, value in detail["answers"].items()}
        yes = {True: _("Yes"), False: _("No")}
        return [
            f"{variables[name].title.say(language)}: {yes[value] if isinstance(value, bool) else value}"
            for name, value in detail.items()
            if name in variables
        ]
    if act.act == "issue":
        return [str(detail.get("certificate", "")), *detail.get("left_out", ())]
    if act.act == "suspend":
        return [detail["law"]] if detail.get("law") else []
    if act.act == "hand_over":
        return [_("to %(name)s") % {"name": detail["to"]} if detail.get("to") else _("back to the team")]
    if act.act == "pass":
        return [titled(str(detail.get("to", "")), language)]
    if act.act == "involve":
        return [titled(code, language) for code in detail.get("departments", ())]
    if act.act == "told":
        whom = "、".join(detail.get("people", ())) or titled(detail.get("department", ""), language)
        return [_("stage %(stage)s: %(whom)s") % {"stage": detail.get("stage"), "whom": whom}]
    return []


def titled(code: str, language: str) -> str:
    found = catalogue.departments().get(code)
    return found.title.say(language) if found else code


def stages_told(case: procedures.Case) -> dict[int, int]:
    """Item → the last stage of escalation that was told of."""
    return {act.item: int(act.detail["stage"]) for act in case.acts if act.act == "told" and act.item is not None}


def leads(actor: access.Actor, case: procedures.Case) -> bool:
    """Whether the actor may suspend and resume the case."""
    lead = case.compiled.procedure.department
    return not procedures.is_own(actor, case) and access.may(actor, "handle", case.procedure, owner=lead)

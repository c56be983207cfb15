"""What check, plan and apply found, as text for people and as plain data for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from lingqu.blueprint import kinds
from lingqu.blueprint.apply import Applied
from lingqu.blueprint.differences import Difference
from lingqu.blueprint.export import Exported
from lingqu.blueprint.plan import Change, Plan
from lingqu.kernel.errors import Fault
from lingqu.kernel.text import Text

_SIGNS = {"add": "+", "change": "~", "remove": "-"}
_LONG = 70


def faults(found: Iterable[Fault], language: str = "zh") -> str:
    """``file:line [rule] message`` and the next step under it; one line that all is well where there are none."""
    found = list(found)
    if not found:
        return Text(zh="没有发现错误", en="No faults").say(language)
    lines = [line for fault in found for line in _fault(fault, language)]
    errors = sum(fault.severity == "error" for fault in found)
    total = Text(
        zh=f"{errors} 处错误，{len(found) - errors} 处提醒", en=f"{errors} errors, {len(found) - errors} warnings"
    )
    return "\n".join([*lines, "", total.say(language)])


def _fault(fault: Fault, language: str) -> Iterator[str]:
    place = fault.file + (f":{fault.line}" if fault.line else "")
    warning = Text(zh="提醒 ", en="warning ").say(language) if fault.severity == "warning" else ""
    yield f"{place}: {warning}[{fault.rule}] {fault.message.say(language)}"
    if fault.next_step:
        yield f"    → {fault.next_step.say(language)}"


def plan(made: Plan, language: str = "zh") -> str:
    """Each addition, change and removal, with what differs and which data it touches."""
    if made.empty:
        return Text(zh="没有变化", en="Nothing to do").say(language)
    lines = [line for change in made.changes for line in _change(change, language)]
    counts = made.counts
    total = Text(
        zh=f"新增 {counts['add']}，修改 {counts['change']}，删除 {counts['remove']}",
        en=f"{counts['add']} to add, {counts['change']} to change, {counts['remove']} to remove",
    )
    return "\n".join([*lines, "", total.say(language)])


def _change(change: Change, language: str) -> Iterator[str]:
    kind = kinds.title(change.kind).say(language)
    title = Text.model_validate(change.title).say(language) if change.title else ""
    yield f"{_SIGNS[change.action]} {kind} {change.code}  {title}".rstrip()
    for difference in change.differences:
        yield f"    {difference.where}: {_difference(difference)}"
    for touch in change.touches:
        warning = (
            Text(zh="失去说明：", en="loses its description: ") if touch.loses else Text(zh="涉及：", en="touches: ")
        )
        yield f"    ! {warning.say(language)}{touch.message.say(language)}"


def _difference(difference: Difference) -> str:
    if difference.before is None:
        return f"+ {_short(difference.after)}"
    if difference.after is None:
        return f"- {_short(difference.before)}"
    return f"{_short(difference.before)} → {_short(difference.after)}"


def _short(value: Any) -> str:
    if isinstance(value, Mapping) and set(value) == {"zh", "en"}:
        value = value["zh"] if value["zh"] == value["en"] else f"{value['zh']} / {value['en']}"
    said = str(value)
    return said if len(said) <= _LONG else said[: _LONG - 1] + "…"


def applied(made: Applied, language: str = "zh") -> str:
    """What applying did and the drawing's number."""
    if not made.changed:
        return Text(
            zh=f"没有变化，图纸仍为第 {made.revision} 版", en=f"Nothing to do; the drawing stays at {made.revision}"
        ).say(language)
    done = Text(zh=f"已应用，图纸为第 {made.revision} 版", en=f"Applied; the drawing is now at {made.revision}")
    return f"{plan(made.plan, language)}\n{done.say(language)}"


def exported(made: Exported, language: str = "zh") -> str:
    """What was written, and which named data files are not there."""
    said = Text(
        zh=f"{made.definitions} 个定义写入 {len(made.files)} 个文件，附 {len(made.data)} 个数据文件：{made.folder}",
        en=f"{made.definitions} definitions in {len(made.files)} files and {len(made.data)} data files: {made.folder}",
    )
    absent = [Text(zh=f"缺少数据文件 {path}", en=f"missing data file {path}").say(language) for path in made.missing]
    return "\n".join([said.say(language), *absent])


def faults_data(found: Iterable[Fault]) -> list[dict[str, Any]]:
    """For ``--json``."""
    return [
        {
            "rule": fault.rule,
            "severity": fault.severity,
            "file": fault.file,
            "line": fault.line,
            "key": fault.column,
            "message": fault.message.model_dump(),
            "next_step": fault.next_step.model_dump() if fault.next_step else None,
        }
        for fault in found
    ]


def plan_data(made: Plan) -> dict[str, Any]:
    """For ``--json``."""
    return {"revision": made.revision, "counts": made.counts, "changes": [_change_data(each) for each in made.changes]}


def _change_data(change: Change) -> dict[str, Any]:
    return {
        "action": change.action,
        "kind": change.kind,
        "code": change.code,
        "title": dict(change.title),
        "origin": change.origin,
        "layer": change.layer,
        "differences": [{"key": d.where, "before": d.before, "after": d.after} for d in change.differences],
        "touches": [
            {"what": t.what, "of": t.of, "count": t.count, "loses": t.loses, "message": t.message.model_dump()}
            for t in change.touches
        ],
    }


def applied_data(made: Applied) -> dict[str, Any]:
    """For ``--json``."""
    return plan_data(made.plan) | {"revision": made.revision, "changed": made.changed}


def exported_data(made: Exported) -> dict[str, Any]:
    """For ``--json``."""
    return {
        "folder": str(made.folder),
        "definitions": made.definitions,
        "files": made.files,
        "data": made.data,
        "missing": made.missing,
    }

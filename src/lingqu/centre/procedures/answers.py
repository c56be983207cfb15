"""Answers are what the definition asks for, of the sort it says: nobody sets what another step decides."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from lingqu.centre.procedures.compiled import Compiled
from lingqu.centre.procedures.definitions import Variable
from lingqu.centre.procedures.plan import INSIDE
from lingqu.kernel.errors import Fault, Invalid
from lingqu.kernel.text import Text

_LONGEST = 2_000
_KINDS: dict[str, Text] = {
    "truth": Text(zh="应为是或否", en="is yes or no"),
    "number": Text(zh="应为数值", en="is a number"),
    "text": Text(zh="应为不超过 2000 字的文字", en="is a text of at most 2000 characters"),
}


def of_start(of: Compiled, given: Mapping[str, Any]) -> dict[str, Any]:
    """What an applicant may say."""
    return _checked(of, given, of.free, ())


def of_task(of: Compiled, node: str, given: Mapping[str, Any]) -> dict[str, Any]:
    names = of.procedure.tasks[node].answers
    return _checked(of, given, names, names)


def of_message(of: Compiled, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """``name`` with the name of the call it is in; the answers are those of the called procedure."""
    prefix, names = name.rpartition(INSIDE)[0], of.procedure.messages[name].answers
    prefix = prefix and prefix + INSIDE
    full = _checked(of, {prefix + each: value for each, value in given.items()}, names, names)
    return {each.removeprefix(prefix): value for each, value in full.items()}


def _checked(of: Compiled, given: Mapping[str, Any], may: Iterable[str], must: Iterable[str]) -> dict[str, Any]:
    if not given and not must:
        return {}
    may = set(may)
    faults = [
        _fault(name, Text(zh="不是这一步的项目", en="is not asked for here")) for name in given if name not in may
    ]
    faults += [_fault(name, Text(zh="没有填写", en="is not answered")) for name in must if given.get(name) is None]
    for name in may & set(given):
        variable = of.procedure.variables[name]
        if given[name] is not None and (why := _misfit(variable, given[name])) is not None:
            faults.append(_fault(name, why))
    if faults:
        raise Invalid(
            "procedures.answers",
            Text(zh=f"有 {len(faults)} 项需要改正", en=f"{len(faults)} answers must be corrected"),
            place=", ".join(fault.column for fault in faults)[:200],
            next_step=Text(zh="逐项改正后重新提交", en="Correct each and send it again"),
            faults=faults,
        )
    return {name: value for name, value in given.items() if value is not None}


def _misfit(variable: Variable, value: Any) -> Text | None:
    fits = {
        "truth": lambda: isinstance(value, bool),
        "number": lambda: (
            isinstance(value, int | float) and not isinstance(value, bool)
            and math.isfinite(value) and abs(value) < 1e15
        ),
        "text": lambda: isinstance(value, str) and len(value) <= _LONGEST and "\x00" not in value,
    }  # fmt: skip
    if not fits[variable.type]():
        return _KINDS[variable.type]
    if variable.choices and value not in variable.choices:
        return Text(zh="应为：" + "、".join(variable.choices), en="is one of: " + ", ".join(variable.choices))
    return None


def _fault(name: str, why: Text) -> Fault:
    return Fault("procedures.answers", Text(zh=f"{name} {why.zh}", en=f"{name} {why.en}"), column=name)

"""Every fault of a blueprint."""

from __future__ import annotations

from collections.abc import Iterator

from lingqu.blueprint import rules
from lingqu.blueprint.model import Blueprint
from lingqu.kernel.errors import Fault, Invalid
from lingqu.kernel.text import Text
from lingqu.packs import door as packs


def check(blueprint: Blueprint) -> list[Fault]:
    """Faults in the order of their files and lines; ``severity`` tells errors from warnings."""
    found = [*blueprint.faults, *(fault for rule in rules.EVERY for fault in rule(blueprint)), *_packs(blueprint)]
    return sorted(_unallowed(blueprint, found), key=lambda fault: (fault.file, fault.line or 0, fault.rule))


def require_sound(blueprint: Blueprint) -> None:
    """Raises ``Invalid`` (``blueprint.faults``) with every error; warnings pass."""
    errors = [fault for fault in check(blueprint) if fault.severity == "error"]
    if errors:
        raise Invalid(
            "blueprint.faults",
            Text(zh=f"蓝图有 {len(errors)} 处错误", en=f"{len(errors)} errors in the blueprint"),
            place=str(blueprint.root),
            next_step=Text(zh="运行 lingqu blueprint check 并逐条改正", en="Run lingqu blueprint check, correct each"),
            faults=errors,
        )


def _packs(blueprint: Blueprint) -> Iterator[Fault]:
    rules = [rule for pack in blueprint.packs for rule in packs.rules(pack)]
    documents: dict[str, dict[str, dict[str, object]]] = {}
    for (kind, code), document in blueprint.documents().items() if rules else ():
        documents.setdefault(kind, {})[code] = document
    for rule in rules:
        for broken in rule.check(documents):
            entry = blueprint.entries[(broken.kind, broken.code)]
            yield entry.fault(rule.code, broken.message, broken.next_step, broken.path, broken.severity)


def _unallowed(blueprint: Blueprint, faults: list[Fault]) -> Iterator[Fault]:
    """Without the warnings that the city accepts with a reason."""
    allowed = {
        (allowance.rule, entry.shown, entry.page.line(entry.base))
        for allowance in (blueprint.city.allowances if blueprint.city else ())
        if (entry := blueprint.entries.get((allowance.kind, allowance.code)))
    }
    starts = sorted((entry.shown, entry.page.line(entry.base)) for entry in blueprint.entries.values())
    for fault in faults:
        start = max((s for s in starts if s[0] == fault.file and s[1] <= (fault.line or 0)), default=("", 0))
        if fault.severity == "error" or (fault.rule, *start) not in allowed:
            yield fault

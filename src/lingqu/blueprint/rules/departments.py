"""Departments: a true credit code where one is given, and no department above itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from lingqu.blueprint.cycles import cycle
from lingqu.blueprint.model import Blueprint
from lingqu.centre.catalogue.definitions import Department
from lingqu.kernel import identifiers
from lingqu.kernel.errors import Fault
from lingqu.kernel.text import Text


def check(blueprint: Blueprint) -> Iterator[Fault]:
    above: dict[str, tuple[str, ...]] = {}
    for entry, department in blueprint.pairs(Department):
        above[entry.code] = (department.parent,) if department.parent else ()
        broken = identifiers.check("uscc", department.uscc, date.today()) if department.uscc else None
        if broken is not None:
            step = Text(zh="核对统一社会信用代码（GB 32100）", en="Compare with the certificate (GB 32100)")
            yield entry.fault("department.uscc", broken.message, step, ("uscc",))
    ring = cycle(above)
    if ring:
        path = " → ".join(ring)
        yield blueprint.entries[("department", ring[0])].fault(
            "department.cycle",
            Text(zh=f"上级部门成环：{path}", en=f"Departments stand above each other in a ring: {path}"),
            Text(zh="去掉其中一个 parent", en="Take one parent away"),
            ("parent",),
        )

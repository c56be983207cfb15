"""Roles grant what there is, and demo accounts are each somebody of their own."""

from __future__ import annotations

from collections.abc import Iterator

from lingqu.blueprint.model import Blueprint, Entry
from lingqu.blueprint.nearest import suggest
from lingqu.centre.access.definitions import Role
from lingqu.centre.catalogue.definitions import Department
from lingqu.centre.entities.definitions import EntityType
from lingqu.centre.procedures.definitions import Procedure
from lingqu.kernel.errors import Fault
from lingqu.kernel.text import Text


def check(blueprint: Blueprint) -> Iterator[Fault]:
    types = blueprint.every(EntityType)
    departments = blueprint.every(Department)
    procedures = set(blueprint.every(Procedure))
    names: dict[str, str] = {}
    for entry, role in blueprint.pairs(Role):
        yield from _grants(entry, role, types, procedures)
        for demo in role.accounts():
            path: tuple[str | int, ...] = ("demo",) if demo is role.demo else ("demos", role.demos.index(demo))
            if demo.department and demo.department not in departments:
                yield _unknown(entry, "department", demo.department, list(departments), (*path, "department"))
            if names.setdefault(demo.username, entry.code) != entry.code:
                yield entry.fault(
                    "role.demo",
                    Text(zh=f"演示账号“{demo.username}”重复", en=f"Demo account {demo.username!r} stands twice"),
                    Text(zh="改用另一个用户名", en="Use another name"),
                    (*path, "username"),
                )


def _grants(entry: Entry, role: Role, types: dict[str, EntityType], procedures: set[str]) -> Iterator[Fault]:
    for index, grant in enumerate(role.grants):
        path = ("grants", index)
        for at, code in enumerate(grant.types):
            if code != "*" and code not in (procedures if "handle" in grant.actions else types):
                yield _unknown(entry, "type", code, list(types), (*path, "types", at))
        if "*" in grant.types:
            continue
        known = {name for code in grant.types if code in types for name in types[code].attributes}
        for key, names in (("attributes", grant.attributes), ("mask", tuple(grant.mask))):
            for name in names:
                if name != "*" and known and name not in known:
                    yield _unknown(entry, "attribute", name, list(known), (*path, key))


def _unknown(entry: Entry, what: str, name: str, known: list[str], path: tuple[str | int, ...]) -> Fault:
    zh = {"department": "部门", "type": "实体类型", "attribute": "属性"}[what]
    return entry.fault(
        "role.unknown",
        Text(zh=f"没有{zh}“{name}”", en=f"There is no {what} {name!r}"),
        suggest(name, known, Text(zh="改正名称", en="Correct the name")),
        path,
    )

"""Asking the city's registers for one application: each look once, with its purpose, and a row of the ledger.

What is asked for, and by which key, stands in the rules (``holdings``). Lingqu looks for itself, since an applicant may
not read other people's records; he is shown what is found about others masked, and about himself as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.drawing import door as drawing
from lingqu.centre.entities import door as entities
from lingqu.centre.papers.book import Book
from lingqu.centre.papers.definitions import Holding, Table
from lingqu.kernel.elements import DataElement
from lingqu.kernel.errors import Refused
from lingqu.kernel.text import Text

MOST_LOOKS = 60
"""Different keys that one application may ask registers for, so that nobody tries numbers."""

Look = Mapping[str, Any]
"""What a look found, as it is kept: ``id`` (empty: nothing), ``values``, ``sources`` (attribute → resource code,
time), ``at`` (when it was looked)."""


@dataclass
class Looks:
    """The registers, for one application. ``known``: looks by key that were made before; new ones are added.
    ``live``: False asks nothing new."""

    actor: access.Actor
    number: int
    known: dict[str, Look] = field(default_factory=dict)
    live: bool = True

    def fetch(self, holding: Holding, keys: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The attributes of the one entity that has these keys; None where there is none, or nothing to ask."""
        look = self.look(holding, keys)
        return look["values"] if look and look["id"] else None

    def look(self, holding: Holding, keys: Mapping[str, Any]) -> Look | None:
        if not holding.type or any(value in (None, "") for value in keys.values()):
            return None
        key = key_of(holding, keys)
        if key not in self.known and self.live:
            self.known[key] = self._made(holding, keys)
        return self.known.get(key)

    def _made(self, holding: Holding, keys: Mapping[str, Any]) -> Look:
        if len(self.known) >= MOST_LOOKS:
            raise self._too_many(holding)
        query = entities.Query(types=(holding.type,), facets={n: str(v) for n, v in keys.items()}, limit=2)
        try:
            found = entities.find(access.SYSTEM, query).entities
        finally:
            access.carry(self.actor)
        wanted, one = tuple(holding.gives.values()), found[0] if len(found) == 1 else None
        self._told(holding, one, wanted)
        at = timezone.now().isoformat(timespec="seconds")
        if one is None:
            return {"id": "", "values": {}, "sources": {}, "at": at}
        values = {name: value for name in wanted if (value := one.value(name)) is not None}
        return {"id": one.id, "values": values, "sources": dict(_sources(one, wanted)), "at": at}

    def _told(self, holding: Holding, one: entities.Entity | None, wanted: tuple[str, ...]) -> None:
        purpose = holding.purpose or ""
        reader = replace(self.actor, purpose=purpose, basis=access.basis_of(purpose)) if purpose else self.actor
        access.record(
            reader,
            "read",
            entity_type=holding.type,
            entity_ids=[one.id] if one else [],
            attributes=wanted,
            count=1 if one else 0,
            detail={"application": self.number, "holding": holding.code},
        )

    def _too_many(self, holding: Holding) -> Refused:
        error = Refused(
            "papers.looks",
            Text(
                zh=f"一份申请最多查询基础库 {MOST_LOOKS} 次",
                en=f"One application asks the registers at most {MOST_LOOKS} times",
            ),
            place=holding.code,
            owner="information_centre",
            next_step=Text(zh="删除这份申请后重新填写，或到窗口办理", en="Begin anew, or come to the counter"),
        )
        access.tell(self.actor, error)
        return error


def key_of(holding: Holding, keys: Mapping[str, Any]) -> str:
    return f"{holding.code} {orjson.dumps(dict(keys), option=orjson.OPT_SORT_KEYS, default=str).decode()}"


def _sources(one: entities.Entity, wanted: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, str]]]:
    for name in wanted:
        prov = one.prov.get(name)
        of = prov if isinstance(prov, Mapping) else {}
        yield name, (str(of.get("s", "")), str(of.get("t", "")) or one.modified_at.isoformat(timespec="seconds"))


def source_of(look: Look, attribute: str, holding: Holding) -> tuple[Text, str]:
    """(who said it, when) of one value that was found: the department's resource, else the register."""
    code, at = look["sources"].get(attribute, ("", ""))
    resource = catalogue.resources().get(code)
    department = catalogue.departments().get(resource.department) if resource else None
    if resource is None or department is None:
        return holding.title, at
    return Text(
        zh=f"{department.title.zh}《{resource.title.zh}》", en=f"{department.title.en}: {resource.title.en}"
    ), at


def shown(entity_type: str, attribute: str, value: Any, *, own: bool) -> Any:
    """A value as the applicant may see it: masked where it is another person's."""
    if own or value is None or not access.is_personal(entity_type):
        return value
    declared = entities.entity_type(entity_type).attributes[attribute]
    element = drawing.every(DataElement).get(declared.element or "")
    how = element.mask if element is not None and element.mask != "none" else "absent"
    return access.masked(how, value)


def tables(book: Book, actor: access.Actor) -> dict[str, Mapping[str, str]]:
    """The tables of the rules that a public register of the city keeps."""
    found: dict[str, Mapping[str, str]] = {}
    for name, table in book.rules.tables.items():
        if table.type and access.is_public(table.type):
            found[name] = _Register(table, actor)
    return found


class _Register(dict[str, str]):
    """A table whose rows are entities of a public type, each looked up when it is asked for."""

    def __init__(self, table: Table, actor: access.Actor) -> None:
        super().__init__()
        self.table, self.actor = table, actor

    def get(self, key: str, default: Any = None) -> Any:
        if not key:
            return default
        if key not in self:
            query = entities.Query(types=(self.table.type,), facets={self.table.key: str(key)}, limit=1)
            try:
                found = entities.find(access.ANONYMOUS, query).entities
            finally:
                access.carry(self.actor)
            self[key] = str(found[0].value(self.table.value) or "") if found else ""
        return self[key] or default

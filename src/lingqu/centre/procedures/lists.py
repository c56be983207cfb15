"""Lists of items and cases for whom they are to be seen by, a page at a time: the last page costs what the first does.

What an actor may see is asked of the grants once and stands in the statement; behind it stand the walls (ADR 6).
"""

# ruff: noqa: S608 (pieces are this module's own, values are parameters)

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.drawing import door as drawing
from lingqu.centre.entities import door as entities
from lingqu.centre.procedures import rights, store
from lingqu.centre.procedures.definitions import Procedure
from lingqu.centre.procedures.reads import Item, clock_of, item_of

COUNTED = 500
"""Up to here is counted; beyond it a list is simply long."""
CLOCKS = ("overdue", "soon", "calm", "stopped", "none")
_COLUMNS = (
    "id", "case_id", "node", "department", "state", "holder", "opened_at", "due", "missing", "done_by", "done_at",
)  # fmt: skip
_DUE = "(case when i.due is null then 'infinity' else i.due end)"
_DUE_APART = "coalesce(i.due, 'infinity')"
"""The same, as no index has it: where words lead to few cases, the items are not looked for in a whole inbox."""
_SOON = "%(now)s > i.opened_at + (i.due - i.opened_at) * 0.75"
_WHEN = {
    "overdue": "i.state <> 'returned' and {due} <= %(now)s",
    "soon": f"i.state <> 'returned' and {{due}} > %(now)s and {_SOON}",
    "calm": f"i.state <> 'returned' and {{due}} > %(now)s and not {_SOON}",
    "stopped": "i.state = 'returned'",
    "none": "i.state <> 'returned' and {due} = 'infinity'",
}


@dataclass(frozen=True)
class Found:
    """A case in a list. ``waiting``: how many of its steps wait for somebody."""

    id: int
    procedure: str
    state: str
    title: str
    applicant: str
    started_at: datetime
    due: datetime | None
    ended_at: datetime | None
    waiting: int
    clock: str


def inbox(
    actor: access.Actor, *, mine: bool = False, procedure: str = "", clock: str = "", words: str = "", after: str = "",
    limit: int = 100,
) -> list[Item]:  # fmt: skip
    """See ``door.inbox``."""
    given: dict[str, Any] = {"now": timezone.now(), "limit": limit}
    due = _DUE_APART if words.strip() else _DUE
    which = [_WHEN[clock].format(due=due)] if clock in _WHEN else []
    if mine:
        which.append("i.holder = any(%(holders)s)")
        given["holders"] = [actor.name, *rights.lenders(actor)]
    if procedure:
        which.append("c.procedure = %(procedure)s")
        given["procedure"] = procedure
    which += _words(words, given)
    if (place := _place(after)) is not None:
        which.append(f"({due}, i.id) > (%(due)s, %(id)s)")
        given["due"], given["id"] = place
    one = f"{_items(which, given, actor, procedure)} order by {_DUE}, i.id limit %(limit)s"
    columns = ", ".join(f"i.{name}" for name in _COLUMNS)
    rows = _rows(
        f"select {columns}, c.procedure, c.version, c.title from (select i.id as found from {one}) f "
        f"join procedures_item i on i.id = f.found join procedures_case c on c.id = i.case_id order by {_DUE}, i.id "
        "limit %(limit)s",
        given,
    )
    return [item_of(dict(zip((*_COLUMNS, "procedure", "version", "title"), row, strict=True))) for row in rows]


def counts(actor: access.Actor, *, mine: bool = False) -> dict[str, int]:
    """See ``door.counts``."""
    given: dict[str, Any] = {"now": timezone.now(), "limit": COUNTED + 1}
    held = []
    if mine:
        held.append("i.holder = any(%(holders)s)")
        given["holders"] = [actor.name, *rights.lenders(actor)]
    parts = [
        f"(select count(*) from (select from {_items([*held, *which], given, actor)} limit %(limit)s) n)"
        for which in ([_WHEN[clock].format(due=_DUE)] for clock in CLOCKS)
    ]
    (row,) = _rows("select " + ", ".join(parts), given)
    return {"open": min(sum(row), COUNTED + 1), **dict(zip(CLOCKS, row, strict=True))}


def search(
    actor: access.Actor, *, number: int | None = None, words: str = "", applicant: str = "", procedure: str = "",
    state: str = "", before: int | None = None, limit: int = 50,
) -> list[Found]:  # fmt: skip
    """See ``door.search``."""
    given: dict[str, Any] = {"limit": limit}
    which = [_sight(actor, given), *_words(words, given)]
    asked = {"id": number, "applicant": applicant, "procedure": procedure, "state": state}
    for column, value in asked.items():
        if value:
            which.append(f"c.{column} = %({column})s")
            given[column] = value
    if before is not None:
        which.append("c.id < %(before)s")
        given["before"] = before
    rows = _rows(
        "select c.id, c.procedure, c.state, c.title, c.applicant, c.started_at, c.due, c.ended_at, ("
        "  select count(*) from procedures_item i where i.case_id = c.id and i.state in ('open', 'claimed', 'returned')"
        f") from procedures_case c where {' and '.join(which)} order by c.id desc limit %(limit)s",
        given,
    )
    return [Found(*(*row, clock_of(row[2] == "running", row[5], row[6]))) for row in rows]


def _items(which: list[str], given: dict[str, Any], actor: access.Actor, procedure: str = "") -> str:
    """Open items of running cases in the departments whose work the actor does. Each department is looked through by
    itself, in the order of its own index; only words may lead from cases to items, since few cases may have them."""
    whole, some = _scope(actor)
    if procedure:
        offices = _offices(procedure)
        whole, some = [d for d in whole if d in offices], [s for s in some if s[1] == procedure]
    given |= {"whole": whole, "offices": [d for d, _ in some], "kinds": [p for _, p in some]}
    where = " and ".join(["i.department = o.department", "i.state in ('open', 'claimed', 'returned')", *which])
    free = "" if "grams" in given else " offset 0"
    return (
        "(select department, null as kind from unnest(%(whole)s::text[]) department union all "
        "select department, kind from unnest(%(offices)s::text[], %(kinds)s::text[]) s(department, kind)) o, "
        "lateral (select i.* from procedures_item i, lateral (select * from procedures_case c where c.id = i.case_id"
        f"{free}) c where c.state = 'running' and (o.kind is null or c.procedure = o.kind) and {where} "
        f"order by {_DUE}, i.id limit %(limit)s) i"
    )


def _offices(procedure: str) -> set[str]:
    """Departments that some version of the procedure gives a step: the others need not be looked through."""
    versions = _rows("select version from procedures_version where procedure = %(code)s", {"code": procedure})
    kept = [store.version(version).procedure for (version,) in versions]
    return {office for each in kept for task in each.tasks.values() for office in task.offices()}


def _scope(actor: access.Actor) -> tuple[list[str], list[tuple[str, str]]]:
    """Departments whose work of every kind is the actor's, and (department, procedure) where only some is."""
    whole, some = [], []
    for department in rights.departments(actor):
        if access.may(actor, "handle", owner=department):
            whole.append(department)
        else:
            some += [(department, code) for code in _known() if rights.handles(actor, code, department)]
    return whole, some


def _known() -> list[str]:
    """Of the drawing, and of cases that began under an older one."""
    with connection.cursor() as cursor:
        cursor.execute("select distinct procedure from procedures_version")
        return sorted({*drawing.every(Procedure), *(row[0] for row in cursor.fetchall())})


def _sight(actor: access.Actor, given: dict[str, Any]) -> str:
    if actor.kind == "system":
        return "true"
    whole, some = _scope(actor)
    given["seen"] = whole
    parts = ["c.departments && %(seen)s::varchar[]"] if whole else []
    for number, (department, code) in enumerate(some):
        given |= {f"d{number}": department, f"p{number}": code}
        parts.append(f"(c.procedure = %(p{number})s and c.departments @> array[%(d{number})s]::varchar[])")
    return f"({' or '.join(parts)})" if parts else "false"


def _words(words: str, given: dict[str, Any]) -> list[str]:
    """Words of a case's title."""
    if not words.strip():
        return []
    grams, whole = entities.grams(words)
    given["grams"] = grams
    parts = ["entity_grams(c.search) @@ %(grams)s::tsquery"]
    for number, word in enumerate(whole):
        given[f"word{number}"] = word
        parts.append(f"position(%(word{number})s in c.search) > 0")
    return parts


def _place(text: str) -> tuple[str, int] | None:
    """(due, id) of the last item seen; None for what names none."""
    due, _, number = text.partition("~")
    try:
        moment = datetime.fromisoformat(due).isoformat() if due else "infinity"
        return (moment, int(number)) if len(number) < 19 else None
    except ValueError:
        return None


def _rows(statement: str, given: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Values stand in the text, so that the planner sees which department is large and which word is rare."""
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows

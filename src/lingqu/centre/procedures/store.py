"""A step of a case as one statement: the case, its items, clocks and history change together or not at all."""

# ruff: noqa: S608 (names of columns are this module's own, values are parameters)

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar

import orjson
from django.db import connection, transaction
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.drawing import door as drawing
from lingqu.centre.procedures import codes, telling
from lingqu.centre.procedures.compiled import Compiled, called_by, compiled, frozen
from lingqu.centre.procedures.definitions import Procedure
from lingqu.centre.procedures.engine import Marking
from lingqu.centre.procedures.statements import rows as _rows
from lingqu.kernel.errors import Conflict, NotFound
from lingqu.kernel.text import Text

T = TypeVar("T")
OPEN = ("open", "claimed", "returned")
_CASE = (
    "id", "procedure", "version", "state", "title", "applicant", "departments", "answers", "marking", "step",
    "started_at", "due", "suspended_at", "outcome", "ended_at", "appeal_of", "application",
    "on_behalf_of",
)  # fmt: skip
_ITEM = (
    "id", "node", "token", "department", "state", "holder", "opened_at", "due", "returned_at", "days_left", "missing",
)  # fmt: skip
_OF_CASE = ", ".join(f"c.{name}" for name in _CASE)
_OF_ITEM = ", ".join(f"i.{name}" for name in _ITEM)


@dataclass
class Held:
    """A case locked for this transaction, and the item it was opened by."""

    case: dict[str, Any]
    item: dict[str, Any]

    @property
    def compiled(self) -> Compiled:
        return version(self.case["version"])

    @property
    def marking(self) -> Marking:
        return Marking.of(self.case["marking"])


@dataclass
class Change:
    """What one act changes. ``case``: columns; ``item``: columns of the item it is about, which must be in one of
    ``item_from``; ``closed``: tokens whose items and clocks go; ``stopped``: nodes whose clock of a token goes."""

    case: dict[str, Any] = field(default_factory=dict)
    item: dict[str, Any] = field(default_factory=dict)
    item_id: int = 0
    item_from: tuple[str, ...] = ("open", "claimed")
    items: list[dict[str, Any]] = field(default_factory=list)
    clocks: list[dict[str, Any]] = field(default_factory=list)
    closed: list[int] = field(default_factory=list)
    finished: list[int] = field(default_factory=list)
    clock_id: int = 0
    acts: list[dict[str, Any]] = field(default_factory=list)
    ledger: tuple[str, dict[str, Any]] | None = None


_BY_ITEM = (
    f"select {_OF_CASE}, {_OF_ITEM} from procedures_item i join procedures_case c on c.id = i.case_id where i.id = %s"
)


def by_item(item_id: int, *, lock: bool = True) -> Held:
    """Raises ``NotFound``. What stands in ``item`` may be older than the lock: ``write`` holds to its state. Without a
    lock the case may move meanwhile, which ``write`` finds."""
    return _held(_rows(_BY_ITEM + (" for update of c" if lock else ""), [item_id]), str(item_id))


def at_a_stroke(act: Callable[[bool], T]) -> T:
    """Read, think, and write in one statement, so that no transaction need be begun and no lock held. Where another
    branch of the case moved meanwhile it is done once more, under a lock. ``act`` is told whether to lock."""
    with drawing.held(), access.held():
        if not connection.in_atomic_block:
            try:
                return act(False)
            except Conflict as error:
                if error.rule != "procedures.moved":
                    raise
        with transaction.atomic():
            return act(True)


def number() -> int:
    """The number of a case to come."""
    return int(_rows("select nextval(pg_get_serial_sequence('procedures_case', 'id'))", [])[0][0])


def by_case(case_id: int, *, lock: bool = True) -> Held:
    statement = f"select {_OF_CASE} from procedures_case c where c.id = %s" + (" for update" if lock else "")
    return _held(_rows(statement, [case_id]), str(case_id))


def by_clock(clock_id: int) -> tuple[Held, dict[str, Any]] | None:
    """The case of a clock that is still to go off; None where another has it in hands, or it is gone."""
    found = _rows(
        f"select {_OF_CASE}, k.token, k.node from procedures_clock k join procedures_case c on c.id = k.case_id "
        "where k.id = %s and c.state = 'running' for update skip locked",
        [clock_id],
    )
    if not found:
        return None
    values = found[0]
    clock = {"token": values[len(_CASE)], "node": values[len(_CASE) + 1]}
    return _held([values[: len(_CASE)]], ""), clock


def decided(case_id: int, name: str) -> bool:
    """Whether this person finished or returned a step of a case, himself or by a deputy."""
    found = _rows(
        "select 1 from procedures_act where case_id = %s and act in ('complete', 'return') "
        'and %s in ("by", stands_for) limit 1',
        [case_id, name],
    )
    return bool(found)


def about(case_id: int) -> dict[str, Any]:
    """What rights ask about a case, without a lock. Raises ``NotFound``."""
    names = ("id", "procedure", "applicant", "on_behalf_of", "departments", "state")
    found = _rows(f"select {', '.join(names)} from procedures_case where id = %s", [case_id])
    if not found:
        raise missing(str(case_id))
    return dict(zip(names, found[0], strict=True))


def is_item(case_id: int, item_id: int) -> bool:
    return bool(_rows("select 1 from procedures_item where id = %s and case_id = %s", [item_id, case_id]))


def _held(found: list[tuple[Any, ...]], place: str) -> Held:
    if not found:
        raise missing(place)
    case = dict(zip(_CASE, found[0], strict=False))
    for name in ("answers", "marking"):
        case[name] = _plain(case[name])
    item = dict(zip(_ITEM, found[0][len(_CASE) :], strict=False))
    if "missing" in item:
        item["missing"] = _plain(item["missing"])
    return Held(case, item)


def missing(place: str) -> NotFound:
    return NotFound(
        "procedures.unknown",
        Text(zh="没有这件办件，或您不能查看", en="There is no such case, or not for you"),
        place=place,
        next_step=Text(zh="核对办件编号，或联系牵头部门", en="Check its number, or ask the leading department"),
    )


def _plain(value: Any) -> Any:
    return orjson.loads(value) if isinstance(value, str | bytes) else value


_SELDOM = ("departments", "answers")
_NEW = {
    "procedures_item": "node text, token int, department text, state text, opened_at timestamptz, due timestamptz",
    "procedures_clock": "token int, node text, fires_at timestamptz, working boolean",
    "procedures_act": "at timestamptz, act text, node text, item bigint, by text, stands_for text, "
    "department text, words text, detail jsonb",
}
_REST = {
    "procedures_item": ("holder, missing, done_by, answers", "'', '[]', '', '{}'"),
    "procedures_clock": ("", ""),
    "procedures_act": ("", ""),
}


def write(change: Change, held: Held | None = None) -> int:
    """Gives the case's number. Raises ``Conflict`` (``procedures.moved``) where somebody was faster; nothing is changed
    then."""
    parameters: dict[str, Any] = {}
    parts = [_case(change, held, parameters)]
    for table, rows in (
        ("procedures_item", change.items),
        ("procedures_clock", change.clocks),
        ("procedures_act", change.acts),
    ):
        if rows:
            parts.append(_insert(table, rows, parameters))
    if change.item_id:
        parts.append(_item(change, parameters))
    parts += [*_gone(change, parameters), *_beside(change, held, parameters)]
    done = "(select count(*) from done)" if change.item_id else "1"
    (row,) = _rows(f"with {', '.join(parts)} select (select id from c), {done}", parameters)
    if row[0] is None or not row[1]:
        raise Conflict(
            "procedures.moved",
            Text(zh="别人刚刚办理了这一步，本次操作没有生效", en="Somebody was faster: nothing was changed"),
            next_step=Text(zh="刷新页面查看最新状态", en="Reload the page to see how it stands"),
        )
    return int(row[0])


def _gone(change: Change, parameters: dict[str, Any]) -> Iterator[str]:
    gone = change.closed + change.finished
    if change.closed:
        parameters["closed"] = change.closed
        yield (
            "x as (update procedures_item i set state = 'cancelled' from c where i.case_id = c.id "
            "and i.token = any(%(closed)s) and i.state in ('open', 'claimed', 'returned') returning i.id)"
        )
    if gone or change.clock_id:
        parameters |= {"gone": gone, "clock": change.clock_id}
        yield (
            "k as (delete from procedures_clock k using c where k.case_id = c.id "
            "and (k.token = any(%(gone)s) or k.id = %(clock)s))"
        )


def _beside(change: Change, held: Held | None, parameters: dict[str, Any]) -> Iterator[str]:
    """The ledger's row, and what the applicant is told, in the same statement."""
    if change.ledger is not None:
        text, given = change.ledger
        parameters |= given
        yield f"l as ({text} from c)"
    if acts := telling.concerns(change.acts):
        case = {**(held.case if held else {}), **change.case}
        for number, (text, given) in enumerate(telling.parts(_about(case["id"], case), acts)):
            parameters |= given
            yield f"told_{number} as ({text})"


def tell(number: int, acts: list[dict[str, Any]]) -> None:
    """Of acts that were written otherwise."""
    names = ("version", "applicant", "outcome")
    (row,) = _rows(f"select {', '.join(names)} from procedures_case where id = %s", [number])
    telling.applicant(_about(number, dict(zip(names, row, strict=True))), acts)


def _about(number: int, case: Mapping[str, Any]) -> telling.About:
    of = version(case["version"])
    said = of.says(case["outcome"])
    terms = of.procedure.appeal
    days = terms.days if terms and case["outcome"] in terms.outcomes else 0
    return telling.About(number, case["applicant"], of.procedure.title, said, codes.spaced(number), days)


def _case(change: Change, held: Held | None, parameters: dict[str, Any]) -> str:
    """Column names are this module's own, never anybody's words. Nothing happens to a case whose item is not as it must
    be: all else hangs on what is returned here."""
    values = change.case
    if held is not None:
        values = {k: v for k, v in values.items() if k not in _SELDOM or held.case[k] != v}
    given = {f"c_{name}": _sent(value) for name, value in values.items()}
    parameters |= given
    if held is None:
        names, places = ", ".join(values), ", ".join(f"%({key})s" for key in given)
        return f"c as (insert into procedures_case ({names}) values ({places}) returning id)"
    parameters |= {"case": held.case["id"], "step": held.case["step"]}
    sets = "".join(f", {name} = %(c_{name})s" for name in values)
    item = f" and exists (select from procedures_item where id = %(item_id)s and {_states(change)})"
    return (
        f"c as (update procedures_case set step = step + 1{sets} where id = %(case)s and step = %(step)s"
        f"{item if change.item_id else ''} returning id)"
    )


def _insert(table: str, rows: list[dict[str, Any]], parameters: dict[str, Any]) -> str:
    short = table.rpartition("_")[2]
    parameters[f"new_{short}"] = orjson.dumps(rows).decode()
    names = ", ".join(f'"{part.split()[0]}"' for part in _NEW[table].split(", "))
    more, values = _REST[table]
    more, values = (f", {more}", f", {values}") if more else ("", "")
    typed = _NEW[table].replace("by text", '"by" text')
    return (
        f"new_{short} as (insert into {table} (case_id, {names}{more}) select c.id, {names}{values} "
        f"from c, jsonb_to_recordset(%(new_{short})s::jsonb) as r({typed}))"
    )


def _item(change: Change, parameters: dict[str, Any]) -> str:
    parameters |= {f"i_{name}": _sent(value) for name, value in change.item.items()}
    parameters["item_id"] = change.item_id
    sets = ", ".join(f"{name} = %(i_{name})s" for name in change.item)
    return (
        f"done as (update procedures_item i set {sets} from c where i.id = %(item_id)s and i.case_id = c.id "
        f"and i.{_states(change)} returning i.id)"
    )


def _states(change: Change) -> str:
    """Of this module's own words: as text they need no array."""
    return f"state in ({', '.join(repr(state) for state in change.item_from)})"


def _sent(value: Any) -> Any:
    return orjson.dumps(value, default=str).decode() if isinstance(value, dict) or _is_rows(value) else value


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


_known: dict[str, str] = {}
"""version → document, of this process. A version never changes."""


def version(code: str) -> Compiled:
    """The version that a case runs by."""
    document = _known.get(code)
    if document is None:
        found = _rows("select document from procedures_version where version = %s", [code])
        if not found:
            raise missing(code)
        document = _known[code] = found[0][0]
    return compiled(code, document)


@lru_cache(maxsize=4096)
def title(code: str, node: str) -> str:
    """What a node is called in a version, or in another one of its procedure: a case that moved has been at steps which
    its version has no more. The node itself where no version knows it."""
    of = version(code)
    if (found := of.plan.nodes.get(node)) is not None:
        return found.title
    others = "select version from procedures_version where procedure = %s and version <> %s order by first_at desc"
    for (other,) in _rows(others, [of.procedure.code, code]):
        if (found := version(other).plan.nodes.get(node)) is not None:
            return found.title
    return node


_pinned: dict[int, tuple[Procedure, dict[str, Procedure], str, str]] = {}


def pin(procedure: Procedure) -> Compiled:
    """Keep what a case begins with, and what that calls. The row is put again with each start, since only what is
    committed is kept."""
    kept, called = _pinned.get(id(procedure)), called_by(procedure)
    if kept is None or kept[0] is not procedure or kept[1] != called:
        if len(_pinned) > 200:
            _pinned.clear()
        kept = _pinned[id(procedure)] = (procedure, called, *frozen(procedure, called))
    _, _, code, document = kept
    made = compiled(code, document)
    if code not in _known:
        with connection.cursor() as cursor:
            cursor.execute(
                "insert into procedures_version (version, procedure, document, first_at) values (%s, %s, %s, %s) "
                "on conflict do nothing",
                [code, procedure.code, document, timezone.now()],
            )
        _remember(code, document)
    return made


def _remember(code: str, document: str) -> None:
    transaction.on_commit(lambda: _known.__setitem__(code, document))


def forget() -> None:
    """For tests, where tables are emptied."""
    _known.clear()
    title.cache_clear()


def act(name: str, by: str, department: str, at: datetime, **more: Any) -> dict[str, Any]:
    """A row of history."""
    base = {"at": at, "act": name, "node": "", "item": None, "by": by[:200], "stands_for": ""}
    return {**base, "department": department, "words": "", "detail": {}, **more}

"""Take running cases over to the version of the drawing, and back.

Batches, each a transaction: what was moved stays moved whatever happens then, and who begins anew goes on. Before a
case moves, how it stood is kept, so that one that nobody touched since goes back to exactly that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.drawing import door as drawing
from lingqu.centre.procedures import moves, moving, store
from lingqu.centre.procedures.compiled import Compiled
from lingqu.centre.procedures.definitions import Procedure
from lingqu.centre.procedures.engine import Marking
from lingqu.centre.procedures.models import Run
from lingqu.centre.procedures.moving import Going, Why
from lingqu.centre.procedures.statements import rows
from lingqu.kernel.errors import Conflict, Invalid
from lingqu.kernel.text import Text

BATCH = 200
TOLD = 1_000
"""So many cases that stay are named; all are counted."""
Progress = Callable[[int, int], None]


@dataclass
class Migrated:
    """``moved``: cases that went or, of a dry run, would go. ``stay``: case → why; ``reasons``: rule and node → cases.
    ``run`` is its number, 0 of a dry run."""

    procedure: str
    version: str
    run: int = 0
    moved: int = 0
    kept: int = 0
    stay: dict[int, list[Why]] = field(default_factory=dict)
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)

    def stays(self, case: int, why: list[Why]) -> None:
        self.kept += 1
        self.reasons.update({(each.rule, each.node) for each in why})
        if len(self.stay) < TOLD:
            self.stay[case] = why


@dataclass
class _One:
    """A case of a batch, with its open items and its clocks as rows."""

    case: dict[str, Any]
    items: list[dict[str, Any]] = field(default_factory=list)
    clocks: list[dict[str, Any]] = field(default_factory=list)


def migrate(
    actor: access.Actor,
    code: str,
    named: Mapping[str, str],
    *,
    dry: bool,
    batch: int = BATCH,
    tell: Progress | None = None,
) -> Migrated:
    """See ``door.migrate``."""
    of = store.pin(drawing.one(Procedure, code))
    named = {**of.procedure.moved, **named}
    require_nodes(of, named)
    found = Migrated(code, of.version)
    total, last = _count(code, of.version), 0
    while True:
        with moves.at_once():
            ones = _batch(code, of.version, last, batch, lock=not dry)
            if not ones:
                break
            last = ones[-1].case["id"]
            ways = {one.case["id"]: _way(one, of, named) for one in ones}
            going = [(one, way) for one in ones if isinstance(way := ways[one.case["id"]], Going)]
            for number, way in ways.items():
                if not isinstance(way, Going):
                    found.stays(number, way)
            if going and not dry:
                found.run = found.run or _run(actor, of, named).pk
                _move(actor, found.run, of, going)
        found.moved += len(going)
        if tell:
            tell(found.moved + found.kept, total)
    if found.run:
        Run.objects.filter(pk=found.run).update(ended_at=timezone.now(), moved=found.moved, kept=found.kept)
    return found


def back(actor: access.Actor, code: str, *, dry: bool, batch: int = BATCH, tell: Progress | None = None) -> Migrated:
    """See ``door.migrate_back``."""
    run = Run.objects.filter(procedure=code, back_at=None).order_by("-id").first()
    if run is None:
        raise Conflict(
            "procedures.no_run",
            Text(zh="没有可以撤回的版本迁移", en="There is no move of cases that could be taken back"),
            place=code,
            next_step=Text(zh="先运行 lingqu procedures migrate", en="Run lingqu procedures migrate first"),
        )
    found, last = Migrated(code, run.version, run.pk), 0
    total = rows("select count(*) from procedures_moved where run = %s and undone_at is null", [run.pk])[0][0]
    while True:
        with moves.at_once():
            kept = rows(
                "select case_id, step, before from procedures_moved where run = %s and undone_at is null "
                "and case_id > %s order by case_id limit %s",
                [run.pk, last, batch],
            )
            if not kept:
                break
            last = kept[-1][0]
            ones = {one.case["id"]: one for one in _these([row[0] for row in kept], lock=not dry)}
            for number, step, before in kept:
                _back(actor, run, ones[number], step, orjson.loads(before), found, dry)
        if tell:
            tell(found.moved + found.kept, total)
    if not dry:
        Run.objects.filter(pk=run.pk).update(back_at=timezone.now())
    return found


def _back(
    actor: access.Actor, run: Run, one: _One, step: int, before: dict[str, Any], found: Migrated, dry: bool
) -> None:
    number, of = one.case["id"], store.version(before["version"])
    if one.case["state"] not in ("running", "suspended", "stuck") or one.case["version"] != run.version:
        zh, en = "此后已办结、撤回或又迁移", "it ended or moved on since"
        found.stays(number, [Why("procedures.move_over", "", Text(zh=zh, en=en))])
        return
    if one.case["step"] != step:
        way = _way(one, of, {new: old for old, new in run.mapping.items()})
        if not isinstance(way, Going):
            found.stays(number, way)
            return
        if not dry:
            _move(actor, 0, of, [(one, way)])
    elif not dry:
        _restore(actor, run.pk, one, before)
    found.moved += 1
    if not dry:
        rows(
            "update procedures_moved set undone_at = %s where run = %s and case_id = %s returning 1",
            [timezone.now(), run.pk, number],
        )


def require_nodes(of: Compiled, named: Mapping[str, str]) -> None:
    for old, new in named.items():
        if new not in of.plan.nodes:
            raise Invalid(
                "procedures.move_map",
                Text(zh=f"新版流程图没有节点“{new}”", en=f"The new diagram has no node {new!r}"),
                place=f"{old}={new}",
                next_step=Text(zh="对照新版流程图改正对应关系", en="Correct the mapping after the new diagram"),
            )


def moved_by(run: int) -> int:
    return int(rows("select count(*) from procedures_moved where run = %s", [run])[0][0])


def _run(actor: access.Actor, of: Compiled, named: Mapping[str, str]) -> Run:
    """One that was broken off goes on."""
    open_ = Run.objects.filter(procedure=of.procedure.code, version=of.version, ended_at=None, back_at=None)
    found = open_.filter(mapping=dict(named)).order_by("-id").first()
    return found or Run.objects.create(
        procedure=of.procedure.code,
        version=of.version,
        mapping=dict(named),
        by=actor.name[:200],
        begun_at=timezone.now(),
    )


def _way(one: _One, of: Compiled, named: Mapping[str, str]) -> Going | list[Why]:
    if one.case["state"] == "stuck":
        return [Why("procedures.move_stuck", "", Text(zh="流程已卡住，无处可去", en="it is stuck, and waits nowhere"))]
    old = store.version(one.case["version"])
    return moving.going(old, of, Marking.of(one.case["marking"]), one.case["answers"], named)


_OPEN_CASES = "state in ('running', 'suspended', 'stuck')"
_COLUMNS = ("id", "version", "state", "departments", "answers", "marking", "step")


def _count(code: str, version: str) -> int:
    text = f"select count(*) from procedures_case where procedure = %s and version <> %s and {_OPEN_CASES}"  # noqa: S608
    return int(rows(text, [code, version])[0][0])


def _batch(code: str, version: str, last: int, batch: int, *, lock: bool) -> list[_One]:
    found = rows(
        f"select id from procedures_case where procedure = %s and version <> %s and {_OPEN_CASES} and id > %s "  # noqa: S608
        "order by id limit %s",
        [code, version, last, batch],
    )
    return _these([row[0] for row in found], lock=lock)


def _these(numbers: list[int], *, lock: bool) -> list[_One]:
    """Locked in the order of their numbers, then read with what hangs on them."""
    text = f"select {', '.join(_COLUMNS)} from procedures_case where id = any(%s) order by id"  # noqa: S608
    ones: dict[int, _One] = {}
    for row in rows(text + (" for update" if lock else ""), [numbers]):
        case = dict(zip(_COLUMNS, row, strict=True))
        ones[case["id"]] = _One(
            {**case, "answers": orjson.loads(case["answers"]), "marking": orjson.loads(case["marking"])}
        )
    items = (
        "select case_id, id, node, token from procedures_item where case_id = any(%s) "
        "and state in ('open', 'claimed', 'returned') order by id"
    )
    for number, item, node, token in rows(items, [numbers]):
        ones[number].items.append({"id": item, "node": node, "token": token})
    clocks = (
        "select case_id, token, node, fires_at, working from procedures_clock where case_id = any(%s) "
        "order by token, node"
    )
    for number, token, node, fires, working in rows(clocks, [numbers]):
        ones[number].clocks.append({"token": token, "node": node, "fires_at": fires, "working": working})
    return list(ones.values())


def _move(actor: access.Actor, run: int, of: Compiled, going: Iterable[tuple[_One, Going]]) -> None:
    """Set by set: cases, items, clocks, history, and how each stood before, but (``run`` 0) on the way back."""
    now, cases, items, clocks, kept = timezone.now(), [], [], [], []
    for one, way in going:
        case = one.case
        departments = sorted({*case["departments"], of.procedure.department})
        cases.append(
            {"id": case["id"], "version": of.version, "marking": way.marking.document(), "departments": departments}
        )
        items += [{"id": item["id"], "node": way.nodes[item["node"]]} for item in one.items]
        clocks += [{"case_id": case["id"], **each} for each in _clocks(one, way, of, now)]
        kept.append({"case_id": case["id"], "step": case["step"] + 1, "before": _before(one)})
    _write(actor, cases, items, clocks, "migrate" if run else "migrate_back", {"run": run, "to": of.version[:12]}, now)
    if run and kept:
        rows(
            "insert into procedures_moved (run, case_id, step, before) select %s, r.case_id, r.step, r.before "
            "from jsonb_to_recordset(%s::jsonb) as r(case_id bigint, step int, before jsonb) returning 1",
            [run, orjson.dumps(kept).decode()],
        )


def _before(one: _One) -> dict[str, Any]:
    case = one.case
    return {
        "version": case["version"], "marking": case["marking"], "departments": case["departments"],
        "items": [{"id": item["id"], "node": item["node"]} for item in one.items], "clocks": one.clocks,
    }  # fmt: skip


def _restore(actor: access.Actor, run: int, one: _One, before: dict[str, Any]) -> None:
    case = {"id": one.case["id"], **{name: before[name] for name in ("version", "marking", "departments")}}
    clocks = [{"case_id": one.case["id"], **each} for each in before["clocks"]]
    _write(
        actor,
        [case],
        before["items"],
        clocks,
        "migrate_back",
        {"run": run, "to": before["version"][:12]},
        timezone.now(),
    )


def _clocks(one: _One, way: Going, of: Compiled, now: datetime) -> list[dict[str, Any]]:
    kept = [{**each, "node": way.nodes[each["node"]]} for each in one.clocks if each["node"] not in way.dropped]
    for token, timer in way.added:
        wait = of.plan.nodes[timer].wait
        assert wait is not None
        kept.append({"token": token, "node": timer, "fires_at": moves.fires(now, wait), "working": wait.working})
    return kept


_WRITE = """
with c as (
    update procedures_case c
    set version = r.version, marking = r.marking, departments = r.departments, step = c.step + 1
    from jsonb_to_recordset(%(cases)s::jsonb) as r(id bigint, version text, marking jsonb, departments varchar[])
    where c.id = r.id returning c.id
), i as (
    update procedures_item i set node = r.node from jsonb_to_recordset(%(items)s::jsonb) as r(id bigint, node text)
    where i.id = r.id and i.node <> r.node
), h as (
    insert into procedures_act (case_id, at, act, node, by, department, words, detail)
    select c.id, %(now)s, %(act)s, '', %(by)s, %(department)s, '', %(detail)s::jsonb from c
)
select count(*) from c
"""


def _write(
    actor: access.Actor,
    cases: list[dict[str, Any]],
    items: list[dict[str, Any]],
    clocks: list[dict[str, Any]],
    act: str,
    detail: dict[str, Any],
    now: datetime,
) -> None:
    if not cases:
        return
    numbers = [case["id"] for case in cases]
    given = {"cases": cases, "items": items, "detail": detail}
    rows(
        _WRITE,
        {name: orjson.dumps(value).decode() for name, value in given.items()}
        | {"now": now, "act": act, "by": actor.name[:200], "department": actor.department},
    )
    rows("delete from procedures_clock where case_id = any(%s) returning 1", [numbers])
    rows(
        "insert into procedures_clock (case_id, token, node, fires_at, working) select r.* "
        "from jsonb_to_recordset(%s::jsonb) as r(case_id bigint, token int, node text, fires_at timestamptz, "
        "working boolean) returning 1",
        [orjson.dumps(clocks).decode()],
    )
    told = {"act": act, **detail, "cases": numbers}
    access.record(actor, "write", entity_type="Case", count=len(numbers), detail=told)

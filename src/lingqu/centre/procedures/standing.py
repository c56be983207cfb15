"""Where running cases of older versions stand, and what would become of each kind of place: for the page that takes
them over. Cases that stand alike are thought about once, so that a million take as long as the database counts them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson

from lingqu.centre.access import door as access
from lingqu.centre.procedures import moving, store
from lingqu.centre.procedures.compiled import Compiled, called_by, compiled, frozen
from lingqu.centre.procedures.definitions import Procedure
from lingqu.centre.procedures.engine import Marking
from lingqu.centre.procedures.models import Run
from lingqu.centre.procedures.moving import Going, Why
from lingqu.centre.procedures.statements import rows
from lingqu.kernel.text import Text

MOST_KINDS = 5_000
"""So many kinds of standing are looked at, the most frequent ones; the rest is only counted."""


@dataclass
class Place:
    """A node where cases wait. ``goes``: cases that would go, to ``to``; ``stays``: cases that would stay; ``may``:
    nodes of the new version that could take its place, where it is gone there."""

    node: str
    title: Text
    goes: int = 0
    stays: int = 0
    to: Text | None = None
    may: list[tuple[str, Text]] = field(default_factory=list)


@dataclass
class Reason:
    why: Why
    title: Text
    cases: int = 0
    examples: list[int] = field(default_factory=list)


@dataclass
class Standing:
    """``total`` running cases of older versions; of them ``goes`` and ``stays``. ``unseen``: of kinds too rare to be
    looked at here."""

    version: str
    total: int = 0
    goes: int = 0
    stays: int = 0
    unseen: int = 0
    places: list[Place] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)
    run: Run | None = None


def current(procedure: Procedure) -> Compiled:
    """The version new cases begin by, whether or not one did."""
    return compiled(*frozen(procedure, called_by(procedure)))


def last_run(code: str) -> Run | None:
    return Run.objects.filter(procedure=code).order_by("-id").first()


def standing(procedure: Procedure, mapping: Mapping[str, str]) -> Standing:
    of = current(procedure)
    named = {**of.procedure.moved, **mapping}
    made = Standing(of.version)
    places: dict[str, Place] = {}
    reasons: dict[tuple[str, str], Reason] = {}
    with access.working_for(lambda: access.SYSTEM):
        for code, state, marking, cases, examples in _kinds(procedure.code, of.version):
            made.total += cases
            old, held = store.version(code), Marking.of(orjson.loads(marking))
            way = [_STUCK] if state == "stuck" else moving.going(old, of, held, {}, named)
            went = isinstance(way, Going)
            made.goes, made.stays = made.goes + cases * went, made.stays + cases * (not went)
            for node in Counter(held.waiting.values()):
                place = places.setdefault(node, Place(node, old.says(node)))
                place.goes, place.stays = place.goes + cases * went, place.stays + cases * (not went)
                after = of.plan.nodes.get(named.get(node, node))
                place.to = of.says(after.id) if after is not None else place.to
                if after is None and not place.may:
                    kind = old.plan.nodes[node].kind
                    place.may = [(each.id, of.says(each.id)) for each in of.plan.nodes.values() if each.kind == kind]
            for why in [] if isinstance(way, Going) else way:
                reason = reasons.setdefault((why.rule, why.node), Reason(why, old.says(why.node)))
                reason.cases += cases
                reason.examples = (reason.examples + examples)[:5]
        whole = rows(_COUNT, [procedure.code, of.version])[0][0]
    made.run = last_run(procedure.code)
    made.unseen, made.total = whole - made.total, whole
    made.places = sorted(places.values(), key=lambda each: -(each.goes + each.stays))
    made.reasons = sorted(reasons.values(), key=lambda each: -each.cases)
    return made


_STUCK = Why("procedures.move_stuck", "", Text(zh="流程已卡住，无处可去", en="it is stuck, and waits nowhere"))
_OF = "procedures_case where procedure = %s and version <> %s and state in ('running', 'suspended', 'stuck')"
_COUNT = f"select count(*) from {_OF}"  # noqa: S608 (this module's own words)


def _kinds(code: str, version: str) -> list[tuple[str, str, str, int, list[int]]]:
    text = (
        "select version, case when state = 'stuck' then state else '' end, marking::text, count(*), "  # noqa: S608
        f"(array_agg(id order by id))[1:5] from {_OF} group by 1, 2, 3 order by 4 desc limit {MOST_KINDS}"
    )
    return rows(text, [code, version])  # type: ignore[return-value]

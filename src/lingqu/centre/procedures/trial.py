"""A procedure tried by hand: the same token rules as of cases, from the first step on with each request. Nothing is
stored, no clock runs, nobody is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lingqu.centre.procedures import answers as answering
from lingqu.centre.procedures import engine
from lingqu.centre.procedures.compiled import Compiled, frozen, misfits, whole
from lingqu.centre.procedures.definitions import Procedure
from lingqu.centre.procedures.engine import Marking
from lingqu.centre.procedures.markup import Faulty
from lingqu.kernel.errors import Fault, Invalid
from lingqu.kernel.text import Text

MOST_MOVES = 200


@dataclass(frozen=True)
class Move:
    """``token`` goes on with answers; with ``boundary`` that event at its step, or behind its gateway, comes about."""

    token: int
    answers: Mapping[str, Any] = field(default_factory=dict)
    boundary: str = ""


@dataclass
class Trial:
    """``waiting``: token → node. ``path``: nodes passed, in order. ``ended``: the end that ended it; empty while it
    runs. ``raised``: codes of escalations. ``asks``: variables whoever applies says."""

    waiting: dict[int, str]
    path: list[str]
    answers: dict[str, Any]
    ended: str = ""
    stuck: bool = False
    raised: list[str] = field(default_factory=list)
    asks: tuple[str, ...] = ()
    of: Compiled = field(kw_only=True)


def trial(procedure: Procedure, begin: Mapping[str, Any], moves: Sequence[Move]) -> Trial:
    """Where tokens are after these moves. Raises ``Invalid`` (``procedures.diagram``, ``procedures.answers``,
    ``procedures.moves``) and ``Conflict`` for a token that is not there. A task of many departments goes on at once."""
    if len(moves) > MOST_MOVES:
        raise Invalid(
            "procedures.moves",
            Text(zh="步数过多", en="Too many moves"),
            next_step=Text(zh="重新开始试走", en="Begin the try-run again"),
        )
    of = _sound(procedure)
    known = answering.of_start(of, begin)
    step = engine.begin(of.plan, known)
    made = Trial({}, list(step.path), {**known, **step.given}, raised=list(step.raised), asks=of.free, of=of)
    for move in moves:
        step = _moved(of, made, step, move)
        made.path += step.path
        made.answers |= step.given
        made.raised += step.raised
    made.waiting, made.ended, made.stuck = dict(step.marking.waiting), step.ended, step.stuck
    return made


def _moved(of: Compiled, made: Trial, step: engine.Step, move: Move) -> engine.Step:
    marking = step.marking
    node = of.plan.nodes.get(marking.waiting.get(move.token, ""))
    if node is None or (node.kind == "sub" and not move.boundary):
        return engine.finish(of.plan, Marking(), move.token, made.answers)
    event = of.plan.nodes[move.boundary] if move.boundary in node.beside else node
    if event.message:
        given = answering.of_message(of, event.message, move.answers)
        made.answers |= {event.message.removesuffix(event.awaits) + name: value for name, value in given.items()}
    if event is not node:
        return engine.ring(of.plan, marking, move.token, event.id, made.answers)
    if node.kind == "task":
        made.answers |= answering.of_task(of, node.id, move.answers)
    if node.kind == "events":
        event = of.plan.nodes[node.beside[0]]
        return engine.ring(of.plan, marking, move.token, event.id, made.answers)
    return engine.finish(of.plan, marking, move.token, made.answers)


def _sound(procedure: Procedure) -> Compiled:
    faults: list[Fault]
    try:
        made = whole(procedure)
        faults = [misfit.fault for misfit in misfits(procedure, made.plan)]
        if not faults:
            return Compiled(frozen(procedure)[0], made.procedure, made.plan)
    except Faulty as error:
        faults = error.faults
    raise Invalid(
        "procedures.diagram",
        Text(zh="流程图还有错误，先改正再试走", en="The diagram has faults; correct them, then try it"),
        place=procedure.code,
        next_step=Text(zh="见检查结果", en="See what the check found"),
        faults=faults,
    )

"""Taking running cases over to the published version, or back, as an act of two people: one proposes, another who may
apply blueprints seconds, Lingqu's worker does it batch by batch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from django.db.models import F
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor, administration
from lingqu.centre.drawing import door as drawing
from lingqu.centre.procedures import standing, store
from lingqu.centre.procedures.actions import migrate
from lingqu.centre.procedures.definitions import Procedure
from lingqu.centre.procedures.models import Run
from lingqu.kernel.definition import Part
from lingqu.kernel.errors import Conflict, LingquError
from lingqu.kernel.text import Text

log = structlog.get_logger(__name__)
CODE = "move_cases"


class Moving(Part):
    """``version``: of the drawing when it was proposed; ``mapping``: node of older versions → node of the new one.
    ``back``: the last taking over is taken back."""

    procedure: str
    version: str
    mapping: dict[str, str] = {}
    back: bool = False


def _dangers(actor: Actor, asked: Moving) -> list[str]:
    procedure = drawing.one(Procedure, asked.procedure)
    if not (access.may(actor, "apply") or access.may(actor, "steward", owner=procedure.department)):
        raise access.refusal(actor, "steward", "*", procedure.department, f"procedure {procedure.code}")
    _require(procedure, asked)
    return ["back" if asked.back else "move"]


def _require(procedure: Procedure, asked: Moving) -> Run | None:
    """Raises Conflict (``procedures.move_version``, ``.no_run``, ``.move_busy``), Invalid (``procedures.move_map``)."""
    of = standing.current(procedure)
    last = Run.objects.filter(procedure=procedure.code).order_by("-id").first()
    if last is not None and last.wanted:
        raise _conflict("move_busy", procedure, "正在迁移这个流程的办件", "Cases of this procedure are being moved now")
    if asked.back:
        if last is None or last.back_at is not None:
            raise _conflict("no_run", procedure, "没有可以撤回的版本迁移", "There is no move that could be taken back")
        return last
    if of.version != asked.version:
        raise _conflict("move_version", procedure, "此后又发布了新版", "Another version has been published since")
    migrate.require_nodes(of, asked.mapping)
    return None


def _conflict(rule: str, procedure: Procedure, zh: str, en: str) -> Conflict:
    step = Text(zh="刷新页面，查看现在的情况", en="Reload the page and see how it stands now")
    return Conflict(f"procedures.{rule}", Text(zh=zh, en=en), place=procedure.code, next_step=step)


def _perform(proposer: Actor, asked: Moving, second: Actor) -> Mapping[str, Any]:
    access.require(second, "apply")
    procedure = drawing.one(Procedure, asked.procedure)
    last = _require(procedure, asked)
    if last is not None:
        Run.objects.filter(pk=last.pk).update(wanted="back", second=second.name[:200], done=0)
        return {"run": last.pk, "back": True}
    of = store.pin(procedure)
    made = Run.objects.create(
        procedure=procedure.code, version=of.version, mapping={**of.procedure.moved, **asked.mapping},
        by=proposer.name[:200], second=second.name[:200], begun_at=timezone.now(), wanted="go",
    )  # fmt: skip
    return {"run": made.pk}


def move_due() -> int:
    """Do what was seconded; gives how many. For the worker: what was broken off goes on."""
    return sum(_move(run) for run in Run.objects.exclude(wanted="").order_by("id"))


def waiting() -> bool:
    return Run.objects.exclude(wanted="").exists()


def _move(run: Run) -> bool:
    one = Run.objects.filter(pk=run.pk)

    def tell(done: int, total: int) -> None:
        one.update(done=done, total=total)

    try:
        if run.wanted == "back":
            migrate.back(access.SYSTEM, run.procedure, dry=False, tell=tell)
        elif standing.current(drawing.one(Procedure, run.procedure)).version == run.version:
            found = migrate.migrate(access.SYSTEM, run.procedure, run.mapping, dry=False, tell=tell)
            one.update(kept=found.kept)
        one.update(wanted="", ended_at=timezone.now(), moved=migrate.moved_by(run.pk))
        one.filter(back_at=None, moved=0).update(back_at=F("ended_at"))
    except LingquError as error:
        log.warning("procedures.not_moved", run=run.pk, rule=error.rule)
        one.update(wanted="", ended_at=timezone.now(), moved=migrate.moved_by(run.pk))
        return False
    return True


def _about(asked: Moving) -> Text:
    procedure = drawing.every(Procedure).get(asked.procedure)
    title = procedure.title if procedure else Text(zh=asked.procedure, en=asked.procedure)
    if asked.back:
        return Text(zh=f"{title.zh}：撤回办件迁移", en=f"{title.en}: take moved cases back")
    return Text(zh=f"{title.zh}：办件迁移到新版", en=f"{title.en}: move cases to the new version")


def _may_second(second: Actor, _proposer: Actor, _asked: Moving) -> bool:
    return access.may(second, "apply")


def register() -> None:
    title = Text(zh="迁移在办办件", en="Move running cases")
    administration.register(administration.DangerousAct(CODE, title, Moving, _dangers, _perform, _may_second, _about))

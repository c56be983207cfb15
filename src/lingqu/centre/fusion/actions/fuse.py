"""Fuse one register: steps over the lake, then the store, then the run becomes the current one.

Killed at any point and run again it ends in the state of an undisturbed run: what the steps make is thrown away or
written under the new run's name; writing entities is an upsert that leaves the same alone; only the last statement
makes the run the one that ids and digests are taken from. Former entities that are no longer there are found by
comparing with the last *finished* run and with what unfinished ones may have written.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings
from django.db import connection, transaction

from lingqu.centre.access.door import SYSTEM
from lingqu.centre.entities import door as entities
from lingqu.centre.exchange import door as exchange
from lingqu.centre.fusion import engine, reads
from lingqu.centre.fusion.actions.close_corrections import close
from lingqu.centre.fusion.actions.settle import keep_disputes
from lingqu.centre.fusion.models import FusionRun
from lingqu.centre.fusion.plan import Plan
from lingqu.centre.fusion.steps import write
from lingqu.centre.fusion.steps.gather import Inputs
from lingqu.centre.fusion.workbench import Progress, Workbench, compose
from lingqu.centre.quality import door as quality
from lingqu.kernel.errors import LingquError

CHUNK = 20_000  # entities in one transaction
"""A transaction a chunk: a killed run leaves whole entities, which the next run finds as they should be."""


def fuse(register: str, progress: Progress | None = None) -> FusionRun:
    with _alone(register):
        return _fuse(register, progress)


@contextmanager
def _alone(register: str) -> Iterator[None]:
    """One run of a register at a time, whichever process it is in; the lock ends with its connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('lingqu.fusion'), hashtext(%s))", [register])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtext('lingqu.fusion'), hashtext(%s))", [register])


def _fuse(register: str, progress: Progress | None) -> FusionRun:
    plan = reads.plan(register)
    digest = reads.inputs_digest(plan)
    last = reads.last_done(register)
    interrupted = FusionRun.objects.filter(register=register, pk__gt=last.pk if last else 0).exclude(state="done")
    dirty = interrupted.exists()
    interrupted.filter(state="running").update(state="failed", ended_at=_now(), error={"rule": "fusion.interrupted"})
    run = FusionRun.objects.create(register=register, inputs=digest)
    try:
        _run(run, plan, last, dirty, progress)
    except Exception as error:
        run.state, run.ended_at, run.error = "failed", _now(), _told(error)
        run.save()
        raise
    return run


def _run(run: FusionRun, plan: Plan, last: FusionRun | None, dirty: bool, progress: Progress | None) -> None:
    with exchange.scratch() as folder:
        bench = Workbench.open(folder, _teller(run, progress), memory=_memory())
        try:
            trained = engine.fuse(bench, plan, _inputs(plan), _before(plan, last))
            run.links = f"{run.pk}.parquet"
            write.publish(bench, plan, reads.links_file(run.register, run), reads.entities_file(run.register, run))
            _keep_weights(plan, trained)
            written = _store(bench, plan, run, last, dirty)
            _finish(bench, run, written)
            close(plan.rules.type)
        finally:
            bench.con.close()
    _tidy(run)


def _memory() -> str:
    return str(getattr(settings, "LINGQU_DUCKDB_MEMORY", "4GB"))


def _inputs(plan: Plan) -> Inputs:
    resources = sorted({c.resource for c in plan.rules.contributions})
    times = {d.id: _iso(d.received_at) for code in resources for d in exchange.current(code)}
    return Inputs({code: quality.content(code) for code in resources}, times)


def _before(plan: Plan, last: FusionRun | None) -> engine.Before:
    upstream = {}
    for code in plan.rules.upstream():
        run = reads.last_done(code)
        if run is None:
            run = fuse(code)
        upstream[code] = reads.parquet(reads.entities_file(code, run))
    links = reads.parquet(reads.links_file(plan.code, last)) if last else ""
    return engine.Before(links, upstream, _kept_weights(plan))


def _weights_file(plan: Plan) -> Path:
    return exchange.lake().links(plan.code) / f"weights-{plan.digest()}.json"


def _kept_weights(plan: Plan) -> engine.Trained | None:
    """Weights stay while the rules do, so that a correction of one record moves no other link."""
    file = _weights_file(plan)
    return json.loads(file.read_text()) if file.exists() else None


def _keep_weights(plan: Plan, trained: engine.Trained | None) -> None:
    if trained:
        file = _weights_file(plan)
        part = file.with_suffix(".part")
        part.write_text(json.dumps(trained, indent=1))
        exchange.keep(part, file)


def _store(bench: Workbench, plan: Plan, run: FusionRun, last: FusionRun | None, dirty: bool) -> entities.Written:
    """Hand the entities to the store: those whose digest changed, or all when an interrupted run may have written."""
    former = reads.parquet(reads.entities_file(run.register, last)) if last else ""
    total = entities.Written()
    cause = f"fusion:{run.register}:{run.pk}"
    with bench.step("write") as rows:
        count = bench.count("drafts")
        drafts = _drafts(bench, plan, "" if dirty else former)
        while chunk := [draft for draft, _ in zip(drafts, range(CHUNK), strict=False)]:
            _add(total, entities.write(SYSTEM, chunk, mode="upsert", cause=cause))
            rows[0] += len(chunk)
            bench.tell(rows[0], count, "write")
    with bench.step("delete") as rows:
        gone = _gone(bench, plan, former, dirty)
        for start in range(0, len(gone), CHUNK):
            _add(total, entities.delete(SYSTEM, gone[start : start + CHUNK], cause=cause))
        rows[0] = len(gone)
    return total


def _drafts(bench: Workbench, plan: Plan, unless: str) -> Iterator[entities.Draft]:
    for entity_id, attrs, prov, region in write.drafts(bench, unless):
        yield entities.Draft(
            id=entity_id,
            type=plan.rules.type,
            attrs=orjson.loads(attrs),
            owner=plan.rules.owner or "",
            region=region,
            prov=orjson.loads(prov),
        )


def _gone(bench: Workbench, plan: Plan, former: str, dirty: bool) -> list[str]:
    """Entities of the last finished run that are no more; after an interruption, any of this type that fusion
    owns and did not make now."""
    if not dirty:
        if not former:
            return []
        query = compose("SELECT entity_id FROM {f} ANTI JOIN drafts USING (entity_id) ORDER BY 1", f=former)
        return [row[0] for row in bench.con.execute(query).fetchall()]
    made = {row[0] for row in bench.con.execute("SELECT entity_id FROM drafts").fetchall()}
    query_of_type = entities.Query(types=(plan.rules.type,), owner=plan.rules.owner or "")
    return sorted(e.id for e in entities.every(SYSTEM, query_of_type) if e.prov and e.id not in made)


def _add(total: entities.Written, more: entities.Written) -> None:
    total.created += more.created
    total.changed += more.changed
    total.unchanged += more.unchanged
    total.deleted += more.deleted


@transaction.atomic
def _finish(bench: Workbench, run: FusionRun, written: entities.Written) -> None:
    disputes = keep_disputes(bench, run.register)
    run.state, run.ended_at = "done", _now()
    run.counts = {
        "records": bench.count("records"),
        "entities": bench.count("drafts"),
        "created": written.created,
        "changed": written.changed,
        "deleted": written.deleted,
        "disputes": disputes,
    }
    run.steps = [{"name": s.name, "seconds": s.seconds, "rows": s.rows, "statement": s.statement} for s in bench.steps]
    run.progress = {"done": len(bench.steps), "total": len(bench.steps), "what": "done", "at": _iso(_now())}
    run.save()


def _tidy(run: FusionRun) -> None:
    """The lake keeps the files of the last three finished runs, and nothing of those that were killed."""
    kept = FusionRun.objects.filter(register=run.register, state="done").order_by("-id").values_list("links", flat=True)
    names = {Path(name).stem for name in kept[:3]}
    for file in reads.links_file(run.register, run).parent.glob("*.parquet*"):
        if file.name.split(".")[0] not in names:
            file.unlink(missing_ok=True)


def _teller(run: FusionRun, progress: Progress | None) -> Progress:
    def tell(done: int, total: int, what: str) -> None:
        state = {"done": done, "total": total, "what": what, "at": _iso(_now())}
        FusionRun.objects.filter(pk=run.pk).update(progress=state)
        if progress is not None:
            progress(done, total, what)

    return tell


def _told(error: Exception) -> dict[str, Any]:
    if isinstance(error, LingquError):
        return {"rule": error.rule, "message": error.message.model_dump(), "place": error.place}
    said = f"{type(error).__name__}: {error}"[:2000]
    return {"rule": "fusion.failed", "message": {"zh": said, "en": said}, "place": ""}


def _now() -> datetime:
    return datetime.now(UTC)


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

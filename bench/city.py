"""A city through the real doors: synthesize, apply, collect, check, fuse; each stage in a process of its own.

    python -m bench.city [--people 1000000] [--folder FOLDER] [--keep] [--city cities/harbin]

Without ``--folder`` the instance is made under the temporary folder and removed. The stages go one after the other,
so that each one's time and memory can be told; ``lingqu up`` works on several deliveries at a time.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import harness
from bench.harness import Figure, Spent, above, below

STAGES = ("apply", "synthesize", "collect", "check", "fuse", "again", "score")
F1 = 0.998
MEMORY_GIB = 12.0
SECONDS_OF_A_MILLION = 1800.0
SECONDS_OF_THE_DEMO = 120.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=60_000)
    parser.add_argument("--city", type=Path, default=harness.ROOT / "cities" / "harbin")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--from", dest="first", choices=STAGES, default=STAGES[0])
    parser.add_argument("--stage", choices=STAGES)
    given = parser.parse_args()
    if given.stage:
        told = _STAGES[given.stage](given.city, given.people)
        print(json.dumps(told, ensure_ascii=False))
        return
    folder = given.folder or Path(tempfile.mkdtemp(prefix="lingqu-city-"))
    folder.mkdir(parents=True, exist_ok=True)
    # The server runs as a user of its own where we are root, and must be able to walk in.
    folder.chmod(0o711)
    os.environ |= {"LINGQU_INSTANCE": str(folder), "LINGQU_CITY": str(given.city.resolve())}
    os.environ |= {"DJANGO_SETTINGS_MODULE": "lingqu.site.settings", "LINGQU_DEMO": "1"}
    try:
        harness.say(run(folder, given.city, given.people, given.first))
    finally:
        stop(folder)
        if not given.keep and not given.folder:
            shutil.rmtree(folder, ignore_errors=True)


def run(folder: Path, city: Path, people: int, first: str = STAGES[0]) -> list[Figure]:
    server = start(folder)
    spent: dict[str, Spent] = {}
    for stage in STAGES[STAGES.index(first) :]:
        command = [sys.executable, "-m", "bench.city", "--stage", stage, "--people", str(people), "--city", str(city)]
        spent[stage] = harness.child(command, server)
        if spent[stage].code:
            raise SystemExit(f"{stage} ended with {spent[stage].code}")
        s = spent[stage]
        print(
            f"== {stage}: {s.wall:.1f} s, CPU {s.cpu:.1f} s + database {s.database_cpu:.1f} s, peak {s.peak >> 20} MiB"
            f" + database {s.database_peak >> 20} MiB, load {os.getloadavg()[0]:.1f}",
            flush=True,
        )
    return figures(folder, people, spent)


def figures(folder: Path, people: int, spent: dict[str, Spent]) -> list[Figure]:
    size = f"{people:,} people"
    found = []
    for stage, s in spent.items():
        if stage == "score":
            continue
        rows = int(s.told.get("rows", 0))
        note = f"CPU {s.cpu:.0f} s + database {s.database_cpu:.0f} s; peak {_mib(s)} MiB"
        if rows:
            note += f"; {rows:,} rows, {rows / s.wall:,.0f} a second"
        found.append(Figure(f"{size}: {stage}", round(s.wall, 1), "s", note=note))
        found += [
            Figure(f"{size}: fuse {name}", seconds, "s", note=note)
            for name, seconds, note in s.told.get("registers", [])
            if stage == "fuse"
        ]
    path = sum(s.wall for stage, s in spent.items() if stage in ("apply", "synthesize", "collect", "check", "fuse"))
    if "synthesize" in spent and "fuse" in spent:
        bar = SECONDS_OF_A_MILLION if people >= 500_000 else SECONDS_OF_THE_DEMO
        found.append(below(f"{size}: the whole path", round(path, 1), "s", bar))
    peak = max((s.peak + s.database_peak for s in spent.values()), default=0) / 2**30
    found.append(below(f"{size}: peak memory of a stage with its database", round(peak, 2), "GiB", MEMORY_GIB))
    if score := spent.get("score"):
        found.append(above(f"{size}: population against truth, F1", score.told["f1"], "", F1, note=_scored(score.told)))
    for part in ("lake", "pg", "inbox"):
        found.append(Figure(f"{size}: {part} on disk", round(_size(folder / part) / 2**30, 2), "GiB"))
    return found


def _mib(spent: Spent) -> str:
    return f"{spent.peak >> 20:,} + database {spent.database_peak >> 20:,}"


def _scored(told: dict[str, Any]) -> str:
    return (
        f"precision {told['precision']:.5f}, recall {told['recall']:.5f}; {told['records']:,} records, "
        f"{told['things']:,} persons, {told['entities']:,} entities"
    )


def _size(folder: Path) -> int:
    found = [folder / "data", folder] if folder.name == "pg" else [folder]
    return sum(f.stat().st_size for f in found[-1].rglob("*") if f.is_file()) if found[-1].exists() else 0


def start(folder: Path) -> int | None:
    """The database of the instance; gives its process, or None where it is an external one."""
    if "DATABASE_URL" in os.environ:
        return None
    from lingqu.site import instance, postgres

    here = instance.Instance(folder)
    postgres.start(here)
    return postgres.status(here).pid


def stop(folder: Path) -> None:
    from lingqu.site import instance, postgres

    if "DATABASE_URL" not in os.environ:
        postgres.stop(instance.Instance(folder))


def _ready() -> None:
    import django

    django.setup()


def _apply(city: Path, people: int) -> dict[str, Any]:
    _ready()
    from django.core.management import call_command

    from lingqu.blueprint import door as blueprint
    from lingqu.centre.access import door as access

    call_command("migrate", verbosity=0)
    blueprint.apply(access.SYSTEM, blueprint.load(city))
    access.ensure_demo_accounts()
    return {}


def _synthesize(city: Path, people: int) -> dict[str, Any]:
    from lingqu.site import instance
    from lingqu.synthetic import door as synthetic

    here = instance.current()
    made = synthetic.synthesize(city, here.inbox, people=people, seed=1, truth=here.root / "truth")
    return {"rows": sum(made.rows.values())}


def _collect(city: Path, people: int) -> dict[str, Any]:
    _ready()
    from lingqu.centre.access.door import SYSTEM
    from lingqu.centre.exchange import door as exchange

    rows = 0
    for source in exchange.sources():
        began = time.perf_counter()
        for delivery in exchange.collect(SYSTEM, source):
            received = time.perf_counter()
            landed = exchange.land(delivery.id)
            rows += landed.rows or 0
            _line(source, f"{landed.state} {landed.rows or 0:,} rows", received - began, time.perf_counter() - received)
            began = time.perf_counter()
    return {"rows": rows}


def _check(city: Path, people: int) -> dict[str, Any]:
    _ready()
    from lingqu.centre.exchange import door as exchange
    from lingqu.centre.quality import door as quality

    rows = 0
    for delivery in sorted(exchange.pending(), key=lambda d: d.id):
        began = time.perf_counter()
        done = quality.check(delivery.id)
        rows += done.rows or 0
        _line(
            done.resource,
            f"{done.state} {done.rows or 0:,} rows, {done.bad_rows or 0:,} set aside",
            time.perf_counter() - began,
        )
    return {"rows": rows}


def _fuse(city: Path, people: int) -> dict[str, Any]:
    _ready()
    from lingqu.centre.fusion import door as fusion

    rows, told = 0, []
    for register in fusion.due():
        began = time.perf_counter()
        run = fusion.fuse(register)
        seconds = time.perf_counter() - began
        rows += run.records
        steps = ", ".join(f"{s.name} {s.seconds:.1f}" for s in run.steps)
        note = f"{run.records:,} records, {run.entities:,} entities, {run.disputes:,} disputes; {steps}"
        told.append([register, round(seconds, 1), note])
        _line(register, note, seconds)
    return {"rows": rows, "registers": told}


def _again(city: Path, people: int) -> dict[str, Any]:
    """What a look at a city costs in which nothing is new: collecting everything again, and nothing to fuse."""
    _ready()
    from lingqu.centre.access.door import SYSTEM
    from lingqu.centre.exchange import door as exchange
    from lingqu.centre.fusion import door as fusion

    fresh = sum(len([d for d in exchange.collect(SYSTEM, s) if d.state == "received"]) for s in exchange.sources())
    return {"fresh": fresh, "due": fusion.due()}


def _score(city: Path, people: int) -> dict[str, Any]:
    _ready()
    from dataclasses import asdict

    from bench.score_population import score

    from lingqu.centre.fusion import door as fusion
    from lingqu.site import instance

    return asdict(score(instance.current().root / "truth", fusion.links("population")))


def _line(what: str, how: str, *seconds: float) -> None:
    print(f"{what:<44} {' + '.join(f'{s:.1f}' for s in seconds):>14} s  {how}", flush=True)


_STAGES: dict[str, Callable[[Path, int], dict[str, Any]]] = {
    "apply": _apply,
    "synthesize": _synthesize,
    "collect": _collect,
    "check": _check,
    "fuse": _fuse,
    "again": _again,
    "score": _score,
}


if __name__ == "__main__":
    main()

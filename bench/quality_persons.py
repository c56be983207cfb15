"""Land and check a departmental register of persons with 17 rules, beside pandera on polars with the same rules.

    python bench/quality_persons.py [rows] [--peer "PYTHON SCRIPT"]

Makes the file itself (seeded; 12 columns, 3 % of the rows carry one defect of 18 kinds) or takes the one given by
``--file``. ``--peer`` is a command that is run with the file's path; its CPU time is compared. CPU seconds of the
process and its children; every defect must be found.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import resource
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from quality_persons_file import DISTRICTS, EDUCATION, ETHNIC, MARITAL, STATUS, make

T = {"zh": "试验", "en": "Trial"}


def definitions() -> list[tuple[str, dict]]:
    """The resource of the bench with its elements, code lists, source and rules."""
    lists = {"ethnicity": ETHNIC, "marital": MARITAL, "education": EDUCATION, "district": DISTRICTS, "status": STATUS}
    lists["sex"] = ["1", "2"]
    day = {"type": "date", "earliest": "1900-01-01", "latest": "2026-06-30"}
    elements = {
        "record_id": {"type": "string", "pattern": r"^\d+$"},
        "id_number": {"type": "identifier", "identifier": "citizen_id"},
        "name": {"type": "string"},
        "birth_date": day,
        "phone": {"type": "string", "pattern": r"^1[3-9]\d{9}$"},
        "registered_at": {"type": "date"},
    } | {code: {"type": "code", "code_list": code} for code in lists}
    order = "record_id id_number name sex birth_date ethnicity marital education district phone registered_at status"
    items = [{"code": c, "element": c, "required": c not in ("phone",)} for c in order.split()]
    mapping = {c: {"column": c} for c in order.split()}
    for code in ("birth_date", "registered_at"):
        mapping[code]["formats"] = ["%Y-%m-%d"]
    rules = [
        {"code": "rec_dup", "check": "unique", "items": ["record_id"], "on_fail": "row"},
        {"code": "id_dup", "check": "unique", "items": ["id_number"], "on_fail": "row"},
        {
            "code": "id_birth",
            "check": "derived",
            "item": "birth_date",
            "identifier_item": "id_number",
            "part": "birth_date",
        },
        {"code": "reg_birth", "check": "condition", "then": {"item": "registered_at", "is": ">=", "to": "birth_date"}},
    ]
    return [
        *(
            ("code_list", {"code": c, "title": T, "items": [{"code": v, "title": v} for v in vs]})
            for c, vs in lists.items()
        ),
        *(("data_element", {"code": c, "title": T} | e) for c, e in elements.items()),
        ("department", {"code": "police", "title": T}),
        (
            "resource",
            {
                "code": "bench.persons",
                "title": T,
                "resource_code": "301001/1",
                "classification": ["部门"],
                "abstract": T,
            }
            | {"department": "police", "format": "spreadsheet", "published": "2026-01-01", "items": items},
        ),
        (
            "source",
            {
                "code": "bench.persons",
                "title": T,
                "resource": "bench.persons",
                "connector": "upload",
                "mapping": mapping,
            },
        ),
        (
            "rule_set",
            {
                "code": "bench.persons",
                "title": T,
                "resource": "bench.persons",
                "rules": [{"title": T} | r for r in rules],
            },
        ),
    ]


def cpu() -> float:
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def flagged(file: Path) -> set[int]:
    import duckdb

    with duckdb.connect() as connection:
        found = connection.execute('SELECT DISTINCT "row" FROM read_parquet(?)', [str(file)]).fetchall()
    return {row for (row,) in found}


def score(file: Path, rows: set[int]) -> dict[str, int]:
    """Defects missed, and rows flagged that hold none (the first row of a repeated number does not count)."""
    with Path(f"{file}.truth.csv").open() as truth:
        defects = {int(r["row"]): r["defect"] for r in csv.DictReader(truth)}
    partners = set()
    for row, defect in defects.items():
        if defect in ("id_dup", "rec_dup"):
            before = row - 1
            while before in defects:
                before -= 1
            partners.add(before)
    return {
        "defects": len(defects),
        "flagged": len(rows),
        "missed": len(set(defects) - rows),
        "false": len(rows - set(defects) - partners),
    }


def ours(file: Path) -> dict[str, object]:
    from lingqu.centre.access.door import SYSTEM
    from lingqu.centre.drawing import door as drawing
    from lingqu.centre.exchange import door as exchange
    from lingqu.centre.quality import door as quality

    placed = [drawing.Placed(kind, d["code"], d, "bench", "city") for kind, d in definitions()]
    drawing.replace(placed, [], actor="bench", summary={})
    steps: dict[str, object] = {}
    delivery = exchange.receive(SYSTEM, "bench.persons", file.name, file)
    for name, act in (("land", exchange.land), ("check", quality.check)):
        wall, used = time.perf_counter(), cpu()
        delivery = act(delivery.id)
        steps[name] = {"wall_s": round(time.perf_counter() - wall, 2), "cpu_s": round(cpu() - used, 2)}
    issues = exchange.lake().issues(delivery.resource, delivery.id)
    return steps | {"score": delivery.score, "found": score(file, flagged(issues))}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("rows", type=int, nargs="?", default=2_000_000)
    arguments.add_argument(
        "--peer", default="", help="command run with the file's path, e.g. 'python pandera_persons.py'"
    )
    arguments.add_argument("--file", type=Path)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="lingqu-bench-") as folder:
        file = given.file or make(Path(folder) / "persons.csv", given.rows)
        answer = run_ours(file, Path(folder))
        if given.peer:
            used, wall = cpu(), time.perf_counter()
            subprocess.run([*shlex.split(given.peer), str(file)], check=True)
            answer["peer"] = {"wall_s": round(time.perf_counter() - wall, 2), "cpu_s": round(cpu() - used, 2)}
            total = answer["land"]["cpu_s"] + answer["check"]["cpu_s"]
            answer["cpu_ratio_peer_to_ours"] = round(answer["peer"]["cpu_s"] / total, 2)
    print(json.dumps(answer, ensure_ascii=False, indent=1))


def run_ours(file: Path, folder: Path) -> dict:
    """On an instance of its own, gone afterwards."""
    instance = folder / "instance"
    instance.mkdir()
    folder.chmod(0o711)
    instance.chmod(0o711)
    os.environ |= {"LINGQU_INSTANCE": str(instance), "DJANGO_SETTINGS_MODULE": "lingqu.site.settings"}
    from lingqu.site import postgres
    from lingqu.site.instance import current

    if "DATABASE_URL" not in os.environ:
        postgres.start(current())
    try:
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        return ours(file)
    finally:
        if "DATABASE_URL" not in os.environ:
            postgres.stop(current())


if __name__ == "__main__":
    main()

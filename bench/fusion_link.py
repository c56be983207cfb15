"""Two registers of a city, linked by the engine that fuses the population; scored against the truth.

usage: fusion_link.py A.csv B.csv [noid]
Columns: rid, pid (equal pid: same person), id_number, name, sex, birth_date, phone, address. Prints precision, recall,
F1 (pairs across the registers), CPU and wall seconds of each step, peak memory.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb

from lingqu.centre.entities.definitions import EntityType
from lingqu.centre.fusion import engine
from lingqu.centre.fusion.definitions import RegisterRules
from lingqu.centre.fusion.plan import Plan, resolve
from lingqu.centre.fusion.steps.gather import Inputs
from lingqu.centre.fusion.workbench import Workbench
from lingqu.kernel.elements import DataElement

ELEMENTS = {
    "name": DataElement(code="name", title="Name", type="string", mask="name"),
    "id_number": DataElement(code="id_number", title="ID", type="identifier", identifier="citizen_id"),
    "sex": DataElement(code="sex", title="Sex", type="code"),
    "birth_date": DataElement(code="birth_date", title="Born", type="date"),
    "phone": DataElement(code="phone", title="Phone", type="identifier", identifier="phone"),
    "address": DataElement(code="address", title="Address", type="string"),
}
COMPARE = {
    "name": "name",
    "birth_date": "date",
    "sex": "exact",
    "id_number": "identity",
    "phone": "phone",
    "address": "address",
}
BLOCKS = [
    ["name", "birth_date"],
    ["name", "phone"],
    ["birth_date", "phone"],
    ["name", "address.house"],
    ["birth_date", "address.house"],
    ["id_number[:14]", "name[:1]"],
    ["birth_date", "name[:2]", "sex"],
    ["birth_date", "name[:1]", "sex"],
]


def plan(identified: bool) -> Plan:
    """The rules of the population register, or (as peers are measured without it) the same without the ID."""
    attributes = [a for a in ELEMENTS if identified or a != "id_number"]
    match: dict[str, Any] = {
        "compare": {a: COMPARE[a] for a in attributes},
        "blocks": [block for block in BLOCKS if identified or not any(key.startswith("id_number") for key in block)],
        "threshold": 0.5,
        "one_per_resource": True,
    }
    if identified:
        match |= {"exact": [["id_number"]], "never": ["id_number"]}
    document = {
        "code": "population",
        "title": "Population",
        "type": "Person",
        "contributions": [{"resource": side, "attributes": {a: a for a in attributes}} for side in "ab"],
        "match": match,
        "addresses": ["address"],
    }
    person = {"code": "Person", "title": "Person", "label": "name", "attributes": {a: {"element": a} for a in ELEMENTS}}
    return resolve(RegisterRules.model_validate(document), EntityType.model_validate(person), ELEMENTS)


def clean(folder: Path, side: str, file: Path, delivery: int) -> str:
    path = folder / f"{side}.parquet"
    with duckdb.connect() as con:
        con.execute(
            "CREATE TABLE t AS SELECT nullif(id_number, '') AS id_number, name, sex, birth_date, "
            "CASE WHEN phone <> '' THEN '+86' || phone END AS phone, address, rid AS _key, pid, ? AS _source, "
            "?::BIGINT AS _delivery, row_number() OVER ()::BIGINT AS _row FROM read_csv(?, all_varchar = true)",
            [side, delivery, str(file)],
        )
        con.execute(f"COPY t TO '{path}' (FORMAT parquet)")
    return f"read_parquet('{path}')"


SCORE = """
WITH told AS (SELECT rid, pid FROM read_csv($1, all_varchar = true) UNION ALL
              SELECT rid, pid FROM read_csv($2, all_varchar = true)),
placed AS (SELECT c.c, r.resource, t.pid FROM clusters c JOIN records r USING (n) JOIN told t ON t.rid = r.key)
SELECT (SELECT count(*) FROM placed a JOIN placed b USING (c) WHERE a.resource = 'a' AND b.resource = 'b'),
       (SELECT count(*) FROM placed a JOIN placed b USING (c, pid) WHERE a.resource = 'a' AND b.resource = 'b'),
       (SELECT count(*) FROM placed a JOIN placed b USING (pid) WHERE a.resource = 'a' AND b.resource = 'b')"""


def main(a: Path, b: Path, identified: bool) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        content = {side: clean(Path(scratch), side, file, n) for n, (side, file) in enumerate((("a", a), ("b", b)), 1)}
        bench = Workbench.open(Path(scratch))
        cpu, wall = time.process_time(), time.perf_counter()
        engine.link(bench, plan(identified), Inputs(content, {}))
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        found, right, true = bench.con.execute(SCORE, [str(a), str(b)]).fetchall()[0]
    precision, recall = right / max(found, 1), right / true
    f1 = 2 * precision * recall / (precision + recall)
    for step in bench.steps:
        print(f"  {step.name:10} {step.seconds:7.2f} s {step.rows:10}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"P={precision:.4f} R={recall:.4f} F1={f1:.4f} cpu={cpu:.1f}s wall={wall:.1f}s peak={peak}MiB")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), "noid" not in sys.argv)

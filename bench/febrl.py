"""Febrl 4 (5000 x 5000 persons, BSD-3-Clause) through the same engine as the city's registers.

LINGQU_SHARED_DATA names the folder of real data sets; prints precision, recall, F1 and CPU seconds.
"""

from __future__ import annotations

import csv
import os
import tempfile
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from lingqu.centre.entities.definitions import EntityType
from lingqu.centre.fusion import engine
from lingqu.centre.fusion.definitions import RegisterRules
from lingqu.centre.fusion.plan import Plan, resolve
from lingqu.centre.fusion.steps.gather import Inputs
from lingqu.centre.fusion.workbench import Workbench
from lingqu.kernel.elements import DataElement

ITEMS = {
    "given_name": "name",
    "surname": "name",
    "street_number": "exact",
    "address_1": "text",
    "suburb": "text",
    "postcode": "text",
    "date_of_birth": "date",
    "soc_sec_id": "identity",
}
RULES = {
    "code": "febrl",
    "title": "Febrl 4",
    "type": "Person",
    "contributions": [{"resource": f"febrl.{side}", "attributes": {item: item for item in ITEMS}} for side in "ab"],
    "match": {
        "compare": ITEMS,
        "blocks": [
            ["date_of_birth"],
            ["soc_sec_id"],
            ["postcode", "street_number"],
            ["surname", "given_name[:2]"],
            ["given_name", "postcode"],
            ["surname", "postcode[:2]"],
            ["address_1"],
        ],
        "threshold": 0.5,
        "one_per_resource": True,
    },
}


def plan() -> Plan:
    rules = RegisterRules.model_validate(RULES)
    element = DataElement(code="text", title="Text", type="string")
    attributes = {item: {"element": "text"} for item in ITEMS}
    person = EntityType.model_validate(
        {"code": "Person", "title": "Person", "label": "surname", "attributes": attributes}
    )
    return resolve(rules, person, {"text": element})


def clean(folder: Path, resource: str, file: Path, delivery: int) -> str:
    """A Febrl file as clean Parquet in the lake's form; gives a table expression."""
    with file.open(encoding="ascii", newline="") as lines:
        rows = list(csv.DictReader(lines, skipinitialspace=True))
    columns = {item: [row[item].strip() or None for row in rows] for item in ITEMS}
    columns |= {"_key": [row["rec_id"] for row in rows], "_source": [resource] * len(rows)}
    table = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
    table = table.append_column("_row", pa.array(range(1, len(rows) + 1), pa.int64()))
    table = table.append_column("_delivery", pa.array([delivery] * len(rows), pa.int64()))
    path = folder / f"{resource}.parquet"
    pq.write_table(table, path)
    return f"read_parquet('{path}')"


def measure(data: Path, rules: Plan | None = None) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as scratch:
        content = {
            f"febrl.{side}": clean(Path(scratch), f"febrl.{side}", data / f"dataset4{side}.csv", number)
            for number, side in enumerate("ab", 1)
        }
        bench = Workbench.open()
        began = time.process_time()
        engine.link(bench, rules or plan(), Inputs(content, {}))
        seconds = time.process_time() - began
        found = bench.con.execute(
            "SELECT a.key, b.key FROM clusters ca JOIN records a USING (n) JOIN clusters cb ON cb.c = ca.c "
            "JOIN records b ON b.n = cb.n WHERE a.n < b.n"
        ).fetchall()
    right = sum(one.split("-")[1] == other.split("-")[1] for one, other in found)
    precision, recall = right / max(len(found), 1), right / 5000
    return {
        "pairs": len(found),
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / (precision + recall),
        "cpu_s": seconds,
    }


if __name__ == "__main__":
    folder = Path(os.environ["LINGQU_SHARED_DATA"]) / "06_record_linkage" / "febrl"
    for name, value in measure(folder).items():
        print(f"{name:10} {value:.5g}")

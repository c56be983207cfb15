"""A small town's registers as Parquet in the lake's form, for the engine without Django."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from lingqu.centre.entities.definitions import EntityType
from lingqu.centre.fusion import engine
from lingqu.centre.fusion.definitions import RegisterRules
from lingqu.centre.fusion.plan import Plan, resolve
from lingqu.centre.fusion.steps.gather import Inputs
from lingqu.centre.fusion.workbench import Workbench
from lingqu.kernel.elements import DataElement

ELEMENTS = {
    e.code: e
    for e in (
        DataElement(code="person_name", title="Name", type="string", mask="name"),
        DataElement(code="citizen_id", title="ID", type="identifier", identifier="citizen_id"),
        DataElement(code="birth_date", title="Born", type="date"),
        DataElement(code="sex", title="Sex", type="code"),
        DataElement(code="mobile_phone", title="Phone", type="identifier", identifier="phone"),
        DataElement(code="residence_address", title="Address", type="string"),
        DataElement(code="plate_number", title="Plate", type="string"),
        DataElement(code="division_code", title="Division", type="identifier", identifier="division"),
        DataElement(code="shape", title="Shape", type="geometry"),
        DataElement(code="number", title="Number", type="integer", unit="MTR"),
    )
}

PERSON = EntityType.model_validate(
    {
        "code": "Person",
        "title": "Person",
        "label": "name",
        "region": "region",
        "attributes": {
            "name": {"element": "person_name"},
            "idNumber": {"element": "citizen_id"},
            "birthDate": {"element": "birth_date"},
            "sex": {"element": "sex"},
            "phone": {"element": "mobile_phone"},
            "address": {"element": "residence_address"},
            "vehiclePlate": {"element": "plate_number", "many": True},
            "region": {"element": "division_code"},
            "household": {"kind": "Relationship", "target": ["Household"]},
        },
    }
)

OF_PERSONS = ("name", "idNumber", "birthDate", "sex", "phone", "address")

RULES: dict[str, Any] = {
    "code": "population",
    "title": "Population",
    "type": "Person",
    "contributions": [
        {"resource": "police.households", "attributes": {a: a for a in OF_PERSONS}},
        {"resource": "health.files", "attributes": {a: a for a in OF_PERSONS}},
        {
            "resource": "police.vehicles",
            "attributes": {"name": "name", "idNumber": "idNumber", "vehiclePlate": "plate"},
        },
    ],
    "match": {
        "exact": [["idNumber"]],
        "never": ["idNumber"],
        "doubt": {"identifier": "idNumber", "born": "birthDate", "agree": ["name"]},
        "compare": {
            "name": "name",
            "birthDate": "date",
            "idNumber": "identity",
            "phone": "phone",
            "address": "address",
        },
        "blocks": [["name", "birthDate"], ["name", "phone"], ["name", "address.house"], ["birthDate", "phone"]],
        "one_per_resource": ["police.households", "health.files"],
    },
    "survivorship": {"*": {"order": ["police.households", "health.files", "police.vehicles"]}},
    "addresses": ["address"],
    "owner": "police",
}


def plan(rules: Mapping[str, Any] = RULES, of: EntityType = PERSON, **changes: Any) -> Plan:
    return resolve(RegisterRules.model_validate({**rules, **changes}), of, ELEMENTS)


def land(
    folder: Path, resource: str, rows: Sequence[Mapping[str, Any]], *, delivery: int = 1, columns: Sequence[str] = ()
) -> str:
    """Clean rows as Parquet; each row's key is its ``key``. Gives a table expression."""
    names = sorted({c for row in rows for c in row if c != "key"} | set(columns))
    data = {c: pa.array([row.get(c) for row in rows], pa.string()) for c in names}
    data["_row"] = pa.array(range(1, len(rows) + 1), pa.int64())
    data["_delivery"] = pa.array([delivery] * len(rows), pa.int64())
    data["_source"] = pa.array([resource] * len(rows), pa.string())
    data["_key"] = pa.array([row["key"] for row in rows], pa.string())
    path = folder / f"{resource}.{delivery}.parquet"
    pq.write_table(pa.table(data), path)
    return f"read_parquet('{path}')"


def inputs(folder: Path, contents: Mapping[str, Sequence[Mapping[str, Any]]]) -> Inputs:
    columns = (*OF_PERSONS, "plate")
    content = {
        resource: land(folder, resource, rows, delivery=number, columns=columns)
        for number, (resource, rows) in enumerate(contents.items(), 1)
    }
    return Inputs(content, {number: f"2026-01-0{number}T00:00:00Z" for number in range(1, len(content) + 1)})


def fuse(
    folder: Path, contents: Mapping[str, Sequence[Mapping[str, Any]]], of: Plan | None = None, **before: Any
) -> Workbench:
    bench = Workbench.open()
    engine.fuse(bench, of or plan(), inputs(folder, contents), engine.Before(**before))
    return bench


def groups(bench: Workbench) -> set[frozenset[str]]:
    """The keys of the records of each thing."""
    rows = bench.con.execute("SELECT list(r.key) FROM clusters JOIN records r USING (n) GROUP BY c").fetchall()
    return {frozenset(keys) for (keys,) in rows}


def drafts(bench: Workbench) -> dict[str, tuple[str, str]]:
    """Entity id → attributes and provenance as JSON."""
    rows = bench.con.execute("SELECT entity_id, attrs, prov FROM drafts").fetchall()
    return {entity_id: (attrs, prov) for entity_id, attrs, prov in rows}


def remembered(bench: Workbench, folder: Path, name: str = "links") -> str:
    """The links of a run, as the next run reads them."""
    path = folder / f"{name}.parquet"
    bench.con.execute(
        "CREATE OR REPLACE TEMP TABLE out AS SELECT t.entity_id, r.resource, r.key "
        "FROM clusters JOIN things t USING (c) JOIN records r USING (n)"
    )
    bench.con.execute(f"COPY out TO '{path}' (FORMAT parquet)")
    return f"read_parquet('{path}')"

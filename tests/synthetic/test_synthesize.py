"""What ``synthesize`` writes: read back by the same readers that take in departments' files."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from ruamel.yaml import YAML

from lingqu.centre.exchange.definitions import Source
from lingqu.centre.exchange.formats import read
from lingqu.centre.exchange.options import FormatOptions
from lingqu.kernel import identifiers
from lingqu.kernel.datum import convert
from lingqu.kernel.errors import Invalid, NotFound
from lingqu.synthetic.departments import TABLES
from lingqu.synthetic.door import synthesize

HARBIN = Path(__file__).parents[2] / "cities/harbin"
TODAY = date(2026, 6, 30)
PEOPLE = 900


@pytest.fixture(scope="module")
def made(town, tmp_path_factory):
    out = tmp_path_factory.mktemp("made")
    told = []
    summary = synthesize(town, out / "inbox", people=PEOPLE, seed=7, progress=lambda *at: told.append(at))
    assert told[-1][:2] == (PEOPLE, PEOPLE)
    return summary, out


@pytest.fixture(scope="module")
def truth(made):
    folder = made[1] / "truth"
    return {name: pq.read_table(folder / f"{name}.parquet") for name in ("records", "persons", "organisations")}


@pytest.fixture(scope="module")
def sources():
    files = sorted((HARBIN / "sources").glob("dept_*.yaml"))
    documents = [d for file in files for d in YAML(typ="safe").load(file.read_text("utf-8"))]
    return {d["resource"]: Source.model_validate(d) for d in documents}


def _columns(source: Source) -> set[str]:
    named = {m.column for m in source.mapping.values()} | {m.longitude for m in source.mapping.values()}
    return {name for name in named | {m.latitude for m in source.mapping.values()} if name}


def _rows(source: Source, path: Path, scratch: Path) -> list[dict]:
    if source.connector == "database":
        connection = sqlite3.connect(path)
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute("SELECT * FROM jdc_djxx ORDER BY id")]
    options = FormatOptions.model_validate({k: v for k, v in source.config.items() if k != "pattern"})
    found = read(path, path.name, options, sorted(_columns(source)), scratch)
    rows = [row for batch in found.batches for row in batch.to_pylist()]
    assert not found.broken
    return rows


def test_every_table_is_read_by_its_source(made, sources, truth, tmp_path):
    """Columns named in the mapping are there, and the truth has one line for each data row."""
    summary, _ = made
    records = truth["records"].to_pydict()
    for table in TABLES:
        source = sources[table.code]
        scratch = tmp_path / table.code
        scratch.mkdir()
        rows = _rows(source, summary.files[table.code], scratch)
        assert _columns(source) <= set(rows[0]), table.code
        assert len(rows) == summary.rows[table.code] == records["resource"].count(table.code)


def test_truth_tells_whose_row_it_is(made, sources, truth, tmp_path):
    """By name: most rows carry the true one, the rest is a defect."""
    summary, _ = made
    names = dict(zip(*(truth["persons"][c].to_pylist() for c in ("person_id", "name")), strict=True))
    records = truth["records"].to_pylist()
    for code in ("police.household_register", "police.vehicles", "natural_resources.real_estate_titles"):
        source = sources[code]
        scratch = tmp_path / code
        scratch.mkdir()
        rows = _rows(source, summary.files[code], scratch)
        true = [names[r["person_id"]] for r in records if r["resource"] == code]
        held = [row[source.mapping["person_name"].column] for row in rows]
        same = sum(a == b.replace(" ", "").replace("\u3000", "") for a, b in zip(true, held, strict=True))
        assert same / len(rows) > 0.95, code


def test_true_numbers_are_sound(truth):
    persons = truth["persons"].to_pylist()
    assert len(persons) == PEOPLE
    assert len({p["citizen_id"] for p in persons}) == PEOPLE
    for person in persons:
        assert identifiers.check("citizen_id", person["citizen_id"], TODAY) is None
        parts = identifiers.citizen_parts(person["citizen_id"])
        assert (parts.birth_date, parts.sex) == (person["birth_date"], person["sex"])
        assert not person["mobile_phone"] or identifiers.check("phone", person["mobile_phone"], TODAY) is None
    for firm in truth["organisations"].to_pylist():
        assert identifiers.check("uscc", firm["uscc"], TODAY) is None


def test_households_are_families(truth):
    """Nobody has a home of their own twice; a home holds one household."""
    query = duckdb.connect()
    query.register("persons", truth["persons"])
    most, homes, households = query.execute(
        "SELECT max(n), count(DISTINCT address), count(*) FROM "
        "(SELECT household_id, any_value(address) AS address, count(*) n FROM persons GROUP BY 1)"
    ).fetchone()
    assert most <= 7
    assert homes == households


def test_addresses_stand_beside_their_street(made, town):
    """GCJ-02 points come back to the street within the setback of a house."""

    features = json.loads(made[0].files["civil_affairs.addresses"].read_text("utf-8"))["features"]
    near = 0
    for feature in features:
        lon, lat = feature["geometry"]["coordinates"]
        if lat > lon:
            continue  # exchanged on purpose
        lon, lat = convert(lon, lat, "GCJ-02")
        across = (lat - 39.90) * 110_950 if feature["properties"]["dl"] == "运河路" else (lon - 116.41) * 85_300
        near += 11 < abs(across) < 27
    assert near / len(features) > 0.95


def test_same_seed_same_bytes(town, tmp_path):
    def digest(folder: Path) -> dict[str, str]:
        files = (p for p in folder.rglob("*") if p.is_file())
        return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}

    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        synthesize(town, tmp_path / name / "inbox", people=200, seed=seed)
    first, again, other = (digest(tmp_path / name) for name in "abc")
    assert first == again
    assert len(first) == len(TABLES) + 3
    assert all(first[path] != other[path] for path in first)


def test_defects_come_at_their_rates(made, sources, tmp_path):
    """5 % without number and 5 % mistyped: what arrives lies near it."""
    source = sources["health.resident_files"]
    rows = _rows(source, made[0].files["health.resident_files"], tmp_path)
    numbers = [row["jbxx.sfzh"] or "" for row in rows]
    assert 0.02 < numbers.count("") / len(rows) < 0.09
    broken = sum(identifiers.check("citizen_id", n, TODAY) is not None for n in numbers if n)
    assert 0.02 < broken / len(rows) < 0.09


def test_several_parts_make_one_population(town, tmp_path, monkeypatch):
    """Memory is bounded by parts; numbers stay unique across them."""
    monkeypatch.setattr("lingqu.synthetic.world.PART", 70)
    synthesize(town, tmp_path / "inbox", people=500)
    persons = pq.read_table(tmp_path / "truth/persons.parquet").to_pydict()
    assert len(set(persons["citizen_id"])) == len(set(persons["person_id"])) == 500
    firms = pq.read_table(tmp_path / "truth/organisations.parquet").to_pydict()
    assert len(set(firms["uscc"])) == len(firms["uscc"])


def test_a_full_sheet_ends_the_file_and_the_truth(town, tmp_path, monkeypatch, sources):
    tables = [replace(t, most=5) if t.most else t for t in TABLES]
    monkeypatch.setattr("lingqu.synthetic.door.TABLES", tables)
    summary = synthesize(town, tmp_path / "inbox", people=500)
    code = "police.residence_registrations"
    assert len(_rows(sources[code], summary.files[code], tmp_path)) == summary.rows[code] == 5


def test_refusals_say_what_to_do(town, tmp_path):
    with pytest.raises(NotFound, match=r"synthetic\.recipe"):
        synthesize(tmp_path, tmp_path / "inbox")
    with pytest.raises(Invalid, match=r"synthetic\.people"):
        synthesize(town, tmp_path / "inbox", people=3)
    (tmp_path / "synthetic.yaml").write_text((town / "synthetic.yaml").read_text("utf-8").replace("plate:", "plaet:"))
    with pytest.raises(Invalid, match=r"synthetic\.recipe"):
        synthesize(tmp_path, tmp_path / "inbox")


@pytest.mark.skipif(not (HARBIN / "data/harbin.osm.pbf").exists(), reason="the city's extract is not here")
def test_harbin_stands_on_its_real_streets(tmp_path):
    summary = synthesize(HARBIN, tmp_path / "inbox", people=500)
    text = summary.files["police.household_register"].read_text("gb18030")
    assert summary.rows["housing.buildings"] > 10_000
    assert "哈尔滨市" in text
    assert any(street in text for street in ("友谊路", "学府路", "红旗大街", "长江路", "文昌街", "和兴路"))


def test_geography_under_other_names(town, tmp_path):
    """A town's own property names are said in the recipe; the county around its areas is passed over."""
    (tmp_path / "data").mkdir()
    for name in ("streets", "areas", "buildings"):
        text = (town / f"data/{name}.geojson").read_text("utf-8").replace('"name"', '"名称"')
        (tmp_path / f"data/{name}.geojson").write_text(text.replace("110101002000", "110101000000"), "utf-8")
    recipe = (
        (town / "synthetic.yaml").read_text("utf-8").replace("geography: {", "geography: {properties: {name: 名称}, ")
    )
    (tmp_path / "synthetic.yaml").write_text(recipe, "utf-8")
    summary = synthesize(tmp_path, tmp_path / "inbox", people=100)
    text = summary.files["police.household_register"].read_text("gb18030")
    assert "西门街道" in text
    assert "东门街道" not in text

"""Scores fused persons (organisations, buildings) against the truth that ``synthesize`` kept apart.

Two records are a true pair where they are about one person; a found pair where they stand in one entity.

    python bench/score_population.py <instance>/truth [--register population]      # of the running instance
    python bench/score_population.py TRUTH --links "read_parquet('links/*.parquet')"
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb

IDS = {"population": "person_id", "organizations": "org_id", "buildings": "building_id"}
"""Register → column of ``records.parquet`` that says whom a record is about."""

_RECORDS = """
CREATE TEMP TABLE record AS
SELECT t.resource, t.row, t.{who} AS thing, l.entity_id
FROM read_parquet($records) t LEFT JOIN
     (SELECT DISTINCT resource, "row", entity_id FROM {links}) l ON l.resource = t.resource AND l."row" = t."row"
WHERE t.{who} IS NOT NULL AND t.resource IN (SELECT DISTINCT resource FROM {links})
"""
_PAIRS = """
WITH r AS (SELECT thing, {entity} AS entity FROM record {where}),
     both_ AS (SELECT count(*) n FROM r GROUP BY entity, thing),
     found AS (SELECT count(*) n FROM r GROUP BY entity),
     true_ AS (SELECT count(*) n FROM r GROUP BY thing)
SELECT (SELECT coalesce(sum(n * (n - 1) / 2), 0) FROM both_), (SELECT coalesce(sum(n * (n - 1) / 2), 0) FROM found),
       (SELECT coalesce(sum(n * (n - 1) / 2), 0) FROM true_)
"""
_CLUSTERS = """
WITH r AS (SELECT thing, entity_id FROM record WHERE entity_id IS NOT NULL),
     thing AS (SELECT thing, count(DISTINCT entity_id) AS entities, any_value(entity_id) AS entity FROM r GROUP BY 1),
     entity AS (SELECT entity_id, count(DISTINCT thing) AS things FROM r GROUP BY 1)
SELECT (SELECT count(*) FROM thing), (SELECT count(*) FROM entity),
       (SELECT count(*) FROM thing JOIN entity ON entity_id = entity WHERE entities = 1 AND things = 1),
       (SELECT count(*) FROM thing WHERE entities > 1), (SELECT count(*) FROM entity WHERE things > 1)
"""


@dataclass(frozen=True)
class Score:
    """``precision``, ``recall``, ``f1`` are over pairs of records that reached fusion. In ``f1_all`` every record of
    the departments counts, those that quality kept back as left alone. ``exact``: share of things whose records make
    up one entity that holds nothing else."""

    precision: float
    recall: float
    f1: float
    f1_all: float
    records: int
    kept_back: int
    things: int
    entities: int
    exact: float
    split: int
    mixed: int


def score(truth_folder: Path, links: str, register: str = "population") -> Score:
    """``links`` is a DuckDB table expression with ``entity_id, resource, row`` (``fusion.door.links``)."""
    query = duckdb.connect()
    statement = _RECORDS.format(who=IDS[register], links=links)
    query.execute(statement, {"records": str(Path(truth_folder) / "records.parquet")})
    precision, recall, f1 = _pairs(query, "entity_id", "WHERE entity_id IS NOT NULL")
    alone = "coalesce(entity_id, resource || ' ' || row)"
    records, kept_back = query.execute("SELECT count(*), count(*) - count(entity_id) FROM record").fetchone() or (0, 0)
    things, entities, exact, split, mixed = query.execute(_CLUSTERS).fetchone() or (0,) * 5
    return Score(
        precision, recall, f1, _pairs(query, alone, "")[2], records, kept_back,
        things, entities, exact / things if things else 0.0, split, mixed,
    )  # fmt: skip


def _pairs(query: duckdb.DuckDBPyConnection, entity: str, where: str) -> tuple[float, float, float]:
    both, found, true = query.execute(_PAIRS.format(entity=entity, where=where)).fetchone() or (0, 0, 0)
    precision = float(both) / float(found) if found else 0.0
    recall = float(both) / float(true) if true else 0.0
    return precision, recall, 2 * precision * recall / (precision + recall) if both else 0.0


def _of_instance(register: str) -> str:
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lingqu.site.settings")
    django.setup()
    from lingqu.centre.fusion import door as fusion

    return fusion.links(register)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("truth", type=Path)
    parser.add_argument("--links", help="DuckDB table expression; else the links of the instance")
    parser.add_argument("--register", choices=sorted(IDS), default="population")
    given = parser.parse_args()
    found = score(given.truth, given.links or _of_instance(given.register), given.register)
    print(json.dumps(asdict(found), indent=1))


if __name__ == "__main__":
    main()

"""The scoring counts pairs as one would by hand."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lingqu.synthetic.truth import RECORDS

_FILE = Path(__file__).parents[2] / "bench/score_population.py"


@pytest.fixture(scope="module")
def bench():
    import sys

    spec = importlib.util.spec_from_file_location("score_population", _FILE)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _truth(folder: Path, persons: list[int | None]) -> None:
    count = len(persons)
    columns = [["police.x"] * count, ["f"] * count, list(range(1, count + 1)), persons, [None] * count, [None] * count]
    pq.write_table(
        pa.table([pa.array(c, t) for c, t in zip(columns, RECORDS.types, strict=True)], schema=RECORDS),
        folder / "records.parquet",
    )


def _links(folder: Path, entities: dict[int, str]) -> str:
    pq.write_table(
        pa.table(
            {
                "entity_id": list(entities.values()),
                "resource": ["police.x"] * len(entities),
                "row": list(entities),
            }
        ),
        folder / "links.parquet",
    )
    return f"read_parquet('{folder}/links.parquet')"


def test_all_right(bench, tmp_path):
    _truth(tmp_path, [1, 1, 1, 2, None])
    found = bench.score(tmp_path, _links(tmp_path, {1: "a", 2: "a", 3: "a", 4: "b", 5: "c"}))
    assert (found.precision, found.recall, found.f1, found.f1_all, found.exact) == (1, 1, 1, 1, 1)


def test_one_split_one_mixed(bench, tmp_path):
    """True pairs 12 13 23 45; found pairs 12 34 35 45, of which 12 and 45 are true."""
    _truth(tmp_path, [1, 1, 1, 2, 2])
    found = bench.score(tmp_path, _links(tmp_path, {1: "a", 2: "a", 3: "b", 4: "b", 5: "b"}))
    assert (found.precision, found.recall) == (0.5, 0.5)
    assert (found.split, found.mixed, found.exact) == (1, 1, 0)


def test_rows_kept_back_are_said(bench, tmp_path):
    _truth(tmp_path, [1, 1, 1, 2])
    found = bench.score(tmp_path, _links(tmp_path, {1: "a", 2: "a", 4: "b"}))
    assert (found.f1, found.kept_back) == (1, 1)
    assert found.f1_all == pytest.approx(0.5)

"""kill -9 of everything, in the middle of applying, collecting, checking and fusing.

Started again and left alone, the city ends exactly as in an undisturbed run: same definitions, deliveries, clean rows
and issues, same entities with the same sources per attribute, same links, same disputes. Numbers of deliveries and
moments of receipt are left out of the comparison; nothing else is.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest

from site_trees import TOYTOWN, Tree, crash, tree, until

pytestmark = [
    pytest.mark.large,
    pytest.mark.skipif("DATABASE_URL" in os.environ, reason="kills the database"),
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="finds processes in /proc"),
]

AT_WORK = "select count(*) from exchange_delivery where state in ('received', 'landed')"


def state(town: Tree) -> dict[str, Any]:
    lake = town.instance.lake
    return {
        "definitions": town.ask("select kind, code, document::text from drawing_definition order by 1, 2"),
        "deliveries": town.ask(
            "select source, resource, name, sha256, size, state, rows, broken_rows, clean_rows, bad_rows, score "
            "from exchange_delivery order by 1, 3, 4"
        ),
        "entities": [
            (*row[:-1], bare(row[-1]))
            for row in town.ask(
                "select id, type, types, owner, region, scopes, label, search, attrs, geo, bounds::text, geom, "
                "true_from, true_to, prov from entity order by id"
            )
        ],
        "disputes": town.ask(
            "select register, entity_id, attribute, label, held, held_by, others, state "
            "from fusion_fusiondispute order by 1, 2, 3"
        ),
        "links": {
            register: rows(lake / "links" / register / name, "entity_id, resource, source, row, key, probability")
            for register, name in town.ask("select distinct on (register) register, links from fusion_fusionrun "
            "where state = 'done' order by register, id desc")
        },
        "clean": {code: clean(town, code, path) for code, path in current(town)},
        "issues": {code: clean(town, code, path.replace("clean", "issues", 1)) for code, path in current(town)},
    }  # fmt: skip


def bare(provenance: Any) -> Any:
    """Without numbers of deliveries and moments of receipt."""
    if isinstance(provenance, dict):
        return {key: bare(value) for key, value in provenance.items() if key not in ("d", "t")}
    return [bare(each) for each in provenance] if isinstance(provenance, list) else provenance


def current(town: Tree) -> list[tuple[str, str]]:
    found = town.ask("select resource, 'clean/' || resource || '/' || id || '.parquet' from exchange_delivery")
    return [(str(code), str(path)) for code, path in found]


def clean(town: Tree, _code: str, path: str) -> list[tuple[Any, ...]]:
    return rows(town.instance.lake / path, "* exclude (_delivery)" if path.startswith("clean") else "*")


def rows(file: Path, columns: str) -> list[tuple[Any, ...]]:
    return duckdb.sql(f"select {columns} from '{file}' order by all").fetchall()


def settle(town: Tree) -> None:
    """Collect everything and wait until the worker finds nothing more to do."""
    town.lingqu("up", "--detach", "--port", "8600")
    town.lingqu("blueprint", "apply", TOYTOWN)
    town.lingqu("collect")
    quiet = 0
    while quiet < 4:
        until(lambda: not town.ask(AT_WORK)[0][0], "deliveries checked", 240)
        until(lambda: not town.ask("select 1 from fusion_fusionrun where state = 'running'"), "fusion", 240)
        busy = town.ask("select 1 from procrastinate_jobs where status in ('todo', 'doing')")
        fused = town.ask("select count(distinct register) from fusion_fusionrun where state = 'done'")[0][0]
        quiet = 0 if busy or not fused else quiet + 1
        time.sleep(1)


@pytest.fixture(scope="module")
def undisturbed() -> Iterator[dict[str, Any]]:
    with tree() as town:
        settle(town)
        yield state(town)


def crash_when(town: Tree, seen: Callable[[], Any]) -> bool:
    """Kill everything the moment this is seen; False where it was over before it was seen."""
    end = time.monotonic() + 45
    while time.monotonic() < end:
        try:
            if seen():
                crash(town.instance)
                return True
        except (psycopg.Error, OSError, KeyError):
            pass
        time.sleep(0.002)
    crash(town.instance)
    return False


def test_killed_everywhere_it_ends_as_if_nothing_had_been(undisturbed: dict[str, Any]) -> None:
    with tree() as town:
        hits = dict.fromkeys(("apply", "collect", "check", "fuse"), 0)

        town.lingqu("django", "migrate", "--verbosity", "0")
        town.begin("blueprint", "apply", TOYTOWN)
        # The lock is held from the plan to the end of the transaction.
        hits["apply"] += crash_when(town, lambda: town.ask("select 1 from pg_locks where locktype = 'advisory'"))
        town.lingqu("django", "check")
        assert town.ask("select count(distinct revision_id) from drawing_definition")[0][0] in (0, 1)
        town.lingqu("blueprint", "apply", TOYTOWN)

        town.begin("collect")
        hits["collect"] += crash_when(town, lambda: town.ask("select 1 from exchange_delivery"))
        town.begin("collect")
        hits["collect"] += crash_when(town, lambda: town.ask("select 1 from exchange_delivery offset 3"))

        for already in (0, 2):
            town.begin("up", "--port", "8600")
            question = f"select 1 from exchange_delivery where state in ('landed', 'checked') offset {already}"
            hits["check"] += crash_when(town, lambda q=question: town.ask(q) and town.ask(AT_WORK)[0][0])  # type: ignore[misc]
        for entities in (0, 60):
            town.begin("up", "--port", "8600")
            question = (
                f"select 1 from fusion_fusionrun where state = 'running' and (select count(*) from entity) > {entities}"
            )
            hits["fuse"] += crash_when(town, lambda q=question: town.ask(q))  # type: ignore[misc]

        settle(town)
        found = state(town)

    assert all(hits.values()), f"not hit at work: {hits}"
    for part, expected in undisturbed.items():
        assert found[part] == expected, part
    assert len(found["entities"]) > 100

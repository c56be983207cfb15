"""The toy town fused through the real doors: store, links, disputes, due, interruption."""

from __future__ import annotations

import pytest

from lingqu.centre.access.door import SYSTEM
from lingqu.centre.entities import door as entities
from lingqu.centre.exchange import door as exchange
from lingqu.centre.fusion import door as fusion
from settled import settle
from toytown import Run, toytown, toytown_run  # noqa: F401

pytestmark = pytest.mark.django_db


def test_every_register_is_fused_and_nothing_is_due(toytown_run: Run) -> None:  # noqa: F811
    assert {run.state for run in toytown_run.registers.values()} == {"done"}
    assert all(run.entities and run.records for run in toytown_run.registers.values())
    assert fusion.due() == []


def test_fusing_again_changes_nothing(toytown_run: Run) -> None:  # noqa: F811
    settle()
    cursor = entities.changes(limit=100_000)[-1].cursor
    for register in fusion.registers():
        run = fusion.fuse(register)
        assert (run.created, run.changed, run.deleted) == (0, 0, 0)
    settle()
    assert entities.changes(after=cursor) == []


def test_an_entity_leads_back_to_its_rows(toytown_run: Run) -> None:  # noqa: F811
    person = next(e for e in entities.every(SYSTEM, entities.Query(types=("Person",))) if e.prov)
    members = fusion.members(person.id)
    assert members
    assert person.value("name") in {m.values.get("person_name") for m in members}
    assert set(person.prov["name"]) >= {"s", "d", "r", "t"}


def test_the_same_state_after_an_interruption(toytown_run: Run, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    """Killed after part of the entities were written, the next run leaves the state of an undisturbed one."""
    from lingqu.centre.fusion.actions import fuse as action

    before = _state()
    some = [e.id for e in entities.every(SYSTEM, entities.Query(types=("Person",)))][:3]
    # what a killed run may have left behind: entities gone, and one that should not be there
    entities.delete(SYSTEM, some, cause="killed run")
    stray = entities.Draft(
        "urn:ngsi-ld:Person:stray",
        "Person",
        {"name": {"type": "Property", "value": "游离"}},
        owner="police",
        prov={"name": {"s": "police.household_register", "d": 1, "r": 1, "t": ""}},
    )
    entities.write(SYSTEM, [stray])
    action.FusionRun.objects.create(register="population", inputs="interrupted")
    run = fusion.fuse("population")
    assert run.created == 3
    assert run.deleted == 1
    assert _state() == before


def test_what_a_killed_run_left_in_the_lake_goes(toytown_run: Run) -> None:  # noqa: F811
    links = exchange.lake().links("population")
    for name in ("999.parquet.part", "999.parquet", "999.entities.parquet"):
        (links / name).write_bytes(b"half")
    fusion.fuse("population")
    assert not list(links.glob("999*"))
    assert not (exchange.lake().root / "scratch").exists()
    assert list((exchange.lake().root / "tmp").iterdir()) == []


def _state() -> dict[str, tuple[object, object]]:
    found = entities.every(SYSTEM, entities.Query(types=("Person", "Household", "Organization")))
    return {e.id: (e.attrs, e.prov) for e in found}


def test_disputes_stand_with_their_facts(toytown_run: Run) -> None:  # noqa: F811
    counts = fusion.dispute_counts()
    listed = fusion.disputes(limit=1000)
    assert sum(counts.values()) == len([d for d in listed if d.state == "open"])
    for dispute in listed:
        assert dispute.others
        assert entities.get(SYSTEM, dispute.entity_id).value(dispute.attribute) == dispute.held


def test_links_of_a_register_that_never_ran(toytown: object) -> None:  # noqa: F811
    import duckdb

    assert duckdb.connect().execute(f"SELECT count(*) FROM {fusion.links('population')}").fetchall() == [(0,)]

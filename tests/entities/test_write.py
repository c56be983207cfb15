"""The write path: created, changed, left alone, refused."""

# ruff: noqa: F811

from __future__ import annotations

import pytest
from django.db import ProgrammingError, connection, transaction

from lingqu.centre.access.door import ANONYMOUS, SYSTEM, Actor
from lingqu.centre.entities import door
from lingqu.centre.entities.door import Draft, Query
from lingqu.kernel.errors import Conflict, Invalid, NotFound, Refused
from little_city import city, developer, person, police  # noqa: F401

pytestmark = pytest.mark.usefixtures("city")
ONE = "urn:ngsi-ld:Person:1"


def draft(number: int = 1, owner: str = "police", **attrs: object) -> Draft:
    return Draft(f"urn:ngsi-ld:Person:{number}", "Person", person(number, **attrs), owner=owner)


def test_create_then_same_again_then_changed() -> None:
    drafts = [draft(n) for n in range(50)]
    assert door.write(SYSTEM, drafts).created == 50
    again = door.write(SYSTEM, drafts)
    assert (again.created, again.changed, again.unchanged) == (0, 0, 50)
    changed = door.write(SYSTEM, [draft(1, sex="2"), draft(2), draft(99)])
    assert (changed.created, changed.changed, changed.unchanged) == (1, 1, 1)
    entity = door.get(SYSTEM, ONE)
    assert entity.value("sex") == "2"
    assert (entity.version, entity.region, entity.label, entity.owner) == (2, "230102001000", "王小明1", "police")
    assert [p.was for p in door.history(SYSTEM, ONE)] == [{"sex": None}]


def test_only_provenance_differs() -> None:
    source = {"name": {"s": "police.household_register", "d": 1}}
    door.write(SYSTEM, [Draft(ONE, "Person", person(1), prov=source)])
    done = door.write(SYSTEM, [Draft(ONE, "Person", person(1), prov={"name": {**source["name"], "d": 2}})])
    assert done.unchanged == 1
    entity = door.get(SYSTEM, ONE)
    assert entity.prov["name"]["d"] == 2
    assert entity.version == 1
    assert door.history(SYSTEM, ONE) == []


def test_a_write_without_provenance_keeps_that_of_what_stays() -> None:
    prov = {"name": {"s": "a"}, "region": {"s": "b"}}
    door.write(SYSTEM, [Draft(ONE, "Person", person(1), prov=prov)])
    door.write(SYSTEM, [Draft(ONE, "Person", person(1, name="李四"))])
    assert door.get(SYSTEM, ONE).prov == {"region": {"s": "b"}}


@pytest.mark.parametrize(
    ("attrs", "rule"),
    [
        ({"idNumber": "230102199001011234"}, "entity.value"),
        ({"sex": "3"}, "entity.value"),
        ({"birthDate": "1990-02-30"}, "entity.value"),
        ({"birthDate": "2990-02-01"}, "entity.value"),
        ({"name": "长" * 61}, "entity.value"),
        ({"name": "a\x00b"}, "entity.json"),
        ({"shoeSize": 42}, "entity.attribute"),
        ({"plate": ["黑A12345", "黑A1234567890"]}, "entity.value"),
    ],
)
def test_a_broken_value_is_named_and_nothing_is_written(attrs: dict[str, object], rule: str) -> None:
    with pytest.raises(Invalid) as caught:
        door.write(SYSTEM, [draft(2), draft(1, **attrs)])
    assert caught.value.rule == rule
    assert caught.value.place.startswith(ONE)
    assert door.count(SYSTEM, Query(types=("Person",))) == 0


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(Invalid) as caught:
        door.write(SYSTEM, [draft(n, sex="9") for n in range(150)])
    assert len(caught.value.faults) == 100
    assert "150" in caught.value.message.en


def test_modes() -> None:
    with pytest.raises(NotFound):
        door.write(SYSTEM, [draft(1)], mode="replace")
    with pytest.raises(NotFound):
        door.write(SYSTEM, [draft(1)], mode="merge")
    door.write(SYSTEM, [draft(1)], mode="create")
    with pytest.raises(Conflict) as caught:
        door.write(SYSTEM, [draft(2), draft(1)], mode="create")
    assert caught.value.place == ONE
    door.write(SYSTEM, [Draft(ONE, "Person", {"sex": {"type": "Property", "value": "1"}})], mode="merge")
    assert door.get(SYSTEM, ONE).value("name") == "王小明1"
    gone = {"sex": {"type": "Property", "value": "urn:ngsi-ld:null"}}
    door.write(SYSTEM, [Draft(ONE, "Person", gone)], mode="merge")
    assert door.get(SYSTEM, ONE).value("sex") is None


def test_the_same_id_twice_in_one_write() -> None:
    done = door.write(SYSTEM, [draft(1), draft(1, sex="1")])
    assert (done.created, done.changed) == (1, 1)


def test_undeclared_types_need_a_right_to_everything(developer: Actor, police: Actor) -> None:
    vehicle = Draft("urn:ngsi-ld:Vehicle:1", "Vehicle", {"speed": {"value": 5}})
    with pytest.raises(Invalid) as caught:
        door.write(police, [vehicle])
    assert caught.value.rule == "entity.type"
    door.write(developer, [vehicle])
    assert door.get(developer, vehicle.id).attrs["speed"] == {"type": "Property", "value": 5}
    assert door.get(developer, vehicle.id).owner == "it"


def test_geometry_is_checked_and_placed() -> None:
    def building(number: int, geometry: dict[str, object]) -> Draft:
        attrs = {"address": {"value": f"中央大街{number}号"}, "location": {"type": "GeoProperty", "value": geometry}}
        return Draft(f"urn:ngsi-ld:Building:{number}", "Building", attrs)

    bow_tie = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}
    door.write(SYSTEM, [building(1, {"type": "Point", "coordinates": [126.6, 45.7]}), building(2, bow_tie)])
    assert door.get(ANONYMOUS, "urn:ngsi-ld:Building:1").bounds == (126.6, 45.7, 126.6, 45.7)
    assert door.get(ANONYMOUS, "urn:ngsi-ld:Building:2").value("location") == bow_tie
    for wrong in (
        {"type": "Point", "coordinates": [45.7, 126.6]},
        {"type": "Point", "coordinates": []},
        {"type": "Point"},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0]]]},
        {"type": "Circle", "coordinates": [0, 0]},
    ):
        with pytest.raises(Invalid) as caught:
            door.write(SYSTEM, [building(3, wrong)])
        assert caught.value.rule == "entity.geometry"


def test_delete_keeps_history(police: Actor) -> None:
    door.write(SYSTEM, [draft(1), draft(2, owner="housing")])
    with pytest.raises(NotFound):
        door.delete(SYSTEM, [ONE, "urn:ngsi-ld:Person:404"])
    with pytest.raises(Refused):
        door.delete(police, ["urn:ngsi-ld:Person:2"])
    assert door.delete(police, [ONE]).deleted == 1
    with pytest.raises(NotFound):
        door.get(SYSTEM, ONE)
    assert door.history(SYSTEM, ONE)[0].was["name"]["value"] == "王小明1"


def test_rights_to_write(police: Actor) -> None:
    door.write(police, [draft(1)])
    with pytest.raises(Refused) as caught:
        door.write(police, [draft(2, owner="housing")])
    assert caught.value.place == "urn:ngsi-ld:Person:2"
    with pytest.raises(Refused):
        door.write(ANONYMOUS, [draft(3)])
    door.write(SYSTEM, [draft(4, owner="housing")])
    with pytest.raises(Refused):
        door.write(police, [draft(4, owner="police")])


@pytest.mark.parametrize("statement", ["update entity_past set actor = 'nobody'", "delete from entity_past"])
def test_no_row_of_the_past_is_changed_or_deleted(statement: str) -> None:
    door.write(SYSTEM, [draft()])
    door.write(SYSTEM, [draft(sex="2")])
    door.delete(SYSTEM, [ONE])
    with (
        pytest.raises(ProgrammingError, match="entity_past is append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

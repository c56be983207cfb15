"""Entities through time: what the history tells, what is brought into it, corrected and struck, and who sees it."""

# ruff: noqa: F811

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from django.db import connection
from django.db.utils import ProgrammingError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lingqu.centre.access.door import SYSTEM, Actor
from lingqu.centre.entities import door
from lingqu.centre.entities.door import Aggregation, Draft, Evolution, GeoQuery, Instance, Query, Sort, Window
from lingqu.kernel.errors import Invalid, NotFound, Refused
from little_city import city, person, police  # noqa: F401

pytestmark = pytest.mark.usefixtures("city")
ONE, SET = "urn:x:1", "urn:d:1"
WANG = "urn:ngsi-ld:Person:1"
NULL = "urn:ngsi-ld:null"


def prop(value: Any, at: str = "", **more: Any) -> dict[str, Any]:
    return {"type": "Property", "value": value, **({"observedAt": at} if at else {}), **more}


def day(number: int) -> str:
    return f"2020-01-{number:02}T00:00:00Z"


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def written(attrs: dict[str, Any], entity_id: str = ONE, **more: Any) -> None:
    door.write(SYSTEM, [Draft(entity_id, "Thing", attrs, **more)], mode="upsert")


def patched(attrs: dict[str, Any], entity_id: str = ONE, mode: Any = "append") -> None:
    door.write(SYSTEM, [Draft(entity_id, "", attrs)], mode=mode)


def brought(attrs: dict[str, Any], entity_id: str = ONE, **more: Any) -> bool:
    listed = {name: each if isinstance(each, list) else [each] for name, each in attrs.items()}
    return door.evolve(SYSTEM, Evolution(entity_id, "Thing", listed, **more))


def told(entity_id: str = ONE, window: Window = Window(), actor: Actor = SYSTEM) -> list[Instance]:  # noqa: B008
    [found] = door.evolution(actor, entity_id, window).found
    return found.instances


def values(entity_id: str = ONE, **window: Any) -> list[tuple[str, Any]]:
    return [(i.attribute, i.instance.get("value")) for i in told(entity_id, Window(**window))]


def test_every_value_is_told_once_with_its_end() -> None:
    written({"a": prop(1), "b": prop(1)}, scopes=("/A",))
    patched({"a": prop(2)})
    patched({"b": prop(1)})
    patched({"a": [prop(2), prop(5, datasetId=SET)]})
    patched({"a": {"value": NULL}}, mode="merge")
    found = told()
    assert {(i.attribute, i.instance["value"]) for i in found[:3]} == {("@scope", "/A"), ("a", 1), ("b", 1)}
    assert [(i.attribute, i.dataset, i.instance["value"], bool(i.deleted_at)) for i in found[3:]] == [
        ("a", "", 2, False),
        ("a", SET, 5, False),
        ("a", "", NULL, True),
    ]
    assert len({i.id for i in found}) == len(found)
    assert [i.id for i in told()] == [i.id for i in found], "an instance keeps its id"


def test_what_is_brought_stands_where_it_is_newer() -> None:
    assert brought({"a": [prop(1, day(1)), prop(3, day(3)), prop(2, day(2))]})
    assert door.get(SYSTEM, ONE).attrs["a"] == prop(3, day(3))
    assert not brought({"a": [prop(0, day(2)), prop(3, day(3)), prop(9, day(1))]}), "it corrects what was told"
    assert values() == [("a", 9), ("a", 0), ("a", 3)]
    assert not brought({"a": prop(4, day(4))})
    assert door.get(SYSTEM, ONE).attrs["a"] == prop(4, day(4))
    assert values() == [("a", 9), ("a", 0), ("a", 3), ("a", 4)]
    brought({"a": prop(44, day(4))})
    assert door.get(SYSTEM, ONE).attrs["a"] == prop(44, day(4)), "so does a correction of what stands"
    assert values() == [("a", 9), ("a", 0), ("a", 3), ("a", 44)]
    brought({"a": prop(NULL, day(5))})
    assert "a" not in door.get(SYSTEM, ONE).attrs


def test_both_times_are_kept() -> None:
    brought({"a": [prop(1, day(1)), prop(2, day(2))]})
    before = told()[0]
    assert before.at == moment(day(1))
    assert before.created_at
    assert before.modified_at
    assert before.created_at > moment("2026-01-01T00:00:00Z")
    brought({"a": prop(7, day(1))})
    after = told()[0]
    assert (after.id, after.created_at) == (before.id, before.created_at)
    assert after.modified_at
    assert after.modified_at > before.modified_at
    with connection.cursor() as cursor:
        cursor.execute("select instance ->> 'value' from entity_instance order by seq")
        assert [row[0] for row in cursor.fetchall()] == ["1", "7"], "what was told before stays"


@pytest.mark.parametrize("statement", ["update entity_instance set actor = 'x'", "delete from entity_instance"])
def test_instances_are_append_only(statement: str) -> None:
    brought({"a": [prop(1, day(1)), prop(2, day(2))]})
    with connection.cursor() as cursor, pytest.raises(ProgrammingError, match="entity_instance is append-only"):
        cursor.execute(statement)


def test_correcting_and_striking_an_instance() -> None:
    brought({"a": [prop(1, day(1)), prop(2, day(2)), prop(3, day(3))]})
    ids = [i.id for i in told()]
    door.correct(SYSTEM, ONE, "a", ids[0], prop(11, day(1)))
    door.correct(SYSTEM, ONE, "a", ids[2], prop(33, day(3)))
    door.correct(SYSTEM, ONE, "a", ids[2], prop(34, day(3)))
    assert values() == [("a", 11), ("a", 2), ("a", 34)]
    assert [i.id for i in told()] == ids
    assert door.get(SYSTEM, ONE).value("a") == 34
    door.strike(SYSTEM, ONE, "a", instance_id=ids[2])
    assert values() == [("a", 11), ("a", 2)]
    assert door.get(SYSTEM, ONE).attrs["a"] == prop(2, day(2)), "what stood falls back to what is left"
    door.strike(SYSTEM, ONE, "a", instance_id=ids[0])
    door.strike(SYSTEM, ONE, "a", instance_id=ids[1])
    assert door.get(SYSTEM, ONE).attrs == {}
    for wrong in (ids[1], "urn:nothing"):
        with pytest.raises(NotFound, match="history"):
            door.strike(SYSTEM, ONE, "a", instance_id=wrong)


def test_striking_attributes_and_all() -> None:
    brought({"a": [prop(1, day(1)), prop(2, day(2)), prop(3, day(3), datasetId=SET)], "b": prop(1, day(1))})
    door.strike(SYSTEM, ONE, "a", dataset="")
    assert values() == [("b", 1), ("a", 3)]
    assert door.get(SYSTEM, ONE).attrs == {"a": prop(3, day(3), datasetId=SET), "b": prop(1, day(1))}
    door.strike(SYSTEM, ONE, "a", dataset=None)
    assert values() == [("b", 1)]
    with pytest.raises(NotFound):
        door.strike(SYSTEM, ONE, "a", dataset=None)
    door.strike(SYSTEM, ONE)
    for gone in (lambda: told(), lambda: door.get(SYSTEM, ONE), lambda: door.strike(SYSTEM, ONE)):
        with pytest.raises(NotFound):
            gone()
    assert door.history(SYSTEM, ONE), "the store's own history keeps it"
    brought({"c": prop(5, day(5))})
    assert values() == [("c", 5)], "what is brought anew is told"


def test_what_was_deleted_is_told_by_its_id_and_by_deletions() -> None:
    written({"a": prop(1, day(1))})
    written({"a": prop(1, day(1))}, "urn:x:2")
    door.delete(SYSTEM, [ONE])
    asked = Query(types=("Thing",))
    assert [e.entity.id for e in door.evolutions(SYSTEM, asked, Window(axis="observedAt")).found] == ["urn:x:2"]
    [gone] = door.evolutions(SYSTEM, asked, Window(axis="deletedAt")).found
    assert (gone.entity.id, gone.deleted_at is None) == (ONE, False)
    assert values() == [("a", 1), ("a", NULL)]
    assert door.count_evolutions(SYSTEM, asked, Window(axis="deletedAt")) == 1
    written({"a": prop(2)})
    assert [v for _, v in values()] == [1, NULL, 2], "and when it is made anew"


def test_what_is_over_is_told_no_more_but_of_an_entity_its_past() -> None:
    over, later = "2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z"
    written({"a": prop(1, expiresAt=over), "b": [prop(2, expiresAt=later), prop(3, datasetId=SET, expiresAt=over)]})
    assert door.get(SYSTEM, ONE).attrs == {"b": prop(2, expiresAt=later)}
    assert values() == [("b", 2)]
    door.write(SYSTEM, [Draft("urn:x:2", "Thing", {"a": prop(1)}, expires_at=moment(over))])
    with pytest.raises(NotFound):
        door.get(SYSTEM, "urn:x:2")
    [found] = door.evolution(SYSTEM, "urn:x:2", Window()).found
    assert found.deleted_at == moment(over)
    assert [i.instance["value"] for i in found.instances] == [1]
    with pytest.raises((NotFound, Refused)):
        door.evolution(Actor("person", "li"), "urn:x:2", Window())
    assert door.reap(["urn:x:2"]) == 1
    assert [i.instance["value"] for i in told("urn:x:2")] == [1, NULL]


def test_windows() -> None:
    brought({"a": [prop(n, day(n)) for n in range(1, 6)], "b": prop(0, day(3))})
    three, five = moment(day(3)), moment(day(5))
    assert {v for n, v in values(axis="observedAt", since=three) if n == "a"} == {3, 4, 5}
    assert {v for n, v in values(axis="observedAt", before=three) if n == "a"} == {1, 2}
    assert {v for n, v in values(axis="observedAt", since=three, before=five) if n == "a"} == {3, 4}
    assert values(axis="observedAt", last=2, attributes=("a",)) == [("a", 5), ("a", 4)]
    assert {n for n, _ in values(without=("a",))} == {"b"}
    assert values(datasets=(SET,)) == []
    assert values(axis="deletedAt") == []
    assert len(values(axis="createdAt", since=moment("2026-01-01T00:00:00Z"))) == 6


def test_a_page_ends_with_a_time() -> None:
    brought({"a": [prop(n, day(n)) for n in range(1, 10)], "b": [prop(n, day(n)) for n in range(1, 10)]})
    page = door.evolution(SYSTEM, ONE, Window(), most=5)
    assert page.cut
    assert [i.at.day for i in page.found[0].instances] == [1, 1, 2, 2, 3, 3]
    back = door.evolution(SYSTEM, ONE, Window(last=9), most=1)
    assert [i.at.day for i in back.found[0].instances] == [9, 9]
    late = door.evolution(SYSTEM, ONE, Window(since=moment(day(9))), most=2)
    assert not late.cut
    assert len(late.found[0].instances) == 2
    brought({"late": prop(1, day(20))})
    assert set(door.evolution(SYSTEM, ONE, Window(), most=2).found[0].attributes) == {"a", "b", "late"}


def test_queries_hold_to_what_lies_in_the_window() -> None:
    for n, speeds in enumerate(([10, 20], [30, 90], [50, 60])):
        brought({"speed": [prop(v, day(m + 1)) for m, v in enumerate(speeds)]}, f"urn:x:{n}")
    first = Window(axis="observedAt", before=moment(day(2)))

    def found(q: str = "", window: Window = first, **more: Any) -> list[str]:
        page = door.evolutions(SYSTEM, Query(types=("Thing",), q=q, **more), window)
        return [e.entity.id[-1] for e in page.found]

    assert found() == ["0", "1", "2"]
    assert found("speed>20") == ["1", "2"]
    assert found("speed>60", Window(axis="observedAt")) == ["1"]
    assert found("speed>20;!heading") == ["1", "2"]
    assert found('speed!="x"') == ["0", "1", "2"], "what is of another kind is unequal"
    assert found("speed<20|speed>40") == ["0", "2"]
    assert found(has=("heading",)) == []
    assert [found(limit=2), found(limit=2, after="urn:x:1")] == [["0", "1"], ["2"]]
    assert found(sorts=(Sort(("id",), descending=True),), limit=1) == ["2"]
    page = door.evolutions(SYSTEM, Query(types=("Thing",), limit=2), first)
    assert page.next == "urn:x:1"
    assert not door.evolutions(SYSTEM, Query(types=("Thing",), limit=3), first).next
    assert door.count_evolutions(SYSTEM, Query(types=("Thing",), q="speed>20", limit=1), first) == 2


def test_places_and_scopes_in_a_window() -> None:
    def at(x: float, when: str) -> dict[str, Any]:
        return {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [x, 45]}, "observedAt": when}

    brought({"location": [at(1, day(1)), at(2, day(2))]}, scopes=((("/A",), moment(day(1))), (("/B",), moment(day(2)))))
    near = GeoQuery("near", {"type": "Point", "coordinates": [1, 45]}, max_distance=1000)
    first, second = Window("observedAt", before=moment(day(2))), Window("observedAt", since=moment(day(2)))
    for window, number in ((first, 1), (second, 0)):
        assert len(door.evolutions(SYSTEM, Query(types=("Thing",), geo=near), window).found) == number
        assert door.count_evolutions(SYSTEM, Query(types=("Thing",), geo=near), window) == number
    assert door.get(SYSTEM, ONE).scopes == ("/B",)
    [a] = door.evolutions(SYSTEM, Query(types=("Thing",), scope_q="/A"), Window("observedAt")).found
    assert [i.at for i in a.instances if i.attribute == "location"] == [moment(day(1))]
    assert not door.evolutions(SYSTEM, Query(types=("Thing",), scope_q="/A"), second).found


def test_aggregates() -> None:
    brought(
        {
            "n": [prop(v, f"2020-0{m}-01T00:00:00Z") for m, v in enumerate((1, 2, 6), 1)],
            "w": [prop("b", day(1)), prop("a", day(2)), prop("b", day(3))],
            "r": {"type": "Relationship", "object": "urn:x:2", "observedAt": day(1)},
        }
    )
    every = ("totalCount", "distinctCount", "sum", "avg", "min", "max", "stddev", "sumsq")

    def asked(name: str, aggregation: Aggregation) -> dict[str, Any]:
        window = Window("observedAt", attributes=(name,))
        [found] = door.evolution(SYSTEM, ONE, window, aggregation=aggregation).found
        return {m: [v for v, _, _ in periods] for m, periods in found.aggregates[0].periods.items()}

    whole = Aggregation(every)  # type: ignore[arg-type]
    assert asked("n", whole) == {
        **{"totalCount": [3], "distinctCount": [3], "sum": [9], "avg": [3], "min": [1], "max": [6], "sumsq": [41]},
        "stddev": [pytest.approx(2.160247)],
    }
    assert {k: v for k, v in asked("w", whole).items() if v != [None]} == {
        **{"totalCount": [3], "distinctCount": [2], "min": ["a"], "max": ["b"]}
    }
    assert {k: v for k, v in asked("r", whole).items() if v != [None]} == {"totalCount": [1], "distinctCount": [1]}
    assert asked("n", Aggregation(("sum",), months=1)) == {"sum": [1, 2, 6]}
    assert asked("n", Aggregation(("sum",), months=2)) == {"sum": [3, 6]}
    assert asked("w", Aggregation(("totalCount",), seconds=2 * 86400)) == {"totalCount": [2, 1]}
    with pytest.raises(Invalid):
        asked("n", Aggregation(("median",)))  # type: ignore[arg-type]


@pytest.fixture
def wang() -> str:
    """A person who was renamed."""
    for name in ("王小明", "王大明"):
        attrs = person(1, name=name, ethnicGroup="满族")
        door.write(SYSTEM, [Draft(WANG, "Person", attrs, owner="police", region="230102001000")])
    return WANG


def test_the_past_is_held_to_the_type_and_to_rights(wang: str, police: Actor) -> None:
    with pytest.raises(Invalid, match="declared"):
        door.evolve(SYSTEM, Evolution(wang, "Person", {"hobby": [prop("x", day(1))]}))
    for bad in ({"sex": [prop("9", day(1)), prop("1", day(2))]}, {"name": [prop(7, day(1))]}):
        with pytest.raises(Invalid):
            door.evolve(SYSTEM, Evolution(wang, "Person", bad))
    clerk = Actor("person", "zhao", roles=("clerk",), region="230102000000", purpose="assistance")
    for attempt in (
        lambda: door.evolve(clerk, Evolution(wang, "Person", {"name": [prop("王", day(1))]})),
        lambda: door.strike(clerk, wang),
        lambda: door.strike(clerk, wang, "name", dataset=None),
        lambda: door.correct(clerk, wang, "name", told(wang)[0].id, prop("王")),
    ):
        with pytest.raises(Refused):
            attempt()
    with pytest.raises(Invalid, match="10"):
        door.evolve(SYSTEM, Evolution(ONE, "Thing", {"a": [prop(n, day(1)) for n in range(10_001)]}))
    door.evolve(police, Evolution(wang, "Person", {"name": [prop("王二", day(1))]}))
    assert door.get(SYSTEM, wang).value("name") == "王大明"


def test_masks_hold_through_time(wang: str, police: Actor) -> None:
    clerk = Actor("person", "zhao", roles=("clerk",), region="230102000000", purpose="assistance")
    assert [i.instance["value"] for i in told(wang, Window(attributes=("name",)), police)] == ["王小明", "王大明"]
    assert [i.instance["value"] for i in told(wang, Window(attributes=("name",)), clerk)] == ["王**", "王**"]
    assert {i.attribute for i in told(wang, actor=clerk)} == {"name", "region"}
    counted = door.evolution(clerk, wang, Window(), aggregation=Aggregation(("distinctCount",))).found[0]
    assert [a.attribute for a in counted.aggregates] == ["region"], "of what is masked nothing is aggregated"
    window = Window("modifiedAt")
    with pytest.raises(Refused, match="masked"):
        door.evolutions(clerk, Query(types=("Person",), q='name=="王大明"'), window)
    assert not door.evolutions(clerk, Query(types=("Person",), has=("ethnicGroup",)), window).found
    assert len(door.evolutions(clerk, Query(types=("Person",)), window).found) == 1
    for actor in (Actor("person", "li"), Actor("person", "zhao", roles=("clerk",), purpose="assistance", region="11")):
        with pytest.raises((NotFound, Refused)):
            door.evolution(actor, wang, Window())
    door.delete(SYSTEM, [wang])
    with pytest.raises((NotFound, Refused)):
        door.evolution(Actor("person", "li"), wang, Window())
    assert len(door.evolutions(police, Query(types=("Person",)), Window("deletedAt")).found) == 1
    assert not door.evolutions(replaced(clerk), Query(types=("Person",)), Window("deletedAt")).found


def replaced(clerk: Actor) -> Actor:
    """The clerk of another district."""
    return Actor("person", "qian", roles=clerk.roles, region="230199000000", purpose=clerk.purpose)


def test_reading_the_past_of_a_person_is_in_the_ledger(wang: str, police: Actor) -> None:
    def rows() -> int:
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from access_ledger where act = 'read' and detail @> '{\"history\": true}'")
            return int(cursor.fetchone()[0])

    before = rows()
    door.evolution(police, wang, Window())
    door.evolutions(police, Query(types=("Person",)), Window("modifiedAt"))
    assert rows() == before + 2
    with pytest.raises(Refused, match="purpose"):
        door.evolutions(Actor("person", "wang", roles=("police",)), Query(types=("Person",)), Window("modifiedAt"))


OPERATIONS = st.lists(
    st.tuples(
        st.sampled_from(["set", "end", "bring", "bring early", "drop", "correct"]),
        st.sampled_from(["a", "b"]),
        st.sampled_from(["", SET]),
        st.integers(0, 3),
    ),
    max_size=10,
)
NUMBERS = count()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(operations=OPERATIONS)
def test_replaying_an_evolution_gives_what_stands(operations: list[tuple[str, str, str, int]]) -> None:
    """The law: told again in the order in which they were written, and passing over what was brought of a time before
    what stood then, the instances of an attribute end with what stands."""
    entity_id = f"urn:x:law:{next(NUMBERS)}"
    written({"z": prop(0)}, entity_id)
    for step, (what, name, dataset, value) in enumerate(operations):
        _operate(entity_id, step, what, name, dataset, value)
        for attribute in ("a", "b"):
            for each in ("", SET):
                assert _replayed(entity_id, attribute, each) == _standing(entity_id, attribute, each)


def _operate(entity_id: str, step: int, what: str, name: str, dataset: str, value: int) -> None:
    beginning = datetime(2020, 1, 1, tzinfo=UTC)
    late, early = ((beginning + timedelta(days=n)).isoformat().replace("+00:00", "Z") for n in (step, -step - 1))
    more = {"datasetId": dataset} if dataset else {}
    held = [i for i in _mine(entity_id, name, dataset) if not i.deleted_at]
    if what == "set":
        patched({name: prop(value, late, **more)}, entity_id)
    elif what == "end":
        patched({name: {"value": NULL, **more}}, entity_id, mode="merge")
    elif what == "bring":
        brought({name: [prop(value, late, **more), prop(value + 5, early, **more)]}, entity_id)
    elif what == "bring early":
        brought({name: prop(value, early, **more)}, entity_id)
    elif what == "drop" and held:
        door.strike(SYSTEM, entity_id, name, instance_id=held[value % len(held)].id)
    elif what == "correct" and held:
        old = held[value % len(held)]
        door.correct(SYSTEM, entity_id, name, old.id, {**old.instance, "value": value + 10})


def _mine(entity_id: str, name: str, dataset: str) -> list[Instance]:
    return [i for i in told(entity_id, Window(attributes=(name,))) if i.dataset == dataset]


def _replayed(entity_id: str, name: str, dataset: str) -> Any:
    state: Instance | None = None
    for each in sorted(_mine(entity_id, name, dataset), key=lambda i: i.deleted_at or i.created_at or i.at):
        if each.deleted_at is not None:
            state = None
        elif state is None or each.at >= state.at:
            state = each
    return state.instance if state else None


def _standing(entity_id: str, name: str, dataset: str) -> Any:
    instances = door.get(SYSTEM, entity_id).attrs.get(name, [])
    listed = instances if isinstance(instances, list) else [instances]
    return next((i for i in listed if i.get("datasetId", "") == dataset), None)

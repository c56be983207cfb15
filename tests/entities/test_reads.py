"""Finding, counting, paging, and what each actor sees."""

# ruff: noqa: F811

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from lingqu.centre.access.door import ANONYMOUS, SYSTEM, Actor
from lingqu.centre.access.models import LedgerRow
from lingqu.centre.entities import door
from lingqu.centre.entities.door import Draft, GeoQuery, Query
from lingqu.kernel.errors import Invalid, NotFound, Refused
from little_city import city, developer, person, police  # noqa: F401

pytestmark = pytest.mark.usefixtures("city")
PEOPLE = ["王小明", "李小红", "王芳", "欧阳明月", "Anna Meier"]


@pytest.fixture
def town(city: None) -> None:
    people = [
        Draft(
            f"urn:ngsi-ld:Person:{n}",
            "Person",
            person(
                n,
                name=name,
                sex="12"[n % 2],
                birthDate=f"19{60 + n}-01-01",
                ethnicGroup="汉",
                plate=[f"黑A1000{n}"],
                address=f"道里区中央大街{n}号",
            )
            | {"livesAt": {"type": "Relationship", "object": "urn:ngsi-ld:Building:1"}},
            owner="police" if n < 3 else "civil_affairs",
            region="230102001000" if n < 2 else "230103002000",
        )
        for n, name in enumerate(PEOPLE)
    ]
    buildings = [
        Draft(
            f"urn:ngsi-ld:Building:{n}",
            "Building",
            {
                "address": {"value": f"中央大街{n}号"},
                "floors": {"value": n},
                "location": {
                    "type": "GeoProperty",
                    "value": {"type": "Point", "coordinates": [126.6 + n / 1000, 45.7]},
                },
            },
        )
        for n in range(30)
    ]
    door.write(SYSTEM, [*people, *buildings])


def ids(page: door.Page) -> list[str]:
    return [e.id.rsplit(":", 1)[-1] for e in page.entities]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("王", "02"),
        ("明", "03"),
        ("小明", "0"),
        ("小", "01"),
        ("明月", "3"),
        ("欧阳明月", "3"),
        ("anna", "4"),
        ("ANNA meier", "4"),
        ("n", "4"),
        ("中央大街3号", "3"),
        ("王 中央", "02"),
        ("月明", ""),
        ("'\\:*", ""),
        ("黑A10002", "2"),
        ("黑a10002", "2"),
    ],
)
def test_words(town: None, words: str, found: str) -> None:
    assert ids(door.find(SYSTEM, Query(types=("Person",), words=words))) == list(found)


def test_masks_by_role(town: None, police: Actor) -> None:
    own, other = (door.get(police, f"urn:ngsi-ld:Person:{n}") for n in (0, 3))
    assert (own.value("name"), own.value("birthDate"), own.value("ethnicGroup")) == ("王小明", "1960-01-01", "汉")
    assert (other.value("name"), other.value("birthDate"), other.value("ethnicGroup")) == ("欧***", "1963", None)
    assert other.label == "欧***"
    assert other.value("plate") != ["黑A10003"]
    assert other.value("sex") == "2"


def test_personal_data_needs_a_purpose_and_leaves_a_row(town: None, police: Actor) -> None:
    blunt = replace(police, purpose="")
    for ask in (
        lambda: door.get(blunt, "urn:ngsi-ld:Person:0"),
        lambda: door.find(blunt, Query(types=("Person",))),
        lambda: door.count(blunt, Query(types=("Person",))),
        lambda: door.every(blunt, Query(types=("Person",))),
        lambda: door.as_known_at(blunt, "urn:ngsi-ld:Person:0", datetime.now(UTC)),
        lambda: door.history(blunt, "urn:ngsi-ld:Person:0"),
    ):
        with pytest.raises(Refused) as caught:
            ask()
        assert caught.value.rule == "access.purpose"
        assert caught.value.next_step.zh
    assert {e.type for e in door.find(blunt, Query(limit=100)).entities} == {"Building"}
    before = LedgerRow.objects.filter(act="read").count()
    door.find(police, Query(types=("Person",)))
    row = LedgerRow.objects.filter(act="read").latest("id")
    assert LedgerRow.objects.filter(act="read").count() == before + 1
    assert (row.actor, row.purpose, row.count, len(row.entity_ids)) == ("wang", "household check", 5, 5)
    assert "birthDate" in row.attributes
    assert len(list(door.every(police, Query(types=("Person",)), chunk=2))) == 5
    assert LedgerRow.objects.filter(act="read").count() == before + 4


def test_to_count_a_person_is_a_read(town: None, police: Actor) -> None:
    def rows() -> list[tuple[str, int, list[str]]]:
        found = LedgerRow.objects.filter(detail__counted=True).order_by("id")
        return list(found.values_list("entity_type", "count", "attributes"))

    assert door.count(police, Query(types=("Person",))) == 5
    assert rows() == []
    assert door.count(police, Query(types=("Person",), ids=("urn:ngsi-ld:Person:3",))) == 1
    door.facet_counts(police, Query(types=("Person",), words="中央大街"), ["sex"])
    door.count(police, Query(ids=("urn:ngsi-ld:Person:3",)))
    assert rows() == [("Person", 1, []), ("Person", 0, ["sex"]), ("*", 1, [])]
    door.count(police, Query(types=("Building",), facets={"floors": "3"}))
    assert len(rows()) == 3


def test_a_search_for_a_person_says_what_was_searched(town: None, police: Actor) -> None:
    def newest() -> tuple[str, int, dict[str, str]]:
        row = LedgerRow.objects.filter(act="read").latest("id")
        return row.entity_type, row.count, row.detail

    door.find(police, Query(types=("Person",), words="王小明"))
    assert newest() == ("Person", 1, {"words": "王小明"})
    door.find(police, Query(types=("Person",), words="赵无人"))
    assert newest() == ("Person", 0, {"words": "赵无人"})
    door.find(police, Query(types=("Person",), ids=("urn:ngsi-ld:Person:none",)))
    assert newest() == ("Person", 0, {})


def test_the_order_of_masked_names_is_not_told(town: None, police: Actor) -> None:
    clerk = Actor("person", "zhao", roles=("clerk",), region="230103000000", purpose="assistance")
    found = door.find(clerk, Query(types=("Person",), order="label"))
    assert ids(found) == ["2", "3", "4"]
    assert all("*" in e.label for e in found.entities)
    first = door.find(clerk, Query(types=("Person",), order="label", limit=2))
    rest = door.find(clerk, Query(types=("Person",), order="label", limit=2, after=first.next))
    assert ids(first) + ids(rest) == ["2", "3", "4"]


def test_who_stops_reading_has_read(town: None, police: Actor) -> None:
    people = door.every(police, Query(types=("Person",)), chunk=2)
    first = next(people)
    people.close()
    assert LedgerRow.objects.filter(act="read", entity_ids__contains=[first.id], count=2).exists()


def test_what_one_may_not_see_is_not_there(town: None) -> None:
    with pytest.raises(NotFound):
        door.get(ANONYMOUS, "urn:ngsi-ld:Person:0")
    assert door.type_counts(ANONYMOUS) == {"Building": 30}
    assert door.count(ANONYMOUS, Query()) == 30
    clerk = Actor("person", "zhao", roles=("clerk",), region="230102000000", purpose="assistance")
    assert ids(door.find(clerk, Query(types=("Person",)))) == ["0", "1"]
    with pytest.raises(Refused, match=r"access\.read"):
        door.find(replace(clerk, purpose="curiosity"), Query(types=("Person",)))


def test_nobody_filters_by_what_is_masked(town: None, police: Actor) -> None:
    clerk = Actor("person", "zhao", roles=("clerk",), region="230102000000", purpose="assistance")
    with pytest.raises(Refused):  # though it is shown in the rows of the own department
        door.count(police, Query(types=("Person",), q='ethnicGroup=="汉"'))
    for query in (Query(types=("Person",), q='ethnicGroup=="汉"'), Query(types=("Person",), facets={"name": "王小明"})):
        with pytest.raises(Refused) as caught:
            door.find(clerk, query)
        assert caught.value.rule == "access.masked"
    assert door.find(clerk, Query(q='name=="王小明"')).entities == []
    assert door.facet_counts(clerk, Query(types=("Person",)), ["sex", "ethnicGroup"]) == {
        "sex": [("1", 1), ("2", 1)],
        "ethnicGroup": [],
    }


@pytest.mark.parametrize("order", ["id", "label", "modified", "-modified"])
@pytest.mark.parametrize("limit", [1, 7, 100])
def test_pages_visit_each_once(town: None, order: str, limit: int) -> None:
    seen: list[str] = []
    after = ""
    while True:
        page = door.find(ANONYMOUS, Query(order=order, limit=limit, after=after))
        seen += [e.id for e in page.entities]
        after = page.next
        if not after:
            break
    assert len(seen) == len(set(seen)) == 30


def test_a_cursor_tells_nothing(town: None) -> None:
    page = door.find(SYSTEM, Query(types=("Person",), order="label", limit=4))
    text = base64.urlsafe_b64decode(page.next + "===").decode()
    assert not any(name in text for name in PEOPLE)
    door.delete(SYSTEM, [page.entities[-1].id])
    with pytest.raises(Invalid):
        door.find(SYSTEM, Query(types=("Person",), order="label", limit=4, after=page.next))


def test_a_strange_cursor_is_refused(town: None) -> None:
    page = door.find(ANONYMOUS, Query(limit=1))
    for query in (Query(after="x"), Query(after=page.next, order="label"), Query(order="colour")):
        with pytest.raises(Invalid):
            door.find(ANONYMOUS, query)


def test_bounds_and_geometry(town: None) -> None:
    here = {"type": "Point", "coordinates": [126.6, 45.7]}
    assert len(door.find(ANONYMOUS, Query(bounds=(126.5995, 45.6, 126.6025, 45.8))).entities) == 3
    near = Query(types=("Building",), geo=GeoQuery("near", here, max_distance=160))
    assert ids(door.find(ANONYMOUS, near)) == ["0", "1", "2"]  # 0.001 degrees are 77.7 m there
    far = Query(types=("Building",), geo=GeoQuery("near", here, min_distance=160), limit=100)
    assert len(door.find(ANONYMOUS, far).entities) == door.count(ANONYMOUS, far) == 27
    square = {"type": "Polygon", "coordinates": [[[126.6005, 45], [126.6025, 45], [126.6025, 46], [126.6005, 46], [126.6005, 45]]]}  # fmt: skip # noqa: E501
    assert ids(door.find(ANONYMOUS, Query(geo=GeoQuery("within", square)))) == ["1", "2"]
    assert door.count(ANONYMOUS, Query(geo=GeoQuery("disjoint", square))) == 28
    assert ids(door.find(ANONYMOUS, Query(geo=GeoQuery("within", square), limit=1, offset=1))) == ["2"]
    assert door.facet_counts(ANONYMOUS, Query(geo=GeoQuery("within", square)), ["floors"]) == {
        "floors": [("1", 1), ("2", 1)]
    }
    with pytest.raises(Invalid):
        door.find(ANONYMOUS, Query(geo=GeoQuery("within", {"type": "Point", "coordinates": [45, 126]})))


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("floors==3", 1),
        ("floors!=3", 29),
        ("floors>=3;floors<5", 2),
        ("floors==3..5", 3),
        ("floors!=3..5", 27),
        ("floors==3,7,99", 2),
        ("floors<3|floors>27", 5),
        ("(floors==1|floors==2);address~=.*2.*", 1),
        ("floors", 30),
        ("location", 30),
        ("colour", 0),
        ('address=="中央大街3号"', 1),
        ("address~=^中央大街1", 11),
        ("address!~=1", 18),
        ("floors==true", 0),
        ("location[type]==Point", 0),
    ],
)
def test_query_language(town: None, q: str, found: int) -> None:
    assert door.count(ANONYMOUS, Query(types=("Building",), q=q)) == found


@pytest.mark.parametrize(
    "q", ["floors==", "(floors==1", "==3", "floors==1;", 'a=="x', "floors>1..2", "address~=(", "a;)"]
)
def test_a_broken_query_is_told(town: None, q: str) -> None:
    with pytest.raises(Invalid):
        door.find(ANONYMOUS, Query(q=q))


def test_query_language_goes_into_attributes(developer: Actor) -> None:
    attrs = {
        "https://ex.org/a.b": {"value": 1, "observedAt": "2026-01-01T00:00:00Z", "accuracy": {"value": 0.5}},
        "title": {"type": "LanguageProperty", "languageMap": {"en": "canal", "zh": "渠"}},
        "address": {"value": {"street": "a'\"b", "geo": {"x": 1}}},
        "speed": [{"value": 1}, {"value": 9, "datasetId": "urn:d:1"}],
    }  # fmt: skip
    door.write(developer, [Draft("urn:x:1", "Thing", attrs)])
    for q, holds in {
        "<https://ex.org/a.b>==1": True,
        "<https://ex.org/a.b>.accuracy>0.4": True,
        "<https://ex.org/a.b>.observedAt>2025-12-31T00:00:00Z": True,
        "<https://ex.org/a.b>.nothing": False,
        'title[en]=="canal"': True,
        'title[*]=="渠"': True,
        'title[de]=="渠"': False,
        'address[street]=="a\'\\"b"': True,
        "address[geo.x]==1": True,
        "speed==9": True,
        "modifiedAt>2020-01-01T00:00:00Z": True,
    }.items():
        assert (door.count(developer, Query(types=("Thing",), q=q)) == 1) is holds, q
    assert door.renamed_q('a.b==1;(c~="x y"|d[en]==1..2)', str.upper) == '(<A>.<B>==1;(<C>~="x y"|<D>[en]==1..2))'


def test_other_filters(town: None, developer: Actor) -> None:
    everybody = Query(types=("Person",), limit=100)
    assert len(door.find(SYSTEM, replace(everybody, region="230102000000")).entities) == 2
    assert len(door.find(SYSTEM, replace(everybody, owner="police")).entities) == 3
    assert len(door.find(SYSTEM, replace(everybody, facets={"sex": "1"})).entities) == 3
    assert len(door.find(SYSTEM, replace(everybody, facets={"plate": "黑A10001"})).entities) == 1
    assert len(door.find(SYSTEM, Query(facets={"floors": "7"})).entities) == 1
    assert len(door.find(SYSTEM, Query(id_pattern=":1$")).entities) == 2
    assert len(door.find(SYSTEM, Query(ids=("urn:ngsi-ld:Person:1", "urn:x"))).entities) == 1
    assert len(door.find(SYSTEM, Query(has=("floors", "name"), limit=100)).entities) == 35
    with pytest.raises(Invalid):
        door.find(SYSTEM, Query(id_pattern="("))


def test_further_types_are_found(developer: Actor) -> None:
    door.write(developer, [Draft("urn:x:1", "Car", {}, types=("Vehicle",))])
    assert ids(door.find(developer, Query(types=("Vehicle",)))) == ["1"]


def test_expired_entities_are_gone(developer: Actor) -> None:
    soon = datetime.now(UTC)
    door.write(developer, [Draft("urn:x:1", "Car", {}, expires_at=soon - timedelta(1)), Draft("urn:x:2", "Car", {}, expires_at=soon + timedelta(1))])  # fmt: skip # noqa: E501
    assert ids(door.find(developer, Query(types=("Car",)))) == ["2"]
    with pytest.raises(NotFound):
        door.get(developer, "urn:x:1")


def test_referring_and_tiles(town: None, police: Actor) -> None:
    assert [e.value("name") for e in door.referring(police, "urn:ngsi-ld:Building:1", limit=2)] == ["王小明", "李小红"]
    assert door.referring(ANONYMOUS, "urn:ngsi-ld:Building:1") == []
    tiles = door.tile_features(ANONYMOUS, "Building", (126.6, 45, 126.6015, 46), limit=10, with_attributes=["floors"])
    assert sorted((label, values) for _, label, _, values in tiles) == [
        ("中央大街0号", {"floors": 0}),
        ("中央大街1号", {"floors": 1}),
    ]


def test_export_is_a_right_of_its_own(town: None, police: Actor, developer: Actor) -> None:
    with pytest.raises(Refused):
        door.every(replace(police, way="export"), Query(types=("Person",)))
    exported = list(door.every(replace(developer, way="export"), Query(types=("Person",))))
    assert len(exported) == 5
    assert exported[0].value("name") == "王***"[:2] + "*"
    assert LedgerRow.objects.filter(act="export", count=5).exists()


def test_number_of_statements(town: None, django_assert_num_queries) -> None:
    door.find(ANONYMOUS, Query(types=("Building",)))
    with django_assert_num_queries(4):  # two of them the savepoint of a test
        door.find(ANONYMOUS, Query(types=("Building",), limit=100))


def test_a_stream_that_cannot_begin_says_so_at_once(town: None) -> None:
    with pytest.raises(Invalid, match="cursor"):
        door.every(ANONYMOUS, Query(types=("Building",), after="xxx"))
    with pytest.raises(Invalid, match=r"character"):
        door.find(ANONYMOUS, Query(types=("Building",), q="floors==" + "9" * 5000))


def test_a_pattern_that_takes_too_long_is_ended(town: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("set local statement_timeout = 100")
    with pytest.raises(Invalid, match=r"too long|费时"):
        door.find(ANONYMOUS, Query(types=("Building",), id_pattern="((a{0,50}){0,50}){0,5}"))

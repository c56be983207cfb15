"""The past of entities that other systems hold, told with ours (CIM 009 5.7.3.4, 5.7.4.4)."""

# ruff: noqa: F811

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from lingqu.centre.access.models import LedgerRow
from little_city import person
from source_server import SourceServer
from sources_asked import CAR, V1, api, city, client, registered, send, source  # noqa: F401

pytestmark = pytest.mark.django_db
PAST = {"operations": ["retrieveTemporal", "queryTemporal"]}
SINCE = "timerel=after&timeAt=2026-01-01T00:00:00Z"
OTHER = "urn:ngsi-ld:Car:2"


def at(hour: int, value: Any, **members: Any) -> dict[str, Any]:
    moment = f"2026-01-02T{hour:02}:00:00Z"
    return {
        "type": "Property",
        "value": value,
        "observedAt": moment,
        "createdAt": moment,
        "modifiedAt": moment,
        **members,
    }


def told(pk: str, **attributes: Any) -> dict[str, Any]:
    return {"id": pk, "type": "Car", **attributes}


def here(api: Client, pk: str, *instances: dict[str, Any], name: str = "speed") -> None:
    plain = [{k: v for k, v in i.items() if k not in ("createdAt", "modifiedAt")} for i in instances]
    document = {"id": pk, "type": "Car", name: plain}
    assert send(api, "POST", "/temporal/entities", document).status_code in (201, 204)


def values(document: dict[str, Any], name: str = "speed") -> list[Any]:
    return [each["value"] for each in document[name]]


def test_one_entity_is_told_from_here_and_there(api: Client, source: SourceServer) -> None:
    registered(api, source, **PAST)
    here(api, CAR, at(1, 10), at(3, 30))
    there = told(CAR, speed=[at(4, 40), at(2, 20)], wheels=[at(5, 4)])
    source.answers["GET", f"temporal/entities/{CAR}"] = (200, there)
    found = api.get(f"{V1}/temporal/entities/{CAR}?{SINCE}")
    assert found.status_code == 200
    assert values(found.json()) == [10, 20, 30, 40]
    assert values(found.json(), "wheels") == [4]
    asked = source.asked[-1]
    assert (asked.params["timerel"], asked.params["options"]) == ("after", "sysAttrs")
    assert asked.headers["Prefer"] == "maxpagesize=30"
    # What lies outside of the window is not believed, and what is asked for here only is not asked there.
    source.answers["GET", f"temporal/entities/{CAR}"] = (200, told(CAR, speed=[at(2, 20)]))
    late = "timerel=between&timeAt=2026-01-02T03:00:00Z&endTimeAt=2026-01-03T00:00:00Z"
    assert values(api.get(f"{V1}/temporal/entities/{CAR}?{late}").json()) == [30]
    before = len(source.asked)
    assert values(api.get(f"{V1}/temporal/entities/{CAR}?{SINCE}&local=true").json()) == [10, 30]
    assert len(source.asked) == before
    # An entity that only the source has; nobody has the other.
    source.answers["GET", f"temporal/entities/{OTHER}"] = (200, told(OTHER, speed=[at(1, 1)]))
    assert values(api.get(f"{V1}/temporal/entities/{OTHER}?{SINCE}").json()) == [1]
    assert api.get(f"{V1}/temporal/entities/urn:ngsi-ld:Car:3?{SINCE}").status_code == 404


def test_the_last_of_all_and_pages_of_instances(api: Client, source: SourceServer) -> None:
    registered(api, source, **PAST)
    here(api, CAR, at(1, 10), at(3, 30), at(5, 50))
    source.answers["GET", f"temporal/entities/{CAR}"] = (200, told(CAR, speed=[at(4, 40), at(2, 20)]))
    last = api.get(f"{V1}/temporal/entities/{CAR}?{SINCE}&lastN=2")
    assert values(last.json()) == [50, 40]
    page = api.get(f"{V1}/temporal/entities/{CAR}?{SINCE}", headers={"Prefer": "maxpagesize=3"})
    assert (page.status_code, values(page.json())) == (206, [10, 20, 30])
    assert page["Content-Range"] == "date-time 2026-01-01T00:00:00Z-2026-01-02T03:00:00Z/*"
    # Behind where the source's own page ends nothing is known.
    source.answers["GET", f"temporal/entities/{CAR}"] = (206, told(CAR, speed=[at(2, 20)]))
    page = api.get(f"{V1}/temporal/entities/{CAR}?{SINCE}")
    assert (page.status_code, values(page.json())) == (206, [10, 20])


def test_a_query_pages_through_all_systems(api: Client, source: SourceServer) -> None:
    registered(api, source, **PAST)
    here(api, CAR, at(1, 10))
    here(api, "urn:ngsi-ld:Car:3", at(1, 30))
    strange = {**told("urn:ngsi-ld:Bus:1", speed=[at(1, 1)]), "type": "Bus"}  # it was not registered for these
    source.answers["GET", "temporal/entities"] = (200, [told(OTHER, speed=[at(2, 20)]), strange])
    found = api.get(f"{V1}/temporal/entities?type=Car&{SINCE}&q=speed>5&count=true")
    assert [(e["id"], values(e)) for e in found.json()] == [
        (CAR, [10]),
        (OTHER, [20]),
        ("urn:ngsi-ld:Car:3", [30]),
    ]
    assert found["NGSILD-Results-Count"] == "4"  # as the systems count
    asked = source.asked[-1]
    assert (asked.params["type"], asked.params["q"], asked.params["limit"]) == ("Car", "speed>5", "21")
    page = api.get(f"{V1}/temporal/entities?type=Car&{SINCE}&limit=1&offset=1")
    assert [e["id"] for e in page.json()] == [OTHER]
    assert 'rel="prev"' in page["Link"]
    assert "offset=2" in page["Link"]
    body = {
        "type": "Query",
        "entities": [{"type": "Car"}],
        "temporalQ": {"timerel": "after", "timeAt": "2026-01-01T00:00:00Z"},
    }
    by_body = send(api, "POST", "/temporal/entityOperations/query", body).json()
    assert [e["id"] for e in by_body] == [CAR, OTHER, "urn:ngsi-ld:Car:3"]
    for wrong in ("orderBy=id;desc", f"after={CAR}"):
        refused = api.get(f"{V1}/temporal/entities?type=Car&{SINCE}&{wrong}")
        assert refused.status_code == 400
        assert "local=true" in refused.json()["detail"]


def test_what_two_aggregate_stays_what_is_held_here(api: Client, source: SourceServer) -> None:
    pk = registered(api, source, **PAST)
    here(api, CAR, at(1, 10), at(3, 30))
    period = ["2026-01-01T00:00:00Z", "2026-01-02T03:00:00Z"]
    there = told(
        CAR, speed={"type": "Property", "avg": [[99, *period]]}, load={"type": "Property", "avg": [[7, *period]]}
    )
    source.answers["GET", f"temporal/entities/{CAR}"] = (200, there)
    found = api.get(f"{V1}/temporal/entities/{CAR}?{SINCE}&format=aggregatedValues&aggrMethods=avg")
    assert source.asked[-1].params["format"] == "aggregatedValues"
    assert found.json()["speed"]["avg"][0][0] == 20
    assert found.json()["load"]["avg"][0][0] == 7
    assert found["NGSILD-Warning"] == f'199 {pk} "{CAR} speed is aggregated without it"'


def test_who_fails_is_named(api: Client, source: SourceServer) -> None:
    pk = registered(api, source, **PAST)
    here(api, CAR, at(1, 10))
    wrong = [b"no json", told(CAR, speed="fast"), told(CAR, speed=[at(1, 1, observedAt="yesterday")]), [1]]
    for document in wrong:
        source.answers["GET", f"temporal/entities/{CAR}"] = (200, document)
        found = api.get(f"{V1}/temporal/entities/{CAR}?{SINCE}")
        assert (found.status_code, values(found.json())) == (200, [10])
        assert found["NGSILD-Warning"].startswith(f"111 {pk}")
    source.answers["GET", "temporal/entities"] = (500, {})
    assert api.get(f"{V1}/temporal/entities?type=Car&{SINCE}")["NGSILD-Warning"].startswith(f"299 {pk}")


def test_which_sources_tell_of_the_past(api: Client, source: SourceServer) -> None:
    """Those registered for it by name, or with an interval that meets the window; not those of the latest state."""
    registered(api, source)
    january = {"startAt": "2026-01-01T00:00:00Z", "endAt": "2026-02-01T00:00:00Z"}
    registered(api, source, observationInterval=january, **PAST)
    api.get(f"{V1}/temporal/entities?type=Car&timerel=after&timeAt=2026-03-01T00:00:00Z")
    api.get(f"{V1}/temporal/entities?type=Car&timerel=before&timeAt=2025-12-01T00:00:00Z")
    api.get(f"{V1}/temporal/entities?type=Car&{SINCE}&timeproperty=modifiedAt")
    assert source.asked == []
    api.get(f"{V1}/temporal/entities?type=Car&timerel=after&timeAt=2026-01-15T00:00:00Z")
    assert len(source.asked) == 1
    api.get(f"{V1}/entities?type=Car")  # the latest state is asked of the other alone
    assert [each.path for each in source.asked] == ["temporal/entities", "entities"]


def test_what_a_source_alone_holds_is_told_by_it_alone(api: Client, source: SourceServer) -> None:
    here(api, OTHER, at(1, 10))
    information = [{"entities": [{"type": "Car", "id": CAR}], "propertyNames": ["speed"]}]
    registered(api, source, mode="exclusive", information=information, **PAST)
    here(api, CAR, at(1, 4), name="wheels")
    source.answers["GET", f"temporal/entities/{CAR}"] = (200, told(CAR, speed=[at(2, 20)], wheels=[at(2, 5)]))
    found = api.get(f"{V1}/temporal/entities/{CAR}?{SINCE}").json()
    assert (values(found), values(found, "wheels")) == (
        [20],
        [4],
    )  # it was not registered for wheels
    assert source.asked[-1].params["attrs"] == "speed"


def test_our_rights_go_before_a_source_and_our_masks_behind_it(api: Client, source: SourceServer) -> None:
    registered(api, source, information=[{"entities": [{"type": "Person"}]}], **PAST)
    who = {"id": "urn:ngsi-ld:Person:7", "type": "Person"}
    for name, instance in person(7, idNumber="11010519491231002X").items():
        who[name] = [{**instance, "observedAt": "2026-01-02T01:00:00Z"}]
    source.answers["GET", "temporal/entities"] = (200, [who])
    source.answers["GET", f"temporal/entities/{who['id']}"] = (200, who)
    asked = f"{V1}/temporal/entities?type=Person&{SINCE}"
    assert client("officer").get(asked).status_code == 403  # no purpose
    assert Client().get(f"{V1}/temporal/entities/{who['id']}?{SINCE}").status_code == 404
    assert source.asked == []
    officer = client("officer", purpose="check")
    [found] = officer.get(asked).json()
    assert found["name"][0]["value"] != who["name"][0]["value"]
    assert found["idNumber"][0]["value"] != "11010519491231002X"
    row = LedgerRow.objects.filter(act="read", entity_type="Person").latest("pk")
    assert (row.entity_ids, row.detail["history"], "source" in row.detail) == ([who["id"]], True, True)
    asked_before = len(source.asked)
    assert officer.get(f'{asked}&q=ethnicGroup=="x"').status_code == 403
    assert len(source.asked) == asked_before

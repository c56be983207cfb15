"""A district's Lingqu and the city's see each other: two real servers, each with a database of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from lingqu_server import LingquServer
from receiver import Receiver

LAMP = "urn:ngsi-ld:Lamp:"
ROLES: list[dict[str, Any]] = [
    {"code": "registrar", "title": "登记", "grants": [{"actions": ["read", "write", "register"]}]},
    {"code": "neighbour", "title": "邻居", "grants": [{"actions": ["read", "write"]}]},
    {"code": "reader", "title": "读者", "grants": [{"actions": ["read"], "types": ["Lamp"]}]},
]


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LingquServer, LingquServer]]:
    folder = tmp_path_factory.mktemp("two")
    folder.chmod(0o711)
    city = LingquServer(folder / "city", ROLES)
    district = LingquServer(folder / "district", ROLES)
    yield city, district
    city.close()
    district.close()


def lamp(name: str, level: int) -> dict[str, Any]:
    return {"id": LAMP + name, "type": "Lamp", "level": {"type": "Property", "value": level}}


def register(here: LingquServer, there: LingquServer, pattern: str) -> str:
    """``there`` holds what bears such ids; it knows us as its neighbour."""
    answer = here.ask(
        "POST",
        "/csourceRegistrations",
        {
            "type": "ContextSourceRegistration",
            "registrationName": "neighbour",
            "mode": "redirect",
            "information": [{"entities": [{"type": "Lamp", "idPattern": pattern}]}],
            "operations": ["redirectionOps", "federationOps", "retrieveTemporal", "queryTemporal"],
            "endpoint": there.url,
            "contextSourceInfo": [{"key": "Authorization", "value": f"Bearer {there.keys['neighbour']}"}],
        },
        "registrar",
    )
    assert answer.status_code == 201, answer.text
    return answer.headers["Location"].rpartition("/")[2]


def test_a_city_and_its_district(pair: tuple[LingquServer, LingquServer]) -> None:
    city, district = pair
    pk = register(city, district, f"^{LAMP}south-")
    register(district, city, f"^{LAMP}centre-")  # and back: neither goes in a circle
    assert city.ask("POST", "/entities", lamp("centre-1", 10), "registrar").status_code == 201
    assert district.ask("POST", "/entities", lamp("south-1", 20), "registrar").status_code == 201

    for server in pair:
        found = server.ask("GET", "/entities?type=Lamp", key="reader")
        assert {e["id"]: e["level"]["value"] for e in found.json()} == {LAMP + "centre-1": 10, LAMP + "south-1": 20}
        assert "NGSILD-Warning" not in found.headers

    # Writes at the city go to the district, and nowhere else.
    changed = {"level": {"type": "Property", "value": 21}}
    assert city.ask("PATCH", f"/entities/{LAMP}south-1/attrs", changed, "registrar").status_code == 204
    assert district.ask("GET", f"/entities/{LAMP}south-1?local=true", key="reader").json()["level"]["value"] == 21
    assert city.ask("GET", f"/entities/{LAMP}south-1?local=true", key="reader").status_code == 404
    # The past of both is told at each, page by page.
    window = "timerel=after&timeAt=2020-01-01T00:00:00Z&timeproperty=modifiedAt"
    for server in pair:
        past = server.ask("GET", f"/temporal/entities?type=Lamp&{window}", key="reader").json()
        told = {e["id"]: [i["value"] for i in e["level"]] for e in past}
        assert told == {LAMP + "centre-1": [10], LAMP + "south-1": [20, 21]}
        one = server.ask("GET", f"/temporal/entities/{LAMP}south-1?{window}&lastN=1", key="reader").json()
        assert [i["value"] for i in one["level"]] == [21]
        page = server.ask("GET", f"/temporal/entities?type=Lamp&{window}&limit=1&offset=1", key="reader")
        assert [e["id"] for e in page.json()] == [LAMP + "south-1"]
    assert city.ask("POST", "/entities", lamp("south-2", 5), "registrar").status_code == 201
    assert district.ask("GET", f"/entities/{LAMP}south-2?local=true", key="reader").status_code == 200
    batch = [lamp("south-3", 1), lamp("centre-3", 2)]
    assert city.ask("POST", "/entityOperations/create", batch, "registrar").status_code == 201
    assert city.ask("DELETE", f"/entities/{LAMP}south-2", key="registrar").status_code == 204
    # Who may not write here does not write there by us either.
    refused = city.ask("PATCH", f"/entities/{LAMP}south-1/attrs", changed, "reader")
    assert refused.status_code in (403, 404)
    assert city.ask("GET", f"/entities/{LAMP}south-1").status_code in (401, 403, 404)
    assert city.ask("GET", "/types", key="reader").json()["typeList"] == ["Lamp"]

    district.end()
    found = city.ask("GET", "/entities?type=Lamp", key="reader")
    assert found.status_code == 200
    assert [e["id"] for e in found.json()] == [LAMP + "centre-1", LAMP + "centre-3"]
    assert found.headers["NGSILD-Warning"].startswith(f"112 {pk} ")
    refused = city.ask("PATCH", f"/entities/{LAMP}south-1/attrs", changed, "registrar")
    assert refused.status_code == 502
    assert pk in refused.json()["detail"]
    assert city.ask("GET", f"/csourceRegistrations/{pk}", key="registrar").json()["status"] == "failed"

    district.begin()
    answer = city.ask("PATCH", f"/entities/{LAMP}south-1/attrs", changed, "registrar")
    assert answer.status_code == 204


def test_who_subscribes_at_the_city_is_told_of_the_district(pair: tuple[LingquServer, LingquServer]) -> None:
    """The two know each other: the copy at the district finds no way back, and nobody is told twice."""
    city, district = pair
    receiver = Receiver()
    for server in pair:
        server.work()
    subscription = {
        "id": "urn:ngsi-ld:Subscription:lamps",
        "type": "Subscription",
        "entities": [{"type": "Lamp"}],
        "notification": {"endpoint": {"uri": receiver.url}},
    }
    assert city.ask("POST", "/subscriptions", subscription, "reader").status_code == 201
    _until(lambda: len(district.ask("GET", "/subscriptions", key="neighbour").json()) == 1)
    level = {"level": {"type": "Property", "value": 77}}
    assert district.ask("PATCH", f"/entities/{LAMP}south-1/attrs", level, "registrar").status_code == 204
    assert city.ask("PATCH", f"/entities/{LAMP}centre-1/attrs", level, "registrar").status_code == 204
    _until(lambda: len(receiver.got) == 2)
    told = {each["id"]: each["level"]["value"] for got in receiver.got for each in got["data"]}
    assert told == {f"{LAMP}south-1": 77, f"{LAMP}centre-1": 77}
    assert {got["subscriptionId"] for got in receiver.got} == {subscription["id"]}
    assert city.ask("DELETE", f"/subscriptions/{subscription['id']}", key="reader").status_code == 204
    _until(lambda: district.ask("GET", "/subscriptions", key="neighbour").json() == [])
    assert len(receiver.got) == 2
    receiver.close()


def _until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        time.sleep(0.2)

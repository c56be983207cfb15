"""Lingqu's own API: what it takes, gives and refuses, held to its own description."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

import little_city
from lingqu.centre.access import credentials
from lingqu.centre.access import door as access
from lingqu.centre.access.definitions import Purpose
from lingqu.centre.access.door import SYSTEM, Actor, Grant
from lingqu.centre.access.models import Account, LedgerRow
from lingqu.centre.catalogue.definitions import InformationResource
from lingqu.centre.entities import door as entities
from lingqu.centre.entities.door import Draft
from lingqu.kernel.identifiers import citizen_id_of
from lingqu.protocols.api import openapi
from little_city import DOCUMENTS, person

PERSON = "urn:ngsi-ld:Person:{}"
BASIS = "《社会救助暂行办法》第五十八条"
RESOURCE = {
    "code": "police.register",
    "title": "户籍",
    "resource_code": "302100/1",
    "classification": ["基础"],
    "department": "police",
    "abstract": "户籍",
    "format": "database",
    "published": "2026-01-01",
    "items": [{"code": "name", "element": "name"}],
}


KINDS = {"string": str, "integer": int, "boolean": bool, "object": dict, "array": list, "null": type(None)}


def number(n: int) -> str:
    return citizen_id_of("230102", timezone.now().date().replace(year=1980, month=3, day=4), n)


@pytest.fixture
def key(db: None, monkeypatch: pytest.MonkeyPatch) -> str:
    """The key of the housing department's system, in a town of four persons."""
    monkeypatch.setitem(little_city.BOTH, "purpose", Purpose)
    monkeypatch.setitem(little_city.BOTH, "resource", InformationResource)
    more = [("purpose", {"code": c, "title": c, "basis": BASIS}) for c in ("verification", "casework")]
    little_city.draw([*DOCUMENTS, *more, ("resource", RESOURCE)])
    prov = {"sex": {"s": "police.register", "d": 1, "r": 1, "t": "2026-03-01T00:00:00Z"}}
    drafts = [
        Draft(PERSON.format(n), "Person", person(n, idNumber=number(n), sex="1"), owner="police", prov=prov)
        for n in range(4)
    ]
    entities.write(SYSTEM, drafts)
    return account("housing-app", "housing")


def account(name: str, department: str) -> str:
    made = Account.objects.create(username=name, kind="client", department=department)
    return credentials.issue_key(made, "test", timezone.now() + timedelta(days=1), "officer")[0]


def agree(
    agreement: str = "A-1", *, consent: bool = False, actions: tuple[str, ...] = ("read", "verify"), **grant: Any
):
    document = {"actions": actions, "types": ["Person"], "attributes": ["name", "sex"], "unmasked": True} | grant
    now = timezone.now()
    access.issue(
        agreement=agreement,
        department="housing",
        grant=Grant.model_validate(document),
        begins=now - timedelta(days=1),
        ends=now + timedelta(days=9),
        consent=consent,
        basis=BASIS,
    )


def call(key: str, path: str, document: Any = None, *, purpose: str = "verification", **headers: str) -> Any:
    sent = {"Authorization": f"Bearer {key}", "Accept-Language": "en"} | headers
    sent |= {"Lingqu-Purpose": purpose} if purpose else {}
    client = Client(enforce_csrf_checks=True)
    if document is None:
        return client.get(f"/api/{path}", headers=sent)
    return client.post(f"/api/{path}", json.dumps(document), content_type="application/json", headers=sent)


def verify(key: str, n: int = 0, **items: Any) -> Any:
    return call(key, "verify", {"who": {"idNumber": number(n)}, "items": items}).json()


def consent_to(key: str, *numbers: int, agreement: str = "A-1") -> Any:
    until = (timezone.now() + timedelta(days=3)).isoformat()
    wanted = {"agreement": agreement, "items": ["sex"], "matter": "rent subsidy", "until": until}
    return call(key, "consents", wanted | {"persons": [{"idNumber": number(n)} for n in numbers]})


def fits(schema: Any, value: Any, at: str = "$") -> list[str]:
    """Where a value is not as a schema says: the part of JSON Schema that the description uses."""
    if "$ref" in schema:
        return fits(openapi.document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]], value, at)
    if "anyOf" in schema:
        tried = [fits(each, value, at) for each in schema["anyOf"]]
        return [] if [] in tried else min(tried, key=len)
    if "enum" in schema or "const" in schema:
        return [] if value in schema.get("enum", [schema.get("const")]) else [f"{at}: {value!r}"]
    named = schema.get("type", list(KINDS))
    named = named if isinstance(named, list) else [named]
    if not isinstance(value, tuple(KINDS[name] for name in named)):
        return [f"{at}: {value!r} is no {named}"]
    if isinstance(value, dict):
        return _members(schema, value, at)
    inner = enumerate(value) if isinstance(value, list) else ()
    return [wrong for n, each in inner for wrong in fits(schema.get("items", {}), each, f"{at}[{n}]")]


def _members(schema: Any, value: dict[str, Any], at: str) -> list[str]:
    known, more = schema.get("properties", {}), schema.get("additionalProperties", True)
    wrong = [f"{at}: {name} is missing" for name in schema.get("required", ()) if name not in value]
    for name, inner in value.items():
        if name in known or isinstance(more, dict):
            wrong += fits(known.get(name, more), inner, f"{at}.{name}")
        elif more is False:
            wrong.append(f"{at}: {name} is not described")
    return wrong


def described(answer: Any, path: str, method: str = "get") -> Any:
    """The answer's document, after it was held to the description."""
    told = openapi.document()["paths"][path][method]["responses"]
    media = answer["Content-Type"].partition(";")[0]
    content = told.get(str(answer.status_code), told["default"])["content"]
    assert fits(content[media]["schema"], answer.json()) == []
    return answer.json()


def refused(answer: Any, status: int, rule: str) -> Any:
    told = described(answer, "/whoami")
    assert (answer.status_code, told["status"], told["rule"]) == (status, status, rule)
    return told


def test_who_am_i(key: str) -> None:
    agree(quota=100)
    told = described(call(key, "whoami"), "/whoami")
    assert (told["name"], told["kind"], told["department"], told["basis"]) == (
        "housing-app",
        "client",
        "housing",
        BASIS,
    )
    [granted] = told["grants"]
    assert granted["agreement"] == "A-1"
    assert granted["attributes"] == ["name", "sex"]
    assert granted["quota"] == 100
    access.end("A-1", "over")
    assert described(call(key, "whoami"), "/whoami")["grants"][0]["state"] == "ended"
    assert described(Client().get("/api/whoami"), "/whoami")["kind"] == "anonymous"


def test_verify_one_and_many(key: str) -> None:
    agree()
    one = {"who": {"idNumber": number(1)}, "items": {"name": "王小明1", "sex": "女"}, "reference": "7"}
    told = described(call(key, "verify", one), "/verify", "post")
    assert told == {
        "state": "answered",
        "reference": "7",
        "items": {
            "name": {"result": "match", "asOf": f"{timezone.localdate()}"},
            "sex": {"result": "no_match", "source": "police", "asOf": "2026-03-01"},
        },
    }
    claims = [{"who": {"idNumber": number(n)}, "items": {"sex": "1"}} for n in (0, 900)]
    told = described(call(key, "verify", {"claims": claims}), "/verify", "post")
    assert [a["state"] for a in told["answers"]] == ["answered", "no_authorisation"]


def test_verify_is_refused_with_its_reason(key: str) -> None:
    one = {"who": {"idNumber": number(1)}, "items": {"sex": "1"}}
    assert refused(call(key, "verify", one), 403, "access.verify")["nextStep"]
    agree()
    refused(call(key, "verify", one, purpose=""), 403, "access.purpose")
    refused(call(key, "verify", one, purpose="curiosity"), 403, "access.purpose")
    refused(call(key, "verify", one | {"agreement": "A-2"}), 403, "access.verify")
    refused(call("lq_nothing", "verify", one), 401, "access.credential")
    answer = Client().post("/api/verify", json.dumps(one), content_type="application/json")
    refused(answer, 401, "api.sign_in")


@pytest.mark.parametrize(
    "document",
    [
        [],
        {},
        {"who": {"idNumber": "1"}},
        {"who": {"idNumber": "1"}, "items": {"sex": "1"}, "more": 1},
        {"who": {"idNumber": "1"}, "items": {"sex": None}},
        {"who": {"idNumber": "1"}, "items": {"sex": {"like": "1"}}},
        {
            "who": {"idNumber": "1"},
            "items": {"sex": "1"},
            "claims": [{"who": {"idNumber": "1"}, "items": {"sex": "1"}}],
        },
        {"claims": []},
        {"claims": [{"who": {"idNumber": "1"}, "items": {"sex": "1"}}] * 1001},
        {"who": {"idNumber": "1" * 201}, "items": {"sex": "1"}},
        {"who": {"idNumber": "1"}, "items": {"sex": "1" * 401}},
        {"who": {"idNumber": "1"}, "items": {f"a{n}": "1" for n in range(41)}},
        {"who": {"idNumber": "1"}, "items": {"sex": {"in": ["1"] * 51}}},
    ],
)
def test_what_is_not_as_described_is_refused(key: str, document: Any) -> None:
    agree()
    refused(call(key, "verify", document), 400, "api.body")


def test_size_depth_and_form_of_a_body(key: str) -> None:
    agree()
    refused(call(key, "verify", json.loads("[" * 40 + "]" * 40)), 400, "api.depth")
    refused(call(key, "verify", {"reference": "x" * 2_200_000}), 413, "api.size")
    headers = {"Authorization": f"Bearer {key}"}
    refused(Client().post("/api/verify", {"a": "b"}, headers=headers), 415, "api.media_type")
    answer = Client().post("/api/verify", "{", content_type="application/json", headers=headers)
    refused(answer, 400, "api.json")
    answer = Client().get("/api/verify", headers=headers)
    refused(answer, 405, "api.method")
    assert answer["Allow"] == "POST"
    refused(call(key, "whoami?more=1"), 400, "api.parameter")


def test_records_page_by_page_and_nothing_beside_what_was_agreed(key: str) -> None:
    agree()
    path, seen = "agreements/A-1/records?limit=3", []
    told = described(call(key, path), "/agreements/{number}/records")
    seen += told["records"]
    told = described(call(key, f"{path}&after={told['next']}"), "/agreements/{number}/records")
    seen += told["records"]
    assert told["next"] is None
    assert [r["id"] for r in seen] == [PERSON.format(n) for n in range(4)]
    assert {name for r in seen for name in r["attributes"]} == {"name", "sex"}
    [one] = call(key, f"agreements/A-1/records?idNumber={number(2)}").json()["records"]
    assert one["attributes"] == {"name": "王小明2", "sex": "1"}
    assert call(key, f"agreements/A-1/records?idNumber={number(900)}").json()["records"] == []


def test_records_are_refused_with_the_reason(key: str) -> None:
    path = "agreements/A-1/records"
    refused(call(key, path), 404, "access.agreement")
    agree(quota=5, purposes=["verification"])
    refused(call(key, path, purpose=""), 403, "access.purpose")
    refused(call(key, path, purpose="casework"), 403, "access.purpose_not_agreed")
    refused(call(key, path + "?name=王小明0"), 400, "entity.identifier")
    refused(call(key, path + "?limit=0"), 400, "api.parameter")
    refused(call(key, path, **{"Lingqu-Agreement": "A-2"}), 400, "api.agreement")
    assert call(key, path).status_code == 200
    refused(call(key, path), 429, "access.quota")
    refused(call(account("tax-app", "tax"), path), 404, "access.agreement")
    access.end("A-1", "used for another purpose")
    told = refused(call(key, path), 403, "access.agreement_ended")
    assert "another purpose" in told["detail"]
    agree("A-2", actions=["verify"])
    refused(call(key, "agreements/A-2/records"), 403, "access.read")


def test_the_journey_of_a_consent(key: str) -> None:
    agree(consent=True)
    path = f"agreements/A-1/records?idNumber={number(1)}"
    assert call(key, path).json()["records"] == []
    asked = described(consent_to(key, 1, 900), "/consents", "post")["asked"]
    assert [a["state"] for a in asked] == ["asked", "asked"]
    refused(call(key, path), 403, "access.consent_asked")
    assert [verify(key, n, sex="1")["state"] for n in (1, 900, 2)] == [
        "consent_asked",
        "consent_asked",
        "no_authorisation",
    ]
    me = Actor("person", "me", person=PERSON.format(1))
    access.give_consent(me, asked[0]["number"])
    assert call(key, path).json()["records"][0]["attributes"] == {"name": "王小明1", "sex": "1"}
    assert verify(key, 1, sex="1")["items"]["sex"]["result"] == "match"
    listed = described(call(key, "consents?agreement=A-1"), "/consents")["consents"]
    assert [(c["number"], c["state"]) for c in listed] == [
        (a["number"], s) for a, s in zip(asked[::-1], ("asked", "given"), strict=True)
    ]
    assert "Person" not in json.dumps(listed)
    access.withdraw_consent(me, asked[0]["number"])
    refused(call(key, path), 403, "access.consent_withdrawn")
    told = verify(key, 1, sex="1")
    assert (told["state"], told["items"]) == ("consent_withdrawn", {})
    assert LedgerRow.objects.filter(act="verify", entity_ids=[PERSON.format(1)]).count() == 1


def test_a_signed_paper(key: str) -> None:
    agree(consent=True)
    [asked] = consent_to(key, 1).json()["asked"]
    paper = {"number": "2026-118", "sha256": "a" * 64}
    path = f"consents/{asked['number']}/paper"
    refused(call(account("tax-app", "tax"), path, paper), 404, "access.consent")
    refused(call(key, path, paper | {"sha256": "A"}), 400, "api.body")
    assert described(call(key, path, paper), "/consents/{number}/paper", "post")["state"] == "given"
    refused(call(key, path, paper), 409, "access.consent")
    assert access.consents_of(PERSON.format(1))[0].evidence == "2026-118 sha256:" + "a" * 64


def test_consent_is_asked_for_what_the_agreement_gives(key: str) -> None:
    refused(consent_to(key, 1), 404, "access.agreement")
    agree()  # one that needs no consent
    refused(consent_to(key, 1), 404, "access.agreement")
    agree("A-2", consent=True)
    until = (timezone.now() + timedelta(days=3)).isoformat()
    wanted = {
        "agreement": "A-2",
        "items": ["sex"],
        "matter": "rent subsidy",
        "until": until,
        "persons": [{"idNumber": "1"}],
    }
    late = (timezone.now() + timedelta(days=30)).isoformat()
    refused(call(key, "consents", wanted | {"items": ["address"]}), 400, "api.consent")
    refused(call(key, "consents", wanted | {"until": late}), 400, "api.consent")
    refused(call(key, "consents", wanted | {"until": until[:19]}), 400, "api.consent")
    refused(call(key, "consents", wanted | {"persons": []}), 400, "api.body")
    refused(call(key, "consents", wanted | {"persons": [{"idNumber": "1"}] * 1001}), 400, "api.body")
    access.end("A-2", "over")
    refused(call(key, "consents", wanted), 403, "access.agreement_ended")


def test_a_signed_in_browser_needs_its_token(key: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(
        Account.objects.create(username="zhao", department="housing"), "django.contrib.auth.backends.ModelBackend"
    )
    answer = client.post("/api/verify", "{}", content_type="application/json")
    refused(answer, 403, "api.csrf")
    agree()
    refused(
        client.get("/api/agreements/A-1/records", headers={"Lingqu-Purpose": "verification"}), 403, "api.systems_only"
    )


def test_the_description_describes_every_address(key: str) -> None:
    from django.urls import get_resolver

    told = Client().get("/api/openapi.json").json()
    assert told["openapi"] == "3.1.0"
    mounted = {
        "/" + str(p.pattern).replace("<str:", "{").replace("<int:", "{").replace(">", "}")
        for p in get_resolver("lingqu.protocols.api.urls").url_patterns
    }
    assert mounted == set(told["paths"])
    names = set(told["components"]["schemas"])
    assert {ref for ref in _refs(told) if ref not in names} == set()


def _refs(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"].rpartition("/")[2]] if "$ref" in value else []
        return own + [ref for inner in value.values() for ref in _refs(inner)]
    return [ref for inner in value for ref in _refs(inner)] if isinstance(value, list) else []


def test_behind_the_walls_of_the_database(key: str, requests_as_web: None) -> None:
    agree(consent=True)
    [asked, _] = consent_to(key, 1, 900).json()["asked"]
    access.give_consent(Actor("person", "me", person=PERSON.format(1)), asked["number"])
    assert verify(key, 1, sex="1")["items"]["sex"]["result"] == "match"
    assert verify(key, 900, sex="1")["state"] == "consent_asked"
    assert len(call(key, "agreements/A-1/records").json()["records"]) == 1

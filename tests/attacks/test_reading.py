"""Ways to read what one may not: each is refused, gives nothing away, and is in the ledger."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.utils import timezone

from attacks.siege import ENTITIES, Attack, Siege, besieged, outcome, told
from lingqu.centre.access import door as access
from lingqu.centre.access.models import Account, StandingGrant
from lingqu.centre.entities import door as entities
from ui.living import Town, town

__all__ = ["town"]
pytestmark = pytest.mark.django_db
ATTACKS: dict[str, Attack] = {}


def attack(act: Attack) -> Attack:
    ATTACKS[act.__name__.replace("_", " ")] = act
    return act


@pytest.fixture
def siege(town: Town) -> Iterator[Siege]:
    yield besieged(town)
    StandingGrant.objects.all().delete()
    Account.objects.filter(kind="client").delete()


# Pages


@attack
def a_strangers_page_of_a_person(siege: Siege) -> Any:
    return siege.client().get(f"/registers/Person/{siege.person.id}/")


@attack
def a_strangers_list_of_persons(siege: Siege) -> Any:
    return siege.client().get("/registers/Person/")


@attack
def a_clerks_page_of_another_departments_person(siege: Siege) -> Any:
    return siege.client("clerk").get(f"/registers/Person/{siege.person.id}/")


@attack
def a_person_by_the_address_of_a_public_type(siege: Siege) -> Any:
    return siege.client("developer").get(f"/registers/Building/{siege.person.id}/")


@attack
def a_developers_list_sorted_and_filtered(siege: Siege) -> Any:
    return siege.client("developer").get("/registers/Person/?order=-modified&sex=1")


@attack
def a_supervisors_look_into_another_street(siege: Siege) -> Any:
    other = entities.find(access.SYSTEM, entities.Query(types=("Person",), region="419901002000", limit=1)).entities[0]
    siege.secrets = [str(other.value("name"))]
    return siege.client("supervisor").get(f"/registers/Person/{other.id}/")


@attack
def the_desk_without_the_right(siege: Siege) -> Any:
    return [siege.client("developer").get(f"/stewardship/{p}") for p in ("", "ledger/", "disputes/", "deliveries/")]


@attack
def another_departments_quarantine_as_a_file(siege: Siege) -> Any:
    number = siege.town.deliveries["police.household_register"].id
    return siege.client("clerk").get(f"/stewardship/deliveries/{number}/quarantine.csv")


@attack
def a_list_without_a_purpose_through_the_interface(siege: Siege) -> Any:
    return siege.client("steward", purpose=False).get(f"{ENTITIES}?type=Person")


@attack
def a_purpose_that_the_city_does_not_know(siege: Siege) -> Any:
    client = siege.client("steward", purpose=False)
    return client.get(f"{ENTITIES}?type=Person", headers={"Lingqu-Purpose": "curiosity"})


# Filters, order, counts, errors: asking round the corner


@attack
def a_filter_by_a_masked_attribute(siege: Siege) -> Any:
    name = quote(f'name=="{siege.person.value("name")}"')
    return siege.client("steward").get(f"{ENTITIES}?type=Person&q={name}")


@attack
def a_range_over_a_masked_date(siege: Siege) -> Any:
    return siege.client("steward").get(f"{ENTITIES}?type=Person&q={quote('birthDate<1960-01-01')}&count=true")


@attack
def a_pattern_over_a_masked_number(siege: Siege) -> Any:
    start = str(siege.person.value("idNumber"))[:10]
    return siege.client("steward").get(f"{ENTITIES}?type=Person&q={quote(f'idNumber~={start}')}")


@attack
def a_facet_of_a_masked_attribute(siege: Siege) -> Any:
    return siege.client("steward").get(f"{ENTITIES}?type=Person&q={quote('phone')}")


@attack
def an_order_by_a_masked_attribute(siege: Siege) -> Any:
    client = siege.client("steward")
    return [client.get(f"{ENTITIES}?type=Person&orderBy={by}") for by in ("phone", "phone;desc", "id,phone")]


@attack
def a_masked_attribute_through_a_link(siege: Siege) -> Any:
    linked = quote('owner{Person:phone}~="1"')
    return siege.client("steward").get(f"{ENTITIES}?type=Building&join=inline&q={linked}")


@attack
def a_count_of_what_one_may_not_see(siege: Siege) -> Any:
    return siege.client("developer").get(f"{ENTITIES}?type=Person&limit=0&count=true")


@attack
def a_masked_attribute_through_the_error_of_a_pattern(siege: Siege) -> Any:
    broken = quote('name~="["')
    return siege.client("steward").get(f"{ENTITIES}?type=Person&q={broken}")


@attack
def ids_guessed_by_a_pattern(siege: Siege) -> Any:
    return siege.client("developer").get(f"{ENTITIES}?type=Person&idPattern=.*")


@attack
def the_ids_of_persons_among_those_of_buildings(siege: Siege) -> Any:
    found = siege.client("developer").get(f"{ENTITIES}?local=true&id={siege.person.id}")
    assert found.json() == []
    return siege.client("developer").get(f"{ENTITIES}/{siege.person.id}")


# Tiles, exports, history


@attack
def a_map_of_persons(siege: Siege) -> Any:
    return siege.client("steward").get("/tiles/Person/14/13344/6490.mvt")


@attack
def an_export_without_the_right(siege: Siege) -> Any:
    return [siege.client("steward").get(f"/registers/Person/export.{form}") for form in ("csv", "xlsx", "json")]


@attack
def an_export_by_a_stranger(siege: Siege) -> Any:
    return siege.client().get("/registers/Person/export.csv")


@attack
def what_was_before_through_the_history(siege: Siege) -> Any:
    clerk = access.Actor("person", "clerk", roles=("department_clerk",), department="civil_affairs", purpose="casework")
    return entities.history(clerk, siege.person.id)


@attack
def the_state_of_another_day(siege: Siege) -> Any:
    clerk = access.Actor("person", "clerk", roles=("department_clerk",), department="civil_affairs", purpose="casework")
    return entities.as_known_at(clerk, siege.person.id, timezone.now())


# Keys and agreements


@attack
def a_key_that_was_made_up(siege: Siege) -> Any:
    app = siege.app()
    app.key = "lq_" + "x" * 43
    return app.ask(f"{ENTITIES}?type=Person")


@attack
def a_key_that_was_revoked(siege: Siege) -> Any:
    app = siege.app()
    app.credential.revoked_at = timezone.now()
    app.credential.save()
    siege.agree("A-1")
    return app.ask(f"{ENTITIES}?type=Person")


@attack
def a_key_that_expired(siege: Siege) -> Any:
    app = siege.app()
    app.credential.expires_at = timezone.now() - timedelta(seconds=1)
    app.credential.save()
    siege.agree("A-1")
    return app.ask(f"{ENTITIES}?type=Person")


@attack
def a_certificate_that_no_proxy_checked(siege: Siege) -> Any:
    siege.agree("A-1")
    return siege.app().ask(f"{ENTITIES}?type=Person", headers={"Authorization": "", "Client-Cert": ":AAAA:"})


@attack
def another_departments_agreement(siege: Siege) -> Any:
    siege.agree("A-1", department="natural_resources")
    return siege.app().ask(f"{ENTITIES}?type=Person", headers={"Lingqu-Agreement": "A-1"})


@attack
def an_agreement_for_another_system_of_the_department(siege: Siege) -> Any:
    siege.agree("A-1", accounts=("other-app",))
    return siege.app().ask(f"{ENTITIES}?type=Person")


@attack
def an_agreement_that_is_over(siege: Siege) -> Any:
    now = timezone.now()
    siege.agree("A-1", begins=now - timedelta(days=9), ends=now - timedelta(seconds=1))
    return siege.app().ask(f"{ENTITIES}/{siege.person.id}")


@attack
def an_agreement_that_was_withdrawn(siege: Siege) -> Any:
    siege.agree("A-1")
    assert siege.app().ask(f"{ENTITIES}?type=Person").status_code == 200
    access.end("A-1", "misuse")
    return siege.app().ask(f"{ENTITIES}?type=Person")


@attack
def an_agreement_that_has_not_begun(siege: Siege) -> Any:
    siege.agree("A-1", begins=timezone.now() + timedelta(hours=1))
    return siege.app().ask(f"{ENTITIES}?type=Person")


@attack
def an_agreement_for_another_purpose(siege: Siege) -> Any:
    siege.agree("A-1")
    return siege.app().ask(f"{ENTITIES}?type=Person", purpose="casework")


@attack
def a_person_outside_the_agreements_region(siege: Siege) -> Any:
    siege.agree("A-1", grant={"regions": ["990000000000"]})
    return siege.app().ask(f"{ENTITIES}/{siege.person.id}")


@attack
def a_person_who_was_asked_and_has_not_consented(siege: Siege) -> Any:
    siege.agree("A-1", consent=True)
    asked = {"person": siege.person.id, "agreement": "A-1", "department": "market", "items": ("name",)}
    app = access.Actor("client", "market-app", department="market")
    access.ask_consent(app, matter="licence", until=timezone.now() + timedelta(days=1), **asked)
    return siege.app().ask(f"{ENTITIES}/{siege.person.id}")


@attack
def a_person_who_was_never_asked(siege: Siege) -> Any:
    siege.agree("A-1", consent=True)
    return siege.app().ask(f"{ENTITIES}/{siege.person.id}")


@attack
def an_attribute_beyond_the_agreement_by_a_filter(siege: Siege) -> Any:
    siege.agree("A-1")
    query = quote(f'idNumber=="{siege.person.value("idNumber")}"')
    siege.secrets = [str(siege.person.value("name"))]
    return siege.app().ask(f"{ENTITIES}?type=Person&q={query}")


@attack
def more_than_the_quantity_of_a_day(siege: Siege) -> Any:
    siege.agree("A-1", grant={"quota": 5})
    siege.secrets = []
    return siege.app().ask(f"{ENTITIES}?type=Person&limit=50")


@attack
def a_device_that_reads_persons(siege: Siege) -> Any:
    siege.agree("A-1")
    app = siege.app("sensor-1")
    Account.objects.filter(username="sensor-1").update(kind="device")
    return app.ask(f"{ENTITIES}?type=Person")


@attack
def the_purpose_of_a_session_lent_to_a_key(siege: Siege) -> Any:
    siege.agree("A-1")
    client = siege.client("steward")
    return client.get(f"{ENTITIES}?type=Person", headers={"Authorization": f"Bearer {siege.app().key}"})


@pytest.mark.parametrize("name", ATTACKS)
def test_it_is_refused_and_told(siege: Siege, name: str) -> None:
    with told() as rows:
        answers = outcome(ATTACKS[name], siege)
    for answer in answers:
        assert answer[0] == "4", answer[:300]
        assert not [s for s in siege.secrets if s in answer], answer[:300]
    assert len(rows) >= len(answers), f"the ledger has {len(rows)} refusals of {len(answers)}"


def test_what_is_hidden_is_not_told_by_its_presence(siege: Siege) -> None:
    """attrs= finds whoever has the attribute: not where the attribute itself is beyond the agreement."""
    siege.agree("A-1")
    found = siege.app().ask(f"{ENTITIES}?type=Person&attrs=assistanceKind&options=keyValues")
    assert json.loads(found.content) == []  # type: ignore[attr-defined]


def test_what_is_not_there_and_what_one_may_not_see_look_the_same(siege: Siege) -> None:
    """Existence by words or by the ledger; that both cost the same work is seen in the number of queries."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = siege.client("developer")
    client.get(f"{ENTITIES}/urn:ngsi-ld:Person:other")  # what a process asks for once in a while
    seen = []
    for entity_id in (siege.person.id, "urn:ngsi-ld:Person:nobody"):
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(f"{ENTITIES}/{entity_id}")
        said = answer.content.decode().replace(entity_id, "…")
        seen.append((answer.status_code, said, len(captured)))
    assert seen[0] == seen[1]
    assert seen[0][0] in (403, 404)

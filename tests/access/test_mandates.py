"""Acting for others: what registers say, what mandates add, and what neither opens."""

# ruff: noqa: F811

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import RequestFactory
from django.utils import timezone
from psycopg import errors

from access.acting import BABY, BORN, GRAN, HOME, LI, MILL, SHOP, SUN, ZHAO, acting, follow, mandate, me, offer, write  # noqa: F401
from lingqu.centre.access import door as access
from lingqu.centre.access.models import Account, LedgerRow, Mandate
from lingqu.centre.entities import door as entities
from lingqu.kernel.errors import Conflict, Invalid, NotFound, Refused
from web_role import as_web, web_role  # noqa: F401

pytestmark = pytest.mark.django_db


def whom(name: str) -> dict[str, str]:
    return {each.id: each.basis for each in access.represented(me(name))}


def request(name: str, entity: str = "") -> Any:
    """A request of an account whose session says (rightly or not) that it acts for an entity."""
    made = RequestFactory().get("/")
    made.user, made.session = Account.objects.get(username=name), {"purpose": "mine"}
    if entity:
        made.session["on_behalf"] = entity
    return made


def seen(actor: access.Actor, kind: str) -> set[str]:
    return {e.id for e in entities.find(actor, entities.Query(types=(kind,))).entities}


def change(number: int, **values: Any) -> None:
    """What only time brings."""
    with connection.cursor() as cursor:
        cursor.execute("alter table access_mandate disable trigger guard_mandate")
        Mandate.objects.filter(pk=number).update(**values)
        cursor.execute("alter table access_mandate enable trigger guard_mandate")


def test_registers_say_who_represents_whom(acting: None) -> None:
    assert whom("zhao") == {MILL: "head", BABY: "parent"}
    assert whom("li") == {SHOP: "head"}
    assert whom("sun") == {}
    (baby,) = [each for each in access.represented(me("zhao")) if each.id == BABY]
    assert baby.label == "赵小宝"
    assert baby.until is not None
    assert baby.until.date().year == BORN.year + 18


def test_it_follows_the_registers(acting: None) -> None:
    write("urn:ngsi-ld:Head:m", name="孙三", idNumber="1003", code="m")
    follow()
    assert MILL not in whom("zhao")
    assert whom("sun") == {MILL: "head"}
    write(MILL, name="mill", code="m", status="3")  # deregistered
    follow()
    assert whom("sun") == {}
    write(BABY, name="赵小宝", sex="1", birthDate="2000-01-01", livesAt=HOME)
    follow()
    assert whom("zhao") == {}


def test_a_number_without_its_name_represents_nobody(acting: None) -> None:
    write("urn:ngsi-ld:Head:s", name="李二", idNumber="1003", code="s")
    follow()
    assert whom("sun") == whom("li") == {}


def test_what_is_contested_gives_no_power(acting: None) -> None:
    entities.contest("urn:ngsi-ld:Head:m", "idNumber", True, "test")
    follow()
    assert MILL not in whom("zhao")


def test_a_mandate_holds_once_accepted_and_until_revoked(acting: None) -> None:
    number = access.give_mandate(me("zhao"), offer(MILL, "sun"))
    assert whom("sun") == {}
    assert [m.state for m in access.mandates(me("sun"))] == ["offered"]
    access.answer_mandate(me("sun"), number, accept=True)
    assert whom("sun") == {MILL: "mandate"}
    assert access.represents(me("sun"), MILL, "apply", "founding")
    assert [m.state for m in access.mandates(me("zhao"))] == ["living"]
    access.end_mandate(me("zhao"), number)
    assert whom("sun") == {}
    assert [m.state for m in access.mandates(me("sun"))] == ["ended"]
    with pytest.raises(Conflict):
        access.answer_mandate(me("sun"), number, accept=True)
    told = [r.detail.get("what") for r in LedgerRow.objects.filter(act="grant").order_by("pk")]
    assert told == ["mandate offered", "mandate accepted", "mandate ended"]


def test_a_mandate_ends_by_its_day_with_its_giver_and_its_ground(acting: None) -> None:
    number = mandate("zhao", MILL, "sun")
    hour, now = timedelta(hours=1), timezone.now()
    for begins, ends, holds in ((-2, -1, {}), (1, 2, {}), (-1, 2, {MILL: "mandate"})):
        change(number, begins=now + begins * hour, ends=now + ends * hour)
        assert whom("sun") == holds
    Account.objects.filter(username="zhao").update(is_active=False)
    assert whom("sun") == {}
    Account.objects.filter(username="zhao").update(is_active=True)
    write("urn:ngsi-ld:Head:m", name="李二", idNumber="1002", code="m")  # the mill has another head
    follow()
    assert whom("sun") == {}
    assert [m.state for m in access.mandates(me("sun"))] == ["idle"]
    assert number in [m.number for m in access.mandates(me("li"))]  # who heads it now sees it, and may end it
    access.end_mandate(me("li"), number)


def test_one_gives_for_oneself_or_by_register_never_by_mandate(acting: None) -> None:
    mandate("gran", GRAN, "zhao")
    assert GRAN in whom("zhao")
    with pytest.raises(Refused):
        access.give_mandate(me("zhao"), offer(GRAN, "sun"))
    with pytest.raises(Refused):
        access.give_mandate(me("sun"), offer(MILL, "gran"))
    with pytest.raises(Refused):
        access.give_mandate(me("zhao"), offer(SHOP, "sun"))
    with pytest.raises(Refused):
        access.give_mandate(replace(me("zhao"), kind="client"), offer(MILL, "sun"))
    with pytest.raises(Invalid):
        access.give_mandate(me("zhao"), offer(MILL, "zhao"))
    with pytest.raises(Invalid):
        access.give_mandate(me("zhao"), offer(MILL, "sun", ends=timezone.now() + timedelta(days=5000)))
    with pytest.raises(Invalid):
        access.give_mandate(me("zhao"), offer(MILL, "sun", does=("everything",)))
    assert access.give_mandate(me("zhao"), offer(MILL, "there-is-no-such-account"))  # not told whether there is


def test_only_whom_it_was_offered_to_accepts_and_only_parties_end(acting: None) -> None:
    number = access.give_mandate(me("zhao"), offer(MILL, "sun"))
    for other in ("li", "zhao"):
        with pytest.raises(NotFound):
            access.answer_mandate(me(other), number, accept=True)
    with pytest.raises(NotFound):
        access.end_mandate(me("li"), number)
    assert access.mandates(me("li")) == []


def test_scope(acting: None) -> None:
    mandate("zhao", MILL, "sun", does=("apply",), services=("founding",))
    sun = me("sun")
    assert access.represents(sun, MILL, "apply", "founding")
    assert not access.represents(sun, MILL, "apply", "closing")
    assert not access.represents(sun, MILL, "see")
    with pytest.raises(Refused):
        access.require_represents(sun, MILL, "apply", "closing")
    mandate("zhao", MILL, "sun", does=("see",))
    assert access.represents(sun, MILL, "see")
    assert not access.represents(sun, MILL, "apply", "closing")  # two scopes are not added up
    actor = access.actor_of(request("sun", MILL))
    assert actor.selves == (SUN, MILL)


def test_a_session_is_believed_nothing(acting: None) -> None:
    assert access.on_behalf(request("zhao", MILL)) == MILL
    for forged in (SHOP, SUN, "urn:ngsi-ld:Firm:none", "' or 1=1 --", "x" * 5000):
        made = request("zhao", forged)
        assert access.on_behalf(made) == ""
        assert access.actor_of(made).selves == (ZHAO,)
        assert access.behalf_lost(made)
        with pytest.raises(Refused):
            access.act_for(made, forged)
    number = mandate("zhao", MILL, "sun")
    made = request("sun")
    access.act_for(made, MILL)
    assert access.on_behalf(made) == MILL
    access.end_mandate(me("zhao"), number)
    later = request("sun", made.session["on_behalf"])
    assert access.on_behalf(later) == ""
    access.act_for(later, "")
    assert not access.behalf_lost(later)


def test_keys_and_tokens_act_for_nobody(acting: None) -> None:
    made = request("zhao", MILL)
    made._lingqu_credential = Account.objects.get(username="zhao")  # a token opened this request
    assert access.actor_of(made).behalf is None
    assert access.represented(access.Actor("client", "zhao", account_id=1, person=ZHAO)) == []
    assert access.represented(access.Actor("person", "zhao", person=ZHAO)) == []


def test_own_rows_reach_whom_one_acts_for_and_nobody_else(acting: None) -> None:
    zhao = access.actor_of(request("zhao"))
    assert seen(zhao, "Person") == {ZHAO}
    child = access.actor_of(request("zhao", BABY))
    assert seen(child, "Person") == {ZHAO, BABY}
    assert entities.get(child, BABY).attrs["name"]["value"] == "赵小宝"  # unmasked, as the own record is
    mandate("gran", GRAN, "sun", does=("apply",))
    assert seen(access.actor_of(request("sun", GRAN)), "Person") == {SUN}
    told = LedgerRow.objects.filter(entity_ids__contains=[BABY], act="read").latest("pk")
    assert told.actor == "zhao"
    assert told.detail["on_behalf"] == BABY


def test_the_database_knows_too(acting: None, as_web: Any) -> None:
    number = mandate("zhao", MILL, "sun")
    other = access.give_mandate(me("li"), offer(SHOP, "gran"))
    count = "select count(*) from "

    def ask(statement: str, *given: Any) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(statement, given)
            return [row[0] for row in cursor.fetchall()] if cursor.description else []

    with transaction.atomic(), as_web():
        assert ask(count + "access_mandate") == ask(count + "access_representation") == [0]
        with access.working_for(lambda: me("sun")):
            assert ask("select number from access_mandate") == [number]
            assert ask(count + "access_representation") == [0]
        with access.working_for(lambda: access.actor_of(request("zhao", BABY))):
            assert ask(count + "access_representation") == [2]
            assert ask("select id from entity where type = 'Person' order by id") == [BABY, ZHAO]
            assert ask("update access_mandate set accepted_at = now() where number = %s returning 1", other) == []
        with access.working_for(lambda: me("li")):
            assert ask(count + "access_mandate") == [1]
    made = ("insert into access_mandate (entity, entity_type, label, giver, giver_person, taker, does, services, words,"
            " begins, ends, created_at, ended_by) values (%s, 'Firm', '', %s, %s, 'sun', '{see}', '{}', '', now(),"
            " now() + interval '1 day', now(), '')")  # fmt: skip
    for given in ((SHOP, "sun", SUN), (MILL, "zhao", ZHAO), (SHOP, "sun", LI)):
        refused(as_web, "sun", made, *given)
    refused(as_web, "li", "update access_mandate set accepted_at = now() where number = %s", other)
    refused(as_web, "li", "update access_mandate set taker = 'li' where number = %s", other)
    refused(as_web, "sun", "insert into access_representation (rule, representative, represented, type, label, via) "
            "values ('head', %s, %s, 'Firm', '', '')", SUN, SHOP)  # fmt: skip


def refused(as_web: Any, name: str, statement: str, *given: Any) -> None:
    with transaction.atomic(), as_web(), access.working_for(lambda: me(name)), pytest.raises(Exception) as found:  # noqa: SIM117
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, given)
    assert isinstance(found.value.__cause__, errors.InsufficientPrivilege), found.value


def test_the_web_role_goes_the_whole_way(acting: None, as_web: Any) -> None:
    with transaction.atomic(), as_web():
        with access.working_for(lambda: me("zhao")):
            number = access.give_mandate(me("zhao"), offer(MILL, "sun"))
        with access.working_for(lambda: me("sun")):
            access.answer_mandate(me("sun"), number, accept=True)
            assert access.on_behalf(request("sun", MILL)) == MILL
        with access.working_for(lambda: me("zhao")):
            access.end_mandate(me("zhao"), number)
        with access.working_for(lambda: me("sun")):
            assert access.on_behalf(request("sun", MILL)) == ""

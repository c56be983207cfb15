"""What stands behind a forgotten filter and a stolen connection: roles, walls, passes (ADR 6)."""

# ruff: noqa: F811

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection, transaction
from psycopg import errors

from lingqu.centre.access import door as access
from lingqu.centre.access import passes
from lingqu.centre.access.door import ANONYMOUS, SYSTEM, Actor
from lingqu.centre.access.models import Account
from lingqu.centre.entities import door as entities
from lingqu.centre.entities.door import Draft, Evolution, Query, Window
from lingqu.kernel.errors import NotFound, Refused
from lingqu.site import postgres
from lingqu.site.postgres import roles
from little_city import city, draw, person, police  # noqa: F401
from web_role import owner, stolen, walls  # noqa: F401

Web = Callable[[], AbstractContextManager[None]]
ID = "urn:ngsi-ld:Person:"
NAMES = Window(attributes=("name",))


@pytest.fixture
def people(city: None) -> None:
    """Two persons of the police, one of housing, one building."""
    _people()


def _people() -> None:
    drafts = [
        Draft(ID + "1", "Person", person(1), owner="police", region="230102001000"),
        Draft(ID + "2", "Person", person(2), owner="police", region="230103001000"),
        Draft(ID + "3", "Person", person(3), owner="housing", region="230102001000"),
        Draft("urn:ngsi-ld:Building:1", "Building", {"address": {"type": "Property", "value": "楼"}}, owner="housing"),
    ]
    entities.write(SYSTEM, drafts)


def _ask(statement: str, *given: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return [row[0] for row in cursor.fetchall()]


def _all() -> list[str]:
    """A forgotten filter."""
    return [
        entity_id.rpartition(":")[2] for entity_id in _ask("select id from entity where type = 'Person' order by id")
    ]


def test_a_forgotten_filter_shows_no_more_than_the_actor_may_see(walls: None, people: None, as_web: Web) -> None:
    clerk = Actor("person", "zhao", roles=("clerk",), region="230102000000", purpose="assistance")
    with as_web():
        assert _all() == []
        with passes.working_for(lambda: clerk):
            assert _all() == ["1", "3"]
            assert _ask("select count(*) from entity_change where type = 'Person'") == [0]
        with passes.working_for(lambda: replace(clerk, purpose="")):
            assert _all() == []
        with passes.working_for(lambda: ANONYMOUS):
            assert _all() == []
            assert _ask("select count(*) from entity where type = 'Building'") == [1]
        with passes.working_for(lambda: SYSTEM):
            assert _all() == ["1", "2", "3"]
    assert _all() == ["1", "2", "3"]


def test_the_store_answers_a_web_process_as_it_answers_the_owner(people: None, as_web: Web, police: Actor) -> None:
    clerk = Actor("person", "zhao", roles=("clerk",), region="230102000000", purpose="assistance")
    asked = [Query(types=("Person",)), Query(types=("Person",), words="王小明2"), Query(bounds=(126, 45, 127, 46))]
    for actor in (clerk, police, ANONYMOUS, SYSTEM):
        known = [q for q in asked if actor.purpose or "Person" not in q.types]
        by_owner = [[e.id for e in entities.find(actor, q).entities] for q in known]
        with as_web():
            assert [[e.id for e in entities.find(actor, q).entities] for q in known] == by_owner
            assert entities.type_counts(actor).get("Person", 0) == len(by_owner[0] if actor.purpose else [])


def test_writes_need_a_pass_that_writes(walls: None, people: None, as_web: Web, police: Actor) -> None:
    clerk = Actor("person", "zhao", roles=("clerk",), region="230102000000", purpose="assistance")
    change = "update entity set label = 'x' where type in ('Person', 'Building') returning id"
    told = "insert into entity_change (entity_id, type, operation, at, actor) values ('x', 'x', 'x', now(), 'x')"
    with as_web():
        assert _ask(change) == []
        with passes.working_for(lambda: clerk):
            assert _ask(change) == []
        with passes.working_for(lambda: police):
            assert sorted(_ask(change)) == [ID + "1", ID + "2"]
            with pytest.raises(errors.InsufficientPrivilege), transaction.atomic():
                _unwrapped("update entity set owner = 'housing' where id = %s", ID + "1")
        with pytest.raises(errors.InsufficientPrivilege), transaction.atomic():
            _unwrapped(told)


def _unwrapped(statement: str, *given: Any) -> None:
    """What the database says, and not what Django makes of it."""
    try:
        _ask(statement, *given)
    except Exception as error:
        raise (error.__cause__ or error) from None


def test_the_write_path_works_as_the_web_role(people: None, as_web: Web, police: Actor) -> None:
    with as_web():
        draft = Draft(ID + "1", "Person", person(1, sex="1"), owner="police")
        assert entities.write(police, [draft, replace(draft, id=ID + "9")]).created == 1
        assert entities.history(police, ID + "1")
        assert entities.delete(police, [ID + "9"]).deleted == 1
        with pytest.raises(NotFound):
            entities.get(police, ID + "9")
        assert entities.history(police, ID + "9")
        with pytest.raises(Refused):
            entities.write(police, [replace(draft, id=ID + "3")])
    assert _ask("select sum(n) from entity_tally where type = 'Person'") == [3]


def test_what_one_may_not_see_is_not_passed_over_in_silence(people: None, as_web: Web) -> None:
    """An id that is taken by a row behind the wall is refused, as it is where the row can be seen."""
    grant = {"actions": ["read", "write"], "types": ["Person"], "rows": "own_department"}
    draw([("role", {"code": "own", "title": "本部门", "grants": [grant]})])
    own = Actor("person", "o", roles=("own",), department="police", purpose="p")
    draft = Draft(ID + "3", "Person", person(3), owner="police")
    for within in (nullcontext(), as_web()):
        with within, pytest.raises(Refused):
            entities.write(own, [draft])


def test_the_pass_changes_with_the_actor_and_outlives_no_rollback(
    walls: None, people: None, as_web: Web, police: Actor
) -> None:
    clerk = Actor("person", "zhao", roles=("clerk",), region="230102000000", purpose="assistance")
    with as_web():
        access.visible(clerk)
        assert _all() == ["1", "3"]
        with transaction.atomic():
            access.visible(police)
            assert _all() == ["1", "2", "3"]
            access.visible(clerk)
            assert _all() == ["1", "3"]
            transaction.set_rollback(True)
        assert _all() == ["1", "3"]
        with transaction.atomic():
            access.visible(police)
            _all()
            transaction.set_rollback(True)
        access.visible(ANONYMOUS)
        assert _all() == []


def test_a_pass_that_stands_is_not_set_again(people: None, as_web: Web) -> None:
    clerk = Actor("person", "zhao", roles=("clerk",), region="230102000000", purpose="assistance")
    with as_web():
        with passes.working_for(lambda: clerk):
            _all()
        carried = connection.connection.lingqu_pass
        _ask("select 1")
        with passes.working_for(lambda: clerk):
            _all()
        assert connection.connection.lingqu_pass is carried


@pytest.fixture
def committed(transactional_db: None, people: None) -> None:
    """The same people, where other connections see them."""


def _count(held: psycopg.Connection[Any], what: str) -> int:
    row = held.execute(f"select count(*) from {what}").fetchone()  # type: ignore[arg-type]
    return int(row[0]) if row else -1


def _carrying(held: psycopg.Connection[Any], text: str) -> int:
    held.execute("select set_config('lingqu.pass', %s, false)", [text])
    return _count(held, "entity where type = 'Person'")


def test_a_stolen_connection_sees_what_is_public(walls: None, stolen: psycopg.Connection[Any], committed: None) -> None:
    assert _count(stolen, "entity") == 1
    assert _count(stolen, "entity_past") == 0
    assert _count(stolen, "entity_change where type = 'Person'") == 0
    assert _count(stolen, "fusion_fusiondispute") == 0
    assert _count(stolen, "access_ledger") == 0


def test_the_past_is_behind_the_wall(
    walls: None, stolen: psycopg.Connection[Any], committed: None, as_web: Web, police: Actor
) -> None:
    def name(text: str, at: str) -> dict[str, Any]:
        return {"type": "Property", "value": text, "observedAt": f"{at}-01-01T00:00:00Z"}

    entities.evolve(SYSTEM, Evolution(ID + "1", "Person", {"name": [name("王一", "2001"), name("王二", "2002")]}))
    told = f"guard.evolution('{ID}1')"
    assert _count(stolen, "entity_instance") == 0
    assert _count(stolen, told) == 0
    assert _carrying(stolen, passes._sealed(passes.scopes_of(SYSTEM), stolen.info.backend_pid, time.time() + 60)) == 3
    assert _count(stolen, told) == 4
    clerk = Actor("person", "zhao", roles=("clerk",), region="230103000000", purpose="assistance")
    with as_web():
        for actor, number in ((police, 4), (clerk, 0)):
            with passes.working_for(lambda actor=actor: actor):  # type: ignore[misc]
                assert len(_ask(f"select attribute from {told}")) == number
        with passes.working_for(lambda: police):
            entities.evolve(police, Evolution(ID + "1", "Person", {"name": [name("王三", "2003")]}))
            assert [i.instance["value"] for i in entities.evolution(police, ID + "1", NAMES).found[0].instances] == [
                *("王一", "王二", "王三", "王小明1")
            ]


def test_the_ledger_is_walled_but_for_ones_own_rows(walls: None, people: None, as_web: Web, police: Actor) -> None:
    clerk = Actor("person", "zhao", roles=("clerk",), region="230102000000", purpose="assistance", account_id=7)
    me = Actor("person", "me", person=ID + "1", account_id=8)
    access.record(clerk, "read", entity_type="Person", entity_ids=[ID + "1"])
    access.record(police, "read", entity_type="Person", entity_ids=[ID + "2"])
    asked = "select actor from access_ledger where act = 'read' order by id"
    with as_web():
        assert _ask(asked) == []
        for actor, seen in ((clerk, ["zhao"]), (me, ["zhao"]), (SYSTEM, ["zhao", "wang"])):
            with passes.working_for(lambda actor=actor: actor):  # type: ignore[misc]
                assert _ask(asked) == seen
        access.record(ANONYMOUS, "refused", entity_type="Person")


def test_a_stolen_connection_makes_no_pass(walls: None, stolen: psycopg.Connection[Any], committed: None) -> None:
    until, pid = time.time() + 60, stolen.info.backend_pid
    good = passes._sealed(passes.scopes_of(SYSTEM), pid, until)
    assert _carrying(stolen, good) == 3
    assert _carrying(stolen, "0" * 64 + good[64:]) == 0
    assert _carrying(stolen, good[:-1] + " }") == 0
    assert _carrying(stolen, good.replace('"until":', '"until":9')) == 0
    assert _carrying(stolen, passes._sealed(passes.scopes_of(SYSTEM), pid, time.time() - 1)) == 0
    assert _carrying(stolen, passes._sealed(passes.scopes_of(SYSTEM), pid + 1, until)) == 0, "another's pass"
    assert _carrying(stolen, "x" * 64 + "not json") == 0
    for forbidden in ("select * from guard.key", "update guard.key set demo = true", "set role postgres"):
        with pytest.raises(psycopg.Error):
            stolen.execute(forbidden)  # type: ignore[call-overload]


@pytest.mark.parametrize(
    "forbidden",
    [
        "delete from access_ledger",
        "update access_ledger set actor = 'somebody else'",
        "truncate access_ledger",
        "truncate entity",
        "delete from entity_past",
        "delete from entity_instance",
        "update entity_instance set instance = null",
        "update entity_tally set n = 0",
        "delete from access_account",
        "update access_account set is_superuser = true",
        "update access_account set password = 'x'",
        "update access_account set roles = '{steward}'",
        "insert into access_account (username, password, roles, is_superuser, is_staff, is_active, first_name, "
        "last_name, email, date_joined, display_name, department, region, person, demo) "
        "values ('me', 'x', '{steward}', false, false, true, '', '', '', now(), '', '', '', '', false)",
        "update drawing_definition set document = '{}'",
        "insert into drawing_revision (at, actor, summary) values (now(), 'x', '{}')",
        "alter table entity disable row level security",
        "drop policy seen on entity",
        "create table public.mine ()",
        "create or replace function guard.pass() returns jsonb language sql as 'select null::jsonb'",
        "alter function public.entity_grams(text) immutable",
        "insert into entity (id, type, created_at, modified_at) values ('x', 'Building', now(), now())",
        "set session authorization lingqu",
        "select pg_read_file('PG_VERSION')",
        "copy (select 1) to program 'true'",
        "insert into protocols_subscription (id, kind, document, account, maker, department, purpose, agreement, "
        "begins, state, created_at, modified_at, times_sent, times_failed) "
        "values ('x', 'entities', '{}', 1, 'zhou', '', '', '', '', 'active', now(), now(), 0, 0)",
        "insert into procrastinate_jobs (queue_name, task_name) values ('x', 'x')",
    ],
)
def test_a_stolen_connection_changes_nothing(stolen: psycopg.Connection[Any], committed: None, forbidden: str) -> None:
    Account.objects.create_user("zhou", "secret", roles=["clerk"])
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        stolen.execute(forbidden)  # type: ignore[call-overload]


def test_errors_and_functions_tell_nothing_of_rows_behind_the_wall(
    walls: None, stolen: psycopg.Connection[Any], committed: None
) -> None:
    for probing in ("label::int > 0", "1 / (length(label) - length(label)) > 0", "label ~ '王'"):
        assert _count(stolen, f"entity where type = 'Person' and {probing}") == 0
    stolen.execute(
        "create function pg_temp.tell(text) returns bool language plpgsql cost 0.0001 as "
        "$$ begin raise exception '%', $1; end $$"
    )
    assert _count(stolen, "entity where pg_temp.tell(label) and type = 'Person'") == 0


def test_indexes_work_behind_the_wall(committed: None, stolen: psycopg.Connection[Any]) -> None:
    """Operators that are not leakproof would be kept from their indexes (the reason is in ADR 6)."""
    with owner() as other:
        other.execute(
            "insert into entity (id, type, label, search, attrs, bounds, created_at, modified_at) "
            "select 'b' || n, 'Building', 'x', 'x' || n, jsonb_build_object('floors', n), "
            "box(point(n, n), point(n, n)), now(), now() from generate_series(1, 20000) n"
        )
        other.execute("analyze entity")
    for asked in (
        "attrs @> '{\"floors\": 7}'",
        "attrs @@ '$.floors == 7'",
        "bounds && '(7,7),(7,7)'::box",
        "entity_grams(search) @@ '''x7'''::tsquery and position('x7' in search) > 0",
        "type = 'Building' and id = any('{b7}')",
    ):
        question = f"explain select * from entity where {asked}"
        plan = [row[0] for row in stolen.execute(question)]  # type: ignore[call-overload]
        assert not any("Seq Scan on entity" in line for line in plan), "\n".join(plan)


def test_the_wall_is_lowered_where_it_would_switch_indexes_off(walls: None, people: None) -> None:
    """What an external server without a superuser gets: reads are not walled, writes are, indexes work."""
    with pytest.MonkeyPatch.context() as patch, transaction.atomic():
        raw = connection.connection
        patch.setattr(roles, "LEAKPROOF", (*roles.LEAKPROOF, "pg_catalog.textregexeq(text, text)"))
        patch.setattr(roles, "_mark", lambda _: None)
        assert not roles._walls(raw)
        assert _ask("select 1 from pg_policies where policyname = 'lowered'") == [1]
        assert _ask("select 1 from pg_policies where policyname = 'made' and tablename = 'entity'") == [1]
        patch.undo()
        assert roles._walls(raw)
        assert _ask("select 1 from pg_policies where policyname = 'lowered'") == []


def test_every_table_is_told_what_the_web_role_may_do(db: None) -> None:
    there = set(_ask("select tablename::text from pg_tables where schemaname = 'public'"))
    untold = there - roles.WEB.keys() - set(roles.CLOSED)
    assert not untold, f"say in site/postgres/roles.py what the web role may do with {sorted(untold)}"
    assert not roles.WEB.keys() - there


def test_roles_are_made_anew_without_a_change(web_role: dict[str, str], db: None) -> None:
    with owner() as other:
        super_ = other.execute("select rolsuper from pg_roles where rolname = current_user").fetchone()
        assert postgres.provision(other, Path(settings.LINGQU_SECRETS), demo=True).walls == (super_ == (True,))
    psycopg.connect(**web_role).close()  # type: ignore[arg-type]  # the password is still the same

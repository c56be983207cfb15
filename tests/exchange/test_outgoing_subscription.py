"""What changed goes to a subscriber, nothing is lost, and what it may not see any more it is told to erase."""

# ruff: noqa: F811

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from handed_out import (
    OWNER,
    STEWARD,
    Receiver,
    agreed,
    people,  # noqa: F401
    person_id,
    put,
    receiver,  # noqa: F401
    toytown,  # noqa: F401
)
from lingqu.centre.access import door as access
from lingqu.centre.access.door import SYSTEM, Actor
from lingqu.centre.access.models import LedgerRow
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.entities import door as entities
from lingqu.centre.exchange import door, models
from lingqu.centre.exchange.outgoing.channels import post
from settled import settle

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("people")]


def subscribe(receiver: Receiver, **how: Any) -> catalogue.Agreement:
    target = {"url": receiver.url, "batch": "2", "timeout": "2"}
    return agreed("subscription", target, frequency="realtime", **how)


def follow() -> list[str]:
    """What a worker does, until nothing is due; gives the states of the dispatches."""
    settle()
    states = []
    for _ in range(20):
        door.due_dispatches()
        pending = door.pending_dispatches()
        if not pending:
            return states
        for number in pending:
            found = door.send(number)
            states.append(found.state if found else "nothing")
    raise AssertionError("it does not come to rest")


def operations(receiver: Receiver) -> list[tuple[str, str]]:
    return [(row["op"], row["id"][-1]) for _, rows in receiver.seen for row in rows]


def test_first_all_of_it_then_what_changed(receiver: Receiver) -> None:
    subscribe(receiver)
    assert follow() == ["acknowledged"]
    assert operations(receiver) == [("upsert", n) for n in "01234"]
    receiver.seen.clear()
    assert follow() == []
    put(3, name="王大明")
    put(7)
    entities.delete(SYSTEM, [person_id(1)])
    assert follow() == ["acknowledged"]
    assert operations(receiver) == [("upsert", "3"), ("upsert", "7"), ("delete", "1")]
    assert receiver.rows[person_id(3)] == {
        "person_name": "王大明",
        "sex": "1",
        "citizen_id": "1101**********002X",
    }


def test_a_deletion_tells_nothing_of_who_was_never_seen(receiver: Receiver) -> None:
    subscribe(receiver, regions=("419901001000",))
    follow()
    receiver.seen.clear()
    put(8, region="419901002000")
    entities.delete(SYSTEM, [person_id(8)])
    put(2, region="419901002000")  # moved away
    follow()
    assert operations(receiver) == [("delete", "2")]
    put(2, region="419901001000")
    follow()
    assert operations(receiver)[1:] == [("upsert", "2")]


def test_what_consents_open_and_close(receiver: Receiver) -> None:
    agreement = subscribe(receiver, consent=True)
    assert follow() == ["nothing"]
    me = Actor("person", "me", person=person_id(1))
    asked = access.ask_consent(
        catalogue.delivering(agreement),
        person=me.person,
        agreement=agreement.number,
        department="civil_affairs",
        items=("name",),
        matter="救助",
        until=timezone.now() + timedelta(days=9),
    )
    assert follow() == ["nothing"]
    access.give_consent(me, asked.number)
    assert follow() == ["acknowledged"]
    assert operations(receiver) == [("upsert", "1")]
    access.withdraw_consent(me, asked.number)
    assert follow() == ["acknowledged"]
    assert operations(receiver)[1:] == [("delete", "1")]
    told = LedgerRow.objects.filter(act="export", detail__agreement=agreement.number)
    assert {i for row in told for i in row.entity_ids} == {person_id(1)}


def test_what_expires_is_told_of_within_a_day(receiver: Receiver) -> None:
    """Nothing stands in the log when time alone takes an entity away."""
    subscribe(receiver)
    follow()
    receiver.seen.clear()
    with connection.cursor() as cursor:
        cursor.execute("update entity set expires_at = now() - interval '1 minute' where id = %s", [person_id(0)])
    assert follow() == []
    models.Subscription.objects.update(compared_at=timezone.now() - timedelta(days=2))
    assert follow() == ["acknowledged"]
    assert operations(receiver) == [("delete", "0")]


def test_a_receipt_of_another_number_advances_nothing(receiver: Receiver) -> None:
    agreement = subscribe(receiver)
    receiver.moods = ["good", "short"]
    assert follow() == ["differs"]
    assert door.due_dispatches() == []
    (stuck,) = door.dispatches(agreement=agreement.number)
    assert (stuck.rows_sent, stuck.rows_received) == (4, 3)
    assert stuck.receipt["differing"] == [{"batch": 2, "sent": 2, "received": 1}]
    door.try_again(STEWARD, stuck.id)
    follow()
    assert set(receiver.rows) == {person_id(n) for n in range(5)}


def test_withdrawn_it_is_told_nothing_more(receiver: Receiver) -> None:
    agreement = subscribe(receiver)
    follow()
    receiver.seen.clear()
    catalogue.withdraw(OWNER, agreement.number, "用途超出约定")
    put(0, name="王大明")
    assert follow() == []
    assert receiver.seen == []


class Killed(BaseException):
    pass


WRITES = st.lists(
    st.tuples(
        st.sampled_from(["put", "move", "delete", "follow", "die", "deaf"]), st.integers(0, 6), st.integers(0, 3)
    ),
    max_size=14,
)


@given(writes=WRITES)
@example(writes=[("put", 0, 0), ("deaf", 3, 3), ("delete", 0, 1)])  # sent, its receipt lost, and then gone
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_whatever_happens_the_subscriber_ends_with_what_it_may_see(
    receiver: Receiver, writes: list[tuple[str, int, int]]
) -> None:
    """Random writes, lost receipts and deaths: upserts less deletions, as the receiver has them, are what it would
    find."""
    for other in catalogue.living_agreements():
        catalogue.withdraw(OWNER, other.number, "下一例")
    receiver.rows.clear()
    agreement = subscribe(receiver, regions=("419901001000",))
    for act, number, name in writes:
        _act(receiver, act, number, name)
    receiver.moods = []
    for _ in range(10):
        models.Dispatch.objects.filter(state="waiting").update(next_at=timezone.now())
        if not follow():
            break
    reader = catalogue.delivering(agreement)
    page = entities.find(reader, entities.Query(types=("Person",), limit=100))
    items = dict(agreement.attributes)
    assert receiver.rows == {
        e.id: {item: e.value(attribute) for item, attribute in items.items()} for e in page.entities
    }


def _act(receiver: Receiver, act: str, number: int, name: int) -> None:
    if act == "put":
        put(number, name=f"王{'一二三四'[name]}")
    elif act == "move":
        put(number, region="419901002000")
    elif act == "delete":
        if entities.count(SYSTEM, entities.Query(ids=(person_id(number),))):
            entities.delete(SYSTEM, [person_id(number)])
    elif act == "deaf":
        receiver.moods = ["deaf"]
        follow()
    elif act == "follow":
        follow()
    else:
        _die(receiver, at=name + 1)


def _die(receiver: Receiver, at: int) -> None:
    """Killed behind the n-th batch, before its receipt is kept."""
    real, calls = post.post, 0

    def dies(*how: Any) -> Any:
        nonlocal calls
        calls += 1
        found = real(*how)
        if calls == at:
            raise Killed
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(post, "post", dies)
        try:
            follow()
        except Killed:
            return

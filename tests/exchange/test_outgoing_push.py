"""Pushes to a receiver that answers, fails, hangs, lies and leads away."""

# ruff: noqa: F811

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from handed_out import (
    KEY,
    OWNER,
    STEWARD,
    Receiver,
    agreed,
    people,  # noqa: F401
    person_id,
    put,
    receiver,  # noqa: F401
    run,
    toytown,  # noqa: F401
)
from lingqu.centre.access.models import LedgerRow
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.exchange import door, models
from lingqu.centre.exchange.outgoing.actions.send import pause
from lingqu.centre.exchange.outgoing.channels import post
from lingqu.kernel.errors import Conflict, Invalid, Refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("people")]


def push(receiver: Receiver, **target: str) -> catalogue.Agreement:
    return agreed("push", {"url": receiver.url, "batch": "2", "timeout": "1"} | target)


def again(number: int) -> door.Dispatch:
    """As if the pause were over."""
    models.Dispatch.objects.filter(pk=number).update(next_at=timezone.now())
    found = door.send(number)
    assert found
    return found


@pytest.mark.parametrize(("form", "packed"), [("ndjson", "true"), ("json", "false")])
def test_all_that_is_agreed_and_nothing_else(receiver: Receiver, form: str, packed: str) -> None:
    agreement = push(receiver, format=form, gzip=packed)
    done = run(agreement)
    assert done.state == "acknowledged"
    assert (done.rows_read, done.rows_sent, done.rows_received, done.batch) == (5, 5, 5, 3)
    assert set(receiver.rows) == {person_id(n) for n in range(5)}
    assert receiver.rows[person_id(0)] == {
        "_id": person_id(0),
        "person_name": "王小明",
        "sex": "1",
        "citizen_id": "1101**********002X",
    }
    headers, rows = receiver.seen[-1]
    assert (headers["Lingqu-Final"], headers["Lingqu-Total"], rows) == ("1", "5", [])
    assert receiver.seen[0][0]["Lingqu-Agreement"] == agreement.number
    ledger = LedgerRow.objects.filter(act="export", way="delivery", detail__agreement=agreement.number)
    assert sorted(i for row in ledger for i in row.entity_ids) == [person_id(n) for n in range(5)]


def test_it_goes_on_where_it_was_when_the_receiver_comes_back(receiver: Receiver) -> None:
    agreement = push(receiver)
    receiver.moods = ["good", "broken"]
    waits = run(agreement)
    assert (waits.state, waits.rows_sent, waits.attempts) == ("waiting", 2, 1)
    assert waits.error
    assert waits.error["rule"] == "outgoing.push"
    assert waits.next_at > timezone.now() + timedelta(seconds=3)
    assert door.send(waits.id) == waits  # its time has not come
    done = again(waits.id)
    assert (done.state, done.rows_received, done.error) == ("acknowledged", 5, None)
    assert len(done.tries) == 1
    assert len(receiver.seen) == 4  # three batches and the end: nothing twice


def test_a_lost_receipt_brings_the_same_key_again(receiver: Receiver) -> None:
    receiver.moods = ["deaf"]
    waits = run(push(receiver))
    assert waits.state == "waiting"
    done = again(waits.id)
    assert done.state == "acknowledged"
    first, second = (headers["Idempotency-Key"] for headers, _ in receiver.seen[:2])
    assert first == second
    assert first.startswith(f"{done.id}:1:")
    assert sum(receiver.keys.values()) == 5


def test_what_was_read_anew_has_another_key(receiver: Receiver) -> None:
    receiver.moods = ["deaf"]
    waits = run(push(receiver))
    put(0, name="王大明")
    again(waits.id)
    first, second = (headers["Idempotency-Key"] for headers, _ in receiver.seen[:2])
    assert first != second
    assert receiver.rows[person_id(0)]["person_name"] == "王大明"


def test_what_is_again_what_it_was_is_not_taken_for_known(receiver: Receiver) -> None:
    receiver.moods = ["deaf"]
    waits = run(push(receiver))
    put(0, name="王大明")
    receiver.moods = ["deaf"]
    again(waits.id)
    put(0, name="王小明")
    assert again(waits.id).state == "acknowledged"
    assert receiver.rows[person_id(0)]["person_name"] == "王小明"


def test_pauses_grow_to_an_hour_and_then_it_is_parked(receiver: Receiver) -> None:
    assert [pause(n).total_seconds() for n in (1, 2, 3, 4, 5, 6, 50)] == [5, 20, 80, 320, 1280, 3600, 3600]
    receiver.mood = "broken"
    waits = run(push(receiver, tries="3"))
    for _ in range(2):
        waits = again(waits.id)
    assert (waits.state, waits.attempts, len(waits.tries)) == ("parked", 3, 3)
    assert waits.id not in door.pending_dispatches()
    receiver.mood = "good"
    assert door.try_again(STEWARD, waits.id).state == "waiting"
    assert again(waits.id).state == "acknowledged"


def test_one_that_hangs_is_left(receiver: Receiver) -> None:
    receiver.mood = "hangs"
    waits = run(push(receiver))
    assert waits.state == "waiting"


def test_one_that_lies_is_shown(receiver: Receiver) -> None:
    receiver.moods = ["good", "lies"]
    done = run(push(receiver))
    assert (done.state, done.rows_sent, done.rows_received) == ("differs", 5, 12)
    assert done.receipt["differing"] == [{"batch": 2, "sent": 2, "received": 9}]


@pytest.mark.parametrize("mood", ["no", "away"])
def test_a_refusal_or_a_redirect_ends_it(receiver: Receiver, mood: str) -> None:
    receiver.mood = mood
    done = run(push(receiver))
    assert done.state == "failed"
    assert done.error
    assert done.error["rule"] == "outgoing.rejected"
    assert done.rows_received is None


@pytest.mark.parametrize(
    ("target", "rule"),
    [
        ({"url": "http://169.254.169.254/x"}, "source.outbound"),
        ({"url": "http://localhost:1/x"}, "source.outbound"),
        ({"url": "http://127.0.0.1/${secret:django}"}, "outgoing.secret"),
        ({"secret": "police__push"}, "outgoing.secret"),
        ({"secret": "civil_affairs__none"}, "source.secret"),
        ({"token": "pass"}, "outgoing.secret"),
        ({"url": "http://127.0.0.1/${inbox}"}, "outgoing.secret"),
    ],
)
def test_where_it_may_not_go_and_what_it_may_not_tell(
    receiver: Receiver, settings: Any, target: dict[str, str], rule: str
) -> None:
    for name in ("django", "police__push", "pass"):
        (settings.LINGQU_SECRETS / name).write_text("not yours")
    done = run(push(receiver, **target))
    assert done.state == "failed"
    assert done.error
    assert done.error["rule"] == rule
    assert receiver.seen == []
    assert "not yours" not in repr(done)


def test_a_wrong_target_is_named_without_its_values(receiver: Receiver) -> None:
    agreement = push(receiver, tiemout=KEY)
    with pytest.raises(Invalid, match="tiemout") as caught:
        door.deliver(STEWARD, agreement.number)
    assert KEY not in str(caught.value)
    (finding,) = door.check_target(agreement.number)
    assert not finding.ok


def test_withdrawn_in_the_middle_it_stops_at_once(receiver: Receiver) -> None:
    agreement = push(receiver)
    sent = door.deliver(STEWARD, agreement.number)
    real = post.post

    def then_withdraw(*how: Any) -> Any:
        found = real(*how)
        if len(receiver.seen) == 2:
            catalogue.withdraw(OWNER, agreement.number, "用途超出约定")
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(post, "post", then_withdraw)
        done = door.send(sent.id)
    assert done
    assert (done.state, done.rows_sent, done.rows_received) == ("withdrawn", 4, 4)
    assert done.error
    assert "用途超出约定" in done.error["message"]["zh"]
    assert len(receiver.seen) == 2
    assert LedgerRow.objects.filter(act="refused", detail__rule="outgoing.withdrawn").exists()
    with pytest.raises(Refused):
        door.deliver(STEWARD, agreement.number)


def test_killed_between_two_batches_it_goes_on(receiver: Receiver) -> None:
    agreement = push(receiver)
    sent = door.deliver(STEWARD, agreement.number)

    class Killed(BaseException):
        pass

    real, calls = post.post, 0

    def dies(*how: Any) -> Any:
        nonlocal calls
        calls += 1
        found = real(*how)
        if calls == 2:
            raise Killed
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(post, "post", dies)
        with pytest.raises(Killed):
            door.send(sent.id)
    assert door.dispatch(sent.id).state == "running"
    assert door.pending_dispatches() == [sent.id]
    done = door.send(sent.id)
    assert done
    assert (done.state, done.rows_received) == ("acknowledged", 5)
    keys = [headers["Idempotency-Key"] for headers, _ in receiver.seen]
    assert keys[1] == keys[2]  # the receipt was lost with us
    assert len(receiver.rows) == 5


def test_one_open_dispatch_at_a_time_and_only_by_stewards(receiver: Receiver) -> None:
    agreement = push(receiver)
    first = door.deliver(STEWARD, agreement.number)
    with pytest.raises(Conflict):
        door.deliver(STEWARD, agreement.number)
    clerk = catalogue.delivering(agreement)
    for act in (door.park, door.try_again):
        with pytest.raises(Refused):
            act(clerk, first.id)
    with pytest.raises(Refused):
        door.deliver(clerk, agreement.number)
    assert door.park(STEWARD, first.id).state == "parked"
    door.send(first.id)
    assert receiver.seen == []


def test_its_quota_is_waited_for(receiver: Receiver) -> None:
    agreement = agreed("push", {"url": receiver.url, "batch": "2"}, quota=3)
    waits = run(agreement)
    assert (waits.state, waits.rows_sent) == ("waiting", 2)
    assert waits.error
    assert waits.error["rule"] == "access.quota"
    assert timezone.localdate(waits.next_at) == timezone.localdate() + timedelta(days=1)


def test_parked_while_it_runs_it_stops_behind_the_batch_on_its_way(receiver: Receiver) -> None:
    sent = door.deliver(STEWARD, push(receiver).number)
    real = post.post

    def then_park(*how: Any) -> Any:
        found = real(*how)
        if len(receiver.seen) == 1:
            door.park(STEWARD, sent.id)
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(post, "post", then_park)
        parked = door.send(sent.id)
    assert parked
    assert (parked.state, parked.rows_received, parked.tries) == ("parked", 2, [])
    assert len(receiver.seen) == 1
    door.try_again(STEWARD, sent.id)
    assert again(sent.id).rows_received == 5


def test_what_fails_at_once_is_not_begun_every_minute(receiver: Receiver) -> None:
    agreed("push", {"url": "http://169.254.169.254/"}, frequency="realtime")
    (first,) = door.due_dispatches()
    assert door.send(first).state == "failed"  # type: ignore[union-attr]
    models.Dispatch.objects.update(created_at=timezone.now() - timedelta(minutes=5))
    assert door.due_dispatches() == []
    models.Dispatch.objects.update(created_at=timezone.now() - timedelta(hours=1))
    assert len(door.due_dispatches()) == 1

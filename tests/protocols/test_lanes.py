"""The hands that send notifications."""

from __future__ import annotations

import threading
from functools import partial

from lingqu.protocols.ngsi_ld.notify.lanes import Lanes
from lingqu.protocols.ngsi_ld.notify.post import Outcome


def held(gate: threading.Event) -> Outcome:
    gate.wait(5)
    return Outcome()


def collected(lanes: Lanes, count: int) -> dict[str, Outcome | None]:
    found: dict[str, Outcome | None] = {}
    while len(found) < count:
        assert lanes.wait(5)
        found |= dict(lanes.done())
    return found


def test_what_is_recalled_does_not_leave() -> None:
    gate, lanes = threading.Event(), Lanes(2)
    for key in "abc":
        lanes.put(key, "one", partial(held, gate))
    lanes.recall()
    gate.set()
    found = collected(lanes, 3)
    lanes.close()
    assert found["c"] is None
    assert Outcome() in found.values() or found["a"] is None  # it had left, or had not


def test_a_host_that_hangs_leaves_half_of_the_hands() -> None:
    gate, lanes = threading.Event(), Lanes(4)
    for key in "abcdef":
        lanes.put(key, "slow", partial(held, gate))
    for key in "xyz":
        lanes.put(key, "fast", Outcome)
    assert set(collected(lanes, 3)) == set("xyz")
    gate.set()
    assert set(collected(lanes, 6)) == set("abcdef")
    lanes.close()

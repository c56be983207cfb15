"""Changes a second that 1,000 subscriptions are told of, to a real receiver in a process of its own.

python -m bench.notify [changes] [--subscriptions N]

Devices of 20 types and 8 attributes; subscriptions of 10 accounts, each to one type and one attribute, a half with a
filter of its own. Each change touches one attribute, so that about 6 subscriptions look at it. Entities are written
first; then the notifier takes them from the log, while the receiver counts, and looks whether each entity's values come
in their order and whether one is missing.
"""

from __future__ import annotations

import subprocess
import sys
import time
from typing import Any

from bench import harness
from bench.harness import Figure, say

ARGUMENTS = [a for a in sys.argv[1:] if a.isdigit()]
CHANGES = int(ARGUMENTS[0]) if ARGUMENTS else 20_000
SUBSCRIPTIONS = int(ARGUMENTS[1]) if len(ARGUMENTS) > 1 else 1_000
TYPES, NAMES, ACCOUNTS, ENTITIES = 20, 8, 10, 2_000

RECEIVER = """
import asyncio, json, sys
told, wrong, got, last = 0, 0, 0, {}
async def serve(reader, writer):
    global told, wrong, got
    try:
        while True:
            head = await reader.readuntil(b"\\r\\n\\r\\n")
            sizes = [l for l in head.split(b"\\r\\n") if l.lower().startswith(b"content-length:")]
            size = int(sizes[0].split(b":")[1]) if sizes else 0
            body = await reader.readexactly(size) if size else b""
            answer = b""
            if head.startswith(b"GET"):
                answer = json.dumps([told, got, wrong]).encode()
            else:
                found = json.loads(body)
                told += 1
                for e in found["data"]:
                    got += 1
                    key = (found["subscriptionId"], e["id"])
                    wrong += e["count"] <= last.get(key, -1)
                    last[key] = e["count"]
            writer.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: %d\\r\\n\\r\\n" % len(answer) + answer)
            await writer.drain()
    except asyncio.IncompleteReadError:
        writer.close()
async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


def main() -> None:
    import httpx
    from django.conf import settings

    from lingqu.protocols.ngsi_ld.notify.engine import Engine

    settings.LINGQU_OUTBOUND = ("127.0.0.1",)
    receiver = subprocess.Popen([sys.executable, "-c", RECEIVER], stdout=subprocess.PIPE, text=True)
    assert receiver.stdout is not None
    address = f"http://127.0.0.1:{receiver.stdout.readline().strip()}/"
    try:
        town()
        subscribe(address)
        expected = change()
        engine, began, cpu = Engine(), time.perf_counter(), time.process_time()
        taken = 0.0
        while waiting():
            if not engine.round():
                engine.idle(0.05)
            if not taken and not behind():
                taken = time.perf_counter() - began
        engine.finish()
        wall, used = time.perf_counter() - began, time.process_time() - cpu
        told, got, wrong = httpx.get(address, trust_env=False).json()
        engine.close()
        note = f"{SUBSCRIPTIONS:,} subscriptions, {CHANGES:,} changes; {told:,} notifications of {got:,} states"
        say(
            [
                Figure("changes matched and told", CHANGES / wall, "/s", note=note),
                Figure("states told", got / wall, "/s", note=f"CPU of the notifier {used:.1f} s of {wall:.1f} s"),
                Figure("states missing", expected - got, "", "0", expected == got, note=f"of {expected:,}"),
                Figure("out of their order", wrong, "", "0", wrong == 0),
            ]
        )
    finally:
        receiver.terminate()


def town() -> None:
    from lingqu.centre.access.definitions import Role
    from lingqu.centre.access.models import Account
    from lingqu.centre.drawing import door as drawing

    given = {"code": "reader", "title": "Reader", "grants": [{"actions": ["read", "write"], "types": ["*"]}]}
    role = drawing.Placed("role", "reader", Role.model_validate(given).document(), "bench", "city")
    drawing.replace([role], [], actor="bench", summary={})
    for n in range(ACCOUNTS):
        Account.objects.create(username=f"system{n}", kind="client", department="d", roles=["reader"])


def subscribe(address: str) -> None:
    from lingqu.centre.access.models import Account
    from lingqu.protocols.models import Subscription

    accounts = list(Account.objects.order_by("id"))
    rows = []
    for n in range(SUBSCRIPTIONS):
        account, name = accounts[n % ACCOUNTS], f"a{n // TYPES % NAMES}"
        document: dict[str, Any] = {
            "id": f"urn:ngsi-ld:Subscription:{n}",
            "type": "Subscription",
            "entities": [{"type": f"T{n % TYPES}"}],
            "watchedAttributes": [name],
            "notification": {
                "format": "simplified",
                "attributes": ["count", name],
                "endpoint": {"uri": address + str(n)},
            },
        }
        if wanted(n) is not None:
            q = f"{name}>{wanted(n)}"
            document["q"] = {"said": q, "stored": q}
        rows.append(
            Subscription(id=document["id"], document=document, account=account.pk, maker=account.username, purpose="b")
        )
    Subscription.objects.bulk_create(rows)


def wanted(n: int) -> int | None:
    """The value that a subscription's filter wants to be passed."""
    return n % 97 if n % 2 else None


def entities() -> None:
    from lingqu.centre.access.door import SYSTEM
    from lingqu.centre.entities import door
    from lingqu.centre.entities.door import Draft

    whole = {f"a{k}": 0 for k in range(NAMES)} | {"count": 0}
    door.write(SYSTEM, [Draft(f"urn:e:{n}", f"T{n % TYPES}", attrs(whole)) for n in range(ENTITIES)])
    door.advance_subscriber("ngsi-ld", door.head())


def attrs(values: dict[str, int]) -> dict[str, Any]:
    return {name: {"type": "Property", "value": value} for name, value in values.items()}


def update(n: int) -> tuple[Any, list[int]]:
    """The n-th change, and the subscriptions that must hear of it: an attribute that keeps its value is no change."""
    from lingqu.centre.entities.door import Draft

    turn, entity = divmod(n, ENTITIES)
    value, k = 1 + (n * 7919 + turn // NAMES * 37) % 100, (n * 31 + turn) % NAMES
    draft = Draft(f"urn:e:{entity}", f"T{entity % TYPES}", attrs({f"a{k}": value, "count": n + 1}))
    return draft, passing(entity % TYPES, k, value, n)


def change() -> int:
    """Write what will be told of; gives how many states that is, counted apart from what is measured."""
    from lingqu.centre.access.door import SYSTEM
    from lingqu.centre.entities import door

    entities()
    expected = 0
    for start in range(0, CHANGES, ENTITIES):
        made = [update(n) for n in range(start, min(start + ENTITIES, CHANGES))]
        expected += sum(len(concerned) for _, concerned in made)
        door.write(SYSTEM, [draft for draft, _ in made], mode="append")
    return expected


_standing: dict[tuple[int, int], int] = {}


def passing(kind: int, k: int, value: int, n: int) -> list[int]:
    """Subscriptions that hear of an update, by their numbers."""
    key = (n % ENTITIES, k)
    if _standing.get(key, 0) == value:
        return []
    _standing[key] = value
    of_it = [s for s in range(kind, SUBSCRIPTIONS, TYPES) if s // TYPES % NAMES == k]
    return [s for s in of_it if (w := wanted(s)) is None or value > w]


def behind() -> bool:
    from lingqu.centre.entities import door
    from lingqu.protocols.ngsi_ld.notify.queue import SUBSCRIBER

    return door.subscriber_cursor(SUBSCRIBER) != door.head()


def waiting() -> bool:
    from lingqu.protocols.models import Notice

    return behind() or Notice.objects.exists()


if __name__ == "__main__":
    with harness.own_instance():
        main()

"""From a single update to its notifications, with 1,000 subscriptions and nothing else to do.

    python -m bench.notify_latency [updates]

Updates come alone, half a second apart and a bit; each concerns some six subscriptions. The time runs from before the
write, whose commit is durable, to when the receiver, a process of its own, has the first of them, and the last.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from statistics import quantiles
from typing import Any

from bench import harness, notify
from bench.harness import Figure, say

UPDATES = int(sys.argv[1]) if len(sys.argv) > 1 else 200
RECEIVER = """
import asyncio, json, time
async def serve(reader, writer):
    try:
        while True:
            head = await reader.readuntil(b"\\r\\n\\r\\n")
            at = time.time()
            sizes = [l for l in head.split(b"\\r\\n") if l.lower().startswith(b"content-length:")]
            found = json.loads(await reader.readexactly(int(sizes[0].split(b":")[1])))
            for e in found["data"]:
                print(e["count"], at, flush=True)
            writer.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n")
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()
async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


def main() -> None:
    from django.conf import settings
    from django.db import connection

    from lingqu.centre.access.door import SYSTEM
    from lingqu.centre.entities import door
    from lingqu.protocols.ngsi_ld.notify import engine

    settings.LINGQU_OUTBOUND = ("127.0.0.1",)
    receiver = subprocess.Popen([sys.executable, "-c", RECEIVER], stdout=subprocess.PIPE, text=True)
    assert receiver.stdout is not None
    notify.town()
    notify.subscribe(f"http://127.0.0.1:{receiver.stdout.readline().strip()}/")
    notify.entities()
    stopped = threading.Event()

    def tell() -> None:
        at_work = engine.Engine()
        engine.run(lambda: not stopped.is_set(), at_work)
        at_work.finish()
        at_work.close()
        connection.close()

    teller = threading.Thread(target=tell)
    teller.start()
    first, last = [], []
    try:
        for n in range(UPDATES + 5):
            time.sleep(0.5 + n % 7 / 50)
            draft, concerned = notify.update(n)
            began = time.time()
            door.write(SYSTEM, [draft], mode="append")
            came = _came(receiver, n + 1, len(concerned))
            if came and n >= 5:  # the first ones open connections
                first.append((came[0] - began) * 1000)
                last.append((came[-1] - began) * 1000)
    finally:
        stopped.set()
        teller.join()
        receiver.terminate()
    say([*_figures("to the first notification", first), *_figures("to the last of them", last)])


def _came(receiver: Any, count: int, wanted: int) -> list[float]:
    found = []
    while len(found) < wanted:
        told, at = receiver.stdout.readline().split()
        if int(told) == count:
            found.append(float(at))
    return found


def _figures(what: str, times: list[float]) -> list[Figure]:
    cuts = quantiles(times, n=20)
    return [
        Figure(f"{what}, median", cuts[9], "ms", note=f"{len(times)} updates"),
        Figure(f"{what}, 95 of 100", cuts[18], "ms"),
    ]


if __name__ == "__main__":
    with harness.own_instance():
        main()

"""Receiver, worker and database are killed (kill -9) in turn while many updates are told to 1,000 subscriptions.

    python -m bench.notify_kills [updates] [--every SECONDS]  (0: nothing is killed)

The writer waits where it is 8,000 changes ahead, so that two processors are shared as in a steady stream. Afterwards
every change that a subscription asks for must have arrived (once or more), and of each entity in the order
of its changes. The receiver writes down what it got before it answers; the writer asks again where a commit's answer
was lost: the same values twice are one change.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from bench import harness, notify
from bench.harness import Figure, say

BATCH, ENTITIES, TYPES = 1_000, 10_000, 50
AHEAD = 8_000  # changes that the writer may be ahead of the notifier
RECEIVER = """
import asyncio, json, os, sys
out = open(sys.argv[2], "ab", buffering=0)
async def serve(reader, writer):
    try:
        while True:
            head = await reader.readuntil(b"\\r\\n\\r\\n")
            sizes = [l for l in head.split(b"\\r\\n") if l.lower().startswith(b"content-length:")]
            found = json.loads(await reader.readexactly(int(sizes[0].split(b":")[1])))
            which = found["subscriptionId"].rpartition(":")[2]
            os.write(out.fileno(), "".join(f"{which} {e['id']} {e['count']}\\n" for e in found["data"]).encode())
            writer.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n")
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()
async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", int(sys.argv[1]))
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


class Killed:
    """The three, each started again when it was killed."""

    def __init__(self, here: Any, log: Path) -> None:
        self.here, self.log, self.port = here, log, 0
        self.kills: dict[str, int] = defaultdict(int)
        self.most = 0  # MiB of the worker
        self.receiver = self._receiver()
        self.worker = self._worker()

    def _receiver(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", RECEIVER, str(self.port), str(self.log)]
        started = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert started.stdout is not None
        self.port = int(started.stdout.readline())
        return started

    def _worker(self) -> subprocess.Popen[bytes]:
        from lingqu.site import supervisor

        env = supervisor.environment(self.here, "worker") | {"LINGQU_OUTBOUND": "127.0.0.1"}
        env.pop("PROMETHEUS_MULTIPROC_DIR", None)
        command = [sys.executable, "-m", "lingqu.site", "worker"]
        return subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def kill(self, which: str) -> None:
        from lingqu.site import postgres

        self.kills[which] += 1
        if which == "database":
            pid = postgres.status(self.here).pid
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
            time.sleep(0.5)
            postgres.start(self.here)
            return
        process: Any = self.receiver if which == "receiver" else self.worker
        process.kill()
        process.wait()
        if which == "receiver":
            self.receiver = self._receiver()
        else:
            self.worker = self._worker()

    def tend(self) -> None:
        """The worker ends by itself where the database went away under it, as its supervisor expects."""
        if self.worker.poll() is not None:
            self.worker = self._worker()
        with contextlib.suppress(OSError, StopIteration):
            lines = Path(f"/proc/{self.worker.pid}/status").read_text().splitlines()
            held = next(line for line in lines if line.startswith("VmHWM"))
            self.most = max(self.most, int(held.split()[1]) >> 10)

    def close(self) -> None:
        for process in (self.receiver, self.worker):
            process.terminate()
            process.wait()


def main(updates: int, every: float, here: Any) -> None:
    notify.SUBSCRIPTIONS, notify.ENTITIES, notify.TYPES = 1_000, ENTITIES, TYPES
    notify.town()
    log = Path(here.root) / "received.log"
    three = Killed(here, log)
    notify.subscribe(f"http://127.0.0.1:{three.port}/")
    done = threading.Event()
    turns = threading.Thread(target=_turns, args=(three, every, done))
    try:
        began = time.perf_counter()
        _again(notify.entities)
        turns.start()
        expected = _write(updates)
        written = time.perf_counter() - began
        _told()
        done.set()
        turns.join()
        three.tend()
        _told()
        took = time.perf_counter() - began
    finally:
        done.set()
        three.close()
    held = sum(p.stat().st_size for p in Path(here.root).rglob("*") if p.is_file()) >> 20
    _say(updates, expected, log, three, written, took, held)


def _turns(three: Killed, every: float, done: threading.Event) -> None:
    turn, last = 0, time.monotonic()
    while not done.wait(1.0):
        three.tend()
        if every and time.monotonic() - last >= every:
            three.kill(("receiver", "worker", "database")[turn % 3])
            turn, last = turn + 1, time.monotonic()


def _write(updates: int) -> dict[tuple[int, str], list[int]]:
    from lingqu.centre.access.door import SYSTEM
    from lingqu.centre.entities import door

    expected: dict[tuple[int, str], list[int]] = defaultdict(list)
    for start in range(0, updates, BATCH):
        drafts = []
        for n in range(start, min(start + BATCH, updates)):
            draft, concerned = notify.update(n)
            drafts.append(draft)
            for subscription in concerned:
                expected[subscription, draft.id].append(n + 1)
        while _again(_ahead) > AHEAD:
            time.sleep(0.2)
        _again(lambda drafts=drafts: door.write(SYSTEM, drafts, mode="append"))
    return expected


def _ahead() -> int:
    from lingqu.centre.entities import door
    from lingqu.protocols.ngsi_ld.notify.queue import SUBSCRIBER

    places = door.head(), door.subscriber_cursor(SUBSCRIBER) or "0.0"
    written, told = (int(place.partition(".")[2]) for place in places)
    return written - told


def _again(act: Any) -> Any:
    """Until it is done: the database may be away."""
    from django.db import InterfaceError, OperationalError, connection

    end = time.monotonic() + 300
    while True:
        try:
            return act()
        except (OperationalError, InterfaceError):
            if time.monotonic() > end:
                raise
            connection.close()
            time.sleep(0.2)


def _told() -> None:
    while _again(notify.waiting):
        time.sleep(0.5)


def _say(
    updates: int,
    expected: dict[tuple[int, str], list[int]],
    log: Path,
    three: Killed,
    written: float,
    took: float,
    held: int,
) -> None:
    first: dict[tuple[int, str], dict[int, int]] = defaultdict(dict)
    got = 0
    with log.open() as lines:
        for line in lines:
            subscription, entity, count = line.split()
            first[int(subscription), entity].setdefault(int(count), got)
            got += 1
    wanted = sum(map(len, expected.values()))
    missing = sum(1 for key, counts in expected.items() for count in counts if count not in first[key])
    wrong = sum(sorted(seen) != sorted(seen, key=lambda count, seen=seen: seen[count]) for seen in first.values())
    kills = ", ".join(f"{which} {n}" for which, n in sorted(three.kills.items())) or "nothing"
    say(
        [
            Figure("updates told", updates / took, "/s", note=f"{updates:,} updates; killed: {kills}"),
            Figure("states missing", missing, "", "0", missing == 0, note=f"of {wanted:,}; arrived {got:,} times"),
            Figure("entities out of their order", wrong, "", "0", wrong == 0, note=f"written in {written:.0f} s"),
            Figure("memory of the worker", three.most, "MiB", note="the most that one had"),
            Figure("disk", held, "MiB", note=f"of which what the receiver wrote down {log.stat().st_size >> 20}"),
        ]
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("updates", type=int, nargs="?", default=1_000_000)
    parser.add_argument("--every", type=float, default=10.0, help="seconds between kills")
    given = parser.parse_args()
    with harness.own_instance():
        from lingqu.site import instance

        main(given.updates, given.every, instance.current())

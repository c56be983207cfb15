"""Many clients at once over kept connections, in a process of its own: ``run`` gives what they got and how quickly.

One thread waits on all sockets; requests are made before the clock starts, so that the clients take little of the
machine that they share with the server (their CPU time is told).
"""

from __future__ import annotations

import pickle
import resource
import selectors
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bench.harness import ROOT, percentile


@dataclass(frozen=True)
class Run:
    """``statuses`` counts answers by status, ``times`` are milliseconds, ``cpu`` the clients' own CPU seconds."""

    seconds: float
    statuses: dict[int, int]
    times: list[float]
    cpu: float
    odd: bytes = b""

    @property
    def rate(self) -> float:
        return len(self.times) / self.seconds

    def p(self, share: float) -> float:
        return percentile(self.times, share)


def request(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *(f"{k}: {v}" for k, v in headers.items())]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def run(port: int, requests: Sequence[bytes], seconds: float, connections: int = 64) -> Run:
    """Ask in turn until the time is up or the requests are; each once."""
    given = pickle.dumps((port, list(requests), seconds, connections))
    done = subprocess.run([sys.executable, "-m", "bench.clients"], input=given, capture_output=True, cwd=ROOT)
    if done.returncode:
        raise SystemExit(done.stderr.decode())
    return Run(**pickle.loads(done.stdout))


@dataclass
class _Client:
    socket: socket.socket
    began: float = 0.0
    got: bytes = b""
    wanted: int = -1


def _ask(port: int, requests: list[bytes], seconds: float, connections: int) -> dict[str, Any]:
    left, selector = iter(requests), selectors.DefaultSelector()
    for _ in range(connections):
        opened = socket.create_connection(("127.0.0.1", port))
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(opened, selectors.EVENT_READ, _Client(opened))
    statuses: Counter[int] = Counter()
    times: list[float] = []
    odd = b""
    began = time.perf_counter()
    end = began + seconds

    def send(client: _Client) -> bool:
        now = time.perf_counter()
        more = next(left, None) if now < end else None
        if more is None:
            return False
        client.began, client.got, client.wanted = now, b"", -1
        client.socket.sendall(more)
        return True

    busy = sum(send(key.data) for key in list(selector.get_map().values()))
    while busy:
        for key, _events in selector.select(60):
            client: _Client = key.data
            client.got += client.socket.recv(1 << 20)
            if client.wanted < 0 and (head := client.got.find(b"\r\n\r\n")) >= 0:
                client.wanted = head + 4 + _length(client.got[:head])
            if client.wanted < 0 or len(client.got) < client.wanted:
                continue
            times.append((time.perf_counter() - client.began) * 1000)
            status = int(client.got[9:12])
            statuses[status] += 1
            odd = odd or (client.got[:2000] if status >= 400 else b"")
            busy -= not send(client)
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = used.ru_utime + used.ru_stime
    return {
        "seconds": time.perf_counter() - began,
        "statuses": dict(statuses),
        "times": times,
        "cpu": cpu,
        "odd": odd,
    }


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        if line[:15].lower() == b"content-length:":
            return int(line[15:])
    return 0


if __name__ == "__main__":
    sys.stdout.buffer.write(pickle.dumps(_ask(*pickle.loads(sys.stdin.buffer.read()))))

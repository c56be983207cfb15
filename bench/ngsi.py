"""What the NGSI-LD interface bears: requests a second at 64 connections, with rights on, commits durable.

    python -m bench.ngsi [--folder INSTANCE] [--entities 1000000] [--seconds 10] [--only create,retrieve] [--keep]

The store and the client are those of ``bench.rights``: entities of eight attributes, a department's system with a key.
Clients are a process of their own on the same two cores (``bench.clients``). CPU time a request is that of web server
and database; beside it stands that of the bare statement under Django and the same web server (``bench.bare_side``),
asked in the same minute. fsync's share: the same requests to a server whose commits do not wait for the disk.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson
from bench import clients, harness, rights
from bench.harness import Figure

from lingqu.site.supervisor import web_workers

API = "/ngsi-ld/v1"
FLOORS = {  # requests a second that CIM 009 servers of others publish (8 vCPU), times what is wanted
    "create": (324.0, 2, "Scorpio, about 324/s"),
    "partial update": (417.0, 2, "Stellio, 120–417/s"),
    "query of 20, by a filter": (36.0, 20, "Stellio, 30–36/s"),
}
WANTED = {"retrieve": 2000.0, "batch create": 4000.0}
BARE = {"retrieve": 441.0, "query of 20, by a filter": 637.0}
"""CPU µs of Django under granian with the bare statement and nothing else, measured apart and on another machine: of
one entity, and of twenty in the order of their ids, without a filter."""
BATCH = 100
TOLD, CHANGES = 20_000, 50
"""Places with a past, and the changes of each: a million rows of history."""
_PAST = """
insert into entity_past (entity_id, version, was, known_from, known_to, actor)
select id, n, jsonb_build_object('level', jsonb_build_object('type', 'Property', 'value', n * 7 %% 100,
           'observedAt', to_char(timestamp '2026-01-01' + n * interval '1 hour', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))),
       created_at + (n - 1) * interval '1 millisecond', created_at + n * interval '1 millisecond', 'bench'
from (select id, created_at from entity where type = 'Place' order by id limit %s) places
cross join generate_series(1, %s) n order by n, id
"""
ROLE = {
    "code": "clerk",
    "title": "经办",
    "grants": [*rights.ROLE["grants"], {"actions": ["write"], "types": ["Place"], "rows": "own_department"}],
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--entities", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--port", type=int, default=8581)
    parser.add_argument("--only", default="")
    parser.add_argument("--workers", type=int, default=web_workers(), help="web workers")
    parser.add_argument("--keep", action="store_true")
    given = parser.parse_args()
    folder = given.folder or Path(tempfile.mkdtemp(prefix="lingqu-ngsi-"))
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o711)
    os.environ |= {"LINGQU_INSTANCE": str(folder.resolve()), "DJANGO_SETTINGS_MODULE": "lingqu.site.settings"}
    from lingqu.site import instance, postgres

    try:
        run(given.entities, given.seconds, given.port, set(filter(None, given.only.split(","))), given.workers)
    finally:
        postgres.stop(instance.current())
        if not given.keep:
            postgres.remove(instance.current())
            shutil.rmtree(folder, ignore_errors=True)


def run(entities: int, seconds: float, port: int, only: set[str], workers: int) -> None:
    from lingqu.site import instance, postgres, supervisor

    here = instance.current()
    supervisor.database_up(here)
    supervisor.migrate()
    supervisor.make_roles(here)
    rights.ROLE = ROLE
    key = rights.town(entities)
    told = _past() if not only or any("temporal" in each for each in only) else [""]
    server = postgres.status(here).pid
    assert server is not None
    sides: list[rights.Side] = []
    with rights.served(port, key, sides, ("on", "soon", "bare"), workers):
        for what, make in {**asked(entities, key), **through_time(told, key)}.items():
            if not only or what.split(",")[0] in only:
                durable, soon = (
                    _measured(what, make, side, port + n, seconds, server) for n, side in enumerate(sides[:2])
                )
                bare = bare_of(entities).get(what)
                beside = _measured(what, bare, sides[2], port + 2, seconds, server) if bare else None
                harness.say([_figure(entities, what, *durable, soon[0], beside)])


def _past() -> list[str]:
    """The ids of the places that have a past."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("select 1 from entity_past where actor = 'bench' limit 1")
        if cursor.fetchone() is None:
            cursor.execute(_PAST, [TOLD, CHANGES])
            cursor.execute("vacuum analyze entity_past")
        cursor.execute("select id from entity where type = 'Place' order by id limit %s", [TOLD])
        return [row[0] for row in cursor.fetchall()]


def through_time(ids: list[str], key: str) -> dict[str, Callable[[int], bytes]]:
    """Requests for the past: of one place a page, all, and aggregated; of twenty."""
    headers = {"Authorization": f"Bearer {key}", "Lingqu-Purpose": "assistance"}
    whole = headers | {"Prefer": "maxpagesize=1000"}
    since = "attrs=level&timerel=after&timeAt=2026-01-01T00:00:00Z"
    days = "format=aggregatedValues&aggrMethods=avg,max&aggrPeriodDuration=P1D"

    def one(n: int) -> str:
        return f"{API}/temporal/entities/{ids[n * 7919 % len(ids)]}?{since}"

    def twenty(n: int) -> str:
        return f"{API}/temporal/entities?type=Place&limit=20&after={ids[n * 7919 % max(1, len(ids) - 20)]}&{since}"

    return {
        "temporal page of 30, one place": lambda n: clients.request("GET", one(n), headers),
        "temporal, all 50 of one place": lambda n: clients.request("GET", one(n), whole),
        "temporal, one place by days": lambda n: clients.request("GET", f"{one(n)}&{days}", headers),
        "temporal page of 30, 20 places": lambda n: clients.request("GET", twenty(n), headers),
        "temporal, all 1,000 of 20 places": lambda n: clients.request("GET", twenty(n), whole),
        "temporal, 20 places by a value": lambda n: clients.request("GET", f"{twenty(n)}&q=level%3E90", headers),
    }


def _measured(
    what: str, make: Callable[[int], bytes], side: rights.Side, port: int, seconds: float, server: int
) -> tuple[clients.Run, float]:
    """What the clients got, and the CPU time (µs) of a request, of web server and database."""
    first = 0 if side.name == "on" else 1_000_000
    clients.run(port, [make(first + n) for n in range(200)], seconds)
    requests = [make(first + 1000 + n) for n in range(round(seconds * (400 if what.startswith("batch") else 6000)))]
    before = harness.cpu_of_tree(side.pid) + harness.cpu_of_tree(server)
    run = clients.run(port, requests, seconds)
    cpu = harness.cpu_of_tree(side.pid) + harness.cpu_of_tree(server) - before
    if max(run.statuses) >= 400:
        raise SystemExit(f"{what}: {run.statuses} {run.odd.decode(errors='replace')}")
    return run, cpu / len(run.times) * 1e6


def _figure(
    entities: int,
    what: str,
    run: clients.Run,
    cpu: float,
    soon: clients.Run,
    beside: tuple[clients.Run, float] | None,
) -> Figure:
    times = BATCH if what.startswith("batch") else 1
    floor, wanted, peer = 0.0, WANTED.get(what, 0.0), ""
    if what in FLOORS:
        floor, factor, peer = FLOORS[what]
        wanted = floor * factor
    rate = run.rate * times
    bare = f", {cpu / BARE[what]:.1f} times the {BARE[what]:.0f} µs of the bare one elsewhere" if what in BARE else ""
    if beside:
        bare += f", {cpu / beside[1]:.1f} times the {beside[1]:,.0f} µs of the bare one here ({beside[0].rate:,.0f}/s)"
    note = (
        f"p50 {run.p(0.5):.1f}, p95 {run.p(0.95):.1f} ms; CPU {cpu / times:,.0f} µs{bare}; "
        f"fsync's share {max(0.0, 1 - run.rate / soon.rate):.0%}; clients' CPU {run.cpu / run.seconds:.0%} of a core"
    )
    unit = "entities/s" if times > 1 else "/s"
    figure = Figure(f"{entities:,}: {what}", round(rate, 1), unit, note=note)
    if not wanted:
        return figure
    more: dict[str, Any] = {"peer": peer, "ratio": round(rate / floor, 1)} if floor else {}
    return harness.above(figure.what, figure.value, unit, wanted, note=note, **more)


def bare_of(entities: int) -> dict[str, Callable[[int], bytes]]:
    """The same questions to the bare statement."""
    draws = random.Random(11)
    places = [n for n in (draws.randrange(entities) for _ in range(100_000)) if n % 5 >= 3]
    return {
        "retrieve": lambda n: clients.request("GET", f"/one/urn:ngsi-ld:Place:{places[n % len(places)]:08x}", {}),
        "query of 20, by a filter": lambda n: clients.request("GET", f"/found/owner/N{n * 7 % 5000}", {}),
        "query of 20, by a filter of one in 300": lambda n: clients.request(
            "GET", f"/found/status/{n * 7 % 100 * 5 + 3}", {}
        ),
    }


def asked(entities: int, key: str) -> dict[str, Callable[[int], bytes]]:
    """Kind of request → the n-th one. Numbers of people and places are those of ``bench.rights``: the department is
    ``civil`` (n mod 4 = 2)."""
    headers = {"Authorization": f"Bearer {key}", "Lingqu-Purpose": "assistance"}
    typed = headers | {"Content-Type": "application/json"}
    draws = random.Random(11)
    some = [draws.randrange(entities) for _ in range(100_000)]
    mine = [n for n in some if n % 5 < 3 and n % 4 == 2]
    places = [n for n in some if n % 5 >= 3]
    own = [n for n in places if n % 4 == 2]

    def get(path: str) -> bytes:
        return clients.request("GET", f"{API}/{path}", headers)

    def place(n: int) -> dict[str, Any]:
        names = ("category", "address", "phone", "status", "level", "owner")
        found: dict[str, Any] = {"id": f"urn:ngsi-ld:Place:new:{run}:{n}", "type": "Place"}
        found["name"] = {"type": "Property", "value": f"新地点{n}"}
        found |= {name: {"type": "Property", "value": f"{name} {n % 997}"} for name in names}
        point = {"type": "Point", "coordinates": [126 + n % 1009 / 1000, 45 + n % 997 / 1000]}
        return found | {"location": {"type": "GeoProperty", "value": point}}

    def near(n: int) -> str:
        at = f"[{126 + places[n % len(places)] % 1000 / 1000},{45 + n % 990 / 1000}]"
        return f"georel=near;maxDistance==1000&geometry=Point&coordinates={at}"

    run = random.randrange(10**9)
    post = f"{API}/entities"
    update = orjson.dumps({"status": {"type": "Property", "value": "?"}})
    return {
        "retrieve": lambda n: get(f"entities/urn:ngsi-ld:Place:{places[n % len(places)]:08x}"),
        "retrieve, a person": lambda n: get(f"entities/urn:ngsi-ld:Person:{mine[n % len(mine)]:08x}"),
        "query of 20, by a filter": lambda n: get(
            f"entities?type=Place&limit=20&q={quote(f'owner==%22N{n * 7 % 5000}%22', safe='%')}"
        ),
        "query of 20, by a filter of one in 300": lambda n: get(
            f"entities?type=Place&limit=20&q={quote(f'status==%22{n * 7 % 100 * 5 + 3}%22', safe='%')}"
        ),
        "geo query": lambda n: get(f"entities?type=Place&limit=20&{near(n)}"),
        "create": lambda n: clients.request("POST", post, typed, orjson.dumps(place(n))),
        "partial update": lambda n: clients.request(
            "PATCH",
            f"{API}/entities/urn:ngsi-ld:Place:{own[n % len(own)]:08x}/attrs",
            typed,
            update.replace(b"?", b"s%d %d" % (run, n)),
        ),
        "batch create": lambda n: clients.request(
            "POST",
            f"{API}/entityOperations/create",
            typed,
            orjson.dumps([place(10_000_000 + n * BATCH + i) for i in range(BATCH)]),
        ),
    }


if __name__ == "__main__":
    main()

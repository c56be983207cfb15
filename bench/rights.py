"""What rights cost over real HTTP, on against off in one run, at a million entities of eight attributes.

    python -m bench.rights [--folder INSTANCE] [--entities 1000000] [--rounds 300] [--keep]

On: a department's system with a key, for a stated purpose; the web role behind row-level security; masks; each read of
persons durably in the ledger. Off: the same code as Lingqu itself, on the owner's connection, without a ledger
(``bench.rights_side``). Blocks of requests of both sides take turns. CPU time is that of web server and database.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
from bench import harness
from bench.harness import Figure

BLOCK = 50
SIDES = ("on", "off", "soon")
WORK = {"retrieve": 1.3, "list": 1.5}
"""How many times longer with rights than without."""
LISTS = 500.0
UNLIMITED = ("NAMED", "ANONYMOUS", "TILES")
"""Whose requests are not counted here: one client asks as often as it can."""

ELEMENTS = [
    {"code": "name", "title": "姓名", "type": "string", "personal": "personal", "mask": "name"},
    {"code": "number", "title": "证件", "type": "string", "personal": "sensitive", "mask": "identity"},
    {"code": "phone", "title": "电话", "type": "string", "personal": "personal", "mask": "phone"},
    {"code": "born", "title": "出生", "type": "date", "personal": "personal", "mask": "date"},
    {"code": "plain", "title": "其他", "type": "string"},
]
PERSON = {
    **{"name": "name", "idNumber": "number", "phone": "phone", "birthDate": "born"},
    **dict.fromkeys(("status", "level", "school", "region"), "plain"),
}
PLACE = dict.fromkeys(("name", "category", "address", "phone", "status", "level", "owner", "region"), "plain")
ROLE = {
    "code": "clerk",
    "title": "经办",
    "grants": [
        {"actions": ["read"], "types": ["Person"], "rows": "own_region", "purposes": ["assistance"]},
        {"actions": ["read"], "types": ["Person"], "rows": "own_department", "unmasked": True},
    ],
}

FILL = """
insert into entity (id, type, owner, region, label, search, attrs, geo, bounds, geom, created_at, modified_at)
select 'urn:ngsi-ld:' || kind || ':' || lpad(to_hex(n), 8, '0'), kind,
       (array['police', 'housing', 'civil', 'health'])[1 + n %% 4],
       '2301' || lpad((2 + n %% 9)::text, 2, '0') || lpad((1 + n %% 20)::text, 3, '0') || '000',
       'N' || n, 'n' || n,
       case kind when 'Person' then jsonb_build_object(
           'name', jsonb_build_object('type', 'Property', 'value', '王小明' || n),
           'idNumber', jsonb_build_object('type', 'Property', 'value', '2301' || lpad(n::text, 14, '0')),
           'phone', jsonb_build_object('type', 'Property', 'value', '+86138' || lpad(n::text, 8, '0')),
           'birthDate', jsonb_build_object('type', 'Property', 'value', (1930 + n %% 90) || '-01-02'),
           'status', jsonb_build_object('type', 'Property', 'value', (n %% 500)::text),
           'level', jsonb_build_object('type', 'Property', 'value', (n %% 7)::text),
           'school', jsonb_build_object('type', 'Property', 'value', '第' || n %% 300 || '中学'),
           'region', jsonb_build_object('type', 'Property', 'value', '230102001000'))
       else jsonb_build_object(
           'name', jsonb_build_object('type', 'Property', 'value', '地点' || n),
           'category', jsonb_build_object('type', 'Property', 'value', (n %% 60)::text),
           'address', jsonb_build_object('type', 'Property', 'value', '中央大街' || n %% 900 || '号'),
           'phone', jsonb_build_object('type', 'Property', 'value', '+86451' || lpad(n::text, 8, '0')),
           'status', jsonb_build_object('type', 'Property', 'value', (n %% 500)::text),
           'level', jsonb_build_object('type', 'Property', 'value', (n %% 7)::text),
           'owner', jsonb_build_object('type', 'Property', 'value', 'N' || n %% 5000),
           'region', jsonb_build_object('type', 'Property', 'value', '230102001000')) end,
       jsonb_build_object('location', jsonb_build_object('type', 'GeoProperty', 'value',
           jsonb_build_object('type', 'Point', 'coordinates', jsonb_build_array(x, y)))),
       box(point(x, y), point(x, y)),
       '\\x0101000000'::bytea || reversed(float8send(x)) || reversed(float8send(y)), now(), now()
from (select n, case when n %% 5 < 3 then 'Person' else 'Place' end as kind,
             126 + (n %% 1009) / 1000.0::float8 as x, 45 + (n %% 997) / 1000.0::float8 as y
      from generate_series(%(first)s, %(last)s) n) made
"""
REVERSED = """
create or replace function pg_temp.reversed(given bytea) returns bytea language sql immutable as
$$ select string_agg(substring(given from n for 1), '' order by n desc) from generate_series(1, 8) n $$
"""


@dataclass
class Side:
    """A web server, and what was had from it."""

    name: str
    client: httpx.Client
    pid: int
    times: dict[str, list[float]] = field(default_factory=dict)
    cpu: dict[str, list[float]] = field(default_factory=dict)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--entities", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=300, help="requests of each kind and side")
    parser.add_argument("--port", type=int, default=8571)
    parser.add_argument("--keep", action="store_true")
    given = parser.parse_args()
    folder = given.folder or Path(tempfile.mkdtemp(prefix="lingqu-rights-"))
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o711)
    os.environ |= {"LINGQU_INSTANCE": str(folder.resolve()), "DJANGO_SETTINGS_MODULE": "lingqu.site.settings"}
    from lingqu.site import instance, postgres

    try:
        harness.say(run(given.entities, given.rounds, given.port))
    finally:
        postgres.stop(instance.current())
        if not given.keep:
            postgres.remove(instance.current())
            shutil.rmtree(folder, ignore_errors=True)


def run(entities: int, rounds: int, port: int) -> list[Figure]:
    from lingqu.site import instance, postgres, supervisor

    here = instance.current()
    supervisor.database_up(here)
    supervisor.migrate()
    supervisor.make_roles(here)
    key = town(entities)
    server = postgres.status(here).pid
    assert server is not None
    sides = []
    with served(port, key, sides):
        for what, address in _asked(entities).items():
            _measure(what, address, sides, rounds, server)
    return [figure for what in _asked(entities) for figure in _figures(entities, what, sides)]


def town(entities: int) -> str:
    """The drawing, the entities that are not there yet, and a key of a department's system."""
    import django

    django.setup()
    from django.db import connection

    _draw()
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from entity")
        there = cursor.fetchone()[0]
        cursor.execute(REVERSED)
        fill = FILL.replace("reversed(", "pg_temp.reversed(")
        for first in range(there, entities, 100_000):
            cursor.execute(fill, {"first": first, "last": min(first + 100_000, entities) - 1})
            print(f"{min(first + 100_000, entities):,} entities", flush=True)
        if there < entities:
            cursor.execute("select gin_clean_pending_list('entity_attrs'), gin_clean_pending_list('entity_words')")
            cursor.execute("vacuum analyze entity")
        cursor.execute("checkpoint")
    return _key()


def _key() -> str:
    from datetime import timedelta

    from django.utils import timezone

    from lingqu.centre.access import credentials
    from lingqu.centre.access.models import Account

    made, _ = Account.objects.get_or_create(username="civil-system", kind="client")
    made.department, made.region, made.roles = "civil", "230103000000", ["clerk"]
    made.save()
    return credentials.issue_key(made, "bench", timezone.now() + timedelta(days=1), "bench")[0]


def _draw() -> None:
    from lingqu.centre.access.definitions import Role
    from lingqu.centre.drawing import door as drawing
    from lingqu.centre.entities.definitions import EntityType
    from lingqu.kernel.elements import DataElement

    def of(kind: str, model: Any, document: dict[str, Any]) -> Any:
        return drawing.Placed(kind, document["code"], model.model_validate(document).document(), "bench", "city")

    def declared(code: str, attributes: dict[str, str], **more: bool) -> Any:
        named: dict[str, Any] = {name: {"element": element} for name, element in attributes.items()}
        named["location"] = {"kind": "GeoProperty"}
        document = {"code": code, "title": code, "label": "name", "geometry": "location", "attributes": named, **more}
        return of("entity_type", EntityType, document)

    put = [of("data_element", DataElement, e) for e in ELEMENTS] + [of("role", Role, ROLE)]
    put += [declared("Person", PERSON, personal=True), declared("Place", PLACE, public=True)]
    if drawing.revision() == 0:
        drawing.replace(put, [], actor="bench", summary={})


@contextmanager
def served(port: int, key: str, sides: list[Side], names: tuple[str, ...] = SIDES, workers: int = 1) -> Iterator[None]:
    from lingqu.site import instance, supervisor

    here = instance.current()
    processes = []
    try:
        for number, name in enumerate(names):
            web = supervisor.children("127.0.0.1", port + number, 0)[0].command
            web = [*web[: web.index("--workers")], "--workers", str(workers)]
            kinds = {"on": "lingqu.site.wsgi:application", "bare": "bench.bare_side:application"}
            application = kinds.get(name, "bench.rights_side:application")
            env = supervisor.environment(here, "bench" if name in ("off", "bare") else "web") | {"BENCH_SIDE": name}
            env["PYTHONPATH"] = os.pathsep.join([str(harness.ROOT), env.get("PYTHONPATH", "")])
            env.pop("PROMETHEUS_MULTIPROC_DIR")
            env |= {f"LINGQU_RATE_{kind}": "" for kind in UNLIMITED}
            process = subprocess.Popen([*web, application], env=env, stdout=subprocess.DEVNULL, cwd=harness.ROOT)
            processes.append(process)
            headers = {"Authorization": f"Bearer {key}", "Lingqu-Purpose": "assistance"}
            client = httpx.Client(
                base_url=f"http://127.0.0.1:{port + number}", headers=headers, timeout=60, trust_env=False
            )
            _await(client)
            sides.append(Side(name, client, process.pid))
        yield
    finally:
        for side in sides:
            side.client.close()
        for process in processes:
            process.terminate()
            process.wait()


def _await(client: httpx.Client) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            if client.get("/health/live").status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise SystemExit("a web server does not answer")


def _asked(entities: int) -> dict[str, Callable[[int], str]]:
    """Kind of request → address of the n-th one. The clerk's department is ``civil`` (n mod 4 = 2), the clerk's region
    is 230103 (n mod 9 = 1)."""
    api, draws = "/ngsi-ld/v1/entities", random.Random(5)
    mine = [n for n in (draws.randrange(entities) for _ in range(200_000)) if n % 5 < 3 and n % 4 == 2][:5000]
    region = [n for n in (draws.randrange(entities) for _ in range(400_000)) if n % 5 < 3 and n % 9 == 1][:5000]
    places = [n for n in (draws.randrange(entities) for _ in range(50_000)) if n % 5 >= 3][:5000]

    def one(kind: str, numbers: list[int]) -> Callable[[int], str]:
        return lambda n: f"{api}/urn:ngsi-ld:{kind}:{numbers[n % len(numbers)]:08x}"

    def within(n: int) -> str:
        west, south = 126 + (places[n] % 900) / 1000, 45 + (places[n] % 900) / 1000
        east, north = west + 0.02, south + 0.02
        ring = f"[[[{west},{south}],[{east},{south}],[{east},{north}],[{west},{north}],[{west},{south}]]]"
        return f"georel=within&geometry=Polygon&coordinates={ring}&limit=20"

    def status(n: int, first: int) -> str:
        """A value that one in three hundred of the type has: their numbers are ``first`` modulo five."""
        return "q=" + quote(f'status=="{n * 7 % 100 * 5 + first}"') + "&limit=20"

    return {
        "retrieve, a person of one's own department": one("Person", mine),
        "retrieve, a person of one's region, masked": one("Person", region),
        "retrieve, a public place": one("Place", places),
        "list, 20 persons by a filter": lambda n: f"{api}?type=Person&{status(n, 1)}",
        "list, 20 places by a filter": lambda n: f"{api}?type=Place&{status(n, 3)}",
        "list, 20 persons in a box": lambda n: f"{api}?type=Person&{within(n)}",
        "list, 20 places in a box": lambda n: f"{api}?type=Place&{within(n)}",
    }


def _measure(what: str, address: Callable[[int], str], sides: list[Side], rounds: int, server: int) -> None:
    for side in sides:
        for n in range(10):
            answer = side.client.get(address(n))
            if answer.status_code != 200:
                raise SystemExit(f"{side.name}, {what}: {answer.status_code} {answer.text[:300]}")
        side.times[what], side.cpu[what] = [], []
    for block in range(0, rounds, BLOCK):
        for side in sides if block // BLOCK % 2 == 0 else reversed(sides):
            before = harness.cpu_of_tree(side.pid) + harness.cpu_of_tree(server)
            for n in range(block, min(block + BLOCK, rounds)):
                began = time.perf_counter()
                side.client.get(address(n)).raise_for_status()
                side.times[what].append((time.perf_counter() - began) * 1000)
            after = harness.cpu_of_tree(side.pid) + harness.cpu_of_tree(server)
            side.cpu[what].append(after - before)


def _figures(entities: int, what: str, sides: list[Side]) -> Iterator[Figure]:
    on, off, soon = sides
    kind = what.partition(",")[0]

    def p(side: Side, share: float) -> float:
        return harness.percentile(side.times[what], share)

    def cpu(side: Side) -> float:
        return sum(side.cpu[what]) / len(side.times[what]) * 1e6

    waits = max(0.0, (p(on, 0.5) - p(soon, 0.5)) / p(on, 0.5))
    note = (
        f"p50 {p(on, 0.5):.2f} against {p(off, 0.5):.2f} ms, p95 {p(on, 0.95):.2f} against {p(off, 0.95):.2f} ms, "
        f"CPU {cpu(on):,.0f} against {cpu(off):,.0f} µs ({cpu(on) / max(cpu(off), 1):.2f} times); waiting for the disk "
        f"{waits:.0%} of on; without that {p(soon, 0.5) / p(off, 0.5):.2f} times"
    )
    ratio = round(p(on, 0.5) / p(off, 0.5), 3)
    bar = WORK[kind]
    yield Figure(f"{entities:,}: {what}", ratio, "times", f"≤ {bar:g} times", ratio <= bar, note=note)
    if kind == "list":
        yield harness.below(f"{entities:,}: {what}, p95", round(p(on, 0.95), 1), "ms", LISTS)


if __name__ == "__main__":
    main()

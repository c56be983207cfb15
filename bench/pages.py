"""Pages, searches, the API and maps over real HTTP, at p50 and p95.

    python -m bench.pages --folder INSTANCE [--rounds 60] [--only words,tile]

The instance is one that ``bench.city --keep --folder`` made. ``lingqu up`` serves it on loopback, one client asks; what
is asked for differs from request to request, taken by chance from what the store holds.
"""

from __future__ import annotations

import argparse
import math
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import httpx
from bench import harness
from bench.harness import Figure

BAR = 300.0
ACCOUNT = "officer"
TILED = {10: "AdministrativeArea", 12: "Road", 13: "Place", 14: "Building", 15: "Building", 16: "Address"}


@dataclass
class Sample:
    """What is asked for: taken from the store by chance, the same for the same store."""

    entities: int
    people: list[dict[str, str]] = field(default_factory=list)
    buildings: list[str] = field(default_factory=list)
    firms: list[str] = field(default_factory=list)
    points: list[tuple[float, float]] = field(default_factory=list)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--city", type=Path, default=harness.ROOT / "cities" / "harbin")
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--only", default="")
    parser.add_argument("--port", type=int, default=8471)
    given = parser.parse_args()
    os.environ |= {"LINGQU_INSTANCE": str(given.folder), "LINGQU_CITY": str(given.city.resolve()), "LINGQU_DEMO": "1"}
    os.environ |= {"DJANGO_SETTINGS_MODULE": "lingqu.site.settings"}
    harness.say(run(given.rounds, given.port, [w for w in given.only.split(",") if w]))


def run(rounds: int, port: int, only: list[str]) -> list[Figure]:
    lingqu = [sys.executable, "-m", "lingqu.site"]
    up = subprocess.run([*lingqu, "up", "-d", "--port", str(port)], check=True, stdout=subprocess.PIPE, text=True)
    try:
        sample = _sample(rounds)
        with httpx.Client(base_url=up.stdout.split()[-1], timeout=120, trust_env=False) as client:
            _sign_in(client)
            return list(_measured(client, sample, rounds, only))
    finally:
        subprocess.run([*lingqu, "down"], check=False)


def _sample(rounds: int) -> Sample:
    import django

    django.setup()
    from django.db import connection

    draws = random.Random(7)
    with connection.cursor() as cursor:
        cursor.execute("analyze entity")
        cursor.execute("select reltuples::bigint from pg_class where relname = 'entity'")
        sample = Sample(int(cursor.fetchone()[0]))
        for kind, given in (("Person", sample.people), ("Building", sample.buildings), ("Organization", sample.firms)):
            for _ in range(rounds):
                urn = f"urn:ngsi-ld:{kind}:{draws.getrandbits(80):020x}"
                cursor.execute(
                    "select id, label, attrs #>> '{idNumber,value}', attrs #>> '{address,value}', region, bounds::text "
                    "from entity where type = %s and id >= %s order by type, id limit 1",
                    [kind, urn],
                )
                row = cursor.fetchone()
                if row is None:
                    continue
                if kind == "Person":
                    given.append(dict(zip(("id", "name", "number", "address", "region"), row[:5], strict=True)))
                else:
                    given.append(row[0])
                if row[5] and kind == "Building":
                    x, y = map(float, re.findall(r"[\d.]+", row[5])[:2])
                    sample.points.append((x, y))
    return sample


def _sign_in(client: httpx.Client) -> None:
    """As the demo account that may read every type, for a stated purpose."""
    client.get("/accounts/login/").raise_for_status()
    token = {"csrfmiddlewaretoken": client.cookies["csrftoken"]}
    found = client.post(
        "/accounts/demo/", data={"username": ACCOUNT, **token}, headers={"Referer": str(client.base_url)}
    )
    if found.status_code not in (200, 302):
        raise SystemExit(f"could not sign in: {found.status_code}")
    client.get("/purpose/")
    token = {"csrfmiddlewaretoken": client.cookies["csrftoken"]}
    found = client.post("/purpose/", data={"code": "supervision", "text": "bench", "next": "/", **token})
    if found.status_code != 302:
        raise SystemExit(f"could not state a purpose: {found.status_code}")


Ask = tuple[str, Callable[[int], str], int]


def _asked(sample: Sample) -> Iterator[Ask]:
    """(what, address of the n-th request, how many at most)."""
    people, many = sample.people, 10**6

    def person(n: int) -> dict[str, str]:
        return people[n % len(people)]

    yield "front page", lambda n: "/", many
    yield "registers", lambda n: "/registers/", many
    yield "search: name of 2 characters", lambda n: f"/registers/search/?words={quote(person(n)['name'][:2])}", many
    yield "search: whole name", lambda n: f"/registers/search/?words={quote(person(n)['name'])}", many
    yield "search: address", lambda n: f"/registers/search/?words={quote(person(n)['address'] or '')}", many
    yield (
        "search: citizen ID",
        lambda n: f"/registers/search/?words={person(n)['number'] or '230102199001011234'}",
        many,
    )
    yield "search: one character", lambda n: f"/registers/search/?words={quote(person(n)['name'][0])}", many
    yield "search: nothing found", lambda n: f"/registers/search/?words={quote('龘靐齉')}{n}", many
    yield "list: persons", lambda n: "/registers/Person/", many
    yield "list: persons by name", lambda n: f"/registers/Person/?words={quote(person(n)['name'][:2])}", many
    yield "list: persons, men", lambda n: f"/registers/Person/?sex={n % 2 + 1}", many
    yield "list: persons by label", lambda n: "/registers/Person/?order=label", many
    yield "list: buildings", lambda n: "/registers/Building/", many
    yield "list: addresses", lambda n: "/registers/Address/", many
    yield "list: firms", lambda n: "/registers/Organization/", many
    yield "list: buildings in a box", lambda n: f"/registers/Building/?bounds={_box(sample, n, 0.01)}", many
    yield "record: person", lambda n: f"/registers/Person/{person(n)['id']}/", many
    yield "record: building", lambda n: f"/registers/Building/{sample.buildings[n % len(sample.buildings)]}/", many
    yield "record: firm", lambda n: f"/registers/Organization/{sample.firms[n % len(sample.firms)]}/", many
    api = "/ngsi-ld/v1/entities"
    yield "API: one person", lambda n: f"{api}/{person(n)['id']}", many
    yield "API: q on an identifier", lambda n: f'{api}?type=Person&q=idNumber=="{person(n)["number"] or ""}"', many
    yield "API: q on a code", lambda n: f'{api}?type=Person&q=sex=="{n % 2 + 1}"&limit=20', many
    yield "API: q on a number", lambda n: f"{api}?type=Building&q=floors>{n % 9}&limit=20", many
    yield "API: near 500 m", lambda n: f"{api}?type=Building&{_near(sample, n)}&limit=100", many
    yield "API: within a box", lambda n: f"{api}?type=Address&{_within(sample, n)}&limit=100", many
    for zoom, kind in TILED.items():
        yield f"tile z{zoom} {kind}, cold", _tiles(sample, zoom, kind), _tiles_there(sample, zoom)
        yield f"tile z{zoom} {kind}, warm", _tiles(sample, zoom, kind), many
    yield "desk: overview", lambda n: "/stewardship/", many
    yield "desk: deliveries", lambda n: "/stewardship/deliveries/", many
    yield "desk: disputes", lambda n: "/stewardship/disputes/", many
    yield "desk: catalogue", lambda n: "/stewardship/catalogue/", many


def _box(sample: Sample, n: int, side: float) -> str:
    x, y = sample.points[n % len(sample.points)]
    return f"{x - side},{y - side},{x + side},{y + side}"


def _near(sample: Sample, n: int) -> str:
    x, y = sample.points[n % len(sample.points)]
    return f"georel=near;maxDistance==500&geometry=Point&coordinates=[{x},{y}]"


def _within(sample: Sample, n: int) -> str:
    west, south, east, north = _box(sample, n, 0.01).split(",")
    ring = f"[[[{west},{south}],[{east},{south}],[{east},{north}],[{west},{north}],[{west},{south}]]]"
    return f"georel=within&geometry=Polygon&coordinates={ring}"


def _tile(point: tuple[float, float], zoom: int) -> tuple[int, int]:
    x, y = point
    row = (1 - math.asinh(math.tan(math.radians(y))) / math.pi) / 2
    return int((x + 180) / 360 * 2**zoom), int(row * 2**zoom)


def _there(sample: Sample, zoom: int) -> list[tuple[int, int]]:
    return list(dict.fromkeys(_tile(point, zoom) for point in sample.points))


def _tiles_there(sample: Sample, zoom: int) -> int:
    return len(_there(sample, zoom))


def _tiles(sample: Sample, zoom: int, kind: str) -> Callable[[int], str]:
    there = _there(sample, zoom)

    def address(n: int) -> str:
        x, y = there[n % len(there)]
        return f"/tiles/{kind}/{zoom}/{x}/{y}.mvt"

    return address


def _measured(client: httpx.Client, sample: Sample, rounds: int, only: list[str]) -> Iterator[Figure]:
    size = f"{sample.entities:,} entities"
    for what, address, most in _asked(sample):
        if only and not any(word in what for word in only):
            continue
        warm = "cold" not in what
        if warm:
            client.get(address(0))
        times, wrong, most_bytes = [], set(), 0
        for n in range(min(rounds, most)):
            began = time.perf_counter()
            answer = client.get(address(n), headers={"Lingqu-Purpose": "supervision"})
            times.append((time.perf_counter() - began) * 1000)
            most_bytes = max(most_bytes, len(answer.content))
            if answer.status_code != 200:
                wrong.add(
                    f"{answer.status_code} {address(n)[:120]} {answer.text[:120]!r}"
                    if os.environ.get("BENCH_WHY")
                    else answer.status_code
                )
        p50, p95 = harness.percentile(times, 0.5), harness.percentile(times, 0.95)
        note = f"p50 {p50:.0f} ms, longest {max(times):.0f} ms, {len(times)} requests, up to {most_bytes / 1000:.0f} kB"
        if wrong:
            note += f"; ANSWERED {sorted(map(str, wrong))}"
        figure = harness.below(f"{size}: {what}", round(p95, 1), "ms p95", BAR, note=note)
        print(f"{what:<40} p50 {p50:7.1f}  p95 {p95:7.1f} ms  {note}", flush=True)
        yield figure


if __name__ == "__main__":
    main()

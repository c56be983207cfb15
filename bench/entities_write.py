"""Rates of the entity store: bulk writes against a bare COPY, and reads at p50/p95.

    python -m bench.entities_write [entities]

Runs on an instance of its own under the temporary folder; prints one line per measure.
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from bench import harness

COUNT = int(next((a for a in sys.argv[1:] if a.isdigit()), "200000"))
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀兰霞平刚桂英华玉萍红建国志文斌宇浩然子轩梓涵欣怡雨"
ROADS = ["中央大街", "果戈里大街", "红军街", "西大直街", "东大直街", "和兴路", "学府路", "新阳路", "通达街", "友谊路"]


def people(count: int, seed: int = 1, **changed: str) -> Iterator[Any]:
    """Persons of twenty attributes and about 2 KB, as fusion writes them."""
    from lingqu.centre.entities.door import Draft
    from lingqu.kernel.identifiers import citizen_id_of

    r = random.Random(seed)
    for n in range(count):
        name = r.choice(SURNAMES) + "".join(r.choices(GIVEN, k=r.choice((1, 2, 2))))
        division = f"2301{r.randint(2, 10):02d}{r.randint(1, 20):03d}{r.randint(1, 9):03d}"
        values = {
            "name": name,
            "idNumber": citizen_id_of("230102", date(1930, 1, 1) + timedelta(n // 1000), n % 1000),
            "sex": r.choice("12"),
            "birthDate": f"{r.randint(1930, 2020)}-{r.randint(1, 12):02d}-{r.randint(1, 28):02d}",
            "ethnicGroup": "01",
            "maritalStatus": r.choice(("10", "20", "90")),
            "educationLevel": r.choice(("10", "20", "60", "70")),
            "phone": f"+8613{r.randint(0, 999999999):09d}",
            "address": f"哈尔滨市道里区{r.choice(ROADS)}{r.randint(1, 300)}号{r.randint(1, 9)}单元{r.randint(1, 2903)}室",  # noqa: E501
            "region": division,
            "relationToHead": r.choice(("01", "10", "20", "30")),
            "insuranceNumber": f"{n:010d}",
            "insuranceStatus": r.choice("12"),
            "school": "哈尔滨市第一中学",
            "studentNumber": f"G{n:012d}",
            "healthFileNumber": f"H{n:012d}",
            **changed,
        }
        attrs: dict[str, Any] = {k: {"type": "Property", "value": v} for k, v in values.items()}
        attrs["propertyTitle"] = {"type": "Property", "value": [f"黑2020哈尔滨市不动产权第{n:07d}号"]}
        attrs["vehiclePlate"] = {"type": "Property", "value": [f"黑A{n:06d}"]}
        attrs["household"] = {"type": "Relationship", "object": f"urn:ngsi-ld:Household:{n // 3}"}
        attrs["livesAt"] = {"type": "Relationship", "object": f"urn:ngsi-ld:Address:{n // 30}"}
        prov = {k: {"s": "police.household_register", "d": 1, "r": n, "t": "2026-01-01T00:00:00Z"} for k in attrs}
        yield Draft(f"urn:ngsi-ld:Person:{n:020x}", "Person", attrs, owner="police", prov=prov)


def buildings(count: int) -> Iterator[Any]:
    from lingqu.centre.entities.door import Draft

    r = random.Random(2)
    for n in range(count):
        x, y, s = r.uniform(126.45, 126.8), r.uniform(45.66, 45.85), 0.0002
        ring = [[x, y], [x + s, y], [x + s, y + s], [x, y + s], [x, y]]
        attrs = {
            "address": {"type": "Property", "value": f"{r.choice(ROADS)}{n}号"},
            "floors": {"type": "Property", "value": r.randint(1, 33)},
            "use": {"type": "Property", "value": r.choice(("10", "20", "30"))},
            "location": {"type": "GeoProperty", "value": {"type": "Polygon", "coordinates": [ring]}},
        }
        yield Draft(f"urn:ngsi-ld:Building:{n}", "Building", attrs, owner="housing")


def draw() -> None:
    """The drawing of the toy town, for the registers' own types, data elements and code lists."""
    from lingqu.blueprint import door as blueprint
    from lingqu.centre.drawing import door as drawing

    made = blueprint.plan(blueprint.load(Path(__file__).parents[1] / "cities" / "toytown"))
    drawing.replace(made.put, made.remove, actor="bench", summary=made.counts)


def backend_cpu() -> float:
    """Seconds of CPU that our connection's server process has used; 0 where it is not on this machine."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        stat = Path(f"/proc/{cursor.fetchone()[0]}/stat")
    fields = stat.read_text().rsplit(")", 1)[1].split() if stat.exists() else ["0"] * 13
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rate(what: str, count: int, act: Callable[[], Any], against: float = 0.0) -> float:
    begun, cpu, theirs = time.perf_counter(), time.process_time(), backend_cpu()
    done = act()
    seconds, theirs = time.perf_counter() - begun, backend_cpu() - theirs
    found = count / seconds
    ratio = f"  {found / against:.2f} of COPY" if against else ""
    own = time.process_time() - cpu
    print(
        f"{what:<34} {found:>9,.0f} /s  {seconds:6.1f} s  "
        f"(CPU: Python {own:.1f}, database {theirs:.1f} s)  {done or ''}{ratio}",
        flush=True,
    )
    return found


def latency(what: str, ask: Callable[[int], Any], rounds: int = 60) -> None:
    times = []
    for n in range(rounds):
        begun = time.perf_counter()
        ask(n)
        times.append((time.perf_counter() - begun) * 1000)
    times.sort()
    print(
        f"{what:<34} p50 {statistics.median(times):7.1f} ms   p95 {times[int(len(times) * 0.95)]:7.1f} ms", flush=True
    )


def bare_copy() -> None:
    """The same rows into the same columns without an index: what no store can beat."""
    from django.db import connection

    from lingqu.centre.entities.actions.prepare import COLUMNS, prepare
    from lingqu.centre.entities.schema import schemas

    drafts, types = people(COUNT), schemas()
    with connection.cursor() as cursor:
        cursor.execute("drop table if exists bare; create table bare as select * from entity limit 0")
        with cursor.copy(f"copy bare ({COLUMNS}) from stdin") as copy:
            for row in prepare(drafts, types, True).rows:
                copy.write_row(row)
        cursor.execute("drop table bare")


def main() -> None:
    from lingqu.centre.access.door import ANONYMOUS, SYSTEM
    from lingqu.centre.entities import door
    from lingqu.centre.entities.door import GeoQuery, Query

    draw()
    r = random.Random(3)
    persons = list(people(COUNT))
    base = rate("bare COPY, no index", COUNT, bare_copy)
    rate("upsert, all new", COUNT, lambda: door.write(SYSTEM, persons), base)
    rate("upsert, all unchanged", COUNT, lambda: door.write(SYSTEM, persons), base)
    rate("upsert, all changed", COUNT, lambda: door.write(SYSTEM, people(COUNT, school="第二中学")), base)
    rate("buildings with geometry, new", COUNT // 4, lambda: door.write(SYSTEM, buildings(COUNT // 4)))
    person = Query(types=("Person",))
    words = ["王", "明", "王明", "李志强", "中央大街 12号", "学府路", "张 红军街"]
    latency("get by id", lambda n: door.get(SYSTEM, f"urn:ngsi-ld:Person:{r.randrange(COUNT):020x}"), 300)
    latency(
        "identifier by words", lambda n: door.find(SYSTEM, Query(("Person",), words=f"黑A{r.randrange(COUNT):06d}"))
    )
    latency(
        "identifier by q",
        lambda n: door.find(SYSTEM, Query(("Person",), q=f'studentNumber=="G{r.randrange(COUNT):012d}"')),
    )
    for word in words:
        latency(f"words {word}", lambda n, w=word: door.find(SYSTEM, Query(("Person",), words=w)), 20)
    latency("first page by label", lambda n: door.find(SYSTEM, Query(("Person",), order="label")))
    latency("page of one street office", lambda n: door.find(SYSTEM, Query(("Person",), region="230105003000")))
    latency("count of a type", lambda n: door.count(SYSTEM, person), 10)
    latency("facets sex, status: all", lambda n: door.facet_counts(SYSTEM, person, ["sex", "insuranceStatus"]), 5)
    latency(
        "facets of a street office",
        lambda n: door.facet_counts(SYSTEM, Query(("Person",), region="230105003000"), ["sex"]),
        10,
    )

    def corner() -> tuple[float, float]:
        return r.uniform(126.45, 126.78), r.uniform(45.66, 45.83)

    def tile(side: float) -> Any:
        x, y = corner()
        return door.tile_features(ANONYMOUS, "Building", (x, y, x + side, y + side), limit=20_000)

    latency("tile of 1 km", lambda n: tile(0.012))
    latency("tile of 5 km", lambda n: tile(0.06))

    def near(metres: int) -> Any:
        point = {"type": "Point", "coordinates": list(corner())}
        return door.find(ANONYMOUS, Query(("Building",), geo=GeoQuery("near", point, max_distance=metres), limit=100))

    latency("within 500 m, exact", lambda n: near(500))
    begun = time.perf_counter()
    read = sum(1 for _ in door.every(SYSTEM, person))
    print(f"{'stream every person':<34} {read / (time.perf_counter() - begun):>9,.0f} /s")


if __name__ == "__main__":
    with harness.own_instance(os.environ.get("LINGQU_INSTANCE", "")):
        main()

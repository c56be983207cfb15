"""Verify without revealing: claims a second, one by one and in batches, and what the index of looks costs the ledger.

    python -m bench.verify [persons]

Runs on an instance of its own, through the doors: grants, the values tried, and a ledger row a call are in it.
"""

from __future__ import annotations

import random
import sys
import time
from datetime import date, timedelta
from typing import Any

from bench import harness
from bench.harness import Figure, above, below, say

COUNT = int(next((a for a in sys.argv[1:] if a.isdigit()), "100000"))
SINGLE, BATCH, BATCHES = 400, 1000, 6
ROWS = 3000
"""Rows of the ledger a round."""
INDEX = (
    "create index access_ledger_persons on access_ledger using gin (entity_ids) "
    "where act = any (array['read', 'export', 'verify', 'refused'])"
)
DOCUMENTS: list[tuple[str, dict[str, Any]]] = [
    ("data_element", {"code": "name", "title": "姓名", "type": "string", "personal": "personal", "mask": "name"}),
    ("data_element", {"code": "number", "title": "证件", "type": "identifier", "identifier": "citizen_id"}),
    ("data_element", {"code": "born", "title": "出生", "type": "date", "personal": "personal", "mask": "date"}),
    ("data_element", {"code": "address", "title": "住址", "type": "string", "mask": "address"}),
    (
        "entity_type",
        {
            "code": "Person",
            "title": "自然人",
            "personal": True,
            "label": "name",
            "attributes": {
                "name": {"element": "name"},
                "idNumber": {"element": "number", "identifier": True},
                "birthDate": {"element": "born"},
                "address": {"element": "address"},
            },
        },
    ),
    ("purpose", {"code": "verification", "title": "核验", "basis": "法"}),
]


def main() -> None:
    build()
    say(verifying())
    say(appending())


def build() -> None:
    from django.utils import timezone

    from lingqu.centre.access import door as access
    from lingqu.centre.access.definitions import Purpose
    from lingqu.centre.drawing import door as drawing
    from lingqu.centre.entities import door as entities
    from lingqu.kernel.elements import DataElement

    kinds = {"data_element": DataElement, "entity_type": entities.EntityType, "purpose": Purpose}
    placed = [
        drawing.Placed(kind, d["code"], kinds[kind].model_validate(d).document(), "bench", "city")
        for kind, d in DOCUMENTS
    ]
    drawing.replace(placed, [], actor="bench", summary={})
    entities.write(access.SYSTEM, (draft(n) for n in range(COUNT)))
    grant = access.Grant.model_validate({"actions": ["verify"], "types": ["Person"]})
    now = timezone.now()
    access.issue(
        agreement="B-1",
        department="housing",
        grant=grant,
        begins=now - timedelta(days=1),
        ends=now + timedelta(days=1),
        basis="《社会救助暂行办法》第五十八条",
    )


def number(n: int) -> str:
    from lingqu.kernel.identifiers import citizen_id_of

    return citizen_id_of(f"{230100 + n // 900 % 90}", date(1950, 1, 1) + timedelta(days=n % 20000), n % 1000)


def draft(n: int) -> Any:
    from lingqu.centre.entities import door as entities

    facts = {
        "name": f"王小明{n % 977}",
        "idNumber": number(n),
        "birthDate": str(date(1950, 1, 1) + timedelta(days=n % 20000)),
        "address": f"道里区中央大街{n % 300}号{n % 9}栋{n % 70}室",
    }
    attrs = {name: {"type": "Property", "value": value} for name, value in facts.items()}
    return entities.Draft(f"urn:ngsi-ld:Person:{n:016x}", "Person", attrs, owner="police")


def claim(n: int) -> Any:
    from lingqu.centre.entities import door as entities

    items = {
        "name": f"王 小明{n % 977}",
        "birthDate": {"before": "2008-01-01"},
        "address": f"哈尔滨市道里区中央大街{n % 300}号{n % 9}幢{n % 70}",
    }
    return entities.Claim({"idNumber": number(n)}, items)


def verifying() -> list[Figure]:
    from lingqu.centre.access import door as access
    from lingqu.centre.entities import door as entities

    actor = access.Actor("client", "app", department="housing", purpose="verification", way="api")
    some = random.Random(7)
    claims = [claim(some.randrange(COUNT * 11 // 10)) for _ in range(SINGLE + BATCH * BATCHES)]
    entities.verify(actor, "Person", claims[:1])
    spent = []
    for each in claims[:SINGLE]:
        began = time.perf_counter()
        entities.verify(actor, "Person", [each])
        spent.append(time.perf_counter() - began)
    spent.sort()
    began = time.perf_counter()
    answers = [
        answer
        for start in range(SINGLE, len(claims), BATCH)
        for answer in entities.verify(actor, "Person", claims[start : start + BATCH])
    ]
    wall = time.perf_counter() - began
    known = sum(a.state == "answered" for a in answers) / len(answers)
    note = f"{COUNT:,} persons, three items a claim, {known:.0%} of whom are known"
    return [
        below("one claim, median", spent[len(spent) // 2] * 1000, "ms", 50, note=note),
        below("one claim, p95", spent[len(spent) * 95 // 100] * 1000, "ms", 100),
        Figure("claims a second, one by one", SINGLE / sum(spent), "/s"),
        above("claims a second, in batches of 1000", len(answers) / wall, "/s", 500),
    ]


def appending() -> list[Figure]:
    """record() of looks at one person each, with the index and without it, in turns; and finding one's looks."""
    from lingqu.centre.access import door as access

    actor = access.Actor("person", "clerk", department="housing", purpose="verification")
    some, spent = random.Random(9), {"with": 0.0, "without": 0.0}
    for _ in range(4):
        for side in spent:
            execute("drop index if exists access_ledger_persons")
            if side == "with":
                execute(INDEX)
            began = time.perf_counter()
            for _ in range(ROWS):
                person = f"urn:ngsi-ld:Person:{some.randrange(COUNT):016x}"
                access.record(actor, "read", entity_type="Person", entity_ids=[person], attributes=["name", "address"])
            spent[side] += time.perf_counter() - began
    execute("drop index if exists access_ledger_persons")
    execute(INDEX)
    began = time.perf_counter()
    for n in range(100):
        access.reads_of(f"urn:ngsi-ld:Person:{n:016x}")
    found = (time.perf_counter() - began) * 10
    rows = ROWS * 4
    return [
        Figure("a row of the ledger, with the index of looks", spent["with"] / rows * 1e6, "µs"),
        Figure("a row of the ledger, without it", spent["without"] / rows * 1e6, "µs"),
        below("times as long with it", spent["with"] / spent["without"], "×", 1.5),
        below("one's looks, found", found, "ms", 50),
    ]


def execute(statement: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)


if __name__ == "__main__":
    with harness.own_instance():
        main()

"""Documents nobody would write, to the NGSI-LD interface: no answer is a 5xx, and nothing is half written.

    python -m bench.fuzz [--seconds 600] [--seed 1] [--schemathesis PROGRAM]

Entities, fragments, queries, subscriptions and contexts are changed at random places (other types, deep nests, odd
texts and numbers, JSON-LD keywords, pieces of each other) and sent. What was answered with 201 is read back; what was
refused must not be there. ``--schemathesis`` runs that program's own requests from our OpenAPI documents as well.
"""

# ruff: noqa: E501 (documents stand on one line)

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import tempfile
import time
from collections import Counter
from copy import deepcopy
from pathlib import Path
from typing import Any

import httpx
from bench import ngsi, rights
from bench.harness import Figure, say

SEEDS: list[tuple[str, str, Any]] = [
    (
        "POST",
        "entities",
        {
            "id": "?",
            "type": "Place",
            "name": {"type": "Property", "value": "x", "observedAt": "2026-01-01T00:00:00Z", "datasetId": "urn:d:1"},
            "owner": {"type": "Relationship", "object": "urn:x:1", "objectType": "Person"},
            "words": {"type": "LanguageProperty", "languageMap": {"zh": "一", "en": "one"}},
            "kind": {"type": "VocabProperty", "vocab": "A"},
            "list": {"type": "ListProperty", "valueList": [1, "b", {"c": None}]},
            "raw": {"type": "JsonProperty", "json": {"@id": 1}},
            "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [126.6, 45.7]}},
            "scope": ["/a/b", "/c"],
            "@context": [{"extra": "https://ex.org/extra"}],
        },
    ),
    ("PATCH", "entities/urn:ngsi-ld:Place:00000003/attrs", {"name": {"type": "Property", "value": 1, "unitCode": "m"}}),
    ("PATCH", "entities/urn:ngsi-ld:Place:00000003", {"name": {"value": "urn:ngsi-ld:null"}, "status": "x"}),
    ("POST", "entityOperations/upsert", [{"id": "?", "type": "Place", "name": {"type": "Property", "value": "x"}}]),
    ("POST", "entityOperations/query", {"type": "Query", "entities": [{"type": "Place"}], "q": 'status=="1"'}),
    (
        "POST",
        "temporal/entities",
        {"id": "?", "type": "Place", "name": [{"type": "Property", "value": 1, "observedAt": "2020-01-01T00:00:00Z"}]},
    ),
    (
        "POST",
        "subscriptions",
        {
            "type": "Subscription",
            "entities": [{"type": "Place"}],
            "watchedAttributes": ["name"],
            "q": "name==1",
            "geoQ": {"georel": "near;maxDistance==5", "geometry": "Point", "coordinates": [1, 2]},
            "notification": {"endpoint": {"uri": "http://127.0.0.1:9/"}, "format": "concise"},
        },
    ),
    (
        "POST",
        "csourceRegistrations",
        {
            "type": "ContextSourceRegistration",
            "information": [{"entities": [{"type": "X"}]}],
            "endpoint": "http://127.0.0.1:9",
        },
    ),
    ("POST", "jsonldContexts", {"@context": {"name": "https://ex.org/n", "b": {"@id": "name", "@type": "@id"}}}),
]
ODD: list[Any] = [
    None, True, 0, -1, 1e400, -0.0, 2**63, 10**40, 1.5e-320, "", " ", "\u0000", "\ud7ff\ue000", "a" * 5000, "urn:ngsi-ld:null", "@none",
    "@id", "@type", "@context", "@graph", "@value", "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context.jsonld", "http://[", "::",
    "2026-13-45T99:00:00Z", "P1Y", "/a//b", "%00", "'; drop table entity; --", "$.x", "a==b|c;(d", [], {}, [[]], [None], {"@value": {}},
    {"type": []}, {"@context": None}, {"@id": {}}, {"type": "Property"}, {"value": None}, {"type": "Point", "coordinates": [1e9, "x"]},
    {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]}, {"type": "GeometryCollection", "geometries": [{"type": "Point"}]},
]  # fmt: skip


def main(seconds: float, seed: int, port: int, schemathesis: str) -> None:
    from lingqu.site import instance, supervisor

    here = instance.current()
    supervisor.database_up(here)
    supervisor.migrate()
    supervisor.make_roles(here)
    rights.ROLE = {**ngsi.ROLE, "grants": [{"actions": ["read", "write"], "types": ["*"]}]}
    key = rights.town(1000)
    sides: list[rights.Side] = []
    with rights.served(port, key, sides, ("on",)):
        say(_fuzzed(sides[0].client, seconds, random.Random(seed)))
        if schemathesis:
            for document in ("/ngsi-ld/v1/openapi.json", "/api/openapi.json"):
                say([_asked_by(schemathesis, f"http://127.0.0.1:{port}{document}", key)])


def _fuzzed(client: httpx.Client, seconds: float, draws: random.Random) -> list[Figure]:
    statuses: Counter[int] = Counter()
    broken: list[str] = []
    half: list[str] = []
    end = time.monotonic() + seconds
    n, slowest = 0, (0.0, "")
    while time.monotonic() < end:
        n += 1
        method, path, seed = draws.choice(SEEDS)
        name = f"urn:ngsi-ld:Place:fuzz:{n}"
        text = json.dumps(seed).replace('"?"', json.dumps(name))
        document = json.loads(text)
        for _ in range(draws.randrange(1, 5)):
            document = _changed(document, draws)
        body = _written(document, draws)
        kind = draws.choice(["application/json", "application/ld+json"])
        began = time.monotonic()
        answer = client.request(method, f"{ngsi.API}/{path}", content=body, headers={"Content-Type": kind})
        slowest = max(slowest, (time.monotonic() - began, f"{method} {path} {body[:300]!r}"))
        statuses[answer.status_code] += 1
        if answer.status_code >= 500 and answer.status_code != 504:  # 504: a context that cannot be fetched
            broken.append(f"{answer.status_code} {method} {path} {kind} {body[:600]!r} {answer.text[:300]}")
        if path == "entities":
            there = client.get(f"{ngsi.API}/entities/{name}").status_code
            told = answer.headers.get("Location", "").endswith(name)
            if (answer.status_code == 201 and told) != (there == 200):
                half.append(f"{answer.status_code} {there} {body[:600]!r}")
    for each in [*broken[:5], *half[:5]]:
        print(each)
    note = ", ".join(f"{status}: {count:,}" for status, count in sorted(statuses.items()))
    return [
        Figure("answers that are a 5xx", len(broken), "", "0", not broken, note=f"{n:,} documents; {note}"),
        Figure("entities half written", len(half), "", "0", not half),
        Figure("slowest answer", round(slowest[0], 2), "s", note=slowest[1][:200]),
    ]


def _changed(node: Any, draws: random.Random) -> Any:
    """A document with one place changed."""
    places = list(_places(node))
    holder, at = draws.choice(places) if places else (None, None)
    if holder is None or draws.random() < 0.03:
        return deepcopy(draws.choice(ODD))
    what = draws.random()
    if what < 0.5:
        holder[at] = deepcopy(draws.choice(ODD))
    elif what < 0.65:
        other = draws.choice(places)
        holder[at] = deepcopy(other[0][other[1]])
    elif what < 0.75 and isinstance(holder, dict):
        holder[str(draws.choice(ODD))[:200]] = holder.pop(at)
    elif what < 0.85:
        holder[at] = [deepcopy(holder[at]) for _ in range(draws.choice([2, 50]))]
    elif what < 0.95 and isinstance(holder, dict):
        del holder[at]
    else:
        for _ in range(draws.choice([2, 5, 9])):
            holder[at] = {"value": holder[at]} if draws.random() < 0.5 else [holder[at]]
    return node


def _places(node: Any) -> Any:
    """(holder, key) of every place, without going deeper than Python may."""
    left = [node]
    while left:
        each = left.pop()
        for at, value in list(
            each.items() if isinstance(each, dict) else enumerate(each) if isinstance(each, list) else ()
        ):
            yield each, at
            if isinstance(value, dict | list):
                left.append(value)


def _written(document: Any, draws: random.Random) -> bytes:
    body = json.dumps(document).encode()
    if draws.random() < 0.03:
        deep = draws.choice([100, 250, 900, 20_000])
        body = body.replace(b'"x"', b'{"a":' * deep + b"1" + b"}" * deep, 1)
    if draws.random() < 0.05:
        at = draws.randrange(len(body) + 1)
        body = body[:at] + bytes([draws.randrange(256)]) + body[at:]
    return body


def _asked_by(program: str, document: str, key: str) -> Figure:
    command = [program, "run", document, "--checks", "not_a_server_error", "--max-examples", "60", "--header"]
    command += [f"Authorization: Bearer {key}", "--continue-on-failure", "--no-color"]
    done = subprocess.run(command, capture_output=True, text=True)
    print(done.stdout[-3000:])
    failed = done.returncode != 0
    return Figure(f"schemathesis on {document.partition('/')[2][-30:]}", int(failed), "", "0", not failed)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--port", type=int, default=8595)
    parser.add_argument("--schemathesis", default="", help="the program, where it is installed")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="lingqu-fuzz-"))
    folder.chmod(0o711)
    os.environ |= {"LINGQU_INSTANCE": str(folder), "DJANGO_SETTINGS_MODULE": "lingqu.site.settings"}
    from lingqu.site import instance, postgres

    try:
        main(given.seconds, given.seed, given.port, given.schemathesis)
    finally:
        postgres.stop(instance.current())
        postgres.remove(instance.current())
        shutil.rmtree(folder, ignore_errors=True)

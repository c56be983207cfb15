"""The benches in their order, and how the words of those that print their own become figures."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.harness import Figure, above

SHARED = "LINGQU_SHARED_DATA"
"""Names the folder of public data sets; benches that need one are left out without it."""


@dataclass(frozen=True)
class Bench:
    """``arguments`` and ``few`` follow the module's name, for the full and the small run; ``read`` makes figures of
    what it prints, where it does not hand them on itself."""

    name: str
    title: str
    arguments: tuple[str, ...] = ()
    few: tuple[str, ...] = ()
    read: Callable[[str], list[Figure]] | None = None
    needs: str = ""
    module: str = ""

    def missing(self) -> str:
        return f"{self.needs} is not set" if self.needs and self.needs not in os.environ else ""


def _febrl(text: str) -> list[Figure]:
    said = dict(line.split() for line in text.splitlines() if len(line.split()) == 2)
    f1, cpu = float(said["f1"]), float(said["cpu_s"])
    how = (
        "Splink 5.0.0 on DuckDB by itself, unsupervised, p ≥ 0.5, measured apart on the same two cores; its CPU time "
        "is that of the whole process, ours that of linking alone"
    )
    note = f"precision {float(said['precision']):.5f}, recall {float(said['recall']):.5f}"
    return [
        above("Febrl 4, F1", f1, "", 0.9998, peer="0.9999", how=how, ratio=round(f1 / 0.9999, 4), note=note),
        Figure("Febrl 4, CPU time", cpu, "s", peer="11.9 s", how=how, ratio=round(11.9 / cpu, 1)),
    ]


def _quality(text: str) -> list[Figure]:
    said = json.loads(text[text.index("{") :])
    how = "pandera 0.33 on polars with the same rules, run beside it where --peer names it"
    found = said["found"]
    return [
        Figure("land the file", said["land"]["wall_s"], "s", note=f"CPU {said['land']['cpu_s']} s"),
        Figure("check it by 17 rules", said["check"]["wall_s"], "s", note=f"CPU {said['check']['cpu_s']} s"),
        Figure("defects missed", found["missed"], "", "0", found["missed"] == 0, note=f"of {found['defects']:,}"),
        Figure("rows flagged that hold none", found["false"], "", "0", found["false"] == 0),
        *(
            [Figure("CPU of the peer to ours", said["cpu_ratio_peer_to_ours"], "×", peer="1", how=how)]
            if "cpu_ratio_peer_to_ours" in said
            else []
        ),
    ]


_RATE = re.compile(r"^(?P<what>.+?)\s+(?P<rate>[\d,]+) /s(?P<rest>.*)$")
_TIMES = re.compile(r"^(?P<what>.+?)\s+p50\s+(?P<p50>[\d.]+) ms\s+p95\s+(?P<p95>[\d.]+) ms")


def _store(text: str) -> list[Figure]:
    found = []
    for line in text.splitlines():
        if rate := _RATE.match(line):
            of_copy = re.search(r"([\d.]+) of COPY", line)
            ratio = float(of_copy[1]) if of_copy else None
            how = "a bare COPY of the same rows into a table without an index" if of_copy else ""
            rest = " ".join(rate["rest"].split())
            found.append(
                Figure(rate["what"], float(rate["rate"].replace(",", "")), "/s", ratio=ratio, how=how, note=rest)
            )
        elif times := _TIMES.match(line):
            found.append(Figure(times["what"], float(times["p95"]), "ms p95", note=f"p50 {times['p50']} ms"))
    return found


def benches(people: int, folder: Path) -> list[Bench]:
    """In an order in which the cheap ones come first. ``folder`` holds the city that ``pages`` is measured on."""
    size, place = ("--people", str(people)), ("--folder", str(folder))
    return [
        Bench("febrl", "Linking: Febrl 4", read=_febrl, needs=SHARED),
        Bench("quality_persons", "Checking a file of persons", ("2000000",), ("50000",), _quality),
        Bench("entities_write", "The store of entities", ("200000",), ("5000",), _store),
        Bench("procedures", "A case of five steps, every step persisted", (), ("--cases", "20", "--rounds", "2")),
        Bench("cases", "A million cases at the desk", (), ("--cases", "2000", "--rounds", "10")),
        Bench("papers", "Forms merged to the fewest questions", (), ("--forms", "50")),
        Bench("outgoing", "Deliveries out", ("100000",), ("2000",)),
        Bench("notify", "Subscribers told of changes", ("20000",), ("1000", "100")),
        Bench(
            "notify_kills", "Receiver, worker and database killed while subscribers are told", ("100000",), ("2000",)
        ),
        Bench("notify_latency", "From an update to its notification", ("200",), ("5",)),
        Bench("ngsi", "NGSI-LD at 64 connections", (), ("--entities", "20000", "--seconds", "2")),
        Bench("verify", "Verify without revealing", ("100000",), ("2000",)),
        Bench("ledger", "The ledger of reads and writes, tampered with", ("1000000",), ("20000",)),
        Bench(
            "demo",
            "A city of 60,000, as make demo makes it",
            ("--people", "60000"),
            ("--people", "2000"),
            module="city",
        ),
        Bench(
            "city", f"A city of {people:,}: collect, check, fuse", (*size, *place, "--keep"), (*size, *place, "--keep")
        ),
        Bench("pages", "Pages, searches and maps over HTTP", (*place,), (*place, "--rounds", "10")),
        Bench("rights", "What rights cost over HTTP", (), ("--entities", "20000", "--rounds", "50")),
    ]

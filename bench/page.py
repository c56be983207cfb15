"""docs/benchmarks.md out of what was measured."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bench.harness import ROOT, Figure, Result, number

PAGE = ROOT / "docs" / "benchmarks.md"
HEAD = """# Benchmarks

Written by `make bench`; `bench/README.md` says how each figure is had and how to have it on your own machine. A figure
with a bar says whether it is held (✓) or missed (✗). Wall times are those of the load given beside them: on a machine
that does other work at the same time they are longer, while CPU time hardly changes. What was measured by hand stands
in [](measured.md).
"""


def write(results: Iterable[Result], order: Sequence[str]) -> None:
    """``order``: titles. Sections of what was not measured now stay as they stand on the page."""
    sections = _standing() | {r.title: _section(r) for r in results}
    placed = [*(title for title in order if title in sections), *(t for t in sections if t not in order)]
    PAGE.write_text("\n".join([HEAD, *(sections[title] for title in placed)]))


def _standing() -> dict[str, str]:
    parts = PAGE.read_text().split("\n## ")[1:] if PAGE.exists() else []
    return {part.partition("\n")[0]: f"## {part.rstrip()}\n" for part in parts}


def _section(result: Result) -> str:
    m = result.machine
    machine = f"{m['cores']} cores of {m['processor']}, {m['memory_gib']} GiB, {m['system']}, Python {m['python']}"
    lines = [f"## {result.title}", "", f"{result.at}; {machine}; load {m['load']} at the start.", ""]
    if result.error:
        return "\n".join([*lines, result.error, ""])
    spent = (
        ""
        if not result.wall
        else f"The whole bench: {number(result.wall)} s, CPU {number(result.cpu)} s, peak {result.peak >> 20:,} MiB."
    )
    compared = any(f.peer or f.ratio is not None for f in result.figures)
    head = ["what", "figure", "bar", *(["peer", "ratio"] if compared else []), "remarks"]
    lines += ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(_cells(f, compared)) + " |" for f in result.figures]
    hows = dict.fromkeys(f.how for f in result.figures if f.how)
    return "\n".join([*lines, "", *(f"Peer: {how}.\n" for how in hows), spent, ""])


def _cells(figure: Figure, compared: bool) -> list[str]:
    held = "" if figure.meets is None else " ✓" if figure.meets else " ✗"
    peer = [figure.peer, "" if figure.ratio is None else f"{figure.ratio:g}"] if compared else []
    value = f"{number(figure.value)} {figure.unit}".rstrip()
    return [_plain(cell) for cell in (figure.what, value, f"{figure.bar}{held}", *peer, figure.note)]


def _plain(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")

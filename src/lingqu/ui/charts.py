"""Small drawings as inline SVG: a trend, a share, a lineage. Attributes only, no styles (Content-Security-Policy)."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


def trend(values: Sequence[float], title: str, *, width: int = 120, height: int = 28) -> SafeString:
    """A line of values (each 0..1), oldest first. ``title`` says it in words for those who do not see it."""
    if not values:
        return SafeString("")
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    step = (width - 8) / max(1, len(values) - 1)
    points = [(4 + i * step, height - 4 - (v - low) / span * (height - 8)) for i, v in enumerate(values)]
    if len(points) == 1:
        points.insert(0, (width - 4.0, points[0][1]))
        points.reverse()
    last = points[-1]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return format_html(
        '<svg class="trend" role="img" width="{w}" height="{h}" viewBox="0 0 {w} {h}"><title>{t}</title>'
        '<polyline points="{p}"/><circle cx="{x}" cy="{y}" r="2.5"/></svg>',
        w=width,
        h=height,
        t=title,
        p=path,
        x=f"{last[0]:.1f}",
        y=f"{last[1]:.1f}",
    )


def share(value: float, title: str, *, target: float | None = None, width: int = 96) -> SafeString:
    """A bar from 0 to 1 with an optional mark at the target. The words say it too."""
    filled = round(max(0.0, min(1.0, value)) * width, 1)
    mark = format_html('<path class="target" d="M{x} 0v10"/>', x=round(target * width, 1)) if target else ""
    kind = "under" if target is not None and value < target else "over"
    return format_html(
        '<svg class="share {k}" role="img" width="{w}" height="10" viewBox="0 0 {w} 10"><title>{t}</title>'
        '<rect class="all" width="{w}" height="10" rx="3"/>'
        '<rect class="part" width="{f}" height="10" rx="3"/>{m}</svg>',
        k=kind,
        w=width,
        t=title,
        f=filled,
        m=mark,
    )


def lineage(
    columns: Sequence[Sequence[tuple[str, str, str]]], links: Sequence[tuple[str, str]], title: str
) -> SafeString:
    """Boxes in columns from left to right with lines between them.

    A box is ``(key, words, href)``; a link is a pair of keys.
    """
    box_w, box_h, gap, between = 210, 34, 12, 56
    rows = max((len(c) for c in columns), default=1)
    height = rows * (box_h + gap) + gap
    places: dict[str, tuple[float, float]] = {}
    width, step = len(columns) * (box_w + between) - between, box_w + between
    for i, column in enumerate(columns):
        top = (height - len(column) * (box_h + gap) + gap) / 2
        for j, (key, _words, _href) in enumerate(column):
            places[key] = (i * step, top + j * (box_h + gap))
    lines = [
        (places[a][0] + box_w, places[a][1] + box_h / 2, places[b][0], places[b][1] + box_h / 2)
        for a, b in links
        if a in places and b in places
    ]
    drawn = format_html_join(
        "", '<path d="M{} {}C{} {} {} {} {} {}"/>', ((a, b, a + 40, b, c - 40, d, c, d) for a, b, c, d in lines)
    )
    boxes = format_html_join(
        "",
        '<a href="{}"><rect x="{}" y="{}" width="{}" height="{}" rx="6"/><text x="{}" y="{}">{}</text></a>',
        (
            (href, x := places[key][0], y := places[key][1], box_w, box_h, x + 12, y + 22, _short(words))
            for column in columns
            for key, words, href in column
        ),
    )
    return format_html(
        '<svg class="lineage" viewBox="-2 -2 {} {}" width="{}" height="{}" role="group" aria-label="{}">{}{}</svg>',
        width + 4,
        height + 4,
        width,
        height,
        title,
        drawn,
        boxes,
    )


def _short(words: str, room: float = 24) -> str:
    """Cut to what a box holds: a Chinese character takes twice the room of a Latin one."""
    used = 0.0
    for index, letter in enumerate(words):
        used += 2 if ord(letter) > 0x2E80 else 1.1
        if used > room:
            return words[:index] + "…"
    return words

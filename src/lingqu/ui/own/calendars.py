"""Days as a file that every calendar reads: iCalendar (RFC 5545)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta


@dataclass(frozen=True)
class Entry:
    """A whole day (``begins`` a date), or from one moment to another. ``key`` names it within the site, for ever."""

    key: str
    title: str
    words: str
    begins: date | datetime
    ends: datetime | None = None
    place: str = ""


def ics(host: str, title: str, entries: Iterable[Entry]) -> str:
    """The file's text, lines ended as section 3.1 says."""
    now = datetime.now(UTC)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Lingqu//Lingqu//EN", f"X-WR-CALNAME:{_text(title)}"]
    for entry in entries:
        lines += ["BEGIN:VEVENT", f"UID:{_text(entry.key)}@{host}", f"DTSTAMP:{_moment(now)}", *_when(entry)]
        lines += [f"SUMMARY:{_text(entry.title)}"]
        lines += [f"DESCRIPTION:{_text(entry.words)}"] if entry.words else []
        lines += [f"LOCATION:{_text(entry.place)}"] if entry.place else []
        lines += ["END:VEVENT"]
    return "".join(_folded(line) + "\r\n" for line in [*lines, "END:VCALENDAR"])


def _when(entry: Entry) -> list[str]:
    if isinstance(entry.begins, datetime):
        found = [f"DTSTART:{_moment(entry.begins)}"]
        return [*found, f"DTEND:{_moment(entry.ends)}"] if entry.ends else found
    after = entry.begins + timedelta(days=1)
    return [f"DTSTART;VALUE=DATE:{entry.begins:%Y%m%d}", f"DTEND;VALUE=DATE:{after:%Y%m%d}", "TRANSP:TRANSPARENT"]


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(words: str) -> str:
    for sign in ("\\", ";", ","):
        words = words.replace(sign, "\\" + sign)
    return "\\n".join(words.splitlines())


def _folded(line: str) -> str:
    """At most 75 octets a line, no character cut in two."""
    out, size = [], 0
    for character in line:
        octets = len(character.encode())
        if size + octets > 75:
            out.append("\r\n ")
            size = 1
        out.append(character)
        size += octets
    return "".join(out)

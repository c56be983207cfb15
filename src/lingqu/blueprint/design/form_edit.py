"""What an editor does to a form's document: functions from one document to the next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lingqu.kernel.errors import NotFound
from lingqu.kernel.text import Text

Document = dict[str, Any]
KEYS = ("type", "binds", "codes", "as", "where", "when", "hint")
LONGEST = 400


def fields(document: Mapping[str, Any]) -> list[Document]:
    found = document.get("fields")
    return [dict(each) for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def head(document: Mapping[str, Any], given: Mapping[str, Any]) -> Document:
    said = {key: str(given.get(key) or "").strip()[:LONGEST] for key in ("zh", "en", "office", "status", "source")}
    made = {**document, "title": {"zh": said["zh"], "en": said["en"] or said["zh"]}, "office": said["office"]}
    for key, plain in (("status", "documented"), ("source", "")):
        made.pop(key, None)
        if said[key] != plain and said[key]:
            made[key] = said[key]
    listed = made.pop("fields", [])
    return made | {"fields": listed}


def field_of(given: Mapping[str, Any], before: Mapping[str, Any]) -> Document:
    """A field as a page posts it; numbers that are none stay as they were typed, for the check to name."""
    said = {key: str(given.get(key) or "").strip()[:LONGEST] for key in ("seq", "zh", "en", "repeats", *KEYS)}
    made: Document = {
        "seq": _number(said["seq"], before.get("seq", 1)),
        "title": {"zh": said["zh"], "en": said["en"] or said["zh"]},
    }
    made |= {key: said[key] for key in ("binds", "type", "codes", "as", "where", "when", "hint") if said[key]}
    if said["repeats"] not in ("", "1"):
        made["repeats"] = _number(said["repeats"], 1)
    made.setdefault("type", "")
    return made


def put(document: Mapping[str, Any], at: int, field: Mapping[str, Any]) -> Document:
    found = fields(document)
    _there(found, at)
    found[at] = dict(field)
    return {**document, "fields": found}


def add(document: Mapping[str, Any]) -> Document:
    found = fields(document)
    seq = max((each["seq"] for each in found if isinstance(each.get("seq"), int)), default=0) + 1
    found.append({"seq": seq, "title": {"zh": "新栏目", "en": "New field"}, "type": "C100"})
    return {**document, "fields": found}


def remove(document: Mapping[str, Any], at: int) -> Document:
    found = fields(document)
    _there(found, at)
    del found[at]
    return {**document, "fields": found}


def move(document: Mapping[str, Any], at: int, by: int) -> Document:
    """One place up or down. Printed numbers stay with their places, as on paper."""
    found = fields(document)
    _there(found, at)
    to = at + by
    if not 0 <= to < len(found):
        return dict(document)
    found[at]["seq"], found[to]["seq"] = found[to].get("seq"), found[at].get("seq")
    found[at], found[to] = found[to], found[at]
    return {**document, "fields": found}


def accept(document: Mapping[str, Any], seq: int, term: str) -> Document:
    """Bind one field to a term that was proposed for it."""
    found = fields(document)
    for n, each in enumerate(found):
        if each.get("seq") == seq and not each.get("binds"):
            kept = dict(each)
            kind = kept.pop("type", "C100")
            title = {"seq": kept.pop("seq"), "title": kept.pop("title", "")}
            found[n] = {**title, "binds": term, "type": kind, **kept}
            return {**document, "fields": found}
    raise _none(seq)


def _number(text: str, otherwise: Any) -> Any:
    if not text:
        return otherwise
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else text


def _there(found: list[Document], at: int) -> None:
    if not 0 <= at < len(found):
        raise _none(at)


def _none(at: int) -> NotFound:
    return NotFound(
        "blueprint.field",
        Text(zh="没有这个栏目", en="There is no such field"),
        place=str(at),
        next_step=Text(zh="刷新页面后再试", en="Reload the page and try again"),
    )

"""What the parts of an entity may be, beyond what the store asks for: names, ids, scopes, times, and which members go
with which kind of attribute (CIM 009 4.5.1 to 4.5.24, 4.6.2, 4.6.3, 4.18)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lingqu.kernel.errors import Invalid
from lingqu.kernel.text import Text

NULL = "urn:ngsi-ld:null"
KINDS = {
    "Property": "value",
    "GeoProperty": "value",
    "Relationship": "object",
    "LanguageProperty": "languageMap",
    "JsonProperty": "json",
    "VocabProperty": "vocab",
    "ListProperty": "valueList",
    "ListRelationship": "objectList",
}
VALUES = frozenset(KINDS.values())
PREVIOUS = frozenset({f"previous{key[0].upper()}{key[1:]}" for key in VALUES})
SEALED = frozenset({"entityIdSealed", "entityTypeSealed"})
PLACES = frozenset({"location", "observationSpace", "operationSpace"})
_NOT_ATTRIBUTES = frozenset({"datasetId", "instanceId", "observedAt"}) | PREVIOUS | SEALED
_UNITLESS = frozenset({"Relationship", "ListRelationship", "LanguageProperty", "JsonProperty", "VocabProperty"})
_NAME = re.compile(r"[^\W\d_]\w*\Z")
_SCOPE = re.compile(r"/?[^\W\d_]\w*(?:/[^\W\d_]\w*)*\Z")
_USUAL = re.compile(r"[\w:.~!*'();@&=+$,/?#\[\]%-]+", re.ASCII)
_DELIMITERS = frozenset('<>"{}|\\^`')
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d+)?Z\Z")
# Letters by category that are drawn as nothing: Hangul fillers and the empty Braille pattern.
_UNSEEN = frozenset("\u115f\u1160\u3164\uffa0\u2800")
_UNSEEN_KINDS = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zs", "Zl", "Zp"})


def wrong(zh: str, en: str, place: str = "") -> Invalid:
    return Invalid("ngsi_ld.entity", Text(zh=zh, en=en), place=place)


def is_uri(text: Any) -> bool:
    """Whether it is a URI or an IRI whose every character can be seen: an id that looks like another is none."""
    if not isinstance(text, str) or ":" not in text[1:] or text == NULL:
        return False
    if _USUAL.fullmatch(text):
        return True
    return not any(_unseen(c) if c > "~" else c <= " " or c in _DELIMITERS for c in text)


def _unseen(c: str) -> bool:
    variation = "\ufe00" <= c <= "\ufe0f" or "\U000e0100" <= c <= "\U000e01ef"
    return variation or c in _UNSEEN or unicodedata.category(c) in _UNSEEN_KINDS


def name(text: Any, known: bool = False) -> str:
    """The name of a type or an attribute as given: a term (4.6.2), a prefixed name or an IRI. ``known``: the context
    defines it, so that it may be written as it likes."""
    whole = isinstance(text, str) and ":" in text[1:] and is_uri(text)
    if not (isinstance(text, str) and (known or whole or _NAME.match(text))):
        raise wrong("名称须以字母开头，由字母、数字和下划线组成", "is no name: letters, digits, _", str(text)[:100])
    return text


def attribute_name(text: Any, known: bool = False) -> str:
    if text in _NOT_ATTRIBUTES:
        raise wrong("核心词汇不能作为属性名", "a term of the core cannot be an attribute", str(text))
    return name(text, known)


def scopes(given: Any) -> tuple[str, ...]:
    """Scopes as they are stored, each with its slash (4.18)."""
    each = given if isinstance(given, list) else [] if given is None else [given]
    if not all(isinstance(s, str) and _SCOPE.match(s) for s in each):
        raise wrong("scope 须形如 /一级/二级", "a scope must be like /level/level, each beginning by a letter", "scope")
    return tuple(s if s.startswith("/") else f"/{s}" for s in each)


def time(value: Any, place: str) -> datetime:
    """A DateTime in UTC (4.6.3)."""
    try:
        found = datetime.fromisoformat(value.replace(",", ".")) if _MOMENT.match(value) else None
    except (TypeError, ValueError, AttributeError):
        found = None
    if found is None:
        raise wrong("须是 UTC 时间，如 2026-01-02T03:04:05Z", "must be a time in UTC: 2026-01-02T03:04:05Z", place)
    return found


def members(place: str, kind: str, given: Mapping[str, Any]) -> None:
    """Which members go with a kind. Raises Invalid."""
    key = KINDS[kind]
    for member in given:
        if member in VALUES and member != key:
            raise wrong(f"{kind} 不能含有 {member}", f"a {kind} has no {member}", place)
        if member in PREVIOUS or member == "@context":
            raise wrong(f"{member} 不能在此提交", f"{member} cannot be given here", place)
        if member in SEALED and place != "ngsildproof":
            raise wrong(f"{member} 只属于 ngsildproof", f"{member} belongs to ngsildproof only", place)
    if "unitCode" in given and kind in _UNITLESS:
        raise wrong(f"{kind} 没有单位", f"a {kind} has no unit", place)
    if place == "ngsildproof":
        _proof(given)
    if kind == "LanguageProperty" and given.get("valueType", "langString") not in ("langString", "rdf:langString"):
        raise wrong("valueType 只能是 langString", "its valueType can only be langString", place)


def _proof(given: Mapping[str, Any]) -> None:
    if not isinstance(given.get("value", {}), Mapping):
        raise wrong("须是 W3C 数据完整性证明对象", "must hold a W3C proof object", "ngsildproof")
    if not all(isinstance(given.get(sealed, ""), str) for sealed in SEALED):
        raise wrong("须是文本", "what is sealed must be text", "ngsildproof")


def value(place: str, kind: str, given: Any, merging: bool) -> None:
    """What a kind may hold. ``merging``: marks that take away (``urn:ngsi-ld:null``) may stand in it."""
    if merging and (given == NULL or given == {"@none": NULL}):
        return
    if kind == "JsonProperty":
        if not isinstance(given, Mapping | list | None):
            raise wrong("json 须是对象或数组", "json must be an object or an array", place)
    elif given is None:
        raise wrong("值不能是 null", "a value cannot be null", place)
    elif kind == "LanguageProperty":
        _language_map(place, given)
    elif kind in ("ListProperty", "ListRelationship") and not isinstance(given, list):
        raise wrong("须是数组", "must be an array", place)


def _language_map(place: str, given: Any) -> None:
    texts = given.items() if isinstance(given, Mapping) else [("", "")]
    for tag, text in texts:
        each = text if isinstance(text, list) else [text]
        if not tag or not all(isinstance(t, str) for t in each):
            raise wrong("须按语言给出文本", "must be text by language", place)

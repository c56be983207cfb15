"""``pick`` and ``omit`` (CIM 009 4.21): members of an entity, and in braces members of the entities it is linked to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from lingqu.protocols.ngsi_ld import http

_TOKEN = re.compile(r"[{},|]|[^{},|]+")
_MEMBER = re.compile(r"(?:[^\W\d_]\w*|[^\W\d][\w.+-]*:[^\s;{}\"<>]+)\Z")
OWN = frozenset({"id", "type", "scope", "createdAt", "modifiedAt", "expiresAt"})
DEEPEST = 10


@dataclass(frozen=True)
class Projection:
    """Members by store name; each with what is wanted of the entity behind it, if that is said."""

    members: Mapping[str, Projection | None] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.members)

    @classmethod
    def of(cls, names: Iterable[str]) -> Projection:
        """Of members only, by store names."""
        return cls(dict.fromkeys(names))

    def depth(self) -> int:
        """How many links deep it reaches."""
        return max((1 + inner.depth() for inner in self.members.values() if inner is not None), default=0)

    def within(self, name: str) -> Projection:
        return self.members.get(name) or NOTHING


NOTHING = Projection()


def parse(text: str, stored: Callable[[str], str]) -> Projection:
    """``stored`` gives the store name of a term. Raises Problem (BadRequestData)."""
    tokens = [t for t in _TOKEN.findall(text)]
    reader = iter([*tokens, ""])
    found, end = _members(reader, stored, 0)
    if end != "" or next(reader, None) is not None:
        raise _wrong(text)
    return found


def _members(reader: Iterator[str], stored: Callable[[str], str], depth: int) -> tuple[Projection, str]:
    """The members up to a closing brace or the end, and which of them it was."""
    members: dict[str, Projection | None] = {}
    while True:
        name = next(reader).strip()
        if not _MEMBER.match(name) or depth > DEEPEST:
            raise _wrong(name or "nothing")
        key = name if name in OWN else stored(name)
        members[key] = None
        sign = next(reader)
        if sign == "{":
            members[key], closed = _members(reader, stored, depth + 1)
            if closed != "}":
                raise _wrong(name)
            sign = next(reader)
        if sign not in (",", "|"):
            return Projection(members), sign


def _wrong(text: str) -> http.Problem:
    return http.bad_data(f"{text[:100]!r} is no list of members", "成员列表有误")

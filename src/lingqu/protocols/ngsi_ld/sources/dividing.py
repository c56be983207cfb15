"""Which part of a write is done where (CIM 009 4.3.6.2, 4.3.6.3, 5.6): at the sources that hold it alone, at those that
hold it too, and here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.http import HttpRequest

from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.centre.entities import door
from lingqu.centre.entities.door import Draft, Query
from lingqu.protocols.ngsi_ld.sources import ask, known
from lingqu.protocols.ngsi_ld.sources.known import Information, Known

_ORDER = {"exclusive": 0, "redirect": 1, "inclusive": 2}


@dataclass(frozen=True)
class Share:
    """What one source is told."""

    source: Known
    draft: Draft


@dataclass
class Division:
    """``local``: what is left for here; None where sources hold all of it. ``unable``: sources that alone hold a part
    and do not support the operation; ``looping``: those from which it came."""

    local: Draft | None
    shares: list[Share] = field(default_factory=list)
    unable: list[Known] = field(default_factory=list)
    looping: list[Known] = field(default_factory=list)

    @property
    def elsewhere(self) -> bool:
        return bool(self.shares or self.unable or self.looping)

    @property
    def proxied(self) -> bool:
        """Whether a source alone holds a part, so that its absence here is no fault."""
        return bool(self.unable or self.looping) or any(share.source.proxied for share in self.shares)


def spread(given: Mapping[str, str]) -> bool:
    """Whether an operation may concern any source at all (6.3.18)."""
    return given.get("local") != "true" and bool(known.living())


def types_of(actor: Actor, draft: Draft) -> tuple[str, ...]:
    """The types of an entity that is to be changed: as given, or as it stands here; none where nobody knows."""
    given = tuple(t for t in (draft.type, *draft.types) if t)
    if given:
        return given
    return tuple(sorted(door.types_found(actor, Query(ids=(draft.id,))) or ()))


def divide(
    request: HttpRequest, actor: Actor, draft: Draft, types: Iterable[str], *able: str, whole: bool = False
) -> Division:
    """``able``: operations of which a source must support one. ``whole``: the entity as such, whatever its attributes
    (deleting it). Raises Refused before anything is done where the actor may not write what a source holds."""
    types = tuple(types)
    through = ask.passed(request)
    again = ask.alias() in through
    division, taken, gone = Division(draft), set[str](), False
    for source in sorted((k for k in known.living() if k.mode in _ORDER), key=lambda k: _ORDER[k.mode]):
        informations = _speaking(actor, source, draft.id, types)
        names = _names(informations, draft, taken)
        if not informations or not (names or whole or not draft.attrs):
            continue
        if not names and not whole and all(i.attributes for i in informations):
            continue
        looping = again or bool(source.alias and source.alias in through)
        supported = bool(source.operations & frozenset(able))
        if source.proxied:
            everything = not all(i.attributes for i in informations)
            gone = gone or everything
            if source.mode == "exclusive":
                taken |= names
        if source.proxied and (looping or not supported):
            (division.looping if looping else division.unable).append(source)
        elif supported and not looping:
            _permitted(actor, source, informations, types)
            division.shares.append(Share(source, replace(draft, attrs={n: draft.attrs[n] for n in sorted(names)})))
    division.local = _left(division, draft, taken | _redirected(division, draft), gone, whole)
    return division


def _redirected(division: Division, draft: Draft) -> set[str]:
    """Attributes that a redirecting source holds."""
    held: set[str] = set()
    for share in division.shares:
        if share.source.proxied:
            held |= share.draft.attrs.keys()
    for source in (*division.unable, *division.looping):
        each = [i.attributes for i in source.informations if i.matching((), (draft.id,), "") is not None]
        held |= set(draft.attrs) if not all(each) else set().union(*each) & draft.attrs.keys()
    return held


def _left(division: Division, draft: Draft, taken: set[str], gone: bool, whole: bool) -> Draft | None:
    if whole or not division.elsewhere:
        return draft
    if gone or (draft.attrs and not draft.attrs.keys() - taken):
        return None
    return replace(draft, attrs={n: i for n, i in draft.attrs.items() if n not in taken})


def _speaking(actor: Actor, source: Known, entity_id: str, types: tuple[str, ...]) -> list[Information]:
    """What of a source speaks for an entity. Of what type an entity is that is not here nobody knows: sources are then
    asked as far as the actor may write what they hold."""
    kinds = tuple(frozenset({t}) for t in types)
    found = [(i, i.matching(kinds, (entity_id,), "")) for i in source.informations]
    if types:
        return [i for i, selectors in found if selectors is not None]
    return [i for i, selectors in found if selectors is not None and _may(actor, source, selectors)]


def _may(actor: Actor, source: Known, selectors: Sequence[known.Selector]) -> bool:
    named = {t for s in selectors for t in s.types} or {"*"}
    return all(access.may(actor, "write", kind, owner=source.department) for kind in named)


def _permitted(actor: Actor, source: Known, informations: Sequence[Information], types: tuple[str, ...]) -> None:
    """Our own rights go before those of the source, which asks only who we are."""
    named = {t for i in informations for s in i.entities for t in s.types}
    for kind in sorted(named & set(types) or set(types) or named) or ("*",):
        access.require(actor, "write", kind, owner=source.department)


def _names(informations: Sequence[Information], draft: Draft, taken: set[str]) -> set[str]:
    """Attributes of a draft that these speak for, and that no source holds exclusively."""
    each = [i.attributes or frozenset(draft.attrs) for i in informations]
    return (set().union(*each) & draft.attrs.keys()) - taken if each else set()

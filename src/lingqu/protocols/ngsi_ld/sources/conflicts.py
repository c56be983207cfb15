"""What a registration would contradict (CIM 009 4.3.6.3, 5.9.2.4): what one source alone holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lingqu.centre.access.door import SYSTEM
from lingqu.centre.entities import door
from lingqu.centre.entities.door import Query
from lingqu.kernel.text import Text
from lingqu.protocols.models import Source
from lingqu.protocols.ngsi_ld import http
from lingqu.protocols.ngsi_ld.sources import known
from lingqu.protocols.ngsi_ld.sources.known import Information


def require_none(document: Mapping[str, Any], pk: str) -> None:
    """Raises Problem (Conflict)."""
    mode = document.get("mode", "inclusive")
    if mode not in ("exclusive", "redirect"):
        return
    mine = known.informations(document)
    for row in Source.objects.filter(document__mode="exclusive").exclude(pk=pk):
        if any(_overlap(a, b) for a in mine for b in known.informations(row.document)):
            raise _conflict(f"{row.pk} 已独占登记了其中的属性", f"{row.pk} has these attributes exclusively", row.pk)
    if mode == "exclusive":
        for row in Source.objects.filter(document__mode="redirect").exclude(pk=pk):
            if any(_overlap(a, b) for a in mine for b in known.informations(row.document)):
                raise _conflict(f"{row.pk} 已登记转向", f"{row.pk} redirects some of these already", row.pk)
    for information in mine:
        _none_here(information)


def _overlap(one: Information, other: Information) -> bool:
    """Whether both speak for the same attribute of the same entity."""
    if one.attributes and other.attributes and not one.attributes & other.attributes:
        return False
    if not one.entities or not other.entities:
        return True
    return any(
        b.speaks([a.types], [a.id] if a.id else [], a.id_pattern) and a.speaks([b.types], [b.id] if b.id else [], "")
        for a in one.entities
        for b in other.entities
    )


def _none_here(information: Information) -> None:
    """Nothing that it speaks for may be held here."""
    for each in information.entities or (known.Selector(frozenset()),):
        query = Query(
            types=tuple(sorted(each.types)),
            ids=(each.id,) if each.id else (),
            id_pattern="" if each.id else each.id_pattern,
            has=tuple(sorted(information.attributes)),
        )
        if door.count(SYSTEM, query, most=1):
            place = each.id or each.id_pattern or ", ".join(sorted(each.types))
            raise _conflict("本平台已存有这些实体或属性", "entities or attributes of these are held here", place)


def _conflict(zh: str, en: str, place: str) -> http.Problem:
    return http.Problem(
        "Conflict",
        409,
        zh,
        en,
        place=place[:200],
        next_step=Text(
            zh="缩小登记范围，改用 inclusive，或先删除冲突的登记或实体",
            en="Narrow the registration, make it inclusive, or delete what it contradicts first",
        ),
    )

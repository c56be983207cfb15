"""What the address of a list asks for, as a query of the store. The address is the whole state."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest

from lingqu.centre.entities import door as entities
from lingqu.centre.entities.definitions import EntityType

ORDERS = ("label", "-modified", "id")
PAGE = 25


@dataclass(frozen=True)
class Asked:
    words: str
    facets: dict[str, str]
    bounds: tuple[float, float, float, float] | None
    order: str
    after: str
    map: bool

    @property
    def narrowed(self) -> bool:
        return bool(self.words or self.facets or self.bounds)

    def query(self, kind: EntityType, limit: int = PAGE) -> entities.Query:
        return entities.Query(
            types=(kind.code,),
            words=self.words,
            facets=self.facets,
            bounds=self.bounds,
            order=self.order,
            limit=limit,
            after=self.after,
        )


def facets_of(kind: EntityType) -> list[str]:
    return [name for name, attribute in kind.attributes.items() if attribute.facet]


def columns_of(kind: EntityType) -> list[str]:
    """The label first, then the columns as the type orders them."""
    named = [name for name, attribute in kind.attributes.items() if attribute.column and name != kind.label]
    return [kind.label, *named]


def read(request: HttpRequest, kind: EntityType) -> Asked:
    """Unknown parameters are left aside; a broken box is no box."""
    get = request.GET
    order = get.get("order", "")
    return Asked(
        words=" ".join(get.get("words", "").split())[:100],
        facets={name: get[name] for name in facets_of(kind) if get.get(name)},
        bounds=_bounds(get.get("bounds", "")),
        order=order if order in ORDERS else "id",
        after=get.get("after", ""),
        map=get.get("map") == "1" and bool(kind.geometry),
    )


def _bounds(text: str) -> tuple[float, float, float, float] | None:
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        return None
    return (west, south, east, north) if west < east and south < north else None

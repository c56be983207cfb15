"""The drawing (图纸) of the city: definitions by kind and natural key, as they were last applied.

Every room above reads its definitions here, typed by its own ``Definition`` class. Only the blueprint writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from django.db import connection, transaction

from lingqu.centre.drawing.definitions import City
from lingqu.centre.drawing.models import Revision, Stored
from lingqu.kernel.definition import Definition
from lingqu.kernel.errors import NotFound
from lingqu.kernel.text import Text

D = TypeVar("D", bound=Definition)


@dataclass(frozen=True)
class Placed:
    """A definition as data, with where it came from."""

    kind: str
    code: str
    document: Mapping[str, Any]
    origin: str
    layer: str


@dataclass(frozen=True)
class _Shelf:
    """Threads share it: what one reads of an old drawing goes onto the old shelf, which no newcomer looks at."""

    revision: int = -1
    by_kind: dict[str, dict[str, Definition]] = field(default_factory=dict)


_shelves = [_Shelf()]
_seen: ContextVar[list[int] | None] = ContextVar("drawing_seen", default=None)


@contextmanager
def held() -> Iterator[None]:
    """All that is done inside sees one drawing, and its revision is asked for once: a page asks for it a hundred times.
    What is put inside is seen at once."""
    token = _seen.set([])
    try:
        yield
    finally:
        _seen.reset(token)


def revision() -> int:
    """The number of the drawing as it stands; 0 before anything was applied. Grows with each change."""
    seen = _seen.get()
    if seen:
        return seen[0]
    with connection.cursor() as cursor:
        cursor.execute("select max(id) from drawing_revision")
        row = cursor.fetchone()
    found = int(row[0] or 0) if row else 0
    if seen is not None:
        seen.append(found)
    return found


def told(number: int) -> None:
    """The revision, by somebody who had to ask the database for something else anyway."""
    seen = _seen.get()
    if seen is not None and not seen:
        seen.append(number)


def every(of: type[D]) -> dict[str, D]:
    """All definitions of a kind by code, in the order of their codes. Kept until the drawing changes."""
    now, shelf = revision(), _shelves[0]
    if shelf.revision != now:
        shelf = _shelves[0] = _Shelf(now)
    found = shelf.by_kind.get(of.kind)
    if found is None:
        rows = Stored.objects.filter(kind=of.kind).order_by("code").values_list("code", "document")
        found = shelf.by_kind[of.kind] = {code: of.model_validate(document) for code, document in rows}
    return found  # type: ignore[return-value]


def forget() -> None:
    """For tests, where revisions begin anew when tables are emptied."""
    _shelves[0] = _Shelf()


def one(of: type[D], code: str) -> D:
    """The definition with this code. Raises NotFound (``drawing.unknown``)."""
    found = every(of).get(code)
    if found is None:
        raise NotFound(
            "drawing.unknown",
            Text(zh=f"没有编码为“{code}”的{of.kind}", en=f"There is no {of.kind} with the code {code!r}"),
            place=code,
            next_step=Text(zh="检查编码，或先应用城市蓝图", en="Check the code, or apply the city's blueprint first"),
        )
    return found


def city() -> City | None:
    """The city as it was last applied, or None before anything was."""
    return next(iter(every(City).values()), None)


@dataclass(frozen=True)
class Applied:
    """One applied change of the drawing. ``summary`` counts add, change and remove."""

    revision: int
    at: datetime
    actor: str
    summary: Mapping[str, Any]


def revisions(limit: int = 50) -> list[Applied]:
    """The drawing's changes, newest first."""
    return [Applied(r.pk, r.at, r.actor, r.summary) for r in Revision.objects.order_by("-id")[:limit]]


def placed() -> list[Placed]:
    """Everything as data, ordered by kind and code: what ``export`` writes and ``plan`` compares."""
    rows = Stored.objects.order_by("kind", "code")
    return [Placed(r.kind, r.code, r.document, r.origin, r.layer) for r in rows]


def placed_one(kind: str, code: str) -> Placed | None:
    """One definition as data; None where there is none."""
    row = Stored.objects.filter(kind=kind, code=code).first()
    return Placed(row.kind, row.code, row.document, row.origin, row.layer) if row is not None else None


@transaction.atomic
def replace(put: Iterable[Placed], remove: Iterable[tuple[str, str]], *, actor: str, summary: Mapping[str, Any]) -> int:
    """Put and remove definitions in one transaction; gives the new revision. Nothing to do leaves the revision."""
    put, remove = list(put), list(remove)
    if not put and not remove:
        return revision()
    new = Revision.objects.create(actor=actor, summary=dict(summary))
    if seen := _seen.get():
        seen.clear()
    for kind, code in remove:
        Stored.objects.filter(kind=kind, code=code).delete()
    Stored.objects.bulk_create(
        [
            Stored(kind=p.kind, code=p.code, document=dict(p.document), origin=p.origin, layer=p.layer, revision=new)
            for p in put
        ],
        update_conflicts=True,
        unique_fields=["kind", "code"],
        update_fields=["document", "origin", "layer", "revision"],
        batch_size=1000,
    )
    return new.pk


__all__ = [
    "Applied",
    "City",
    "Placed",
    "city",
    "every",
    "forget",
    "held",
    "one",
    "placed",
    "placed_one",
    "replace",
    "revision",
    "revisions",
    "told",
]

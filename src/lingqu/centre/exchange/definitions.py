"""Sources of the city as code: where a department's files come from and what their columns mean."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Literal

from lingqu.kernel.definition import Code, Definition, Field, Part, Reference

Datum = Literal["WGS-84", "CGCS2000", "GCJ-02", "BD-09"]
"""The four datums in use in China. Coordinates without one are refused (law 7)."""


class Mapping(Part):
    """How one item is had from the columns of a delivery.

    ``column`` names the column (for GeoJSON and PBF a property or tag; ``$geometry``, ``$id`` are special;
    for JSON a dotted path). ``columns`` names several, joined by ``join``. ``value`` is a constant.
    ``values`` translates the department's own words into codes. ``formats`` are date formats (strptime), tried in
    order; without any, year-month-day written with ``-``, ``/``, ``.``, ``年月日`` or nothing between is read.
    ``longitude``/``latitude`` name two columns that become a point. An ``optional`` column may be absent.

    Order of work: trim → missing → extract → values → formats, scale. A code's alias or Chinese title in its code list
    is translated without ``values``.
    """

    column: str | None = None
    columns: tuple[str, ...] = ()
    join: str = ""
    optional: bool = False
    value: str | None = None
    values: dict[str, str] = Field(default_factory=dict)
    formats: tuple[str, ...] = ()
    missing: tuple[str, ...] = Field(default=(), description="texts that mean no value, e.g. '-', 'NULL', '不详'")
    scale: float | None = Field(default=None, description="number is multiplied by this, e.g. 10000 for 万元")
    extract: str | None = Field(default=None, description="regular expression; its first group is the value")
    longitude: str | None = None
    latitude: str | None = None
    datum: Datum | None = Field(default=None, description="of a geometry; the source's unless given")
    datum_column: str | None = Field(default=None, description="column that decides the datum of each row")
    datum_values: dict[str, Datum] = Field(default_factory=dict)

    def names(self) -> tuple[str, ...]:
        """Every column of the delivery that this mapping reads."""
        one = (self.column, *self.columns, self.longitude, self.latitude, self.datum_column)
        return tuple(dict.fromkeys(name for name in one if name))

    @property
    def is_geometry(self) -> bool:
        return bool(self.longitude or self.latitude or self.column == "$geometry")


class Source(Definition):
    """A source delivers to one resource through one connector.

    ``connector`` is the name of a connector (``lingqu.centre.exchange.connectors``) and ``config`` its settings,
    checked by the connector's own model. Paths are relative to the city's folder (``city:``), to the instance's
    inbox (``inbox:``) or absolute. Secrets are named, never written: ``${secret:NAME}`` is read from the
    environment ``LINGQU_SECRET_NAME`` or the instance's ``secrets/NAME`` file.
    """

    kind: ClassVar[str] = "source"
    folder: ClassVar[str] = "sources"

    resource: Code
    connector: Code
    config: dict[str, Any] = Field(default_factory=dict)
    mapping: dict[str, Mapping] = Field(description="item code → how it is had")
    datum: Datum | None = None
    schedule: str | None = Field(default=None, description="cron expression; pulled by the worker")
    synthetic: bool = Field(default=False, description="made-up data: said on every page")
    attribution: str = ""
    licence: str = ""

    def references(self) -> Iterator[Reference]:
        yield Reference("resource", self.resource, ("resource",))

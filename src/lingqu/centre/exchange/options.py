"""How the bytes of a delivery are read: part of every connector's settings."""

from __future__ import annotations

from typing import Literal

from lingqu.kernel.definition import Field, Part

FormatName = Literal["auto", "csv", "xlsx", "json", "jsonl", "geojson", "pbf", "parquet"]


class FormatOptions(Part):
    """``auto`` looks at the bytes first and at the name second. ``xlsx`` also reads .xls and .ods.

    ``header_row`` is the number of the (last) header row, 1 = first row of the file or sheet, 0 = there is none and
    ``columns`` gives the names. ``records`` and ``explode`` are dotted paths: ``records`` from the document to the list
    of records, ``explode`` from a record to an inner list whose elements become rows of their own
    (columns ``<explode>.<name>``). ``select``, ``geometry``, ``closed`` choose objects of an OSM file:
    ``{building: true}``, ``{highway: [primary, secondary]}``; all keys must fit; ``closed`` keeps closed ways only.
    """

    format: FormatName = "auto"
    encoding: str = "auto"
    delimiter: str = "auto"
    sheet: str | int | None = Field(default=None, description="name, or number from 1; else the first that has rows")
    header_row: Literal["auto"] | int = "auto"
    columns: tuple[str, ...] = ()
    records: str = ""
    explode: str = ""
    select: dict[str, tuple[str, ...] | bool] = Field(default_factory=dict)
    geometry: Literal["point", "line", "area", "any"] = "any"
    closed: bool = False

"""Geometries of departments as GeoJSON in WGS-84, batch by batch.

Input is GeoJSON text, WKT, or two numbers (longitude latitude). The answer is GeoJSON text; ``~`` before it says that
the shape crossed itself and was mended; ``!parse``, ``!range``, ``!datum`` say what is wrong instead.
"""

from __future__ import annotations

from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import shapely

from lingqu.kernel.datum import DATUMS, convert_arrays

FUNCTION = "lingqu_geometry"
DECIMALS = 9
"""Of a degree: a tenth of a millimetre."""


def register(connection: duckdb.DuckDBPyConnection) -> None:
    connection.create_function(  # type: ignore[call-overload]  # names of types and kinds are taken too
        FUNCTION, _converted, ["VARCHAR", "VARCHAR"], "VARCHAR", type="arrow", null_handling="special"
    )


def _converted(given: Any, datums: Any) -> pa.Array:
    texts, labels = given.to_pylist(), datums.to_pylist()
    shapes = np.array([_parsed(text) if text else None for text in texts], dtype=object)
    answers: list[str | None] = [None if not text else "!parse" for text in texts]
    for datum in set(labels):
        places = [i for i, label in enumerate(labels) if label == datum and shapes[i] is not None]
        if not places:
            continue
        if datum not in DATUMS:
            for i in places:
                answers[i] = "!datum"
            continue
        for i, answer in zip(places, _stored(shapes[places], datum), strict=True):
            answers[i] = answer
    return pa.array(answers, pa.string())


def _parsed(text: str) -> Any:
    if text[0] in "{":
        return shapely.from_geojson(text, on_invalid="ignore")
    first, _, second = text.partition(" ")
    try:
        return shapely.Point(float(first), float(second))
    except ValueError:
        return shapely.from_wkt(text, on_invalid="ignore")


def _stored(shapes: Any, datum: str) -> list[str]:
    coordinates, owners = shapely.get_coordinates(shapes, return_index=True)
    outside = ~np.isfinite(coordinates).all(axis=1)
    outside |= (np.abs(coordinates[:, 0]) > 180) | (np.abs(coordinates[:, 1]) > 90)
    lost = set(owners[outside].tolist())
    if datum not in ("WGS-84", "CGCS2000"):
        coordinates = np.column_stack(convert_arrays(coordinates[:, 0], coordinates[:, 1], datum))  # type: ignore[arg-type]
    moved = shapely.set_coordinates(shapely.force_2d(shapes), np.round(coordinates, DECIMALS))
    sound = shapely.is_valid(moved)
    mended = np.where(sound, moved, shapely.make_valid(moved))
    written = shapely.to_geojson(mended)
    empty = shapely.is_empty(moved)
    return [
        "!range" if i in lost else "!parse" if empty[i] else ("" if sound[i] else "~") + written[i]
        for i in range(len(written))
    ]

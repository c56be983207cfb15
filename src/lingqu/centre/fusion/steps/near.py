"""near: records of different resources that lie in or close to each other are linked; adds to ``links``."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import shapely

from lingqu.centre.fusion.plan import Plan
from lingqu.centre.fusion.workbench import Workbench, compose, name

METRES_PER_DEGREE = 111_320.0  # of latitude, and of longitude at the equator


def near(bench: Workbench, plan: Plan) -> None:
    rule = plan.rules.match.near
    if rule is None:
        return
    with bench.step("near") as rows:
        query = "SELECT n, resource, {g} AS shape FROM records WHERE {g} IS NOT NULL ORDER BY n"
        found = bench.run(compose(query, g=name("r_", rule.geometry))).fetchall()
        if not found:
            return
        shapes = metric(shapely.make_valid(shapely.from_geojson([row[2] for row in found], on_invalid="ignore")))
        points = shapely.get_dimensions(shapes) == 0
        left, right, metres = _pairs(shapes, points, [row[1] for row in found], rule.metres)
        numbers = np.array([row[0] for row in found], dtype=np.int64)
        a, b = np.minimum(numbers[left], numbers[right]), np.maximum(numbers[left], numbers[right])
        agree = "".join(compose(" AND x.{c} = y.{c}", c=name("n_", attribute)) for attribute in rule.agree)
        bench.con.register("close", pa.table({"a": a, "b": b, "metres": metres}))
        rows[0] = bench.run(compose(_ADD, agree=agree), [rule.metres]).fetchall()[0][0]
        bench.con.unregister("close")


_ADD = """
INSERT INTO links
SELECT least(l.p, r.p), greatest(l.p, r.p), round(max($1 - c.metres), 4), round(max(1 - c.metres / (2 * $1)), 6)
FROM close c JOIN pieces l ON l.n = c.a JOIN pieces r ON r.n = c.b
JOIN normal x ON x.n = c.a JOIN normal y ON y.n = c.b WHERE l.p <> r.p {agree} GROUP BY 1, 2"""


def metric(shapes):  # type: ignore[no-untyped-def]  # numpy array of shapely geometries, degrees → metres
    """Good to a thousandth inside a city: lengths of longitude shrink with the cosine of the latitude."""
    west, south, _, north = shapely.total_bounds(shapes)
    across = METRES_PER_DEGREE * np.cos(np.radians((south + north) / 2))
    return shapely.transform(shapes, lambda at: (at - [west, south]) * [across, METRES_PER_DEGREE])


def _pairs(shapes, points, resources: list[str], metres: float):  # type: ignore[no-untyped-def]
    """(left, right, metres) of a point and what it lies in or near to, of different resources."""
    kinds = np.array(resources)
    tree = shapely.STRtree(shapes)
    mine = np.flatnonzero(points)
    query, other = tree.query(shapes[mine], predicate="dwithin", distance=metres)
    left = mine[query]
    keep = (kinds[left] != kinds[other]) & (~points[other] | (left < other))
    left, other = left[keep], other[keep]
    return left, other, np.round(shapely.distance(shapes[left], shapes[other]), 3)

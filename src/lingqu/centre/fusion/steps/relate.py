"""relate: attributes had from other registers, by value, address, place or code.

Other registers are read from what their last finished run published (``write.publish``): ``entity_id``, and for each
attribute ``r_`` (as it stands) and ``n_`` (comparable), addresses with ``.house`` and ``.road``.
Each relation fills ``w_<attribute>`` for the things that have no value yet.
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import shapely

from lingqu.centre.fusion.definitions import Relation
from lingqu.centre.fusion.plan import Plan
from lingqu.centre.fusion.steps.near import metric
from lingqu.centre.fusion.workbench import Workbench, compose, name
from lingqu.kernel.identifiers import division_parent


def relate(bench: Workbench, plan: Plan, upstream: Mapping[str, str]) -> None:
    """``upstream``: register → table expression over what it published."""
    with bench.step("relate") as rows:
        for attribute, relations in plan.rules.relations.items():
            _ready(bench, plan, attribute)
            for relation in relations:
                rows[0] += _fill(bench, plan, attribute, relation, upstream)
        if plan.rules.dissolve:
            rows[0] += _dissolve(bench, plan)
        for attribute, geometry in plan.rules.measures.items():
            _measure(bench, plan, attribute, geometry)


def _ready(bench: Workbench, plan: Plan, attribute: str) -> None:
    if attribute not in {a.name for a in plan.contributed()}:
        empty = "SELECT 0::BIGINT AS c, 0::BIGINT AS n, ''::VARCHAR AS raw, ''::VARCHAR AS norm WHERE false"
        bench.make("w_" + attribute, empty)


_FILL = """
INSERT INTO {mine} (c, n, raw, norm)
SELECT f.c, f.n, f.raw, f.raw FROM ({found}) f
WHERE f.raw IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {mine} w WHERE w.c = f.c)"""


def _fill(bench: Workbench, plan: Plan, attribute: str, relation: Relation, upstream: Mapping[str, str]) -> int:
    other = _own(plan, relation) if relation.register_code == plan.code else upstream[relation.register_code]
    made = _BY[relation.by](bench, plan, relation, other)
    before = bench.count("w_" + attribute)
    bench.run(compose(_FILL, mine=name("w_", attribute), found=made))
    return bench.count("w_" + attribute) - before


def _own(plan: Plan, relation: Relation) -> str:
    """This register's own things, in the form in which others are published."""
    take = relation.take or relation.match
    query = (
        "(SELECT t.entity_id, m.norm AS {n}, m.raw AS {r}, k.raw AS {k} FROM things t JOIN {m} m USING (c) "
        "LEFT JOIN {t} k ON k.c = t.c)"
    )
    k = "taken_" if take == relation.match else "r_" + take
    parts = {"n": name("n_", relation.match), "r": name("r_", relation.match), "k": name(k)}
    return compose(query, m=name("w_", relation.match), t=name("w_", take), **parts)


def _given(relation: Relation) -> str:
    return name("r_", relation.take) if relation.take else "entity_id"


_VALUE = """
SELECT w.c, w.n, o.raw FROM {mine} w
JOIN (SELECT {match} AS norm, arg_min({given}, entity_id) AS raw FROM {other} WHERE {match} IS NOT NULL
      GROUP BY 1) o ON o.norm = w.norm"""


def _by_value(bench: Workbench, plan: Plan, relation: Relation, other: str) -> str:
    parts = {"match": name("n_", relation.match), "given": _given(relation), "other": other}
    return compose(_VALUE, mine=name("w_", relation.source), **parts)


_ADDRESS = """
SELECT c, n, coalesce(whole, house) AS raw FROM (
  SELECT w.c, w.n, a.raw AS whole, h.raw AS house
  FROM {mine} w JOIN normal x ON x.n = w.n
  LEFT JOIN (SELECT {match} AS k, arg_min({given}, entity_id) AS raw FROM {other} GROUP BY 1) a ON a.k = x.{norm}
  LEFT JOIN (SELECT {match_house} AS k, arg_min({given}, entity_id) AS raw FROM {other} GROUP BY 1) h
    ON h.k = x.{norm_house})"""


def _by_address(bench: Workbench, plan: Plan, relation: Relation, other: str) -> str:
    return compose(
        _ADDRESS,
        mine=name("w_", relation.source),
        other=other,
        given=_given(relation),
        match=name("n_", relation.match),
        match_house=name("n_", relation.match, ".house"),
        norm=name("n_", relation.source),
        norm_house=name("n_", relation.source, ".house"),
    )


def _by_parent(bench: Workbench, plan: Plan, relation: Relation, other: str) -> str:
    codes = bench.con.execute(compose("SELECT DISTINCT norm FROM {w}", w=name("w_", relation.source))).fetchall()
    pairs = [(code, division_parent(code)) for (code,) in codes]
    _put(bench, "parents", {"code": [c for c, _ in pairs], "parent": [p for _, p in pairs]})
    mine = compose(
        "(SELECT w.c, w.n, p.parent AS norm FROM {w} w JOIN parents p ON p.code = w.norm)",
        w=name("w_", relation.source),
    )
    parts = {"match": name("n_", relation.match), "given": _given(relation), "other": other}
    return compose(_VALUE, mine=mine, **parts)


def _by_place(bench: Workbench, plan: Plan, relation: Relation, other: str) -> str:
    """A point on each thing's geometry against the areas there; of several the smallest."""
    query = compose("SELECT c, n, raw FROM {w} ORDER BY c", w=name("w_", relation.source))
    mine = bench.run(query).fetchall()
    query = "SELECT {given}, {shape} FROM {other} WHERE {shape} IS NOT NULL AND {given} IS NOT NULL ORDER BY entity_id"
    areas = bench.run(compose(query, given=_given(relation), shape=name("r_", relation.match), other=other)).fetchall()
    points = shapely.point_on_surface(_shapes([row[2] for row in mine]))
    shapes = _shapes([row[1] for row in areas])
    order = sorted(range(len(areas)), key=lambda i: (shapely.area(shapes[i]), areas[i][0]))
    tree = shapely.STRtree(shapes)
    smallness = {area: place for place, area in enumerate(order)}
    found: dict[int, int] = {}
    if len(points) and len(areas):
        for point, area in tree.query(points, predicate="intersects").T.tolist():
            if point not in found or smallness[area] < smallness[found[point]]:
                found[point] = area
    columns = {
        "c": [mine[p][0] for p in found],
        "n": [mine[p][1] for p in found],
        "raw": [areas[a][0] for a in found.values()],
    }
    _put(bench, "placed", columns)
    return "SELECT c, n, raw FROM placed"


_BY = {"value": _by_value, "address": _by_address, "parent": _by_parent, "within": _by_place}


def _shapes(texts: list[str]):  # type: ignore[no-untyped-def]  # numpy array of shapely geometries
    return shapely.make_valid(shapely.from_geojson(texts, on_invalid="ignore"))


def _put(bench: Workbench, table: str, columns: Mapping[str, list[object]]) -> None:
    kinds = {"c": pa.int64(), "n": pa.int64()}
    bench.con.register("put", pa.table({k: pa.array(v, kinds.get(k, pa.string())) for k, v in columns.items()}))
    bench.make(table, "SELECT * FROM put")
    bench.con.unregister("put")


def _measure(bench: Workbench, plan: Plan, attribute: str, geometry: str) -> None:
    _ready(bench, plan, attribute)
    found = bench.run(compose("SELECT c, n, raw FROM {w} ORDER BY c", w=name("w_", geometry))).fetchall()
    if not found:
        return
    lengths = shapely.length(metric(_shapes([row[2] for row in found])))
    columns = {"c": [row[0] for row in found], "n": [row[1] for row in found]}
    _put(bench, "measured", {**columns, "raw": [f"{length:.1f}" for length in lengths]})
    bench.run(compose(_FILL, mine=name("w_", attribute), found="SELECT c, n, raw FROM measured"))


_PARTS = """
SELECT o.c AS whole, p.c AS part, g.raw AS shape, g.n FROM {parent} p JOIN things o ON o.entity_id = p.raw
LEFT JOIN {shapes} g ON g.c = p.c ORDER BY o.c, p.c"""


def _dissolve(bench: Workbench, plan: Plan) -> int:
    """Areas without a geometry get that of their parts, from the smallest areas upwards."""
    geometry = next(a.name for a in plan.contributed() if a.kind == "GeoProperty")
    shapes = name("w_", geometry)
    rounds = 0
    while rounds < 6:
        query = compose(_PARTS, parent=name("w_", plan.rules.dissolve or ""), shapes=shapes)
        have = {row[0] for row in bench.con.execute(compose("SELECT c FROM {s}", s=shapes)).fetchall()}
        parts: dict[int, list[tuple[str, int]]] = {}
        for whole, _, shape, n in bench.run(query).fetchall():
            if whole not in have and shape is not None:
                parts.setdefault(whole, []).append((shape, n))
        if not parts:
            break
        rounds += 1
        merged = {c: shapely.union_all(_shapes([s for s, _ in found])) for c, found in parts.items()}
        texts = [shapely.to_geojson(shapely.set_precision(shape, 1e-7)) for shape in merged.values()]
        _put(bench, "dissolved", {"c": list(merged), "n": [f[0][1] for f in parts.values()], "raw": texts})
        bench.run(compose("INSERT INTO {s} (c, n, raw, norm) SELECT c, n, raw, md5(raw) FROM dissolved", s=shapes))
    return rounds

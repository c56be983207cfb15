"""compile: entities in store form (see ``centre/entities/door.py``) out of what survived; the table ``drafts``.

Columns: ``entity_id``, ``attrs`` and ``prov`` as JSON text, ``region``, ``label``, ``digest`` (changes when the entity
changes).
"""

from __future__ import annotations

from lingqu.centre.fusion.plan import Attribute, Plan
from lingqu.centre.fusion.workbench import Workbench, compose, name, text

_LOST = """
SELECT l.c, l.attribute, '[' || string_agg('{{"s":' || to_json(r.resource) || ',"d":' || r.delivery || ',"r":' || r.row
  || ',"v":' || {value} || '}}', ',' ORDER BY l.n) || ']' AS lost
FROM losses l JOIN records r USING (n) WHERE l.attribute = {attribute} GROUP BY ALL"""

_ATTRIBUTE = """
SELECT w.c, {instance} AS attr,
  '{{"s":' || to_json(r.resource) || ',"d":' || r.delivery || ',"r":' || r.row || ',"t":' || to_json(r.received)
  || coalesce(',"lost":' || l.lost, '') || '}}' AS prov
FROM {winners} w JOIN records r USING (n) LEFT JOIN ({lost}) l USING (c)
WHERE {value} IS NOT NULL"""

_DRAFTS = """
SELECT t.entity_id, t.c, '{{' || concat_ws(',', {attrs}) || '}}' AS attrs,
       '{{' || concat_ws(',', {provs}) || '}}' AS prov,
       {region} AS region, {label} AS label
FROM things t {joins}{complete}"""


def compile_drafts(bench: Workbench, plan: Plan) -> None:
    with bench.step("compile") as rows:
        attributes = [a for a in held(plan) if a.written]
        given = {a.name for a in plan.contributed()}
        for attribute in attributes:
            bench.make("j_" + attribute.name, _statement(attribute, attribute.name in given))
        query = compose(
            _DRAFTS,
            attrs=", ".join(_pair(a, "attr") for a in attributes),
            provs=", ".join(_pair(a, "prov") for a in attributes),
            region=_plain(plan.region, attributes),
            label=_plain(plan.label, attributes),
            complete=_complete(attributes),
            joins=" ".join(_joined(plan, a) for a in attributes),
        )
        digest = "SELECT *, md5(attrs || prov || region) AS digest FROM ({q})"
        rows[0] = bench.make("drafts", compose(digest, q=query))
        bench.drop(*("j_" + a.name for a in attributes))


def _complete(attributes: list[Attribute]) -> str:
    """The store refuses a thing without what its type requires: such a thing waits until some record has it."""
    required = [compose("{t}.c IS NOT NULL", t=name("j_", a.name)) for a in attributes if a.required]
    return " WHERE " + " AND ".join(required) if required else ""


def held(plan: Plan) -> list[Attribute]:
    """Contributed and related attributes, in a fixed order."""
    names = {a.name for a in plan.contributed()} | set(plan.rules.relations) | set(plan.rules.measures)
    return [plan.attributes[a] for a in sorted(names)]


def _pair(attribute: Attribute, column: str) -> str:
    key = text(f'"{attribute.name}":')
    return compose("{k} || {t}.{c}", k=key, t=name("j_", attribute.name), c=column)


def _joined(plan: Plan, attribute: Attribute) -> str:
    joins = compose("LEFT JOIN {t} ON {t}.c = t.c", t=name("j_", attribute.name))
    if attribute.name in (plan.region, plan.label):
        joins += compose(" LEFT JOIN {t} ON {t}.c = t.c", t=name("w_", attribute.name))
    return joins


def _plain(attribute: str, attributes: list[Attribute]) -> str:
    if attribute not in {a.name for a in attributes}:
        return "''"
    return compose("coalesce({t}.raw, '')", t=name("w_", attribute))


def _statement(attribute: Attribute, given: bool) -> str:
    value = _value(attribute, "w.raw")
    lost = compose(
        _LOST, attribute=text(attribute.name), value=_value(attribute, compose("r.{r}", r=name("r_", attribute.name)))
    )
    if not given or attribute.kind == "Relationship" or attribute.many or attribute.kind == "GeoProperty":
        lost = "SELECT NULL::BIGINT AS c, NULL::VARCHAR AS lost WHERE false"
    parts = {"winners": name("w_", attribute.name), "lost": lost, "value": value}
    return compose(_ATTRIBUTE, instance=_instance(attribute, value), **parts)


def _value(attribute: Attribute, raw: str) -> str:
    """SQL for the value as JSON text; NULL where the text is not of the type."""
    by_type = {
        "integer": compose("try_cast(try_cast({r} AS DOUBLE) AS BIGINT)::VARCHAR", r=raw),
        "number": compose("to_json(try_cast({r} AS DOUBLE))::VARCHAR", r=raw),
        "boolean": compose("lower({r})", r=raw),
        "geometry": raw,
        "json": raw,
    }
    return by_type.get(attribute.value_type, compose("to_json({r})::VARCHAR", r=raw))


def _instance(attribute: Attribute, value: str) -> str:
    if attribute.many:
        every = "list_transform(w.every_raw, lambda v: to_json(v)::VARCHAR)"
        value = compose("'[' || array_to_string({e}, ',') || ']'", e=every)
    key = {"Relationship": '"object"', "LanguageProperty": '"languageMap"'}.get(attribute.kind, '"value"')
    if attribute.kind == "LanguageProperty":
        value = compose("""'{{"zh":' || {v} || '}}'""", v=value)
    unit = f',"unitCode":"{attribute.unit}"' if attribute.unit else ""
    head, tail = text(f'{{"type":"{attribute.kind}",{key}:'), text(unit + "}")
    return compose("{h} || {v} || {t}", h=head, v=value, t=tail)


_DISPUTES = """
SELECT t.entity_id, d.label, l.attribute, {held} AS held, h.resource AS held_by,
  '[' || string_agg('[' || to_json(r.resource) || ',' || {other} || ']', ',' ORDER BY l.n) || ']' AS others
FROM losses l JOIN things t USING (c) JOIN drafts d USING (entity_id) JOIN {winners} w ON w.c = l.c
JOIN records h ON h.n = w.n JOIN records r ON r.n = l.n
WHERE l.attribute = {attribute} AND r.resource <> h.resource AND {held} IS NOT NULL AND {other} IS NOT NULL
GROUP BY ALL"""


def disputes(bench: Workbench, plan: Plan) -> None:
    """The table ``disputes``: facts on which resources differ after normalising; ``held`` and ``others`` as JSON."""
    with bench.step("disputes") as rows:
        parts = [
            compose(
                _DISPUTES,
                held=_value(a, "w.raw"),
                other=_value(a, compose("r.{r}", r=name("r_", a.name))),
                winners=name("w_", a.name),
                attribute=text(a.name),
            )
            for a in plan.contributed()
            if a.written and not a.many and plan.survivorship(a.name).dispute and a.kind == "Property"
        ]
        empty = (
            "SELECT '' AS entity_id, '' AS label, '' AS attribute, '' AS held, '' AS held_by, '' AS others WHERE false"
        )
        rows[0] = bench.make("disputes", "\nUNION ALL\n".join(parts) or empty)

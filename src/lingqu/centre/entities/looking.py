"""The SQL that looks at instances of an evolution: a window, filters over what lies in it, periods of aggregation.
Values travel as parameters only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from lingqu.centre.access import door as access
from lingqu.centre.entities import jsonpaths, qlang, scopeq
from lingqu.centre.entities.faults import bad
from lingqu.centre.entities.jsonpaths import compile_tree
from lingqu.centre.entities.shapes import Aggregation, Window

_TIMES = {
    "": "coalesce(x.observed_at, x.deleted_at, x.modified_at)",
    "observedAt": "x.observed_at",
    "createdAt": "x.created_at",
    "modifiedAt": "x.modified_at",
    "deletedAt": "x.deleted_at",
}
_ALL = """
with i as materialized (
    select x.attribute, x.dataset, x.instance, x.instance_id, x.created_at, x.modified_at, x.deleted_at, {time} as at
    from {home} x
){scoped}
select {what} from i where {within}
"""
# The same of a copy (``frozen``).
_KEPT = """(
    select r.* from entity_frozen_past f cross join lateral jsonb_to_recordset(f.past) as r(
        attribute text, dataset text, instance jsonb, instance_id text, observed_at timestamptz, created_at timestamptz,
        modified_at timestamptz, deleted_at timestamptz
    ) where f.snapshot = %(frozen)s and f.id = {id} and ({named} is null or r.attribute = any ({named}))
)"""
_STANDS = """
exists (select from jsonb_each(entity.attrs || entity.geo) i(attribute, instance)
        where jsonb_typeof(i.instance) = 'object' and i.instance ? 'observedAt' and {within})
"""
# A scope is valid from when it was set until another is, or none any more (4.18).
_SCOPED = """, scoped as materialized (
    select s.instance_id, tstzrange(s.at, s.until) as span
    from (
        select instance_id, instance, deleted_at, coalesce(i.at, deleted_at) as at,
               lead(coalesce(i.at, deleted_at)) over (order by coalesce(i.at, deleted_at)) as until
        from i where attribute = '@scope'
    ) s
    cross join lateral (select array(select jsonb_array_elements_text(
        case jsonb_typeof(s.instance -> 'value') when 'array' then s.instance -> 'value'
             else jsonb_build_array(s.instance -> 'value') end
    )) as scopes) named
    where s.deleted_at is null and s.at is not null and {matched}
), valid as materialized (select coalesce(range_agg(span), '{{}}') as spans from scoped)"""
# What was entered for a time only is told for that time only (4.22).
_UNEXPIRED = "(not i.instance ? 'expiresAt' or coalesce(guard.moment(i.instance ->> 'expiresAt') > now(), true))"
_VALID = """case i.attribute when '@scope' then exists (
    select from scoped s where s.instance_id = i.instance_id and s.span && tstzrange(%(since)s, %(before)s)
) else {window} and i.at <@ (select spans from valid) end"""
_NUMBER = """case when kind = 'ListProperty' then jsonb_array_length(v)
    when kind <> 'Property' then null
    when jsonb_typeof(v) = 'number' then (v #>> '{}')::double precision
    when jsonb_typeof(v) = 'boolean' then (v = 'true')::integer
    when jsonb_typeof(v) = 'array' then jsonb_array_length(v) end"""
METHODS = {
    "totalCount": "to_jsonb(count(*))",
    "distinctCount": "to_jsonb(count(distinct v))",
    "sum": "to_jsonb(sum(number))",
    "avg": "to_jsonb(avg(number))",
    "min": "coalesce(to_jsonb(min(number)), to_jsonb(min(word)))",
    "max": "coalesce(to_jsonb(max(number)), to_jsonb(max(word)))",
    "stddev": "to_jsonb(stddev_pop(number))",
    "sumsq": "to_jsonb(sum(number * number))",
}
LISTED = "unnest(%(listed)s::text[], %(hide)s::jsonb[], %(only)s::jsonb[]) as listed(id, hide, just)"
# Behind the page, where it does not hold everything: which attributes there are, without a time.
INSTANCES = """
with placed as materialized (
    select listed.id, w.*, {place} as place from {listed} cross join lateral ({look}) w
), counted as materialized (
    select *, count(*) over () as total from placed where place <= %(last)s
), page as (
    select id, attribute, dataset, instance::text, instance_id::text, at, created_at, modified_at, deleted_at, total
    from counted order by at {way} fetch first (%(most)s) rows with ties
)
select * from page
union all
select id, attribute, min(instance ->> 'type'), null, null, null, null, null, null, null
from placed where (select total from counted limit 1) >= %(most)s group by id, attribute
"""
AGGREGATED = """
with looked as materialized (
    select listed.id, w.attribute, w.dataset, w.at, w.instance ->> 'type' as kind,
           coalesce(w.instance #> '{{value,@value}}', w.instance -> 'value', w.instance -> 'object',
                    w.instance -> 'languageMap', w.instance -> 'json', w.instance -> 'vocab',
                    w.instance -> 'valueList', w.instance -> 'objectList') as v
    from {listed} cross join lateral ({look}) w where w.deleted_at is null
), ends as materialized (
    select id, coalesce(%(since)s::timestamptz, min(at)) as first, max(at) as last from looked group by id
), formed as (
    select l.*, {number} as number,
           case when kind = 'Property' and jsonb_typeof(v) = 'string' then (v #>> '{{}}') collate "C" end as word,
           {begin} as begin
    from looked l join ends e using (id)
)
select f.id, attribute, dataset, min(kind), begin, {end} as until, array[{methods}]::jsonb[]
from formed f join ends e using (id)
group by f.id, attribute, dataset, begin, e.last order by 1, 2, 3, 5 limit %(most)s
"""


@dataclass
class Looking:
    """A window and a query over what lies in it. ``parameters`` are of what ``look`` and ``holds`` give. ``named``: the
    attributes that have to be looked at; None are all. ``frozen``: the snapshot whose copies are looked at."""

    window: Window
    scope_q: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    flags: list[str] = field(default_factory=list)
    named: set[str] | None = None
    frozen: str = ""

    def __post_init__(self) -> None:
        self.parameters |= {"since": self.window.since, "before": self.window.before}
        self._scoped, self._within = "", self._inside()
        if self.scope_q:
            matched = scopeq.compile_scopes(self.scope_q, self.parameters)
            self._scoped = _SCOPED.format(matched=matched)
            self._within = _VALID.format(window=self._within)

    def _inside(self) -> str:
        parts = ["i.at is not null", _UNEXPIRED]
        if self.window.since is not None:
            parts.append("i.at >= %(since)s")
        if self.window.before is not None:
            parts.append("i.at < %(before)s")
        return " and ".join(parts)

    def look(self, entity_id: str, what: str, *more: str) -> str:
        """Instances of one entity in the window, as a select. ``entity_id``, ``what``, ``more`` are our own words."""
        within = " and ".join([self._within, *(part for part in more if part)])
        named = "null::text[]"
        if self.named is not None:
            named = "%(named)s::text[]"
            self.parameters["named"] = sorted(self.named | ({"@scope"} if self.scope_q else set()))
        time = _TIMES[self.window.axis]
        schema = f'"tenant_{tenant}"' if (tenant := access.tenancy.current()) else "guard"
        home = f"{schema}.evolution({entity_id}, {named})"
        if self.frozen:
            self.parameters["frozen"] = self.frozen
            home = _KEPT.format(id=entity_id, named=named)
        return _ALL.format(home=home, time=time, scoped=self._scoped, what=what, within=within)

    def stands(self, *more: str) -> str:
        """Whether what stands is in the window already, by which most entities are found without their past."""
        at = "guard.moment(i.instance ->> 'observedAt')"
        within = " and ".join([self._inside().replace("i.at", at), *(part for part in more if part)])
        return _STANDS.format(within=within)

    def narrowed(self) -> str:
        """The attributes and datasets that are asked for, as a condition on an instance."""
        parts = []
        self.named = set(self.window.attributes) or None
        for name, values in (("attributes", self.window.attributes), ("without", self.window.without)):
            if values:
                self.parameters[name] = list(values)
                parts.append(f"i.attribute {'= any' if name == 'attributes' else '<> all'}(%({name})s)")
        if self.window.datasets:
            self.parameters["datasets"] = list(self.window.datasets)
            parts.append("i.dataset = any(%(datasets)s)")
        return " and ".join(parts) or "true"

    def flag(self, condition: str) -> str:
        """Whether an instance in the window meets a condition, as a column of the look."""
        self.flags.append(f"bool_or({condition}) as f_{len(self.flags)}")
        return f"coalesce(w.f_{len(self.flags) - 1}, false)"

    def holds(self, tree: qlang.Tree) -> str:
        """A query over all instances in the window: each term is met by any of them (5.7.4.4)."""
        if isinstance(tree, qlang.Both):
            return "(" + (" and " if tree.every else " or ").join(self.holds(part) for part in tree.parts) + ")"
        first = tree.path.names[0]
        if len(tree.path.names) == 1 and first in jsonpaths.COLUMNS:
            return compile_tree(tree, self.parameters)[0]
        if tree.operator == "!":
            return f"not {self.holds(qlang.Term(tree.path))}"
        name = f"of_{len(self.parameters)}"
        self.parameters[name] = first
        if self.named is not None:
            self.named.add(first)
        own = f"i.attribute = %({name})s and i.deleted_at is null"
        if not tree.operator and len(tree.path.names) == 1 and not tree.path.members:
            return self.flag(own)
        path = f"q_{len(self.parameters)}"
        self.parameters[path] = jsonpaths.path_of(tree)
        held = f"jsonb_build_object(i.attribute, i.instance) @@ %({path})s::jsonpath"
        return self.flag(f"case when {own} then {held} end")


def placed(window: Window) -> str:
    return "row_number() over (partition by listed.id, w.attribute order by w.at desc)" if window.last else "0"


def aggregated(asked: Aggregation, parameters: dict[str, Any], look: str) -> str:
    """The statement of an aggregation over what is ``LISTED``."""
    unknown = set(asked.methods) - METHODS.keys()
    if unknown or not asked.methods:
        known = ", ".join(METHODS)
        raise bad("aggregation", f"aggrMethods 可为：{known}", f"aggrMethods must be some of {known}", "aggrMethods")
    begin, until = "e.first", "coalesce(%(before)s, e.last)"
    if asked.months or asked.seconds:
        parameters |= {"months": asked.months, "seconds": asked.seconds}
        step = "make_interval(months => %(months)s, secs => %(seconds)s)"
        until = f"begin + {step}"
        begin = f"date_bin({step}, l.at, e.first)"
        if asked.months:
            begin = f"(select max(t) from generate_series(e.first, l.at, {step}) t)"  # noqa: S608
    methods = ", ".join(METHODS[method] for method in asked.methods)
    return AGGREGATED.format(listed=LISTED, look=look, number=_NUMBER, begin=begin, end=until, methods=methods)

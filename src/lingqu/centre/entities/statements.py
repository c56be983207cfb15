"""The SQL of the write path. Nothing here is put together from values."""

from __future__ import annotations

from functools import cache

from lingqu.centre.entities.actions.prepare import COLUMNS

STAGE = """
create temp table if not exists entity_draft (
    id text collate "C" not null, type text collate "C" not null, types text[] not null, owner text collate "C",
    region text collate "C", scopes text[] not null, label text collate "C" not null, search text collate "C" not null,
    attrs jsonb not null, geo jsonb not null, prov jsonb, bounds box, geom bytea, true_from timestamptz,
    true_to timestamptz, expires_at timestamptz, facets jsonb not null
) on commit delete rows
"""

COPY = f"copy entity_draft ({COLUMNS}) from stdin"

# Columns as in entity_draft; ids in the collation of the table they meet.
_GIVEN = """
with entity_draft as materialized (
    select id collate "C" as id, type, types, owner, region, scopes, label, search, attrs, geo, prov, bounds, geom,
           true_from, true_to, expires_at, facets
    from jsonb_to_recordset(%(drafts)s::jsonb) as given (
        id text, type text, types text[], owner text, region text, scopes text[], label text, search text, attrs jsonb,
        geo jsonb, prov jsonb, bounds box, geom bytea, true_from timestamptz, true_to timestamptz,
        expires_at timestamptz, facets jsonb
    )
)
"""


@cache
def given(statement: str) -> str:
    """The same statement over a few drafts that come with it (``drafts``: a JSON list of objects with COLUMNS) in place
    of the staged table."""
    body = statement.strip()
    return _GIVEN + (", " + body.removeprefix("with ") if body.startswith("with ") else body)


def _creating(at: str, where: str = "", noted: str = "") -> str:
    """Braces stay out of this and the following: what the actor may write is put in by ``{granted}``."""
    return f"""
with made as (
    insert into entity (id, type, types, owner, region, scopes, label, search, attrs, geo, prov, bounds, geom,
                        true_from, true_to, created_at, modified_at, expires_at, facets)
    select id, type, types, coalesce(owner, %(department)s), coalesce(region, ''), scopes, label, search, attrs, geo,
           coalesce(prov, jsonb_build_object()), bounds, geom, true_from, true_to, {at}, {at}, expires_at, facets
    from entity_draft {where} order by id
    on conflict (id) do nothing
    returning id, type
){noted}
insert into entity_change (entity_id, type, operation, at, actor, cause)
select id, type, 'created', {at}, %(actor)s, %(cause)s from made
"""  # noqa: S608


CREATE = _creating("%(at)s")

# The pending list of a GIN index makes writing fast and searching slow. Only the owner may have it cleaned.
TIDY = """
select gin_clean_pending_list(i.oid) from pg_class i
where i.oid in ('entity_attrs'::regclass, 'entity_words'::regclass) and pg_has_role(i.relowner, 'usage')
"""

_LOUD = """
(e.type, e.types, e.owner, e.region, e.scopes, e.attrs, e.geo, e.expires_at) is distinct from
(d.type, d.types, coalesce(d.owner, e.owner), coalesce(d.region, e.region), d.scopes, d.attrs, d.geo, d.expires_at)
"""

# What follows from values, definitions and deliveries is brought up to date without being a change of the entity.
_QUIET = """
(e.label, e.search, e.prov, e.geom, e.true_from, e.true_to, e.facets) is distinct from
(d.label, d.search, coalesce(d.prov, e.prov), d.geom, d.true_from, d.true_to, d.facets)
"""

LOCK = f"""
select count(*) from (
    select e.id from entity_draft d join entity e using (id) where {_LOUD} or {_QUIET} order by e.id for update of e
) as locked
"""  # noqa: S608


CHANGE = f"""
with touched as materialized (
    select e.id, d.type, e.version, e.modified_at as since, e.true_from, e.true_to, w.was, w.names, ({_LOUD}) as loud,
           greatest(%(at)s, e.modified_at + interval '1 microsecond') as at,
           jsonb_strip_nulls(jsonb_build_object(
               'type', case when e.type <> d.type then e.type end,
               'types', case when e.types <> d.types then to_jsonb(e.types) end,
               'owner', case when e.owner <> coalesce(d.owner, e.owner) then e.owner end,
               'region', case when e.region <> coalesce(d.region, e.region) then e.region end,
               'scopes', case when e.scopes <> d.scopes then to_jsonb(e.scopes) end,
               'label', case when e.label <> d.label then e.label end,
               'prov', (select jsonb_object_agg(key, value) from jsonb_each(e.prov) where key = any(w.names))
           )) as meta
    from entity_draft d join entity e using (id)
    cross join lateral (
        select coalesce(jsonb_object_agg(key, coalesce(o.value, 'null')), '{{}}') as was,
               coalesce(array_agg(key order by key), '{{}}') as names
        from jsonb_each(e.attrs || e.geo) o full join jsonb_each(d.attrs || d.geo) n using (key)
        where o.value is distinct from n.value
    ) w
    where {_LOUD} or {_QUIET}
), past as (
    insert into entity_past (entity_id, version, was, meta, known_from, known_to, true_from, true_to, actor, cause)
    select id, version, was, meta, since, at, true_from, true_to, %(actor)s, %(cause)s from touched where loud
), told as (
    insert into entity_change (entity_id, type, operation, attributes, at, actor, cause)
    select id, type, 'changed', names, at, %(actor)s, %(cause)s from touched where loud
), done as (
    update entity e set
        type = d.type, types = d.types, owner = coalesce(d.owner, e.owner), region = coalesce(d.region, e.region),
        scopes = d.scopes, label = d.label, search = d.search, attrs = d.attrs, geo = d.geo, bounds = d.bounds,
        geom = d.geom, true_from = d.true_from, true_to = d.true_to, expires_at = d.expires_at,
        facets = d.facets,
        prov = coalesce(d.prov, (select coalesce(jsonb_object_agg(key, value), '{{}}')
                                 from jsonb_each(e.prov) where key <> all(t.names))),
        modified_at = case when t.loud then t.at else e.modified_at end,
        version = e.version + t.loud::int
    from touched t join entity_draft d using (id)
    where e.id = t.id
    returning t.loud
)
select count(*) filter (where loud) from done
"""  # noqa: S608

FORBIDDEN = """
select id, type, owner from (
    select e.id, e.type, e.owner, e.region from entity_draft d join entity e using (id)
    union all
    select d.id, d.type, coalesce(d.owner, e.owner, %(department)s), coalesce(d.region, e.region, '')
    from entity_draft d left join entity e using (id)
) as both_sides where not {granted} order by id limit 1
"""

CHECKED = f"""
select clock_timestamp(), refused.* from (select 1) as one left join lateral ({FORBIDDEN}) as refused on true
"""  # noqa: S608

STANDING = """
select id, type, types, owner, region, scopes, attrs || geo, prov, expires_at from entity
where id = any(%(ids)s) order by id for update
"""

# One draft in one statement, with its ledger row. Nothing is written where anything is not as it mostly is.
SEEN = """
select id, type, types, owner, region, scopes, attrs || geo as attrs, prov, expires_at, label, modified_at, true_from,
       true_to, xmin::text as row, clock_timestamp() as at
from entity where id = %(id)s
"""
SEEN_COLUMNS = (
    *("id", "type", "types", "owner", "region", "scopes", "attrs", "prov", "expires_at", "label", "modified_at"),
    *("true_from", "true_to", "row", "at"),
)
_MAKING = """, refused as materialized (
    select from (
        select id, type, coalesce(owner, %(department)s) as owner, coalesce(region, '') as region from entity_draft
    ) as made where not {granted}
), """
_CHANGING = """, refused as materialized (
    select from (
        select id, %(old_type)s::text as type, %(old_owner)s::text as owner, %(old_region)s::text as region
        from entity_draft
        union all
        select id, type, coalesce(owner, %(old_owner)s::text), coalesce(region, %(old_region)s::text) from entity_draft
    ) as both_sides where not {granted}
), done as (
    update entity e set
        type = d.type, types = d.types, owner = coalesce(d.owner, e.owner), region = coalesce(d.region, e.region),
        scopes = d.scopes, label = d.label, search = d.search, attrs = d.attrs, geo = d.geo, bounds = d.bounds,
        geom = d.geom, true_from = d.true_from, true_to = d.true_to, expires_at = d.expires_at, facets = d.facets,
        prov = d.prov, modified_at = greatest(%(at)s, e.modified_at + interval '1 microsecond'), version = e.version + 1
    from entity_draft d
    where e.id = d.id and e.xmin::text = %(row)s and not exists (select from refused)
    returning e.id, e.type, e.version - 1 as version, e.modified_at as at
), past as (
    insert into entity_past (entity_id, version, was, meta, known_from, known_to, true_from, true_to, actor, cause)
    select id, version, %(was)s::jsonb, %(meta)s::jsonb, %(since)s::timestamptz, at, %(true_from)s::timestamptz,
           %(true_to)s::timestamptz, %(actor)s, %(cause)s
    from done
), told as (
    insert into entity_change (entity_id, type, operation, attributes, at, actor, cause)
    select id, type, 'changed', %(names)s::text[], at, %(actor)s, %(cause)s from done
)"""


@cache
def create_one(ledger: str) -> str:
    """``ledger``: an ``insert into access_ledger … select …``. Counts what was made."""
    noted = f", noted as ({ledger} where exists (select from made))"
    made = _creating("statement_timestamp()", "where not exists (select from refused)", noted)
    return _GIVEN + _MAKING + made.strip().removeprefix("with ")


@cache
def change_one(ledger: str) -> str:
    """Of a draft that was made from what SEEN gave: a row that another has changed since has another xmin, also when
    its change ends while this one waits for it. Counts what was changed."""
    noted = f", noted as ({ledger} where exists (select from done)) select count(*) from done"  # noqa: S608
    return _GIVEN + _CHANGING + noted


ABSENT = "select d.id from entity_draft d left join entity e using (id) where e.id is null order by d.id limit 1"
EXISTING = """
select e.id from entity_draft d join entity e using (id) where e.created_at <> %(at)s order by 1 limit 1
"""

LOCK_IDS = "select id, type from entity where id = any(%(ids)s) order by id for update"

FORBIDDEN_IDS = "select id, type, owner from entity where id = any(%(ids)s) and not {granted} order by id limit 1"

DELETE = """
with gone as (
    delete from entity where id = any(%(ids)s) returning *
), past as (
    insert into entity_past (entity_id, version, was, meta, known_from, known_to, true_from, true_to, actor, cause)
    select id, version, attrs || geo, jsonb_build_object(
               'deleted', true, 'type', type, 'types', types, 'owner', owner, 'region', region, 'scopes', scopes,
               'label', label, 'prov', prov, 'created_at', created_at, 'version', version),
           modified_at, greatest(%(at)s, modified_at + interval '1 microsecond'), true_from, true_to,
           %(actor)s, %(cause)s
    from gone
)
insert into entity_change (entity_id, type, operation, at, actor, cause)
select id, type, 'deleted', greatest(%(at)s, modified_at + interval '1 microsecond'), %(actor)s, %(cause)s from gone
"""

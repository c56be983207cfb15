"""Instances of attributes that were brought, corrected or struck after the fact, and the evolution of an entity.

What an attribute was before each change stands in ``entity_past``. A value that was observed before the one that
stands, but became known after it, has no place there: it stands here, with both times (when it was so is in the
instance, when it was known is ``known_at``). A row about an instance that is told already is a correction of it;
without an instance it strikes it. A row without ``instance_id`` strikes all that was known until then: of the entity,
of an attribute, or of a dataset of it. What is struck is told no more; it stays, as everything does (law 6).
"""

from __future__ import annotations

from django.db import migrations

TABLE = """
create table entity_instance (
    seq         bigint generated always as identity primary key,
    entity_id   text collate "C" not null,
    attribute   text collate "C",
    dataset     text collate "C",
    instance_id uuid,
    instance    jsonb,
    born_at     timestamptz not null,
    known_at    timestamptz not null,
    actor       text not null,
    cause       text not null default '',
    check (instance_id is null or (attribute is not null and dataset is not null))
);
create index entity_instance_entity on entity_instance (entity_id, seq);
create index entity_past_deleted on entity_past ((meta ->> 'type'), entity_id) where meta ? 'deleted';
comment on table entity_instance is 'instances brought, corrected (again) or struck (null) after the fact; append-only';
create function entity_instance_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'entity_instance is append-only: a row of it is neither changed nor deleted';
end $$;
create trigger entity_instance_append_only before update or delete on entity_instance
    for each row execute function entity_instance_append_only();
create policy seen on entity_instance for select using (
    '{}'::text[] = (select guard.held('but')) or guard.past(entity_id)
);
create policy made on entity_instance for insert with check ((select guard.flag('write')));
alter table entity_instance enable row level security;
"""

PARTS = """
create function guard.moment(said text) returns timestamptz
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return replace(said, ',', '.')::timestamptz;
exception when others then
    return null;
end $$;
comment on function guard.moment(text) is 'a DateTime; null for what is none';

create function guard.nothing(attribute text, instance jsonb) returns jsonb
language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
    select case when attribute = '@scope' then '{"type": "Property", "value": []}' else
        jsonb_build_object('type', instance -> 'type') || jsonb_strip_nulls(
            jsonb_build_object('datasetId', instance -> 'datasetId'))
        || case instance ->> 'type'
               when 'Relationship' then '{"object": "urn:ngsi-ld:null"}'
               when 'LanguageProperty' then '{"languageMap": {"@none": "urn:ngsi-ld:null"}}'
               when 'JsonProperty' then '{"json": "urn:ngsi-ld:null"}'
               when 'VocabProperty' then '{"vocab": "urn:ngsi-ld:null"}'
               when 'ListProperty' then '{"valueList": "urn:ngsi-ld:null"}'
               when 'ListRelationship' then '{"objectList": "urn:ngsi-ld:null"}'
               else '{"value": "urn:ngsi-ld:null"}'
           end::jsonb
    end
$$;
comment on function guard.nothing(text, jsonb) is 'the instance that stands for the end of an attribute (4.5.7)';

create function guard.scope(scopes jsonb) returns jsonb
language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
    select case jsonb_array_length(scopes)
        when 0 then 'null'
        when 1 then jsonb_build_object('type', 'Property', 'value', scopes -> 0)
        else jsonb_build_object('type', 'Property', 'value', scopes)
    end
$$;
"""

# A span is the time for which an attribute stood as it was; its instances are told once for as long as they stay the
# same. What the wall of entity_past asks of each row is asked once.
EVOLUTION = """
create function guard.evolution(wanted text)
returns table (attribute text, dataset text, instance jsonb, instance_id uuid, observed_at timestamptz,
               created_at timestamptz, modified_at timestamptz, deleted_at timestamptz)
language sql stable security definer rows 20 cost 5000 set search_path = pg_catalog, pg_temp as $$
with opened as materialized (
    select wanted as id
    where pg_has_role(coalesce(nullif(current_setting('role'), 'none'), session_user)::name, current_user, 'usage')
       or '{}'::text[] = guard.held('but') or guard.past(wanted)
), past as materialized (
    select p.seq, p.was, p.meta, p.known_to from opened o join public.entity_past p on p.entity_id = o.id
), standing as materialized (
    select e.attrs || e.geo as attrs, to_jsonb(e.scopes) as scopes, e.created_at
    from opened o join public.entity e on e.id = o.id
), later as materialized (
    select n.* from opened o join public.entity_instance n on n.entity_id = o.id
), births as materialized (
    select seq as last, (meta ->> 'created_at')::timestamptz as born from past where meta ? 'deleted'
    union all
    select 9223372036854775807, created_at from standing
), held as (
    select p.seq, w.key as attribute, w.value, p.known_to as until from past p cross join lateral jsonb_each(p.was) w
    union all
    select p.seq, '@scope', guard.scope(p.meta -> 'scopes'), p.known_to from past p where p.meta ? 'scopes'
    union all
    select 9223372036854775807, w.key, w.value, 'infinity' from standing s cross join lateral jsonb_each(s.attrs) w
    union all
    select 9223372036854775807, '@scope', guard.scope(s.scopes), 'infinity' from standing s
), spans as (
    select h.seq, h.attribute, h.value, h.until,
           greatest(lag(h.until) over (partition by h.attribute order by h.seq),
                    (select b.born from births b where b.last >= h.seq order by b.last limit 1)) as since
    from held h
), each as (
    select s.seq, s.attribute, coalesce(i ->> 'datasetId', '') as dataset, i as instance, s.since, s.until
    from spans s cross join lateral jsonb_array_elements(
        case jsonb_typeof(s.value) when 'array' then s.value when 'object' then jsonb_build_array(s.value) else '[]' end
    ) i
), runs as (
    select e.*, lag(e.until) over w as before, lag(e.instance) over w as old, lead(e.since) over w as next
    from each e window w as (partition by e.attribute, e.dataset order by e.seq)
), derived as (
    select r.attribute, r.dataset, r.instance, r.since as known, null::timestamptz as gone,
           md5(concat_ws(E'\\n', wanted, r.attribute, r.dataset, extract(epoch from r.since)))::uuid as id
    from runs r where r.before is null or r.before < r.since or r.old is distinct from r.instance
    union all
    select r.attribute, r.dataset, guard.nothing(r.attribute, r.instance), null, r.until,
           md5(concat_ws(E'\\n', wanted, r.attribute, r.dataset, extract(epoch from r.until), 'gone'))::uuid
    from runs r where r.until < 'infinity' and (r.next is null or r.next > r.until)
), said as (
    select distinct on (l.instance_id) l.instance_id as id, l.attribute, l.dataset, l.instance, l.born_at, l.known_at
    from later l where l.instance_id is not null order by l.instance_id, l.seq desc
), told as (
    select coalesce(n.attribute, d.attribute) as attribute, coalesce(n.dataset, d.dataset) as dataset,
           case when n.id is null then d.instance else n.instance end as instance, coalesce(n.id, d.id) as id,
           coalesce(d.known, n.born_at) as created, coalesce(n.known_at, d.known) as modified, d.gone
    from derived d full join said n on n.id = d.id
)
select t.attribute, t.dataset, t.instance, t.id,
       case when t.attribute <> '@scope' then guard.moment(t.instance ->> 'observedAt')
            when t.gone is null then coalesce(guard.moment(t.instance ->> 'observedAt'), t.modified) end,
       case when t.gone is null then t.created end, case when t.gone is null then t.modified end, t.gone
from told t
where t.instance is not null and not exists (
    select from later s
    where s.instance_id is null and s.known_at >= coalesce(t.gone, t.modified)
      and (s.attribute is null or s.attribute = t.attribute) and (s.dataset is null or s.dataset = t.dataset)
)
$$;
comment on function guard.evolution(text) is 'every instance that attributes of an entity had; @scope too';
revoke all on function guard.evolution(text), guard.moment(text), guard.nothing(text, jsonb), guard.scope(jsonb)
    from public;
"""

UNDO = """
drop function guard.evolution(text);
drop function guard.moment(text);
drop function guard.nothing(text, jsonb);
drop function guard.scope(jsonb);
drop table entity_instance;
drop function entity_instance_append_only();
drop index entity_past_deleted;
"""


class Migration(migrations.Migration):
    dependencies = [("entities", "0050_verify_and_contest")]
    operations = [migrations.RunSQL(TABLE + PARTS + EVOLUTION, UNDO)]

"""The evolution of an entity, of some attributes only, and planned once a connection: a function in SQL is planned anew
for every statement that calls it."""

from __future__ import annotations

from django.db import migrations

HEAD = """
create function guard.evolution(wanted text, named text[] default null)
returns table (attribute text, dataset text, instance jsonb, instance_id uuid, observed_at timestamptz,
               created_at timestamptz, modified_at timestamptz, deleted_at timestamptz)
"""
# A span is the time for which an attribute stood as it was; its instances are told once for as long as they stay the
# same. What the wall of entity_past asks of each row is asked once.
BODY = """
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
    where named is null or n.attribute is null or n.attribute = any (named)
), births as materialized (
    select seq as last, (meta ->> 'created_at')::timestamptz as born from past where meta ? 'deleted'
    union all
    select 9223372036854775807, created_at from standing
), held as (
    select p.seq, w.key as attribute, w.value, p.known_to as until from past p cross join lateral jsonb_each(p.was) w
    where named is null or w.key = any (named)
    union all
    select p.seq, '@scope', guard.scope(p.meta -> 'scopes'), p.known_to from past p
    where p.meta ? 'scopes' and (named is null or '@scope' = any (named))
    union all
    select 9223372036854775807, w.key, w.value, 'infinity' from standing s cross join lateral jsonb_each(s.attrs) w
    where named is null or w.key = any (named)
    union all
    select 9223372036854775807, '@scope', guard.scope(s.scopes), 'infinity' from standing s
    where named is null or '@scope' = any (named)
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
"""
# What is a time for certain need not be guarded against being none.
CERTAIN = r"'^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?Z$'"
BODY = BODY.replace(
    "guard.moment(t.instance ->> 'observedAt')",
    f"case when t.instance ->> 'observedAt' ~ {CERTAIN} then (t.instance ->> 'observedAt')::timestamptz "
    "else guard.moment(t.instance ->> 'observedAt') end",
)
PLANNED = f"""
drop function guard.evolution(text);
{HEAD} language plpgsql stable security definer rows 20 cost 5000
set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
    return query {BODY};
end $$;
comment on function guard.evolution(text, text[]) is 'every instance that attributes (named: some) of an entity had';
revoke all on function guard.evolution(text, text[]) from public;
"""
BEFORE = f"""
drop function guard.evolution(text, text[]);
{HEAD.replace(", named text[] default null", "")}
language sql stable security definer rows 20 cost 5000 set search_path = pg_catalog, pg_temp as $$
{BODY.replace("any (named)", "any (null::text[])").replace("named is null", "true")} $$;
revoke all on function guard.evolution(text) from public;
"""


class Migration(migrations.Migration):
    dependencies = [("entities", "0060_instances")]
    operations = [migrations.RunSQL(PLANNED, BEFORE)]

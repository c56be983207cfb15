"""Row-level security of the store: for every role but the owner, a row is there when its type is public or the pass of
the connection opens it (access, migration 0030).

What a pass holds is looked up once a statement, in subqueries of their own. Whether the walls of ``entity`` stand is
decided when the roles are made: plain policies keep operators that are not leakproof from their indexes (ADR 6).
"""

# ruff: noqa: S608

from __future__ import annotations

from django.db import migrations

SEEN = """
    type = any ((select guard.types())::text[])
    or type <> all ((select guard.held('but'))::text[])
    or type || '/' || owner = any ((select guard.held('owners'))::text[])
    or id = any ((select guard.held('ids'))::text[])
    or exists (
        select from unnest((select guard.held('regions'))::text[]) r(prefix)
        where starts_with(type || '/' || region, r.prefix)
    )
"""
WRITTEN = """
    type = any ((select guard.held('write_types'))::text[])
    or type <> all ((select guard.held('write_but'))::text[])
    or type || '/' || owner = any ((select guard.held('write_owners'))::text[])
    or id = any ((select guard.held('write_ids'))::text[])
    or exists (
        select from unnest((select guard.held('write_regions'))::text[]) r(prefix)
        where starts_with(type || '/' || region, r.prefix)
    )
"""
FORWARDS = f"""
create policy seen on entity for select using ({SEEN});
create policy made on entity for insert with check ({WRITTEN});
create policy changed on entity for update using ({WRITTEN}) with check ({WRITTEN});
create policy ended on entity for delete using ({WRITTEN});

create function guard.past(entity_id text) returns boolean
language plpgsql stable parallel safe security definer set search_path = pg_catalog, pg_temp as $$
declare
    row record;
begin
    select e.type, e.owner, e.region into row from public.entity e where e.id = past.entity_id;
    if not found then
        select p.meta ->> 'type' as type, p.meta ->> 'owner' as owner, p.meta ->> 'region' as region into row
        from public.entity_past p where p.entity_id = past.entity_id order by p.seq desc limit 1;
    end if;
    return coalesce(guard.open(row.type, row.owner, row.region, past.entity_id), false);
end $$;
comment on function guard.past(text) is 'whether the entity, or what it last was, may be seen';
revoke all on function guard.past(text) from public;
create policy seen on entity_past for select using (
    '{{}}'::text[] = (select guard.held('but')) or guard.past(entity_id)
);
create policy made on entity_past for insert with check ((select guard.flag('write')));
create policy seen on entity_change for select using (
    type = any ((select guard.types())::text[]) or type <> all ((select guard.held('but'))::text[])
);
create policy made on entity_change for insert with check ((select guard.flag('write')));

alter function entity_counted() security definer set search_path = public, pg_temp;
alter table entity enable row level security;
alter table entity_past enable row level security;
alter table entity_change enable row level security;
"""

BACKWARDS = """
alter table entity disable row level security;
alter table entity_past disable row level security;
alter table entity_change disable row level security;
alter function entity_counted() security invoker reset search_path;
drop policy seen on entity; drop policy made on entity; drop policy changed on entity; drop policy ended on entity;
drop policy seen on entity_past; drop policy made on entity_past;
drop policy seen on entity_change; drop policy made on entity_change;
drop function guard.past(text);
"""


class Migration(migrations.Migration):
    dependencies = [("entities", "0005_past_kept"), ("access", "0030_guard")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]

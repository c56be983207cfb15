"""Evolutions that stay as they were when a snapshot was made (CIM 009 5.16, ``snapshotTemporalQueries``).

A copy is one of the entity as it stood, with its instances in ``past``. It stands apart from ``entity_frozen``: what
was asked for through time is no entity of the snapshot, and the other way round. In every tenant's schema too.
"""

# ruff: noqa: S608

from __future__ import annotations

from importlib import import_module

from django.db import migrations

SEEN = import_module("lingqu.centre.entities.migrations.0030_walls").SEEN

FORWARDS = f"""
create table entity_frozen_past (
    snapshot   text collate "C" not null,
    maker      text collate "C" not null,
    like entity including defaults,
    past       jsonb not null,
    deleted_at timestamptz,
    primary key (snapshot, id)
);
create policy own on entity_frozen_past
    using (maker = (select guard.said('actor')) and ({SEEN})) with check (maker = (select guard.said('actor')));
create policy ended on entity_frozen_past for delete using (maker = (select guard.said('actor')));
alter table entity_frozen_past enable row level security;
insert into guard.tenant_part (kind, name) values ('table', 'public.entity_frozen_past');
select guard.tenant_table('tenant_' || name, 'public.entity_frozen_past'::regclass) from access_tenant;
"""
BACKWARDS = """
do $$
declare
    home name;
begin
    for home in select 'tenant_' || name from access_tenant loop
        execute format('drop table %I.entity_frozen_past', home);
    end loop;
end $$;
delete from guard.tenant_part where name = 'public.entity_frozen_past';
drop table entity_frozen_past;
"""


class Migration(migrations.Migration):
    dependencies = [("entities", "0064_of_tenants"), ("access", "0080_tenants")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]

"""The same in the schemas of tenants (access, migration 0080)."""

from __future__ import annotations

from django.db import migrations

FORWARDS = """
insert into guard.tenant_part (kind, name) values ('table', 'public.protocols_forward');
do $$
declare
    home text;
begin
    for home in select 'tenant_' || name from access_tenant loop
        execute format('alter table %I.protocols_subscription add column via text not null default %L', home, '');
        execute format('alter table %I.protocols_subscription alter column via drop default', home);
        execute format('alter table %I.protocols_notice add column data jsonb', home);
        perform guard.tenant_table(home, 'public.protocols_forward');
    end loop;
end $$;
select guard.tenant_rights(name) from access_tenant;
"""
BACKWARDS = """
do $$
declare
    home text;
begin
    for home in select 'tenant_' || name from access_tenant loop
        execute format('alter table %I.protocols_subscription drop column via', home);
        execute format('alter table %I.protocols_notice drop column data', home);
        execute format('drop table %I.protocols_forward', home);
    end loop;
end $$;
delete from guard.tenant_part where name = 'public.protocols_forward';
"""


class Migration(migrations.Migration):
    dependencies = [("lingqu_protocols", "0008_forwards")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]

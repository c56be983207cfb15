"""An update counts anew only where a type, an owner or a region changed, row by row: that is seldom, while tables of
all that an update touched, old and new, were made for every one.
"""

from __future__ import annotations

from django.db import migrations

FORWARDS = """
create function entity_counted_one() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into entity_tally as t values
        (old.type, old.owner, old.region, pg_backend_pid() % 64, -1),
        (new.type, new.owner, new.region, pg_backend_pid() % 64, 1)
    on conflict (type, owner, region, slot) do update set n = t.n + excluded.n;
    return null;
end $$;
drop trigger entity_counted_anew on entity;
create trigger entity_counted_anew after update on entity for each row
    when ((old.type, old.owner, old.region) is distinct from (new.type, new.owner, new.region))
    execute function entity_counted_one();
"""
BACKWARDS = """
drop trigger entity_counted_anew on entity;
create trigger entity_counted_anew after update on entity
    referencing old table as gone new table as fresh for each statement execute function entity_counted();
drop function entity_counted_one();
"""


class Migration(migrations.Migration):
    dependencies = [("entities", "0062_frozen")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]

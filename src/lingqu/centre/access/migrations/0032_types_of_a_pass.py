"""A pass names public types too, so that they need not be looked for in the drawing at each statement."""

from __future__ import annotations

from django.db import migrations

FORWARDS = """
create or replace function guard.types() returns text[]
language plpgsql stable parallel safe security definer set search_path = pg_catalog, pg_temp as $$
declare
    said jsonb := guard.pass() -> 'types';
begin
    if said is not null then
        return array(select jsonb_array_elements_text(said));
    end if;
    return array(
        select code::text from public.drawing_definition
        where kind = 'entity_type' and (document::json ->> 'public') = 'true'
    );
end $$;
comment on function guard.types() is 'types seen whole: those of the pass, else public ones';
"""

BACKWARDS = """
create or replace function guard.types() returns text[]
language plpgsql stable parallel safe security definer set search_path = pg_catalog, pg_temp as $$
begin
    return array(
        select code::text from public.drawing_definition
        where kind = 'entity_type' and (document::json ->> 'public') = 'true'
    ) || coalesce(guard.held('types'), '{}');
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0031_version_of_accounts")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]

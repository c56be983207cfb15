"""The ledger names persons and words: a connection of the web role sees of it what stewards may, what its actor did,
and who looked at the actor's own record (ADR 6). Anybody's acts are written into it."""

from __future__ import annotations

from django.db import migrations

FORWARDS = """
create function guard.said(what text) returns text
language plpgsql stable parallel safe security definer set search_path = pg_catalog, pg_temp as $$
begin
    return guard.pass() ->> what;
end $$;
revoke all on function guard.said(text) from public;
create policy seen on access_ledger for select using (
    (select guard.flag('steward')) or (select guard.flag('administer')) or actor = (select guard.said('actor'))
    or (select guard.said('person')) = any (entity_ids)
);
create policy made on access_ledger for insert with check (true);
alter table access_ledger enable row level security;
"""

BACKWARDS = """
alter table access_ledger disable row level security;
drop policy seen on access_ledger;
drop policy made on access_ledger;
drop function guard.said(text);
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0033_analysts")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]

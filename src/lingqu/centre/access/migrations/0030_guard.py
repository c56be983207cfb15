"""The schema ``guard``: what a connection of the web role may see is said by the pass it carries (ADR 6).

A pass is the session's setting ``lingqu.pass``: 64 hexadecimal digits of an HMAC-SHA256 (RFC 2104), then the JSON that
they vouch for (``access.passes`` makes it). The key stands in ``guard.key``, which only the owner reads: functions of
the owner look at it, and tell no more than what a pass holds.
"""

# ruff: noqa: S608

from __future__ import annotations

from django.db import migrations

_AS_OWNER = "language plpgsql stable parallel safe security definer set search_path = pg_catalog, pg_temp"

FORWARDS = f"""
create schema guard;
create table guard.key (
    one       boolean primary key default true check (one),
    inner_pad bytea not null,
    outer_pad bytea not null,
    demo      boolean not null default false
);
create index drawing_public_types on drawing_definition (code)
    where kind = 'entity_type' and (document::json ->> 'public') = 'true';

create function guard.pass() returns jsonb {_AS_OWNER} as $$
declare
    carried text := current_setting('lingqu.pass', true);
    body text;
    said jsonb;
begin
    if carried is null or length(carried) < 66 then
        return null;
    end if;
    body := substr(carried, 65);
    if left(carried, 64) is distinct from (
        select encode(sha256(outer_pad || sha256(inner_pad || convert_to(body, 'UTF8'))), 'hex') from guard.key
    ) then
        return null;
    end if;
    said := body::jsonb;
    if (said ->> 'pid')::integer <> pg_backend_pid()
       or (said ->> 'until')::double precision < extract(epoch from clock_timestamp()) then
        return null;
    end if;
    return said;
end $$;

create function guard.held(what text) returns text[] {_AS_OWNER} as $$
declare
    said jsonb := guard.pass() -> what;
begin
    return case when said is not null then array(select jsonb_array_elements_text(said)) end;
end $$;
comment on function guard.held(text) is 'a list of the pass; null where it has none of that name';

create function guard.flag(what text) returns boolean {_AS_OWNER} as $$
begin
    return coalesce((guard.pass() -> 'flags') ? what, false);
end $$;

create function guard.types() returns text[] {_AS_OWNER} as $$
begin
    return array(
        select code::text from public.drawing_definition
        where kind = 'entity_type' and (document::json ->> 'public') = 'true'
    ) || coalesce(guard.held('types'), '{{}}');
end $$;
comment on function guard.types() is 'types seen whole: public ones, and those of the pass';

create function guard.open(type text, owner text, region text, id text) returns boolean {_AS_OWNER} as $$
declare
    said jsonb := guard.pass();
begin
    return open.type = any (guard.types())
        or (said ? 'but' and not (said -> 'but') ? open.type)
        or coalesce((said -> 'owners') ? (open.type || '/' || open.owner), false)
        or coalesce((said -> 'ids') ? open.id, false)
        or exists (
            select from jsonb_array_elements_text(said -> 'regions') r
            where starts_with(open.type || '/' || open.region, r)
        );
end $$;
comment on function guard.open(text, text, text, text) is 'whether one row may be seen, for tables beside the store';

create function guard.account() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    said jsonb;
begin
    if pg_has_role(current_user, (select relowner from pg_class where oid = tg_relid), 'usage') then
        return new;
    end if;
    said := guard.pass();
    if coalesce((said -> 'flags') ? 'administer', false) then
        return new;
    end if;
    if tg_op = 'INSERT' then
        if new.is_superuser or new.is_staff or (new.roles <> '{{}}' and not (new.demo and guard.demo())) then
            raise insufficient_privilege using message = 'this connection may not give an account its roles';
        end if;
        return new;
    end if;
    if (new.username, new.kind, new.roles, new.department, new.region, new.person, new.valid_until, new.is_active,
        new.is_superuser, new.is_staff, new.demo)
       is distinct from
       (old.username, old.kind, old.roles, old.department, old.region, old.person, old.valid_until, old.is_active,
        old.is_superuser, old.is_staff, old.demo)
       and not (old.demo and new.demo and guard.demo()) then
        raise insufficient_privilege using message = 'this connection may not change what an account may do';
    end if;
    if new.password is distinct from old.password and (said ->> 'account') is distinct from new.id::text
       and not (old.demo and guard.demo()) then
        raise insufficient_privilege using message = 'this connection may not change the password of another account';
    end if;
    return new;
end $$;
create function guard.demo() returns boolean {_AS_OWNER} as $$
begin
    return coalesce((select demo from guard.key), false);
end $$;
create function guard.signed() returns boolean {_AS_OWNER} as $$
declare
    said jsonb := guard.pass();
begin
    return coalesce(said ? 'account' or (said -> 'flags') ? 'administer', false);
end $$;
comment on function guard.signed() is 'whether the pass is that of an account, or of Lingqu itself';
create trigger guard_account before insert or update on access_account
    for each row execute function guard.account();
revoke all on all functions in schema guard from public;

create policy seen on access_grant for select using (true);
create policy made on access_grant for insert with check ((select guard.signed()));
create policy changed on access_grant for update using ((select guard.signed()));
alter table access_grant enable row level security;
create policy seen on access_consent for select using (true);
create policy made on access_consent for insert with check ((select guard.signed()));
create policy changed on access_consent for update using ((select guard.signed()));
alter table access_consent enable row level security;
create policy seen on access_delegation for select using (true);
create policy made on access_delegation for insert with check ((select guard.signed()));
create policy changed on access_delegation for update using ((select guard.signed()));
alter table access_delegation enable row level security;
create policy seen on access_credential for select using (true);
create policy made on access_credential for insert with check ((select guard.signed()));
create policy changed on access_credential for update using (true);
alter table access_credential enable row level security;
alter function access_version_grows() security definer set search_path = public, pg_temp;
"""

BACKWARDS = "".join(
    f"alter table {table} disable row level security; "
    f"drop policy seen on {table}; drop policy made on {table}; drop policy changed on {table};"
    for table in ("access_grant", "access_consent", "access_delegation", "access_credential")
)
BACKWARDS += """
alter function access_version_grows() security invoker reset search_path;
drop trigger guard_account on access_account;
drop schema guard cascade;
drop index drawing_public_types;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0004_actors_agreements_consents"),
        ("drawing", "0002_documents_keep_the_order_of_their_keys"),
    ]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]

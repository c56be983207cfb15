"""Analysts: the schema ``analyst`` with its views, who may open it, and what they have read (ADR 6).

SQL cannot make the macs of the ledger, whose key is not in the database. So what analysts do is written into
``guard.inbox``, from where the application takes it into the ledger before it seals.
"""

# ruff: noqa: S608

from __future__ import annotations

from django.db import migrations

_AS_OWNER = "language plpgsql volatile parallel unsafe security definer set search_path = pg_catalog, pg_temp"

FORWARDS = f"""
create schema analyst;
create table guard.analyst (
    role     text primary key,
    account  text not null,
    until    timestamptz not null,
    added_by text not null,
    added_at timestamptz not null default now()
);
create table guard.analyst_view (
    type     text primary key,
    personal boolean not null,
    purposes text[] not null
);
comment on column guard.analyst_view.purposes is 'codes of purposes for which it is shown; * for any';
create table guard.opened (
    role    text not null,
    pid     integer not null,
    started timestamptz not null,
    xid     xid8 not null default pg_current_xact_id(),
    purpose text not null,
    at      timestamptz not null default clock_timestamp()
);
create index opened_by on guard.opened (pid, role);
create table guard.inbox (
    id          bigint generated always as identity primary key,
    xid         xid8 not null default pg_current_xact_id(),
    at          timestamptz not null default clock_timestamp(),
    actor       text not null,
    purpose     text not null,
    act         text not null,
    entity_type text not null default '',
    detail      jsonb not null
);
create index inbox_order on guard.inbox (xid, id);
create table guard.inbox_taken (
    one boolean primary key default true check (one), xid xid8 not null, id bigint not null
);
create function guard.inbox_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'guard.inbox is append-only: a row of it is neither changed nor deleted';
end $$;
create trigger inbox_append_only before update or delete on guard.inbox
    for each row execute function guard.inbox_append_only();
create trigger inbox_kept before truncate on guard.inbox
    for each statement execute function guard.inbox_append_only();

create function guard.began() returns timestamptz language sql stable set search_path = pg_catalog, pg_temp as $$
    select coalesce((select backend_start from pg_stat_activity where pid = pg_backend_pid()), '-infinity')
$$;

create function guard.known_analyst() returns text {_AS_OWNER} as $$
declare
    found_account text;
begin
    select a.account into found_account from guard.analyst a join public.access_account c on c.username = a.account
    where a.role = session_user and a.until > now() and c.is_active and 'analyst' = any (c.roles::text[])
      and (c.valid_until is null or c.valid_until > now());
    if found_account is null then
        raise insufficient_privilege using message = 'this login of an analyst has ended',
            hint = 'lingqu analyst add gives a new one';
    end if;
    return found_account;
end $$;

create function analyst.open(purpose text) returns text {_AS_OWNER} as $$
declare
    who text := guard.known_analyst();
    stated text := trim(split_part(purpose, ':', 1));
begin
    if coalesce(stated, '') = '' or exists (select from public.drawing_definition where kind = 'purpose')
       and not exists (select from public.drawing_definition d where d.kind = 'purpose' and d.code = stated) then
        raise invalid_parameter_value using message = 'this states no purpose of the city',
            hint = 'code of a purpose, with words behind a colon: analyst.open(''casework: no. 12'')';
    end if;
    insert into guard.opened (role, pid, started, purpose)
    values (session_user, pg_backend_pid(), guard.began(), left(purpose, 200));
    insert into guard.inbox (actor, purpose, act, detail)
    values (who, left(purpose, 200), 'login', jsonb_build_object('analyst', session_user, 'types', array(
        select v.type from guard.analyst_view v where v.purposes && array['*', stated] order by 1
    )));
    return 'open for ' || left(purpose, 200);
end $$;

create function guard.reading(entity_type text) returns boolean {_AS_OWNER} as $$
declare
    who text := guard.known_analyst();
    stated text;
    shown guard.analyst_view;
begin
    select o.purpose into stated from guard.opened o
    where o.role = session_user and o.pid = pg_backend_pid() and o.started = guard.began()
      and o.xid <> coalesce(pg_current_xact_id_if_assigned(), '0'::xid8)
    order by o.at desc limit 1;
    if stated is null then
        raise insufficient_privilege using message = 'no purpose was stated yet in this session',
            hint = 'select analyst.open(''casework: no. 12''), in a transaction of its own';
    end if;
    select v.* into shown from guard.analyst_view v where v.type = reading.entity_type;
    if shown.type is null or not shown.purposes && array['*', trim(split_part(stated, ':', 1))] then
        raise insufficient_privilege using message = 'this is not shown for the purpose stated';
    end if;
    if shown.personal then
        insert into guard.inbox (actor, purpose, act, entity_type, detail) values (who, stated, 'read', entity_type,
            jsonb_build_object('analyst', session_user, 'query', left(current_query(), 2000)));
    end if;
    return true;
end $$;

create function guard.masked(how text, value text) returns text
language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
    select case how
        when 'name' then left(value, 1) || repeat('*', greatest(1, least(length(value) - 1, 3)))
        when 'identity' then case when length(value) > 10
            then left(value, 4) || repeat('*', length(value) - 8) || right(value, 4)
            else repeat('*', length(value)) end
        when 'phone' then case when length(regexp_replace(value, '^\\+86', '')) >= 11
            then left(regexp_replace(value, '^\\+86', ''), 3) || '****' || right(value, 4)
            else repeat('*', greatest(length(value) - 2, 0)) || right(value, least(2, length(value))) end
        when 'address' then coalesce(
            substring(regexp_replace(value, '[0-9０-９].*$', '')
                      from '^.*(?:路|街|道|胡同|巷|里|屯|村|镇|乡|(?<!社)区|县|市)'),
            left(value, least(6, length(value) / 2))) || '***'
        when 'date' then left(value, 4)
        when 'none' then value
    end
$$;
revoke all on all functions in schema guard from public;
revoke all on function analyst.open(text) from public;
"""

BACKWARDS = """
drop schema analyst cascade;
drop function guard.masked(text, text), guard.reading(text), guard.known_analyst(), guard.began();
drop table guard.inbox_taken, guard.inbox, guard.opened, guard.analyst_view, guard.analyst;
drop function guard.inbox_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0032_types_of_a_pass")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]

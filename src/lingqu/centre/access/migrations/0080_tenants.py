"""Tenants (CIM 009 4.14): data sets that know nothing of each other, in one store.

A tenant's data stand in tables of its own, in a schema ``tenant_<name>``: the same tables, indexes, triggers, walls
and rights as the city's, which rooms register in ``guard.tenant_part``. A connection that works for a tenant has that
schema first in its path; the walls there open for passes of that tenant alone. What is everybody's (accounts, the
drawing, the ledger) stays where it is. A migration that changes a registered table changes it in every tenant's schema.
"""

# ruff: noqa: S608

from __future__ import annotations

from django.db import migrations

_AS_OWNER = "language plpgsql security definer set search_path = pg_catalog, pg_temp"
_OWNS = "pg_has_role(coalesce(nullif(current_setting('role'), 'none'), session_user)::name, current_user, 'usage')"

FORWARDS = f"""
create table access_tenant (
    name     text collate "C" primary key check (name ~ '^[A-Za-z0-9][A-Za-z0-9_-]{{0,49}}$'),
    made_at  timestamptz not null default now(),
    made_by  text not null,
    ended_at timestamptz
);
create table guard.tenant_part (
    place integer generated always as identity primary key,
    kind  text not null check (kind in ('table', 'function')),
    name  text not null unique
);
comment on table guard.tenant_part is 'what each tenant has of its own, in the order of its making';

create function guard.tenant_text(given text, home text) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    part record;
begin
    for part in
        select n.nspname as room, p.proname as called
        from guard.tenant_part t join pg_proc p on t.kind = 'function' and p.oid = t.name::regprocedure
        join pg_namespace n on n.oid = p.pronamespace
    loop
        given := replace(given, format('%I.%I(', part.room, part.called), format('%I.%I(', home, part.called));
    end loop;
    for part in
        select c.relname as called
        from guard.tenant_part t join pg_class c on t.kind = 'table' and c.oid = t.name::regclass
    loop
        given := regexp_replace(
            given, format('\\mpublic\\.%s\\M', part.called), format('%I.%I', home, part.called), 'g');
    end loop;
    return replace(given, 'SET search_path TO ''public'',', format('SET search_path TO %L, ''public'',', home));
end $$;
comment on function guard.tenant_text(text, text) is 'a definition of the city''s, as that of the schema''s own';

create function guard.tenant_rights(tenant text) returns void {_AS_OWNER} as $$
declare
    home text := 'tenant_' || tenant;
    each record;
begin
    for each in
        select c.relname as called, g.grantee::regrole::text as who, string_agg(g.privilege_type, ', ') as what
        from guard.tenant_part t join pg_class c on t.kind = 'table' and c.oid = t.name::regclass
        cross join lateral aclexplode(c.relacl) g
        where g.grantee not in (0, c.relowner) group by 1, 2
    loop
        execute format('grant usage on schema %I to %s', home, each.who);
        execute format('grant %s on %I.%I to %s', each.what, home, each.called, each.who);
    end loop;
    for each in
        select p.proname as called, pg_get_function_identity_arguments(p.oid) as takes, g.grantee::regrole::text as who
        from guard.tenant_part t join pg_proc p on t.kind = 'function' and p.oid = t.name::regprocedure
        cross join lateral aclexplode(p.proacl) g
        where g.grantee not in (0, p.proowner) and g.privilege_type = 'EXECUTE'
    loop
        execute format('grant execute on function %I.%I(%s) to %s', home, each.called, each.takes, each.who);
    end loop;
end $$;
comment on function guard.tenant_rights(text) is 'whoever may use the city''s tables may use the tenant''s';

create function guard.tenant_table(home text, source regclass) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    called name := (select relname from pg_class where oid = source);
    each record;
    mine text := format('(select guard.said(%L)) = %L', 'tenant', substr(home, 8));
begin
    execute format('create table %I.%I (like %s including defaults including generated including identity '
                   'including constraints including storage including comments)', home, called, source);
    for each in select conname, pg_get_constraintdef(oid) as said from pg_constraint
                where conrelid = source and contype in ('p', 'u', 'f') order by contype = 'f', conname loop
        execute format('alter table %I.%I add constraint %I %s', home, called, each.conname,
                       guard.tenant_text(each.said, home));
    end loop;
    for each in select pg_get_indexdef(i.indexrelid) as said from pg_index i
                where i.indrelid = source and not exists (
                    select from pg_constraint c where c.conindid = i.indexrelid and c.conrelid = source) loop
        execute guard.tenant_text(each.said, home);
    end loop;
    for each in select pg_get_triggerdef(oid) as said from pg_trigger where tgrelid = source and not tgisinternal loop
        execute guard.tenant_text(each.said, home);
    end loop;
    for each in select polname, polpermissive, pg_get_expr(polqual, source) as seen,
                       pg_get_expr(polwithcheck, source) as written,
                       case polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update'
                                   when 'd' then 'delete' else 'all' end as act
                from pg_policy where polrelid = source loop
        execute format('create policy %I on %I.%I as %s for %s', each.polname, home, called,
                       case when each.polpermissive then 'permissive' else 'restrictive' end, each.act)
            || coalesce(' using (' || mine || ' and (' || guard.tenant_text(each.seen, home) || '))', '')
            || coalesce(' with check (' || mine || ' and (' || guard.tenant_text(each.written, home) || '))', '');
    end loop;
    if (select relrowsecurity from pg_class where oid = source) then
        execute format('alter table %I.%I enable row level security', home, called);
    end if;
end $$;

create function guard.make_tenant(tenant text, who text) returns boolean {_AS_OWNER} as $$
declare
    home text := 'tenant_' || tenant;
    part record;
begin
    if not {_OWNS} and (guard.said('tenant') is distinct from tenant or not guard.flag('write')) then
        raise insufficient_privilege using message = 'this connection may not make that tenant';
    end if;
    perform pg_advisory_xact_lock(73210004);
    if exists (select from public.access_tenant t where t.name = tenant and t.ended_at is null) then
        return false;
    end if;
    if (select count(*) from public.access_tenant t where t.ended_at is null) >= 100 then
        raise program_limit_exceeded using message = 'there are 100 tenants already';
    end if;
    insert into public.access_tenant (name, made_by) values (tenant, who)
    on conflict (name) do update set made_at = now(), made_by = excluded.made_by, ended_at = null;
    if to_regnamespace(quote_ident(home)) is not null then
        perform guard.tenant_emptied(tenant);
        return true;
    end if;
    execute format('create schema %I', home);
    for part in select kind, name from guard.tenant_part order by kind, place loop
        if part.kind = 'function' then
            execute guard.tenant_text(pg_get_functiondef(part.name::regprocedure), home);
            execute format('revoke all on function %s from public',
                           guard.tenant_text(part.name, home));
        else
            perform guard.tenant_table(home, part.name::regclass);
        end if;
    end loop;
    perform guard.tenant_rights(tenant);
    return true;
end $$;
comment on function guard.make_tenant(text, text) is 'false where it is there already';

create function guard.tenant_emptied(tenant text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    execute (
        select format('truncate %s restart identity', string_agg(format('%I.%I', 'tenant_' || tenant, c.relname), ', '))
        from guard.tenant_part t join pg_class c on t.kind = 'table' and c.oid = t.name::regclass
    );
end $$;

create function guard.end_tenant(tenant text) returns boolean {_AS_OWNER} as $$
begin
    if not {_OWNS} then
        raise insufficient_privilege using message = 'tenants are ended by the operator';
    end if;
    perform pg_advisory_xact_lock(73210004);
    update public.access_tenant t set ended_at = now() where t.name = tenant and t.ended_at is null;
    if not found then
        return false;
    end if;
    perform guard.tenant_emptied(tenant);
    return true;
end $$;
comment on function guard.end_tenant(text) is 'its data go; its tables stay: no path to it leads to the city''s';
revoke all on function guard.make_tenant(text, text), guard.end_tenant(text), guard.tenant_rights(text),
    guard.tenant_emptied(text), guard.tenant_table(text, regclass), guard.tenant_text(text, text) from public;
"""

BACKWARDS = """
do $$
declare
    home name;
begin
    for home in select nspname from pg_namespace where nspname like 'tenant\\_%' loop
        execute format('drop schema %I cascade', home);
    end loop;
end $$;
drop function guard.make_tenant(text, text), guard.end_tenant(text), guard.tenant_rights(text),
    guard.tenant_emptied(text), guard.tenant_table(text, regclass), guard.tenant_text(text, text);
drop table guard.tenant_part;
drop table access_tenant;
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0070_mandates")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
